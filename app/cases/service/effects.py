"""What an action does to its case: status, holder, department, counts and tasks."""

from collections.abc import Callable
from datetime import datetime

from app.areas.index import AreaEntry, areas
from app.cases.models import Case, Task
from app.cases.queries.one import tasks_of
from app.cases.service.needs import Step
from app.core.db import db
from app.core.policy import LEVEL_FIELDS
from app.workflow.actions import Action
from app.workflow.levels import Level, rungs_above
from app.workflow.statuses import ENDED, Status
from app.workflow.tasks import FOLLOWS_HOLDER, TaskKind, task_change


def carry_out(step: Step) -> None:
    """The move's own effect, its new status, the tasks it closes and opens, and the end if it ends."""
    _EFFECTS.get(step.move.action, _nothing_more)(step)
    if step.move.target is not None:
        step.case.status = step.move.target.value
    tasks = tasks_of(step.case.id)
    _change_tasks(step, tasks)
    step.case.due_at = min((t.due_at for t in tasks if t.due_at and not t.closed_at), default=None)
    if step.case.status in ENDED:
        _end(step, tasks)


def _nothing_more(_step: Step) -> None:
    """The status and the tasks say it all."""


def _accept(step: Step) -> None:
    step.case.accepted_at = step.now


def _dispatch(step: Step) -> None:
    assert step.department is not None
    step.case.department_id = step.department.id


def _handle(step: Step) -> None:
    step.case.handled_by_id = step.actor.id


def _return(step: Step) -> None:
    step.case.returns += 1
    step.case.department_id = None


def _check_fail(step: Step) -> None:
    step.case.reworks += 1


def _escalate(step: Step) -> None:
    index = areas()
    holder = index.by_id[step.case.holder_id]
    lineage = {rung: holder.lineage[LEVEL_FIELDS[rung]] for rung in Level}
    level = step.level or rungs_above(Level(step.case.level), lineage)[0]
    unit_id = lineage[level]
    assert unit_id is not None
    step.case.escalations += 1
    _move_to(step, index.by_id[unit_id])


def _delegate(step: Step) -> None:
    assert step.unit is not None
    if len(step.unit.path) > len(step.case.scope_path):  # until now the place was not known as closely
        for name, area_id in step.unit.lineage.items():
            setattr(step.case, name, area_id)
        step.case.scope_path = step.unit.path
        step.case.placement = "area"
    _move_to(step, step.unit)


def _move_to(step: Step, unit: AreaEntry) -> None:
    step.case.holder_id, step.case.level = unit.id, unit.level
    for task in tasks_of(step.case.id):
        if task.kind in FOLLOWS_HOLDER and task.closed_at is None:
            task.area_id = unit.id


_EFFECTS: dict[Action, Callable[[Step], None]] = {
    Action.ACCEPT: _accept,
    Action.DISPATCH: _dispatch,
    Action.HANDLE: _handle,
    Action.RETURN_TO_DISPATCHER: _return,
    Action.CHECK_FAIL: _check_fail,
    Action.ESCALATE: _escalate,
    Action.DELEGATE: _delegate,
}


def _change_tasks(step: Step, tasks: list[Task]) -> None:
    """Close and open what the table says; a new task joins the list."""
    change = task_change(step.move.action)
    for task in tasks:
        if task.kind == change.closes and task.closed_at is None:
            task.closed_at, task.outcome = step.now, step.move.action.value
            task.person_id = step.actor.id if step.move.action is Action.HANDLE else task.person_id
    if change.opens is not None:
        task = _new_task(step, tasks, change.opens)
        db.session.add(task)
        tasks.append(task)


def _new_task(step: Step, tasks: list[Task], kind: TaskKind) -> Task:
    """A handle task keeps the due time the dispatcher set, also when the case comes back for rework."""
    task = Task(case_id=step.case.id, kind=kind.value, opened_at=step.now)
    if kind is TaskKind.HANDLE:
        task.department_id = step.case.department_id
        task.due_at = step.due_at or _dispatched_due(step.case, tasks)
    elif kind is TaskKind.CHECK:
        task.area_id = step.case.grid_id or step.case.holder_id
    return task


def _dispatched_due(case: Case, tasks: list[Task]) -> datetime | None:
    """The due time of the last task that this very department handled."""
    handled = [t for t in tasks if t.outcome == Action.HANDLE and t.department_id == case.department_id]
    return handled[-1].due_at if handled else None


def _end(step: Step, tasks: list[Task]) -> None:
    case = step.case
    case.ended_at = step.now
    case.due_at = None
    if case.status == Status.CLOSED:
        case.took_s = int((step.now - case.filed_at).total_seconds())
        case.on_time = all(t.due_at is None or t.closed_at is None or t.closed_at <= t.due_at for t in tasks)
