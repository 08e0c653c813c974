"""The weekly brief: every number its list, the same when read again, announced once."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.analysis import briefs
from app.core.clock import now
from app.core.db import begin_write, commit, db
from app.core.policy import SYSTEM
from app.desk.routes import briefs as pages
from app.events.models import Event
from app.notify import routing
from tests.analysis.test_pivot import signed_in, total_of
from tests.cast import CITY, COMMUNITY, DISTRICT, TOWN, Caller, bring_to

Cast = dict[str, Caller]
MONDAY = datetime(2026, 11, 16, 1, tzinfo=UTC)


def this_week() -> briefs.Week:
    """The week in which the tests' cases are filed."""
    return briefs.Week(briefs.last_week(now()).monday + briefs.WEEK)


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> briefs.Week:
    """For the pages the present week is over."""
    week = this_week()
    monkeypatch.setattr(pages, "now", lambda: week.end + timedelta(hours=8))
    return week


@pytest.fixture
def cases(cast: Cast) -> Cast:
    for status in ("filed", "accepted", "closed", "closed"):
        bring_to(status, cast)
    cast["ines"].file(geometry=None, crs=None, accuracy_m=None, area=COMMUNITY)
    return cast


@pytest.mark.parametrize(
    ("user", "unit"), [("teng", TOWN), ("dana", DISTRICT), ("cai", CITY), ("otto", CITY)]
)
def test_every_number_opens_its_list(
    cases: Cast, city: Flask, later: briefs.Week, user: str, unit: str
) -> None:
    page = signed_in(city, user).get(f"/desk/brief/{unit}/{later.code}")
    assert page.status_code == 200
    numbers = re.findall(r'<td class="number"><a href="([^"]+)">(\d+)</a>', page.text)
    assert bool(numbers) == (user != "otto")
    for url, count in numbers:
        assert total_of(cases[user], unescape(url)) == int(count), url
    for url in re.findall(r'<a href="(/desk/cases[^"]+)">(?:the list|清单)</a>', page.text):
        assert total_of(cases[user], unescape(url)) > 0


def test_read_again_it_says_the_same(cases: Cast, city: Flask, later: briefs.Week) -> None:
    def figures() -> list[str]:
        page = signed_in(city, "dana").get(f"/desk/brief/{DISTRICT}/{later.before.code}")
        return re.findall(r'<td class="number[^>]*>.*?</td>', page.text)

    first = figures()
    bring_to("accepted", cases)
    assert figures() == first


def test_the_pdf_is_one_and_speaks_both_languages(cases: Cast, city: Flask, later: briefs.Week) -> None:
    client = signed_in(city, "dana")
    for language in ("zh-CN", "en-GB"):
        answer = client.get(f"/desk/brief/{DISTRICT}/{later.code}.pdf", headers={"Accept-Language": language})
        assert answer.status_code == 200 and answer.data.startswith(b"%PDF-")


@pytest.mark.parametrize("week", ["2026-W54", "2026-13", "x", "2099-W01"])
def test_weeks_that_are_none(cast: Cast, city: Flask, week: str) -> None:
    assert signed_in(city, "dana").get(f"/desk/brief/{DISTRICT}/{week}").status_code == 404


def test_weeks_are_the_citys_own(app: Flask) -> None:
    with app.app_context():
        week = briefs.week_of("2026-W47")
        assert (week.start, week.end - week.start) == (datetime(2026, 11, 15, 16, tzinfo=UTC), briefs.WEEK)
        assert briefs.last_week(datetime(2026, 11, 15, 16, tzinfo=UTC)).code == "2026-W46"
        assert briefs.last_week(datetime(2026, 11, 15, 15, 59, tzinfo=UTC)).code == "2026-W45"


class TestAnnouncing:
    def made(self) -> int:
        return db.session.scalar(select(func.count()).where(Event.action == "brief.made")) or 0

    def test_once_for_every_unit_with_somebody_there(self, city: Flask) -> None:
        with city.app_context():
            assert briefs.announce(MONDAY - timedelta(hours=3)) == 0  # six in the morning
            assert briefs.announce(MONDAY) == 3  # town, district, city of the cast
            assert briefs.announce(MONDAY + timedelta(days=2)) == 0
            assert self.made() == 3
            assert briefs.announce(MONDAY + timedelta(days=7)) == 3

    def test_two_workers_announce_it_once(self, city: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
        """The second has read that nothing is announced yet, and comes to write after the first."""
        with city.app_context():
            plain = briefs.answering

            def first_the_other(*asked: object) -> object:
                monkeypatch.setattr(briefs, "answering", plain)
                assert briefs.announce(MONDAY) == 3
                return plain(*asked)  # type: ignore[arg-type]

            monkeypatch.setattr(briefs, "answering", first_the_other)
            assert briefs.announce(MONDAY) == 0
            assert self.made() == 3

    def test_officials_are_told(self, cast: Cast, city: Flask) -> None:
        (route,) = routing.routes()["brief.made"]
        assert (route.audience, route.template) == ("unit_readers", "brief")
        with city.app_context():
            begin_write()
            unit = pages.areas().by_code[DISTRICT]
            brief = briefs.keep_brief(unit, briefs.Week(MONDAY.date()), actor=SYSTEM, now=now())
            uuid = brief.uuid
            commit()
        answer = signed_in(city, "dana").get(f"/desk/briefs/{uuid}")
        assert answer.status_code == 302 and answer.location.endswith(f"/desk/brief/{DISTRICT}/2026-W47")
