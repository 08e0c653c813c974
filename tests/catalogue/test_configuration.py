"""Versions of the configuration: made, read, compared, never edited; each refusal changes nothing."""

from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.exc import DatabaseError

from app.areas.index import areas
from app.catalogue.configuration import (
    Changed,
    Difference,
    Kind,
    change_configuration,
    configuration,
    configuration_at,
    content_of,
    difference_between,
    history,
    ladder_terms,
    limits,
    proposed_department,
    reasons,
    responsibility_review,
    sync_configuration,
    terms,
    working_calendar,
)
from app.catalogue.configuration.files import DATA
from app.catalogue.models import ConfigurationVersion
from app.catalogue.queries import categories
from app.catalogue.service import sync_catalogue
from app.core import db as database
from app.core.db import db
from app.core.policy import SYSTEM, Actor
from app.core.problems import Invalid, NotFound, Stale
from app.events.models import Event
from app.events.queries import history as events_of
from app.people.queries import actor_by_username, departments
from app.workflow.terms import Term

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=3)
FRIDAY_NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)


def synced(now: datetime = NOW, data: Path = DATA) -> tuple[Changed, ...]:
    database.begin_write()
    sync_catalogue(now)
    done = sync_configuration(now, data)
    database.commit()
    return done


def changed(kind: Kind, now: datetime = LATER, **changes: Any) -> Changed:
    """Someone changes the active content by hand."""
    content = content_of(kind)[1] | changes
    database.begin_write()
    done = change_configuration(kind, content, actor=an_administrator(), now=now, note="tried out")
    database.commit()
    return done


def an_administrator() -> Actor:
    found = actor_by_username("ada", NOW)
    return found or SYSTEM


def rows() -> int:
    return db.session.scalar(select(func.count()).select_from(ConfigurationVersion)) or 0


def told() -> int:
    return db.session.scalar(select(func.count()).where(Event.action == "configuration.changed")) or 0


def test_without_any_version_what_is_shipped_counts(app: Flask) -> None:
    assert limits().geofence_m == 100
    assert str(ladder_terms().grace("town")) == "1wd"
    assert [row.code for row in reasons("reject")][:2] == ["not_ours", "duplicate"]
    assert reasons("comment") == ()
    assert working_calendar().due(FRIDAY_NOON, Term.parse("1wd")) == datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
    assert content_of(Kind.LIMITS)[0] == 0


def test_a_sync_stores_every_kind_once(city: Flask) -> None:
    before = configuration()
    assert {(done.kind, done.version, done.created) for done in synced()} == {(k, 1, True) for k in Kind}
    assert {(done.kind, done.version, done.created) for done in synced()} == {(k, 1, False) for k in Kind}
    assert (rows(), told()) == (len(Kind), len(Kind))
    assert replace(configuration(), versions={}) == before


def test_a_change_is_a_new_version_and_the_old_one_stays(city: Flask) -> None:
    synced()
    assert changed(Kind.LIMITS, geofence_m=250) == Changed(Kind.LIMITS, 2, created=True)
    assert limits().geofence_m == 250
    assert content_of(Kind.LIMITS, 1)[1]["geofence_m"] == 100
    newest, first = history(Kind.LIMITS)
    assert (newest.version, newest.note, newest.activated_at) == (2, "tried out", LATER)
    assert (newest.person_id, first.person_id) == (an_administrator().id, None)
    assert difference_between(Kind.LIMITS, 1, 2) == (Difference("geofence_m", "100", "250"),)
    with pytest.raises(NotFound):
        content_of(Kind.LIMITS, 3)


def test_the_same_again_is_no_new_version(city: Flask) -> None:
    synced()
    assert changed(Kind.LIMITS) == Changed(Kind.LIMITS, 1, created=False)
    assert rows() == told() == len(Kind)


