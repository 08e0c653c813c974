"""What waits for the sweep, how it went, and the cases at the top of the ladder."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, select

from app.cases.escalations import Escalation
from app.cases.models import Case
from app.cases.service.insert import CASES, TASKS
from app.cases.service.raising import is_due
from app.core.db import database_now, db
from app.core.policy import Predicate, where
from app.escalation.models import SweepRun
from app.jobs.models import Lease
from app.workflow.levels import TOP

JOB = "escalation.sweep"
TICK = timedelta(seconds=60)
LATE = 2 * TICK
"""The promise is one tick; a limit that passed longer ago without anything happening is a fault."""
SHOWN = 20


@dataclass(frozen=True)
class SweepState:
    """`waiting` tasks are due now, the oldest since `oldest_wake_at`; `runs` are those that found any."""

    at: datetime
    ran_at: datetime | None
    waiting: int
    oldest_wake_at: datetime | None
    at_the_top: int
    runs: list[SweepRun]

    @property
    def lag(self) -> timedelta:
        return lag_between(self.oldest_wake_at, self.at)


def lag_between(oldest: datetime | None, now: datetime) -> timedelta:
    return timedelta() if oldest is None else max(now - oldest, timedelta())


def oldest_waiting(now: datetime) -> datetime | None:
    """Since when the longest due task waits for the sweep; by index, whatever the number of open cases."""
    rows = select(TASKS.c.wake_at).where(*is_due(now)).order_by(TASKS.c.wake_at, TASKS.c.id).limit(1)
    return db.session.scalar(rows)


def lag(now: datetime) -> timedelta:
    """For how long the sweep has owed something."""
    return lag_between(oldest_waiting(now), now)


def why_late() -> str | None:
    """For `readyz`: a limit passed and nothing came of it, or None."""
    behind = lag(database_now())
    if behind <= LATE:
        return None
    return f"a limit passed {behind.total_seconds() / 60:.0f} minutes ago and nothing came of it"


def sweep_state() -> SweepState:
    """For operators: when the sweep last ran, what it did, and what it owes."""
    now = database_now()
    lease = db.session.get(Lease, JOB)
    runs = select(SweepRun).order_by(SweepRun.id.desc()).limit(SHOWN)
    waiting = db.session.scalar(select(func.count()).select_from(TASKS).where(*is_due(now)))
    return SweepState(
        at=now,
        ran_at=lease.ran_at if lease else None,
        waiting=waiting or 0,
        oldest_wake_at=oldest_waiting(now),
        at_the_top=db.session.scalar(select(func.count()).where(*_at_the_top(now))) or 0,
        runs=list(db.session.scalars(runs)),
    )


def city_list(now: datetime, *, within: Predicate, limit: int = 200) -> list[Case]:
    """The open cases that have a limit behind them and nobody above: longest overdue first."""
    rows = select(Case).where(*_at_the_top(now), where(within, CASES.c))
    return list(db.session.scalars(rows.order_by(CASES.c.due_at, CASES.c.id).limit(limit)))


def count_city_list(now: datetime, *, within: Predicate) -> int:
    """How many cases the whole city list has."""
    rows = select(func.count()).select_from(CASES).where(*_at_the_top(now), where(within, CASES.c))
    return db.session.scalar(rows) or 0


def _at_the_top(now: datetime) -> tuple[ColumnElement[Any], ...]:
    return (CASES.c.ended_at.is_(None), CASES.c.level == TOP.value, CASES.c.due_at <= now)


def raised_to(unit_id: int, since: datetime) -> list[Escalation]:
    """The breaches that brought a case (or its approval) to a unit since an instant, newest first."""
    rows = select(Escalation).where(
        Escalation.to_holder_id == unit_id,
        Escalation.at >= since,
        Escalation.from_holder_id != Escalation.to_holder_id,
    )
    return list(db.session.scalars(rows.order_by(Escalation.at.desc(), Escalation.id.desc())))


def escalations_of(case_id: int) -> list[Escalation]:
    """Every breach of a case, in the order in which they were dealt with."""
    rows = select(Escalation).where(Escalation.case_id == case_id)
    return list(db.session.scalars(rows.order_by(Escalation.id)))
