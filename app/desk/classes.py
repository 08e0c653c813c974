"""How a choropleth's classes are cut, so that map, legend and print say the same."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import ceil, inf

RAMP = ("#d2e6f2", "#a3cbe2", "#6fadcf", "#3585b3", "#0f5c8a")
"""Light to dark in one hue: told apart by lightness, which every eye sees; a test simulates three."""
ZERO = "#fbfcfd"
GREY = "#c3cad1"
"""Not significant: nothing can be said of the place."""
MOST_CLASSES = len(RAMP)
METHODS = ("quantile", "equal", "fixed")
FIXED_COUNTS = (1, 3, 10, 30, 100)
FIXED_SHARES = (0, 20, 40, 60, 80)
"""The same bounds on every map, so that two of them can be laid side by side."""


@dataclass(frozen=True)
class Class:
    """Values from `low` to `high`, both included; the last class of some has no end."""

    low: float
    high: float
    colour: str

    def holds(self, value: float) -> bool:
        return self.low <= value <= self.high


def cut(values: Sequence[float], *, above: float = 0, method: str = "quantile") -> list[Class]:
    """At most five classes of the values above zero (`above`); none if there is no such value.

    `quantile`: about as many units in each. `equal`: whole steps of one width from the lowest value to the
    highest. `fixed`: bounds that no value moves (for shares if `above` is below zero, else for counts).
    """
    found = sorted(value for value in values if value > above)
    if not found:
        return []
    if method == "equal":
        return _coloured(_equal(found))
    if method == "fixed":
        return _coloured(_fixed(FIXED_SHARES if above < 0 else FIXED_COUNTS))
    return _coloured(_quantiles(found))


def _quantiles(found: list[float]) -> list[tuple[float, float]]:
    """Bounds are values that occur, so a class never promises what no unit has."""
    last = len(found) - 1
    ends = sorted(
        {found[min(last, ceil(i * len(found) / MOST_CLASSES) - 1)] for i in range(1, MOST_CLASSES + 1)}
    )
    lows = [found[0], *(min(v for v in found if v > end) for end, _next in pairwise(ends))]
    return list(zip(lows, ends, strict=True))


def _equal(found: list[float]) -> list[tuple[float, float]]:
    low, high = found[0], found[-1]
    width = ceil((high - low + 1) / MOST_CLASSES)
    lows = [low + i * width for i in range(MOST_CLASSES) if low + i * width <= high]
    return [(start, min(start + width - 1, high)) for start in lows[:-1]] + [(lows[-1], high)]


def _fixed(lows: Sequence[float]) -> list[tuple[float, float]]:
    return [*((low, following - 1) for low, following in pairwise(lows)), (lows[-1], inf)]


def _coloured(bounds: Sequence[tuple[float, float]]) -> list[Class]:
    return [Class(*each, colour) for each, colour in zip(bounds, spread(len(bounds)), strict=True)]


def spread(count: int) -> list[str]:
    """That many colours from light to dark over the whole ramp."""
    if count == 1:
        return [RAMP[2]]
    return [RAMP[round(i * (MOST_CLASSES - 1) / (count - 1))] for i in range(count)]


def widened(classes: Sequence[Class], *, above: float = 0) -> list[Class]:
    """The classes without gaps and ends, so that they hold whole values of another time, too."""
    if not classes:
        return []
    lows = [above + 1, *(each.low for each in classes[1:])]
    highs = [*(low - 1 for low in lows[1:]), inf]
    return [replace(each, low=low, high=high) for each, low, high in zip(classes, lows, highs, strict=True)]


def place_of(value: float, classes: Sequence[Class]) -> int | None:
    """Which of the classes holds the value; None if none does."""
    place = bisect_right([each.low for each in classes], value) - 1
    return place if place >= 0 and value <= classes[place].high else None


def is_dotted(place: int, classes: Sequence[Class]) -> bool:
    """The highest of several classes carries dots beside its colour, to be found at a glance."""
    return len(classes) > 1 and place == len(classes) - 1
