"""The demonstration: labelled, seeded, made through the services, by people who cannot sign in."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, func, select, update

from app.cases.escalations import Escalation
from app.cases.models import Case, CaseAction, CaseApplication, CaseGrant, CasePhoto, PastState, Task
from app.cases.service.raising import Climbed, is_due
from app.catalogue.service import sync_catalogue
from app.core import db as database
from app.core.db import db
from app.demo import story as stories
from app.demo.cast import make_departments
from app.demo.pictures import make_pictures
from app.demo.scenes import NUMBER
from app.demo.staff import make_staff
from app.demo.story import LABEL, Story
from app.events import queries as chain
from app.people.models import Person
from app.people.queries import departments
from app.people.service import check_password
from app.workflow.tasks import MAIN_TASK, TaskKind
from tests.areas.tiny_city import load_tiny_city

NOW = datetime(2026, 11, 19, 4, tzinfo=UTC)
"""A Thursday, in the city's working time."""
TICK = timedelta(seconds=60)


@pytest.fixture
def staffed(app: Flask) -> Flask:
    """The tiny city with its catalogue, and with the demonstration's departments and synthetic staff."""
    load_tiny_city()
    database.begin_write()
    sync_catalogue(NOW)
    make_departments()
    database.commit()
    database.begin_write()
    make_staff({row.code: row for row in departments().values()}, NOW)
    database.commit()
    return app


def test_a_plausible_world_in_which_nothing_is_left_behind(staffed: Flask) -> None:
    played = play(NUMBER + 50)
    reached_everywhere(played)
    labelled_and_in_order(played)
    everything_late_has_climbed()
    every_duty_is_there(played)
    work_for_everybody(played)
    assert chain.verify() == []


def reached_everywhere(played: list[Case]) -> None:
    assert Counter(case.status for case in played).keys() == set(MAIN_TASK) | {"closed", "rejected", "voided"}
    still = [case for case in played if case.ended_at is None]
    assert {case.level for case in still} == {"community", "town", "district", "city"}
    ended = [case for case in played if case.status == "closed"]
    in_time = sum(bool(case.on_time) for case in ended)
    assert in_time > 0.75 * len(ended)
    assert 3 <= sum(case.level == "city" and case.card == "black" for case in still) <= 12


def labelled_and_in_order(played: list[Case]) -> None:
    assert all(case.description.startswith(LABEL) for case in played)
    assert all(case.filed_at <= case.changed_at <= NOW for case in played)
    told = chain.since(0, ["case.filed", "case.accept", "case.dispatch", "case.climbed"], 9999)
    assert [event.at for event in told] == sorted(event.at for event in told)


def everything_late_has_climbed() -> None:
    """Nothing due is left for the sweep, and what climbed did so within a tick of its limit."""
    assert not db.session.scalar(select(func.count()).select_from(Task).where(*is_due(NOW)))
    assert overdue_and_never_raised() == []
    rungs = list(db.session.execute(select(Escalation, Task).join(Task, Task.id == Escalation.task_id)))
    assert rungs
    waited = [rung.at - max(rung.due_at, task.opened_at) for rung, task in rungs]
    assert max(waited) <= TICK


def overdue_and_never_raised() -> list[int]:
    """Open duties whose limit has passed without a breach on record."""
    running = (Task.closed_at.is_(None), Task.paused_at.is_(None), Task.due_at <= NOW)
    return list(db.session.scalars(select(Task.id).where(*running, Task.rung == 0)))


def every_duty_is_there(played: list[Case]) -> None:
    """Each open case has the duty of its status; while departments assist, the check has not begun."""
    kinds: dict[int, set[str]] = {}
    for task in db.session.scalars(select(Task).where(Task.closed_at.is_(None))):
        kinds.setdefault(task.case_id, set()).add(task.kind)
    for case in played:
        if case.ended_at is None:
            beside = {TaskKind.ASSIST, TaskKind.RESPOND} if case.status == "handled" else set()
            assert kinds[case.id] & {MAIN_TASK[case.status], *beside}, case.number  # type: ignore[index]


def work_for_everybody(played: list[Case]) -> None:
    """Something of every sort waits for somebody."""
    waiting = Counter(db.session.scalars(select(Task.kind).where(Task.closed_at.is_(None))))
    assert waiting.keys() == set(TaskKind)
    still = [case for case in played if case.ended_at is None]
    assert {case.card for case in still} == {None, "yellow", "red", "black"}
    assert {"extend", "suspend", "void"} <= {case.applied for case in still}
    assert any(case.returns >= 2 and case.level == "town" for case in still)
    assert any(case.self_handled for case in played)
    assert any(case.reopens and case.ended_at is None for case in played)
    assert any(case.extensions for case in played)
    reviews = [task.due_at for task in db.session.scalars(select(Task).where(Task.kind == "review"))]
    assert any(due is not None and due > NOW for due in reviews)


@pytest.mark.parametrize("looks", [True, False], ids=["the clock looks", "the fault: it does not"])
def test_a_limit_that_nobody_looks_at_would_be_found(
    staffed: Flask, monkeypatch: pytest.MonkeyPatch, looks: bool
) -> None:
    """Nobody ever does anything about what was filed."""
    monkeypatch.setattr(stories, "draw", lambda _chance, _category: iter(("file",)))
    if not looks:
        monkeypatch.setattr(Story, "_watch", lambda _self, _plot, _at: None)
        monkeypatch.setattr(stories, "climb", lambda **_said: Climbed())
    old = [case.id for case in play(20) if case.filed_at < NOW - timedelta(days=14)]
    assert old
    assert bool(overdue_and_never_raised()) is not looks
    black = db.session.scalars(select(Case.id).where(Case.card == "black", Case.level == "city")).all()
    assert set(black).issuperset(old) is looks


def test_the_same_seed_makes_the_same_cases(staffed: Flask) -> None:
    first = told(play(30))
    forget_cases()
    assert told(play(30)) == first


def told(played: list[Case]) -> list[tuple[Any, ...]]:
    fields = ("uuid", "status", "level", "card", "due_at", "changed_at", "escalations", "returns", "version")
    return sorted(tuple(str(getattr(case, name)) for name in fields) for case in played)


def forget_cases() -> None:
    """As before the first case; the chain of events stays, as always."""
    database.begin_write()
    db.session.execute(update(CaseApplication).values(task_id=None))
    for model in (Escalation, CaseApplication, CaseGrant, CaseAction, CasePhoto, PastState, Task, Case):
        db.session.execute(delete(model))
    database.commit()
    db.session.expunge_all()


def test_few_cases_are_told_without_scenes(staffed: Flask) -> None:
    assert len(Story(8, make_pictures(), NOW).steps) == 8
    assert len(Story(NUMBER + 8, make_pictures(), NOW).steps) == NUMBER + 8


def test_synthetic_staff_cannot_sign_in(staffed: Flask) -> None:
    play(1)
    staff = list(db.session.scalars(select(Person).where(Person.synthetic)))
    assert staff
    assert [one.username for one in staff if one.password_hash is not None] == []
    assert check_password(staff[0].username, "") is None


def play(count: int) -> list[Case]:
    story = Story(count, make_pictures(), NOW)
    for _done in story.play():
        pass
    assert story.refused == []
    return list(db.session.scalars(select(Case).order_by(Case.id)))
