"""Attempts at delivery go in time, and nothing before its time."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from app.core.clock import now
from app.core.db import begin_write, commit, db
from app.events import cleaning
from app.events.models import Attempt
from app.jobs import worker

DAY, MOMENT = timedelta(days=1), timedelta(seconds=1)


@pytest.mark.parametrize("at_a_time", [1, cleaning.AT_A_TIME])
def test_only_old_attempts_go(app: Flask, at_a_time: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cleaning, "AT_A_TIME", at_a_time)
    at = now()
    begin_write()
    for seq, age in enumerate((90 * DAY, 31 * DAY, 30 * DAY + MOMENT, 30 * DAY - MOMENT, MOMENT), start=1):
        db.session.add(Attempt(listener="notify", seq=seq, at=at - age, error=None))
        db.session.flush()
    commit()
    assert cleaning.clean_up(at) == 3
    assert cleaning.clean_up(at) == 0
    assert list(db.session.scalars(select(Attempt.seq).order_by(Attempt.seq))) == [4, 5]


def test_the_worker_does_it(app: Flask) -> None:
    assert worker.run_once(worker.JOBS["events.clean"], now()) == 0
    assert worker.run_once(worker.JOBS["media.clean"], now()) == 0
