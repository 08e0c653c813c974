"""What the settings pages tell is what the product does: previews, sources, calendars, gaps."""

import re
from datetime import date, datetime
from typing import Any

import orjson
import pytest
from flask import Flask
from flask_babel import force_locale
from sqlalchemy import select

from app.cases.models import Task
from app.catalogue.configuration import (
    Kind,
    Terms,
    content_of,
    ladder_terms,
    working_calendar,
)
from app.catalogue.configuration.building import WEEKDAYS
from app.catalogue.configuration.values import RANGES
from app.catalogue.queries import categories
from app.core.clock import local_day, now
from app.core.db import db
from app.desk.settings import LIMIT_NAMES, term_in_words
from app.desk.settings_calendar import warnings
from app.desk.settings_terms import applying, preview
from app.workflow.terms import Term
from tests.cast import BUREAU, Caller
from tests.desk.pages import page, table
from tests.desk.settings_forms import edit, first_versions, moment, send_file

Cast = dict[str, Caller]


@pytest.fixture(autouse=True)
def synced(city: Flask) -> None:
    """An installation whose configuration has its first versions."""
    first_versions()


@pytest.mark.parametrize("urgency", ["normal", "urgent"])
@pytest.mark.parametrize("category", ["E0102", "S0301", "P0101"])
def test_the_preview_is_what_a_filing_then_gets(cast: Cast, category: str, urgency: str) -> None:
    row = categories()[category]
    filed = cast["ines"].file(category=category, urgency=urgency)
    at = moment(filed.json["filed_at"])
    shown = preview(row, "community", urgency, at)
    task = db.session.scalars(select(Task).where(Task.kind == "accept")).one()
    assert (shown.terms[0].at, shown.climbs[0].at) == (task.due_at, task.near_at)
    assert shown.terms[0].why == term_in_words(task.term)
    assert [step.at for step in shown.climbs[1:]] == climbing_of(task, row, urgency)
    db.session.rollback()


def climbing_of(task: Task, category: Any, urgency: str) -> list[datetime]:
    """When the sweep raises the case, by what the task says and the ladder."""
    asked = "emergency" if category.emergency else urgency
    instants, at = [], task.due_at
    for level in ("town", "district", "city"):
        assert at is not None
        instants.append(at)
        at = working_calendar().due(at, ladder_terms().grace(level, asked))
    return instants


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_where_a_term_comes_from_is_what_the_lookup_takes(city: Flask, lang: str) -> None:
    rules = {
        ("handle", "*", "*", "*"): Term.parse("5wd"),
        ("handle", "event", "*", "*"): Term.parse("4wd"),
        ("handle", "E0102", "*", "town"): Term.parse("3wd"),
        ("handle", "*", "urgent", "*"): Term.parse("2wd"),
    }
    found = Terms(rules, {"E0103": Term.parse("1wd")})
    about = {"category": "E0102", "kind": "event", "level": "town", "urgency": "urgent"}
    assert applying(found, "handle", about) == ("handle", "E0102", "*", "town")
    assert applying(found, "handle", about | {"level": "city"}) == ("handle", "*", "urgent", "*")
    assert applying(found, "handle", about | {"category": "E0103", "urgency": "low"}) == "own"
    assert applying(found, "handle", about | {"category": "E0104", "urgency": "low"}) == (
        "handle",
        "event",
        "*",
        "*",
    )
    assert applying(found, "check", about) is None


def test_the_city_day_stands_over_the_country(cast: Cast) -> None:
    ada = cast["ada"]
    assert edit(ada, "day", date="2026-10-01", hours="09:00-12:00", name="值班").status_code == 303
    html = page(ada, "/settings/calendar?year=2026")
    assert "the city's own day counts" in html
    assert re.search(r'<td class="own" title="2026-10-01 [^"]*09:00-12:00', html)
    assert working_calendar().is_working_day(date(2026, 10, 1))


def test_it_warns_when_the_holidays_of_next_year_are_missing(cast: Cast) -> None:
    years = (local_day(now()).year, local_day(now()).year + 1)
    content = content_of(Kind.HOLIDAYS)[1]
    kept = {"days": [day for day in content["days"] if not day["date"].startswith(str(years[1]))]}
    file = orjson.dumps({"kind": "holidays", "content": kept})
    assert send_file(cast["ada"], Kind.HOLIDAYS, file).status_code == 303
    assert f"No holidays are known for {years[1]}" in page(cast["ada"], "/settings/")
    known = warnings(
        date(years[0], 1, 1), {"days": [{"date": f"{y}-01-01", "provisional": False} for y in years]}
    )
    assert known == []


def test_a_week_is_told_from_monday_on_whatever_order_it_is_stored_in(cast: Cast) -> None:
    hours = {day: "" for day in WEEKDAYS} | {"mon": "09:00-10:00", "wed": "10:00-11:00", "sun": "11:00-12:00"}
    assert edit(cast["ada"], "week", **hours).status_code == 303
    lines = [[text for text, _link in line] for line in table(page(cast["cai"], "/settings/calendar"))]
    told = dict(line for line in lines if len(line) == 2)
    assert list(told.values())[:7] == [hours[day].strip() or "closed" for day in WEEKDAYS]
    assert list(told)[:7] == ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]


def test_limits_are_told_each_with_its_own_number(cast: Cast) -> None:
    asked = {name: str(number) for number, name in enumerate(RANGES, 3)}
    assert edit(cast["ada"], "limits", **asked).status_code == 303
    told = {line[0][0]: line[1][0] for line in table(page(cast["cai"], "/settings/limits"))}
    with force_locale("en"):
        assert told == {str(LIMIT_NAMES[name]): number for name, number in asked.items()}
    assert list(LIMIT_NAMES) == list(RANGES)


@pytest.mark.parametrize("year", ["", "1", "0000", "9999", "20x6", "2026"])
def test_any_year_can_be_asked_for(cast: Cast, year: str) -> None:
    assert "<caption>" in page(cast["cai"], f"/settings/calendar?year={year}")


def test_rules_are_gone_through_in_the_order_that_is_set(cast: Cast) -> None:
    before = content_of(Kind.RESPONSIBILITY)[1]["rules"]
    assert edit(cast["ada"], "rule", 2, position="1").status_code == 303
    after = content_of(Kind.RESPONSIBILITY)[1]["rules"]
    assert after == [before[2], before[0], before[1], *before[3:]]


def test_gaps_and_rules_that_are_never_reached_are_shown(cast: Cast) -> None:
    only = {"rules": [{"category": "E0102", "area": "*", "department": BUREAU}] * 2}
    file = orjson.dumps({"kind": "responsibility", "content": only})
    assert send_file(cast["ada"], Kind.RESPONSIBILITY, file).status_code == 303
    html = page(cast["cai"], "/settings/responsibility")
    assert html.count("never reached</span>") == 1
    assert "some cases lead to no department" in html
    assert "/settings/edit/" not in html, "an official reads"
