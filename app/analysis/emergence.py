"""What becomes of a hot spot from week to week.

`hot` says for each unit (row) and week (column, oldest first) whether it was a hot spot that week, and `z`
how strongly. The first description that fits is given:

new           hot in the last week, never before
intensifying  hot in the last week and in at least three quarters of the weeks, z rising
fading        as above, but z falling; or hot in at least a quarter of the weeks and not in the last
persistent    hot in the last week and in at least three quarters of the weeks, z neither rising nor falling
sporadic      hot in any other set of weeks
none          never hot

Rising and falling: the trend test of Mann 1945, "Nonparametric Tests Against Trend", and Kendall, two-sided
at 5 %. After Esri's classes of "emerging hot spots", with fewer of them.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from app.spatial.plane import Floats

NEW, INTENSIFYING, PERSISTENT, FADING, SPORADIC, NONE = (
    "new",
    "intensifying",
    "persistent",
    "fading",
    "sporadic",
    "none",
)
FEWEST_WEEKS = 4
MOSTLY, SOMETIMES = 0.75, 0.25


def emergence(hot: NDArray[np.bool_], z: Floats, *, level: float = 0.05) -> NDArray[np.str_]:
    """One word per unit. With fewer than four weeks nothing is described: all `none`."""
    units, weeks = hot.shape
    if weeks < FEWEST_WEEKS:
        return np.full(units, NONE, dtype="U12")
    share, now = hot.mean(axis=1), hot[:, -1]
    trend = mann_kendall(z)
    bound = float(ndtri(1 - level / 2))
    mostly = now & (share >= MOSTLY)
    return np.select(
        [
            now & (hot.sum(axis=1) == 1),
            mostly & (trend > bound),
            (mostly & (trend < -bound)) | (~now & (share >= SOMETIMES)),
            mostly,
            hot.any(axis=1),
        ],
        [NEW, INTENSIFYING, FADING, PERSISTENT, SPORADIC],
        default=NONE,
    ).astype("U12")


def mann_kendall(series: Floats) -> Floats:
    """Score of each row's trend, ties allowed for; 0 where a value is missing or all are equal."""
    rows, length = series.shape
    known = np.asarray(np.isfinite(series).all(axis=1))
    x = np.where(known[:, None], series, 0.0)
    first, second = np.triu_indices(length, k=1)
    score = np.sign(x[:, second] - x[:, first]).sum(axis=1)
    alike = (x[:, :, None] == x[:, None, :]).sum(axis=2)  # each member of a tie of t is told t times
    ties = ((alike - 1) * (2 * alike + 5)).sum(axis=1)
    variance = (length * (length - 1) * (2 * length + 5) - ties) / 18
    told = known & (variance > 0)
    steady = score - np.sign(score)  # continuity
    found: Floats = np.divide(steady, np.sqrt(np.maximum(variance, 0)), out=np.zeros(rows), where=told)
    return found
