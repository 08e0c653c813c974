"""How duties begin and end, and what their clocks must show."""

from datetime import datetime

from app.catalogue.configuration import Configuration
from app.escalation.recompute.standing import Owed, Standing, World
from app.workflow.levels import Level
from app.workflow.lights import near_at
from app.workflow.terms import Term, TermUnit

OF_THE_HOLDER = {"accept", "dispatch", "review", "answer"}
OF_DEPARTMENTS = {"assist", "respond"}
BY_ITSELF = {"approve", "acknowledge"}


def begin(standing: Standing, kind: str, at: datetime, world: World, due_at: datetime | None = None) -> None:
    """A duty of whoever it falls to: the department that leads, the holder, the grid."""
    if kind == "handle":
        due_at = due_at or _given_before(standing)
        open_duty(standing, Owed(kind, at, department=standing.department), world, due_at)
    elif kind in OF_THE_HOLDER:
        open_duty(standing, Owed(kind, at, standing.holder), world, due_at)
    else:
        unit = standing.place.get(Level.GRID, standing.holder)
        open_duty(standing, Owed(kind, at, unit), world, due_at)


def begin_check(standing: Standing, at: datetime, world: World) -> None:
    """Once no department is left to answer; one check at a time."""
    if not any(duty.kind in OF_DEPARTMENTS | {"check"} for duty in standing.open_duties):
        begin(standing, "check", at, world)


def _given_before(standing: Standing) -> datetime | None:
    """For rework the department keeps the due time that it had."""
    if standing.status != "in_progress":
        return None
    mine = [d for d in standing.duties if d.outcome == "handle" and d.department == standing.department]
    return mine[-1].due_at if mine else None


def open_duty(standing: Standing, duty: Owed, world: World, due_at: datetime | None = None) -> None:
    """Start the clock of a duty: by the time that somebody set, else by its term."""
    known = world.configuration(duty.opened_at)
    duty.due_at = due_at
    if due_at is None:
        term = _term(standing, duty, known, world)
        duty.due_at = known.calendar.due(duty.opened_at, term) if term else None
        duty.by_the_wall = term is not None and term.unit in (TermUnit.HOURS, TermUnit.DAYS)
    if duty.due_at is not None:
        duty.near_at = warning(duty.opened_at, duty.due_at, known)
    duty.wake_at = duty.near_at or duty.due_at
    alone = duty.kind in BY_ITSELF and duty.unit is not None
    duty.base_level = world.level(duty.unit) if alone and duty.unit else standing.level
    standing.duties.append(duty)


def close(duty: Owed, action: str, at: datetime) -> None:
    duty.closed_at, duty.outcome, duty.wake_at = at, action, None


def go_on(standing: Standing, duty: Owed, paused_at: datetime, at: datetime, world: World) -> None:
    """After a pause: what was left when the clock stopped is left now, what was overdue stays overdue."""
    known = world.configuration(at)
    duty.paused_s += known.calendar.working_seconds(paused_at, at)
    duty.paused_at = None
    if duty.due_at is None:
        return
    if duty.due_at <= paused_at:
        duty.wake_at = after_grace(standing, duty.base_level, at, world)
        return
    duty.due_at = _as_much_later(duty, duty.due_at, paused_at, at, known)
    if duty.near_at is not None and duty.warned_at is None:
        duty.near_at = warning(at, duty.due_at, known)
    duty.wake_at = duty.due_at if duty.warned_at or duty.near_at is None else duty.near_at


def _as_much_later(
    duty: Owed, due_at: datetime, paused_at: datetime, at: datetime, known: Configuration
) -> datetime:
    if duty.by_the_wall:
        return at + (due_at - paused_at)
    return known.calendar.add_seconds(at, known.calendar.working_seconds(paused_at, due_at))


def _term(standing: Standing, duty: Owed, known: Configuration, world: World) -> Term | None:
    category = world.category(standing.category, duty.opened_at)
    return known.terms.term(
        duty.kind,
        category=standing.category if category else "*",
        kind=category.kind if category else "*",
        level=standing.level,
        urgency=urgency(standing, duty.opened_at, world),
    )


def urgency(standing: Standing, at: datetime, world: World) -> str:
    category = world.category(standing.category, at)
    return "emergency" if category is not None and category.emergency else standing.urgency


def warning(start: datetime, due_at: datetime, known: Configuration) -> datetime | None:
    found = near_at(start, due_at, known.calendar) if due_at > start else due_at
    return found if start < found < due_at else None


def after_grace(standing: Standing, level: str, at: datetime, world: World) -> datetime:
    known = world.configuration(at)
    return known.calendar.due(at, known.ladder.grace(Level(level), urgency(standing, at, world)))


def show_clock(standing: Standing) -> None:
    """The case shows the clock that runs out first; none once it has ended."""
    running = [
        (duty.due_at, duty.opened_at, duty.near_at)
        for duty in standing.open_duties
        if duty.due_at is not None and duty.paused_at is None and standing.ended_at is None
    ]
    first = min(running, key=lambda times: times[:2], default=(None, None, None))
    standing.due_at, standing.clock_from, standing.near_at = first
