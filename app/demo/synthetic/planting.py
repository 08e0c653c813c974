"""What is hidden in a synthetic city: decided first, drawn afterwards. Pure."""

from dataclasses import dataclass

import numpy as np

from app.demo.synthetic.ground import Flags, Floats, Ground, Ints
from app.demo.synthetic.plan import Plan

WEEKDAYS = (1.12, 1.05, 1.02, 1.02, 1.06, 0.9, 0.83)
"""Monday first."""
SEASON, PEAK = 0.2, 196
"""How much the season adds and takes, and the day of the year on which it adds most."""
HOURS = {
    "inspector": (0, 0, 0, 0, 0, 0, 0.3, 1, 5, 8, 8, 5, 2, 3, 7, 8, 7, 5, 2, 1, 0.7, 0.3, 0, 0),
    "citizen": (0.3, 0.2, 0.1, 0.1, 0.2, 0.5, 1, 3, 5, 6, 6, 5, 4, 4, 5, 6, 6, 6, 5, 6, 5, 3, 1.5, 0.6),
}
COMMON = 5
"""Clusters are of the commonest categories."""
KINDS = ("new", "persistent", "fading", "past")
OFFSETS = (-28_800, -3_600, 900, 7_200, -300, 86_400)
"""Seconds by which phone clocks may be wrong."""
WEEK = 7
MOST_OF_A_CITY = 0.2


@dataclass(frozen=True, eq=False)
class Cluster:
    """More cases of one category than usual in some grids, from one day until before another.

    `excess`: how many more on average; `relative_risk`: of what is usual there, then, in that category.
    """

    kind: str
    centre: int
    rings: int
    grids: Ints
    category: int
    first_day: int
    end_day: int
    relative_risk: float
    excess: float


@dataclass(frozen=True, eq=False)
class Planted:
    """Everything that is decided before cases are drawn. `base`, `by_category`, `by_day` sum to 1.

    `effort`: how often inspectors look at a grid compared with others; above 1 where it is over-reported.
    `drift` (week × grid, each row sums to 1): where the wandering intensity lies; no rows without one.
    `slowness` of each unit and `offset_s` of each town's phone are 1 and 0 where nothing is wrong.
    """

    base: Floats
    effort: Floats
    by_category: Floats
    by_day: Floats
    clusters: tuple[Cluster, ...]
    drift: Floats
    drift_path: Floats
    slowness: Floats
    offset_s: Ints

    @property
    def touched(self) -> Flags:
        """Grids in which clusters or the drift put cases; all others are quiet."""
        found = np.zeros(len(self.base), dtype=np.bool_)
        for cluster in self.clusters:
            found[cluster.grids] = True
        if len(self.drift):
            found |= (self.drift > 0.05 * self.drift.max(axis=1, keepdims=True)).any(axis=0)
        return found


def plant(ground: Ground, plan: Plan, seed: int) -> Planted:
    """The truth about a city; the same for the same arguments."""
    rng = np.random.default_rng([seed, 1])
    base = rng.lognormal(0.0, plan.unevenness, len(ground))
    base /= base.sum()
    by_category = _by_rank(rng, len(ground.categories))
    by_day = day_weights(plan)
    drift, path = _drift(rng, ground, plan, base)
    clusters = _clusters(rng, ground, plan, (base, by_category, by_day))
    return Planted(
        base=base,
        effort=_raised(rng, len(ground), plan.over_reported, plan.over_reporting),
        by_category=by_category,
        by_day=by_day,
        clusters=clusters,
        drift=drift,
        drift_path=path,
        slowness=_raised(rng, len(ground.units), plan.slow, plan.slowness),
        offset_s=_offsets(rng, len(ground.towns), plan.wrong_clocks),
    )


def day_weights(plan: Plan) -> Floats:
    """The share of each day by weekday and season; sums to 1."""
    day = np.arange(plan.days)
    weekday = np.array(WEEKDAYS)[(plan.start.weekday() + day) % WEEK]
    of_year = plan.start.timetuple().tm_yday + day
    found = weekday * (1 + SEASON * np.cos(2 * np.pi * (of_year - PEAK) / 365.25))
    return np.asarray(found / found.sum(), dtype=np.float64)


