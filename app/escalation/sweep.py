"""The sweep: whatever is due by the database's clock is carried out, batch by batch, until nothing is.

Any number of workers may sweep at once; who does what is decided by locks and by what stands in the tables,
so a worker may also be killed at any point. A case that cannot be dealt with does not stop the others.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from sqlalchemy import delete, select
from sqlalchemy.exc import OperationalError

from app.cases.service.insert import TASKS
from app.cases.service.raising import Climbed, climb, is_due
from app.core import db as database
from app.core.db import database_now, db
from app.escalation.models import SweepRun

log = structlog.get_logger(__name__)
BATCH = 500
"""Tasks that share a commit."""
KEPT = timedelta(days=90)
"""How long runs stay on record."""


@dataclass
class Swept:
    """One sweep so far. `failed`: what went wrong, by the id of the case."""

    began_at: datetime
    found: int = 0
    raised: int = 0
    warned: int = 0
    oldest_wake_at: datetime | None = None
    failed: dict[int, str] = field(default_factory=dict)

    def add(self, done: Climbed) -> None:
        self.found += done.found
        self.raised += done.raised
        self.warned += done.warned
        self.oldest_wake_at = self.oldest_wake_at or done.oldest


def run(_now: datetime) -> int:
    """The job: how many tasks were dealt with. Its clock is the database's."""
    return sweep().found


def sweep() -> Swept:
    """Deal with everything that is due; commits batch by batch, and records itself even if cut short."""
    swept = Swept(database_now())
    try:
        while due := _due_cases(swept):
            if not _batch(swept, due):
                break  # others are at work on the rest
            log.info("escalation.swept", found=swept.found, raised=swept.raised, warned=swept.warned)
    finally:
        _record(swept)
    return swept


def _due_cases(swept: Swept) -> list[int]:
    """The cases of the next batch, read without a lock: a sweep with nothing to do writes nothing."""
    rows = select(TASKS.c.case_id).where(*is_due(database_now()))
    if swept.failed:
        rows = rows.where(TASKS.c.case_id.not_in(swept.failed))
    return list(db.session.scalars(rows.order_by(TASKS.c.wake_at, TASKS.c.id).limit(BATCH)))


def _batch(swept: Swept, due: list[int]) -> bool:
    """All at once; if that fails, one case after the other, so that only the faulty one is left.

    False when there was nothing to be had.
    """
    try:
        return _one_write(swept, BATCH).found > 0
    except OperationalError:  # the database, not a case: the next tick tries again
        raise
    except Exception:
        log.exception("escalation.batch_failed")
    for case_id in dict.fromkeys(due):
        try:
            _one_write(swept, BATCH, only=case_id)
        except OperationalError:
            raise
        except Exception as error:
            log.exception("escalation.case_failed", case_id=case_id)
            swept.failed[case_id] = f"{type(error).__name__}: {error}"
    return True


def _one_write(swept: Swept, limit: int, *, only: int | None = None) -> Climbed:
    database.begin_write()
    try:
        done = climb(now=database_now(), limit=limit, only=only, passing_over=swept.failed.keys())
        database.commit()
    except BaseException:
        database.rollback()
        raise
    swept.add(done)
    return done


def _record(swept: Swept) -> None:
    if not swept.found and not swept.failed:
        return
    database.begin_write()
    now = max(database_now(), swept.began_at)
    db.session.execute(delete(SweepRun).where(SweepRun.began_at < now - KEPT))
    faults = [f"case {case_id}: {fault}" for case_id, fault in swept.failed.items()]
    db.session.add(
        SweepRun(
            began_at=swept.began_at,
            ended_at=now,
            found=swept.found,
            raised=swept.raised,
            warned=swept.warned,
            oldest_wake_at=swept.oldest_wake_at,
            error="\n".join(faults[:20]) or None,
        )
    )
    database.commit()
