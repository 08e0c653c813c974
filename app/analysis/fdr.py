"""Many tests at once: how many of the findings may be false.

Benjamini and Hochberg 1995, "Controlling the False Discovery Rate: A Practical and Powerful Approach to
Multiple Testing". Tests that were not made (NaN) neither count nor pass.
"""

import numpy as np
from numpy.typing import NDArray

from app.spatial.plane import Floats


def adjusted(p: Floats) -> Floats:
    """For each test the smallest share q of false findings at which it passes; NaN stays NaN."""
    given = np.asarray(p, dtype=np.float64)
    found = np.full(given.shape, np.nan)
    made = np.flatnonzero(np.isfinite(given))
    order = made[np.argsort(given[made], kind="stable")]
    scaled = given[order] * len(order) / np.arange(1, len(order) + 1)
    found[order] = np.minimum(1.0, np.minimum.accumulate(scaled[::-1])[::-1])
    return found


def benjamini_hochberg(p: Floats, q: float = 0.05) -> NDArray[np.bool_]:
    """Which tests pass when on average at most the share q of those that pass may be false."""
    return np.nan_to_num(adjusted(p), nan=np.inf) <= q
