"""Rates of few people: agreement with esda, and what happens where nothing can be said."""

import numpy as np
import pytest
from esda.smoothing import Empirical_Bayes, assuncao_rate
from scipy.stats import poisson

from app.analysis.smoothing import empirical_bayes, funnel_limits, prior_of, standardised_rates
from tests.analysis.data_sets import sids


def made(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Events and population of 80 units whose true rates differ, so that no variance is cut at 0."""
    rng = np.random.default_rng(seed)
    population = rng.integers(20, 5000, 80).astype(float)
    return rng.poisson(population * rng.gamma(4, 0.002, 80)).astype(float), population


@pytest.mark.parametrize("data", [sids(), made(1), made(2)], ids=["sids", "made 1", "made 2"])
def test_agrees_with_esda(data: tuple[np.ndarray, np.ndarray]) -> None:
    events, population = data
    rate, shrunk = empirical_bayes(events, population)
    assert rate == pytest.approx(events / population, abs=1e-12)
    assert shrunk == pytest.approx(Empirical_Bayes(events, population).r.ravel(), abs=1e-9)
    assert standardised_rates(events, population) == pytest.approx(
        np.ravel(assuncao_rate(events, population)), abs=1e-6
    )


def test_few_people_are_drawn_to_the_rate_of_all_more_than_many() -> None:
    events, population = made(1)
    rate, shrunk = empirical_bayes(events, population)
    prior = prior_of(events, population)
    assert prior is not None
    moved = np.abs(shrunk - rate) / np.abs(rate - prior.rate)
    assert np.corrcoef(population, moved)[0, 1] < -0.5
    assert (np.abs(shrunk - prior.rate) <= np.abs(rate - prior.rate) + 1e-15).all()


def test_nearer_to_the_truth_than_the_raw_rate() -> None:
    rng = np.random.default_rng(8)
    population, true = rng.integers(20, 300, 200), rng.gamma(20, 0.0005, 200)
    events = rng.poisson(population * true)
    rate, shrunk = empirical_bayes(events, population)
    assert ((shrunk - true) ** 2).mean() < 0.2 * ((rate - true) ** 2).mean()


def test_rates_that_vary_no_more_than_by_chance_are_all_the_rate_of_all() -> None:
    events, population = np.full(30, 5.0), np.full(30, 100.0)
    _, shrunk = empirical_bayes(events, population)
    assert shrunk == pytest.approx(np.full(30, 0.05))


def test_no_population_has_no_rate_and_touches_nobody_else() -> None:
    events, population = made(3)
    before = empirical_bayes(events, population)[1]
    with_gaps = np.append(events, [3, 3, np.nan]), np.append(population, [0, np.nan, 100])
    rate, shrunk = empirical_bayes(*with_gaps)
    assert np.isnan(rate[-3:]).all() and np.isnan(shrunk[-3:]).all()
    assert shrunk[:-3] == pytest.approx(before)
    assert np.isnan(standardised_rates(*with_gaps)[-3:]).all()


def test_nothing_to_go_by() -> None:
    assert empirical_bayes([], [])[1].size == 0
    assert np.isnan(empirical_bayes([1, 2], [0, 0])[1]).all()
    assert np.isnan(standardised_rates([0, 0], [10, 20])).all()
    assert list(empirical_bayes([0, 0], [10, 20])[1]) == [0, 0]


def test_funnel_limits_are_exact() -> None:
    expected = np.array([0.0, 0.3, 2, 10, 400])
    for limits in funnel_limits(expected, (0.95, 0.998)):
        tail = (1 - limits.level) / 2
        assert (poisson.cdf(limits.low - 1, expected) < tail).all()
        assert (poisson.sf(limits.high, expected) <= tail).all()
        assert (poisson.cdf(limits.low, expected) >= tail).all()
    wide, wider = funnel_limits(expected)
    assert (wider.low <= wide.low).all() and (wider.high >= wide.high).all()


def test_funnel_limits_of_shares_and_of_nothing() -> None:
    (limits,) = funnel_limits([5.0, 50, 0, np.nan, 3], (0.95,), trials=[10.0, 100, 0, 5, 2])
    assert (limits.low[0], limits.high[0]) == (2, 8)
    assert (limits.low[1], limits.high[1]) == (40, 60)
    assert np.isnan(limits.low[2:]).all() and np.isnan(limits.high[2:]).all()
