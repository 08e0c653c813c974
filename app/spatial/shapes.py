"""GeoJSON that strangers send, read strictly into shapely geometries.

Nothing recurses: each type has a fixed depth, so nesting of any depth ends as "expected a number".
Numbers must be JSON numbers (no booleans, no texts), finite and on the globe. A third ordinate is dropped.
"""

import re
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any

import numpy as np
import orjson
import shapely
from numpy.typing import NDArray
from shapely import LinearRing, LineString, MultiLineString, MultiPoint, MultiPolygon, Point, Polygon
from shapely.geometry.base import BaseGeometry

MOST_VERTICES = 10_000
MOST_VERTICES_PER_IMPORT = 1_000_000
MOST_BYTES_PER_IMPORT = 200_000_000

Positions = NDArray[np.float64]
_PLACE = re.compile(r"\[(-?[\d.e+-]+) (-?[\d.e+-]+)\]")


class BadShape(ValueError):
    """A geometry we refuse; `message` is fit to be shown to the sender."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@dataclass(frozen=True)
class Feature:
    """One GeoJSON feature. The geometry is well-formed but not yet checked for self-crossing."""

    id: Any
    properties: dict[str, Any]
    geometry: BaseGeometry | None


def parse_geojson_geometry(obj: object, *, most_vertices: int = MOST_VERTICES) -> BaseGeometry:
    """A GeoJSON geometry → a valid shapely geometry in the same numbers; raises BadShape."""
    geometry = _read_geometry(obj, most_vertices)
    fault = fault_of(geometry)
    if fault:
        raise BadShape(fault[0])
    return geometry


def fault_of(geometry: BaseGeometry) -> tuple[str, float, float] | None:
    """What makes the geometry invalid, with lon and lat of the place; None if nothing does."""
    if shapely.is_valid(geometry):
        return None
    reason = str(shapely.is_valid_reason(geometry))
    found = _PLACE.search(reason)
    lon, lat = (float(found[1]), float(found[2])) if found else shapely.get_coordinates(geometry)[0]
    what = reason.split("[")[0].strip().lower()
    return f"the shape is not valid: {what} at {lon:.6f}, {lat:.6f}", float(lon), float(lat)


def check_lonlat(lon: float, lat: float) -> None:
    """Refuses what is not on the globe, with a hint when the two were swapped."""
    _check_range(np.array([[lon, lat]], dtype=np.float64))


def feature_collection(data: bytes, *, most_vertices: int = MOST_VERTICES_PER_IMPORT) -> list[Feature]:
    """The features of a GeoJSON file, gzipped or not; raises BadShape naming the feature."""
    collection = _parse_json(unpacked(data))
    features = collection.get("features") if isinstance(collection, dict) else None
    if not isinstance(features, list):
        raise BadShape("a FeatureCollection is expected")
    left = most_vertices
    read: list[Feature] = []
    for number, item in enumerate(features):
        feature = _read_feature(item, number, left)
        left -= 0 if feature.geometry is None else int(shapely.get_num_coordinates(feature.geometry))
        read.append(feature)
    return read


def unpacked(data: bytes, *, most_bytes: int = MOST_BYTES_PER_IMPORT) -> bytes:
    """Gunzips if gzipped; refuses more than `most_bytes`, counted while unpacking."""
    if not data.startswith(b"\x1f\x8b"):
        content, cut = data, len(data) > most_bytes
    else:
        stream = zlib.decompressobj(wbits=31)
        try:
            content = stream.decompress(data, most_bytes)
        except zlib.error as error:
            raise BadShape("the file is not a readable gzip file") from error
        cut = not stream.eof
    if cut:
        raise BadShape(f"the file is cut short or holds more than {most_bytes:,} bytes")
    return content


def _parse_json(content: bytes) -> Any:
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise BadShape(f"the file is not JSON: {error}") from error


def _read_feature(item: object, number: int, most_vertices: int) -> Feature:
    properties = item.get("properties") if isinstance(item, dict) else None
    if not isinstance(item, dict) or not isinstance(properties, dict):
        raise BadShape(f"feature {number}: an object with properties is expected")
    if item.get("geometry") is None:
        return Feature(item.get("id"), properties, None)
    try:
        return Feature(item.get("id"), properties, _read_geometry(item["geometry"], most_vertices))
    except BadShape as error:
        raise BadShape(f"feature {number}: {error.message}") from error


def _read_geometry(obj: object, most_vertices: int) -> BaseGeometry:
    if not isinstance(obj, dict):
        raise BadShape("a GeoJSON geometry object is expected")
    kind = obj.get("type")
    if not isinstance(kind, str) or kind not in _READERS:
        raise BadShape(f"the geometry's type must be one of {', '.join(_READERS)}")
    depth, build = _READERS[kind]
    coordinates = obj.get("coordinates")
    _check_count(coordinates, depth, most_vertices)
    return build(coordinates)


def _check_count(coordinates: object, depth: int, most: int) -> None:
    """Counts positions before anything is built; `depth` is how many lists lie around a position."""
    parts: Iterable[object] = [coordinates]
    for _ in range(depth):
        parts = chain.from_iterable(part for part in parts if isinstance(part, list))
    if sum(1 for _ in islice(parts, most + 1)) > most:
        raise BadShape(f"the shape has more than {most:,} vertices")


def _positions(value: object, least: int) -> Positions:
    """A list of positions → array of lon and lat."""
    if not isinstance(value, list) or len(value) < least:
        raise BadShape(f"a list of at least {least} positions is expected")
    if not all(type(position) is list and len(position) in (2, 3) for position in value):
        raise BadShape("a position is a list of two numbers, longitude and latitude")
    if not set(map(type, chain.from_iterable(value))) <= {int, float}:
        raise BadShape("coordinates must be numbers")
    try:
        array = np.array([position[:2] for position in value], dtype=np.float64)
    except OverflowError as error:
        raise BadShape("a coordinate is far out of range") from error
    _check_range(array)
    return array


def _check_range(array: Positions) -> None:
    if not np.isfinite(array).all():
        raise BadShape("coordinates must be finite numbers")
    outside = (np.abs(array[:, 0]) > 180.0) | (np.abs(array[:, 1]) > 90.0)
    if outside.any():
        lon, lat = array[outside][0]
        swapped = abs(lon) <= 90.0 and abs(lat) <= 180.0
        hint = "; longitude and latitude seem to be swapped (longitude comes first)" if swapped else ""
        raise BadShape(f"position {lon:g}, {lat:g} is out of range{hint}")


def _items(value: object, what: str) -> list[object]:
    if not isinstance(value, list) or not value:
        raise BadShape(f"a list of {what} is expected")
    return value


def _point(value: object) -> Point:
    if type(value) is list and len(value) == 2 and type(value[0]) is type(value[1]) is float:
        lon, lat = value  # what every filing sends; arrays are for shapes
        if -180.0 <= lon <= 180.0 and -90.0 <= lat <= 90.0:
            return Point(lon, lat)
    return Point(_positions([value], 1)[0])


def _line(value: object) -> LineString:
    return LineString(_positions(value, 2))


def _ring(value: object) -> LinearRing:
    positions = _positions(value, 4)
    if not np.array_equal(positions[0], positions[-1]):
        raise BadShape("a ring must end where it begins")
    return LinearRing(positions)


def _polygon(value: object) -> Polygon:
    rings = [_ring(ring) for ring in _items(value, "rings")]
    return Polygon(rings[0], rings[1:])


def _multi_point(value: object) -> MultiPoint:
    return MultiPoint(_positions(value, 1))


def _multi_line(value: object) -> MultiLineString:
    return MultiLineString([_line(line) for line in _items(value, "lines")])


def _multi_polygon(value: object) -> MultiPolygon:
    return MultiPolygon([_polygon(polygon) for polygon in _items(value, "polygons")])


_READERS: dict[str, tuple[int, Callable[[object], BaseGeometry]]] = {
    "Point": (0, _point),
    "LineString": (1, _line),
    "Polygon": (2, _polygon),
    "MultiPoint": (1, _multi_point),
    "MultiLineString": (2, _multi_line),
    "MultiPolygon": (3, _multi_polygon),
}
