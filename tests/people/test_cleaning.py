"""What the ways in leave behind goes in time, and nothing before its time."""

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from app.core import db as database
from app.core.clock import now
from app.core.db import db
from app.jobs import worker
from app.people import cleaning
from app.people.models import FailedSignIn, SignIn
from tests.conftest import person_named

DAY = timedelta(days=1)
MOMENT = timedelta(microseconds=1)


def session(name: str, at: datetime, *, ends: timedelta, ended: timedelta | None = None) -> SignIn:
    """`ends` and `ended`: how long ago."""
    return SignIn(
        token_hash=name,
        person_id=person_named("ines").id,
        began_at=at - 90 * DAY,
        seen_at=at - ends,
        ends_at=at - ends,
        ended_at=None if ended is None else at - ended,
    )


def left() -> tuple[list[str], list[str]]:
    db.session.rollback()
    failures = db.session.scalars(select(FailedSignIn.key).order_by(FailedSignIn.id))
    return list(failures), list(db.session.scalars(select(SignIn.token_hash).order_by(SignIn.id)))


@pytest.mark.parametrize("at_a_time", [1, cleaning.AT_A_TIME])
def test_only_what_is_old_enough_goes(city: Flask, at_a_time: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cleaning, "AT_A_TIME", at_a_time)
    at = now()
    database.begin_write()
    for key, age in (("old", DAY + MOMENT), ("older", 9 * DAY), ("a day", DAY), ("new", MOMENT)):
        db.session.add(FailedSignIn(key=key, at=at - age))
    db.session.add_all(
        [
            session("open", at, ends=-DAY),
            session("signed out long ago", at, ends=-DAY, ended=30 * DAY + MOMENT),
            session("signed out", at, ends=-DAY, ended=30 * DAY),
            session("run out long ago", at, ends=30 * DAY + MOMENT),
            session("run out", at, ends=30 * DAY),
        ]
    )
    database.commit()
    assert cleaning.clean_up(at) == 4
    assert left() == (["a day", "new"], ["open", "signed out", "run out"])
    assert cleaning.clean_up(at) == 0


def test_the_worker_does_it(city: Flask) -> None:
    database.begin_write()
    db.session.add(FailedSignIn(key="old", at=now() - 2 * DAY))
    database.commit()
    assert worker.run_once(worker.JOBS["people.clean"], now()) == 1
    assert left() == ([], [])
