"""Who is whose neighbour: by a common border, by distance, or the nearest few.

Pure: shapes or points in metres (see `plane`) in, neighbour lists out. Nobody is their own neighbour here;
statistics that count the unit itself say so.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.spatial import cKDTree

from app.spatial.plane import Floats, Geometries

Ints = NDArray[np.int64]
LEAST_SHARED_M = 1.0
"""A common border shorter than this is a corner."""


@dataclass(frozen=True)
class Weights:
    """Neighbours of unit i: `indices[indptr[i]:indptr[i + 1]]`, ascending; each counts once (binary)."""

    indptr: Ints
    indices: Ints

    def __len__(self) -> int:
        return len(self.indptr) - 1

    @cached_property
    def counts(self) -> Ints:
        """How many neighbours each unit has."""
        return np.diff(self.indptr)

    @property
    def islands(self) -> Ints:
        """Units without any neighbour."""
        return np.flatnonzero(self.counts == 0)

    @property
    def mean(self) -> float:
        """Neighbours of a unit on average."""
        return len(self.indices) / len(self) if len(self) else 0.0

    def of(self, unit: int) -> Ints:
        return self.indices[self.indptr[unit] : self.indptr[unit + 1]]

    def sums(self, values: Floats) -> Floats:
        """What the neighbours' values add up to, unit by unit."""
        ones = np.ones(len(self.indices))
        matrix = csr_array((ones, self.indices, self.indptr), shape=(len(self), len(self)))
        return np.asarray(matrix @ values, dtype=np.float64)

    def among(self, kept: NDArray[np.bool_]) -> "Weights":
        """The same neighbours without the units left out, numbered anew."""
        number = np.cumsum(kept) - 1
        owners = np.repeat(np.arange(len(self)), self.counts)
        stay = kept[owners] & kept[self.indices]
        return weights_of(int(kept.sum()), number[owners[stay]], number[self.indices[stay]])


def weights_of(count: int, owners: Ints, others: Ints) -> Weights:
    """From pairs (owner, neighbour) of `count` units; repeated pairs and those with oneself are dropped."""
    apart = owners != others
    pairs = np.unique(owners[apart].astype(np.int64) * max(count, 1) + others[apart])
    indptr = np.zeros(count + 1, dtype=np.int64)
    np.cumsum(np.bincount(pairs // max(count, 1), minlength=count), out=indptr[1:])
    return Weights(indptr, pairs % max(count, 1))


def contiguity(geometries: Geometries, tolerance_m: float = 1.0, *, rook: bool = False) -> Weights:
    """Units whose shapes come within the tolerance of each other; `rook`: along a border, not at a corner.

    Shapes in metres. The tolerance bridges the slivers that drawing leaves between neighbours. Units without
    a shape (None or empty) are islands.
    """
    tree = shapely.STRtree(geometries)
    first, second = tree.query(geometries, predicate="dwithin", distance=tolerance_m)
    once = first < second
    first, second = first[once], second[once]
    if rook:
        beside = _shared_m(geometries[first], geometries[second], tolerance_m)
        along = beside > max(4 * tolerance_m, LEAST_SHARED_M)
        first, second = first[along], second[along]
    return weights_of(len(geometries), np.concatenate([first, second]), np.concatenate([second, first]))


def _shared_m(one: Geometries, other: Geometries, tolerance_m: float) -> Floats:
    """Metres of the other's border that run along the one shape."""
    wide = shapely.buffer(one, max(tolerance_m, 1e-3), cap_style="square", join_style="mitre")
    return np.asarray(shapely.length(shapely.intersection(shapely.boundary(other), wide)))


def distance_band(xy_m: Floats, metres: float) -> Weights:
    """Units whose points lie no further apart than that. (n, 2) metres; NaN: a unit without a point."""
    placed = np.flatnonzero(np.isfinite(xy_m).all(axis=1))
    pairs = cKDTree(xy_m[placed]).query_pairs(metres, output_type="ndarray").reshape(-1, 2)
    first, second = placed[pairs[:, 0]], placed[pairs[:, 1]]
    return weights_of(len(xy_m), np.concatenate([first, second]), np.concatenate([second, first]))


def nearest(xy_m: Floats, k: int) -> Weights:
    """Each unit's k nearest others (all others when there are fewer); not always mutual."""
    placed = np.flatnonzero(np.isfinite(xy_m).all(axis=1))
    most = min(k + 1, len(placed))
    if most < 2:
        return weights_of(len(xy_m), np.empty(0, np.int64), np.empty(0, np.int64))
    _, found = cKDTree(xy_m[placed]).query(xy_m[placed], k=most)
    others = _without_self(np.asarray(found, dtype=np.int64))
    return weights_of(len(xy_m), np.repeat(placed, most - 1), placed[others.ravel()])


def _without_self(found: Ints) -> Ints:
    """Each row without its own number, or without its last where others at the same point crowd it out."""
    own = found == np.arange(len(found))[:, None]
    own[~own.any(axis=1), -1] = True
    others: Ints = found[~own].reshape(len(found), -1)
    return others
