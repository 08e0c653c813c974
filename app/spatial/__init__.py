"""The only room that knows there are two engines: `spatialite` and `postgis` offer the same names."""

from types import ModuleType
from typing import Any

import shapely
from geoalchemy2 import WKBElement
from geoalchemy2.shape import from_shape, to_shape
from shapely.geometry.base import BaseGeometry
from sqlalchemy import ColumnElement, func, true

from app.core.db import db
from app.spatial import postgis, spatialite

SRID = 4326
Box = tuple[float, float, float, float]
"""West, south, east, north in degrees, WGS 84."""


def engine() -> ModuleType:
    """The module of the engine in use."""
    return spatialite if db.engine.dialect.name == "sqlite" else postgis


def bbox_hit(column: Any, box: Box) -> ColumnElement[bool]:
    """Rows whose box meets this one, by spatial index. Candidates only: re-test exactly where it matters."""
    found: ColumnElement[bool] = engine().bbox_hit(column, box)
    return found


def meets(column: Any, geometry: BaseGeometry) -> ColumnElement[bool]:
    """Where column and shape have a point in common. Tests every row: narrow by `bbox_hit` first."""
    found: ColumnElement[bool] = func.ST_Intersects(column, to_db(geometry)) == true()
    return found


def to_db(geometry: BaseGeometry) -> WKBElement:
    return from_shape(geometry, srid=SRID)


def from_db(value: Any) -> BaseGeometry:
    return to_shape(value)


def as_multipolygon(geometry: BaseGeometry) -> shapely.MultiPolygon:
    """Both engines refuse a Polygon in a MULTIPOLYGON column."""
    if isinstance(geometry, shapely.MultiPolygon):
        return geometry
    if isinstance(geometry, shapely.Polygon):
        return shapely.MultiPolygon([geometry])
    raise ValueError(f"{geometry.geom_type} is no area")
