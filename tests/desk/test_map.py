import json
import re
from datetime import timedelta
from html import unescape
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app.cases.models import Case
from app.core import db as database
from app.core.clock import local_day, now
from app.core.db import begin_write, commit, db
from app.desk.atlas import BY_CODE, Counts, Unit, mark_of
from app.desk.classes import cut
from app.desk.mapview import View
from tests.cast import DISTRICT, TOWN, Caller, bring_to
from tests.desk.counts import seven_weeks, wrong_numbers
from tests.desk.pages import page, table
from tests.desk.test_supervision import let_run_out

Cast = dict[str, Caller]
CODE, NAME, SAID, MARK, _POINT, _LOWEST, CLIMBED = range(7)
COUNTS = {"standing": (1, 2, 3, 5, 6, 7, 8), "flow": (1, 2, 3)}
"""The columns that are counts, in each of the two tables."""


@pytest.fixture
def filled(cast: Cast) -> Cast:
    for status in ("filed", "accepted", "in_progress", "handled", "closed", "rejected"):
        bring_to(status, cast)
    raised = bring_to("filed", cast)
    cast["mara"].act(raised, "escalate", reason="not ours")
    cast["ines"].file(geometry=None, crs=None, accuracy_m=None, place_text="by the old bridge")
    let_run_out(bring_to("accepted", cast))
    return cast


