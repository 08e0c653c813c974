"""How the sum over a unit's neighbours would fall if all other values were dealt out at random.

Conditional permutation: the unit keeps its value, the others change places. Every unit with k neighbours
is compared with sums of k values drawn without replacement from all units but itself. One set of draws
serves all units: a draw holds one value more than the largest neighbourhood, and a unit that finds itself
among its first k skips itself and takes one more, which is again a draw without replacement from the others.
So the cost is that of the draws and of one sort per number of neighbours, not units × draws.
"""

from dataclasses import dataclass

import numpy as np

from app.analysis.neighbours import Ints, Weights
from app.spatial.plane import Floats

BLOCK = 4_000_000
"""Numbers held in memory at a time."""


@dataclass(frozen=True)
class Tails:
    """In how many of the draws the sum was at least, and at most, what the neighbours sum to."""

    at_least: Ints
    at_most: Ints


def tails(values: Floats, weights: Weights, permutations: int, seed: int) -> Tails:
    """Values finite, one per unit. Sums equal within rounding count on both sides. Islands: 0 and 0."""
    n, counts = len(values), weights.counts
    found = Tails(np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64))
    width = int(counts.max(initial=0)) + 1
    if width == 1 or permutations == 0:
        return found
    own = weights.sums(values)
    slack = 1e-9 * float(np.ptp(values)) * width
    rng, left = np.random.default_rng(seed), permutations
    block = max(1, BLOCK // (width if width * width <= n else n))
    while left > 0:
        drawn = distinct(n, width, min(block, left), rng)
        _count(found, values, counts, (own - slack, own + slack), drawn)
        left -= len(drawn)
    return found


def _count(found: Tails, values: Floats, counts: Ints, own: tuple[Floats, Floats], drawn: Ints) -> None:
    low, high = own
    sums = np.cumsum(values[drawn], axis=1)
    for k in np.unique(counts[counts > 0]):
        units = counts == k
        ranked = np.sort(sums[:, k - 1])
        found.at_least[units] += len(drawn) - np.searchsorted(ranked, low[units], side="left")
        found.at_most[units] += np.searchsorted(ranked, high[units], side="right")
    draw, place = np.nonzero(np.arange(drawn.shape[1]) < counts[drawn])
    unit = drawn[draw, place]
    before = sums[draw, counts[unit] - 1]
    after = sums[draw, counts[unit]] - values[unit]
    np.add.at(found.at_least, unit, (after >= low[unit]).astype(int) - (before >= low[unit]))
    np.add.at(found.at_most, unit, (after <= high[unit]).astype(int) - (before <= high[unit]))


def distinct(n: int, width: int, rows: int, rng: np.random.Generator) -> Ints:
    """Rows of `width` different numbers below n, every row equally likely. width ≤ n."""
    if width * width > n:
        dealt: Ints = rng.permuted(np.tile(np.arange(n), (rows, 1)), axis=1)[:, :width]
        return dealt
    drawn = rng.integers(n, size=(rows, width))
    again = np.arange(rows)
    while again.size:
        ranked = np.sort(drawn[again], axis=1)
        again = again[(ranked[:, 1:] == ranked[:, :-1]).any(axis=1)]
        drawn[again] = rng.integers(n, size=(len(again), width))
    return drawn
