"""Which duties open and close as a case moves."""

from dataclasses import dataclass
from enum import StrEnum

from app.workflow.actions import Action
from app.workflow.moves import Duty


class TaskKind(StrEnum):
    ACCEPT = "accept"
    HANDLE = "handle"
    CHECK = "check"


# Whose duty an open task is.
OWED_BY: dict[TaskKind, Duty] = {
    TaskKind.ACCEPT: Duty.HOLDER,
    TaskKind.HANDLE: Duty.HANDLER,
    TaskKind.CHECK: Duty.CHECKER,
}
# Open tasks that go along when a case is raised or sent down.
FOLLOWS_HOLDER: frozenset[TaskKind] = frozenset(kind for kind, duty in OWED_BY.items() if duty is Duty.HOLDER)


@dataclass(frozen=True, slots=True)
class TaskChange:
    closes: TaskKind | None = None
    opens: TaskKind | None = None


AT_FILING = TaskChange(opens=TaskKind.ACCEPT)

BY_ACTION: dict[Action, TaskChange] = {
    Action.ACCEPT: TaskChange(closes=TaskKind.ACCEPT),
    Action.REJECT: TaskChange(closes=TaskKind.ACCEPT),
    Action.DISPATCH: TaskChange(opens=TaskKind.HANDLE),
    Action.HANDLE: TaskChange(closes=TaskKind.HANDLE, opens=TaskKind.CHECK),
    Action.RETURN_TO_DISPATCHER: TaskChange(closes=TaskKind.HANDLE),
    Action.CHECK_PASS: TaskChange(closes=TaskKind.CHECK),
    Action.CHECK_FAIL: TaskChange(closes=TaskKind.CHECK, opens=TaskKind.HANDLE),
}


def task_change(action: Action) -> TaskChange:
    """What the action closes and opens; an empty change when it touches no task."""
    return BY_ACTION.get(action, TaskChange())
