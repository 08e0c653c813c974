"""Where high or low values stand together more than chance would put them: Gi* and local Moran's I.

Getis and Ord 1992, "The Analysis of Spatial Association by Use of Distance Statistics"; Ord and Getis 1995,
"Local Spatial Autocorrelation Statistics"; Anselin 1995, "Local Indicators of Spatial Association – LISA".
Weights are binary; Gi* counts the unit itself, local Moran takes the mean of the neighbours. Units without a
value, and islands, have NaN everywhere: nothing can be said of them.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from app.analysis.neighbours import Weights
from app.analysis.permutations import tails
from app.spatial.plane import Floats

FEWEST_UNITS = 10
"""Among fewer units no arrangement is rare enough to call anything a cluster."""
HIGH_HIGH, LOW_HIGH, LOW_LOW, HIGH_LOW = 1, 2, 3, 4


@dataclass(frozen=True)
class LocalStatistic:
    """One number per unit, NaN where nothing can be said.

    `statistic`: the sum over unit and neighbours (Gi*), or I. `z`: of the statistic, by its exact mean and
    variance under randomisation. `p`: two-sided, of z by the normal law. `p_sim`: two-sided, from conditional
    permutations. `quadrant`: 0, or for local Moran unit-neighbours high-high 1, low-high 2, low-low 3,
    high-low 4. `why_not`: why there is no result at all, else None ("few": fewer than 10 units with value and
    neighbours; "equal": all values are the same).
    """

    statistic: Floats
    z: Floats
    p: Floats
    p_sim: Floats
    quadrant: NDArray[np.int8]
    permutations: int
    seed: int
    why_not: str | None = None

    @property
    def known(self) -> NDArray[np.bool_]:
        return np.isfinite(self.z)


def gi_star(values: Floats, weights: Weights, permutations: int = 999, seed: int = 0) -> LocalStatistic:
    """Getis-Ord Gi*: high z where unit and neighbours together are high (hot), low z where low (cold)."""
    found = _nothing(len(values), permutations, seed)
    known = np.isfinite(values)
    x, w = np.asarray(values, dtype=np.float64)[known], weights.among(known)
    if why_not := _why_not(x, w):
        return _nothing(len(values), permutations, seed, why_not)
    n, around, joined = len(x), w.sums(x) + x, w.counts + 1.0
    spread = np.sqrt(x.var() * joined * (n - joined) / (n - 1))
    said = (w.counts > 0) & (spread > 0)
    z = np.divide(around - joined * x.mean(), spread, out=np.full(n, np.nan), where=said)
    p_sim = _p_sim(x, w, z > 0, permutations, seed)
    _put(found, known, said, statistic=around, z=z, p=2 * ndtr(-np.abs(z)), p_sim=p_sim)
    return found


def local_moran(values: Floats, weights: Weights, permutations: int = 999, seed: int = 0) -> LocalStatistic:
    """Anselin's local Moran: like among like (clusters), or one unlike its neighbours (outliers)."""
    found = _nothing(len(values), permutations, seed)
    known = np.isfinite(values)
    x, w = np.asarray(values, dtype=np.float64)[known], weights.among(known)
    if why_not := _why_not(x, w):
        return _nothing(len(values), permutations, seed, why_not)
    n, k = len(x), np.maximum(w.counts, 1)
    own = (x - x.mean()) / x.std()
    lag = w.sums(own) / k
    expected = -own / (n - 1)
    variance = n / (n - 2) * (1 / k - 1 / (n - 1)) * (1 - own**2 / (n - 1))
    said = (w.counts > 0) & (variance > 1e-12)
    apart = np.divide(
        lag - expected, np.sqrt(np.maximum(variance, 1e-12)), out=np.full(n, np.nan), where=said
    )
    z = np.sign(own) * apart
    p_sim = np.where(own == 0, 1.0, _p_sim(x, w, lag > 0, permutations, seed))
    _put(found, known, said, statistic=own * lag, z=z, p=2 * ndtr(-np.abs(z)), p_sim=p_sim)
    found.quadrant[known] = np.where(said, _quadrants(own, lag), 0)
    return found


def _quadrants(own: Floats, lag: Floats) -> NDArray[np.int8]:
    high = np.where(lag > 0, HIGH_HIGH, HIGH_LOW)
    low = np.where(lag > 0, LOW_HIGH, LOW_LOW)
    return np.where(own > 0, high, low).astype(np.int8)


def _p_sim(x: Floats, w: Weights, upper: NDArray[np.bool_], permutations: int, seed: int) -> Floats:
    """Twice the share of draws at least as far out on the side where the unit lies, itself counted as one."""
    if permutations == 0:
        return np.full(len(x), np.nan)
    found = tails(x, w, permutations, seed)
    beyond = np.where(upper, found.at_least, found.at_most)
    return np.minimum(1.0, 2 * (beyond + 1) / (permutations + 1))


def _why_not(x: Floats, w: Weights) -> str | None:
    if int((w.counts > 0).sum()) < FEWEST_UNITS:
        return "few"
    if np.ptp(x) <= 1e-12 * np.abs(x).max(initial=0):
        return "equal"
    return None


def _nothing(n: int, permutations: int, seed: int, why_not: str | None = None) -> LocalStatistic:
    one, two, three, four = (np.full(n, np.nan) for _ in range(4))
    return LocalStatistic(one, two, three, four, np.zeros(n, dtype=np.int8), permutations, seed, why_not)


def _put(found: LocalStatistic, known: NDArray[np.bool_], said: NDArray[np.bool_], **numbers: Floats) -> None:
    for name, each in numbers.items():
        getattr(found, name)[known] = np.where(said, each, np.nan)
