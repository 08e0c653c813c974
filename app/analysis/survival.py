"""How long cases take, counting those that are not over yet.

Kaplan and Meier 1958, "Nonparametric Estimation from Incomplete Observations"; variance by Greenwood 1926;
intervals on the log-log scale (Kalbfleisch and Prentice 1980), of quantiles by Brookmeyer and Crowley 1982,
"A Confidence Interval for the Median Survival Time". The mean of closed cases would be too short: the slow
ones are still open.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

from app.analysis.neighbours import Ints
from app.spatial.plane import Floats


@dataclass(frozen=True)
class Quantile:
    """A time by which that share was closed, and its interval; None: not reached by what is known so far."""

    share: float
    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Curve:
    """The share still open just after each time at which a case was closed.

    `at_risk`: still open and watched just before; `closed`: how many closed then; `count`, `censored`: all
    cases, and those still open when last seen. `hazard_sums`: Greenwood's sum of d / (n (n − d)).
    """

    times: Floats
    surviving: Floats
    at_risk: Ints
    closed: Ints
    hazard_sums: Floats
    count: int
    censored: int

    @property
    def standard_errors(self) -> Floats:
        """Of `surviving`, by Greenwood's formula; 0 once all were closed."""
        return np.where(self.surviving > 0, self.surviving * np.sqrt(self.hazard_sums), 0.0)

    def band(self, level: float = 0.95) -> tuple[Floats, Floats]:
        """Pointwise limits of `surviving` on the log-log scale, always within 0 and 1; NaN at 0."""
        log = np.log(self.surviving, out=np.full(len(self.times), np.nan), where=self.surviving > 0)
        reach = np.exp(float(ndtri((1 + level) / 2)) * np.sqrt(self.hazard_sums) / -log)
        return np.exp(log * reach), np.exp(log / reach)

    def quantile(self, share: float, level: float = 0.95) -> Quantile:
        """The time by which that share of the cases is closed; 0.5 is the median."""
        low, high = self.band(level)
        still = 1 - share
        first, last = _first(self.times, low <= still), _first(self.times, high <= still)
        return Quantile(share, self._crossing(still), first, last)

    def _crossing(self, still: float) -> float | None:
        """Where the curve goes below; in the middle of a step that lies exactly on it."""
        at = np.flatnonzero(self.surviving <= still + 1e-12)
        if not at.size:
            return None
        step = int(at[0])
        flat = abs(self.surviving[step] - still) <= 1e-12 and step + 1 < len(self.times)
        return float(self.times[step : step + 2].mean() if flat else self.times[step])


def _first(times: Floats, reached: NDArray[np.bool_]) -> float | None:
    at = np.flatnonzero(reached)
    return float(times[at[0]]) if at.size else None


def kaplan_meier(durations: ArrayLike, closed: ArrayLike) -> Curve:
    """Durations in any one unit from 0 up; `closed`: over after that time (else still open: censored).

    A case last seen open at the very time another closed counts as open then. Raises ValueError at
    durations that are negative or not numbers.
    """
    lasted = np.asarray(durations, dtype=np.float64)
    over = np.asarray(closed, dtype=bool)
    if lasted.shape != over.shape or not (np.isfinite(lasted) & (lasted >= 0)).all():
        raise ValueError("durations must be numbers from 0 up, with as many marks of what was closed")
    times, ends = np.unique(lasted[over], return_counts=True)
    at_risk = len(lasted) - np.searchsorted(np.sort(lasted), times, side="left")
    left = at_risk - ends
    hazards = np.divide(ends, at_risk * left, out=np.zeros(len(times)), where=left > 0)
    return Curve(
        times=times,
        surviving=np.cumprod(left / at_risk, dtype=np.float64),
        at_risk=at_risk.astype(np.int64),
        closed=ends.astype(np.int64),
        hazard_sums=np.cumsum(hazards),
        count=len(lasted),
        censored=int((~over).sum()),
    )
