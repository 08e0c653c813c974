"""Act on a case: one row of the workflow table, carried out under the case's version."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import func, select

from app import events
from app.areas.index import AreaEntry, areas
from app.cases.commands import Act
from app.cases.duties import Duties
from app.cases.models import PAST_FIELDS, Case, CaseAction, CasePhoto, PastState, Task
from app.cases.queries.one import locked_case
from app.catalogue.queries import categories
from app.core.clock import rfc3339
from app.core.db import db
from app.core.policy import LEVEL_FIELDS, Actor
from app.core.problems import Conflict, Invalid, Stale
from app.people.queries import DepartmentRow, department
from app.workflow.actions import Action
from app.workflow.levels import Level, rungs_above
from app.workflow.moves import Duty, Move, MoveNotAllowed, Need, NeedKind, moves_at
from app.workflow.moves import move as row_of
from app.workflow.statuses import ENDED, Status
from app.workflow.tasks import FOLLOWS_HOLDER, TaskKind, task_change


@dataclass(frozen=True)
class Done:
    """`repeated` is True when this very action had been carried out before."""

    case: Case
    repeated: bool


@dataclass
class Step:
    """One action being carried out: the case before, the row, and what the sender gave, looked up."""

    case: Case
    move: Move
    act: Act
    actor: Actor
    now: datetime
    department: DepartmentRow | None = None
    unit: AreaEntry | None = None
    level: Level | None = None
    photos: tuple[str, ...] = ()


def act(uuid: UUID, what: Act, *, version: int, actor: Actor, now: datetime) -> Done:
    """Carry out an action on the case as the sender saw it.

    Raises, in this order: NotFound (out of scope), Stale (another version), Invalid (what it needs),
    Conflict (the table has no such move for this status, role or level).
    """
    case = locked_case(uuid, actor)
    if _repeated(case, what, actor):
        return Done(case, repeated=True)
    if case.version != version:
        raise Stale(_("The case has changed since you read it."), extra={"version": case.version})
    step = _checked(case, what, actor, now)
    _remember_past(case, now)
    _carry_out(step)
    _finish(step)
    return Done(case, repeated=False)


def _repeated(case: Case, what: Act, actor: Actor) -> bool:
    known = db.session.get(CaseAction, what.id)
    if known is None:
        return False
    if known.case_id != case.id or known.person_id != actor.id or known.command_hash != what.hash():
        raise Conflict(_("Another action was already received under this id; the first one stands."))
    return True


def _checked(case: Case, what: Act, actor: Actor, now: datetime) -> Step:
    """Fields first (422), then the table and the actor's duty (409)."""
    if what.action not in {action.value for action in Action}:
        raise Invalid({"action": [_("There is no action %(name)s.", name=what.action[:40])]})
    action = Action(what.action)
    step = Step(case, _any_row(action), what, actor, now)
    _read_needs(step)
    try:
        step.move = row_of(Status(case.status), action)
    except MoveNotAllowed:
        raise Conflict(_impossible(case, action)) from None
    if step.move not in moves_at(Status(case.status), Level(case.level)):
        raise Conflict(_("From this level the case can go no further that way."))
    if not Duties(case, actor, now).may(step.move.who):
        raise Conflict(_not_yours(step.move))
    return step


def _any_row(action: Action) -> Move:
    """A row of the action; what it needs is the same in all of them."""
    status = next(s for s in Status if any(m.action is action for m in moves_at(s, Level.TOWN)))
    return row_of(status, action)


def _impossible(case: Case, action: Action) -> str:
    return _(
        "“%(action)s” is not possible while the case is “%(status)s”.", action=action, status=case.status
    )


def _not_yours(move: Move) -> str:
    reasons = {
        Duty.HOLDER: _("Only the unit that answers for the case may do this."),
        Duty.HANDLER: _("Only the department that handles the case may do this."),
        Duty.CHECKER: _("Only the grid's inspector may do this, and never whoever handled the case."),
        Duty.READER: "",
    }
    return reasons[move.who]


def _read_needs(step: Step) -> None:
    errors: dict[str, list[str]] = {}
    for need in step.move.needs:
        value = step.act.fields.get(need.name)
        try:
            if value is None or value == []:
                _refuse_missing(step, need)
            else:
                _READERS.get(need.kind, _keep)(step, value)
        except _Unfit as unfit:
            errors[need.name] = [str(unfit)]
    if errors:
        raise Invalid(errors)


class _Unfit(ValueError):
    """What is wrong with one field."""


def _refuse_missing(step: Step, need: Need) -> None:
    if need.kind is NeedKind.PHOTOS:
        category = categories().get(step.case.category)
        if need.required and (category is None or category.after_photo):
            raise _Unfit(_("A photo of the result is needed."))
    elif need.required:
        raise _Unfit(_("This is needed."))


def _keep(_step: Step, _value: Any) -> None:
    """Texts, reasons and instants need no looking up."""


def _read_due(step: Step, due_at: datetime) -> None:
    if due_at <= step.now:
        raise _Unfit(_("The due time lies in the past."))


def _read_department(step: Step, code: str) -> None:
    found = department(code)
    if found is None or not step.case.scope_path.startswith(found.area_path):
        raise _Unfit(_("There is no department %(code)s that serves this place.", code=code))
    step.department = found


def _read_photos(step: Step, hashes: list[str]) -> None:
    there = set(
        db.session.scalars(
            select(CasePhoto.sha256).where(CasePhoto.case_id == step.case.id, CasePhoto.sha256.in_(hashes))
        )
    )
    if missing := sorted(set(hashes) - there):
        raise _Unfit(_("This photo was not sent yet: %(hash)s", hash=missing[0]))
    step.photos = tuple(dict.fromkeys(hashes))


