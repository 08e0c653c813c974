"""The inspector's duties and latest filings as the phone keeps them."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from app.cases.models import Task
from app.catalogue.configuration import working_calendar
from app.core.clock import local_day, now
from app.core.db import begin_write, commit, db
from app.core.policy import Actor
from app.core.roles import Role
from app.field.bundle_duties import KEPT_PHOTOS, LINES, duties_for, office_hours, recent_for
from app.people import service as people
from app.people.queries import actor_by_username, departments
from app.people.staffing import record_absence
from tests.areas import tiny_city
from tests.cast import BUREAU, GRID, SINCE, TOWN, Caller, add_someone, bring_to, picture
from tests.conftest import person_named
from tests.statements import statements

Cast = dict[str, Caller]
RESTRICTED, ON_SPOT, NOT_ON_SPOT = "S0302", "E0102", "P0103"
ELSEWHERE = f"{tiny_city.COMMUNITIES[-1]}001"


@pytest.fixture(autouse=True)
def language(city: Flask) -> Iterator[None]:
    """Words need a request whose language can be chosen."""
    with city.test_request_context():
        yield


def actor(name: str = "ines") -> Actor:
    found = actor_by_username(name, now())
    assert found is not None
    return found


def duties(name: str = "ines") -> list[dict[str, Any]]:
    return duties_for(actor(name), now())


def recent(name: str = "ines") -> list[dict[str, Any]]:
    return recent_for(actor(name), now())


def ids(entries: list[dict[str, Any]]) -> list[str]:
    return [entry["id"] for entry in entries]


def acts(entry: dict[str, Any]) -> list[str]:
    return [offered["action"] for offered in entry["actions"]]


def report(cast: Cast, **changes: Any) -> str:
    """A report of the public in Ines's grid, taken down by the town."""
    filed = cast["teng"].file(channel="12345", **changes).json
    assert filed is not None and filed["status"] == "verifying"
    return str(filed["id"])


def test_a_duty_has_all_that_is_needed_without_a_signal(cast: Cast) -> None:
    uuid = bring_to("handled", cast)
    [duty] = duties()
    assert (duty["id"], duty["duty"], duty["status"], duty["version"]) == (uuid, "check", "handled", 5)
    assert duty["category"] == {"code": ON_SPOT, "zh": "暴露垃圾", "en": "Exposed garbage"}
    assert duty["place"]["zh"] == "第4网格 · 第1社区"
    assert (duty["grid"], duty["point"]) == (GRID, list(tiny_city.MIDDLE))
    assert duty["clock_from"] < duty["near_at"] < duty["due_at"]
    assert acts(duty) == ["check_pass", "check_fail", "comment"]
    assert duty["actions"][1]["needs"][0] == {"name": "reason", "kind": "reason", "required": True}
    assert [photo["kind"] for photo in duty["photos"]] == ["after"]
    told = duty["story"][0]
    assert (told["who"]["en"], told["what"]["en"]) == ("Hana", "recorded the handling")
    assert told["what"]["zh"] != told["what"]["en"]


def test_what_is_due_first_comes_first_and_verifying_is_among_it(cast: Cast) -> None:
    check, verify = bring_to("handled", cast), report(cast)
    bring_to("accepted", cast)
    found = duties()
    assert {entry["id"]: entry["duty"] for entry in found} == {check: "check", verify: "verify"}
    assert [entry["due_at"] for entry in found] == sorted(entry["due_at"] for entry in found)
    assert acts(next(e for e in found if e["id"] == verify)) == ["verify_pass", "verify_fail", "comment"]


def test_what_the_entry_offers_is_what_the_server_offers(cast: Cast) -> None:
    for uuid in (bring_to("handled", cast), report(cast), bring_to("filed", cast)):
        said = cast["ines"].get(f"/api/v1/cases/{uuid}").json
        entry = next(e for e in [*duties(), *recent()] if e["id"] == uuid)
        assert said is not None and entry["version"] == said["version"]
        assert acts(entry) == [offered["action"] for offered in said["actions"]]


def test_nobody_is_asked_to_check_their_own_handling(cast: Cast) -> None:
    bureau = next(row.id for row in departments().values() if row.code == BUREAU)
    begin_write()
    people.post(person_named("ines").id, Role.HANDLER, department_id=bureau, starts_on=SINCE)
    commit()
    first, own = bring_to("handled", cast), bring_to("in_progress", cast)
    cast["ines"].act(own, "handle", note="done", photos=[cast["ines"].photo(own, "after")])
    assert ids(duties()) == [first]
    assert "check_pass" not in acts(next(entry for entry in recent() if entry["id"] == own))


def test_a_check_that_waits_for_departments_is_no_duty_yet(cast: Cast) -> None:
    uuid = str(cast["ines"].file().json["id"])  # type: ignore[index]
    cast["mara"].act(uuid, "accept")
    cast["mara"].act(uuid, "dispatch", department=BUREAU, assisting=[f"{TOWN}-CE"])
    cast["hana"].act(uuid, "start")
    cast["hana"].act(uuid, "handle", note="done", photos=[cast["hana"].photo(uuid, "after")])
    assert duties() == []
    assert "assist" in [each["kind"] for each in recent()[0]["waits"]]


