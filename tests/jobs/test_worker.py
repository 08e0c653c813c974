"""Who runs a job is decided by one row; how it went is kept."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import select

from app.core import db as database
from app.core.clock import now
from app.core.db import db
from app.core.policy import SYSTEM
from app.events import append, queries
from app.jobs import worker
from app.jobs.models import JobRun, Lease
from app.jobs.worker import Job

Run = Callable[[datetime], int]


def job(run: Run, code: str = "test.job") -> Job:
    return Job(code, timedelta(seconds=5), run)


def runs() -> list[JobRun]:
    db.session.rollback()
    return list(db.session.scalars(select(JobRun).order_by(JobRun.id)))


def lease() -> Lease:
    db.session.rollback()
    found = db.session.get(Lease, "test.job", populate_existing=True)
    assert found is not None
    return found


def test_a_run_is_recorded_with_its_items(app: Flask) -> None:
    at = now()
    assert worker.run_once(job(lambda _now: 3), at) == 3
    assert [(run.job, run.items, run.error, run.began_at) for run in runs()] == [("test.job", 3, None, at)]
    assert (lease().holder, lease().ran_at is not None) == ("", True)


def test_a_run_with_nothing_to_do_leaves_no_record(app: Flask) -> None:
    assert worker.run_once(job(lambda _now: 0), now()) == 0
    assert runs() == []
    assert lease().ran_at is not None


def test_a_failing_job_is_recorded_and_what_it_wrote_is_undone(app: Flask) -> None:
    def fail(at: datetime) -> int:
        database.begin_write()
        append("test.happened", "test:1", {}, actor=SYSTEM, at=at)
        db.session.flush()
        raise ValueError("no luck")

    assert worker.run_once(job(fail), now()) == 0
    assert [(run.items, run.error) for run in runs()] == [(0, "ValueError: no luck")]
    assert (lease().holder, lease().ran_at) == ("", None)
    assert queries.history("test:1") == []
    assert worker.run_once(job(lambda _now: 1), now()) == 1


def test_a_job_in_another_workers_hands_is_left_alone_until_its_lease_runs_out(app: Flask) -> None:
    at = now()
    assert worker._take(job(lambda _now: 1), "elsewhere:1", at)
    assert worker.run_once(job(lambda _now: 1), at + timedelta(seconds=119)) is None
    assert lease().holder == "elsewhere:1"
    assert worker.run_once(job(lambda _now: 1), at + worker.LEASE) == 1


def test_a_late_worker_does_not_give_back_what_another_has_taken(app: Flask) -> None:
    at = now()
    assert worker._take(job(lambda _now: 1), "slow:1", at)
    assert worker._take(job(lambda _now: 1), "quick:2", at + worker.LEASE)
    worker._give_back(job(lambda _now: 1), "slow:1", at, 1, None)
    assert lease().holder == "quick:2"


@pytest.mark.parametrize("begun_before", [False, True])
def test_one_of_two_workers_gets_the_lease(app: Flask, begun_before: bool) -> None:
    if begun_before:
        worker.run_once(job(lambda _now: 0), now())
    db.session.rollback()
    at, together = now() + timedelta(minutes=1), Barrier(6)

    def take(n: int) -> bool:
        with app.app_context():
            together.wait()
            return worker._take(job(lambda _now: 1), f"worker:{n}", at)

    with ThreadPoolExecutor(6) as threads:
        assert sorted(threads.map(take, range(6))) == [False] * 5 + [True]


def test_one_bad_tick_does_not_stop_the_timer(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_args: object) -> bool:
        raise ConnectionError("no database")

    monkeypatch.setattr(worker, "_take", broken)
    worker._tick(app, job(lambda _now: 1))
    assert runs() == []


def test_readyz_names_a_job_that_has_not_run(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "JOBS", {"test.job": job(lambda _now: 1)})
    client = app.test_client()
    unready = client.get("/readyz")
    assert (unready.status_code, unready.json["status"]) == (503, "unready")  # type: ignore[index]
    assert "test.job" in unready.json["checks"]["worker"]  # type: ignore[index]
    worker.run_once(worker.JOBS["test.job"], now())
    ready = client.get("/readyz")
    assert (ready.status_code, ready.json["status"]) == (200, "ok")  # type: ignore[index]
