"""Notices in the tiny city: events are told at once, and what somebody has been told is a list."""

from collections.abc import Callable
from datetime import datetime, time

import pytest
from flask import Flask
from sqlalchemy import select

from app.core import db as database
from app.core.clock import now
from app.core.db import db
from app.core.policy import SYSTEM
from app.events import append, delivery
from app.events.queries import last_seq
from app.notify.models import Notice, Outgoing, Preference
from app.people.models import Person

Happen = Callable[..., int]


def tell_all(at: datetime | None = None) -> None:
    """What the worker does every two seconds, until nothing is left to tell."""
    db.session.rollback()
    while delivery.deliver_all(at or now()):
        pass
    db.session.rollback()


def told(username: str) -> list[str]:
    """The templates of somebody's notices, oldest first."""
    db.session.rollback()
    mine = select(Notice).join(Person, Person.id == Notice.person_id).where(Person.username == username)
    return [notice.template for notice in db.session.scalars(mine.order_by(Notice.id))]


def everybody_told() -> dict[str, list[str]]:
    db.session.rollback()
    rows = select(Person.username, Notice.template).join(Person, Person.id == Notice.person_id)
    found: dict[str, list[str]] = {}
    for name, template in db.session.execute(rows.order_by(Notice.id)):
        found.setdefault(name, []).append(template)
    return found


def address(username: str, **changes: object) -> Preference:
    """Give somebody a mail address, with no quiet hours unless `changes` say so."""
    database.begin_write()
    ident = db.session.scalars(select(Person.id).where(Person.username == username)).one()
    wish: dict[str, object] = {
        "address": f"{username}@example.org",
        "mail": True,
        "daily": False,
        "language": "en",
    }
    wish |= {"quiet_from": time(7), "quiet_to": time(7)}
    found = db.session.get(Preference, ident) or Preference(person_id=ident)
    for name, value in (wish | changes).items():
        setattr(found, name, value)
    db.session.add(found)
    database.commit()
    return found


def outgoing() -> list[Outgoing]:
    db.session.rollback()
    return list(db.session.scalars(select(Outgoing).order_by(Outgoing.id)))


@pytest.fixture
def happen(city: Flask) -> Happen:
    """Append one event by the system (or `actor`) and tell it: its sequence number."""

    def happen(
        action: str, subject: str, actor: object = SYSTEM, at: datetime | None = None, **body: object
    ) -> int:
        database.begin_write()
        append(action, subject, body, actor=actor, at=at or now())  # type: ignore[arg-type]
        database.commit()
        seq = last_seq()
        tell_all(at)
        return seq

    return happen
