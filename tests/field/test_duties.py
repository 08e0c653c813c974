"""What an inspector owes on the spot: verifying, checking, settling; and where she has to stand for it."""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.cases.clock_words import clock_of
from app.cases.models import Case, Task
from app.catalogue.configuration import working_calendar
from app.core.db import begin_write, commit, db
from tests.areas import tiny_city
from tests.cast import BUREAU, GRID, TOWN, Caller, bring_to, picture

Cast = dict[str, Caller]
ON_SPOT, NOT_ON_SPOT = "E0102", "P0103"
HERE = {"lon": tiny_city.MIDDLE[0], "lat": tiny_city.MIDDLE[1], "crs": "wgs84", "accuracy_m": 8}
AWAY = HERE | {"lon": tiny_city.MIDDLE[0] + 0.05}
ACTS = re.compile(r'id="case-acts">(.+?)</script>')
ROW = re.compile(r'<a class="case-row" href="/field/cases/([0-9a-f-]{36})"')


def report(cast: Cast, **changes: Any) -> str:
    """A report of the public in Ines's grid, taken down by the town."""
    filed = cast["teng"].file(channel="12345", **changes).json
    assert filed is not None and filed["status"] == "verifying"
    return str(filed["id"])


def forms(cast: Cast, uuid: str) -> list[str]:
    """What the page of the case offers to do."""
    said = ACTS.search(cast["ines"].get(f"/field/cases/{uuid}").text)
    assert said is not None
    return [offered["action"] for offered in json.loads(said[1])["subject"]["actions"]]


def test_a_check_that_waits_for_departments_says_so(cast: Cast) -> None:
    uuid = str(cast["ines"].file().json["id"])  # type: ignore[index]
    cast["mara"].act(uuid, "accept")
    cast["mara"].act(uuid, "dispatch", department=BUREAU, assisting=[f"{TOWN}-CE"])
    cast["hana"].act(uuid, "start")
    done = cast["hana"].act(uuid, "handle", note="done", photos=[cast["hana"].photo(uuid, "after")])
    assert done.json is not None and done.json["status"] == "handled"
    html = cast["ines"].get(f"/field/cases/{uuid}").text
    assert "Assist" in html.split('id="waits"')[1].split("</section>")[0]


@pytest.mark.parametrize(("action", "said"), [("verify_pass", {}), ("verify_fail", {"reason": "not there"})])
def test_verifying_from_elsewhere_needs_a_reason_and_loses_nothing(
    cast: Cast, action: str, said: dict[str, Any]
) -> None:
    uuid = report(cast)
    assert forms(cast, uuid)[:2] == ["verify_pass", "verify_fail"]
    refused = cast["ines"].act(uuid, action, position=AWAY, **said)
    assert refused.status_code == 422
    assert refused.json is not None and list(refused.json["errors"]) == ["off_site_reason"]
    again = cast["ines"].act(uuid, action, position=AWAY, off_site_reason="seen from the bridge", **said)
    assert again.status_code == 200
    assert again.json is not None and again.json["status"] == "filed"


@pytest.mark.parametrize("position", [HERE, None], ids=["there", "without a position"])
def test_a_check_on_the_spot_asks_nothing_more(cast: Cast, position: dict[str, Any] | None) -> None:
    uuid = bring_to("handled", cast)
    said = {"position": position} if position else {}
    assert cast["ines"].act(uuid, "check_pass", **said).status_code == 200


def test_the_check_from_elsewhere_can_be_sent_again_under_its_id(cast: Cast) -> None:
    uuid, ident = bring_to("handled", cast), "00000000-0000-4000-8000-000000000001"
    refused = cast["ines"].act(uuid, "check_fail", id=ident, reason="half of it", position=AWAY)
    assert refused.status_code == 422
    said: dict[str, Any] = {"reason": "half of it", "position": AWAY, "off_site_reason": "by the camera"}
    assert cast["ines"].act(uuid, "check_fail", id=ident, **said).status_code == 200
    story = cast["ines"].get(f"/field/cases/{uuid}").text.split('class="story"')[1]
    assert "half of it" in story and "by the camera" in story


def test_settling_on_the_spot_needs_a_photo_from_before_and_one_from_after(cast: Cast) -> None:
    ines = cast["ines"]
    uuid = str(ines.file(category=ON_SPOT).json["id"])  # type: ignore[index]
    assert "close_on_spot" not in forms(cast, uuid)
    before = ines.photo(uuid, "before")
    assert "close_on_spot" in forms(cast, uuid)
    bare = ines.act(uuid, "close_on_spot", note="put right")
    assert bare.status_code == 422
    assert bare.json is not None and list(bare.json["errors"]) == ["photos"]
    after = ines.photo(uuid, "after", picture("green"))
    closed = ines.act(uuid, "close_on_spot", note="put right", photos=[after]).json
    assert closed is not None and before != after
    assert (closed["status"], closed["self_handled"]) == ("closed", True)


