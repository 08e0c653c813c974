"""Any number of workers, killed at any point: every rung once, in the chain and in the tables."""

import os
import signal
import time
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import select

from app.cases.escalations import Escalation
from app.cases.models import Case
from app.cases.service import file_case, plan_filing, raising
from app.core import db as database
from app.core.db import database_now, db
from app.escalation import queries, sweep
from app.events.queries import verify
from tests.cast import filing
from tests.escalation.stories import read_filing, someone, uuid4, writing

pytestmark = pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
LONG_AGO = datetime(2024, 1, 5, 1, tzinfo=UTC)
CASES = 24
SECONDS = 20


@pytest.fixture
def overdue(city: Flask, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """A city whose cases are three limits behind, swept in small batches."""
    monkeypatch.setattr(sweep, "BATCH", 5)
    ines = someone("ines", LONG_AGO)
    plans = [plan_filing(read_filing(uuid4(), filing())) for _n in range(CASES)]
    with writing():
        for plan in plans:
            file_case(plan, actor=ines, now=LONG_AGO)
    return city


def apart(app: Flask, work: Callable[[], object]) -> int:
    """Do something in a process of its own; its id."""
    db.session.remove()
    db.engine.dispose()
    pid = os.fork()
    if pid:
        return pid
    try:
        work()
        os._exit(0)
    except BaseException:
        os._exit(1)


def ended(pid: int) -> int:
    """How it ended: 0, 1, or minus the signal."""
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def sweep_until_nothing_is_due() -> None:
    """What a dead worker had locked becomes free when the database notices."""
    until = time.monotonic() + SECONDS
    while queries.oldest_waiting(database_now()) is not None:
        assert time.monotonic() < until, "something is due and nobody can have it"
        sweep.sweep()


def check_every_rung_once() -> None:
    db.session.rollback()
    rungs = db.session.execute(select(Escalation.case_id, Escalation.rung))
    cases = list(db.session.scalars(select(Case).order_by(Case.id)))
    assert sorted(tuple(rung) for rung in rungs) == [(case.id, rung) for case in cases for rung in (1, 2, 3)]
    assert {(case.level, case.escalations, case.version) for case in cases} == {("city", 3, 4)}
    assert verify() == []


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def die_instead(*_asked: object) -> None:
    die()


def sweep_and_die(point: str) -> None:
    """Begin a second batch, and be killed in it."""
    commits = []
    commit = database.commit

    def counted() -> None:
        if len(commits) == 1 and point == "written":
            die()
        commit()
        commits.append(point)
        if len(commits) == 1 and point == "locked":
            raising._read = die_instead  # type: ignore[assignment]
        if len(commits) == 2:
            die()

    database.commit = counted
    sweep.sweep()


@pytest.mark.parametrize("point", ["locked", "written", "committed"])
def test_a_worker_killed_loses_and_repeats_nothing(overdue: Flask, point: str) -> None:
    assert ended(apart(overdue, lambda: sweep_and_die(point))) == -signal.SIGKILL
    done = len(db.session.scalars(select(Escalation.id)).all())
    assert done == 3 * 5 * (2 if point == "committed" else 1)
    sweep_until_nothing_is_due()
    check_every_rung_once()


def test_several_workers_share_the_work(overdue: Flask) -> None:
    wait, go = os.pipe()

    def work() -> None:
        os.close(go)
        os.read(wait, 1)  # nothing comes: all begin when the other end is closed
        sweep_until_nothing_is_due()

    pids = [apart(overdue, work) for _n in range(3)]
    os.close(wait)
    os.close(go)
    assert [ended(pid) for pid in pids] == [0, 0, 0]
    check_every_rung_once()


def test_what_somebody_is_acting_on_is_left_for_the_next_look(overdue: Flask, engine_name: str) -> None:
    if engine_name == "spatialite":  # there a writer has the whole database
        return
    case_id = db.session.scalar(select(Case.id).limit(1))
    held, done = os.pipe()

    def act_slowly() -> None:
        database.begin_write()
        db.session.execute(select(Case.id).where(Case.id == case_id).with_for_update())
        os.write(done, b".")
        time.sleep(SECONDS)

    pid = apart(overdue, act_slowly)
    os.read(held, 1)
    assert sweep.sweep().found == CASES - 1
    os.kill(pid, signal.SIGKILL)
    ended(pid)
    os.close(held)
    os.close(done)
    sweep_until_nothing_is_due()
    check_every_rung_once()
