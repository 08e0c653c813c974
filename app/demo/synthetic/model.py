"""Draws the cases of a synthetic city: where, when, what, by whom found, and why. Pure; no geometry.

The intensity of usual cases is a product, `base[grid] × by_category[category] × by_day[day]`, seen by
citizens as it is and by inspectors times `effort[grid]`. Clusters and the drift add cases of their own, which
both see alike. Cases are independent given their intensities: without clusters and drift no grid knows
anything of its neighbours.
"""

from dataclasses import dataclass

import numpy as np

from app.demo.synthetic.ground import Flags, Floats, Ground, Ints
from app.demo.synthetic.plan import Plan
from app.demo.synthetic.planting import HOURS, Planted, plant

INSPECTOR, CITIZEN = 0, 1
USUAL, DRIFT = 0, -1
POINT, LINE, AREA = 0, 1, 2
NONE = -1
DAY, HOUR, MINUTE = 86_400, 3_600, 60
LONGEST_BEFORE_A_COPY = 3 * DAY


@dataclass(frozen=True, eq=False)
class Drawn:
    """One entry for each case, in the order of filing; seconds count from the first local day's beginning.

    `grid` is the true one. `origin`: USUAL, DRIFT or the cluster's number from 1. `copy_of`: the place of
    the case that it doubles, or NONE. `observed` is what the filer's clock said, `offset` how wrong it was.
    `outside`: filed at a point that lies in no unit; its grid says nothing.
    """

    grid: Ints
    category: Ints
    filed: Ints
    observed: Ints
    offset: Ints
    channel: Ints
    origin: Ints
    copy_of: Ints
    border: Flags
    shape: Ints
    outside: Flags

    def __len__(self) -> int:
        return len(self.grid)

    @property
    def day(self) -> Ints:
        return self.filed // DAY

    def counts(self, grids: int, first_day: int = 0, end_day: int | None = None) -> Ints:
        """Cases of each grid in a window of days (all of them), those outside left out."""
        last = np.inf if end_day is None else end_day
        inside = ~self.outside & (self.day >= first_day) & (self.day < last)
        return np.bincount(self.grid[inside], minlength=grids).astype(np.int64)


def draw(ground: Ground, plan: Plan, seed: int, planted: Planted | None = None) -> Drawn:
    """The cases of a city; the same for the same arguments. `planted` saves working it out again."""
    truth = planted or plant(ground, plan, seed)
    rng = np.random.default_rng([seed, 2])
    copies = round(plan.cases * plan.duplicates) if plan.cases > 1 else 0
    first = _originals(rng, truth, plan, plan.cases - copies)
    drawn = _with_copies(rng, first, copies, plan.days * DAY)
    return _told(rng, ground, truth, plan, drawn)


def masses(truth: Planted, plan: Plan) -> Floats:
    """How many cases to expect as usual, from the drift and from each cluster, in proportion."""
    seen = plan.found_by_inspectors * (truth.base * truth.effort).sum() + 1 - plan.found_by_inspectors
    clusters = [cluster.excess / plan.cases for cluster in truth.clusters]
    return np.array([seen, seen * plan.drift / (1 - plan.drift), *clusters])


def expected(truth: Planted, plan: Plan) -> Floats:
    """How many cases to expect in each grid, doubles counted and those outside not."""
    weights = masses(truth, plan)
    inspected = plan.found_by_inspectors * truth.effort + 1 - plan.found_by_inspectors
    found = truth.base * inspected
    if len(truth.drift):
        found = found + weights[1] * _drift_by_grid(truth)
    for cluster, mass in zip(truth.clusters, weights[2:], strict=True):
        share = truth.base[cluster.grids] / truth.base[cluster.grids].sum()
        np.add.at(found, cluster.grids, mass * share)
    return np.asarray(found / weights.sum() * plan.cases * (1 - plan.outside), dtype=np.float64)


def _drift_by_grid(truth: Planted) -> Floats:
    weeks = np.add.reduceat(truth.by_day, np.arange(0, len(truth.by_day), 7))
    return np.asarray(weeks @ truth.drift, dtype=np.float64)


def _originals(rng: np.random.Generator, truth: Planted, plan: Plan, count: int) -> dict[str, Ints]:
    """Grid, category, day, channel and origin of each case that doubles no other."""
    weights = masses(truth, plan)
    usual, wandering, *clustered = rng.multinomial(count, weights / weights.sum()).tolist()
    parts = [_usual(rng, truth, plan, usual), _wandering(rng, truth, plan, wandering)]
    for number, many in enumerate(clustered, 1):
        parts.append(_clustered(rng, truth, plan, number, many))
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _usual(rng: np.random.Generator, truth: Planted, plan: Plan, count: int) -> dict[str, Ints]:
    """Grid and channel together: inspectors look more often at some grids than at others."""
    inspected = plan.found_by_inspectors * truth.base * truth.effort
    cell = _pick(rng, np.concatenate((inspected, (1 - plan.found_by_inspectors) * truth.base)), count)
    grids = len(truth.base)
    return {
        "grid": cell % grids,
        "category": _pick(rng, truth.by_category, count),
        "day": _pick(rng, truth.by_day, count),
        "channel": np.where(cell < grids, INSPECTOR, CITIZEN),
        "origin": np.full(count, USUAL),
    }


