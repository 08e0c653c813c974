from dataclasses import replace
from typing import Any

import pytest
import shapely
from flask import Flask
from flask.testing import FlaskClient
from shapely.affinity import translate
from shapely.geometry import shape

from app.areas.sources import Record
from app.spatial.datum import DATUMS, from_wgs84
from tests.areas.conftest import Get
from tests.areas.tiny_city import (
    BORDER,
    COMMUNITIES,
    DEDICATED,
    DISTRICTS,
    EMPTY_TOWN,
    GRID,
    HOLE,
    IN_DEDICATED,
    MIDDLE,
    OUTSIDE,
    TOWNS,
    WIDE,
    load_tiny_city,
    tiny_records,
)

PATHS = ("", "/990000", "/990000/geometry", "/locate?lon=113.115&lat=23.005&crs=wgs84")


@pytest.mark.parametrize("path", PATHS)
def test_only_for_signed_in_people(client: FlaskClient, path: str) -> None:
    answer = client.get(f"/api/v1/areas{path}")
    assert (answer.status_code, answer.content_type) == (401, "application/problem+json")


def codes(page: dict[str, Any]) -> list[str]:
    return [item["code"] for item in page["items"]]


def test_an_area_says_what_it_is(get: Get) -> None:
    assert get(f"/api/v1/areas/{DISTRICTS[1]}").get_json() == {
        "code": DISTRICTS[1],
        "name": "东区",
        "name_en": "East",
        "level": "district",
        "parent": "990000",
        "approximate": True,
        "has_geometry": True,
    }
    empty = get(f"/api/v1/areas/{EMPTY_TOWN}").get_json()
    assert (empty["has_geometry"], empty["approximate"]) == (False, False)


def test_a_list_is_narrowed_by_level_parent_and_words(get: Get) -> None:
    def found(**query: str) -> list[str]:
        return codes(get("/api/v1/areas", **query).get_json())

    assert found(level="district") == list(DISTRICTS)
    assert found(parent="990000") == list(DISTRICTS)
    assert found(parent=DISTRICTS[0]) == list(TOWNS[:2])
    assert found(parent=DISTRICTS[0], level="community") == list(COMMUNITIES[:4])
    assert found(q="east") == found(q="东区") == [DISTRICTS[1]]
    assert found(q="第1 网格", parent=COMMUNITIES[0], level="grid") == [f"{COMMUNITIES[0]}001"]
    assert found(q=COMMUNITIES[7]) == [COMMUNITIES[7], *(f"{COMMUNITIES[7]}{n:03}" for n in (1, 2, 3, 4))]
    assert found(q="\x00") == found(level="city", q="nothing") == []


def test_the_pages_together_are_the_whole_list_once(get: Get) -> None:
    seen: list[str] = []
    totals, cursor = [], ""
    while cursor is not None:
        page = get("/api/v1/areas", limit=20, cursor=cursor).get_json()
        seen += codes(page)
        totals.append(page["total"])
        cursor = page["next"]
    assert seen == sorted(seen) and len(set(seen)) == len(seen) == 48
    assert totals == [48, None, None]


BAD_LISTS = [
    ("limit", "0"),
    ("limit", "201"),
    ("limit", "1000000000"),
    ("limit", "9" * 5000),
    ("limit", "-1"),
    ("limit", "ten"),
    ("level", "street"),
    ("parent", "440604"),
    ("parent", "\x00"),
    ("q", "x" * 101),
    ("cursor", "nonsense"),
    ("cursor", "WzFd"),
]


def test_a_bad_list_is_refused_by_field(get: Get) -> None:
    for field, value in BAD_LISTS:
        answer = get("/api/v1/areas", **{field: value})
        assert answer.status_code == 422, value
        assert field in answer.get_json()["errors"]


def test_an_unknown_code_is_not_found_and_not_repeated(get: Get) -> None:
    for path in ("nowhere", "nowhere/geometry", "%00", "%ED%A0%80", "'; drop table area; --"):
        answer = get(f"/api/v1/areas/{path}")
        assert answer.status_code == 404 and "nowhere" not in answer.get_data(as_text=True)


