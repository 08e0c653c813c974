"""When an open task has to be looked at, and what happens to its case when a limit has passed. Pure.

A task wakes the sweep first to warn (`near_at`), then at its due time, then once for each further grace,
until the case is at the top. Every instant follows from the one before it, never from when somebody looked: a
sweep that comes late finds the same steps that it would have found in time.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from app.workflow.cards import Card, higher
from app.workflow.levels import LEVELS, TOP, Level, is_above
from app.workflow.tasks import CLIMBS_ALONE, TaskKind
from app.workflow.terms import Term


class Calendar(Protocol):
    def due(self, start: datetime, term: Term, /) -> datetime: ...


@dataclass(frozen=True, slots=True)
class TaskClock:
    """The clock of an open task. `ident` orders tasks that wake at the same instant.

    `rung` breaches are recorded; the next climbs from `base_level`, which was reached at `base_rung`.
    `own_level` is the level of the unit that owes a task which climbs alone; None for the others.
    """

    ident: int
    kind: TaskKind
    due_at: datetime
    near_at: datetime | None
    wake_at: datetime | None
    rung: int
    base_level: Level
    base_rung: int
    own_level: Level | None = None
    paused: bool = False


@dataclass(frozen=True, slots=True)
class Ground:
    """What a case can climb: the levels of its place, those with somebody to answer today, and how fast."""

    present: Collection[Level]
    staffed: Collection[Level]
    calendar: Calendar
    grace: Callable[[Level], Term]


@dataclass(frozen=True, slots=True)
class Notice:
    """The time runs out soon; nothing moves."""

    at: datetime
    after: TaskClock


@dataclass(frozen=True, slots=True)
class Breach:
    """A limit passed at `at`. `vacant`: levels passed over, or the top itself, where nobody answers today."""

    at: datetime
    after: TaskClock
    from_level: Level
    level: Level
    vacant: tuple[Level, ...]
    card: Card

    @property
    def top(self) -> bool:
        return self.level is TOP

    @property
    def moves(self) -> bool:
        return self.level is not self.from_level

    @property
    def alone(self) -> bool:
        return self.after.kind in CLIMBS_ALONE


Step = Notice | Breach


def due_steps(
    level: Level, card: str | None, clocks: Iterable[TaskClock], ground: Ground, now: datetime
) -> list[Step]:
    """All that is due on the open tasks of one case held at `level`, in the order of the instants passed."""
    waiting = {clock.ident: clock for clock in clocks}
    steps: list[Step] = []
    while (clock := _first(waiting.values(), now)) is not None:
        step = _notice(clock) if warns(clock) else _breach(clock, level, card, ground)
        waiting[clock.ident] = step.after
        steps.append(step)
        if isinstance(step, Breach):
            card = step.card
            level = level if step.alone else step.level
    return steps


def warns(clock: TaskClock) -> bool:
    """Whether the clock wakes to warn, not because a limit has passed."""
    return clock.wake_at is not None and clock.wake_at == clock.near_at and clock.near_at < clock.due_at


def _first(clocks: Iterable[TaskClock], now: datetime) -> TaskClock | None:
    due = [
        clock for clock in clocks if clock.wake_at is not None and clock.wake_at <= now and not clock.paused
    ]
    return min(due, key=lambda clock: (clock.wake_at, clock.ident), default=None)


def _notice(clock: TaskClock) -> Notice:
    assert clock.wake_at is not None
    return Notice(clock.wake_at, replace(clock, wake_at=clock.due_at))


def _breach(clock: TaskClock, level: Level, card: str | None, ground: Ground) -> Breach:
    assert clock.wake_at is not None
    rung = clock.rung + 1
    here = level if clock.own_level is None else clock.own_level
    base = clock.base_level if clock.own_level is None else clock.own_level
    target, vacant = climbed(base, rung - clock.base_rung, ground)
    reached = target if is_above(target, here) else here
    after = replace(
        clock,
        rung=rung,
        base_level=target,
        base_rung=rung,
        own_level=None if clock.own_level is None else reached,
        wake_at=None if reached is TOP else ground.calendar.due(clock.wake_at, ground.grace(reached)),
    )
    mine = _card(rung, top=reached is TOP)
    shown = Card(higher(card, mine) or mine)
    return Breach(clock.wake_at, after, here, reached, vacant, shown)


def climbed(base: Level, steps: int, ground: Ground) -> tuple[Level, tuple[Level, ...]]:
    """The level so many steps over `base`, and those on the way where nobody answers.

    The city always counts, and nothing is above it.
    """
    over = [level for level in reversed(LEVELS) if is_above(level, base)]
    there = [level for level in over if level in ground.present or level is TOP]
    able = [level for level in there if level in ground.staffed or level is TOP]
    target = able[min(steps, len(able)) - 1] if able else TOP
    passed = [level for level in there if level is target or is_above(target, level)]
    return target, tuple(level for level in passed if level not in ground.staffed)


def _card(rung: int, *, top: bool) -> Card:
    if top or rung >= 3:
        return Card.BLACK
    return Card.YELLOW if rung == 1 else Card.RED
