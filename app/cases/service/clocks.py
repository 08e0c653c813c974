"""The clocks of tasks: started by term, paused, extended, armed anew. Nothing else ever moves a due time."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from app.areas.index import areas
from app.cases.models import Case, Task
from app.catalogue.configuration import EMERGENCY, ladder_terms, terms, working_calendar
from app.catalogue.queries import CategoryRow, categories
from app.workflow.levels import Level
from app.workflow.lights import near_at
from app.workflow.tasks import CLIMBS_ALONE, NEVER_PAUSED, TaskKind
from app.workflow.terms import Term, TermUnit

BY_THE_WALL = frozenset({TermUnit.HOURS, TermUnit.DAYS})


@dataclass(frozen=True, slots=True)
class Clock:
    """A task's times. `wake_at` is when the sweep looks at it next: first to warn, then at the due time."""

    term: str | None
    due_at: datetime | None
    near_at: datetime | None

    @property
    def wake_at(self) -> datetime | None:
        return self.near_at or self.due_at


def clock_for(
    kind: TaskKind,
    category: CategoryRow | None,
    level: str,
    urgency: str,
    *,
    start: datetime,
    due_at: datetime | None = None,
) -> Clock:
    """The clock of a task that opens now: by the due time that was set for it, else by its term."""
    if due_at is not None:
        return Clock(None, due_at, _warning(start, due_at))
    term = _term(kind, category, level, urgency)
    if term is None:
        return Clock(None, None, None)
    due = working_calendar().due(start, term)
    return Clock(str(term), due, _warning(start, due))


def _term(kind: TaskKind, category: CategoryRow | None, level: str, urgency: str) -> Term | None:
    if category is None:
        return terms().term(kind.value, category="*", kind="*", level=level, urgency=urgency)
    asked = urgency_of(category, urgency)
    return terms().term(kind.value, category=category.code, kind=category.kind, level=level, urgency=asked)


def _warning(start: datetime, due_at: datetime) -> datetime | None:
    """When somebody is told that the time runs out; never for a time that has run out already."""
    if due_at <= start:
        return None
    found = near_at(start, due_at, working_calendar())
    return found if start < found < due_at else None


def start_clock(task: Task, case: Case, *, now: datetime, due_at: datetime | None = None) -> None:
    """Start the clock of a task that opens; `due_at` if somebody set it, else by its term."""
    category = categories().get(case.category)
    clock = clock_for(TaskKind(task.kind), category, case.level, case.urgency, start=now, due_at=due_at)
    task.term, task.due_at, task.near_at, task.wake_at = (
        clock.term,
        clock.due_at,
        clock.near_at,
        clock.wake_at,
    )
    task.base_level = case.level
    if TaskKind(task.kind) in CLIMBS_ALONE and task.area_id is not None:
        task.base_level = areas().by_id[task.area_id].level


def stop_clock(task: Task, outcome: str, *, now: datetime) -> None:
    """The task is done or no longer wanted; nothing wakes the sweep for it."""
    task.closed_at, task.outcome, task.wake_at = now, outcome, None


def show_clock(case: Case, tasks: Iterable[Task]) -> None:
    """The case shows the clock that runs out first."""
    open_ones = [] if case.ended_at else [t for t in tasks if t.closed_at is None and t.paused_at is None]
    running = [task for task in open_ones if task.due_at is not None]
    first = min(running, key=lambda task: (task.due_at, task.opened_at), default=None)
    case.due_at, case.clock_from, case.near_at = (
        (first.due_at, first.opened_at, first.near_at) if first else (None, None, None)
    )


def extend_clock(task: Task, due_at: datetime, *, now: datetime) -> None:
    """A later due time was granted."""
    task.due_at, task.near_at, task.warned_at = due_at, _warning(now, due_at), None
    task.wake_at = task.near_at or due_at
    task.base_rung = task.rung


def pause_clocks(tasks: Iterable[Task], *, now: datetime) -> None:
    """The case is suspended: its duties stand still, except those that watch over the suspension."""
    for task in tasks:
        if task.closed_at is None and task.paused_at is None and TaskKind(task.kind) not in NEVER_PAUSED:
            task.paused_at, task.wake_at = now, None


def resume_clocks(case: Case, tasks: Iterable[Task], *, now: datetime) -> None:
    """What was left when the clocks stopped is left now; what was overdue stays overdue."""
    for task in tasks:
        if task.closed_at is None and task.paused_at is not None:
            _resume(case, task, task.paused_at, now)


def _resume(case: Case, task: Task, paused_at: datetime, now: datetime) -> None:
    calendar = working_calendar()
    task.paused_s += calendar.working_seconds(paused_at, now)
    task.paused_at = None
    if task.due_at is None:
        return
    if task.due_at > paused_at:
        task.due_at = _as_much_later(task, paused_at, now)
        if task.near_at is not None and task.warned_at is None:
            task.near_at = _warning(now, task.due_at)
        task.wake_at = task.due_at if task.warned_at or task.near_at is None else task.near_at
    else:
        task.wake_at = _grace(case, task.base_level, now)


def _as_much_later(task: Task, paused_at: datetime, now: datetime) -> datetime:
    assert task.due_at is not None
    if task.term is not None and Term.parse(task.term).unit in BY_THE_WALL:
        return now + (task.due_at - paused_at)
    calendar = working_calendar()
    return calendar.add_seconds(now, calendar.working_seconds(paused_at, task.due_at))


def rearm(case: Case, tasks: Iterable[Task], *, now: datetime) -> None:
    """The case was moved by hand: the ladder is counted from the new level, the due times stay.

    What is overdue already gives the new level the time that the ladder gives it.
    """
    for task in tasks:
        if task.closed_at is not None or task.paused_at is not None or task.due_at is None:
            continue
        if TaskKind(task.kind) not in CLIMBS_ALONE:
            task.base_level, task.base_rung = case.level, task.rung
            if task.due_at <= now:
                task.wake_at = _grace(case, case.level, now)


def _grace(case: Case, level: str | None, now: datetime) -> datetime:
    asked = urgency_of(categories().get(case.category), case.urgency)
    return working_calendar().due(now, ladder_terms().grace(Level(level or case.level), asked))


def urgency_of(category: CategoryRow | None, urgency: str) -> str:
    """By which urgency terms are looked up: a category of emergencies is one whatever was said."""
    return EMERGENCY if category is not None and category.emergency else urgency
