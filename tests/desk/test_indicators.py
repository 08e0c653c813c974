"""The page of indicators: what it shows to whom, its files, its definitions, ratings."""

import csv
import io
import re
from html import unescape

import openpyxl
import pytest
from flask import Flask

from app.analysis.backlog import take_snapshots
from app.analysis.indicators import definitions
from app.core.clock import now
from tests.analysis.indicators_city import DAY, GRIDS, HOUR, put
from tests.cast import COMMUNITY, DISTRICT, TOWN, Caller, bring_to
from tests.desk.pages import page
from tests.statements import statements

Cast = dict[str, Caller]
LINK = re.compile(r'<a href="(/desk/cases\?[^"]+)">([\d,]+)</a>')
SHOWN = re.compile(r'<strong class="number">([\d,]+) cases?</strong>')


@pytest.fixture
def busy(cast: Cast) -> Cast:
    """Some weeks of work in all towns."""
    for status in ("filed", "dispatched", "closed"):
        bring_to(status, cast)
    at = now()
    for n, grid in enumerate(GRIDS):
        filed = at - (6 + n) * DAY
        put(12 + n, filed=filed, accepted=filed + HOUR, due=filed + 2 * DAY, closed=filed + DAY, grid=grid)
        put(3 + n, filed=filed, accepted=filed + HOUR, due=filed + 2 * DAY, grid=grid)
    put(2, filed=at - 40 * DAY, accepted=at - 40 * DAY, due=at - 38 * DAY, closed=at - 39 * DAY)
    return cast


@pytest.mark.parametrize("who", ["cai", "dana", "teng", "mara", "otto"])
def test_every_link_opens_as_many_cases_as_it_says(busy: Cast, who: str) -> None:
    html = page(busy[who], "/desk/indicators?period=30&show=filed")
    links = {(unescape(url), int(text.replace(",", ""))) for url, text in LINK.findall(html)}
    assert len(links) >= (20 if who in ("cai", "dana") else 8)
    for url, count in links:
        shown = SHOWN.search(page(busy[who], url))
        assert shown, url
        assert int(shown[1].replace(",", "")) == count, url


def test_nobody_else_sees_it(busy: Cast) -> None:
    for who in ("ines", "hana", "ada"):
        for path in ("/desk/indicators", "/desk/indicators.csv", "/desk/indicators.xlsx"):
            assert busy[who].get(path).status_code == 403, (who, path)
    assert busy["ines"].get("/desk/indicators/definitions").status_code == 403


def test_numbers_are_those_of_the_reader_and_the_page_says_so(busy: Cast) -> None:
    own = page(busy["otto"], f"/desk/indicators?area={DISTRICT}")
    assert "Counted here are only the cases that you may see" in own
    assert value(own, "filed") == "0"
    assert value(page(busy["dana"], f"/desk/indicators?area={DISTRICT}"), "filed") != "0"


def value(html: str, code: str) -> str:
    line = html.split(f'<tr data-code="{code}">')[1].split("<b>")[1].split("</b>")[0]
    return re.sub(r"<[^>]+>", "", line).strip()


def test_what_means_nothing_is_said(busy: Cast) -> None:
    for bad in ("period=own", "period=own&from=x", "period=own&from=2026-01-02&to=2026-01-01", "as_of=soon"):
        answer = busy["cai"].get(f"/desk/indicators?{bad}")
        assert (answer.status_code, "note late" in answer.text) == (422, True), bad
    for bad in ("category=%00", "version=x", "version=999999999"):
        assert busy["cai"].get(f"/desk/indicators?{bad}").status_code in (404, 422)
    assert busy["cai"].get("/desk/indicators?area=nowhere").status_code == 404
    assert busy["cai"].get("/desk/indicators?version=99").status_code == 404
    empty = page(busy["cai"], "/desk/indicators?period=own&from=1999-01-01&to=1999-02-01")
    assert value(empty, "filed") == "0"
    assert value(empty, "closing_rate") == "no cases"
    ten_years = page(busy["cai"], "/desk/indicators?period=own&from=2016-12-01&to=2026-11-30&level=grid")
    assert value(ten_years, "filed") != "0"
    assert "no figure: per 1,000 residents" in page(busy["cai"], "/desk/indicators?show=filed&per=residents")


def test_the_page_costs_the_same_however_many_cases_and_units(busy: Cast) -> None:
    path = "/desk/indicators?period=90&show=filed&per=square_km&level={}"
    counts = {}
    for level in ("district", "grid"):
        busy["cai"].get(path.format(level))
        with statements() as sent:
            assert busy["cai"].get(path.format(level)).status_code == 200
        counts[level] = len(sent)
    assert max(counts.values()) <= 48, counts
    assert max(counts.values()) - min(counts.values()) <= 1


