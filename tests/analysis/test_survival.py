"""Freireich et al. 1963, 6-mercaptopurine against placebo: weeks of remission, the textbook table."""

import numpy as np
import pytest

from app.analysis.survival import kaplan_meier

DRUG = (
    [6, 6, 6, 7, 10, 13, 16, 22, 23, 6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35],
    [True] * 9 + [False] * 12,
)
PLACEBO = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]
TABLE = (  # time, at risk, ended, surviving, standard error: Kleinbaum and Klein 2012, tables 2.1 and 2.3
    (6, 21, 3, 0.8571, 0.0764),
    (7, 17, 1, 0.8067, 0.0869),
    (10, 15, 1, 0.7529, 0.0963),
    (13, 12, 1, 0.6902, 0.1068),
    (16, 11, 1, 0.6275, 0.1141),
    (22, 7, 1, 0.5378, 0.1282),
    (23, 6, 1, 0.4482, 0.1346),
)


def test_the_textbook_table() -> None:
    curve = kaplan_meier(*DRUG)
    told = zip(curve.times, curve.at_risk, curve.closed, curve.surviving, curve.standard_errors, strict=True)
    for (time, risk, ended, share, error), row in zip(TABLE, told, strict=True):
        assert tuple(row[:3]) == (time, risk, ended)
        assert row[3:] == pytest.approx((share, error), abs=6e-5)
    assert (curve.count, curve.censored) == (21, 12)


def test_median_with_its_interval_on_the_log_log_scale() -> None:
    median = kaplan_meier(*DRUG).quantile(0.5)
    assert (median.value, median.low, median.high) == (23, 13, None)
    placebo = kaplan_meier(PLACEBO, [True] * 21).quantile(0.5)
    assert (placebo.value, placebo.low, placebo.high) == (8, 4, 11)


def test_without_censoring_it_is_the_share_of_those_that_lasted_longer() -> None:
    rng = np.random.default_rng(3)
    lasted = rng.exponential(10, 500).round(1)
    curve = kaplan_meier(lasted, np.ones(500, bool))
    expected = [(lasted > time).mean() for time in curve.times]
    assert curve.surviving == pytest.approx(expected, abs=1e-12)
    assert curve.quantile(0.9).value == pytest.approx(np.sort(lasted)[449], abs=0.2)


def test_what_is_not_reached_is_said_not_guessed() -> None:
    curve = kaplan_meier([1, 2, 3, 4], [True, False, False, False])
    assert curve.quantile(0.9).value is None
    assert curve.quantile(0.2).value == 1
    still_open = kaplan_meier([5.0, 8.0], [False, False])
    assert still_open.quantile(0.5).value is None and not still_open.times.size


def test_the_mean_of_closed_cases_would_be_too_short() -> None:
    """Seeded: half of the cases are watched too briefly to see their end."""
    rng = np.random.default_rng(11)
    true, watched = rng.exponential(10, 4000), rng.uniform(0, 14, 4000)
    curve = kaplan_meier(np.minimum(true, watched), true <= watched)
    median = curve.quantile(0.5)
    assert median.value == pytest.approx(10 * np.log(2), rel=0.06)
    assert median.low is not None and median.high is not None
    assert median.low < 10 * np.log(2) < median.high
    naive = kaplan_meier(true[true <= watched], np.ones(int((true <= watched).sum()), bool))
    assert (naive.quantile(0.5).value or 0) < 0.7 * 10 * np.log(2)


def test_an_interval_holds_the_true_median_about_as_often_as_it_says() -> None:
    rng = np.random.default_rng(5)
    held = 0
    for _ in range(400):
        true, watched = rng.exponential(10, 60), rng.uniform(0, 30, 60)
        found = kaplan_meier(np.minimum(true, watched), true <= watched).quantile(0.5)
        held += (found.low or np.inf) <= 10 * np.log(2) <= (found.high or np.inf)
    assert 365 <= held <= 393  # 95 % of 400, four standard errors


@pytest.mark.parametrize(
    ("durations", "closed"), [([-1.0], [True]), ([np.nan], [True]), ([np.inf], [False]), ([1.0], [])]
)
def test_what_is_no_duration_is_refused(durations: list[float], closed: list[bool]) -> None:
    with pytest.raises(ValueError, match="durations must be numbers"):
        kaplan_meier(durations, closed)


def test_no_cases_and_cases_closed_at_once() -> None:
    empty = kaplan_meier([], [])
    assert (empty.count, empty.quantile(0.5).value) == (0, None)
    at_once = kaplan_meier([0, 0, 0], [True] * 3)
    assert at_once.quantile(0.5).value == 0 and list(at_once.surviving) == [0]
