"""The shapes that programs outside this repository are written against (design §6)."""

import re
from typing import Any

import pytest

from tests.cast import BUREAU, CITY, COMMUNITY, DISTRICT, GRID, TOWN, Caller, bring_to

Cast = dict[str, Caller]
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
NUMBER = re.compile(r"990000-\d{8}-\d{6,}")
CASE = {
    "id",
    "number",
    "version",
    "status",
    "level",
    "holder",
    "category",
    "areas",
    "geometry",
    "filed_at",
    "observed_at",
    "due_at",
    "overdue",
    "description",
}


def body(caller: Caller, path: str, status: int = 200) -> dict[str, Any]:
    answer = caller.get(path)
    assert answer.status_code == status, answer.get_data(as_text=True)
    assert answer.content_type in (
        "application/json; charset=utf-8",
        "application/json",
        "application/problem+json",
    )
    found: dict[str, Any] = answer.get_json(force=True)
    return found


def test_a_case(cast: Cast) -> None:
    uuid = bring_to("dispatched", cast)
    photo = cast["ines"].photo(uuid, "before")
    answer = cast["hana"].get(f"/api/v1/cases/{uuid}")
    case = answer.get_json()
    assert set(case) >= CASE | {"photos", "tasks", "actions"}
    assert answer.headers["ETag"] == f'"{case["version"]}"'
    assert NUMBER.fullmatch(case["number"])
    assert case["holder"] == {"code": COMMUNITY, "name": case["holder"]["name"]}
    assert case["areas"] == {
        "city": CITY,
        "district": DISTRICT,
        "town": TOWN,
        "community": COMMUNITY,
        "grid": GRID,
    }
    assert [(p["sha256"], p["kind"]) for p in case["photos"]] == [(photo, "before")]
    assert {a["action"]: a["needs"] for a in case["actions"]} == {
        "start": [],
        "return_to_dispatcher": ["reason"],
        "request_extension": ["due_at", "reason"],
        "request_suspension": ["review_at", "reason"],
        "request_reclassification": ["category", "reason"],
        "request_void": ["reason"],
        "comment": ["text"],
    }
    assert all(INSTANT.fullmatch(case[name]) for name in ("filed_at", "observed_at"))


def test_what_each_may_do_is_what_the_table_says(cast: Cast) -> None:
    ask = {"request_extension", "request_suspension", "request_reclassification", "request_void"}
    early = ask - {"request_suspension"}
    over, working = {"urge", "supervise"}, {"escalate", "whistle", "urge"}
    with_us = working | ask - {"request_extension"}  # the department's time is the department's to extend
    hers = {"return_to_dispatcher"} | ask
    wanted = {
        "filed": {
            "mara": {"accept", "reject", "transfer"} | working | early,
            "ines": set(),
            "teng": over,
            "dana": over,
        },
        "accepted": {"mara": {"dispatch", "transfer"} | working | ask, "teng": over, "ines": set()},
        "dispatched": {"mara": with_us, "hana": {"start"} | hers, "cai": over},
        "in_progress": {"mara": with_us, "hana": {"handle"} | hers},
        "handled": {"mara": {"urge"}, "hana": set(), "ines": {"check_pass", "check_fail"}, "teng": over},
        "closed": {"mara": {"reopen"}, "hana": set(), "ines": set(), "dana": {"reopen"}},
        "rejected": {"mara": {"request_restore"}, "ines": set(), "teng": set()},
    }
    for status, readers in wanted.items():
        uuid = bring_to(status, cast)
        for who, actions in readers.items():
            said = body(cast[who], f"/api/v1/cases/{uuid}")["actions"]
            assert {action["action"] for action in said} == actions | {"comment"}, (status, who)


@pytest.mark.parametrize(
    "path", ["/api/v1/cases", "/api/v1/areas", "/api/v1/categories", "/api/v1/departments"]
)
def test_lists(cast: Cast, path: str) -> None:
    for _n in range(3):
        bring_to("filed", cast)
    whole = body(cast["dana"], f"{path}?limit=200")
    assert {"items", "total", "next"} <= set(whole)
    assert whole["total"] == len(whole["items"]) > 2
    assert whole["next"] is None
    items, cursor = [], ""
    while cursor is not None:
        page = body(cast["dana"], f"{path}?limit=2{cursor and f'&cursor={cursor}'}")
        assert page["total"] == (None if cursor else whole["total"])
        items, cursor = items + page["items"], page["next"]
    assert items == whole["items"]


def test_a_page_holds_fifty_unless_asked(cast: Cast) -> None:
    assert len(body(cast["dana"], "/api/v1/categories")["items"]) == 50