def _read_level(step: Step, level: str) -> None:
    lineage = {rung: getattr(step.case, LEVEL_FIELDS[rung]) for rung in Level}
    above = rungs_above(Level(step.case.level), lineage)
    if level not in above:
        names = ", ".join(above) or "–"
        raise _Unfit(_("The case can be raised to: %(levels)s.", levels=names))
    step.level = Level(level)


def _read_unit(step: Step, code: str) -> None:
    index = areas()
    unit, holder = index.by_code.get(code), index.by_id[step.case.holder_id]
    if unit is None or unit.id == holder.id or not unit.path.startswith(holder.path):
        raise _Unfit(_("%(code)s is no unit below %(holder)s.", code=code, holder=holder.name))
    if unit.level == Level.GRID:
        raise _Unfit(_("A grid answers for no case; send it to its community."))
    placed = step.case.placement not in ("unplaced", "words")
    if placed and not step.case.scope_path.startswith(unit.path):
        raise _Unfit(_("The case does not lie in %(name)s.", name=unit.name))
    step.unit = unit


_READERS: dict[NeedKind, Callable[[Step, Any], None]] = {
    NeedKind.DEPARTMENT: _read_department,
    NeedKind.INSTANT: _read_due,
    NeedKind.PHOTOS: _read_photos,
    NeedKind.LEVEL: _read_level,
    NeedKind.AREA: _read_unit,
}


def _remember_past(case: Case, now: datetime) -> None:
    """Begin a new version; keep where the case stood until now, for lists asked as of an earlier instant."""
    kept = {name: getattr(case, name) for name in PAST_FIELDS}
    since = case.changed_at
    db.session.add(PastState(case_id=case.id, version=case.version, since=since, until=now, **kept))
    case.version += 1


def _carry_out(step: Step) -> None:
    _EFFECTS.get(step.move.action, _nothing_more)(step)
    if step.move.target is not None:
        step.case.status = step.move.target.value
    _change_tasks(step)
    if step.case.status in ENDED:
        _end(step)


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
    if step.case.placement in ("unplaced", "words"):
        for name, area_id in step.unit.lineage.items():
            setattr(step.case, name, area_id)
        step.case.scope_path = step.unit.path
        step.case.placement = "area"
    _move_to(step, step.unit)


def _move_to(step: Step, unit: AreaEntry) -> None:
    step.case.holder_id, step.case.level = unit.id, unit.level
    for task in _open_tasks(step.case):
        if task.kind in FOLLOWS_HOLDER:
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


def _open_tasks(case: Case) -> list[Task]:
    return list(db.session.scalars(select(Task).where(Task.case_id == case.id, Task.closed_at.is_(None))))


def _change_tasks(step: Step) -> None:
    change = task_change(step.move.action)
    if change.closes is not None:
        for task in _open_tasks(step.case):
            if task.kind == change.closes:
                task.closed_at, task.outcome = step.now, step.move.action.value
                task.person_id = step.actor.id if step.move.action is Action.HANDLE else task.person_id
    if change.opens is not None:
        db.session.add(_new_task(step, change.opens))
    db.session.flush()
    step.case.due_at = db.session.scalar(
        select(func.min(Task.due_at)).where(Task.case_id == step.case.id, Task.closed_at.is_(None))
    )


def _new_task(step: Step, kind: TaskKind) -> Task:
    """A handle task keeps the due time the dispatcher set, also when the case comes back for rework."""
    task = Task(case_id=step.case.id, kind=kind.value, opened_at=step.now)
    if kind is TaskKind.HANDLE:
        task.department_id = step.case.department_id
        task.due_at = step.act.fields.get("due_at") or _dispatched_due(step.case)
    elif kind is TaskKind.CHECK:
        task.area_id = step.case.grid_id or step.case.holder_id
    return task


def _dispatched_due(case: Case) -> datetime | None:
    """The due time of the last handle task, if it is the same department's."""
    last = select(Task.due_at).where(
        Task.case_id == case.id,
        Task.kind == TaskKind.HANDLE.value,
        Task.department_id == case.department_id,
        Task.outcome == Action.HANDLE.value,
    )
    return db.session.scalar(last.order_by(Task.id.desc()).limit(1))


def _end(step: Step) -> None:
    case = step.case
    case.ended_at = step.now
    case.due_at = None
    if case.status == Status.CLOSED:
        case.took_s = int((step.now - case.filed_at).total_seconds())
        case.on_time = _kept_every_term(case)


def _kept_every_term(case: Case) -> bool:
    """Whether every handling was finished by its due time (none set: kept)."""
    late = select(Task.id).where(Task.case_id == case.id, Task.closed_at > Task.due_at).limit(1)
    return db.session.scalar(late) is None


def _finish(step: Step) -> None:
    """The version that the sender saw becomes the next one; the event tells what was done."""
    case, index = step.case, areas()
    case.changed_at = step.now
    db.session.flush()
    body: dict[str, Any] = {
        **{name: rfc3339(v) if isinstance(v, datetime) else v for name, v in step.act.fields.items()},
        "version": case.version,
        "status": case.status,
        "level": case.level,
        "holder": index.by_id[case.holder_id].code,
        "due_at": rfc3339(case.due_at),
    }
    events.append(f"case.{step.move.action}", f"case:{case.uuid}", body, actor=step.actor, at=step.now)
    db.session.add(
        CaseAction(
            uuid=step.act.id,
            case_id=case.id,
            person_id=step.actor.id,
            command_hash=step.act.hash(),
            version=case.version,
            at=step.now,
        )
    )
