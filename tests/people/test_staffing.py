"""Leave, stand-ins and the line of departments: on the command line, with their events."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.areas.index import areas
from app.core import db as database
from app.core.clock import local_day, now
from app.core.db import db
from app.core.policy import SYSTEM
from app.core.problems import Invalid
from app.core.stamps import bump
from app.events.queries import history
from app.people import queries, staffing
from app.people.models import Absence, Department
from tests.cast import BUREAU, COMMUNITY, DISTRICT, TOWN, Caller
from tests.conftest import person_named
from tests.people.test_commands import run
from tests.people.test_tokens_and_postings import posting_of

Cast = dict[str, Caller]
MONDAY = date(2026, 3, 2)


def refused(city: Flask, *args: str) -> str:
    """The refusal, after which everything is as before."""
    before = leaves(), len(queries.departments())
    result = city.test_cli_runner().invoke(args=["people", *args])
    assert result.exit_code == 1 and result.output.startswith("Error: "), result.output
    assert (leaves(), len(queries.departments())) == before
    return result.output


def leaves() -> list[tuple[date, date | None]]:
    db.session.rollback()
    rows = select(Absence.starts_on, Absence.ends_on).order_by(Absence.starts_on, Absence.id)
    return [tuple(row) for row in db.session.execute(rows)]  # type: ignore[misc]


def told(username: str) -> list[tuple[str, dict[str, Any]]]:
    db.session.rollback()
    return [(line.action, line.body or {}) for line in history(f"person:{person_named(username).public_id}")]


def here(code: str) -> list[str]:
    db.session.rollback()
    area_id = areas().by_code[code].id
    return [row.username for row in queries.answering([area_id], local_day(now()))[area_id]]


def test_whoever_is_on_leave_does_not_answer_but_may_act(city: Flask, cast: Cast) -> None:
    uuid = str(cast["ines"].file().json["id"])  # type: ignore[index]
    assert run(city, "leave", "--user", "mara", "--reason", "ill") == "recorded"
    assert here(COMMUNITY) == []
    assert cast["mara"].act(uuid, "accept").status_code == 200
    assert run(city, "back", "--user", "mara") == "back"
    assert here(COMMUNITY) == ["mara"]
    today = local_day(now()).isoformat()
    assert told("mara") == [
        ("person.absent", {"from": today, "until": None}),
        ("person.back", {"from": today, "on": today}),
    ]
    assert "not away" in refused(city, "back", "--user", "mara")
    yesterday = (local_day(now()) - timedelta(days=1)).isoformat()
    run(city, "leave", "--user", "mara", "--from", yesterday, "--reason", "around one that was taken back")


def test_a_stand_in_answers_for_a_period(city: Flask) -> None:
    today = local_day(now())
    until = (today + timedelta(days=7)).isoformat()
    place = ["--user", "otto", "--role", "manager", "--area", COMMUNITY]
    assert run(city, "post", *place, "--stand-in", "--until", until) == "posted"
    assert here(COMMUNITY) == ["mara", "otto"]
    said = {"role": "manager", "area": COMMUNITY, "department": None, "restricted": False, "stand_in": True}
    assert told("otto") == [("person.posted", said | {"from": today.isoformat(), "until": until})]
    run(city, "unpost", "--user", "otto", "--role", "manager")
    assert told("otto")[-1][0] == "person.unposted"
    assert here(COMMUNITY) == ["mara"]


def test_a_posting_that_has_not_begun_is_ended_before_it_begins(city: Flask) -> None:
    later = local_day(now()) + timedelta(days=3)
    run(city, "unpost", "--user", "mara", "--role", "manager")
    run(city, "post", "--user", "mara", "--role", "manager", "--area", TOWN, "--from", later.isoformat())
    run(city, "unpost", "--user", "mara", "--role", "manager")
    assert told("mara")[-1][1] | {"from": 0, "until": 0} == told("mara")[-2][1] | {"from": 0, "until": 0}
    assert told("mara")[-1][1]["until"] == later.isoformat() == told("mara")[-1][1]["from"]


@pytest.mark.parametrize(
    ("first", "until"),
    [
        ("2026-03-02", "2026-03-02"),
        ("2026-03-02", "2026-03-01"),
        ("2026-03-09", None),
        ("2026-03-15", "2026-03-17"),
        ("2026-03-01", "2026-03-11"),
        ("2026-03-11", "2026-03-12"),
        ("2026-03-01", None),
    ],
)
def test_no_leave_is_inverted_or_meets_another(city: Flask, first: str, until: str | None) -> None:
    run(city, "leave", "--user", "mara", "--from", "2026-03-10", "--until", "2026-03-16", "--reason", "x")
    ends = ["--until", until] if until else []
    refused(city, "leave", "--user", "mara", "--from", first, *ends, "--reason", "x")
    assert len(told("mara")) == 1
    run(city, "leave", "--user", "otto", "--from", "2026-03-10", "--reason", "of somebody else")


def test_leave_may_follow_upon_leave(city: Flask) -> None:
    for first, until in (
        ("2026-03-10", "2026-03-16"),
        ("2026-03-16", "2026-03-20"),
        ("2026-03-09", "2026-03-10"),
    ):
        run(city, "leave", "--user", "mara", "--from", first, "--until", until, "--reason", "x")
    run(city, "back", "--user", "mara", "--on", "2026-03-12")
    run(city, "leave", "--user", "mara", "--from", "2026-03-12", "--until", "2026-03-16", "--reason", "x")
    assert len(leaves()) == 4


@pytest.mark.parametrize("reason", ["", "  ", "x" * 201])
def test_a_leave_says_why_in_few_words(city: Flask, reason: str) -> None:
    refused(city, "leave", "--user", "mara", "--reason", reason)


def test_the_reason_of_a_leave_is_not_in_the_history(city: Flask) -> None:
    run(city, "leave", "--user", "mara", "--reason", "flu")
    assert "flu" not in str(told("mara"))
    assert db.session.scalar(select(Absence.reason)) == "flu"


def test_a_leave_ends_within_its_days_alone(city: Flask) -> None:
    database.begin_write()
    absence = staffing.record_absence(
        person_named("mara"),
        starts_on=MONDAY,
        ends_on=MONDAY + timedelta(days=5),
        reason="x",
        actor=SYSTEM,
        now=now(),
    )
    database.commit()
    for on in (MONDAY - timedelta(days=1), MONDAY + timedelta(days=5)):
        database.begin_write()
        with pytest.raises(Invalid):
            staffing.end_absence(absence, on=on, actor=SYSTEM, now=now())
        database.rollback()
    assert leaves() == [(MONDAY, MONDAY + timedelta(days=5))]


def test_of_leaves_recorded_at_once_one_is_kept(city: Flask) -> None:
    together, person = Barrier(4), person_named("mara")

    def record(n: int) -> bool:
        with city.app_context():
            together.wait()
            database.begin_write()
            try:
                staffing.record_absence(
                    person, starts_on=MONDAY + timedelta(days=n), reason="x", actor=SYSTEM, now=now()
                )
            except Invalid:
                database.rollback()
                return False
            database.commit()
            return True

    with ThreadPoolExecutor(4) as threads:
        assert sum(threads.map(record, range(4))) == 1
    assert len(leaves()) == 1


@pytest.mark.parametrize(
    "args",
    [
        ("--role", "manager"),
        ("--role", "manager", "--area", TOWN, "--department", BUREAU),
        ("--role", "manager", "--area", TOWN, "--from", "2026-03-02", "--until", "2026-03-02"),
        ("--role", "manager", "--area", "nowhere"),
    ],
)
def test_a_posting_has_one_place_and_some_days(city: Flask, args: tuple[str, ...]) -> None:
    refused(city, "post", "--user", "otto", *args)
    assert posting_of("otto").ends_on is None
    assert told("otto") == []


def line(code: str) -> list[str]:
    db.session.rollback()
    found = queries.departments()
    start = queries.department(code)
    assert start is not None
    return [found[ident].code for ident in queries.department_line(start.id)]


def test_departments_stand_in_a_line(city: Flask) -> None:
    new = ["--code", f"{TOWN}-WA", "--name", "水务", "--area", TOWN]
    assert line(f"{TOWN}-CE") == [f"{TOWN}-CE"]
    run(city, "add-department", *new, "--parent", f"{TOWN}-CE")
    run(city, "move-department", "--code", f"{TOWN}-CE", "--parent", BUREAU)
    assert line(f"{TOWN}-WA") == [f"{TOWN}-WA", f"{TOWN}-CE", BUREAU]
    body = {"name": "水务", "area": TOWN, "parent": f"{TOWN}-CE"}
    assert [(e.action, e.body) for e in history(f"department:{TOWN}-WA")] == [("department.added", body)]
    for parent in (f"{TOWN}-WA", BUREAU):
        refused(city, "move-department", "--code", BUREAU, "--parent", parent)
    run(city, "move-department", "--code", f"{TOWN}-WA")
    assert line(f"{TOWN}-WA") == [f"{TOWN}-WA"]
    refused(city, "add-department", "--code", "x", "--name", "x", "--area", TOWN, "--parent", "nobody")


def test_a_circle_of_departments_is_walked_once(city: Flask) -> None:
    """No command makes one; whoever writes into the tables can."""
    run(city, "move-department", "--code", f"{TOWN}-CE", "--parent", BUREAU)
    database.begin_write()
    ids = {row.code: row.id for row in queries.departments().values()}
    db.session.get_one(Department, ids[BUREAU]).parent_id = ids[f"{TOWN}-CE"]
    bump("departments")
    database.commit()
    assert line(BUREAU) == [BUREAU, f"{TOWN}-CE"]


def test_the_command_prints_who_is_missing(city: Flask) -> None:
    run(city, "leave", "--user", "mara", "--from", "2026-03-02", "--until", "2026-03-04", "--reason", "x")
    *table, total = run(city, "vacancies", "--on", "2026-03-03", "--within", COMMUNITY).splitlines()
    assert [row.split() for row in table] == [
        ["community", COMMUNITY, "第1社区", "2026-03-02"],
        *(["grid", f"{COMMUNITY}00{n}", f"第{n}网格", "2026-03-02"] for n in (1, 2, 3)),
    ]
    assert total == "4 vacant: 1 community, 3 grid"
    assert run(city, "vacancies", "--on", "2026-03-04", "--within", COMMUNITY) == "0 vacant"
    assert run(city, "vacancies").splitlines()[0].split()[:2] == ["district", "990002"]
    assert run(city, "vacancies", "--within", DISTRICT).splitlines()[0].split()[-1] == "-"
    refused(city, "vacancies", "--within", "nowhere")
    assert db.session.scalar(select(func.count()).select_from(Absence)) == 1
