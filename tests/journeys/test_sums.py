"""The sum of any map is the total of its list: random questions on a generated city."""

import random
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask import Flask

from app.analysis import api
from app.cases.models import Task
from app.cases.queries import statistics
from app.core.clock import day_start
from app.demo.generate import generate
from app.demo.synthetic import Plan
from tests.cast import Caller
from tests.journeys.sums import Asked, Combination, World, combinations, differences

PLAN = Plan(cases=400, start=date(2026, 6, 1), end=date(2026, 11, 1), outside=0.04, median_hours=60)
COUNT, SEED = 150, 20261121
Cast = dict[str, Caller]


@pytest.fixture
def generated(city: Flask, cast: Cast) -> Cast:
    """The tiny city with drawn cases; some of the cast read a few of them, some all, and Ada none."""
    generate(PLAN, 5, now=datetime(2026, 11, 1, 4, tzinfo=UTC))
    cast["ines"].file(geometry=None, crs=None, accuracy_m=None, place_text="by the old bridge")
    return cast


def asked(count: int = COUNT) -> list[Combination]:
    world = World(
        people=("cai", "cai", "dana", "dana", "teng", "mara", "hana", "ines", "otto", "ada"),
        categories=("E0102", "E0501", "S0405", "P0101"),
        start=day_start(PLAN.start),
        end=day_start(PLAN.end),
    )
    return list(combinations(world, count, SEED))


def wrong(cast: Cast, questions: list[Combination], seen: Asked) -> Iterator[str]:
    chance = random.Random(SEED)
    for question in questions:
        yield from differences(_ask(cast), question, seen, chance=chance)


def _ask(cast: Cast) -> Callable[[str, str], str]:
    def ask(who: str, path: str) -> str:
        answer = cast[who].get(path)
        assert answer.status_code == 200, (who, path, answer.text)
        return answer.text

    return ask


def test_the_sum_of_any_map_is_the_total_of_its_list(generated: Cast) -> None:
    seen = Asked()
    assert list(wrong(generated, asked(), seen)) == []
    assert seen.combinations == COUNT
    assert seen.cases > 10 * COUNT
    assert seen.maps > 0.15 * COUNT
    assert seen.opened > 0.5 * COUNT


def _without_the_scope(monkeypatch: pytest.MonkeyPatch) -> None:
    true = statistics.conditions
    monkeypatch.setattr(statistics, "conditions", lambda *a, **k: true(*a, **k)[1:])


def _each_task_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    """A case with two tasks is counted twice."""
    true = statistics.numbers_statement

    def statement(*a: Any, **k: Any) -> Any:
        found = true(*a, **k)
        (cases,) = found.get_final_froms()
        return found.join(Task, Task.case_id == cases.c.id)

    monkeypatch.setattr(statistics, "numbers_statement", statement)


def _nothing_without_a_unit(monkeypatch: pytest.MonkeyPatch) -> None:
    true = api.stats_items
    found = lambda *a: [item for item in true(*a) if item["code"] is not None]  # noqa: E731
    monkeypatch.setattr(api, "stats_items", found)


def _as_of_today(monkeypatch: pytest.MonkeyPatch) -> None:
    """The past is counted by how cases stand today."""
    true = statistics.source
    monkeypatch.setattr(statistics, "source", lambda _as_of: true(None))


FAULTS = (_without_the_scope, _each_task_counts, _nothing_without_a_unit, _as_of_today)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_map_that_counts_otherwise_would_be_found(
    generated: Cast, monkeypatch: pytest.MonkeyPatch, fault: Callable[[pytest.MonkeyPatch], None]
) -> None:
    fault(monkeypatch)
    assert next(wrong(generated, asked(), Asked()), None) is not None
