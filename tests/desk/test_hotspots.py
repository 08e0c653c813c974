"""The hot-spot page: every count opens its list, every result tells its method, bad input gets a sentence."""

import re
from html import unescape
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import pytest
from flask import Flask

from app.analysis import hotspot_runs
from app.analysis.hotspots import LocalStatistic
from app.areas.index import areas
from app.core.policy import EVERYTHING
from app.desk import hotspots
from tests.areas import tiny_city
from tests.cast import COMMUNITY, DISTRICT, TOWN, Caller, bring_to
from tests.desk.pages import page, rows, table
from tests.journeys.relations import stage_relations

Cast = dict[str, Caller]
RESULT = re.compile(r'href="(/desk/hotspots/[0-9a-f-]{36})"')
SUMMED = re.compile(r"(\d+) (hot|cold|outlier|not significant|too few)")


@pytest.fixture
def filled(cast: Cast) -> Cast:
    """Many cases in one grid and its neighbours, one here and there, one with a place in words only."""
    for case in stage_relations(cast):
        assert case
    for step in range(6):
        for grid in (0, 1, 8):
            cast["ines"].file(geometry=at(grid, step))
    cast["ines"].file(geometry=None, crs=None, accuracy_m=None, place_text="by the old bridge")
    return cast


def at(cell: int, step: int) -> dict[str, Any]:
    row, column = divmod(cell, 8)
    lon = tiny_city.WEST + (column + 0.2 + step / 10) * tiny_city.CELL
    lat = tiny_city.SOUTH + (row + 0.3) * tiny_city.CELL
    return {"type": "Point", "coordinates": [round(lon, 6), round(lat, 6)]}