def test_what_was_settled_on_the_spot_is_counted_apart_and_says_so(cast: Cast) -> None:
    ines = cast["ines"]
    uuid = str(ines.file(category=ON_SPOT).json["id"])  # type: ignore[index]
    ines.photo(uuid, "before")
    after = ines.photo(uuid, "after", picture("green"))
    assert ines.act(uuid, "close_on_spot", note="put right", photos=[after]).status_code == 200
    bring_to("closed", cast)
    html = ines.get("/field/cases?tab=settled").text
    assert ROW.findall(html) == [uuid]
    assert re.search(r'tab=settled[^>]*aria-current="page"[^>]*>[^<]+<span class="count">1</span>', html)
    assert "Settled on the spot, by who found it" in ines.get(f"/field/cases/{uuid}").text


def test_only_the_finder_and_only_some_categories_are_settled_on_the_spot(cast: Cast) -> None:
    other = str(cast["ines"].file(category=NOT_ON_SPOT).json["id"])  # type: ignore[index]
    theirs = str(cast["mara"].file(category=ON_SPOT).json["id"])  # type: ignore[index]
    for uuid, who in ((other, "ines"), (theirs, "mara")):
        cast[who].photo(uuid, "before")
        assert "close_on_spot" not in forms(cast, uuid)


def test_her_own_case_says_what_it_waits_for(cast: Cast) -> None:
    uuid = bring_to("dispatched", cast)
    assert "Waits for: Handle, 西区城管" in cast["ines"].get("/field/cases").text
    waits = cast["ines"].get(f"/field/cases/{uuid}").text.split('id="waits"')[1].split("</section>")[0]
    assert "Handle" in waits and "西区城管" in waits and "left" in waits


def test_a_suspended_case_says_that_its_clocks_stand_still(cast: Cast) -> None:
    uuid = bring_to("in_progress", cast)
    review = (datetime.now(UTC) + timedelta(days=20)).isoformat()
    cast["hana"].act(uuid, "request_suspension", review_at=review, reason="not in this season")
    assert "Asks for: suspension" in cast["ines"].get(f"/field/cases/{uuid}").text
    assert cast["mara"].act(uuid, "approve").status_code == 200
    html = cast["ines"].get(f"/field/cases/{uuid}").text
    assert "its other clocks stand still" in html and "stands still since" in html


def test_an_overdue_duty_is_told_in_colour_sign_and_words(cast: Cast) -> None:
    uuid = bring_to("handled", cast)
    begin_write()
    task = db.session.scalars(
        select(Task).join(Case, Case.id == Task.case_id).where(Task.kind == "check")
    ).one()
    task.opened_at, task.due_at = (datetime.now(UTC) - timedelta(days=ago) for ago in (60, 30))
    commit()
    html = cast["ines"].get(f"/field/cases?tab={GRID}").text
    assert ROW.findall(html) == [uuid]
    assert 'class="light late' in html and "#alarm" in html and "overdue by" in html


@pytest.mark.parametrize(
    ("minutes", "colour", "words"),
    [
        (-1, "late", "overdue by 1 working minute"),
        (20, "near", "Near due · 20 working minutes left"),
        (100, "half", "Half the time is gone · 1 working hour left"),
        (200, "ok", "3 working hours left"),
    ],
)
def test_the_clock_counts_working_time(app: Flask, minutes: int, colour: str, words: str) -> None:
    calendar = working_calendar()
    opened = datetime(2026, 11, 16, 0, 30, tzinfo=UTC)  # a Monday, 8:30 in the city
    due = calendar.add(opened, timedelta(hours=4))
    now = calendar.add(opened, timedelta(minutes=240 - minutes))
    with app.test_request_context(headers={"Accept-Language": "en"}):
        clock = clock_of(opened, due, now)
        assert (clock.colour, clock.words) == (colour, words)


def test_overdue_over_the_weekend_is_told_by_the_wall_clock(app: Flask) -> None:
    due = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)  # a Friday, 17:30 in the city
    with app.test_request_context(headers={"Accept-Language": "en"}):
        assert clock_of(due - timedelta(hours=7), due, due + timedelta(hours=20)).text == "overdue by 20 h"


def test_days_are_working_days(app: Flask) -> None:
    opened = datetime(2026, 11, 13, 0, 30, tzinfo=UTC)  # a Friday
    with app.test_request_context(headers={"Accept-Language": "en"}):
        assert clock_of(opened, opened + timedelta(days=5, hours=9), opened).text == "4 working days left"
