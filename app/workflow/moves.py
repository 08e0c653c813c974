"""The one table of what may happen to a case; buttons, API checks and the diagram in the docs read it."""

from dataclasses import dataclass
from enum import StrEnum

from app.workflow.actions import Action
from app.workflow.levels import Level
from app.workflow.statuses import Status


class Duty(StrEnum):
    """Who may make a move, told by their tie to the case; who that is in person is decided by the policy."""

    HOLDER = "holder"  # a manager, dispatcher or official posted exactly at the holder unit
    HANDLER = "handler"  # a handler of the department that has the handle task
    CHECKER = "checker"  # inspector of the grid, or the community's manager without one; never who handled
    READER = "reader"  # whoever may read the case


class NeedKind(StrEnum):
    TEXT = "text"
    REASON = "reason"
    DEPARTMENT = "department"
    INSTANT = "instant"
    PHOTOS = "photos"
    AREA = "area"
    LEVEL = "level"


@dataclass(frozen=True, slots=True)
class Need:
    """One field that an action takes."""

    name: str
    kind: NeedKind
    required: bool


@dataclass(frozen=True, slots=True)
class Move:
    action: Action
    sources: frozenset[Status]
    target: Status | None  # None: the status stays
    who: Duty
    needs: tuple[Need, ...] = ()
    barred_at: frozenset[Level] = frozenset()  # levels of the holder at which there is nowhere to go
    counts_rework: bool = False


class MoveNotAllowed(Exception):
    """The table has no such action in this status."""

    def __init__(self, status: Status, action: Action) -> None:
        super().__init__(f"'{action}' is not possible while a case is '{status}'")
        self.status = status
        self.action = action


REASON = Need("reason", NeedKind.REASON, required=True)
MAYBE_REASON = Need("reason", NeedKind.REASON, required=False)
PHOTOS = Need("photos", NeedKind.PHOTOS, required=True)
MAYBE_PHOTOS = Need("photos", NeedKind.PHOTOS, required=False)
NOTE = Need("note", NeedKind.TEXT, required=True)
TEXT = Need("text", NeedKind.TEXT, required=True)
DEPARTMENT = Need("department", NeedKind.DEPARTMENT, required=True)
MAYBE_DUE_AT = Need("due_at", NeedKind.INSTANT, required=False)
MAYBE_TO_LEVEL = Need("to_level", NeedKind.LEVEL, required=False)
TO_AREA = Need("to", NeedKind.AREA, required=True)

FILED = frozenset({Status.FILED})
ACCEPTED = frozenset({Status.ACCEPTED})
DISPATCHED = frozenset({Status.DISPATCHED})
IN_PROGRESS = frozenset({Status.IN_PROGRESS})
HANDLED = frozenset({Status.HANDLED})
WITH_DEPARTMENT = DISPATCHED | IN_PROGRESS
UNSOLVED = FILED | ACCEPTED | WITH_DEPARTMENT
ANY = frozenset(Status)

AT_THE_TOP = frozenset({Level.CITY})
AT_THE_BOTTOM = frozenset({Level.COMMUNITY, Level.GRID})

MOVES: tuple[Move, ...] = (
    Move(Action.ACCEPT, FILED, Status.ACCEPTED, Duty.HOLDER),
    Move(Action.REJECT, FILED, Status.REJECTED, Duty.HOLDER, (REASON,)),
    Move(Action.DISPATCH, ACCEPTED, Status.DISPATCHED, Duty.HOLDER, (DEPARTMENT, MAYBE_DUE_AT)),
    Move(Action.START, DISPATCHED, Status.IN_PROGRESS, Duty.HANDLER),
    Move(Action.HANDLE, IN_PROGRESS, Status.HANDLED, Duty.HANDLER, (NOTE, PHOTOS)),
    Move(Action.RETURN_TO_DISPATCHER, WITH_DEPARTMENT, Status.ACCEPTED, Duty.HANDLER, (REASON,)),
    Move(Action.CHECK_PASS, HANDLED, Status.CLOSED, Duty.CHECKER, (MAYBE_PHOTOS,)),
    Move(Action.CHECK_FAIL, HANDLED, Status.IN_PROGRESS, Duty.CHECKER, (REASON,), counts_rework=True),
    Move(Action.ESCALATE, UNSOLVED, None, Duty.HOLDER, (REASON, MAYBE_TO_LEVEL), barred_at=AT_THE_TOP),
    Move(Action.DELEGATE, UNSOLVED, None, Duty.HOLDER, (TO_AREA, MAYBE_REASON), barred_at=AT_THE_BOTTOM),
    Move(Action.COMMENT, ANY, None, Duty.READER, (TEXT,)),
)

_BY_STATUS: dict[Status, tuple[Move, ...]] = {
    status: tuple(row for row in MOVES if status in row.sources) for status in Status
}
_BY_BOTH: dict[tuple[Status, Action], Move] = {
    (status, row.action): row for status, rows in _BY_STATUS.items() for row in rows
}


def moves_from(status: Status) -> tuple[Move, ...]:
    """The rows that start at `status`, in the table's order."""
    return _BY_STATUS[status]


def moves_at(status: Status, holder_level: Level) -> tuple[Move, ...]:
    """The rows that start at `status` and lead somewhere from the holder's level."""
    return tuple(row for row in moves_from(status) if holder_level not in row.barred_at)


def move(status: Status, action: Action) -> Move:
    """The row for this action; raises MoveNotAllowed."""
    row = _BY_BOTH.get((status, action))
    if row is None:
        raise MoveNotAllowed(status, action)
    return row


def next_status(status: Status, action: Action) -> Status:
    """The status after the action; raises MoveNotAllowed."""
    return move(status, action).target or status
