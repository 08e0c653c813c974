"""Square and hexagonal cells of one size in metres over an area, whatever its units are.

Cells stand in a lattice that begins at the origin of the plane (see `plane`), so the same cell has the same
key whichever area is covered. A cell holds its western and southern border and not the others: every point
lies in exactly one. `size_m` is the side of a square, and the distance between opposite sides of a hexagon.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely
from numpy.typing import ArrayLike
from shapely.geometry.base import BaseGeometry

from app.analysis.neighbours import Ints, Weights, weights_of
from app.spatial.hexagons import ASIDE, TALL, Hexagon, keys_of
from app.spatial.plane import Floats, Geometries, Plane

SQUARE, HEXAGON = "square", "hexagon"
MOST_CELLS = 20_000
NOWHERE = -1
_ASIDE = {
    SQUARE: ((1, 0), (1, 1), (0, 1), (-1, 1), (-1, 0), (-1, -1), (0, -1), (1, -1)),
    HEXAGON: ASIDE,
}


class TooManyCells(ValueError):
    """So small a size would cut the area into more than `MOST_CELLS`."""


@dataclass(frozen=True)
class Cells:
    """`keys`: (n, 2) column and row of a square; q and r (axial, pointed tops) of a hexagon."""

    kind: str
    size_m: float
    plane: Plane
    keys: Ints

    def __len__(self) -> int:
        return len(self.keys)

    @cached_property
    def _lookup(self) -> tuple[Ints, Ints]:
        """The lowest key, and a table from key − lowest + 1 to the cell, with an empty rim."""
        if not len(self):
            return np.zeros(2, dtype=np.int64), np.full((2, 2), NOWHERE)
        low = self.keys.min(axis=0)
        table = np.full(self.keys.max(axis=0) - low + 3, NOWHERE)
        table[tuple((self.keys - low + 1).T)] = np.arange(len(self))
        return low, table

    def numbered(self, keys: Ints) -> Ints:
        """The cell of each key; NOWHERE (-1) if it is none of these."""
        low, table = self._lookup
        at = np.clip(keys - low + 1, 0, np.array(table.shape) - 1)
        return np.asarray(table[at[:, 0], at[:, 1]], dtype=np.int64)

    def of(self, lonlat: ArrayLike) -> Ints:
        """The cell in which each point (degrees) lies; NOWHERE (-1) elsewhere."""
        places = np.asarray(lonlat, dtype=np.float64).reshape(-1, 2)
        if not len(self) or not len(places):
            return np.full(len(places), NOWHERE, dtype=np.int64)
        key = self._square_keys(places) if self.kind == SQUARE else keys_of(self.plane, self.size_m, places)
        return self.numbered(key)

    def _square_keys(self, places: Floats) -> Ints:
        """By the very borders that `box` tells, so that a box and a count can never differ."""
        low, high = self.keys.min(axis=0), self.keys.max(axis=0)
        key = np.empty(places.shape, dtype=np.int64)
        for axis in (0, 1):
            borders = self._borders(np.arange(low[axis], high[axis] + 2), axis)
            key[:, axis] = np.searchsorted(borders, places[:, axis], side="right") - 1 + low[axis]
        return key

    def _borders(self, numbers: Ints, axis: int) -> Floats:
        """Degrees at which columns (axis 0) or rows (axis 1) begin."""
        return np.asarray(
            numbers * self.size_m / self.plane.scale[axis] + (self.plane.lon, self.plane.lat)[axis]
        )

    def box(self, cell: int) -> tuple[float, float, float, float]:
        """West, south, east, north of a square in degrees, all included: exactly its points."""
        (west, east), (south, north) = (
            self._borders(np.array([key, key + 1]), axis) for axis, key in enumerate(self.keys[cell])
        )
        return float(west), float(south), float(np.nextafter(east, -400)), float(np.nextafter(north, -400))

    def hexagon(self, cell: int) -> Hexagon:
        """A hexagon as lists know it: exactly its points."""
        q, r = self.keys[cell]
        return Hexagon(self.plane, self.size_m, int(q), int(r))

    @cached_property
    def weights(self) -> Weights:
        """Cells that touch: eight around a square, six around a hexagon."""
        owners, others = [], []
        for aside in _ASIDE[self.kind]:
            found = self.numbered(self.keys + np.array(aside))
            there = np.flatnonzero(found != NOWHERE)
            owners.append(there)
            others.append(found[there])
        return weights_of(len(self), np.concatenate(owners), np.concatenate(others))

    @cached_property
    def shapes(self) -> Geometries:
        """Outlines in degrees."""
        return self.plane.round(_shapes(self.kind, self.size_m, self.keys))

    def name(self, cell: int) -> str:
        return "{}:{}".format(*self.keys[cell])


def covering(area: BaseGeometry, kind: str, size_m: float, plane: Plane) -> Cells:
    """The cells that touch an area (degrees). Raises TooManyCells; an empty area has none."""
    flat = plane.flat(np.array([area], dtype=object))[0]
    keys = _candidates(shapely.bounds(flat), kind, size_m)
    shapely.prepare(flat)
    return Cells(kind, size_m, plane, keys[shapely.intersects(flat, _shapes(kind, size_m, keys))])


def _candidates(bounds: Floats, kind: str, size_m: float) -> Ints:
    """Keys of all cells that may touch the box (metres)."""
    if not np.isfinite(bounds).all():
        return np.empty((0, 2), dtype=np.int64)
    west, south, east, north = bounds / size_m
    tall = 1.0 if kind == SQUARE else TALL
    if (east - west + 3) * (north - south + 3) / tall > 4 * MOST_CELLS:
        raise TooManyCells
    rows = np.arange(np.floor(south / tall) - 1, np.ceil(north / tall) + 2, dtype=np.int64)
    columns = np.arange(np.floor(west) - 1, np.ceil(east) + 2, dtype=np.int64)
    column, row = (each.ravel() for each in np.meshgrid(columns, rows, indexing="ij"))
    return np.column_stack([column if kind == SQUARE else column - row // 2, row])


def _shapes(kind: str, size_m: float, keys: Ints) -> Geometries:
    """Outlines in metres."""
    if kind == SQUARE:
        west, south = (keys * size_m).T.astype(float)
        return np.asarray(shapely.box(west, south, west + size_m, south + size_m), dtype=object)
    turns = np.radians(np.arange(30, 390, 60))
    ring = np.column_stack([np.cos(turns), np.sin(turns)]) * size_m / (2 * TALL)
    return np.asarray(shapely.polygons(_centres(keys, size_m)[:, None, :] + ring), dtype=object)


def _centres(keys: Ints, size_m: float) -> Floats:
    q, r = keys.T
    return np.column_stack([(q + r / 2) * size_m, r * TALL * size_m])
