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
    WORKER = "worker"  # holder or handler: whoever works on the case now
    ASSISTANT = "assistant"  # a handler of a department that was asked to assist or summoned
    VERIFIER = "verifier"  # inspector of the grid, or the community's manager without one
    CHECKER = "checker"  # the same, but never who handled
    FINDER = "finder"  # the inspector who filed it
    SUPERIOR = "superior"  # as holder, at a unit over the case's level
    OVERSEER = "overseer"  # holder or superior
    APPROVER = "approver"  # as holder, at the unit that decides the application; never who applied
    ALERTED = "alerted"  # as holder, at the unit that has to acknowledge the emergency
    READER = "reader"  # whoever may read the case


class NeedKind(StrEnum):
    TEXT = "text"
    REASON = "reason"
    REASON_CODE = "reason_code"
    DEPARTMENT = "department"
    DEPARTMENTS = "departments"
    INSTANT = "instant"
    REVIEW = "review"
    PHOTOS = "photos"
    AREA = "area"
    PEER = "peer"
    LEVEL = "level"
    CATEGORY = "category"
    CARD = "card"
    POSITION = "position"


class Application(StrEnum):
    """What can be applied for, to be decided by a level above."""

    EXTEND = "extend"
    SUSPEND = "suspend"
    RECLASSIFY = "reclassify"
    VOID = "void"
    RESTORE = "restore"


@dataclass(frozen=True, slots=True)
class Need:
    """One field that an action takes."""

    name: str
    kind: NeedKind
    required: bool


@dataclass(frozen=True, slots=True)
class Move:
    """One permitted row. `applied`: the row is for this pending application only."""

    action: Action
    sources: frozenset[Status]
    target: Status | None  # None: the status stays
    who: Duty
    needs: tuple[Need, ...] = ()
    barred_at: frozenset[Level] = frozenset()  # levels of the holder at which there is nowhere to go
    counts_rework: bool = False
    applied: Application | None = None
    back: bool = False  # to the status before the suspension or the end, whatever it was


class MoveNotAllowed(Exception):
    """The table has no such action in this status."""

    def __init__(self, status: Status, action: Action) -> None:
        super().__init__(f"'{action}' is not possible while a case is '{status}'")
        self.status = status
        self.action = action


REASON = Need("reason", NeedKind.REASON, required=True)
MAYBE_REASON = Need("reason", NeedKind.REASON, required=False)
MAYBE_CODE = Need("reason_code", NeedKind.REASON_CODE, required=False)
PHOTOS = Need("photos", NeedKind.PHOTOS, required=True)
MAYBE_PHOTOS = Need("photos", NeedKind.PHOTOS, required=False)
NOTE = Need("note", NeedKind.TEXT, required=True)
MAYBE_NOTE = Need("note", NeedKind.TEXT, required=False)
TEXT = Need("text", NeedKind.TEXT, required=True)
MAYBE_TEXT = Need("text", NeedKind.TEXT, required=False)
DEPARTMENT = Need("department", NeedKind.DEPARTMENT, required=True)
DEPARTMENTS = Need("departments", NeedKind.DEPARTMENTS, required=True)
MAYBE_ASSISTING = Need("assisting", NeedKind.DEPARTMENTS, required=False)
MAYBE_INFORMED = Need("informed", NeedKind.DEPARTMENTS, required=False)
DUE_AT = Need("due_at", NeedKind.INSTANT, required=True)
MAYBE_DUE_AT = Need("due_at", NeedKind.INSTANT, required=False)
REVIEW_AT = Need("review_at", NeedKind.REVIEW, required=True)
MAYBE_TO_LEVEL = Need("to_level", NeedKind.LEVEL, required=False)
TO_AREA = Need("to", NeedKind.AREA, required=True)
TO_PEER = Need("to", NeedKind.PEER, required=True)
CATEGORY = Need("category", NeedKind.CATEGORY, required=True)
MAYBE_CARD = Need("card", NeedKind.CARD, required=False)
MAYBE_POSITION = Need("position", NeedKind.POSITION, required=False)
MAYBE_OFF_SITE = Need("off_site_reason", NeedKind.REASON, required=False)
ON_SITE = (MAYBE_POSITION, MAYBE_OFF_SITE)

