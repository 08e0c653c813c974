import math
from typing import Any

import mapbox_vector_tile
import numpy as np
import pytest
import shapely
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from app.spatial.mvt import EXTENT, TileLayer, encode, lonlat_bounds, project, tile_bounds

Z, X, Y = 12, 3335, 1778
WEST, SOUTH, EAST, NORTH = lonlat_bounds(Z, X, Y, buffer=0)


def at(x: float, y: float) -> tuple[float, float]:
    """A place by its share of the tile's width and height, from the lower left."""
    return WEST + (EAST - WEST) * x, SOUTH + (NORTH - SOUTH) * y


def polygon(*corners: tuple[float, float]) -> BaseGeometry:
    return shapely.Polygon([at(*corner) for corner in corners])


def square(x0: float, y0: float, x1: float, y1: float) -> BaseGeometry:
    return polygon((x0, y0), (x1, y0), (x1, y1), (x0, y1))


def decoded(*shapes: BaseGeometry, properties: list[dict[str, Any]] | None = None) -> list[dict[str, Any]]:
    layer = TileLayer(
        "areas",
        project(np.array(shapes, dtype=object)),
        properties or [{"n": n} for n in range(len(shapes))],
        ids=range(1, len(shapes) + 1),
    )
    tile = encode([layer], Z, X, Y)
    return mapbox_vector_tile.decode(tile)["areas"]["features"] if tile else []


def test_tile_bounds_agree_with_the_world() -> None:
    assert tile_bounds(0, 0, 0) == pytest.approx((-20037508.34, -20037508.34, 20037508.34, 20037508.34))
    assert lonlat_bounds(1, 0, 0, buffer=0) == pytest.approx((-180, 0, 0, 85.0511), abs=1e-4)
    n = 2**Z
    assert int((113.12 + 180) / 360 * n) == X
    assert int((1 - math.asinh(math.tan(math.radians(23.02))) / math.pi) / 2 * n) == Y
    assert WEST < 113.12 < EAST and SOUTH < 23.02 < NORTH


@pytest.mark.parametrize("tile", [(23, 0, 0), (-1, 0, 0), (2, 4, 0), (2, 0, -1)])
def test_tiles_outside_the_pyramid_do_not_exist(tile: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="no such tile"):
        tile_bounds(*tile)


def test_a_polygon_with_a_hole_keeps_its_area() -> None:
    outer, hole = square(0.25, 0.25, 0.75, 0.75), square(0.4, 0.4, 0.6, 0.6)
    (feature,) = decoded(outer.difference(hole))
    found = shape(feature["geometry"])
    assert found.is_valid and len(found.interiors) == 1
    assert found.area / EXTENT**2 == pytest.approx(0.25 - 0.04, rel=1e-3)


def test_outer_rings_run_clockwise_on_the_map_whatever_comes_in() -> None:
    """mapbox_vector_tile tells polygons and holes apart by direction alone."""
    two = shapely.MultiPolygon([square(0.1, 0.1, 0.2, 0.2), square(0.5, 0.5, 0.6, 0.6).reverse()])
    (feature,) = decoded(two)
    assert feature["geometry"]["type"] == "MultiPolygon"
    assert shape(feature["geometry"]).area / EXTENT**2 == pytest.approx(0.02, rel=1e-2)


def test_clipping_leaves_the_buffer_and_no_more() -> None:
    (feature,) = decoded(square(-5, -5, 6, 6))
    assert shape(feature["geometry"]).bounds == (-64, -64, EXTENT + 64, EXTENT + 64)


def test_neighbours_share_their_border() -> None:
    left, right = decoded(square(0.1, 0.1, 0.5, 0.9), square(0.5, 0.1, 0.9, 0.9))
    assert shape(left["geometry"]).intersection(shape(right["geometry"])).area == 0
    assert shape(left["geometry"]).bounds[2] == shape(right["geometry"]).bounds[0]


def test_lines_and_points() -> None:
    line = shapely.LineString([at(0.1, 0.1), at(0.5, 0.5), at(0.9, 0.1)])
    points = shapely.MultiPoint([at(0.25, 0.75), at(0.5, 0.5)])
    a, b, c = decoded(line, shapely.Point(at(0.5, 0.5)), points)
    assert (a["geometry"]["type"], b["geometry"]["type"]) == ("LineString", "Point")
    assert np.allclose(a["geometry"]["coordinates"], [[410, 410], [2048, 2048], [3686, 410]], atol=1)
    assert np.allclose(b["geometry"]["coordinates"], [2048, 2048], atol=1)
    assert np.allclose(c["geometry"]["coordinates"], [[1024, 3072], [2048, 2048]], atol=1)


def test_ids_and_attributes_survive() -> None:
    given = {
        "code": "440604",
        "name": "禅城区",
        "open": -3,
        "big": 2**40,
        "share": 0.5,
        "yes": True,
        "no": None,
    }
    same = {"code": "440605", "name": "禅城区", "open": 1, "big": 1, "share": 1.0, "yes": False, "no": 2}
    a, b = decoded(square(0.1, 0.1, 0.2, 0.2), square(0.3, 0.3, 0.4, 0.4), properties=[given, same])
    assert (a["id"], b["id"]) == (1, 2)
    assert a["properties"] == {k: v for k, v in given.items() if v is not None}
    assert b["properties"] == same
    assert [type(v) for v in b["properties"].values()] == [type(v) for v in same.values()]


def test_what_is_too_small_or_elsewhere_is_left_out() -> None:
    speck = square(0.5, 0.5, 0.50001, 0.50001)
    feature = decoded(speck, square(3, 3, 4, 4), square(0.1, 0.1, 0.2, 0.2))
    assert [f["id"] for f in feature] == [3]
    assert decoded(speck) == []


def test_an_empty_layer_is_an_empty_tile() -> None:
    assert encode([TileLayer("areas", np.array([], dtype=object), [])], Z, X, Y) == b""


def test_random_cells_decode_valid_and_cover_their_tile() -> None:
    rng = np.random.default_rng(5)
    places = [at(*xy) for xy in rng.uniform(-0.5, 1.5, (400, 2))]
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.MultiPoint(places)))
    found = [shape(feature["geometry"]) for feature in decoded(*cells)]
    assert all(each.is_valid for each in found)
    inside = sum(each.intersection(shapely.box(0, 0, EXTENT, EXTENT)).area for each in found)
    assert inside / EXTENT**2 == pytest.approx(1, abs=0.002)
