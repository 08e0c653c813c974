"""The first page of officials and its wall screen: numbers with their lists, sentences, charts as tables."""

import json
import re
from typing import Any

import pytest

from tests.cast import DISTRICT, Caller, bring_to
from tests.desk.counts import numbers, seven_weeks, wrong_numbers
from tests.desk.pages import page
from tests.desk.test_supervision import let_run_out
from tests.statements import statements

Cast = dict[str, Caller]


@pytest.fixture
def lively(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> Cast:
    seven_weeks(monkeypatch)
    return cast


@pytest.mark.parametrize("name", ["cai", "dana", "teng", "mara"])
def test_every_number_opens_the_list_of_exactly_that_many_cases(lively: Cast, name: str) -> None:
    assert wrong_numbers(lively[name], "/desk/dashboard") == {}
    assert wrong_numbers(lively[name], "/desk/wall") == {}


def test_the_charts_and_their_tables_say_the_same(lively: Cast) -> None:
    html = page(lively["dana"], "/desk/dashboard")
    drawn = _embedded(html, "charts")
    tables = re.findall(r'<details class="chart-table">.*?</details>', html, re.DOTALL)
    assert len(drawn) == len(tables) == 3
    for chart, said in zip(drawn, tables, strict=True):
        lines = re.findall(r"<tr><th scope=\"row\">.*?</tr>", said)
        cells = [[int(_text(cell)) for cell in re.findall(r"<td.*?</td>", line)] for line in lines]
        assert cells == [list(row) for row in zip(*(each["values"] for each in chart["series"]), strict=True)]
    backlog, ages = drawn[1]["series"][0]["values"], drawn[2]["series"][0]["values"]
    assert backlog[-1] == sum(ages) == _count(html, "open")
    assert len(set(backlog)) > 3


def _embedded(html: str, ident: str) -> Any:
    found = re.search(rf'id="{ident}">(.*?)</script>', html, re.DOTALL)
    assert found is not None
    return json.loads(found.group(1))


def _text(cell: str) -> str:
    return re.sub(r"<[^>]+>", "", cell)


def _count(html: str, code: str) -> int:
    found = re.search(rf'data-count="{code}"><b>(\d+)</b>', html)
    assert found is not None
    return int(found.group(1))


def _sentences(html: str) -> dict[str, tuple[int, int]]:
    found = re.findall(r'<li data-change="(\w+)">(.*?)</li>', html, re.DOTALL)
    said = {
        code: [int(n) for n in re.findall(r"\b\d+\b", _text(text).replace("7 days", ""))]
        for code, text in found
    }
    return {code: (values[0], values[1]) for code, values in said.items()}


def test_the_sentences_tell_of_this_week_and_the_one_before(cast: Cast) -> None:
    assert _sentences(page(cast["dana"], "/desk/dashboard"))["climbed"] == (0, 0)
    bring_to("closed", cast)
    let_run_out(bring_to("filed", cast))
    said = _sentences(page(cast["dana"], "/desk/dashboard"))
    assert said["filed"] == (2, 0)
    assert said["closed"] == (1, 0)
    assert said["climbed"] == (1, 0)
    assert "No category with five or more" in page(cast["dana"], "/desk/dashboard")
    for _n in range(4):
        bring_to("filed", cast)
    html = page(cast["dana"], "/desk/dashboard")
    assert _sentences(html)["hot"] == (6, 0)
    assert wrong_numbers(cast["dana"], "/desk/dashboard") == {}


def test_the_statements_do_not_grow_with_the_cases(cast: Cast) -> None:
    let_run_out(bring_to("filed", cast))
    page(cast["dana"], "/desk/dashboard")
    with statements() as few:
        page(cast["dana"], "/desk/dashboard")
    for _n in range(4):
        let_run_out(bring_to("filed", cast))
    with statements() as many:
        page(cast["dana"], "/desk/dashboard")
    assert len(many) <= len(few) <= 22, "\n".join(many)


@pytest.mark.parametrize(("name", "status"), [("ines", 403), ("hana", 403), ("ada", 403), ("mara", 200)])
def test_it_is_for_those_who_answer_for_units(cast: Cast, name: str, status: int) -> None:
    for path in ("/desk/dashboard", "/desk/wall", "/desk/analysis"):
        assert cast[name].get(path).status_code == status, path


def test_another_unit_is_counted_only_as_far_as_the_reader_sees(lively: Cast) -> None:
    html = page(lively["otto"], f"/desk/dashboard?area={DISTRICT}")
    assert {value for value, _url in numbers(html)} <= {0}
    assert "Counted here are only the cases that you may see" in html


def test_officials_begin_at_the_dashboard_and_managers_at_their_inbox(cast: Cast) -> None:
    firsts = {
        name: cast[name].get("/").headers["Location"] for name in ("cai", "dana", "teng", "mara", "ines")
    }
    assert firsts == {
        "cai": "/desk/dashboard",
        "dana": "/desk/dashboard",
        "teng": "/desk/dashboard",
        "mara": "/desk/",
        "ines": "/field/",
    }
    assert 'href="/desk/dashboard"' in page(cast["mara"], "/desk/")


def test_the_wall_tells_nothing_of_persons_and_single_cases(cast: Cast) -> None:
    uuid = bring_to("filed", cast, place_text="Lane 12, Mrs Chen's door", description="Mrs Chen's bicycle")
    let_run_out(uuid)
    html = page(cast["dana"], "/desk/wall")
    for word in ("Chen", "bicycle", uuid, "Dana", "Ines"):
        assert word not in html
    assert _embedded(html, "wall")["refresh_s"] == 60


def test_the_pages_of_analysis_are_reached_from_one_place(cast: Cast) -> None:
    html = page(cast["dana"], "/desk/analysis")
    assert 'href="/desk/map"' in html
    assert 'href="/desk/wall"' in html
    bar = re.search(r'<nav class="menu".*?</nav>', html, re.DOTALL)
    assert bar is not None
    assert bar.group().count("<a ") <= 6


def test_the_small_map_has_every_unit_with_land_and_says_what_the_table_says(lively: Cast) -> None:
    html = page(lively["dana"], "/desk/dashboard")
    drawn = dict(re.findall(r'<a href="/desk/map\?area=(\d+)[^"]*" aria-label="([^"]+)">', html))
    lines = re.findall(r'<tr data-code="(\d+)">(.*?)</tr>', html, re.DOTALL)
    assert set(drawn) == {code for code, _line in lines} == {"990001001", "990001002"}
    for code, line in lines:
        overdue = re.findall(r"<td[^>]*>(.*?)</td>", line)[2]
        assert f"Overdue {_text(overdue)}" in drawn[code]
    assert "have no boundaries to draw" in page(lively["cai"], "/desk/dashboard?area=990002400")
