"""Ground to ask about: a drawn polygon, a circle, what is near facilities. Everything in WGS 84 degrees."""

from collections.abc import Sequence
from math import isfinite
from typing import Any

import numpy as np
import orjson
import shapely
from flask_babel import gettext as _
from shapely import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from app.areas.index import areas
from app.core.problems import Invalid
from app.spatial.plane import Plane, plane_of
from app.spatial.shapes import BadShape, check_lonlat, parse_geojson_geometry

MOST_VERTICES = 5_000
NEAREST, FARTHEST = 10.0, 20_000.0  # metres
QUARTER = 16
"""Segments of a quarter circle: the area of a circle comes out 0.2 % small."""


def drawn(text: str) -> BaseGeometry:
    """The polygon in a GeoJSON text; raises Invalid (`ground`)."""
    try:
        shape = parse_geojson_geometry(_polygon_in(text), most_vertices=MOST_VERTICES)
    except BadShape as bad:
        raise Invalid({"ground": [bad.message]}) from None
    if not isinstance(shape, Polygon | MultiPolygon) or shape.is_empty:
        raise Invalid({"ground": [_("A polygon is expected: at least three corners.")]})
    return checked(shape)


def _polygon_in(text: str) -> Any:
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise Invalid({"ground": [_("Draw a polygon on the map, or give one as GeoJSON.")]}) from None
    return found["geometry"] if isinstance(found, dict) and found.get("type") == "Feature" else found


def circle(lon: float, lat: float, metres: float) -> BaseGeometry:
    """Everything within some metres of a point; raises Invalid (`lon`, `metres`)."""
    return around([(lon, lat)], metres)


def around(points: Sequence[tuple[float, float]], metres: float) -> BaseGeometry:
    """Everything within some metres of any of the points; raises Invalid (`metres`, `lon`)."""
    if not isfinite(metres) or not NEAREST <= metres <= FARTHEST:
        most, least = f"{FARTHEST:,.0f}", f"{NEAREST:.0f}"
        raise Invalid({"metres": [_("From %(least)s to %(most)s metres.", least=least, most=most)]})
    for lon, lat in points:
        _on_the_globe(lon, lat)
    plane = plane_of(np.array(shapely.points(points), dtype=object))
    flat = shapely.buffer(shapely.points(plane.metres(points)), metres, quad_segs=QUARTER)
    return checked(_in_degrees(plane, shapely.union_all(flat)))


def _on_the_globe(lon: float, lat: float) -> None:
    try:
        check_lonlat(lon, lat)
    except BadShape as bad:
        raise Invalid({"lon": [bad.message]}) from None


def _in_degrees(plane: Plane, flat: BaseGeometry) -> BaseGeometry:
    found: BaseGeometry = plane.round(np.array([flat], dtype=object))[0]
    return found


def checked(ground: BaseGeometry) -> BaseGeometry:
    """Raises Invalid (`ground`) for ground outside the city or too intricate to be asked about."""
    if shapely.get_num_coordinates(ground) > MOST_VERTICES * 4:
        raise Invalid({"ground": [_("This ground has too many corners; choose a smaller one.")]})
    city = areas().land_of([areas().city]).geometries
    if len(city) and not shapely.intersects(city[0], ground):
        raise Invalid({"ground": [_("This ground lies outside the city.")]})
    return ground


def square_kilometres(ground: BaseGeometry) -> float:
    plane = plane_of(np.array([ground], dtype=object))
    return float(shapely.area(plane.flat(np.array([ground], dtype=object)))[0]) / 1e6
