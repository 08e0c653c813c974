"""Hot spots: how long a run over all grids takes, how quiet quiet cities are, what is found where planted.

The simulated cities have the real grids of Foshan and their real neighbours; only the cases are drawn.
"""

from dataclasses import dataclass
from datetime import timedelta
from statistics import median
from time import perf_counter

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binom

from app.analysis import units
from app.analysis.fdr import benjamini_hochberg
from app.analysis.hotspot_runs import GI_STAR, Question, run
from app.analysis.hotspots import LocalStatistic, gi_star
from app.analysis.neighbours import Weights
from app.analysis.smoothing import standardised_rates
from app.areas.index import areas
from app.cases.queries.filters import Filters
from app.core.policy import EVERYTHING
from benchmarks import databases
from benchmarks.databases import EPOCH, Engine
from benchmarks.figures import Figure

GROUP = "hot spots"
SEED, Q, DRAWS = 2026, 0.05, 99_999
CITIES, QUICK_CITIES = 200, 40
PLANTED_CITIES, CLUSTERS, RELATIVE_RISK = 50, 4, 2.0
MEAN_CASES = 8.0

Floats = NDArray[np.float64]


def hotspots(engine: Engine, template: str, *, quick: bool) -> list[Figure]:
    size = 10_000 if quick else 1_000_000
    filled = databases.filled(engine, template, size)
    with filled.inside():
        figures = _timed(engine.name, size)
        if engine.server is not None or quick:
            figures += _drilled(engine.name, QUICK_CITIES if quick else CITIES)
    databases.release(filled.app)
    return figures


def _timed(name: str, size: int) -> list[Figure]:
    """Counts of 30 days by grid, Gi* with 999 permutations, the eight weeks; first with reading the land."""
    city = areas().city
    filters = Filters(within=city, start=EPOCH - timedelta(days=30), end=EPOCH)
    question = Question(city, "grid", None, filters, None, GI_STAR, 999, 1)
    times = []
    for _round in range(6):
        began = perf_counter()
        run(question, within=EVERYTHING, now=EPOCH)
        times.append(perf_counter() - began)
    detail = f"warm {median(times[1:]):.2f} s"
    grids = len(areas().by_level["grid"])
    what = f"{grids:,} grids × 999, land and cases read"
    return [Figure(GROUP, name, what, times[0], 1.5, unit="s", size=size, detail=detail)]


@dataclass(frozen=True)
class Town:
    """Units with their neighbours, and how many households each has (clustered, as in life)."""

    weights: Weights
    households: Floats


def _drilled(name: str, cities: int) -> list[Figure]:
    """Quiet by community: among 10,000 grids the smallest p of 99,999 draws passes only five at a time."""
    town, fine = (_town(units.units_at(level, areas().city)) for level in ("community", "grid"))
    most = float(binom.ppf(0.975, cities, Q)) / cities
    figures = []
    for what, exposed in (("counts, equal grids", False), ("rates, uneven households", True)):
        shows, early = _quiet(town, cities, exposed)
        detail = f"{Q:.0%} asked; before correction p ≤ 5 % in {early:.1%} of the grids"
        label = f"quiet cities that show anything: {what}"
        figures.append(Figure(GROUP, name, label, shows, most, unit="", size=cities, detail=detail))
    found, grids, false = _planted(fine, PLANTED_CITIES if cities == CITIES else 10)
    detail = f"{grids:.0%} of their grids; {false:.1%} of what is shown lies elsewhere"
    label = f"planted clusters found, grids (twice the cases, {CLUSTERS} in a city)"
    return [*figures, Figure(GROUP, name, label, found, unit="", size=PLANTED_CITIES, detail=detail)]


def _town(ground: units.Units) -> Town:
    return Town(ground.weights, _households(ground))


def _households(ground: units.Units) -> Floats:
    """Drawn: alike within the unit above, five times more here than there."""
    rng = np.random.default_rng(SEED)
    parents = np.unique([entry.parent_id or 0 for entry in ground.entries], return_inverse=True)[1]
    by_community = rng.lognormal(5.5, 0.6, parents.max() + 1)
    return np.asarray(by_community[parents] * rng.lognormal(0, 0.3, len(ground)))


def _quiet(town: Town, cities: int, exposed: bool) -> tuple[float, float]:
    """The share of cities that show any hot or cold spot, and of grids with p ≤ 5 % before correction."""
    shows, early = 0, []
    for seed in range(cities):
        found = _statistic(
            town, np.random.default_rng(SEED + seed), exposed, np.ones(len(town.weights)), seed
        )
        shows += bool(benjamini_hochberg(found.p_sim, Q).any())
        early.append(float((found.p_sim <= Q).mean()))
    return shows / cities, float(np.mean(early))


def _statistic(
    town: Town, rng: np.random.Generator, exposed: bool, risk: Floats, seed: int
) -> LocalStatistic:
    share = town.households / town.households.mean() if exposed else np.ones(len(town.weights))
    cases = rng.poisson(MEAN_CASES * share * risk).astype(np.float64)
    values = standardised_rates(cases, town.households) if exposed else cases
    return gi_star(values, town.weights, DRAWS, seed)


def _planted(town: Town, cities: int) -> tuple[float, float, float]:
    """Shares: clusters with a grid found; their grids found; of all found, those neither in nor by one."""
    met, inside, total, outside, shown = 0, 0, 0, 0, 0
    for seed in range(cities):
        rng = np.random.default_rng(SEED * 7 + seed)
        risk, clusters = np.ones(len(town.weights)), []
        for centre in rng.choice(len(town.weights), CLUSTERS, replace=False):
            clusters.append(_around(town.weights, int(centre), 2))
            risk[clusters[-1]] = RELATIVE_RISK
        hot = _statistic(town, rng, True, risk, seed)
        found = benjamini_hochberg(hot.p_sim, Q) & (hot.z > 0)
        planted = np.unique(np.concatenate(clusters))
        beside = np.unique(np.concatenate([_around(town.weights, int(unit), 1) for unit in planted]))
        met += sum(bool(found[cluster].any()) for cluster in clusters)
        inside, total = inside + int(found[planted].sum()), total + len(planted)
        shown, outside = shown + int(found.sum()), outside + int(found.sum() - found[beside].sum())
    return met / (CLUSTERS * cities), inside / total, outside / max(shown, 1)


def _around(weights: Weights, centre: int, rings: int) -> NDArray[np.int64]:
    """A unit and everybody within some steps of it."""
    found = np.array([centre])
    for _ring in range(rings):
        found = np.unique(np.concatenate([found, *(weights.of(int(unit)) for unit in found)]))
    return found
