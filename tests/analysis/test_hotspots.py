"""Gi* and local Moran: agreement with esda, calibration, power, and clear answers where nothing can be said.

Transforms: esda's Gi* with binary weights and the unit itself (star); local Moran with row-standardised
weights. esda tells one-sided p, ours are two-sided and on the side of z.
"""

import numpy as np
import pytest
from esda.getisord import G_Local
from esda.moran import Moran_Local
from scipy.stats import binom

from app.analysis.cells import HEXAGON, covering
from app.analysis.fdr import benjamini_hochberg
from app.analysis.hotspots import HIGH_LOW, LocalStatistic, gi_star, local_moran
from app.analysis.neighbours import Weights, weights_of
from app.analysis.permutations import distinct, tails
from app.spatial.plane import Plane
from tests.analysis.data_sets import NAMES, data_set

STATISTICS = (gi_star, local_moran)


def board(side: int = 20) -> Weights:
    """The neighbours of a side × side chessboard, corners included."""
    row, column = np.divmod(np.arange(side * side), side)
    near = (np.abs(row[:, None] - row) <= 1) & (np.abs(column[:, None] - column) <= 1)
    return weights_of(side * side, *np.nonzero(near))


@pytest.mark.parametrize("name", NAMES)
def test_gi_star_agrees_with_esda(name: str) -> None:
    data = data_set(name)
    theirs = G_Local(data.values, data.theirs, transform="B", star=True, permutations=0)
    mine = gi_star(data.values, data.ours, 0)
    assert mine.z == pytest.approx(theirs.Zs, abs=1e-6)
    assert mine.statistic / data.values.sum() == pytest.approx(theirs.Gs, abs=1e-6)
    assert mine.p == pytest.approx(2 * theirs.p_norm, abs=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_local_moran_agrees_with_esda(name: str) -> None:
    """esda divides I by n − 1, its moments (Sokal 1998) by n."""
    data = data_set(name)
    theirs = Moran_Local(data.values, data.theirs, transformation="r", permutations=0)
    mine, n = local_moran(data.values, data.ours, 0), len(data.values)
    assert mine.statistic * (n - 1) / n == pytest.approx(theirs.Is, abs=1e-6)
    assert mine.z == pytest.approx((theirs.Is * n / (n - 1) - theirs.EIc) / np.sqrt(theirs.VIc), abs=1e-6)
    assert mine.quadrant.tolist() == theirs.q.tolist()


@pytest.mark.filterwarnings("ignore:The alternative hypothesis:DeprecationWarning")
@pytest.mark.parametrize("name", NAMES)
def test_permutations_agree_with_esda_within_chance(name: str) -> None:
    """Ours is larger where sums tie, and where the neighbours lie on the other side of the mean than z."""
    data, draws = data_set(name), 9999
    theirs = G_Local(data.values, data.theirs, transform="B", star=True, permutations=draws, seed=1, n_jobs=1)
    moran = Moran_Local(data.values, data.theirs, transformation="r", permutations=draws, seed=1, n_jobs=1)
    for mine, one_sided in ((gi_star, theirs.p_sim), (local_moran, moran.p_sim)):
        p = mine(data.values, data.ours, draws, 3).p_sim
        chance = np.sqrt(2 * one_sided * (1 - one_sided) / draws)
        slack = 5 * chance + 2 / draws
        assert (p / 2 >= one_sided - slack).all()
        assert (p / 2 <= one_sided + slack).mean() > 0.85


def test_a_draw_is_without_replacement_and_fair() -> None:
    rng = np.random.default_rng(6)
    for n, width in ((7, 4), (60, 5), (5, 5)):
        drawn = distinct(n, width, 20_000, rng)
        assert (np.diff(np.sort(drawn, axis=1), axis=1) > 0).all()
        share = np.bincount(drawn[:, -1], minlength=n) / len(drawn)
        assert share == pytest.approx(np.full(n, 1 / n), abs=5 * np.sqrt(1 / n / 20_000))


def test_nobody_is_compared_with_themselves() -> None:
    """Five units with three neighbours each: only four sums are possible, none with the unit itself."""
    values = np.array([1.0, 2, 4, 8, 16])
    owners = np.repeat(np.arange(5), 3)
    others = np.concatenate([np.delete(np.arange(5), i)[:3] for i in range(5)])
    w = weights_of(5, owners, others)
    found = tails(values, w, 40_000, 2)
    for unit in range(5):
        rest = np.delete(values, unit)
        sums = rest.sum() - rest
        own = w.sums(values)[unit]
        assert found.at_least[unit] / 40_000 == pytest.approx((sums >= own).mean(), abs=0.015)
        assert found.at_most[unit] / 40_000 == pytest.approx((sums <= own).mean(), abs=0.015)


@pytest.mark.parametrize("statistic", STATISTICS)
def test_the_same_seed_gives_the_same_numbers(statistic: type) -> None:
    data = data_set("columbus")
    one, two, other = (statistic(data.values, data.ours, 499, seed) for seed in (1, 1, 2))
    assert np.array_equal(one.p_sim, two.p_sim) and not np.array_equal(one.p_sim, other.p_sim)
    assert np.array_equal(one.z, other.z)


def said(result: LocalStatistic) -> np.ndarray:
    return benjamini_hochberg(result.p_sim, 0.1) | benjamini_hochberg(result.p, 0.1)


@pytest.mark.parametrize("statistic", STATISTICS)
@pytest.mark.parametrize(
    ("values", "why_not"),
    [
        (np.empty(0), "few"),
        (np.array([5.0]), "few"),
        (np.full(400, 7.0), "equal"),
        (np.zeros(400), "equal"),
        (np.full(400, 0.1) + np.linspace(0, 1e-15, 400), "equal"),
        (np.full(400, np.nan), "few"),
    ],
)
def test_nothing_to_say(statistic: type, values: np.ndarray, why_not: str) -> None:
    w = board() if len(values) == 400 else weights_of(len(values), np.empty(0, int), np.empty(0, int))
    found = statistic(values, w, 99)
    assert found.why_not == why_not
    assert not found.known.any() and not said(found).any() and not found.quadrant.any()


@pytest.mark.parametrize("statistic", STATISTICS)
def test_islands_and_missing_values_say_nothing_and_touch_nobody(statistic: type) -> None:
    rng = np.random.default_rng(9)
    w, values = board(), rng.poisson(5, 400).astype(float)
    plain = statistic(values, w, 99)
    grown = Weights(np.append(w.indptr, [w.indptr[-1]] * 2), w.indices)
    found = statistic(np.append(values, [np.nan, np.inf]), grown, 99)
    assert found.z[:-2] == pytest.approx(plain.z)
    assert np.isnan(found.z[-2:]).all() and np.isnan(found.p_sim[-2:]).all()
    island = statistic(np.append(values, [900.0, 5]), grown, 99)
    assert np.isnan(island.z[-2:]).all() and not said(island)[-2:].any()


def test_a_planted_cluster_is_found_and_an_outlier_is_told_from_it() -> None:
    side = 30
    w, rng = board(side), np.random.default_rng(12)
    values = rng.poisson(4, side * side).astype(float).reshape(side, side)
    values[5:10, 5:10] += rng.poisson(8, (5, 5))
    values[19:22, 19:22] = 3
    values[20, 20] = 16
    hot = gi_star(values.ravel(), w, 9999, 1)
    found = (benjamini_hochberg(hot.p_sim, 0.05) & (hot.z > 0)).reshape(side, side)
    assert found[6:9, 6:9].all() and found[5:10, 5:10].sum() >= 15
    assert found[12:].sum() == found[19:22, 19:22].sum()  # around the outlier, and nowhere else
    moran = local_moran(values.ravel(), w, 9999, 1)
    assert moran.quadrant.reshape(side, side)[20, 20] == HIGH_LOW
    assert not found[20, 20]  # its neighbours are quiet


@pytest.mark.parametrize("statistic", STATISTICS)
def test_quiet_cities_are_quiet(statistic: type) -> None:
    """Sixty cities without any pattern: few show anything after the correction, and p is fair before it."""
    cities, q = 60, 0.05
    w = covering(_round(), HEXAGON, 700, Plane(113.0, 23.0)).weights
    rng = np.random.default_rng(2026)
    shows, below = 0, []
    for seed in range(cities):
        found = statistic(rng.poisson(30, len(w)).astype(float), w, 9999, seed)
        shows += bool(benjamini_hochberg(found.p_sim, q).any())
        below.append((found.p_sim <= 0.05).mean())
    assert shows <= binom.ppf(0.999, cities, q)
    error = np.std(below) / np.sqrt(cities)
    assert 0.05 - 0.01 - 4 * error < np.mean(below) < 0.05 + 4 * error


def _round() -> object:
    from shapely import Point

    return Point(113.0, 23.0).buffer(0.1)


def test_the_drill_catches_a_statistic_without_correction(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(globals(), "benjamini_hochberg", lambda p, q: p <= q)
    with pytest.raises(AssertionError):
        test_quiet_cities_are_quiet(gi_star)
