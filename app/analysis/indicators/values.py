"""From counts to what is shown: a value with its n, or why there is none. Pure."""

from dataclasses import dataclass

from app.analysis.indicators.reading import Tally, base_part, counted_part
from app.analysis.indicators.registry import COUNT, MEAN, QUANTILES, SHARE, Indicator
from app.analysis.survival import Curve, kaplan_meier

FEWEST = 10
"""Fewer cases than this say nothing about a share, a mean or a length of time."""
ON_TRACK, NEAR, MISSED = "ok", "near", "late"


@dataclass(frozen=True, slots=True)
class Value:
    """`count` of `n` cases; `value` in the indicator's unit, None where nothing can be said.

    Of a quantile `low` and `high` are its 95 % interval; a value None with `n` means "not reached yet".
    """

    count: int
    n: int
    value: float | None
    few: bool = False
    low: float | None = None
    high: float | None = None


def value_of(indicator: Indicator, tally: Tally) -> Value:
    """What the indicator says of one tally."""
    if indicator.measure in QUANTILES:
        return _quantile(indicator, tally)
    count = tally.counts.get(counted_part(indicator), 0)
    if indicator.measure == COUNT:
        return Value(count, count, count)
    if indicator.measure == MEAN:
        total = tally.sums.get(counted_part(indicator), 0.0)
        return Value(count, count, total / count if count else None, few=count < FEWEST)
    n = tally.counts.get(base_part(indicator), 0)
    return Value(count, n, 100 * count / n if n else None, few=n < FEWEST)


def curve_of(indicator: Indicator, tally: Tally) -> Curve | None:
    """The survival curve behind a quantile, in hours; None without cases."""
    hours, over = tally.durations(indicator.numerator, base_part(indicator))
    return kaplan_meier(hours, over) if len(hours) else None


def _quantile(indicator: Indicator, tally: Tally) -> Value:
    curve = curve_of(indicator, tally)
    if curve is None:
        return Value(0, 0, None, few=True)
    found = curve.quantile(QUANTILES[indicator.measure])
    few = curve.count < FEWEST
    return Value(curve.count, curve.count, found.value, few, found.low, found.high)


def standing(indicator: Indicator, value: float | None) -> str | None:
    """On track, near or missed; None without a target or a value."""
    if indicator.target is None or value is None:
        return None
    short = indicator.target - value if indicator.direction == "up" else value - indicator.target
    if short <= 0:
        return ON_TRACK
    return NEAR if short <= indicator.near else MISSED


def change(indicator: Indicator, present: Value, prior: Value) -> float | None:
    """How much more than in the period before, in the unit (of a share: in points)."""
    if present.value is None or prior.value is None:
        return None
    if indicator.measure != COUNT and (present.few or prior.few):
        return None
    return present.value - prior.value


def more_is_better(indicator: Indicator) -> bool | None:
    """None where neither direction is better."""
    return None if indicator.direction == "none" else indicator.direction == "up"


def better(indicator: Indicator, difference: float | None) -> bool | None:
    """Whether a change is one for the better; None where neither direction is."""
    more = more_is_better(indicator)
    return None if not difference or more is None else (difference > 0) is more


__all__ = [
    "FEWEST",
    "SHARE",
    "Value",
    "better",
    "change",
    "curve_of",
    "more_is_better",
    "standing",
    "value_of",
]
