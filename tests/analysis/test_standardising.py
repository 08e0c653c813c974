"""Units beside the mix of their own cases: the arithmetic, what chance gives, and the same over real SQL."""

from collections.abc import Mapping

import numpy as np
import pytest
from flask import Flask

from app.analysis.indicators import definitions
from app.analysis.indicators.mix import by_mix, quarters
from app.analysis.indicators.reading import Question, measure
from app.analysis.indicators.values import value_of
from app.analysis.indicators.windows import Window
from app.analysis.standardising import Strata, expectations, standardised
from app.areas.index import areas
from app.cases.queries.filters import Filters
from app.core.policy import EVERYTHING
from tests.analysis.indicators_city import DAY, GRIDS, HOUR, local, put
from tests.cast import Caller
from tests.desk.pages import page
from tests.statements import statements

Cast = dict[str, Caller]
EASY, HARD = 0.9, 0.3


def test_the_arithmetic_by_hand() -> None:
    """Easy cases: 90 of 100 in all; hard ones: 30 of 100. One unit has mostly the ones, one the others."""
    units: list[Strata] = [{"easy": (70, 80), "hard": (8, 20)}, {"easy": (20, 20), "hard": (22, 80)}]
    assert expectations(units) == pytest.approx([80 * 0.9 + 20 * 0.3, 20 * 0.9 + 80 * 0.3])
    first, second = standardised(units, more_is_better=True)
    assert first.expected == pytest.approx(0.78)
    assert (first.ratio, second.ratio) == pytest.approx((78 / 78, 42 / 42))
    assert first.ranks is None  # two units make no order


def test_what_is_expected_adds_up_to_what_was_counted() -> None:
    chance = np.random.default_rng(7)
    units = [drawn(chance, {kind: int(chance.integers(0, 40)) for kind in range(6)}, 0.6) for _n in range(9)]
    assert sum(expectations(units)) == pytest.approx(sum(c for strata in units for c, _n in strata.values()))


def drawn(chance: np.random.Generator, cases: Mapping[int, int], share: float) -> dict[int, tuple[int, int]]:
    return {kind: (int(chance.binomial(n, share)), n) for kind, n in cases.items()}


