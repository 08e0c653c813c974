"""Vector tiles of cases: one cluster per unit when far out, single cases when near.

A cluster counts by the stored unit ids, so its number is a list by construction, and one unit of each level
costs an index lookup where binning a million points took half a second.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from sqlalchemy import and_, case, func, select

from app.areas.index import AreaIndex, areas
from app.cases.queries.filters import Filters
from app.cases.queries.source import conditions, source
from app.core.db import db
from app.core.policy import LEVEL_FIELDS, Predicate
from app.core.stamps import Stamped
from app.spatial import mvt

LAYER = "cases"
POINTS_FROM_ZOOM = 14
MOST_POINTS = 2000
"""More single cases than this in one tile would be a smear: grids are shown instead."""
CLUSTERS = ((8, "district"), (10, "town"), (12, "community"), (99, "grid"))
"""Up to which zoom which unit gathers its cases."""


@dataclass(frozen=True)
class Labels:
    """Where the number of each unit of a level is written: a point inside it, WGS 84."""

    ids: NDArray[np.int64]
    lonlat: NDArray[np.float64]

    def within(self, west: float, south: float, east: float, north: float) -> "Labels":
        x, y = self.lonlat[:, 0], self.lonlat[:, 1]
        inside = (x >= west) & (x < east) & (y > south) & (y <= north)
        return Labels(self.ids[inside], self.lonlat[inside])


class LabelBook:
    """The label points of the active generation, level by level when first asked for."""

    def __init__(self, index: AreaIndex) -> None:
        self.index = index
        self._levels: dict[str, Labels] = {}

    def at(self, level: str) -> Labels:
        if level not in self._levels:
            land = self.index.land_of([entry for entry in self.index.entries if entry.level == level])
            points = shapely.get_coordinates(shapely.point_on_surface(land.geometries)).reshape(-1, 2)
            self._levels[level] = Labels(np.array([e.id for e in land.entries], dtype=np.int64), points)
        return self._levels[level]


_LABELS = Stamped("areas", lambda: LabelBook(areas()), key="cases.labels")


def case_tile(z: int, x: int, y: int, filters: Filters, *, within: Predicate, now: datetime) -> bytes:
    """The tile's bytes, empty when no case of the scope lies in it; ValueError if there is no such tile."""
    mvt.tile_bounds(z, x, y)
    if z >= POINTS_FROM_ZOOM:
        rows = _points(mvt.lonlat_bounds(z, x, y), filters, within=within, now=now)
        if len(rows) <= MOST_POINTS:
            return _encoded([(row.lon, row.lat) for row in rows], [_dot(row, now) for row in rows], z, x, y)
    level = next(level for most, level in CLUSTERS if z <= most)
    return _clusters(level, (z, x, y), filters, within=within, now=now)


def _points(box: mvt.Bounds, filters: Filters, *, within: Predicate, now: datetime) -> list[Any]:
    cases = source(filters.as_of)
    c = cases.c
    columns = (c.uuid, c.number, c.status, c.category, c.level, c.due_at, c.ended_at, c.lon, c.lat)
    asked = conditions(cases, filters.but(bbox=_meet(filters.bbox, box)), within=within, now=now)
    statement = select(*columns).where(*asked).order_by(c.id).limit(MOST_POINTS + 1)
    return list(db.session.execute(statement))


def _meet(
    asked: tuple[float, float, float, float] | None, tile: mvt.Bounds
) -> tuple[float, float, float, float]:
    if asked is None:
        return (tile[0], tile[1], tile[2], tile[3])
    west, south = max(asked[0], tile[0]), max(asked[1], tile[1])
    return west, south, max(west, min(asked[2], tile[2])), max(south, min(asked[3], tile[3]))


def _dot(row: Any, now: datetime) -> dict[str, mvt.Value]:
    return {
        "id": str(row.uuid),
        "number": row.number,
        "status": row.status,
        "category": row.category,
        "level": row.level,
        "overdue": row.ended_at is None and row.due_at is not None and row.due_at < now,
    }


def _clusters(
    level: str, tile: tuple[int, int, int], filters: Filters, *, within: Predicate, now: datetime
) -> bytes:
    shown = _LABELS.get().at(level).within(*mvt.lonlat_bounds(*tile, buffer=0))
    if not shown.ids.size:
        return b""
    counts = _counts(level, shown.ids.tolist(), filters, within=within, now=now)
    index = areas()
    points: list[list[float]] = []
    attributes: list[dict[str, mvt.Value]] = []
    for ident, point in zip(shown.ids.tolist(), shown.lonlat.tolist(), strict=True):
        if ident in counts:
            unit, (count, overdue) = index.by_id[ident], counts[ident]
            points.append(point)
            attributes.append(
                {"code": unit.code, "name": unit.name, "level": level, "count": count, "overdue": overdue}
            )
    return _encoded(points, attributes, *tile)


def _counts(
    level: str, ids: list[int], filters: Filters, *, within: Predicate, now: datetime
) -> dict[int, tuple[int, int]]:
    """(cases, overdue ones) by unit."""
    cases = source(filters.as_of)
    c = cases.c
    unit = c[LEVEL_FIELDS[level]]
    late = and_(c.ended_at.is_(None), c.due_at < (filters.as_of or now))
    overdue = func.coalesce(func.sum(case((late, 1), else_=0)), 0)
    asked = conditions(cases, filters, within=within, now=now)
    rows = select(unit, func.count(), overdue).where(unit.in_(ids), *asked).group_by(unit)
    return {row[0]: (row[1], row[2]) for row in db.session.execute(rows)}


def _encoded(points: list[Any], attributes: list[dict[str, mvt.Value]], z: int, x: int, y: int) -> bytes:
    if not points:
        return b""
    drawn = mvt.project(shapely.points(np.asarray(points, dtype=np.float64)))
    return mvt.encode([mvt.TileLayer(LAYER, drawn, attributes)], z, x, y)
