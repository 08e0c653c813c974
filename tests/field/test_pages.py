"""The phone's pages as the server makes them."""

import json
import re

import pytest
from flask import Flask

from tests.cast import GRID, Caller, bring_to, picture
from tests.statements import statements

Cast = dict[str, Caller]
ROW = re.compile(r'<a class="case-row" href="/field/cases/([0-9a-f-]{36})"')
TAB = re.compile(r'href="/field/cases\?tab=(\w+)[^"]*"[^>]*>[^<]+<span class="count">([\d,]+)')
NEXT = re.compile(r'href="([^"]+)" rel="next"')
ACTS = re.compile(r'id="case-acts">(.+?)</script>')
RESTRICTED = "S0302"
SHELLS = ("/field/", "/field/case")
PAGES = ("/field/cases", f"/field/cases?tab={GRID}")


def page(who: Caller, path: str, status: int = 200) -> str:
    response = who.get(path)
    assert response.status_code == status, response.text
    return response.text


def rows(html: str) -> list[str]:
    return ROW.findall(html)


def tabs(html: str) -> dict[str, int]:
    return {code: int(count.replace(",", "")) for code, count in TAB.findall(html)}


@pytest.mark.parametrize("path", SHELLS)
def test_a_page_that_the_phone_keeps_knows_nobody(cast: Cast, path: str) -> None:
    """It is the same for whoever asks: nothing personal may lie on a shared phone."""
    cast["ines"].file(description="a secret")
    seen = {page(cast[name], path) for name in ("ines", "mara")}
    anybody = cast["ines"].client.get(path, headers={"Accept-Language": "en"}).text
    assert seen == {anybody}


def test_the_count_of_every_tab_is_the_length_of_its_list(cast: Cast) -> None:
    for _ in range(3):
        cast["ines"].file()
    cast["mara"].file()
    found = tabs(page(cast["ines"], "/field/cases"))
    assert found == {"filed": 3, "settled": 0, GRID: 4}
    for code, count in found.items():
        assert len(rows(page(cast["ines"], f"/field/cases?tab={code}"))) == count


def test_pages_of_a_list_hold_every_case_once(cast: Cast) -> None:
    filed = {cast["ines"].file().json["id"] for _ in range(45)}  # type: ignore[index]
    seen: list[str] = []
    path: str | None = "/field/cases"
    while path:
        html = page(cast["ines"], path)
        seen += rows(html)
        following = NEXT.search(html)
        path = following and following.group(1).replace("&amp;", "&")
    assert len(seen) == 45
    assert set(seen) == filed


def test_a_case_is_found_by_its_number(cast: Cast) -> None:
    cast["ines"].file()
    wanted = cast["ines"].file().json
    assert wanted is not None
    html = page(cast["ines"], f"/field/cases?q={wanted['number']}")
    assert rows(html) == [wanted["id"]]
    assert tabs(html) == {"filed": 1, "settled": 0, GRID: 1}
    assert "Nothing found" in page(cast["ines"], "/field/cases?q=990000-20200101-000001")


def test_a_restricted_filing_shows_its_number_and_nothing_else(cast: Cast) -> None:
    filed = cast["ines"].file(category=RESTRICTED, description="a secret").json
    assert filed is not None
    mine = page(cast["ines"], "/field/cases")
    case = page(cast["ines"], f"/field/cases/{filed['id']}")
    for html in (mine, case):
        assert filed["number"] in html
        assert "secret" not in html
        assert "毒" not in html and "Drug" not in html
    assert tabs(mine) == {"filed": 1, "settled": 0, GRID: 0}


def test_a_case_page_offers_what_may_be_done(cast: Cast) -> None:
    uuid = bring_to("handled", cast)
    assert actions(page(cast["ines"], f"/field/cases/{uuid}")) == ["check_pass", "check_fail", "comment"]
    accepted = bring_to("accepted", cast)
    assert actions(page(cast["ines"], f"/field/cases/{accepted}")) == ["comment"]


def actions(html: str) -> list[str]:
    said = ACTS.search(html)
    assert said is not None
    return [offered["action"] for offered in json.loads(said[1])["subject"]["actions"]]


def test_the_history_tells_who_did_what_and_why(cast: Cast) -> None:
    uuid = bring_to("filed", cast)
    for colour in ("red", "blue"):
        cast["ines"].photo(uuid, "before", picture(colour))
    cast["mara"].act(uuid, "reject", reason="it is gone already")
    story = page(cast["ines"], f"/field/cases/{uuid}").split('class="story"')[1]
    assert "<strong>Mara</strong> rejected it" in story
    assert "it is gone already" in story
    assert "added a photo × 2" in story


@pytest.mark.parametrize("name", ["mara", "hana", "ada"])
def test_other_roles_are_refused(cast: Cast, name: str) -> None:
    for path in PAGES:
        page(cast[name], path, 403)


def test_a_case_elsewhere_is_not_there(cast: Cast) -> None:
    elsewhere = cast["otto"].file(geometry={"type": "Point", "coordinates": [113.175, 23.035]}).json
    assert elsewhere is not None
    page(cast["ines"], f"/field/cases/{elsewhere['id']}", 404)


@pytest.mark.parametrize("query", ["cursor=x", "q=%00", "cursor=WzEsMl0", "tab=nowhere"])
def test_a_bad_address_is_no_failure_of_the_server(cast: Cast, query: str) -> None:
    assert cast["ines"].get(f"/field/cases?{query}").status_code in (200, 422)


def test_the_number_of_statements_does_not_grow_with_the_list(city: Flask, cast: Cast) -> None:
    counts = []
    for _round in range(2):
        for status in ("filed", "handled"):
            for _ in range(3):
                cast["ines"].photo(bring_to(status, cast), "before")
        used = {}
        for path in PAGES:
            page(cast["ines"], path)
            with statements() as sent:
                page(cast["ines"], path)
            used[path] = len(sent)
        counts.append(used)
    assert counts[0] == counts[1]
    assert max(counts[1].values()) <= 10, counts
