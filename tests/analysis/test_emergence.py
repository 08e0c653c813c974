"""What becomes of hot spots over the weeks, one made for each description."""

import numpy as np
import pytest

from app.analysis.emergence import emergence, mann_kendall

WEEKS = 8
STEADY = [3.0, 2.8, 3.1, 2.9, 3.0, 2.9, 3.1, 3.0]


def told(hot: str, z: list[float]) -> str:
    marks = np.array([[mark == "x" for mark in hot]])
    return str(emergence(marks, np.array([z]))[0])


@pytest.mark.parametrize(
    ("hot", "z", "word"),
    [
        ("........", STEADY, "none"),
        (".......x", STEADY, "new"),
        ("xxxxxxxx", STEADY, "persistent"),
        (".xx.xxxx", STEADY, "persistent"),
        ("xxxxxxxx", list(range(8)), "intensifying"),
        ("xxxxxxxx", list(range(8, 0, -1)), "fading"),
        ("xxxx....", list(range(8, 0, -1)), "fading"),
        ("x.x.....", STEADY, "fading"),
        ("x.......", STEADY, "sporadic"),
        ("x.x.x..x", STEADY, "sporadic"),
        ("xxxxxx..", STEADY, "fading"),
    ],
)
def test_one_of_each(hot: str, z: list[float], word: str) -> None:
    assert told(hot, z) == word


def test_few_weeks_and_no_units_are_not_described() -> None:
    assert told("xxx", [1.0, 2, 3]) == "none"
    assert emergence(np.zeros((0, 8), bool), np.zeros((0, 8))).tolist() == []
    assert emergence(np.zeros((2, 0), bool), np.zeros((2, 0))).tolist() == ["none", "none"]


def test_weeks_without_a_score_have_no_trend() -> None:
    assert told("xxxxxxxx", [*range(7), np.nan]) == "persistent"
    assert mann_kendall(np.full((1, 8), 2.0)).tolist() == [0.0]


def test_the_trend_is_mann_s_and_kendall_s() -> None:
    """Ten values of Gilbert 1987, example 16.1 style: S = 45 − 2·discordant; ties lower the variance."""
    rising = np.arange(10.0)[None]
    variance = 10 * 9 * 25 / 18
    assert mann_kendall(rising)[0] == pytest.approx(44 / np.sqrt(variance))
    tied = np.array([[1.0, 1, 1, 2, 3, 4, 5, 6, 7, 8]])
    assert mann_kendall(tied)[0] == pytest.approx(41 / np.sqrt((10 * 9 * 25 - 3 * 2 * 11) / 18))


def test_a_steady_series_seldom_shows_a_trend() -> None:
    z = np.random.default_rng(1).normal(size=(4000, 12))
    assert (np.abs(mann_kendall(z)) > 1.96).mean() == pytest.approx(0.05, abs=0.012)
