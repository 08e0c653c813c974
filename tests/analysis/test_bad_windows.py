"""Windows and places that hold nothing, or make no sense: a sentence, never a wrong colour or a 500."""

import json
import re
from typing import Any

import pytest

from tests.areas import tiny_city
from tests.cast import CITY, COMMUNITY, DISTRICT, GRID, TOWN, Caller, bring_to
from tests.desk.pages import page

Cast = dict[str, Caller]
LEVELS = ("city", "district", "town", "community", "grid")
EMPTY = (
    "from=2026-11-20&to=2026-11-20",  # no time at all
    "from=2026-11-21&to=2026-11-20",  # backwards
    "from=1980-01-01&to=1980-02-01",  # before the first case
    "to=1975-01-01",
    "from=2090-01-01",
    "as_of=2000-01-01",  # nothing had happened
    "category=E9999&status=filed",
    "bbox=0,0,0,0",  # nowhere near
    "bbox=-170,-80,-169,-79",
    "q=no+such+words",
    "within=990002400",  # a town without land
    "no_unit_at=city",
)
LONG = ("from=2016-11-21&to=2099-01-01", "from=1970-01-02&to=2099-12-31", "from=2016-01-01")
BAD = {
    "from=soon": "from",
    "to=2026-13-01": "to",
    "from=1200-01-01": "from",
    "to=9999-12-31": "to",
    "as_of=0000-00-00": "as_of",
    "bbox=113,23": "bbox",
    "bbox=nan,0,1,1": "bbox",
    "bbox=inf,0,1,1": "bbox",
    "bbox=114,23,113,24": "bbox",
    "bbox=-181,0,0,1": "bbox",
    "within=nowhere": "within",
    "no_unit_at=street": "no_unit_at",
    "overdue=perhaps": "overdue",
}
BLANK = -1


@pytest.fixture
def filled(cast: Cast) -> Cast:
    for status in ("filed", "in_progress", "closed"):
        bring_to(status, cast)
    return cast


def stats(who: Caller, query: str) -> dict[str, Any]:
    answer = who.get(f"/api/v1/stats/areas?{query}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.get_json()
    return found


def atlas(html: str) -> dict[str, Any]:
    """The units on the map by code, each with its class, and how many colours there are."""
    found = re.search(r'id="atlas">(.*?)</script>', html, re.DOTALL)
    assert found is not None
    said = json.loads(found.group(1))
    (side,) = said["sides"]
    return {"colours": len(said["colours"]), "marks": {unit[0]: unit[3] for unit in side["units"]}}


def test_an_empty_window_counts_nothing(filled: Cast) -> None:
    for query in EMPTY:
        for level in LEVELS:
            items = stats(filled["cai"], f"level={level}&{query}")["items"]
            assert {item["filed"] for item in items} <= {0}, query
            assert {item["median_hours"] for item in items} <= {None}, query


def test_an_empty_window_colours_nothing_and_says_so(filled: Cast) -> None:
    for query in [each for each in EMPTY if each.partition("=")[0] in ("from", "to", "category")]:
        html = page(filled["cai"], f"/desk/map?area={CITY}&{query}&period=own")
        assert "no unit has a value above 0" in html, query
        said = atlas(html)
        assert (set(said["marks"].values()), said["colours"]) == ({BLANK}, 0), query
    for query in ("area=990002400", f"area={CITY}&at=2000-01-01", f"area={CITY}&as_of=2000-01-01"):
        assert set(atlas(page(filled["cai"], f"/desk/map?{query}"))["marks"].values()) == {BLANK}, query


def test_ten_years_and_more_hold_everything(filled: Cast) -> None:
    for query in LONG:
        items = stats(filled["cai"], f"level=town&{query}")["items"]
        assert sum(item["filed"] for item in items) == 3
        marks = atlas(page(filled["cai"], f"/desk/map?area={CITY}&level=town&period=own&{query}"))["marks"]
        assert marks[TOWN] == 0


def test_what_makes_no_sense_is_named(filled: Cast) -> None:
    for query, name in BAD.items():
        answer = filled["cai"].get(f"/api/v1/stats/areas?level=town&{query}")
        assert answer.status_code == 422, query
        assert answer.content_type == "application/problem+json"
        assert name in answer.get_json()["errors"], query


def test_the_map_names_it_in_a_sentence(filled: Cast) -> None:
    for query in ("from=soon", "to=2026-13-01", "from=1200-01-01&to=9999-12-31", "as_of=yesterday"):
        answer = filled["cai"].get(f"/desk/map?area={CITY}&period=own&{query}")
        assert answer.status_code == 422, query
        assert "A day such as 2026-11-21" in answer.text, query


def test_every_unit_has_a_map_at_every_level(filled: Cast) -> None:
    """Also one with a single unit, with none below it, or without land."""
    for area in (CITY, DISTRICT, TOWN, COMMUNITY, GRID, "990002400", tiny_city.DEDICATED):
        for level in (*LEVELS, "street", ""):
            marks = atlas(page(filled["cai"], f"/desk/map?area={area}&level={level}"))["marks"]
            assert marks, (area, level)
            assert all(code == area or code.startswith(area.rstrip("0")) for code in marks), (area, level)


def test_where_the_filters_leave_no_question_the_figures_say_none(filled: Cast) -> None:
    """Of closed cases none is open, near its limit, late or raised: four zeros, and no error."""
    html = page(filled["cai"], f"/desk/map?area={CITY}&status=closed")
    assert "Open" in html


def test_one_unit_alone_is_one_class(filled: Cast) -> None:
    said = atlas(page(filled["cai"], f"/desk/map?area={GRID}&show=open"))
    assert said == {"colours": 1, "marks": {GRID: 0}}


def test_equal_values_are_one_class(cast: Cast) -> None:
    """As many cases in each of two grids: neither is darker than the other."""
    cast["cai"].file()
    cast["cai"].file(geometry={"type": "Point", "coordinates": [113.125, 23.005]})
    said = atlas(page(cast["cai"], f"/desk/map?area={DISTRICT}&level=grid&show=open"))
    assert sorted(said["marks"].values())[-2:] == [0, 0]
    assert said["colours"] == 1


def test_a_drawn_place_outside_the_city_holds_nothing(filled: Cast) -> None:
    for box in ("0,0,1,1", "113.2,23.2,113.3,23.3"):
        assert sum(i["filed"] for i in stats(filled["cai"], f"level=grid&bbox={box}")["items"]) == 0
        answer = filled["cai"].get(f"/api/v1/cases?bbox={box}")
        assert (answer.status_code, answer.get_json()["total"]) == (200, 0)
