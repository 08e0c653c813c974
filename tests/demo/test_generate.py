"""A generated city in the database: what the key says is there, and the product's own oracle agrees."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.areas.index import areas
from app.cases.escalations import Escalation
from app.cases.models import Case, PastState, Task
from app.catalogue.service import sync_catalogue
from app.core import db as database
from app.core.clock import day_start
from app.core.db import db
from app.demo.generate import Generated, generate
from app.demo.generate.life import Life
from app.demo.staff import inspector_name
from app.demo.story import LABEL
from app.demo.synthetic import Plan
from app.escalation.audit import faults
from app.escalation.city import City
from app.escalation.stored import all_cases
from app.events import queries as chain
from app.events.delivery import reading_states
from app.people.models import Person
from tests.areas.tiny_city import load_tiny_city
from tests.cast import Caller

PLAN = Plan(cases=300, start=date(2026, 8, 1), end=date(2026, 11, 1), borders=0.06, shapes=0.03, outside=0.02)
NOW = datetime(2026, 11, 21, 4, tzinfo=UTC)
SEEN: dict[str, Any] = {}
"""What the first engine held, for the second to compare with."""


@pytest.fixture
def bare(app: Flask) -> Flask:
    """The tiny city and the catalogue, and nobody in it."""
    load_tiny_city()
    database.begin_write()
    sync_catalogue(NOW)
    database.commit()
    return app


def made(**how: Any) -> Generated:
    return generate(PLAN, 5, now=NOW, **how)


def test_the_same_seed_gives_the_same_key_and_rows_on_both_engines(bare: Flask) -> None:
    told = made(history=True)
    rows = _rows()
    assert [len(part) for part in rows[:2]] == [300, told.tasks]
    assert SEEN.setdefault("key", told.key) == told.key
    assert SEEN.setdefault("rows", rows) == rows


def _rows() -> list[list[tuple[Any, ...]]]:
    """Everything but who did it, who are told by name: people are numbered as they come."""
    people = {"id", "filed_by_id", "handled_by_id", "person_id", "geom"}
    found = []
    for model in (Case, Task, PastState, Escalation):
        columns = [column for column in model.__table__.c if column.name not in people]
        found.append([tuple(row) for row in db.session.execute(select(*columns).order_by(model.id))])
    filed = select(Case.uuid, Person.username).join(Person, Person.id == Case.filed_by_id)
    return [*found, [tuple(row) for row in db.session.execute(filed.order_by(Case.id))]]


def test_the_oracle_finds_no_difference_and_the_chain_holds(bare: Flask) -> None:
    generated = made(history=True)
    assert chain.verify() == []
    assert differences() == []
    assert generated.escalations > 20
    assert {case.status for case in db.session.scalars(select(Case))} >= {"closed", "rejected", "in_progress"}
    for field in (Case.reworks, Case.returns, Case.escalations):
        assert db.session.scalar(select(func.count()).where(field > 0))


def differences() -> list[str]:
    """Where a case does not stand as its events say, when all lives stop."""
    city, until = City(), day_start(PLAN.end)
    return [fault for chunk in all_cases() for stored in chunk for fault in faults(stored, city, until)]


def test_a_life_that_the_clock_does_not_see_would_be_found(
    bare: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Life, "wait", lambda _self, _until: None)
    made(history=True)
    assert any("not raised" in fault for fault in differences())


def test_without_a_history_only_the_filing_is_told(bare: Flask) -> None:
    before = chain.last_seq()
    made()
    assert chain.verify() == []
    assert chain.last_seq() == before + PLAN.cases
    assert all(state.waiting == 0 for state in reading_states())


def test_the_key_says_what_the_database_holds(bare: Flask) -> None:
    generated = made()
    key = json.loads(generated.key)
    by_uuid = {str(case.uuid): case for case in db.session.scalars(select(Case))}
    code = {unit.id: unit.code for unit in areas().entries}
    assert len(by_uuid) == key["cases"] == PLAN.cases
    unplaced = {uuid for uuid, case in by_uuid.items() if case.placement == "unplaced"}
    assert unplaced == set(key["outside"]) and unplaced
    assert {uuid for uuid, case in by_uuid.items() if case.geometry} == set(key["shapes"]) and key["shapes"]
    for pair in key["duplicates"]:
        first, again = by_uuid[pair["first"]], by_uuid[pair["again"]]
        assert first.category == again.category
        assert first.filed_at < again.filed_at
    assert len(key["duplicates"]) == 6
    away = {line["case"]: line for line in key["borders"]}
    for line in away.values():
        assert code.get(by_uuid[line["case"]].grid_id or 0) == line["placed"]
        lon, lat = line["true_point"]
        assert areas().by_id[areas().tree.grid_at(lon, lat) or 0].code == line["true"]
    assert {line["placed"] == line["true"] for line in away.values()} == {True, False}
    counted = dict.fromkeys(key["grids"]["code"], 0)
    for uuid, case in by_uuid.items():
        if case.grid_id:
            counted[away[uuid]["true"] if uuid in away else code[case.grid_id]] += 1
    lost = sum(line["placed"] is None for line in away.values())
    assert sum(key["grids"]["drawn"]) == sum(counted.values()) + lost
    if not lost:
        assert list(counted.values()) == key["grids"]["drawn"]


def test_dedicated_land_and_holes_hold_no_case_of_their_hosts(bare: Flask) -> None:
    placed = generate(PLAN, 6, now=NOW)
    key = json.loads(placed.key)
    wrong = [
        case
        for case, unit in enumerate(placed.placed)
        if unit != placed.city.ground.codes[placed.city.drawn.grid[case]]
        and not placed.city.drawn.outside[case]
        and not placed.city.points.border[case]
    ]
    assert wrong == []
    assert "990002002002004" not in key["grids"]["code"]


def test_everything_is_labelled_and_filed_by_people_who_cannot_sign_in(bare: Flask) -> None:
    made()
    assert all(text.startswith(LABEL) for text in db.session.scalars(select(Case.description)))
    filers = db.session.scalars(select(Person).join(Case, Case.filed_by_id == Person.id)).all()
    assert all(person.synthetic and person.password_hash is None for person in filers)


def test_clocks_of_phones_are_wrong_where_the_key_says(bare: Flask) -> None:
    key = json.loads(generate(PLAN, 5, now=NOW).key)
    ((town, offset),) = key["phones"].items()
    said = select(Person.username, Case.channel).join(Case, Case.filed_by_id == Person.id)
    assert set(db.session.execute(said.where(Case.extra.is_not(None)))) == {
        (inspector_name(town), "inspector")
    }
    flagged = select(func.count()).where(Case.flags.contains("clock_wrong"))
    assert bool(db.session.scalar(flagged)) is (offset > 600)
    late = select(Case.observed_at, Case.filed_at).where(Case.flags.contains('"late"'))
    assert all(filed - observed >= timedelta(hours=2) for observed, filed in db.session.execute(late))


def test_it_refuses_to_mix_with_cases_of_people(city: Flask, cast: dict[str, Caller], tmp_path: Path) -> None:
    assert cast["ines"].file().status_code == 201
    runner = city.test_cli_runner()
    asked = ["demo", "generate", "--cases", "40", "--key", str(tmp_path / "key.json")]
    refused = runner.invoke(args=asked)
    assert refused.exit_code == 1
    assert "holds 1 cases that people have filed" in refused.output
    assert db.session.scalar(select(func.count()).select_from(Case)) == 1
    done = runner.invoke(args=[*asked, "--into-existing"])
    assert done.exit_code == 0, done.output
    assert json.loads((tmp_path / "key.json").read_bytes())["cases"] == 40
    assert db.session.scalar(select(func.count()).select_from(Case)) == 41
    assert cast["ines"].file().status_code == 201  # numbering goes on
    assert db.session.scalar(select(func.count()).where(Person.synthetic)) > 0


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        (["--from", "2026-11-02", "--to", "2026-11-01"], "--from must lie before --to"),
        (["--to", "2999-01-01"], "not in the future"),
        (["--cases", "0"], "0"),
    ],
)
def test_what_makes_no_sense_is_refused(city: Flask, asked: list[str], why: str) -> None:
    answer = city.test_cli_runner().invoke(args=["demo", "generate", *asked])
    assert answer.exit_code != 0
    assert why in answer.output


def test_the_same_city_is_not_made_twice_nor_a_key_overwritten(city: Flask, tmp_path: Path) -> None:
    runner, key = city.test_cli_runner(), tmp_path / "key.json"
    asked = ["demo", "generate", "--cases", "20", "--quiet", "--key"]
    assert runner.invoke(args=[*asked, str(key)]).exit_code == 0
    assert json.loads(key.read_bytes())["clusters"] == []
    again = runner.invoke(args=[*asked, str(key)])
    assert "is there already" in again.output
    again = runner.invoke(args=[*asked, str(tmp_path / "other.json")])
    assert "seed 1 is in this database already" in again.output
