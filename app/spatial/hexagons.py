"""Hexagons of one size in a lattice, so told that NumPy and both engines put every point into the same one.

A hexagon with pointed tops is where three strips cross, one for each pair of opposite sides. All hexagons
measure a point by the same three numbers, and each strip holds its lower border and not its upper one: no
border is anybody else's too.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.spatial import Box
from app.spatial.plane import Floats, Plane

Keys = NDArray[np.int64]
"""(n, 2): q and r, the axial coordinates of hexagons."""
TALL = float(np.sqrt(3) / 2)
"""How far apart rows of hexagons lie, of the distance between opposite sides."""
ASIDE = ((1, 0), (0, 1), (-1, 1), (-1, 0), (0, -1), (1, -1))
_MARGIN = 1e-5
"""Degrees, a metre: an index of float32 numbers must lose nothing."""


@dataclass(frozen=True)
class Hexagon:
    """One of the lattice that begins at the plane's origin. `size_m`: metres between opposite sides."""

    plane: Plane
    size_m: float
    q: int
    r: int

    def holds(self, lon: Any, lat: Any) -> Any:
        """Whether points lie in it: booleans for arrays, a condition for columns."""
        across = strips(self.plane, self.size_m, lon, lat)
        sides = zip(across, _middles(self.q, self.r), strict=True)
        first, second, third = (_between(*each) for each in sides)
        return first & second & third

    @property
    def box(self) -> Box:
        """All of it, and a little more."""
        east, north = self.plane.scale
        lon = self.plane.lon + (self.q + self.r / 2) * self.size_m / east
        lat = self.plane.lat + self.r * TALL * self.size_m / north
        wide, high = self.size_m / 2 / east + _MARGIN, self.size_m / (2 * TALL) / north + _MARGIN
        return lon - wide, lat - high, lon + wide, lat + high


def strips(plane: Plane, size_m: float, lon: Any, lat: Any) -> tuple[Any, Any, Any]:
    """How far points lie across the three pairs of sides, in hexagons; for arrays and columns alike."""
    east, north = plane.scale
    half = (lon - plane.lon) * (east / size_m / 2)
    up = (lat - plane.lat) * (north / size_m * TALL)
    return half + half, up + half, up - half


def _middles(q: Any, r: Any) -> tuple[Any, Any, Any]:
    """The same three numbers of the middle of a hexagon; halves, hence exact."""
    return q + r / 2, r + q / 2, (r - q) / 2


def keys_of(plane: Plane, size_m: float, lonlat: Floats) -> Keys:
    """The hexagon of each point (degrees): the nearest middle, and on a border the one that holds it."""
    across = np.column_stack(strips(plane, size_m, *lonlat.T))
    keys = _nearest(across)
    astray = np.flatnonzero(~_held(keys, across))
    for aside in ASIDE:
        beside = keys[astray] + np.array(aside)
        found = _held(beside, across[astray])
        keys[astray[found]] = beside[found]
        astray = astray[~found]
    return keys


def _held(keys: Keys, across: Floats) -> NDArray[np.bool_]:
    first, second, third = (_between(*each) for each in zip(across.T, _middles(*keys.T), strict=True))
    held: NDArray[np.bool_] = first & second & third
    return held


def _between(number: Any, middle: Any) -> Any:
    """Written this way alone: a difference would be rounded, and a border told in two ways."""
    return (number >= middle - 0.5) & (number < middle + 0.5)


def _nearest(across: Floats) -> Keys:
    """Axial coordinates rounded as a cube's (q + r + s = 0)."""
    r = (across[:, 1] - across[:, 0] / 2) * 4 / 3
    q = across[:, 0] - r / 2
    cube = np.column_stack([q, r, -q - r])
    whole = np.rint(cube)
    off = np.abs(whole - cube)
    worst = off.argmax(axis=1)
    rows = np.arange(len(whole))
    whole[rows, worst] -= whole.sum(axis=1)
    keys: Keys = whole[:, :2].astype(np.int64)
    return keys
