"""What a synthetic city shall hold. Pure data; shares are of all cases unless said otherwise."""

from dataclasses import dataclass, replace
from datetime import date

VERSION = 1
"""Of the generator: the same version, seed, plan and hierarchy give the same city."""


@dataclass(frozen=True)
class Plan:
    """How many cases, filed on the local days from `start` until before `end`, and what is hidden in them.

    `excess`: how many extra cases each cluster brings on average, unless `relative_risk` fixes their risk.
    `unevenness`: spread (of the logarithm) of the grids' own rates, which know nothing of their neighbours.
    Durations from filing to closing are log-normal: `median_hours`, `spread`.
    """

    cases: int
    start: date
    end: date
    clusters: int = 8
    rings: tuple[int, int] = (1, 3)
    excess: float = 45.0
    relative_risk: float | None = None
    drift: float = 0.03
    unevenness: float = 0.5
    found_by_inspectors: float = 0.65
    over_reported: float = 0.01  # of the grids
    over_reporting: float = 4.0
    duplicates: float = 0.02
    borders: float = 0.02
    shapes: float = 0.005
    outside: float = 0.004
    rejected: float = 0.03
    slow: float = 0.06  # of the units
    slowness: float = 6.0
    median_hours: float = 20.0
    spread: float = 1.1
    wrong_clocks: float = 0.04  # of the towns' phones

    @property
    def days(self) -> int:
        return (self.end - self.start).days

    def quiet(self) -> "Plan":
        """The same city with nothing in it that makes neighbours alike: no clusters, no drift."""
        return replace(self, clusters=0, drift=0.0)