def test_a_boundary_is_a_geojson_feature(get: Get) -> None:
    answer = get(f"/api/v1/areas/{GRID}/geometry")
    feature = answer.get_json()
    assert (feature["type"], feature["id"], feature["properties"]["code"]) == ("Feature", GRID, GRID)
    assert feature["bbox"] == [113.11, 23.0, 113.12, 23.01]
    assert shape(feature["geometry"]).equals(shapely.box(113.11, 23.0, 113.12, 23.01))
    again = get(f"/api/v1/areas/{GRID}/geometry", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_a_unit_without_land_has_a_null_geometry(get: Get) -> None:
    assert get(f"/api/v1/areas/{EMPTY_TOWN}/geometry").get_json()["geometry"] is None


def locate(get: Get, place: tuple[float, float], crs: str = "wgs84") -> Any:
    return get("/api/v1/areas/locate", lon=place[0], lat=place[1], crs=crs)


def test_locating_names_every_level(get: Get) -> None:
    found = locate(get, MIDDLE).get_json()
    units = {level: (found[level]["code"], found[level]["name"]) for level in ("grid", "community", "town")}
    assert units == {
        "grid": (GRID, "第4网格"),
        "community": (COMMUNITIES[0], "第1社区"),
        "town": (TOWNS[0], "第1镇"),
    }
    assert found["district"] == {"code": DISTRICTS[0], "name": "西区", "name_en": "West"}
    assert found["city"]["code"] == "990000"
    assert (found["border_with"], found["neighbours"]) == ([], [])
    assert found["border_m"] == pytest.approx(512.6, abs=0.1)


def test_near_a_border_the_neighbour_is_named(get: Get) -> None:
    found = locate(get, BORDER).get_json()
    assert (found["grid"]["code"], found["border_m"]) == (GRID, 0)
    assert found["border_with"] == ["990001001002003"]
    assert found["neighbours"][0]["community"]["code"] == COMMUNITIES[1]


def test_a_dedicated_grid_comes_first(get: Get) -> None:
    found = locate(get, IN_DEDICATED).get_json()
    assert (found["grid"]["code"], found["border_with"]) == (DEDICATED, [WIDE])


@pytest.mark.parametrize(
    ("place", "nearest"), [(OUTSIDE, "990001001001003"), (HOLE, "990001001001001"), ((0, 0), None)]
)
def test_outside_there_is_only_the_nearest(get: Get, place: tuple[float, float], nearest: str | None) -> None:
    answer = locate(get, place)
    assert (answer.status_code, answer.content_type) == (404, "application/problem+json")
    found = answer.get_json()["nearest"]
    assert found["metres"] > 90 and (nearest is None or found["code"] == nearest)


@pytest.mark.parametrize("crs", DATUMS)
def test_the_same_place_in_any_datum_lies_in_the_same_grid(get: Get, crs: str) -> None:
    lon, lat = (float(degrees) for degrees in from_wgs84(*MIDDLE, crs))
    found = locate(get, (lon, lat), crs).get_json()
    assert found["grid"]["code"] == GRID
    assert found["border_m"] == pytest.approx(512.6, abs=0.1)


def test_a_wrong_datum_would_be_another_grid(get: Get) -> None:
    lon, lat = (float(degrees) for degrees in from_wgs84(*MIDDLE, "gcj02"))
    assert locate(get, (lon, lat), "wgs84").get_json()["grid"]["code"] != GRID


BAD_PLACES: list[tuple[dict[str, str], str]] = [
    ({"lon": "113.1", "lat": "23.0"}, "crs"),
    ({"lon": "113.1", "crs": "wgs84"}, "lat"),
    ({"lat": "23.0", "crs": "wgs84"}, "lon"),
    ({"lon": "NaN", "lat": "23.0", "crs": "wgs84"}, "lon"),
    ({"lon": "113.1", "lat": "nan", "crs": "wgs84"}, "lat"),
    ({"lon": "Infinity", "lat": "23.0", "crs": "wgs84"}, "lon"),
    ({"lon": "113.1", "lat": "-inf", "crs": "wgs84"}, "lat"),
    ({"lon": "1e999", "lat": "23.0", "crs": "wgs84"}, "lon"),
    ({"lon": "181", "lat": "23.0", "crs": "wgs84"}, "lon"),
    ({"lon": "113.1", "lat": "91", "crs": "wgs84"}, "lat"),
    ({"lon": "9" * 400, "lat": "23", "crs": "wgs84"}, "lon"),
    ({"lon": "east", "lat": "23", "crs": "wgs84"}, "lon"),
    ({"lon": "[113]", "lat": "23", "crs": "wgs84"}, "lon"),
    ({"lon": "113\x00", "lat": "23", "crs": "wgs84"}, "lon"),
    ({"lon": "113.1", "lat": "23.0", "crs": "epsg:4326"}, "crs"),
    ({"lon": "113.1", "lat": "23.0", "crs": ""}, "crs"),
]


def test_a_bad_place_is_refused_by_field(get: Get) -> None:
    for query, field in BAD_PLACES:
        answer = get("/api/v1/areas/locate", **query)
        assert (answer.status_code, answer.content_type) == (422, "application/problem+json"), query
        assert field in answer.get_json()["errors"]


@pytest.mark.parametrize("place", [MIDDLE[::-1], (23.0, 113.0)])
def test_swapped_coordinates_are_refused_with_the_hint(get: Get, place: tuple[float, float]) -> None:
    answer = locate(get, place)
    assert (answer.status_code, set(answer.get_json()["errors"])) == (422, {"lon", "lat"})


def test_swapped_coordinates_that_are_on_the_globe_are_noticed_too(app: Flask, ask: Get) -> None:
    load_tiny_city(shifted(tiny_records(), -30))
    answer = locate(ask, (MIDDLE[1], MIDDLE[0] - 30))
    assert (answer.status_code, set(answer.get_json()["errors"])) == (422, {"lon", "lat"})


def shifted(records: list[Record], degrees: float) -> list[Record]:
    return [
        replace(r, unit=replace(r.unit, geometry=r.unit.geometry and translate(r.unit.geometry, degrees)))
        for r in records
    ]


def test_before_anything_is_activated_nothing_breaks(app: Flask, ask: Get) -> None:
    assert ask("/api/v1/areas").get_json() == {"items": [], "total": 0, "next": None}
    assert ask("/api/v1/areas/locate", lon=1, lat=2, crs="wgs84").get_json()["nearest"] is None
    assert ask("/tiles/areas/12/3335/1778.mvt?level=grid").status_code == 204
