"""What an action does to its case: status, holder, department, counts, clocks and tasks."""

from collections.abc import Callable
from datetime import datetime

from app.cases.models import Case, Task
from app.cases.service import applications, beside, hops
from app.cases.service.clocks import resume_clocks, show_clock, stop_clock
from app.cases.service.needs import Step
from app.catalogue.configuration import limits
from app.workflow.actions import Action
from app.workflow.cards import Card, higher
from app.workflow.moves import Duty, target_of
from app.workflow.statuses import ENDED, Status
from app.workflow.tasks import APPLIES_FOR, MAIN_TASK, OWED_BY, TaskKind, task_change


def carry_out(step: Step) -> None:
    """The move's own effect, its new status, the tasks it closes and opens, and the end if it ends."""
    before = Status(step.case.status)
    _close(step, task_change(step.move.action).closes)
    _EFFECTS.get(step.move.action, _nothing_more)(step)
    back = Status(step.case.resume_to) if step.case.resume_to else None
    step.case.status = target_of(step.move, before, back).value
    _open(step, before)
    if step.case.status in ENDED and before not in ENDED:
        _end(step)
    show_clock(step.case, step.tasks)


def _nothing_more(_step: Step) -> None:
    """The status and the tasks say it all."""


def _accept(step: Step) -> None:
    step.case.accepted_at = step.now


def _dispatch(step: Step) -> None:
    assert step.department is not None
    step.case.department_id = step.department.id
    beside.ask_to_assist(step)


def _handle(step: Step) -> None:
    step.case.handled_by_id = step.actor.id


def _return(step: Step) -> None:
    """A case that nobody wants is decided one level up: no ping-pong."""
    step.case.returns += 1
    step.case.department_id = None
    if step.case.returns >= limits().returns_before_raise:
        step.told["raised"] = hops.raise_one_level(step)


def _check_fail(step: Step) -> None:
    step.case.reworks += 1
    if step.case.reworks >= REWORKS_FOR_RED:
        step.case.card = higher(step.case.card, Card.RED)


def _close_on_spot(step: Step) -> None:
    step.case.self_handled = True
    step.case.accepted_at, step.case.handled_by_id = step.now, step.actor.id


def _supervise(step: Step) -> None:
    step.case.card = higher(step.case.card, step.act.fields.get("card"))


def _resume(step: Step) -> None:
    resume_clocks(step.case, step.tasks, now=step.now)
    step.case.suspended_at = None


def _reopen(step: Step) -> None:
    step.case.reopens += 1
    step.case.department_id = None


REWORKS_FOR_RED = 2
_EFFECTS: dict[Action, Callable[[Step], None]] = {
    Action.ACCEPT: _accept,
    Action.DISPATCH: _dispatch,
    Action.HANDLE: _handle,
    Action.RETURN_TO_DISPATCHER: _return,
    Action.CHECK_FAIL: _check_fail,
    Action.CLOSE_ON_SPOT: _close_on_spot,
    Action.ESCALATE: hops.escalate,
    Action.DELEGATE: hops.delegate,
    Action.TRANSFER: hops.transfer,
    Action.WHISTLE: beside.summon,
    Action.RESPOND: beside.respond,
    Action.SUPERVISE: _supervise,
    Action.APPROVE: applications.decide,
    Action.DENY: applications.decide,
    Action.RESUME: _resume,
    Action.REOPEN: _reopen,
    **dict.fromkeys(APPLIES_FOR, applications.apply),
}


def _close(step: Step, kind: TaskKind | None) -> None:
    for task in step.open_tasks:
        if task.kind == kind:
            stop_clock(task, step.move.action.value, now=step.now)
            if step.move.action is Action.HANDLE:
                task.person_id = step.actor.id


def _open(step: Step, before: Status) -> None:
    """What the table says; an application opens its own task; whoever returns from an end begins anew."""
    opens = task_change(step.move.action).opens
    if before in ENDED and step.case.status not in ENDED:
        _begin_anew(step)
        opens = MAIN_TASK[Status(step.case.status)]
    if step.move.back:
        step.case.resume_to = None
    if opens in (None, TaskKind.APPROVE):
        return
    if opens is TaskKind.CHECK:
        if not beside.waits_for_departments(step.tasks):
            beside.open_check(step)
        return
    _open_one(step, opens)


def _open_one(step: Step, kind: TaskKind) -> None:
    """A handle task keeps the due time the dispatcher set, also when the case comes back for rework."""
    task = Task(case_id=step.case.id, kind=kind.value, opened_at=step.now)
    due_at = step.due_at
    if kind is TaskKind.HANDLE:
        task.department_id = step.case.department_id
        due_at = due_at or _dispatched_due(step.case, step.tasks)
    elif OWED_BY[kind] is Duty.HOLDER:
        task.area_id = step.case.holder_id
    else:
        task.area_id = step.case.grid_id or step.case.holder_id
    beside.put(step, task, due_at)


def _dispatched_due(case: Case, tasks: list[Task]) -> datetime | None:
    """The due time of the last task that this very department handled, unless the case was reopened since."""
    handled = [t for t in tasks if t.outcome == Action.HANDLE and t.department_id == case.department_id]
    return handled[-1].due_at if handled and case.status == Status.IN_PROGRESS else None


def _begin_anew(step: Step) -> None:
    case = step.case
    case.ended_at = case.took_s = case.on_time = None


def _end(step: Step) -> None:
    case = step.case
    case.ended_at = step.now
    hops.withdraw(step)
    if case.status == Status.CLOSED:
        case.took_s = int((step.now - case.filed_at).total_seconds())
        case.on_time = all(
            t.due_at is None or t.closed_at is None or t.closed_at <= t.due_at for t in step.tasks
        )
    for task in step.open_tasks:
        stop_clock(task, step.move.action.value, now=step.now)
