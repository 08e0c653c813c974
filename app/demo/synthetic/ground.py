"""What synthetic cases stand on: the lowest units of a city as arrays. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
METRES_A_DEGREE = 111_320.0
TOUCHING = 1e-7
"""Degrees (a centimetre) that may lie between neighbours whose borders were rounded."""


@dataclass(frozen=True, eq=False)
class Ground:
    """The grids of a city, in the order of their codes; `unit` and `town` are places in `units`, `towns`.

    A grid's unit is the lowest that answers for its cases: its community, or what stands in for one.
    Geometries are WGS 84. `near` (CSR: grid → its neighbours) counts shared borders and corners.
    """

    codes: tuple[str, ...]
    geometries: NDArray[np.object_]
    units: tuple[str, ...]
    unit: Ints
    towns: tuple[str, ...]
    town: Ints
    categories: tuple[str, ...]
    near_from: Ints
    near: Ints

    def __len__(self) -> int:
        return len(self.codes)

    def neighbours(self, grid: int) -> Ints:
        return self.near[self.near_from[grid] : self.near_from[grid + 1]]

    def around(self, grid: int, rings: int) -> Ints:
        """The grid and everything up to so many borders away, in order."""
        found, edge = {grid}, {grid}
        for _ring in range(rings):
            edge = {n for each in edge for n in self.neighbours(each).tolist()} - found
            found |= edge
        return np.array(sorted(found), dtype=np.int64)

    @cached_property
    def middle(self) -> tuple[float, float]:
        """Degrees east and north of the city's middle."""
        west, south, east, north = shapely.total_bounds(self.geometries).tolist()
        return (west + east) / 2, (south + north) / 2

    @cached_property
    def metres(self) -> Floats:
        """Grid × (east, north): a point inside each, in metres from the city's middle on a plane."""
        inside = shapely.get_coordinates(shapely.point_on_surface(self.geometries))
        return np.asarray((inside - self.middle) * scale(self.middle[1]), dtype=np.float64)

    @cached_property
    def square_metres(self) -> Floats:
        return np.asarray(shapely.area(self.geometries) * scale(self.middle[1]).prod(), dtype=np.float64)


def scale(lat: float) -> Floats:
    """Metres of a degree of longitude and of latitude."""
    return np.array([METRES_A_DEGREE * np.cos(np.radians(lat)), METRES_A_DEGREE])


def ground_of(
    codes: Sequence[str],
    geometries: NDArray[np.object_],
    units: Sequence[str],
    towns: Sequence[str],
    categories: Sequence[str],
) -> Ground:
    """`units` and `towns` name the unit and the town of each grid."""
    order = sorted(range(len(codes)), key=lambda i: codes[i])
    shapes = np.asarray(geometries, dtype=object)[order]
    near_from, near = _touching(shapes)
    unit_names, unit = _numbered([units[i] for i in order])
    town_names, town = _numbered([towns[i] for i in order])
    return Ground(
        codes=tuple(codes[i] for i in order),
        geometries=shapes,
        units=unit_names,
        unit=unit,
        towns=town_names,
        town=town,
        categories=tuple(categories),
        near_from=near_from,
        near=near,
    )


def _numbered(names: Sequence[str]) -> tuple[tuple[str, ...], Ints]:
    known, places = np.unique(np.array(names, dtype=object), return_inverse=True)
    return tuple(known.tolist()), places.astype(np.int64)


def _touching(shapes: NDArray[np.object_]) -> tuple[Ints, Ints]:
    """Who touches whom, as CSR."""
    tree = shapely.STRtree(shapes)
    one, other = tree.query(shapes, predicate="dwithin", distance=TOUCHING)
    one, other = one[one != other], other[one != other]
    order = np.lexsort((other, one))
    near_from = np.searchsorted(one[order], np.arange(len(shapes) + 1))
    return near_from.astype(np.int64), other[order].astype(np.int64)