def _by_rank(rng: np.random.Generator, count: int) -> Floats:
    """A few categories are common and many are rare; which they are is drawn."""
    found = np.arange(1, count + 1, dtype=np.float64) ** -0.7
    return np.asarray(rng.permuted(found / found.sum()), dtype=np.float64)


def _raised(rng: np.random.Generator, count: int, share: float, factor: float) -> Floats:
    """1 for each but a few, which have the factor; at least one if any are asked for."""
    found = np.ones(count)
    few = min(count, max(1, round(share * count))) if share > 0 else 0
    found[rng.choice(count, few, replace=False)] = factor
    return found


def _offsets(rng: np.random.Generator, count: int, share: float) -> Ints:
    wrong = _raised(rng, count, share, 2.0) > 1
    return np.where(wrong, rng.choice(np.array(OFFSETS), count), 0).astype(np.int64)


def _drift(rng: np.random.Generator, ground: Ground, plan: Plan, base: Floats) -> tuple[Floats, Floats]:
    """(week × grid, week × (east, north) in metres): a bell that wanders from one grid to another."""
    if not plan.drift:
        return np.zeros((0, len(ground))), np.zeros((0, 2))
    weeks = -(-plan.days // WEEK)
    first, last = rng.choice(len(ground), 2, replace=len(ground) < 2)
    along = np.linspace(0.0, 1.0, weeks)[:, None]
    path = ground.metres[first] * (1 - along) + ground.metres[last] * along
    width = 2.5 * np.sqrt(np.median(ground.square_metres))
    weights = np.empty((weeks, len(ground)))
    for week, centre in enumerate(path):
        distance = np.hypot(*(ground.metres - centre).T)
        weights[week] = base * np.exp(-((np.minimum(distance - distance.min(), 30 * width) / width) ** 2) / 2)
    return weights / weights.sum(axis=1, keepdims=True), path


def _clusters(
    rng: np.random.Generator, ground: Ground, plan: Plan, usual: tuple[Floats, Floats, Floats]
) -> tuple[Cluster, ...]:
    """Apart from each other, so that each can be told for itself; fewer where there is no room."""
    free = np.ones(len(ground), dtype=np.bool_)
    found: list[Cluster] = []
    wanted = min(plan.clusters, len(ground) // 12 or 1) if plan.clusters else 0
    common = np.argsort(-usual[1], kind="stable")[:COMMON]
    for number in range(wanted):
        rings = _rings(rng, ground, plan)
        for _attempt in range(50):
            centre = int(rng.integers(len(ground)))
            grids = ground.around(centre, rings)
            if free[grids].all():
                break
        else:
            continue
        free[ground.around(centre, rings + 1)] = False
        kind, category = KINDS[number % len(KINDS)], int(rng.choice(common))
        window = _window(rng, kind, plan.days)
        found.append(_cluster(plan, usual, kind, (centre, rings, grids), category, window, wanted))
    return tuple(found)


def _rings(rng: np.random.Generator, ground: Ground, plan: Plan) -> int:
    """In a small city a cluster is a grid and those next to it at most."""
    least, most = plan.rings
    return int(rng.integers(least, most + 1)) if len(ground) > 500 else min(1, least)


def _window(rng: np.random.Generator, kind: str, days: int) -> tuple[int, int]:
    """New: the last two weeks; persistent: the last twelve; fading: ended three weeks ago; past: any time."""
    length = {"new": 14, "persistent": 84, "fading": 49, "past": 28}[kind]
    ends = {"new": days, "persistent": days, "fading": days - 21}.get(kind)
    end = int(rng.integers(min(length, days), max(days // 2, length) + 1)) if ends is None else ends
    end = min(max(end, 1), days)
    return max(0, end - length), end


def _cluster(
    plan: Plan,
    usual: tuple[Floats, Floats, Floats],
    kind: str,
    where: tuple[int, int, Ints],
    category: int,
    window: tuple[int, int],
    count: int,
) -> Cluster:
    base, by_category, by_day = usual
    centre, rings, grids = where
    expected = plan.cases * base[grids].sum() * by_category[category] * by_day[slice(*window)].sum()
    excess = min(plan.excess, MOST_OF_A_CITY * plan.cases / count)
    risk = plan.relative_risk or max(3.0, 1 + excess / expected)
    return Cluster(kind, centre, rings, grids, category, *window, float(risk), float((risk - 1) * expected))