def test_the_items_of_lists(cast: Cast) -> None:
    bring_to("filed", cast)
    item = body(cast["dana"], "/api/v1/cases")["items"][0]
    assert set(item) >= CASE
    area = body(cast["dana"], f"/api/v1/areas/{COMMUNITY}")
    assert set(area) == {"code", "name", "name_en", "level", "parent", "approximate", "has_geometry"}
    assert (area["level"], area["parent"]) == ("community", TOWN)
    category = next(
        c for c in body(cast["dana"], "/api/v1/categories?limit=200")["items"] if c["code"] == "S0405"
    )
    assert set(category) >= {"code", "name", "name_en", "kind", "restricted", "questions"}
    assert (category["kind"], category["restricted"]) == ("social", True)
    department = body(cast["dana"], "/api/v1/departments")["items"][0]
    assert set(department) >= {"code", "name", "area"}
    assert {row["code"] for row in body(cast["ada"], "/api/v1/departments")["items"]} >= {BUREAU}


def test_history_oldest_first(cast: Cast) -> None:
    uuid = bring_to("accepted", cast)
    said = body(cast["dana"], f"/api/v1/cases/{uuid}/events")
    assert [event["action"] for event in said["items"]] == ["case.filed", "case.accept"]
    assert [set(event) >= {"seq", "at", "actor", "action", "body"} for event in said["items"]] == [True, True]
    assert (said["total"], said["next"]) == (2, None)


def test_locate(cast: Cast) -> None:
    said = body(cast["ines"], "/api/v1/areas/locate?lon=113.115&lat=23.005&crs=wgs84")
    assert {level: said[level]["code"] for level in ("grid", "community", "town", "district", "city")} == {
        "grid": GRID,
        "community": COMMUNITY,
        "town": TOWN,
        "district": DISTRICT,
        "city": CITY,
    }
    assert (said["border_with"], said["border_m"] > 500) == ([], True)
    outside = body(cast["ines"], "/api/v1/areas/locate?lon=113.05&lat=23.005&crs=wgs84", 404)
    assert outside["nearest"]["code"].startswith(CITY[:4])


def test_geojson_is_a_feature_collection(cast: Cast) -> None:
    uuid = bring_to("filed", cast)
    bring_to("filed", cast, geometry=None, crs=None, place_text="somewhere", area=COMMUNITY)
    said = body_of_export(cast["dana"], "/api/v1/cases.geojson", "application/geo+json")
    assert said["type"] == "FeatureCollection"
    assert [feature["type"] for feature in said["features"]] == ["Feature"] * 2
    shapes = {feature["properties"]["id"]: feature["geometry"] for feature in said["features"]}
    assert shapes[uuid] == {"type": "Point", "coordinates": [113.115, 23.005]}
    assert list(shapes.values()).count(None) == 1


def body_of_export(caller: Caller, path: str, kind: str) -> dict[str, Any]:
    answer = caller.get(path)
    assert (answer.status_code, answer.content_type) == (200, kind)
    found: dict[str, Any] = answer.get_json(force=True)
    return found


def test_statistics(cast: Cast) -> None:
    bring_to("closed", cast)
    said = body(cast["dana"], f"/api/v1/stats/areas?level=community&within={TOWN}")
    assert INSTANT.fullmatch(said["as_of"])
    mine = next(item for item in said["items"] if item["code"] == COMMUNITY)
    assert set(mine) >= {
        "code",
        "name",
        "filed",
        "open",
        "overdue",
        "escalated",
        "closed",
        "on_time",
        "median_hours",
    }
    assert [mine[name] for name in ("filed", "open", "overdue", "closed", "on_time")] == [1, 0, 0, 1, 1]


def test_days_are_the_citys_and_intervals_half_open(cast: Cast) -> None:
    uuid = bring_to("filed", cast)
    at = body(cast["dana"], f"/api/v1/cases/{uuid}")["filed_at"]
    assert body(cast["dana"], f"/api/v1/cases?from={at}")["total"] == 1
    assert body(cast["dana"], f"/api/v1/cases?to={at}")["total"] == 0
    assert body(cast["dana"], "/api/v1/cases?from=2000-01-01&to=2090-01-01")["total"] == 1


def test_a_search_finds_the_exact_number_or_bounded_words(cast: Cast) -> None:
    uuid = bring_to(
        "filed", cast, description="Broken manhole cover 井盖破损", place_text="Renmin Road 人民路"
    )
    number = body(cast["dana"], f"/api/v1/cases/{uuid}")["number"]
    found = {number: 1, number.lower(): 1, number[:-1]: 0, "manhole": 1, "井盖 人民路": 1, "manhole lamp": 0}
    assert {q: body(cast["dana"], f"/api/v1/cases?q={q}")["total"] for q in found} == found


def test_health(cast: Cast) -> None:
    said = body(cast["ines"], "/healthz")
    assert said["status"] == "ok"
    assert set(body(cast["ines"], "/readyz", 503)["checks"]) >= {"database", "worker"}
