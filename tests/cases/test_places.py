"""Where a filing lies: by point in any datum, by shape, by area, by words, or nowhere we know."""

from typing import Any

import pytest

from app.spatial.datum import from_wgs84
from tests.areas import tiny_city
from tests.cast import CITY, COMMUNITY, DISTRICT, GRID, TOWN, Caller
from tests.refusals import fields_of, misfit

Cast = dict[str, Caller]
ALL = {"city": CITY, "district": DISTRICT, "town": TOWN, "community": COMMUNITY, "grid": GRID}
NOWHERE = {"city": CITY, "district": None, "town": None, "community": None, "grid": None}
NEIGHBOUR = "990001001002003"
"""The grid across the border point, in the next community; its code is the higher one."""


def point(lon: float, lat: float) -> dict[str, Any]:
    return {"geometry": {"type": "Point", "coordinates": [lon, lat]}}


def filed(caller: Caller, **changes: Any) -> dict[str, Any]:
    answer = caller.file(**changes)
    assert answer.status_code == 201, answer.get_data(as_text=True)
    found: dict[str, Any] = answer.get_json()
    return found


@pytest.mark.parametrize("crs", ["wgs84", "gcj02", "bd09", "cgcs2000"])
def test_the_same_place_in_any_datum_is_the_same_place(cast: Cast, crs: str) -> None:
    lon, lat = (float(degrees) for degrees in from_wgs84(*tiny_city.MIDDLE, crs))
    case = filed(cast["ines"], **point(lon, lat), crs=crs)
    assert case["areas"] == ALL
    near = [
        abs(a - b) * 111_000 for a, b in zip(case["geometry"]["coordinates"], tiny_city.MIDDLE, strict=True)
    ]
    assert max(near) < 1  # metres


def test_a_point_on_a_border_belongs_to_the_lowest_code_and_names_its_neighbours(cast: Cast) -> None:
    case = filed(cast["ines"], **point(*tiny_city.BORDER))
    assert (case["areas"]["grid"], case["bordering"]) == (GRID, [NEIGHBOUR])


def test_near_a_border_the_filer_may_pick_the_neighbour(cast: Cast) -> None:
    case = filed(cast["ines"], **point(*tiny_city.BORDER), area=NEIGHBOUR[:12])
    assert (case["areas"]["grid"], case["placement"], case["bordering"]) == (NEIGHBOUR, "picked", [GRID])
    assert case["holder"]["code"] == NEIGHBOUR[:12]


def test_an_area_that_contradicts_the_point_is_refused(cast: Cast) -> None:
    answer = cast["ines"].file(**point(*tiny_city.MIDDLE), area=NEIGHBOUR[:12])
    assert (misfit(answer, 422), fields_of(answer)) == (None, {"area"})


@pytest.mark.parametrize(
    "place", [tiny_city.HOLE, tiny_city.OUTSIDE, (-70.0, -33.0), (180.0, 90.0), (0.0, 0.0)]
)
def test_a_point_outside_every_area_is_kept_with_the_nearest_unit(
    cast: Cast, place: tuple[float, float]
) -> None:
    case = filed(cast["ines"], **point(*place))
    assert (case["areas"], case["placement"]) == (NOWHERE, "unplaced")
    assert (case["level"], case["holder"]["code"]) == ("city", CITY)
    assert case["nearest"] is not None
    assert cast["cai"].get("/api/v1/cases?unplaced=1").json["total"] == 1  # type: ignore[index]


CORNERS = ((180, 90), (-180, -90), (180, -90), (0, 0), (72.004, 0.8293), (137.8347, 55.8271))


@pytest.mark.parametrize("crs", ["gcj02", "bd09", "cgcs2000"])
def test_no_datum_breaks_at_the_ends_of_the_earth(cast: Cast, crs: str) -> None:
    for corner in CORNERS:
        assert filed(cast["ines"], **point(*corner), crs=crs)["placement"] == "unplaced"


def test_a_dedicated_grid_lies_over_the_common_one(cast: Cast) -> None:
    case = filed(cast["otto"], **point(*tiny_city.IN_DEDICATED))
    assert case["areas"]["grid"] == tiny_city.DEDICATED


def test_a_shape_goes_to_the_largest_share_and_remembers_the_others(cast: Cast) -> None:
    line = {"type": "LineString", "coordinates": [[113.112, 23.005], [113.123, 23.005]]}
    case = filed(cast["ines"], geometry=line)
    assert (case["areas"]["grid"], case["bordering"]) == (GRID, [NEIGHBOUR])
    assert case["geometry"] == line


def test_a_known_area_without_a_point(cast: Cast) -> None:
    case = filed(cast["ines"], geometry=None, crs=None, area=TOWN)
    assert (case["areas"]["town"], case["areas"]["community"], case["geometry"]) == (TOWN, None, None)
    assert (case["level"], case["holder"]["code"], case["placement"]) == ("town", TOWN, "area")


def test_a_grid_named_without_a_point_is_held_by_its_community(cast: Cast) -> None:
    case = filed(cast["ines"], geometry=None, crs=None, area=GRID)
    assert (case["areas"], case["level"], case["holder"]["code"]) == (ALL, "community", COMMUNITY)


def test_words_alone_wait_at_the_city(cast: Cast) -> None:
    case = filed(cast["ines"], geometry=None, crs=None, place_text="by the old bridge")
    assert (case["areas"], case["placement"], case["level"]) == (NOWHERE, "words", "city")


def test_an_unplaced_case_is_sent_to_where_it_belongs(cast: Cast) -> None:
    uuid = filed(cast["ines"], **point(*tiny_city.OUTSIDE))["id"]
    assert cast["mara"].get(f"/api/v1/cases/{uuid}").status_code == 404
    for who, to, areas in (
        ("cai", DISTRICT, NOWHERE | {"district": DISTRICT}),
        ("dana", TOWN, NOWHERE | {"district": DISTRICT, "town": TOWN}),
        ("teng", COMMUNITY, ALL | {"grid": None}),
    ):
        answer = cast[who].act(uuid, "delegate", to=to)
        assert answer.status_code == 200, answer.json
        assert answer.json["areas"] == areas  # type: ignore[index]
    assert cast["mara"].act(uuid, "accept").status_code == 200


def test_a_case_with_a_point_is_sent_only_to_where_it_lies(cast: Cast) -> None:
    uuid = filed(cast["ines"], **point(*tiny_city.MIDDLE))["id"]
    assert cast["mara"].act(uuid, "escalate", reason="x", to_level="district").status_code == 200
    for to in (NEIGHBOUR[:12], GRID, DISTRICT, "990002"):
        assert fields_of(cast["dana"].act(uuid, "delegate", to=to)) == {"to"}, to
    case = cast["dana"].act(uuid, "delegate", to=COMMUNITY).json
    assert case is not None
    assert (case["areas"], case["holder"]["code"], case["placement"]) == (ALL, COMMUNITY, "grid")