@pytest.fixture
def loud(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever has a case is shown, so that every line of the table can be followed."""

    def everything(statistic: str, found: LocalStatistic, q: Any, few: Any) -> Any:
        return np.where(np.isfinite(found.z) | True, "hot99", "grey")

    monkeypatch.setattr(hotspot_runs, "classes_of", everything)


def lines(html: str) -> list[list[tuple[str, str | None]]]:
    return [line for line in table(html)[1:] if len(line) == 7]


def total(caller: Caller, url: str) -> int:
    """The total that the list at this address says."""
    body = caller.get("/api/v1/cases?limit=1&" + urlsplit(unescape(url)).query).json
    assert body is not None
    return int(body["total"])


@pytest.mark.usefixtures("loud")
@pytest.mark.parametrize("who", ["cai", "dana", "teng", "mara", "hana"])
@pytest.mark.parametrize(
    "query",
    [
        "units=grid",
        "units=community&value=open",
        "units=square&size=1000",
        "units=hexagon&size=1000",
        "units=grid&value=overdue&period=7",
    ],
)
def test_each_count_opens_the_list_of_exactly_that_many(filled: Cast, who: str, query: str) -> None:
    html = page(filled[who], f"/desk/hotspots?{query}&draws=999")
    (all_url,) = re.findall(r'href="([^"]+)">all cases counted', html)
    shown = 0
    for line in lines(html):
        said, url = line[3]
        assert (url is None) == (said == "0")
        if url:
            assert total(filled[who], url) == int(said), (line, url)
            shown += int(said)
    elsewhere = re.search(r"(\d+) cases? (?:lies? in none|has no point|have no point)", html)
    assert shown + int(elsewhere[1] if elsewhere else 0) == total(filled[who], all_url)
    if query == "units=grid":
        assert shown > (5 if who in ("cai", "dana", "teng") else 0)


@pytest.mark.usefixtures("loud")
def test_a_count_without_the_scope_is_caught(filled: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    true = hotspot_runs.conditions
    unscoped = lambda *a, **k: true(*a, **{**k, "within": EVERYTHING})  # noqa: E731
    monkeypatch.setattr(hotspot_runs, "conditions", unscoped)
    with pytest.raises(AssertionError):
        test_each_count_opens_the_list_of_exactly_that_many(filled, "hana", "units=grid")


def test_the_method_is_told_and_the_result_is_found_again_under_its_address(filled: Cast) -> None:
    html = page(filled["cai"], "/desk/hotspots?units=grid&draws=999&seed=7")
    for said in (
        "Gi* (Getis-Ord)",
        "99",
        "with a tolerance of 5 m",
        "Benjamini-Hochberg",
        "Data up to event",
    ):
        assert said in html
    (address,) = set(RESULT.findall(html))
    bring_to("filed", filled)
    kept = page(filled["cai"], address)
    part = lambda text: text[text.index('class="spot-summary"') :]  # noqa: E731
    assert part(kept) == part(html)
    assert "<dd>7</dd>" in kept


def test_the_same_address_on_the_same_data_is_the_same_result(filled: Cast) -> None:
    ask = lambda: RESULT.findall(page(filled["cai"], "/desk/hotspots?units=grid"))[0]  # noqa: E731
    first = ask()
    assert ask() == first
    bring_to("filed", filled)
    assert ask() != first


def test_a_result_is_not_there_for_who_sees_other_cases(filled: Cast) -> None:
    (address,) = set(RESULT.findall(page(filled["cai"], "/desk/hotspots?units=grid")))
    for who in ("hana", "ines", "mara", "dana"):
        assert filled[who].get(address).status_code == 404
        assert filled[who].get(f"{address}/map.json").status_code == 404
    assert filled["cai"].get(f"{address}/map.json").status_code == 200


def test_the_drawing_tells_the_same_as_the_table(filled: Cast, loud: None) -> None:
    html = page(filled["cai"], "/desk/hotspots?units=grid")
    (address,) = set(RESULT.findall(html))
    response = filled["cai"].get(f"{address}/map.json")
    assert response.json is not None
    drawn = [each["properties"] for each in response.json["features"] if "unit" in each["properties"]]
    assert len(drawn) == len(lines(html)) == len(areas().by_level["grid"])
    assert {each["name"] for each in drawn} == {line[0][0] for line in lines(html)}
    again = filled["cai"].get(f"{address}/map.json", headers={"If-None-Match": response.headers["ETag"]})
    assert again.status_code == 304


def test_a_reader_of_a_part_is_told_so(filled: Cast) -> None:
    assert "only the cases that you may see" in page(filled["hana"], "/desk/hotspots?area=990000")
    assert "only the cases that you may see" not in page(filled["cai"], "/desk/hotspots?area=990000")


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("period=own&from=2020-01-01&to=2020-02-01", "No case that you may see fits"),
        (f"area={COMMUNITY}", "Fewer than ten units"),
        (f"area={tiny_city.GRID}&units=square&size=2000", "Fewer than ten units"),
        (f"area={tiny_city.EMPTY_TOWN}&units=square", "no land on the map"),
        ("units=district", "Fewer than ten units"),
        ("period=365&category=E0102&units=grid", ""),
        ("period=own&from=1990-01-01&to=2099-12-31", ""),
    ],
)
def test_where_nothing_can_be_said_a_sentence_says_why(filled: Cast, query: str, said: str) -> None:
    html = page(filled["cai"], f"/desk/hotspots?{query}&draws=999")
    assert said in html
    if said:
        assert not re.search(r"[1-9]\d* (hot|cold) spot", html)


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("from=nonsense&period=own", 422),
        ("as_of=yesterday", 422),
        ("category=" + ",".join(["E0102"] * 70), 422),
        ("area=000", 404),
        ("units=planet&size=-1&value=love&per=x&statistic=magic&draws=1e9&seed=-4&period=ever&page=0", 200),
        ("seed=999999999999&draws=%00&page=99999", 200),
        ("units=square&per=households", 200),
    ],
)
def test_bad_input_gets_an_answer(filled: Cast, query: str, status: int) -> None:
    assert filled["cai"].get(f"/desk/hotspots?{query}").status_code == status


def test_too_many_cells_are_refused_in_words(filled: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.analysis.cells.MOST_CELLS", 10)
    response = filled["cai"].get("/desk/hotspots?units=hexagon&size=250")
    assert response.status_code == 422 and "choose larger ones" in response.text


def test_rates_of_units_without_population_say_nothing(filled: Cast) -> None:
    html = page(filled["cai"], "/desk/hotspots?units=grid&per=households")
    if not any(entry.households for entry in areas().by_level["grid"]):
        assert "Fewer than ten units have a value" in html


def test_who_has_no_posting_is_told_nothing_of_others(filled: Cast, city: Flask) -> None:
    assert page(filled["ines"], f"/desk/hotspots?area={DISTRICT}&units=grid")
    assert rows(page(filled["ada"], f"/desk/hotspots?area={TOWN}")) == []
    assert "0 hot spots" in page(filled["ada"], "/desk/hotspots?units=grid")


def test_planted_cases_make_a_hot_spot_and_the_rest_stays_grey() -> None:
    """The classes: significance and sign decide, too few overrides."""
    z = np.array([4.0, 3, 2, -4, -3, -2, 0.5, 5])
    found = LocalStatistic(z, z, z, z, np.zeros(8, np.int8), 999, 1)
    q = np.array([0.009, 0.04, 0.09, 0.01, 0.05, 0.10, 0.2, 0.001])
    few = np.array([False] * 7 + [True])
    expected = ["hot99", "hot95", "hot90", "cold99", "cold95", "cold90", "grey", "few"]
    assert hotspot_runs.classes_of("gi_star", found, q, few).tolist() == expected
    unknown = np.full(8, np.nan)
    nothing = hotspot_runs.classes_of("gi_star", found, unknown, np.zeros(8, bool))
    assert set(nothing) == {"grey"}
    assert set(hotspots.DEFAULT["draws"]) and hotspots.DEFAULT["statistic"] in hotspot_runs.STATISTICS