def test_another_mix_makes_no_unit_worse_and_a_better_one_stands_out() -> None:
    """Twelve units do alike, each with another mix; a thirteenth does more. By raw shares it is lost."""
    chance, shares = np.random.default_rng(20261121), {0: EASY, 1: HARD}
    units = []
    for n in range(12):
        cases = {0: 400 * n // 11 + 20, 1: 400 - 400 * n // 11 + 20}
        units.append({kind: (int(chance.binomial(many, shares[kind])), many) for kind, many in cases.items()})
    units.append({kind: (int(chance.binomial(220, shares[kind] + 0.1)), 220) for kind in shares})
    found = standardised(units, more_is_better=True)
    within = [each.low is not None and each.high is not None and each.low <= 1 <= each.high for each in found]
    assert sum(within[:12]) >= 9
    assert not within[12]
    assert found[12].ranks
    assert found[12].ranks.best == 1
    mixed_up = standardised(
        [{"all": tuple(map(sum, zip(*u.values(), strict=True)))} for u in units], more_is_better=True
    )
    assert mixed_up[0].high is not None
    assert mixed_up[0].high < 0.8  # without strata the unit with the hard cases looks bad
    assert mixed_up[12].ranks
    assert mixed_up[12].ranks.best > 2


def test_the_interval_holds_one_for_units_that_do_alike() -> None:
    """2,000 units of 60 cases with random mixes: at least 95 % of the intervals hold 1."""
    chance, held, told = np.random.default_rng(3), 0, 0
    for _city in range(100):
        mixes = [(n, 60 - n) for n in chance.integers(5, 56, size=20)]
        units = [
            {0: (int(chance.binomial(a, EASY)), int(a)), 1: (int(chance.binomial(b, HARD)), int(b))}
            for a, b in mixes
        ]
        for each in standardised(units, more_is_better=None):
            assert each.low is not None
            assert each.high is not None
            held, told = held + (each.low <= 1 <= each.high), told + 1
    assert told == 2000
    assert held / told >= 0.95  # a mix of sure and unsure cases varies less than one share would


@pytest.mark.parametrize("strata", [{}, {"a": (0, 0)}, {"a": (5, 9)}], ids=["nothing", "no cases", "too few"])
def test_too_few_to_say(strata: Strata) -> None:
    found = standardised([strata, {"a": (50, 100)}], more_is_better=True)[0]
    assert (found.ratio, found.low, found.high, found.ranks) == (None, None, None, None)


def test_where_nothing_is_ever_counted_there_is_no_ratio() -> None:
    found = standardised([{"a": (0, 50)}, {"a": (0, 70)}], more_is_better=True)
    assert [(each.expected, each.ratio) for each in found] == [(0, None), (0, None)]


def test_a_kind_that_only_one_unit_has_says_nothing_of_it() -> None:
    found = standardised([{"own": (3, 90)}, {"b": (60, 90)}, {"b": (80, 90)}], more_is_better=True)
    assert found[0].ratio == pytest.approx(1)


def window() -> Window:
    return Window(local("2026-05-10").date(), local("2026-08-01").date(), local("2026-09-01", 12))


def asked() -> Question:
    return Question(Filters(), window(), EVERYTHING, window().as_of)


def work() -> None:
    """Litter in May and burst pipes in July; the pipes take longer everywhere."""
    for grid, litter, pipes in zip(GRIDS, (40, 10, 25, 25), (10, 40, 25, 25), strict=True):
        for filed, category, many, late in (
            (local("2026-05-20", 9), "E0102", litter, 0.1),
            (local("2026-07-07", 9), "E0201", pipes, 0.6),
        ):
            due = filed + 5 * DAY
            slow = round(many * late)
            given = {"filed": filed, "accepted": filed + HOUR, "due": due, "grid": grid, "category": category}
            put(slow, **given, closed=due + DAY)  # type: ignore[arg-type]
            put(many - slow, **given, closed=due - DAY)  # type: ignore[arg-type]


def test_strata_add_up_to_the_indicator_and_the_same_work_is_no_worse(city: Flask) -> None:
    work()
    with city.test_request_context():
        on_time = definitions().by_code["on_time_rate"]
        with statements() as sent:
            mix = by_mix(on_time, "district", asked())
        assert len(sent) == 1
        tallies = measure([on_time], "district", asked())
        for unit_id, tally in tallies.items():
            value = value_of(on_time, tally)
            counted = tuple(map(sum, zip(*mix[unit_id].values(), strict=True)))
            assert counted == (value.count, value.n)
        assert {quarter for strata in mix.values() for _c, _u, quarter in strata} == {1, 2}
        by_grid = by_mix(on_time, "grid", asked())
        units = [by_grid[areas().by_code[grid].id] for grid in GRIDS]
    shares = [sum(c for c, _n in u.values()) / sum(n for _c, n in u.values()) for u in units]
    assert max(shares) - min(shares) > 0.25
    ratios = [each.ratio for each in standardised(units, more_is_better=True)]
    assert ratios == pytest.approx([1] * len(ratios), abs=0.02)


def test_quarters_are_the_calendar_s(city: Flask) -> None:
    with city.test_request_context():
        assert quarters(window()) == [local("2026-04-01"), local("2026-07-01")]
        one = Window(local("2026-12-31").date(), local("2027-01-01").date(), local("2027-01-02"))
        assert quarters(one) == [local("2026-10-01")]


def test_the_page_says_what_the_mix_lets_expect(city: Flask, cast: Cast) -> None:
    work()
    path = "/desk/indicators?period=own&from=2026-05-10&to=2026-08-01&show={}&level=grid"
    html = page(cast["cai"], path.format("on_time_rate"))
    assert "Expected of its mix" in html
    assert "1.00 (" in html
    assert "Expected of its mix" not in page(cast["cai"], path.format("filed"))