VERIFYING = frozenset({Status.VERIFYING})
FILED = frozenset({Status.FILED})
ACCEPTED = frozenset({Status.ACCEPTED})
DISPATCHED = frozenset({Status.DISPATCHED})
IN_PROGRESS = frozenset({Status.IN_PROGRESS})
HANDLED = frozenset({Status.HANDLED})
SUSPENDED = frozenset({Status.SUSPENDED})
CLOSED = frozenset({Status.CLOSED})
TURNED_DOWN = frozenset({Status.REJECTED, Status.VOIDED})
WITH_DEPARTMENT = DISPATCHED | IN_PROGRESS
REGISTERED = ACCEPTED | WITH_DEPARTMENT
UNSOLVED = FILED | REGISTERED
RUNNING = VERIFYING | UNSOLVED | HANDLED
UNENDED = RUNNING | SUSPENDED
ANY = frozenset(Status)

AT_THE_TOP = frozenset({Level.CITY})
AT_THE_BOTTOM = frozenset({Level.COMMUNITY, Level.GRID})

MOVES: tuple[Move, ...] = (
    Move(Action.VERIFY_PASS, VERIFYING, Status.FILED, Duty.VERIFIER, (MAYBE_NOTE, MAYBE_PHOTOS, *ON_SITE)),
    Move(Action.VERIFY_FAIL, VERIFYING, Status.FILED, Duty.VERIFIER, (REASON, *ON_SITE)),
    Move(Action.ACCEPT, FILED, Status.ACCEPTED, Duty.HOLDER),
    Move(Action.REJECT, FILED, Status.REJECTED, Duty.HOLDER, (REASON, MAYBE_CODE)),
    Move(
        Action.DISPATCH,
        ACCEPTED,
        Status.DISPATCHED,
        Duty.HOLDER,
        (DEPARTMENT, MAYBE_DUE_AT, MAYBE_ASSISTING, MAYBE_INFORMED),
    ),
    Move(Action.START, DISPATCHED, Status.IN_PROGRESS, Duty.HANDLER),
    Move(Action.HANDLE, IN_PROGRESS, Status.HANDLED, Duty.HANDLER, (NOTE, PHOTOS)),
    Move(
        Action.RETURN_TO_DISPATCHER,
        WITH_DEPARTMENT,
        Status.ACCEPTED,
        Duty.HANDLER,
        (REASON, MAYBE_CODE),
    ),
    Move(Action.CHECK_PASS, HANDLED, Status.CLOSED, Duty.CHECKER, (MAYBE_PHOTOS, *ON_SITE)),
    Move(
        Action.CHECK_FAIL,
        HANDLED,
        Status.IN_PROGRESS,
        Duty.CHECKER,
        (REASON, MAYBE_CODE, *ON_SITE),
        counts_rework=True,
    ),
    Move(Action.CLOSE_ON_SPOT, FILED, Status.CLOSED, Duty.FINDER, (NOTE, PHOTOS)),
    Move(Action.ESCALATE, UNSOLVED, None, Duty.HOLDER, (REASON, MAYBE_TO_LEVEL), barred_at=AT_THE_TOP),
    Move(Action.DELEGATE, UNSOLVED, None, Duty.HOLDER, (TO_AREA, MAYBE_REASON), barred_at=AT_THE_BOTTOM),
    Move(
        Action.TRANSFER,
        FILED | ACCEPTED,
        None,
        Duty.HOLDER,
        (TO_PEER, REASON, MAYBE_CODE),
        barred_at=AT_THE_TOP,
    ),
    Move(Action.WHISTLE, UNSOLVED, None, Duty.HOLDER, (DEPARTMENTS, REASON, MAYBE_DUE_AT)),
    Move(Action.RESPOND, UNSOLVED | HANDLED, None, Duty.ASSISTANT, (NOTE, MAYBE_PHOTOS)),
    Move(Action.ACKNOWLEDGE, UNENDED, None, Duty.ALERTED, (MAYBE_NOTE,)),
    Move(Action.URGE, RUNNING, None, Duty.OVERSEER, (MAYBE_TEXT,)),
    Move(Action.SUPERVISE, UNENDED, None, Duty.SUPERIOR, (REASON, MAYBE_CARD, MAYBE_DUE_AT)),
    Move(Action.ANSWER, UNENDED, None, Duty.HOLDER, (TEXT,)),
    Move(Action.REQUEST_EXTENSION, UNSOLVED, None, Duty.WORKER, (DUE_AT, REASON)),
    Move(Action.REQUEST_SUSPENSION, REGISTERED, None, Duty.WORKER, (REVIEW_AT, REASON, MAYBE_CODE)),
    Move(Action.REQUEST_RECLASSIFICATION, UNSOLVED, None, Duty.WORKER, (CATEGORY, REASON)),
    Move(Action.REQUEST_VOID, UNSOLVED, None, Duty.WORKER, (REASON, MAYBE_CODE)),
    Move(Action.REQUEST_RESTORE, TURNED_DOWN, None, Duty.HOLDER, (REASON,)),
    Move(Action.APPROVE, UNENDED, None, Duty.APPROVER, (MAYBE_NOTE,), applied=Application.EXTEND),
    Move(
        Action.APPROVE, REGISTERED, Status.SUSPENDED, Duty.APPROVER, (MAYBE_NOTE,),
        applied=Application.SUSPEND,
    ),
    Move(Action.APPROVE, UNENDED, None, Duty.APPROVER, (MAYBE_NOTE,), applied=Application.RECLASSIFY),
    Move(Action.APPROVE, UNENDED, Status.VOIDED, Duty.APPROVER, (MAYBE_NOTE,), applied=Application.VOID),
    Move(
        Action.APPROVE, TURNED_DOWN, None, Duty.APPROVER, (MAYBE_NOTE,),
        applied=Application.RESTORE, back=True,
    ),
    *(
        Move(Action.DENY, ANY, None, Duty.APPROVER, (REASON,), applied=application)
        for application in Application
    ),
    Move(Action.RESUME, SUSPENDED, None, Duty.HOLDER, (MAYBE_REASON,), back=True),
    Move(Action.REOPEN, CLOSED, Status.ACCEPTED, Duty.OVERSEER, (REASON,)),
    Move(Action.COMMENT, ANY, None, Duty.READER, (TEXT,)),
)  # fmt: skip

