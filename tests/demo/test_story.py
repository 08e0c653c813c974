"""The demonstration: labelled, seeded, made through the services, by people who cannot sign in."""

from collections import Counter
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import select

from app.cases.models import Case
from app.catalogue.service import sync_catalogue
from app.core import db as database
from app.core.db import db
from app.demo.cast import make_departments, make_staff
from app.demo.pictures import make_pictures
from app.demo.story import LABEL, Story
from app.events import queries as chain
from app.people.models import Person
from app.people.queries import departments
from app.people.service import check_password
from tests.areas.tiny_city import load_tiny_city

NOW = datetime(2026, 11, 21, 4, tzinfo=UTC)


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


def test_cases_of_every_kind_are_made_in_order_and_labelled(staffed: Flask) -> None:
    played = play(180)
    assert Counter(case.status for case in played).keys() >= {
        "filed",
        "accepted",
        "in_progress",
        "handled",
        "closed",
        "rejected",
    }
    assert {case.level for case in played} == {"community", "town", "district", "city"}
    assert all(case.description.startswith(LABEL) for case in played)
    assert all(case.filed_at <= case.changed_at <= NOW for case in played)
    told = [event.at for event in chain.since(0, ["case.filed", "case.accept", "case.dispatch"], 9999)]
    assert told == sorted(told)
    assert chain.verify() == []


def test_the_same_seed_tells_the_same_story(staffed: Flask) -> None:
    first = Story(8, make_pictures(), NOW, seed=3)
    second = Story(8, make_pictures(), NOW, seed=3)
    assert [step.at for step in first.steps] == [step.at for step in second.steps]


def test_synthetic_staff_cannot_sign_in(staffed: Flask) -> None:
    play(1)
    staff = list(db.session.scalars(select(Person).where(Person.synthetic)))
    assert staff
    assert [one.username for one in staff if one.password_hash is not None] == []
    assert check_password(staff[0].username, "") is None


def play(count: int) -> list[Case]:
    for _done in Story(count, make_pictures(), NOW).play():
        pass
    return list(db.session.scalars(select(Case).order_by(Case.id)))
