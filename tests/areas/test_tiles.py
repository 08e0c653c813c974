import gzip
import math
from typing import Any

import mapbox_vector_tile
import pytest
import shapely
from flask import Flask
from flask.testing import FlaskClient
from shapely.affinity import affine_transform
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry
from sqlalchemy import text

from app.areas.index import areas
from app.areas.levels import LEVELS
from app.areas.tiles import GRIDS_FROM_ZOOM, AreaTiles, area_tiles
from app.core.db import db, is_sqlite
from app.spatial.mvt import EXTENT, project, tile_bounds
from tests.areas.conftest import Get
from tests.areas.tiny_city import DISTRICTS, GRID, MIDDLE, load_tiny_city


def tile_at(z: int, lon: float, lat: float) -> tuple[int, int, int]:
    n = 2**z
    y = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2
    return z, int((lon + 180) / 360 * n), int(y * n)


TILE = tile_at(13, *MIDDLE)
URL = "/tiles/areas/{}/{}/{}.mvt?level={}"


def features(tile: bytes) -> dict[str, dict[str, Any]]:
    """The decoded features by code."""
    layers = mapbox_vector_tile.decode(tile)
    assert list(layers) == ["areas"]
    return {feature["properties"]["code"]: feature for feature in layers["areas"]["features"]}


def test_only_for_signed_in_people(client: FlaskClient) -> None:
    answer = client.get(URL.format(*TILE, "grid"))
    assert (answer.status_code, answer.content_type) == (401, "application/problem+json")


def test_a_tile_carries_shapes_codes_and_names_only(get: Get) -> None:
    answer = get(URL.format(*TILE, "district"))
    assert (answer.status_code, answer.content_type) == (200, "application/vnd.mapbox-vector-tile")
    found = features(answer.data)
    assert found[DISTRICTS[0]]["properties"] == {
        "code": DISTRICTS[0],
        "name": "西区",
        "name_en": "West",
        "approximate": False,
    }
    whole = features(get(URL.format(*tile_at(10, *MIDDLE), "grid")).data)
    assert {code[:6]: f["properties"]["approximate"] for code, f in whole.items()} == {
        DISTRICTS[0]: False,
        DISTRICTS[1]: True,
    }


@pytest.mark.parametrize("zoom", [GRIDS_FROM_ZOOM, 13, 16])
def test_the_tile_is_what_others_would_draw(tiny_city: Flask, zoom: int) -> None:
    """Same units, same land within four tile units, as PostGIS (or plain clipping) would draw."""
    zxy = tile_at(zoom, *MIDDLE)
    for level in LEVELS:
        drawn = features(area_tiles().tile(level, *zxy).plain)
        expected = drawn_by_clipping(level, *zxy) if is_sqlite() else drawn_by_postgis(level, *zxy)
        assert drawn.keys() == expected.keys() and drawn
        for code, one in drawn.items():
            apart = shape(one["geometry"]).symmetric_difference(expected[code])
            assert apart.area <= 4 * expected[code].length


def drawn_by_postgis(level: str, z: int, x: int, y: int) -> dict[str, BaseGeometry]:
    statement = text("""
        select ST_AsMVT(part, 'areas', 4096, 'geom') from (
            select code, ST_AsMVTGeom(ST_Transform(geom, 3857), ST_TileEnvelope(:z, :x, :y), 4096, 64) geom
            from area_shape s join area on area.id = area_id where s.level = :level) part
        where geom is not null""")
    tile = db.session.scalar(statement, {"level": level, "z": z, "x": x, "y": y})
    return {code: shape(feature["geometry"]) for code, feature in features(bytes(tile)).items()}


def drawn_by_clipping(level: str, z: int, x: int, y: int) -> dict[str, BaseGeometry]:
    west, south, east, _north = tile_bounds(z, x, y)
    scale = EXTENT / (east - west)
    frame = shapely.box(-64, -64, EXTENT + 64, EXTENT + 64)
    matrix = [scale, 0, 0, scale, -west * scale, -south * scale]
    index = areas()
    land = index.land_of([entry for entry in index.entries if entry.level == level])
    shapes = project(land.geometries)
    units = [(e.code, affine_transform(each, matrix)) for e, each in zip(land.entries, shapes, strict=True)]
    cut = {code: unit.intersection(frame) for code, unit in units}
    return {code: part for code, part in cut.items() if part.area > 0}


def test_a_grid_lies_where_it_must(get: Get) -> None:
    z, x, y = tile_at(11, *MIDDLE)
    land = shape(features(get(URL.format(z, x, y, "grid")).data)[GRID]["geometry"])
    west, _south, east, _north = land.bounds
    lon = [(x + units / EXTENT) / 2**z * 360 - 180 for units in (west, east)]
    assert lon == pytest.approx([113.11, 113.12], abs=5e-5)


def test_grids_are_not_drawn_from_far_away(get: Get) -> None:
    far = tile_at(GRIDS_FROM_ZOOM - 1, *MIDDLE)
    assert get(URL.format(*far, "grid")).status_code == 204
    assert get(URL.format(*far, "community")).status_code == 200


def test_an_empty_tile_has_no_content(get: Get) -> None:
    answer = get(URL.format(13, 0, 0, "grid"))
    assert (answer.status_code, answer.data) == (204, b"")


NO_TILES = [
    ("13/6669/3556.mvt", 422),
    ("13/6669/3556.mvt?level=", 422),
    ("13/6669/3556.mvt?level=street", 422),
    ("13/8192/0.mvt?level=grid", 404),
    ("23/0/0.mvt?level=grid", 404),
    ("13/-1/0.mvt?level=grid", 404),
    (f"{2**63}/0/0.mvt?level=grid", 404),
    ("13/6669/3556.png?level=grid", 404),
]


def test_what_is_no_tile_is_refused(get: Get) -> None:
    for path, status in NO_TILES:
        answer = get(f"/tiles/areas/{path}")
        assert (answer.status_code, answer.content_type) == (status, "application/problem+json"), path


def test_the_etag_changes_with_the_generation_only(get: Get) -> None:
    url = URL.format(*TILE, "grid")
    first = get(url)
    assert first.headers["Cache-Control"] == "private, no-cache"
    again = get(url, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    load_tiny_city()
    after = get(url, headers={"If-None-Match": first.headers["ETag"]})
    assert after.status_code == 200 and after.headers["ETag"] != first.headers["ETag"]


def test_a_tile_of_a_named_generation_may_be_kept(get: Get) -> None:
    url = URL.format(*TILE, "grid")
    assert "immutable" in get(f"{url}&v={areas().generation_id}").headers["Cache-Control"]
    assert get(f"{url}&v=999").headers["Cache-Control"] == "private, no-cache"


def test_a_tile_is_gzipped_for_those_who_can_read_it(get: Get) -> None:
    plain = get(URL.format(*TILE, "grid"))
    packed = get(URL.format(*TILE, "grid"), headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip" and "Content-Encoding" not in plain.headers
    assert gzip.decompress(packed.data) == plain.data


def test_tiles_are_made_once_and_the_oldest_are_forgotten(tiny_city: Flask) -> None:
    made: list[int] = []

    class Counted(AreaTiles):
        def _made(self, level: str, z: int, x: int, y: int) -> bytes:
            made.append(x)
            return bytes(1000)

    tiles = Counted(areas(), most_bytes=2500)
    for x in (1, 2, 1, 1, 3, 1, 2):
        tiles.tile("grid", 10, x, 0)
    assert made == [1, 2, 3, 2]