_Key = tuple[Status, Action, Application | None]
_BY_STATUS: dict[Status, tuple[Move, ...]] = {
    status: tuple(row for row in MOVES if status in row.sources) for status in Status
}
_BY_KEY: dict[_Key, Move] = {
    (status, row.action, row.applied): row for status, rows in _BY_STATUS.items() for row in rows
}
BY_ACTION: dict[Action, tuple[Move, ...]] = {
    action: tuple(row for row in MOVES if row.action is action) for action in Action
}
DECISIONS = frozenset({Action.APPROVE, Action.DENY})


def moves_from(status: Status, applied: Application | None = None) -> tuple[Move, ...]:
    """The rows that start at `status`, in the table's order; decisions only on the pending application."""
    return tuple(row for row in _BY_STATUS[status] if row.applied in (None, applied))


def moves_at(status: Status, holder_level: Level, applied: Application | None = None) -> tuple[Move, ...]:
    """The rows that start at `status` and lead somewhere from the holder's level."""
    return tuple(row for row in moves_from(status, applied) if holder_level not in row.barred_at)


def move(status: Status, action: Action, applied: Application | None = None) -> Move:
    """The row for this action; raises MoveNotAllowed."""
    row = _BY_KEY.get((status, action, applied if action in DECISIONS else None))
    if row is None:
        raise MoveNotAllowed(status, action)
    return row


def target_of(row: Move, status: Status, back: Status | None) -> Status:
    """The status after the move from `status`; `back` is where a suspension or an end left off."""
    if row.back:
        return back or Status.ACCEPTED
    return row.target or status