@pytest.fixture
def lively(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> Cast:
    seven_weeks(monkeypatch)
    return cast


ADDRESSES = [
    ("cai", "area=990000&level=district"),
    ("cai", "area=990000&level=town&status=filed,accepted&show=near"),
    ("cai", "area=990000&level=town&show=filed&period=30"),
    ("dana", ""),
    ("dana", f"area={DISTRICT}&level=community&period=30&category=E0102&show=closed"),
    ("teng", f"area={TOWN}&reached=community&overdue=false"),
    ("teng", f"area={TOWN}&reached=town&overdue=true&show=climbed"),
    ("mara", "compare=period&period=7"),
    ("otto", f"area={DISTRICT}&compare=990002"),
]


@pytest.mark.parametrize(("name", "query"), ADDRESSES)
def test_every_number_opens_the_list_of_exactly_that_many_cases(filled: Cast, name: str, query: str) -> None:
    who = filled[name]
    assert wrong_numbers(who, f"/desk/map?{query}") == {}
    html = page(who, f"/desk/map?{query}")
    assert len(re.findall(r'data-count="(?:open|near|overdue|raised)"', html)) == 4
    for line in _table(html):
        for text, url in line[1:]:
            assert url or re.fullmatch(r"0|–|too few|\d+%|[+−±].*|.* [hd]", text), (line[0], text)


@pytest.mark.parametrize("name", ["cai", "dana", "mara"])
def test_so_do_those_of_every_week_that_the_slider_stops_at(lively: Cast, name: str) -> None:
    stops = [at for at, _said in _atlas(page(lively[name], "/desk/map?period=90"))["steps"]]
    assert len(stops) == 13
    assert stops[-1] == ""
    changing = set()
    for at in (*stops[-7::2], ""):
        for query in (f"at={at}", f"at={at}&show=filed&period=90", f"at={at}&compare=period&period=30"):
            assert wrong_numbers(lively[name], f"/desk/map?level=community&{query}") == {}
        changing.add(str(_lines(page(lively[name], f"/desk/map?at={at}&show=filed"))))
    assert len(changing) > 3


def test_a_number_that_counts_another_instant_is_noticed(
    filled: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page whose lists speak of another filter than its numbers must not pass the tests above."""
    real = View.link
    monkeypatch.setattr(
        View, "link", lambda self, *unit, **adds: real(self, *unit, **(adds | {"overdue": "true"}))
    )
    assert wrong_numbers(filled["dana"], "/desk/map") != {}


def test_the_lines_add_up(filled: Cast) -> None:
    for show, kind, cases in (("open", "standing", 7), ("filed", "flow", 9)):
        lines = _table(page(filled["cai"], f"/desk/map?area=990000&level=town&show={show}"))
        assert "in no town" in [line[0][0] for line in lines]
        for column in COUNTS[kind]:
            *parts, whole = [int(line[column][0]) for line in lines]
            assert sum(parts) == whole
        assert int(lines[-1][1][0]) == cases


def test_the_map_says_the_same_as_the_table(filled: Cast) -> None:
    html = page(filled["dana"], "/desk/map?show=filed")
    units = _units(html)
    assert [unit[CODE] for unit in units] == ["990001001", "990001002"]
    assert [[unit[NAME], unit[SAID]] for unit in units] == [[line[0][0], line[1][0]] for line in _lines(html)]


def _table(html: str) -> list[Any]:
    """The lines of the units' table, or of the comparison in its place, without the head."""
    found = re.search(r'<table class="table" id="atlas-table">.*?</table>', html, re.DOTALL)
    assert found is not None
    return table(found.group())[1:]


def _lines(html: str) -> list[Any]:
    """The lines of the units, without the sum."""
    return [line for line in _table(html) if line[0][0] != "All"]


def _atlas(html: str) -> Any:
    found = re.search(r'id="atlas">(.*?)</script>', html, re.DOTALL)
    assert found is not None
    return json.loads(found.group(1))


def _units(html: str, side: int = 0) -> Any:
    return _atlas(html)["sides"][side]["units"]


def test_a_share_of_too_few_is_hatched_and_no_cases_are_white(filled: Cast) -> None:
    html = page(filled["dana"], "/desk/map?show=on_time")
    assert {unit[SAID]: unit[MARK] for unit in _units(html)} == {"too few": -2, "none closed": -1}
    assert "fewer than 10 closed" in html
    assert re.search(r"none closed\s*</li>", html)


def test_only_shares_are_hatched(filled: Cast) -> None:
    html = page(filled["dana"], "/desk/map?show=near")
    assert {unit[MARK] for unit in _units(html)} == {-1}
    assert "fewer than" not in html
    assert re.search(r"</svg>\s*0\s*</li>", html)


def test_none_in_time_is_a_share_and_not_white() -> None:
    unit = Unit(None, Counts(1, filed=12, closed=10))
    assert mark_of(unit.numbers, BY_CODE["on_time"], cut([0, 80], above=-1)) == 0


def test_a_long_table_has_pages_and_the_map_all_units(filled: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = page(filled["cai"], "/desk/map?area=990000&level=grid&sort=-filed")
    monkeypatch.setattr("app.desk.mapview.TABLE_PAGE", 3)
    monkeypatch.setattr("app.desk.atlas_table.TABLE_PAGE", 3)
    url: str | None = "/desk/map?area=990000&level=grid&sort=-filed"
    lines: list[Any] = []
    while url:
        html = page(filled["cai"], url)
        body = _lines(html)
        assert 0 < len(body) <= 3
        assert len(_units(html)) == len(_units(whole))
        lines += [line[0][0] for line in body]
        following = re.search(r'href="([^"]+)" rel="next"', html)
        url = following and unescape(following.group(1))
    assert lines == [line[0][0] for line in _lines(whole)]
    assert len(lines) > 6


def test_drilling_keeps_the_filters_and_leads_back_up(filled: Cast) -> None:
    html = page(filled["dana"], "/desk/map?category=E0102")
    atlas = _atlas(html)
    assert atlas["sides"][0]["level"] == "town"
    assert "category=E0102" in atlas["sides"][0]["down_url"]
    down = next(url for line in _lines(html) for _text, url in line[:1] if url and f"area={TOWN}" in url)
    below = _atlas(page(filled["dana"], down))
    assert below["sides"][0]["level"] == "community"
    assert "category=E0102" in below["up_url"]
    assert f"area={DISTRICT}" in below["up_url"]


def test_a_line_sorts_by_any_column(filled: Cast) -> None:
    for sort in ("name", "-name", "open", "-climbed", "overdue_share"):
        assert len(_lines(page(filled["dana"], f"/desk/map?sort={sort}"))) == 2
    html = page(filled["dana"], "/desk/map?show=filed&sort=-filed")
    filed = [int(line[1][0]) for line in _lines(html)]
    assert filed == sorted(filed, reverse=True)


def test_another_district_counts_nothing_of_ours(filled: Cast) -> None:
    lines = _lines(page(filled["otto"], f"/desk/map?area={DISTRICT}"))
    assert {line[column][0] for line in lines for column in COUNTS["standing"]} == {"0"}


def test_what_climbed_says_from_where_to_where_and_why(filled: Cast) -> None:
    html = page(filled["dana"], "/desk/map")
    assert [unit[CLIMBED] for unit in _units(html)] == [1, 0]
    row = re.search(r'<table class="table climbs".*?<tbody>(.*?)</tbody>', html, re.DOTALL)
    assert row is not None
    said = " ".join(re.sub(r"<[^>]+>", " ", row.group(1)).split())
    assert re.search(r"Community .*Town .*Dispatch$", said), said
    assert re.search(r"Not done in time: Dispatch <a [^>]*climbed_for=dispatch[^>]*>1</a>", html)
    assert '<p class="panel-body quiet">No limit was passed' in page(filled["otto"], "/desk/map")


def test_near_cases_stand_beside_the_map_with_their_clock(cast: Cast) -> None:
    assert "No open case here has used up" in page(cast["dana"], "/desk/map")
    uuid = bring_to("filed", cast)
    come_near(uuid)
    html = page(cast["dana"], "/desk/map")
    assert re.search(rf'risk-list.*{uuid}.*class="light near"', html, re.DOTALL)
    assert wrong_numbers(cast["dana"], "/desk/map") == {}


def come_near(uuid: str) -> None:
    begin_write()
    case: Any = db.session.scalar(select(Case).where(Case.uuid == UUID(uuid)))
    case.near_at, case.due_at = now() - timedelta(minutes=1), now() + timedelta(minutes=5)
    case.clock_from = now() - timedelta(hours=3)
    commit()
    database.rollback()


def test_two_places_share_one_legend_and_their_difference_is_told(filled: Cast) -> None:
    html = page(filled["cai"], f"/desk/map?area={DISTRICT}&compare=990002&show=open")
    atlas = _atlas(html)
    assert [len(side["units"]) for side in atlas["sides"]] == [2, 3]
    assert html.count('class="legend"') == 1
    assert "one legend for both maps" in html
    counts = [line for line in _table(html) if re.fullmatch(r"\d+", line[1][0])]
    assert len(counts) >= 5
    for line in counts:
        shown, other = int(line[1][0]), int(line[2][0])
        assert line[3][0].replace("−", "-").replace("±", "") == f"{shown - other:+}".replace("+0", "0")


def test_a_period_is_compared_with_the_one_before(lively: Cast) -> None:
    html = page(lively["dana"], "/desk/map?compare=period&period=30&show=filed&level=community")
    names = [line[0][0] for line in _lines(html)]
    assert len(names) == len(set(names))
    assert names[:4] == ["第1社区", "第2社区", "第3社区", "第4社区"]
    assert "30 days earlier" in html
    assert {side["id"] for side in _atlas(html)["sides"]} == {"atlas-map", "atlas-map1"}


def test_classes_of_the_past_are_those_of_today(lively: Cast) -> None:
    today = _atlas(page(lively["dana"], "/desk/map?show=filed&level=grid"))["colours"]
    html = page(lively["dana"], f"/desk/map?show=filed&level=grid&at={_weeks_ago(3)}")
    assert _atlas(html)["colours"] == today
    assert "and more" in html
    assert "classes of today" in html


def _weeks_ago(weeks: int) -> str:
    return (local_day(now()) - timedelta(weeks=weeks)).isoformat()


@pytest.mark.parametrize("cut", ["quantile", "equal", "fixed", "nonsense"])
def test_the_legend_says_how_classes_were_cut(filled: Cast, cut: str) -> None:
    html = page(filled["dana"], f"/desk/map?show=filed&cut={cut}&level=grid")
    said = {"equal": "equal steps", "fixed": "the same on every map"}.get(cut, "quantiles")
    assert re.search(rf'class="legend".*{said}', html, re.DOTALL)


@pytest.mark.parametrize(
    "query",
    [
        "at=1990-01-01",
        "at=2090-01-01",
        "period=own&from=2015-01-01&to=2015-02-01",
        "period=own&from=2000-01-01",
        "area=990002400",
        "area=990001001001001",
        "compare=990000&area=990001",
        "compare=990002400",
        "category=NOSUCH&show=overdue_share&cut=equal",
    ],
)
def test_empty_windows_and_odd_places_are_told_not_broken(filled: Cast, query: str) -> None:
    html = page(filled["cai"], f"/desk/map?{query}")
    assert "legend-classes" in html


def test_an_unknown_place_to_compare_with_and_a_bad_week_are_named(filled: Cast) -> None:
    assert filled["dana"].get("/desk/map?compare=nowhere").status_code == 404
    assert filled["dana"].get("/desk/map?at=soon").status_code == 422


def test_an_unknown_area_is_not_found_and_a_bad_day_is_named(filled: Cast) -> None:
    assert filled["dana"].get("/desk/map?area=nowhere").status_code == 404
    response = filled["dana"].get("/desk/map?period=own&from=soon")
    assert response.status_code == 422
    assert "A day such as 2026-11-21" in response.text


def test_approximate_boundaries_say_so(filled: Cast) -> None:
    assert "approximate" in page(filled["cai"], "/desk/map?area=990002")
    assert "approximate;" not in page(filled["dana"], "/desk/map")
