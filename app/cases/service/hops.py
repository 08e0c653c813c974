"""How a case changes hands between units: raised, sent down, given to the unit next door."""

from app.areas.index import AreaEntry, areas
from app.cases.models import Case, Task
from app.cases.service.clocks import rearm, stop_clock
from app.cases.service.needs import Step
from app.core.policy import LEVEL_FIELDS
from app.workflow.levels import Level, rungs_above
from app.workflow.tasks import FOLLOWS_HOLDER, TaskKind


def escalate(step: Step) -> None:
    """To the level that was asked for, else the next one up."""
    levels = _levels_above(step.case)
    raise_to(step, step.level or levels[0])


def raise_one_level(step: Step) -> bool:
    """Whether there was a level above to raise the case to."""
    levels = _levels_above(step.case)
    if levels:
        raise_to(step, levels[0])
    return bool(levels)


def raise_to(step: Step, level: Level) -> None:
    unit_id = getattr(step.case, LEVEL_FIELDS[level]) or _lineage_of_holder(step.case)[level]
    assert unit_id is not None
    step.case.escalations += 1
    _move_to(step, areas().by_id[unit_id])


def delegate(step: Step) -> None:
    assert step.unit is not None
    if len(step.unit.path) > len(step.case.scope_path):  # until now the place was not known as closely
        _lies_in(step.case, step.unit)
        step.case.placement = "area"
    _move_to(step, step.unit)


def transfer(step: Step) -> None:
    """The unit next door answers from now on, and so do those above and below it.

    Whoever had to decide an application may be out of the case's line now: it has to be asked anew. An
    emergency is acknowledged by the unit of the same level in the new line.
    """
    assert step.unit is not None
    _lies_in(step.case, step.unit)
    withdraw(step)
    for task in step.open_tasks:
        if task.kind == TaskKind.APPROVE:
            stop_clock(task, step.move.action.value, now=step.now)
        elif task.kind == TaskKind.ACKNOWLEDGE and task.area_id is not None:
            level = areas().by_id[task.area_id].level
            task.area_id = getattr(step.case, LEVEL_FIELDS[level]) or task.area_id
    _move_to(step, step.unit)


def withdraw(step: Step) -> None:
    """Nothing is left to decide."""
    asked = step.duties.application()
    if asked is not None:
        asked.state, asked.decided_at = "withdrawn", step.now
        step.case.applied = None


def _levels_above(case: Case) -> tuple[Level, ...]:
    return rungs_above(Level(case.level), _lineage_of_holder(case))


def _lineage_of_holder(case: Case) -> dict[Level, int | None]:
    holder = areas().by_id[case.holder_id]
    return {rung: holder.lineage[LEVEL_FIELDS[rung]] for rung in Level}


def _lies_in(case: Case, unit: AreaEntry) -> None:
    for name, area_id in unit.lineage.items():
        setattr(case, name, area_id)
    case.scope_path = unit.path


def _move_to(step: Step, unit: AreaEntry) -> None:
    step.case.holder_id, step.case.level = unit.id, unit.level
    follow_holder(step.open_tasks, unit.id)
    rearm(step.case, step.open_tasks, now=step.now)


def follow_holder(tasks: list[Task], unit_id: int) -> None:
    for task in tasks:
        if task.kind in FOLLOWS_HOLDER:
            task.area_id = unit_id
