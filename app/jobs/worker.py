"""Run registered jobs on a timer. Who runs is decided by a lease row, what is due by the tables."""

import os
import socket
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from apscheduler.schedulers.blocking import BlockingScheduler
from flask import Flask
from sqlalchemy import or_, select, update
from sqlalchemy.exc import IntegrityError

from app.core import clock
from app.core import db as database
from app.core.db import db
from app.jobs.models import JobRun, Lease

log = structlog.get_logger(__name__)
LEASE = timedelta(minutes=2)
LATE = timedelta(minutes=5)


@dataclass(frozen=True)
class Job:
    """`run(now)` returns how many items it dealt with; it commits for itself, in batches."""

    code: str
    every: timedelta
    run: Callable[[datetime], int]


JOBS: dict[str, Job] = {}


def register(job: Job) -> None:
    JOBS[job.code] = job


def work(app: Flask) -> None:
    """Run every job for ever, until interrupted."""
    scheduler = BlockingScheduler(timezone="UTC")
    for job in JOBS.values():
        scheduler.add_job(
            _tick,
            "interval",
            args=(app, job),
            seconds=job.every.total_seconds(),
            next_run_time=clock.now(),
            max_instances=1,
            coalesce=True,
        )
    scheduler.start()


def _tick(app: Flask, job: Job) -> None:
    with app.app_context():
        try:
            run_once(job, clock.now())
        except Exception:  # the timer must go on whatever happened to one run
            log.exception("jobs.tick_failed", job=job.code)


def run_once(job: Job, now: datetime) -> int | None:
    """Run a job if its lease is free; the number of items, or None if another worker has it."""
    holder = f"{socket.gethostname()}:{os.getpid()}"
    if not _take(job, holder, now):
        return None
    items, error = 0, None
    try:
        items = job.run(now)
    except Exception as failure:
        database.rollback()
        log.exception("jobs.failed", job=job.code)
        error = f"{type(failure).__name__}: {failure}"
    _give_back(job, holder, now, items, error)
    return items


def _take(job: Job, holder: str, now: datetime) -> bool:
    database.begin_write()
    if db.session.get(Lease, job.code) is None:
        _first_lease(job, now)
    free = or_(Lease.until <= now, Lease.holder.in_(("", holder)))
    won = db.session.execute(
        update(Lease).where(Lease.job == job.code, free).values(holder=holder, until=now + LEASE)
    )
    database.commit()
    return bool(won.rowcount == 1)  # type: ignore[attr-defined]


def _first_lease(job: Job, now: datetime) -> None:
    try:
        with db.session.begin_nested():
            db.session.add(Lease(job=job.code, holder="", until=now))
    except IntegrityError:  # another worker's first run began at the same moment
        return


def _give_back(job: Job, holder: str, now: datetime, items: int, error: str | None) -> None:
    database.begin_write()
    ended = clock.now()
    if items or error:
        run = JobRun(job=job.code, holder=holder, began_at=now, ended_at=ended, items=items, error=error)
        db.session.add(run)
    done = {"holder": "", "until": now} | ({} if error else {"ran_at": ended})
    db.session.execute(update(Lease).where(Lease.job == job.code, Lease.holder == holder).values(**done))
    database.commit()


def lag() -> str | None:
    """For `readyz`: which job has not run for long. A system whose worker never ran is not ready."""
    ran = {lease.job: lease.ran_at for lease in db.session.scalars(select(Lease))}
    late = [
        code
        for code, job in JOBS.items()
        if (at := ran.get(code)) is None or clock.now() - at > max(LATE, 3 * job.every)
    ]
    return f"no worker has run {', '.join(sorted(late))} lately" if late else None