def test_files_say_what_the_page_says_and_run_no_formula(busy: Cast) -> None:
    answer = busy["dana"].get("/desk/indicators.csv?period=30")
    lines = list(csv.reader(io.StringIO(answer.text.lstrip("\ufeff"))))
    said = {line[0]: line for line in lines if line}
    html = page(busy["dana"], "/desk/indicators?period=30")
    assert said["filed"][2] == value(html, "filed")
    assert {"as_of", "definitions_version", "from", "to", "scope"} <= said.keys()
    assert not any(cell.startswith(("=", "+", "@")) for line in lines for cell in line)
    book = openpyxl.load_workbook(io.BytesIO(busy["dana"].get("/desk/indicators.xlsx?period=30").data))
    assert book.sheetnames == ["indicators", "units", "about"]
    rows = {row[0]: row for row in book["indicators"].iter_rows(values_only=True)}
    assert str(rows["filed"][2]) == value(html, "filed")
    assert {cell.data_type for line in book["about"] for cell in line} <= {"s", "n"}


def test_a_kept_link_says_the_same_later(busy: Cast) -> None:
    html = page(busy["dana"], "/desk/indicators?period=30")
    found = re.search(r'<a href="(/desk/indicators\?[^"]*as_of=[^"]*)">', html)
    assert found
    kept, before = unescape(found[1]), value(html, "filed")
    busy["ines"].file()
    assert value(page(busy["dana"], kept), "filed") == before
    assert value(page(busy["dana"], "/desk/indicators?period=30"), "filed") != before


def test_backlog_opens_the_lists_of_its_days(busy: Cast, city: Flask) -> None:
    take_snapshots(now())
    html = page(busy["cai"], "/desk/indicators?period=7")
    days = re.findall(
        r'<th scope="row">\d{4}-\d\d-\d\d</th><td class="number"><a href="([^"]+)">(\d+)<', html
    )
    assert len(days) >= 6
    for url, count in days[:3]:
        shown = SHOWN.search(page(busy["cai"], unescape(url)))
        assert shown
        assert shown[1] == count
    assert "shown to those who may see all cases" in page(busy["otto"], f"/desk/indicators?area={TOWN}")


def test_administrators_change_targets_and_the_page_follows(busy: Cast) -> None:
    shown = page(busy["ada"], "/desk/indicators/definitions")
    assert 'name="target-closing_rate"' in shown
    assert 'name="target-closing_rate"' not in page(busy["cai"], "/desk/indicators/definitions")
    form = {"based_on": "0", "note": "the council", "target-closing_rate": "20", "target-on_time_rate": "70"}
    assert busy["cai"].open("POST", "/desk/indicators/definitions", data=form).status_code == 403
    wrong = busy["ada"].open(
        "POST", "/desk/indicators/definitions", data=form | {"target-closing_rate": "lots"}
    )
    assert (wrong.status_code, "lots" in wrong.text) == (422, True)
    assert (
        busy["ada"].open("POST", "/desk/indicators/definitions", data=form | {"note": ""}).status_code == 422
    )
    assert busy["ada"].open("POST", "/desk/indicators/definitions", data=form).status_code == 303
    assert busy["ada"].open("POST", "/desk/indicators/definitions", data=form).status_code == 412
    assert "≥ 20.0 %" in page(busy["cai"], "/desk/indicators")
    assert "≥ 90.0 %" in page(busy["cai"], "/desk/indicators?version=0")
    assert definitions().by_code["closing_rate"].target == 20


def test_a_closing_is_rated_on_its_page(busy: Cast) -> None:
    closed, open_ = bring_to("closed", busy), bring_to("accepted", busy)
    path = f"/desk/cases/{closed}/rating"
    assert "Only a closed case can be rated" in page(busy["mara"], f"/desk/cases/{open_}/rating")
    assert busy["otto"].get(path).status_code == 404
    form = {"score": "basically", "channel": "follow_up", "words": "took a while"}
    assert busy["mara"].open("POST", path, data=form | {"score": "x"}).status_code == 422
    assert busy["mara"].open("POST", path, data=form).status_code == 303
    assert "took a while" in page(busy["mara"], path)
    assert busy["mara"].open("POST", path, data=form).status_code == 409
    html = page(busy["mara"], f"/desk/indicators?area={COMMUNITY}")
    assert value(html, "satisfaction") == "too few to say"
