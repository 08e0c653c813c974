"""Which duties open and close as a case moves."""

from dataclasses import dataclass
from enum import StrEnum

from app.workflow.actions import Action
from app.workflow.moves import Application, Duty
from app.workflow.statuses import Status


class TaskKind(StrEnum):
    """The kind of a task is also the stage that its term is looked up by."""

    VERIFY = "verify"
    ACCEPT = "accept"
    DISPATCH = "dispatch"
    HANDLE = "handle"
    ASSIST = "assist"
    RESPOND = "respond"
    CHECK = "check"
    APPROVE = "approve"
    REVIEW = "review"
    ANSWER = "answer"
    ACKNOWLEDGE = "acknowledge"


# Whose duty an open task is.
OWED_BY: dict[TaskKind, Duty] = {
    TaskKind.VERIFY: Duty.VERIFIER,
    TaskKind.ACCEPT: Duty.HOLDER,
    TaskKind.DISPATCH: Duty.HOLDER,
    TaskKind.HANDLE: Duty.HANDLER,
    TaskKind.ASSIST: Duty.ASSISTANT,
    TaskKind.RESPOND: Duty.ASSISTANT,
    TaskKind.CHECK: Duty.CHECKER,
    TaskKind.APPROVE: Duty.APPROVER,
    TaskKind.REVIEW: Duty.HOLDER,
    TaskKind.ANSWER: Duty.HOLDER,
    TaskKind.ACKNOWLEDGE: Duty.ALERTED,
}
# Open tasks that go along when a case is raised or sent down.
FOLLOWS_HOLDER: frozenset[TaskKind] = frozenset(kind for kind, duty in OWED_BY.items() if duty is Duty.HOLDER)
# Tasks that climb by themselves, past the case's level: whoever has to decide is above it already.
CLIMBS_ALONE: frozenset[TaskKind] = frozenset({TaskKind.APPROVE, TaskKind.ACKNOWLEDGE})
# What a department does for a case besides the one that leads.
BESIDE: frozenset[TaskKind] = frozenset({TaskKind.ASSIST, TaskKind.RESPOND})
# What goes on while a case is suspended.
NEVER_PAUSED: frozenset[TaskKind] = frozenset({TaskKind.REVIEW, TaskKind.ANSWER, TaskKind.APPROVE})


@dataclass(frozen=True, slots=True)
class TaskChange:
    closes: TaskKind | None = None
    opens: TaskKind | None = None


BY_ACTION: dict[Action, TaskChange] = {
    Action.VERIFY_PASS: TaskChange(closes=TaskKind.VERIFY, opens=TaskKind.ACCEPT),
    Action.VERIFY_FAIL: TaskChange(closes=TaskKind.VERIFY, opens=TaskKind.ACCEPT),
    Action.ACCEPT: TaskChange(closes=TaskKind.ACCEPT, opens=TaskKind.DISPATCH),
    Action.REJECT: TaskChange(closes=TaskKind.ACCEPT),
    Action.DISPATCH: TaskChange(closes=TaskKind.DISPATCH, opens=TaskKind.HANDLE),
    Action.HANDLE: TaskChange(closes=TaskKind.HANDLE, opens=TaskKind.CHECK),
    Action.RETURN_TO_DISPATCHER: TaskChange(closes=TaskKind.HANDLE, opens=TaskKind.DISPATCH),
    Action.CHECK_PASS: TaskChange(closes=TaskKind.CHECK),
    Action.CHECK_FAIL: TaskChange(closes=TaskKind.CHECK, opens=TaskKind.HANDLE),
    Action.CLOSE_ON_SPOT: TaskChange(closes=TaskKind.ACCEPT),
    Action.ACKNOWLEDGE: TaskChange(closes=TaskKind.ACKNOWLEDGE),
    Action.SUPERVISE: TaskChange(opens=TaskKind.ANSWER),
    Action.ANSWER: TaskChange(closes=TaskKind.ANSWER),
    Action.APPROVE: TaskChange(closes=TaskKind.APPROVE),
    Action.DENY: TaskChange(closes=TaskKind.APPROVE),
    Action.RESUME: TaskChange(closes=TaskKind.REVIEW),
    Action.REOPEN: TaskChange(opens=TaskKind.DISPATCH),
    **{
        action: TaskChange(opens=TaskKind.APPROVE)
        for action in (
            Action.REQUEST_EXTENSION,
            Action.REQUEST_SUSPENSION,
            Action.REQUEST_RECLASSIFICATION,
            Action.REQUEST_VOID,
            Action.REQUEST_RESTORE,
        )
    },
}
"""What the action itself closes and opens. Dispatch and whistle also open one task for each department beside
the lead; an approved suspension opens the review."""

APPLIES_FOR: dict[Action, Application] = {
    Action.REQUEST_EXTENSION: Application.EXTEND,
    Action.REQUEST_SUSPENSION: Application.SUSPEND,
    Action.REQUEST_RECLASSIFICATION: Application.RECLASSIFY,
    Action.REQUEST_VOID: Application.VOID,
    Action.REQUEST_RESTORE: Application.RESTORE,
}

MAIN_TASK: dict[Status, TaskKind] = {
    Status.VERIFYING: TaskKind.VERIFY,
    Status.FILED: TaskKind.ACCEPT,
    Status.ACCEPTED: TaskKind.DISPATCH,
    Status.DISPATCHED: TaskKind.HANDLE,
    Status.IN_PROGRESS: TaskKind.HANDLE,
    Status.HANDLED: TaskKind.CHECK,
    Status.SUSPENDED: TaskKind.REVIEW,
}
"""The duty that is never missing in each status: a case without one would be nobody's."""


def task_change(action: Action) -> TaskChange:
    """What the action closes and opens; an empty change when it touches no task."""
    return BY_ACTION.get(action, TaskChange())
