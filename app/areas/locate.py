"""Which unit a place lies in: an in-memory tree of one generation's lowest units.

Pure: arrays in, ids out. A point on a border belongs to a dedicated unit before a basic one, then to the
lowest code. Metres are measured on a plane tangent at the point (error below 0.1 % within some kilometres).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from shapely.geometry.base import BaseGeometry

BORDER_METRES = 30.0
NOWHERE = -1

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Place:
    """Where a point lies.

    `border_with`: units whose land begins within the asked metres, nearest first. `border_m`: metres to
    the nearest border of the unit itself, if asked for. `nearest_id`: only outside coverage, with
    `border_m` to it.
    """

    area_id: int | None
    border_with: tuple[int, ...]
    border_m: float | None
    nearest_id: int | None


@dataclass(frozen=True)
class Share:
    """The part (0–1) of a line's length, a polygon's area or some points that lies in a unit."""

    area_id: int
    share: float


class GridTree:
    """The units of one generation that have no unit below them, ready to be asked."""

    def __init__(
        self,
        ids: Sequence[int],
        codes: Sequence[str],
        geometries: Sequence[BaseGeometry] | NDArray[np.object_],
        dedicated: Sequence[bool] | None = None,
    ) -> None:
        overlay = dedicated if dedicated is not None else [False] * len(ids)
        order = sorted(range(len(ids)), key=lambda i: (not overlay[i], codes[i]))
        self.ids: Ints = np.asarray(ids, dtype=np.int64)[order]
        self._geometries: NDArray[np.object_] = np.asarray(geometries, dtype=object)[order]
        self._tree = shapely.STRtree(self._geometries)
        self._warm_up()

    def grid_at(self, lon: float, lat: float) -> int | None:
        """The unit's id alone, fast; None outside coverage."""
        hits = self._covering(lon, lat)
        return int(self.ids[hits.min()]) if hits.size else None

    def locate(
        self, lon: float, lat: float, *, within_m: float = BORDER_METRES, measured: bool = True
    ) -> Place:
        """The unit, its neighbours within `within_m` metres; if `measured`, the distance to the border."""
        near = self._near(lon, lat, within_m)
        hits = near[shapely.intersects_xy(self._geometries[near], lon, lat)]
        if not hits.size:
            return self._outside(lon, lat)
        own = int(hits[0])
        border_m = self._to_border(own, lon, lat) if measured else None
        others = self._nearest_first(near[near != own], lon, lat, within_m)
        return Place(int(self.ids[own]), others, border_m, None)

    def _to_border(self, own: int, lon: float, lat: float) -> float:
        border = _metric(shapely.boundary(self._geometries[[own]]), lon, lat)
        return float(shapely.distance(_HERE, border)[0])

    def _nearest_first(self, units: Ints, lon: float, lat: float, within_m: float) -> tuple[int, ...]:
        if not units.size:
            return ()
        distances = _distances(self._geometries[units], lon, lat)
        order = np.lexsort((units, np.round(distances, 3)))
        return tuple(int(self.ids[units[i]]) for i in order if distances[i] <= within_m)

    def locate_many(self, lons: ArrayLike, lats: ArrayLike) -> Ints:
        """The unit's id of each point; NOWHERE (-1) outside coverage."""
        x, y = np.asarray(lons, dtype=np.float64), np.asarray(lats, dtype=np.float64)
        asked, hit = self._tree.query(shapely.points(x, y))
        covered = shapely.intersects_xy(self._geometries[hit], x[asked], y[asked])
        asked, hit = asked[covered], hit[covered]
        found: Ints = np.full(len(x), NOWHERE, dtype=np.int64)
        found[asked] = hit
        twice = np.flatnonzero(asked[1:] == asked[:-1])
        for i in twice:
            found[asked[i]] = min(found[asked[i]], hit[i], hit[i + 1])
        inside = found != NOWHERE
        found[inside] = self.ids[found[inside]]
        return found

    def locate_shape(self, geometry: BaseGeometry) -> tuple[Share, ...]:
        """Every unit that a geometry touches with more than a border, largest share first."""
        if geometry.geom_type in ("Point", "MultiPoint"):
            return self._shares_of_points(geometry)
        lon, lat = shapely.get_coordinates(shapely.centroid(geometry))[0]
        shapely.prepare(geometry)
        hits = np.sort(self._tree.query(geometry, predicate="intersects"))
        pieces = shapely.intersection(self._geometries[hits], geometry)
        measure = shapely.area if shapely.get_dimensions(geometry) == 2 else shapely.length
        measured = measure(_metric(np.array([*pieces, geometry], dtype=object), lon, lat))
        return self._ranked(hits, measured[:-1] / measured[-1])

    def metres_to(self, area_id: int, lon: float, lat: float) -> float:
        """How far a point is from a unit's land: 0 inside, and for a unit that has none here."""
        own = np.flatnonzero(self.ids == area_id)
        return float(_distances(self._geometries[own], lon, lat)[0]) if own.size else 0.0

    def _covering(self, lon: float, lat: float) -> Ints:
        hits: Ints = self._tree.query(shapely.points(lon, lat))
        return hits[shapely.intersects_xy(self._geometries[hits], lon, lat)]

    def _warm_up(self) -> None:
        """Indexes are built at the first question, which two threads must not ask at once."""
        shapely.prepare(self._geometries)
        if len(self._geometries):
            corners = shapely.bounds(self._geometries)
            shapely.intersects_xy(self._geometries, corners[:, 0], corners[:, 1])
            self._covering(*corners[0, :2])

    def _shares_of_points(self, geometry: BaseGeometry) -> tuple[Share, ...]:
        xy = shapely.get_coordinates(geometry)
        found = self.locate_many(xy[:, 0], xy[:, 1])
        ids, counts = np.unique(found[found != NOWHERE], return_counts=True)
        ranks = np.flatnonzero(np.isin(self.ids, ids))
        by_id = dict(zip(ids.tolist(), (counts / len(xy)).tolist(), strict=True))
        return self._ranked(ranks, np.array([by_id[i] for i in self.ids[ranks].tolist()]))

    def _ranked(self, ranks: Ints, shares: NDArray[np.float64]) -> tuple[Share, ...]:
        rounded = np.round(shares, 9)
        order = np.lexsort((ranks, -rounded))
        return tuple(Share(int(self.ids[ranks[i]]), float(rounded[i])) for i in order if rounded[i] > 0.0)

    def _outside(self, lon: float, lat: float) -> Place:
        """The nearest unit in metres; degrees only narrow the search, they shrink from east to west."""
        point = shapely.points(lon, lat)
        _, degrees = self._tree.query_nearest(point, return_distance=True)
        if not degrees.size:
            return Place(None, (), None, None)
        candidates = self._near(lon, lat, float(degrees[0]) * _metres_per_degree(lat)[1] * 1.02)
        distances = np.round(_distances(self._geometries[candidates], lon, lat), 3)
        best = np.lexsort((candidates, distances))[0]
        return Place(None, (), float(distances[best]), int(self.ids[candidates[best]]))

    def _near(self, lon: float, lat: float, metres: float) -> Ints:
        """Units whose boxes come within `metres`, in order of preference."""
        east, north = _metres_per_degree(lat)
        dx, dy = metres / east, metres / north
        return np.sort(self._tree.query(shapely.box(lon - dx, lat - dy, lon + dx, lat + dy)))


_HERE = shapely.Point(0.0, 0.0)


def _metres_per_degree(lat: float) -> tuple[float, float]:
    """Metres of a degree of longitude and of latitude on WGS 84; no less than a metre at the poles."""
    phi = np.radians(lat)
    north = 111132.954 - 559.822 * np.cos(2 * phi) + 1.175 * np.cos(4 * phi)
    east = 111412.84 * np.cos(phi) - 93.5 * np.cos(3 * phi) + 0.118 * np.cos(5 * phi)
    return max(float(east), 1.0), float(north)


def _metric(geometries: NDArray[np.object_], lon: float, lat: float) -> NDArray[np.object_]:
    """Degrees → metres east and north of (lon, lat)."""
    scale = np.array(_metres_per_degree(lat))
    return np.asarray(shapely.transform(geometries, lambda xy: (xy - (lon, lat)) * scale), dtype=object)


def _distances(geometries: NDArray[np.object_], lon: float, lat: float) -> NDArray[np.float64]:
    return np.asarray(shapely.distance(_HERE, _metric(geometries, lon, lat)), dtype=np.float64)