def test_an_instant_finds_what_was_active_then(city: Flask) -> None:
    synced()
    changed(Kind.LIMITS, geofence_m=250)
    changed(Kind.LADDER, LATER + timedelta(days=1), graces=halved(content_of(Kind.LADDER)[1]["graces"]))
    assert configuration_at(LATER - timedelta(microseconds=1)).limits.geofence_m == 100
    assert configuration_at(LATER).limits.geofence_m == 250
    assert str(configuration_at(LATER).ladder.grace("town")) == "1wd"
    assert configuration_at(LATER + timedelta(days=1)) == configuration()
    assert configuration_at(NOW - timedelta(days=400)) == configuration_at(NOW)
    assert configuration_at(LATER).versions[Kind.LIMITS] == 2


def halved(graces: list[dict[str, str]]) -> list[dict[str, str]]:
    return [row | {"term": "4wh"} for row in graces]


def test_a_clock_that_went_back_does_not_mix_up_the_order(city: Flask) -> None:
    synced(LATER)
    changed(Kind.LIMITS, NOW, geofence_m=250)
    assert [row.activated_at for row in history(Kind.LIMITS)] == [LATER, LATER]
    assert configuration_at(LATER).limits.geofence_m == limits().geofence_m == 250


def test_the_citys_own_days_stand_over_the_countrys(city: Flask) -> None:
    assert not working_calendar().is_working_day(datetime(2026, 10, 1).date())
    days = [
        {"date": "2026-10-01", "hours": ["09:00-10:00"], "name": "duty"},
        {"date": "2026-11-23", "hours": []},
    ]
    changed(Kind.CALENDAR, days=days)
    assert working_calendar().is_working_day(datetime(2026, 10, 1).date())
    assert working_calendar().due(FRIDAY_NOON, Term.parse("1wd")) == datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


def test_the_catalogues_own_terms_follow_its_versions(city: Flask, tmp_path: Path) -> None:
    asked = {"category": "E0102", "kind": "event", "urgency": "normal", "level": "town"}
    before = configuration()
    assert str(terms().term("handle", **asked)) == "4wh"
    file = tmp_path / "categories.csv"
    written = (DATA / "categories.csv").read_text(encoding="utf-8")
    file.write_text(written.replace("garbage,event,0,4wh", "garbage,event,0,6wh"), encoding="utf-8")
    database.begin_write()
    sync_catalogue(datetime(2100, 1, 1, tzinfo=UTC), file)
    database.commit()
    assert str(terms().term("handle", **asked)) == "6wh"
    assert configuration_at(datetime(2099, 12, 31, tzinfo=UTC)).terms == before.terms


