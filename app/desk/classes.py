"""How a choropleth's classes are cut, so that map, legend and print say the same."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil

RAMP = ("#dcebf4", "#a9cfe4", "#6fadcf", "#3585b3", "#0f5c8a")
ZERO = "#fbfcfd"
MOST_CLASSES = len(RAMP)


@dataclass(frozen=True)
class Class:
    """Values from `low` to `high`, both included."""

    low: float
    high: float
    colour: str

    def holds(self, value: float) -> bool:
        return self.low <= value <= self.high


def cut(values: Sequence[float], *, above: float = 0) -> list[Class]:
    """At most five classes of the values above zero (`above`), each with about as many units (quantiles).

    Bounds are values that occur, so a class never promises what no unit has.
    """
    found = sorted(value for value in values if value > above)
    if not found:
        return []
    last = len(found) - 1
    ends = sorted(
        {found[min(last, ceil(i * len(found) / MOST_CLASSES) - 1)] for i in range(1, MOST_CLASSES + 1)}
    )
    lows = [found[0], *(min(v for v in found if v > end) for end, _next in pairwise(ends))]
    colours = spread(len(ends))
    return [Class(low, high, colour) for low, high, colour in zip(lows, ends, colours, strict=True)]


def spread(count: int) -> list[str]:
    """That many colours from light to dark over the whole ramp."""
    if count == 1:
        return [RAMP[2]]
    return [RAMP[round(i * (MOST_CLASSES - 1) / (count - 1))] for i in range(count)]


def place_of(value: float, classes: Sequence[Class]) -> int | None:
    """Which of the classes holds the value; None if none does."""
    return next((i for i, each in enumerate(classes) if each.holds(value)), None)
