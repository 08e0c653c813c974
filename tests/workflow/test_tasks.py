import pytest

from app.workflow.actions import Action
from app.workflow.moves import MOVES, Duty, move
from app.workflow.statuses import Status
from app.workflow.tasks import AT_FILING, FOLLOWS_HOLDER, OWED_BY, TaskChange, TaskKind, task_change

# The duty open in each status a case can reach.
OPEN_IN = {
    Status.FILED: TaskKind.ACCEPT,
    Status.ACCEPTED: None,
    Status.DISPATCHED: TaskKind.HANDLE,
    Status.IN_PROGRESS: TaskKind.HANDLE,
    Status.HANDLED: TaskKind.CHECK,
    Status.CLOSED: None,
    Status.REJECTED: None,
}
WALK = [(row.action, status) for row in MOVES for status in row.sources if status in OPEN_IN]


def after(task: TaskKind | None, change: TaskChange) -> TaskKind | None:
    assert change.closes in (None, task), "closes a task that is not open"
    if change.closes:
        task = None
    assert not (task and change.opens), "opens a task while another is open"
    return change.opens or task


def test_filing_opens_the_accept_task() -> None:
    assert after(None, AT_FILING) is TaskKind.ACCEPT


@pytest.mark.parametrize(("action", "status"), WALK)
def test_every_move_leaves_the_duty_of_its_target_open(action: Action, status: Status) -> None:
    target = move(status, action).target or status
    assert after(OPEN_IN[status], task_change(action)) is OPEN_IN[target]


def test_a_failed_check_opens_a_new_handle_task() -> None:
    assert task_change(Action.CHECK_FAIL) == TaskChange(closes=TaskKind.CHECK, opens=TaskKind.HANDLE)


@pytest.mark.parametrize("action", [Action.START, Action.ESCALATE, Action.DELEGATE, Action.COMMENT])
def test_other_actions_touch_no_task(action: Action) -> None:
    assert task_change(action) == TaskChange()


def test_every_task_is_owed_by_someone() -> None:
    assert set(OWED_BY) == set(TaskKind)
    assert OWED_BY[TaskKind.CHECK] is Duty.CHECKER
    assert {TaskKind.ACCEPT} == FOLLOWS_HOLDER
