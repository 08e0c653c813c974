"""Units beside each other without traps: rates instead of counts, small numbers marked, ranks as intervals.

Rates are shrunk as Marshall 1991 does, limits are those of a funnel plot (Spiegelhalter 2005). Ranks are
given for shares only, never for volumes, as intervals of 95 % from draws of each unit's true share (Beta
with Jeffreys' prior; Goldstein and Spiegelhalter 1996, "League Tables and Their Limitations").
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.analysis.smoothing import empirical_bayes, funnel_limits
from app.spatial.plane import Floats

LEVELS = (0.95, 0.998)
FEWEST_EXPECTED = 5.0
"""Where fewer cases than this are expected, a rate says nothing."""
FEWEST_TRIALS = 10
FEWEST_RANKED = 3
"""Fewer units than this make no order worth telling."""
DRAWS, SEED = 4000, 20261121


@dataclass(frozen=True, slots=True)
class Compared:
    """One unit: `count` among `base`. `rate` is None where the base is missing or nothing.

    `expected`: what the rate of all would give here. `side`: outside the limits that chance gives in 99.8 %
    ("far above", "far below") or in 95 % ("above", "below") of all cases, or within (None).
    """

    count: int
    base: float | None
    rate: float | None
    shrunk: float | None
    expected: float | None
    few: bool
    side: str | None


def compared(counts: Sequence[int], bases: Sequence[float | None], *, trials: bool = False) -> list[Compared]:
    """Each unit with its rate per one of the base; `trials`: counts are so many successes of the base."""
    events = np.array(counts, dtype=np.float64)
    bottom = np.array([np.nan if base is None else base for base in bases], dtype=np.float64)
    said = np.isfinite(bottom) & (np.nan_to_num(bottom) > 0)
    if not said.any():
        return [Compared(c, b, None, None, None, True, None) for c, b in zip(counts, bases, strict=True)]
    overall = float(events[said].sum() / bottom[said].sum())
    expected = np.where(said, np.nan_to_num(bottom) * overall, np.nan)
    raw, shrunk = empirical_bayes(events, bottom)
    limits = funnel_limits(expected, LEVELS, trials=bottom if trials else None)
    found = []
    for at, (count, base) in enumerate(zip(counts, bases, strict=True)):
        if not said[at]:
            found.append(Compared(count, base, None, None, None, True, None))
            continue
        few = bool(bottom[at] < FEWEST_TRIALS if trials else expected[at] < FEWEST_EXPECTED)
        side = _side(events[at], [(float(each.low[at]), float(each.high[at])) for each in limits])
        found.append(
            Compared(
                count,
                base,
                float(raw[at]),
                float(shrunk[at]),
                float(expected[at]),
                few,
                None if few else side,
            )
        )
    return found


def _side(count: float, limits: Sequence[tuple[float, float]]) -> str | None:
    inner, outer = limits
    if count > outer[1] or count < outer[0]:
        return "far above" if count > outer[1] else "far below"
    if count > inner[1] or count < inner[0]:
        return "above" if count > inner[1] else "below"
    return None


@dataclass(frozen=True, slots=True)
class Ranks:
    """The best and the worst rank that a unit may truly have (95 %); 1 is best."""

    best: int
    worst: int


def drawn_shares(counts: Sequence[int], ns: Sequence[int]) -> Floats:
    """Draws of the true shares: a row each draw, a column each unit."""
    good, n = np.array(counts) + 0.5, np.array(ns)
    return np.random.default_rng(SEED).beta(good, n - good + 1, size=(DRAWS, len(ns)))


def ranks_of(draws: Floats, *, more_is_better: bool | None) -> list[Ranks | None]:
    """From draws as above; None for all where too few are left to rank, or where no direction is better."""
    if draws.shape[1] < FEWEST_RANKED or more_is_better is None:
        return [None] * draws.shape[1]
    order = np.argsort(np.argsort(-draws if more_is_better else draws, axis=1), axis=1) + 1
    low, high = np.percentile(order, [2.5, 97.5], axis=0, method="nearest")
    return [Ranks(int(best), int(worst)) for best, worst in zip(low, high, strict=True)]


def funnel_curve(
    rate: float, most: float, *, trials: bool, points: int = 60
) -> list[tuple[float, list[float]]]:
    """The limits around a rate for growing bases: (base, [low95, high95, low998, high998]) as rates."""
    bases = (
        np.unique(np.round(np.geomspace(1, max(most, 2), points)))
        if trials
        else np.geomspace(most / 400, most, points)
    )
    limits = funnel_limits(bases * rate, LEVELS, trials=bases if trials else None)
    rows = zip(
        bases, *(side for each in limits for side in (each.low / bases, each.high / bases)), strict=True
    )
    return [(float(base), [float(value) for value in values]) for base, *values in rows]