def test_duties_of_other_grids_are_not_hers(cast: Cast) -> None:
    bring_to("handled", cast)
    begin_write()
    add_someone("nina", Role.INSPECTOR, area=ELSEWHERE)
    commit()
    assert duties("nina") == [] and recent("nina") == []


def test_on_leave_there_is_nothing_to_do(cast: Cast) -> None:
    bring_to("handled", cast)
    today = local_day(now())
    begin_write()
    record_absence(person_named("ines"), starts_on=today, reason="course", actor=actor("dana"), now=now())
    commit()
    assert duties() == []


def test_a_restricted_filing_is_a_receipt_and_a_restricted_duty_needs_clearance(cast: Cast) -> None:
    filed = cast["ines"].file(category=RESTRICTED, description="a secret").json
    report(cast, category=RESTRICTED, description="a secret")
    assert filed is not None
    assert duties() == []
    [sealed] = recent()
    assert sealed["sealed"] and sealed["number"] == filed["number"]
    assert "secret" not in str(sealed) and RESTRICTED not in str(sealed)


def test_a_cleared_inspector_keeps_no_picture_of_a_restricted_case(cast: Cast) -> None:
    uuid = report(cast, category=RESTRICTED)
    cast["teng"].photo(uuid, "before")
    begin_write()
    grid = next(p.area_id for p in actor().postings)
    people.post(person_named("ines").id, Role.INSPECTOR, area_id=grid, restricted=True, starts_on=SINCE)
    commit()
    [duty] = duties()
    assert duty["id"] == uuid and not any(photo["keep"] for photo in duty["photos"])


def test_the_first_photo_and_the_newest_are_kept(cast: Cast) -> None:
    uuid = bring_to("handled", cast)
    for n in range(KEPT_PHOTOS + 2):
        cast["ines"].photo(uuid, "check", picture(f"#{n}0{n}0{n}0"))
    kept = [photo["keep"] for photo in duties()[0]["photos"]]
    assert kept == [True, *[False] * 3, *[True] * (KEPT_PHOTOS - 1)]
    assert [photo["keep"] for photo in recent()[0]["photos"]] == [True, *[False] * (KEPT_PHOTOS + 2)]


def test_settling_is_offered_where_it_is_possible(cast: Cast) -> None:
    bare, there = cast["ines"].file().json, cast["ines"].file().json
    other = cast["ines"].file(category=NOT_ON_SPOT).json
    assert bare is not None and there is not None and other is not None
    for case in (there, other):
        cast["ines"].photo(case["id"], "before")
    found = {entry["id"]: acts(entry) for entry in recent()}
    assert "close_on_spot" in found[there["id"]]
    assert "close_on_spot" not in found[bare["id"]] + found[other["id"]]


def test_the_story_is_its_last_lines(cast: Cast) -> None:
    uuid = bring_to("handled", cast)
    for n in range(LINES):
        cast["mara"].act(uuid, "comment", text=f"line {n}")
    said = [line["why"]["en"] for line in duties()[0]["story"]]
    assert said == [f"line {n}" for n in reversed(range(LINES))]


def test_a_stopped_clock_does_not_run_on_the_phone(cast: Cast) -> None:
    bring_to("handled", cast)
    task = db.session.query(Task).filter_by(kind="check").one()
    begin_write()
    db.session.merge(task).paused_at = now()
    commit()
    [duty] = duties()
    assert (duty["due_at"], duty["clock_from"]) == (None, None)
    assert duty["waits"][0]["paused_at"] is not None


def test_the_number_of_statements_does_not_grow_with_the_duties(cast: Cast) -> None:
    used = []
    for _round in range(2):
        for _ in range(3):
            cast["ines"].photo(bring_to("handled", cast), "before")
            report(cast)
        me, counts = actor(), []
        for read in (duties_for, recent_for):
            db.session.expunge_all()
            with statements() as sent:
                read(me, now())
            counts.append(len(sent))
        used.append(counts)
    assert used[0] == used[1]
    assert max(used[1]) <= 7, used


def test_the_office_hours_are_those_of_the_calendar(city: Flask) -> None:
    at, hours, calendar = now(), office_hours(now()), working_calendar()
    day = local_day(at)
    first, last = at - timedelta(days=50), at + timedelta(days=110)
    inside = [(a, b) for a, b in hours["openings"] if first.timestamp() <= a and b <= last.timestamp()]
    assert hours["openings"] == sorted(hours["openings"])
    today = [a for a, _b in inside if local_day(datetime.fromtimestamp(a, UTC)) == day]
    assert len(today) == len(calendar.hours_of(day))
    assert sum(b - a for a, b in inside) <= calendar.working_seconds(first, last)
    assert hours["ordinary"] == 7 * 3600