def _wandering(rng: np.random.Generator, truth: Planted, plan: Plan, count: int) -> dict[str, Ints]:
    day = _pick(rng, truth.by_day, count)
    grid = np.zeros(count, dtype=np.int64)
    for week in np.unique(day // 7).tolist():
        mine = day // 7 == week
        grid[mine] = _pick(rng, truth.drift[week], int(mine.sum()))
    category = _pick(rng, truth.by_category, count)
    return _seen(rng, plan, grid, category, day, DRIFT)


def _clustered(
    rng: np.random.Generator, truth: Planted, plan: Plan, number: int, count: int
) -> dict[str, Ints]:
    cluster = truth.clusters[number - 1]
    grid: Ints = cluster.grids[_pick(rng, truth.base[cluster.grids], count)]
    window = truth.by_day[cluster.first_day : cluster.end_day]
    day = cluster.first_day + _pick(rng, window, count)
    return _seen(rng, plan, grid, np.full(count, cluster.category), day, number)


def _seen(
    rng: np.random.Generator, plan: Plan, grid: Ints, category: Ints, day: Ints, origin: int
) -> dict[str, Ints]:
    channel = np.where(rng.random(len(grid)) < plan.found_by_inspectors, INSPECTOR, CITIZEN)
    what = np.full(len(grid), origin)
    return {"grid": grid, "category": category, "day": day, "channel": channel, "origin": what}


def _pick(rng: np.random.Generator, weights: Floats, count: int) -> Ints:
    """So many places, each as often as its weight says."""
    upto = np.cumsum(weights)
    found = np.searchsorted(upto, rng.random(count) * upto[-1], side="right")
    return np.asarray(np.minimum(found, len(weights) - 1), dtype=np.int64)


def _with_copies(rng: np.random.Generator, first: dict[str, Ints], copies: int, end: int) -> dict[str, Ints]:
    """The instants, and the doubles: somebody else files the same thing within days."""
    count = len(first["grid"])
    hour = np.empty(count, dtype=np.int64)
    for channel, name in ((INSPECTOR, "inspector"), (CITIZEN, "citizen")):
        mine = first["channel"] == channel
        hour[mine] = _pick(rng, np.array(HOURS[name], dtype=np.float64), int(mine.sum()))
    filed = first.pop("day") * DAY + hour * HOUR + rng.integers(0, HOUR, count)
    of = rng.choice(count, min(copies, count), replace=False)
    wait = rng.integers(10 * MINUTE, LONGEST_BEFORE_A_COPY, len(of))
    wait = np.minimum(wait, np.maximum(end - 1 - filed[of], 1))
    drawn = {name: np.concatenate((values, values[of])) for name, values in first.items()}
    drawn["channel"][count:] = np.where(rng.random(len(of)) < 0.6, CITIZEN, drawn["channel"][count:])
    drawn["filed"] = np.concatenate((filed, filed[of] + wait))
    drawn["copy_of"] = np.concatenate((np.full(count, NONE), of))
    return _in_order(drawn)


def _in_order(drawn: dict[str, Ints]) -> dict[str, Ints]:
    order = np.argsort(drawn["filed"], kind="stable")
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    found = {name: values[order] for name, values in drawn.items()}
    doubled = found["copy_of"] != NONE
    found["copy_of"][doubled] = place[found["copy_of"][doubled]]
    return found


def _told(
    rng: np.random.Generator, ground: Ground, truth: Planted, plan: Plan, drawn: dict[str, Ints]
) -> Drawn:
    """How each was filed: delays, phone clocks, places near a border or outside, lines and areas."""
    count = len(drawn["grid"])
    lag = rng.exponential(6 * MINUTE, count).astype(np.int64) + 20
    offline = rng.random(count) < 0.04
    lag[offline] += rng.integers(2 * HOUR, 30 * HOUR, int(offline.sum()))
    by_phone = drawn["channel"] == INSPECTOR
    offset = np.where(by_phone, truth.offset_s[ground.town[drawn["grid"]]], 0)
    original = (drawn["copy_of"] == NONE) & ~np.isin(np.arange(count), drawn["copy_of"])
    sort = rng.random(count)
    limits = np.cumsum([plan.outside, plan.borders, plan.shapes])
    outside, border, shaped = (
        original & (sort >= low) & (sort < high) for low, high in zip((0.0, *limits), limits, strict=False)
    )
    form = np.where(rng.random(count) < 0.5, LINE, AREA)
    return Drawn(
        **drawn,
        observed=drawn["filed"] - lag + offset,
        offset=offset,
        border=border,
        shape=np.where(shaped, form, POINT),
        outside=outside,
    )
