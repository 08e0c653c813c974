import gzip
from typing import Any

import orjson
import pytest

from app.spatial.shapes import (
    BadShape,
    check_lonlat,
    fault_of,
    feature_collection,
    parse_geojson_geometry,
    unpacked,
)

RING = [[113.0, 23.0], [113.1, 23.0], [113.1, 23.1], [113.0, 23.0]]
BOWTIE = [[0.0, 0.0], [1.0, 1.0], [1.0, 0.0], [0.0, 1.0], [0.0, 0.0]]


def nested(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("kind", "coordinates"),
    [
        ("Point", [113, 23]),
        ("LineString", RING[:3]),
        ("Polygon", [RING]),
        ("MultiPoint", RING),
        ("MultiLineString", [RING[:2]]),
        ("MultiPolygon", [[RING]]),
    ],
)
def test_the_allowed_types_are_read(kind: str, coordinates: object) -> None:
    assert parse_geojson_geometry({"type": kind, "coordinates": coordinates}).geom_type == kind


def test_a_height_is_dropped() -> None:
    assert parse_geojson_geometry({"type": "Point", "coordinates": [113, 23, 5.5]}).wkt == "POINT (113 23)"


@pytest.mark.parametrize(
    ("kind", "coordinates", "says"),
    [
        ("Point", [float("nan"), 23], "finite"),
        ("Point", [113, float("inf")], "finite"),
        ("Point", [10**400, 23], "out of range"),
        ("Point", [2**63, 23], "out of range"),
        ("Point", [181, 23], "out of range"),
        ("Point", [23.0, 113.1], "swapped"),
        ("Point", [True, 23], "numbers"),
        ("Point", ["113", "23"], "numbers"),
        ("Point", [None, 23], "numbers"),
        ("Point", [113], "two numbers"),
        ("Point", [1, 2, 3, 4], "two numbers"),
        ("Point", [], "two numbers"),
        ("Point", {"0": 113, "1": 23}, "two numbers"),
        ("Point", nested(10_000), "two numbers"),
        ("Polygon", nested(10_000), "at least 4"),
        ("MultiPolygon", nested(10_000), "at least 4"),
        ("LineString", [[1, 1], [1, 1]], "too few points"),
        ("LineString", [[1, 1]], "at least 2"),
        ("LineString", [[1, 1]] * 10_001, "more than 10,000"),
        ("Polygon", [], "rings"),
        ("Polygon", None, "rings"),
        ("Polygon", [RING[:3]], "at least 4"),
        ("Polygon", [[*RING[:3], [113.0, 23.05]]], "end where it begins"),
        ("Polygon", [BOWTIE], "self-intersection at 0.500000, 0.500000"),
        ("Polygon", [[[1, 1]] * 5], "too few points"),
        ("MultiPolygon", [[RING], [RING]], "not valid"),
        ("MultiPolygon", [[[[1, 1]] * 4] for _ in range(100_000)], "more than 10,000"),
        ("GeometryCollection", [], "must be one of"),
        ("Circle", [1, 1], "must be one of"),
        (nested(10_000), [1, 1], "must be one of"),
    ],
)
def test_bad_geometry_is_refused_with_a_reason(kind: object, coordinates: object, says: str) -> None:
    with pytest.raises(BadShape, match=says):
        parse_geojson_geometry({"type": kind, "coordinates": coordinates})


@pytest.mark.parametrize("value", [None, [], "POINT (1 1)", 1, {}])
def test_what_is_no_geometry_object_is_refused(value: object) -> None:
    with pytest.raises(BadShape):
        parse_geojson_geometry(value)


def test_lonlat_checks_give_the_hint_only_where_swapping_helps() -> None:
    check_lonlat(-180.0, 90.0)
    with pytest.raises(BadShape, match="swapped"):
        check_lonlat(23.0, 113.0)
    with pytest.raises(BadShape) as refused:
        check_lonlat(200.0, 95.0)
    assert "swapped" not in refused.value.message


def collection(*geometries: object) -> bytes:
    features = [{"type": "Feature", "properties": {"n": n}, "geometry": g} for n, g in enumerate(geometries)]
    return orjson.dumps({"type": "FeatureCollection", "features": features})


def test_a_collection_is_read_gzipped_or_not() -> None:
    data = collection(None, {"type": "Polygon", "coordinates": [RING]})
    for content in (data, gzip.compress(data)):
        bare, square = feature_collection(content)
        assert (bare.geometry, bare.properties) == (None, {"n": 0})
        assert square.geometry is not None and square.geometry.geom_type == "Polygon"


def test_a_collection_keeps_crossing_rings_for_the_checks_to_report() -> None:
    (feature,) = feature_collection(collection({"type": "Polygon", "coordinates": [BOWTIE]}))
    assert feature.geometry is not None
    fault = fault_of(feature.geometry)
    assert fault is not None and fault[1:] == (0.5, 0.5)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b'{"features": 1}', "FeatureCollection"),
        (b'{"features": [1]}', "feature 0"),
        (collection(None, {"type": "Point", "coordinates": ["x", 1]}), "feature 1: coordinates"),
        (gzip.compress(b"{}", mtime=0)[:-9], "cut short"),
        (b"\x1f\x8bnonsense-nonsense", "gzip"),
    ],
)
def test_a_bad_file_is_refused_with_a_reason(data: bytes, says: str) -> None:
    with pytest.raises(BadShape, match=says):
        feature_collection(data)


def test_the_vertices_of_a_whole_file_are_limited() -> None:
    two = collection(*[{"type": "Polygon", "coordinates": [RING]}] * 2)
    with pytest.raises(BadShape, match="feature 1: the shape has more than 3 vertices"):
        feature_collection(two, most_vertices=7)


def test_unpacking_stops_at_the_limit() -> None:
    with pytest.raises(BadShape, match="1,000 bytes"):
        unpacked(gzip.compress(bytes(50_000_000)), most_bytes=1000)
