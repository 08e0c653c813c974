import json
import re
from html import unescape
from typing import Any

import pytest

from app.cases.queries.statistics import UnitNumbers
from app.desk.atlas import BY_CODE, Unit, mark_of
from app.desk.classes import cut
from tests.cast import DISTRICT, TOWN, Caller, bring_to
from tests.desk.pages import page, rows, table

Cast = dict[str, Caller]
COUNTED = slice(1, 6)
"""The columns that are counts: filed, open, overdue, raised, closed."""
CODE, NAME, SAID, MARK = range(4)


@pytest.fixture
def filled(cast: Cast) -> Cast:
    for status in ("filed", "accepted", "in_progress", "handled", "closed", "rejected"):
        bring_to(status, cast)
    raised = bring_to("filed", cast)
    cast["mara"].act(raised, "escalate", reason="not ours")
    cast["ines"].file(geometry=None, crs=None, accuracy_m=None, place_text="by the old bridge")
    return cast


@pytest.mark.parametrize(
    ("name", "query"),
    [
        ("cai", "area=990000&level=district"),
        ("cai", "area=990000&level=town&status=filed,accepted"),
        ("dana", ""),
        ("dana", f"area={DISTRICT}&level=community&period=30&category=E0102"),
        ("teng", f"area={TOWN}&reached=community&overdue=false"),
        ("mara", ""),
    ],
)
def test_every_number_opens_the_list_of_exactly_that_many_cases(filled: Cast, name: str, query: str) -> None:
    who = filled[name]
    html = page(who, f"/desk/map?{query}")
    followed = 0
    for line in table(html)[1:]:
        for text, url in line[COUNTED]:
            assert (url is None) == (text == "0")
            if url is not None:
                assert len(rows(page(who, url))) == int(text), (line[0], url)
                followed += 1
    assert followed
    figures = re.findall(r'<a class="figure[^"]*" href="([^"]+)"><b>(\d+)</b>', html)
    assert len(figures) == 4
    for url, text in figures:
        assert len(rows(page(who, url.replace("&amp;", "&")))) == int(text), url


def test_the_lines_add_up(filled: Cast) -> None:
    lines = table(page(filled["cai"], "/desk/map?area=990000&level=town"))[1:]
    assert "in no town" in [line[0][0] for line in lines]
    for column in range(1, 6):
        *parts, whole = [int(line[column][0]) for line in lines]
        assert sum(parts) == whole
    assert int(lines[-1][1][0]) == 8


def test_the_map_says_the_same_as_the_table(filled: Cast) -> None:
    html = page(filled["dana"], "/desk/map?show=filed")
    units = _atlas(html)["units"]
    assert [unit[CODE] for unit in units] == ["990001001", "990001002"]
    assert [[unit[NAME], unit[SAID]] for unit in units] == [
        [line[0][0], line[1][0]] for line in table(html)[1:-1]
    ]


def _atlas(html: str) -> Any:
    found = re.search(r'id="atlas">(.*?)</script>', html, re.DOTALL)
    assert found is not None
    return json.loads(found.group(1))


def test_a_share_of_too_few_is_hatched_and_no_cases_are_white(filled: Cast) -> None:
    html = page(filled["dana"], "/desk/map?show=on_time")
    assert {unit[SAID]: unit[MARK] for unit in _atlas(html)["units"]} == {"too few": -2, "no cases": -1}
    assert "fewer than 10 closed" in html
    assert re.search(r"no cases\s*</li>", html)


def test_only_shares_are_hatched(filled: Cast) -> None:
    html = page(filled["dana"], "/desk/map?show=overdue")
    assert {unit[MARK] for unit in _atlas(html)["units"]} == {-1}
    assert "fewer than" not in html
    assert re.search(r"</svg>\s*0\s*</li>", html)


def test_none_in_time_is_a_share_and_not_white() -> None:
    unit = Unit(None, UnitNumbers(1, 12, 0, 0, 0, 10, 0, 5.0))
    assert mark_of(unit.numbers, BY_CODE["on_time"], cut([0, 80], above=-1)) == 0


def test_a_long_table_has_pages_and_the_map_all_units(filled: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = page(filled["cai"], "/desk/map?area=990000&level=grid&sort=-filed")
    monkeypatch.setattr("app.desk.mapview.TABLE_PAGE", 3)
    monkeypatch.setattr("app.desk.routes.atlas.TABLE_PAGE", 3)
    url: str | None = "/desk/map?area=990000&level=grid&sort=-filed"
    lines: list[Any] = []
    while url:
        html = page(filled["cai"], url)
        body = table(html)[1:-1]
        assert 0 < len(body) <= 3
        assert len(_atlas(html)["units"]) == len(_atlas(whole)["units"])
        lines += [line[0][0] for line in body]
        following = re.search(r'href="([^"]+)" rel="next"', html)
        url = following and unescape(following.group(1))
    assert lines == [line[0][0] for line in table(whole)[1:-1]]
    assert len(lines) > 6


def test_drilling_keeps_the_filters_and_leads_back_up(filled: Cast) -> None:
    html = page(filled["dana"], "/desk/map?category=E0102")
    atlas = _atlas(html)
    assert atlas["level"] == "town"
    assert "category=E0102" in atlas["down_url"]
    down = next(url for line in table(html) for _text, url in line[:1] if url and f"area={TOWN}" in url)
    below = _atlas(page(filled["dana"], down))
    assert below["level"] == "community"
    assert "category=E0102" in below["up_url"]
    assert f"area={DISTRICT}" in below["up_url"]


def test_a_line_sorts_by_any_column(filled: Cast) -> None:
    for sort in ("name", "-name", "filed", "-filed", "median", "-on_time"):
        assert len(table(page(filled["dana"], f"/desk/map?sort={sort}"))) == 4
    filed = [int(line[1][0]) for line in table(page(filled["dana"], "/desk/map?sort=-filed"))[1:-1]]
    assert filed == sorted(filed, reverse=True)


def test_another_district_counts_nothing_of_ours(filled: Cast) -> None:
    lines = table(page(filled["otto"], f"/desk/map?area={DISTRICT}"))[1:]
    assert {text for line in lines for text, _url in line[COUNTED]} == {"0"}


def test_an_unknown_area_is_not_found_and_a_bad_day_is_named(filled: Cast) -> None:
    assert filled["dana"].get("/desk/map?area=nowhere").status_code == 404
    response = filled["dana"].get("/desk/map?period=own&from=soon")
    assert response.status_code == 422
    assert "A day such as 2026-11-21" in response.text


def test_approximate_boundaries_say_so(filled: Cast) -> None:
    assert "approximate" in page(filled["cai"], "/desk/map?area=990002")
    assert "approximate;" not in page(filled["dana"], "/desk/map")
