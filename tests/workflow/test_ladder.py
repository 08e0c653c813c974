"""The ladder: never early, never twice, only upwards, always to the top, and the same when looked at late."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.workflow.cards import CARDS, Card
from app.workflow.ladder import Breach, Ground, Notice, Step, TaskClock, climbed, due_steps
from app.workflow.levels import HOLDING, LEVELS, TOP, Level
from app.workflow.tasks import CLIMBS_ALONE, TaskKind
from app.workflow.terms import Term, TermUnit

START = datetime(2026, 11, 20, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
C, T, D, CITY = Level.COMMUNITY, Level.TOWN, Level.DISTRICT, Level.CITY


@dataclass(frozen=True)
class HoursOnly:
    """A calendar in which every hour is a working hour."""

    def due(self, start: datetime, term: Term) -> datetime:
        return start + term.amount * HOUR


def grace(_level: Level) -> Term:
    return Term(4, TermUnit.HOURS)


EVERYWHERE = Ground(HOLDING, HOLDING, HoursOnly(), grace)


def clock(**changes: object) -> TaskClock:
    kept = TaskClock(1, TaskKind.ACCEPT, START + 10 * HOUR, START + 8 * HOUR, START + 8 * HOUR, 0, C, 0)
    return replace(kept, **changes)  # type: ignore[arg-type]


def told(steps: list[Step]) -> list[tuple[object, ...]]:
    return [
        ("near", hours(step.at))
        if isinstance(step, Notice)
        else (hours(step.at), step.level.value, step.card.value, *step.vacant)
        for step in steps
    ]


def hours(at: datetime | None) -> float | None:
    return None if at is None else (at - START) / HOUR


def run(*clocks: TaskClock, level: Level = C, ground: Ground = EVERYWHERE, after: float = 1000) -> list[Step]:
    return due_steps(level, None, clocks, ground, START + after * HOUR)


def test_a_case_left_alone_is_warned_of_and_climbs_to_the_city() -> None:
    assert told(run(clock())) == [
        ("near", 8),
        (10, "town", "yellow"),
        (14, "district", "red"),
        (18, "city", "black"),
    ]


@pytest.mark.parametrize(
    ("after", "count"), [(7.9, 0), (8, 1), (9.9, 1), (10, 2), (14, 3), (18, 4), (999, 4)]
)
def test_nothing_happens_before_its_instant(after: float, count: int) -> None:
    assert len(run(clock(), after=after)) == count


def test_a_short_term_has_no_notice() -> None:
    assert told(run(clock(near_at=None, wake_at=START + 10 * HOUR)))[0] == (10, "town", "yellow")


def test_absent_levels_are_stepped_over_silently_and_vacant_ones_are_named() -> None:
    no_district = replace(EVERYWHERE, present={C, T, CITY})
    assert told(run(clock(), ground=no_district))[1:] == [(10, "town", "yellow"), (14, "city", "black")]
    no_town_head = replace(EVERYWHERE, staffed={C, D, CITY})
    assert told(run(clock(), ground=no_town_head))[1:] == [
        (10, "district", "yellow", T),
        (14, "city", "black"),
    ]


def test_with_nobody_anywhere_it_still_goes_to_the_city() -> None:
    steps = run(clock(), ground=replace(EVERYWHERE, staffed=()))
    assert told(steps)[1:] == [(10, "city", "black", T, D, CITY)]
    assert steps[-1].after.wake_at is None


def test_a_post_filled_or_left_meanwhile_is_neither_asked_twice_nor_passed_over() -> None:
    first = run(clock(), ground=replace(EVERYWHERE, staffed={C, D, CITY}), after=10)[-1]
    assert told(due_steps(D, None, [first.after], EVERYWHERE, START + 14 * HOUR)) == [(14, "city", "black")]
    first = run(clock(), after=10)[-1]
    town_left = replace(EVERYWHERE, staffed={C, D, CITY})
    assert told(due_steps(T, None, [first.after], town_left, START + 14 * HOUR)) == [(14, "district", "red")]


def test_a_case_at_the_top_gets_the_black_card_and_is_not_looked_at_again() -> None:
    steps = run(clock(base_level=CITY), level=CITY)
    assert told(steps)[1:] == [(10, "city", "black")]
    assert isinstance(steps[-1], Breach) and steps[-1].top and not steps[-1].moves


def test_two_tasks_late_at_once_raise_the_case_one_level() -> None:
    both = run(clock(), clock(ident=2, kind=TaskKind.ANSWER), after=10)
    assert told(both)[2:] == [(10, "town", "yellow"), (10, "town", "yellow")]
    assert [step.moves for step in both if isinstance(step, Breach)] == [True, False]


def test_an_approval_climbs_alone() -> None:
    alone = clock(ident=2, kind=TaskKind.APPROVE, own_level=T)
    steps = run(clock(wake_at=START + 11 * HOUR), alone, after=11)
    assert told(steps)[1:] == [(10, "district", "yellow"), (11, "town", "yellow")]
    assert steps[1].after.own_level is D


def test_a_paused_clock_stands_still() -> None:
    assert run(clock(paused=True)) == []


def test_after_a_move_by_hand_the_ladder_is_counted_from_there() -> None:
    moved = clock(rung=2, base_rung=2, base_level=T, wake_at=START + 20 * HOUR)
    assert told(run(moved, level=T)) == [(20, "district", "black"), (24, "city", "black")]


def test_an_extended_task_warns_again() -> None:
    granted = clock(rung=1, base_rung=1, base_level=T, due_at=START + 40 * HOUR, near_at=START + 30 * HOUR)
    steps = run(replace(granted, wake_at=granted.near_at), level=T)
    assert told(steps)[:2] == [("near", 30), (40, "district", "red")]


def test_several_steps_from_a_base_count_what_is_staffed() -> None:
    assert climbed(C, 2, EVERYWHERE) == (D, ())
    assert climbed(C, 9, EVERYWHERE) == (CITY, ())
    assert climbed(CITY, 1, EVERYWHERE) == (CITY, ())


# ---- properties -----------------------------------------------------------------------------------

kinds = st.sampled_from([TaskKind.ACCEPT, TaskKind.HANDLE, TaskKind.ANSWER, TaskKind.APPROVE])


@st.composite
def clocks(draw: st.DrawFn) -> list[TaskClock]:
    level = draw(st.sampled_from(HOLDING))
    made = []
    for ident in range(draw(st.integers(1, 4))):
        kind, due = draw(kinds), START + draw(st.integers(1, 40)) * HOUR
        near = draw(st.none() | st.integers(1, 40).map(lambda n, due=due: due - n * HOUR))
        own = draw(st.sampled_from(HOLDING)) if kind in CLIMBS_ALONE else None
        paused = draw(st.booleans())
        made.append(TaskClock(ident, kind, due, near, near or due, 0, level, 0, own, paused))
    return made


@st.composite
def grounds(draw: st.DrawFn) -> Ground:
    present = draw(st.sets(st.sampled_from(HOLDING)))
    staffed = draw(st.sets(st.sampled_from(HOLDING)))
    return Ground(present, staffed, HoursOnly(), grace)


def finish(
    level: Level, card: str | None, tasks: list[TaskClock], ground: Ground, looks: list[int]
) -> list[Step]:
    """Look at the case at each of the hours, carrying on from what stood before."""
    done: list[Step] = []
    standing = {task.ident: task for task in tasks}
    for look in sorted(looks):
        steps = due_steps(level, card, standing.values(), ground, START + look * HOUR)
        for step in steps:
            standing[step.after.ident] = step.after
            if isinstance(step, Breach):
                card = step.card
                level = level if step.alone else step.level
        done += steps
    return done


@given(clocks(), grounds(), st.lists(st.integers(-50, 100), max_size=12))
def test_late_or_in_time_makes_no_difference(
    tasks: list[TaskClock], ground: Ground, looks: list[int]
) -> None:
    level = tasks[0].base_level
    once = finish(level, None, tasks, ground, [200])
    assert finish(level, None, tasks, ground, [*looks, 200]) == once
    assert finish(level, None, tasks, ground, list(range(-50, 201))) == once


def test_a_ladder_counted_from_when_somebody_looked_would_be_found() -> None:
    @dataclass(frozen=True)
    class FromTheLook:
        looked_at: datetime

        def due(self, start: datetime, term: Term) -> datetime:
            return max(start, self.looked_at) + term.amount * HOUR

    late = replace(EVERYWHERE, calendar=FromTheLook(START + 20 * HOUR))
    assert run(clock(), after=20) != run(clock(), ground=late, after=20)


@given(clocks(), grounds(), st.integers(-50, 100))
def test_never_early_and_in_order(tasks: list[TaskClock], ground: Ground, look: int) -> None:
    steps = finish(tasks[0].base_level, None, tasks, ground, [look])
    instants = [step.at for step in steps]
    assert instants == sorted(instants)
    assert all(at <= START + look * HOUR for at in instants)
    dues = {task.ident: task.due_at for task in tasks}
    assert all(step.at >= dues[step.after.ident] for step in steps if isinstance(step, Breach))


@given(clocks(), grounds())
def test_each_rung_once_and_only_upwards_to_the_top(tasks: list[TaskClock], ground: Ground) -> None:
    steps = finish(tasks[0].base_level, None, tasks, ground, [0, 20, 200])
    for task in tasks:
        mine = [step for step in steps if step.after.ident == task.ident]
        breaches = [step for step in mine if isinstance(step, Breach)]
        assert [step.after.rung for step in breaches] == list(range(1, len(breaches) + 1))
        assert len(mine) - len(breaches) == (0 if task.near_at is None or task.paused else 1)
        assert bool(breaches) is not task.paused
        if breaches:
            assert breaches[-1].top and mine[-1].after.wake_at is None
            assert len(breaches) <= len(LEVELS)
    levels = [LEVELS.index(step.level) for step in steps if isinstance(step, Breach) and not step.alone]
    assert levels == sorted(levels, reverse=True)
    cards = [CARDS.index(Card(step.card)) for step in steps if isinstance(step, Breach)]
    assert cards == sorted(cards)


@given(clocks(), grounds())
def test_nobody_who_is_absent_is_asked(tasks: list[TaskClock], ground: Ground) -> None:
    for step in finish(tasks[0].base_level, None, tasks, ground, [200]):
        if isinstance(step, Breach) and step.moves:
            assert step.level is TOP or step.level in set(ground.present) & set(ground.staffed)
            assert TOP in step.vacant or not set(step.vacant) & set(ground.staffed)
