import pytest

from app.workflow.actions import Action
from app.workflow.moves import MOVES, Application, Duty, Move
from app.workflow.statuses import ENDED, Status
from app.workflow.tasks import (
    APPLIES_FOR,
    CLIMBS_ALONE,
    FOLLOWS_HOLDER,
    MAIN_TASK,
    OWED_BY,
    TaskChange,
    TaskKind,
    task_change,
)

MAIN = set(MAIN_TASK.values()) - {TaskKind.REVIEW}


def after(task: TaskKind | None, change: TaskChange) -> TaskKind | None:
    """The main duty after a change; the others come and go beside it."""
    if change.closes in MAIN:
        assert change.closes is task, "closes a duty that is not open"
        task = None
    if change.opens in MAIN:
        assert task is None, "opens a duty while another is open"
        return change.opens
    return task


@pytest.mark.parametrize("row", [row for row in MOVES if not row.back and row.action is not Action.APPROVE])
def test_every_move_leaves_the_main_duty_of_its_target_open(row: Move) -> None:
    for status in row.sources - {Status.SUSPENDED}:
        target = row.target or status
        assert after(MAIN_TASK.get(status), task_change(row.action)) is MAIN_TASK.get(target)


def test_no_open_status_is_without_a_duty() -> None:
    assert set(MAIN_TASK) == set(Status) - ENDED


def test_filing_opens_the_duty_to_accept_or_to_verify() -> None:
    assert (MAIN_TASK[Status.FILED], MAIN_TASK[Status.VERIFYING]) == (TaskKind.ACCEPT, TaskKind.VERIFY)


def test_a_failed_check_opens_a_new_handle_task() -> None:
    assert task_change(Action.CHECK_FAIL) == TaskChange(closes=TaskKind.CHECK, opens=TaskKind.HANDLE)


@pytest.mark.parametrize(
    "action", [Action.START, Action.ESCALATE, Action.TRANSFER, Action.URGE, Action.COMMENT]
)
def test_other_actions_touch_no_task(action: Action) -> None:
    assert task_change(action) == TaskChange()


def test_every_task_is_owed_by_someone() -> None:
    assert set(OWED_BY) == set(TaskKind)
    assert OWED_BY[TaskKind.CHECK] is Duty.CHECKER
    assert {TaskKind.ACCEPT, TaskKind.DISPATCH, TaskKind.REVIEW, TaskKind.ANSWER} == FOLLOWS_HOLDER
    assert not FOLLOWS_HOLDER & CLIMBS_ALONE


def test_every_application_has_its_request_and_its_two_answers() -> None:
    assert set(APPLIES_FOR.values()) == set(Application)
    for application in Application:
        answers = {row.action for row in MOVES if row.applied is application}
        assert answers == {Action.APPROVE, Action.DENY}