def test_files_bring_up_only_what_nobody_changed_by_hand(city: Flask, tmp_path: Path) -> None:
    synced()
    changed(Kind.LIMITS, geofence_m=250)
    data = copytree(DATA, tmp_path / "data")
    for name, old, new in (
        ("limits", "reopen_days,15", "reopen_days,20"),
        ("ladder", "town,*,1wd", "town,*,2wd"),
    ):
        file = data / f"{name}.csv"
        file.write_text(file.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    done = {each.kind: each for each in synced(LATER, data)}
    assert done[Kind.LIMITS] == Changed(Kind.LIMITS, 2, created=False, kept_by_hand=True)
    assert done[Kind.LADDER] == Changed(Kind.LADDER, 2, created=True)
    assert (limits().reopen_days, str(ladder_terms().grace("town"))) == (15, "2wd")


BAD: tuple[tuple[str, dict[str, Any], str], ...] = (
    ("calendar", {"make_up": ["08:00-12:00", "11:00-17:00"]}, "make_up"),
    ("calendar", {"make_up": ["12:00-08:00"]}, "make_up"),
    ("calendar", {"days": [{"date": "2026-13-01", "hours": []}]}, "days.0.date"),
    ("terms", {"rules": []}, "rules"),
    (
        "terms",
        {"rules": [{"stage": "accept", "category": "*", "level": "*", "urgency": "*", "term": "0h"}]},
        "rules.0.term",
    ),
    (
        "terms",
        {"rules": [{"stage": "accept", "category": "X", "level": "*", "urgency": "*", "term": "1h"}]},
        "rules.0.category",
    ),
    ("ladder", {"graces": [{"level": "town", "urgency": "*", "term": "1000000h"}]}, "graces.0.term"),
    ("limits", {"geofence_m": "far"}, "geofence_m"),
    (
        "responsibility",
        {"rules": [{"category": "*", "area": "*", "department": "nobody"}]},
        "rules.0.department",
    ),
    ("weather", {}, "kind"),
)


@pytest.mark.parametrize(("kind", "changes", "field"), BAD)
def test_bad_content_changes_nothing(city: Flask, kind: str, changes: dict[str, Any], field: str) -> None:
    synced()
    before = (rows(), told(), configuration())
    content = content_of(Kind(kind))[1] | changes if kind in tuple(Kind) else changes
    database.begin_write()
    with pytest.raises(Invalid) as refusal:
        change_configuration(kind, content, actor=an_administrator(), now=LATER, departments=("990001-UM",))
    database.commit()  # even if somebody swallowed the refusal
    assert field in refusal.value.errors
    assert (rows(), told(), configuration()) == before


def test_a_note_has_an_end(city: Flask) -> None:
    database.begin_write()
    with pytest.raises(Invalid):
        change_configuration("limits", content_of(Kind.LIMITS)[1], actor=SYSTEM, now=NOW, note="x" * 501)
    database.rollback()


def test_the_second_editor_is_told(city: Flask) -> None:
    synced()
    seen, content = content_of(Kind.LIMITS)
    changed(Kind.LIMITS, geofence_m=250)
    database.begin_write()
    with pytest.raises(Stale):
        change_configuration(
            "limits", content | {"geofence_m": 60}, actor=an_administrator(), now=LATER, based_on=seen
        )
    database.rollback()
    assert limits().geofence_m == 250


def test_what_is_asked_for_is_not_changed_by_the_asker(city: Flask) -> None:
    content = content_of(Kind.LIMITS)[1]
    said = deepcopy(content)
    changed(Kind.LIMITS, geofence_m=250)
    assert content == said


@pytest.mark.parametrize(
    "attack",
    [
        "update configuration set content = '{}'",
        "delete from configuration",
        "update configuration set version = 9",
    ],
)
def test_a_version_is_never_edited(app: Flask, attack: str) -> None:
    synced()
    database.begin_write()
    with pytest.raises(DatabaseError, match="append-only"):
        db.session.execute(text(attack))
    database.rollback()
    assert rows() == len(Kind)


def test_the_event_says_what_changed(city: Flask) -> None:
    synced()
    changed(Kind.LIMITS, geofence_m=250)
    last = list(events_of("configuration:limits"))[-1]
    assert last.body["changed"] == [["geofence_m", "100", "250"]]


@dataclass(frozen=True)
class Case:
    unit: str
    category: str
    department: str | None


@pytest.mark.parametrize(
    "case",
    [
        Case("990001001001001", "E0102", "990001-UM"),
        Case("990001001001001", "E0501", "990001001-CE"),
        Case("990002", "E0501", "990002-UM"),  # no office there: the next rule that leads somewhere
        Case("990000", "E0102", None),
    ],
)
def test_the_department_to_propose(city: Flask, case: Case) -> None:
    codes = {row.code for row in departments().values()}
    unit = areas().by_code[case.unit]
    assert proposed_department(categories()[case.category], unit, codes) == case.department


def test_the_review_names_who_has_no_owner(city: Flask) -> None:
    codes = {row.code for row in departments().values()}
    found = responsibility_review(codes)
    assert [gap.area for gap in found.gaps] == ["990000"]
    assert len(found.gaps[0].categories) == len(categories())


def test_the_command_brings_everything_up_to_date(city: Flask) -> None:
    runner = city.test_cli_runner()
    output = runner.invoke(args=["catalogue", "sync"]).output
    assert all(f"{kind}: version 1 is new" in output for kind in Kind)
    changed(Kind.LIMITS, geofence_m=250)
    assert "limits: version 2 was made by hand and stays" in runner.invoke(args=["catalogue", "sync"]).output
