"""Attempts at delivery are deleted when nobody asks for them any more."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select

from app.core import db as database
from app.core.db import db
from app.events.models import Attempt

KEPT = timedelta(days=30)
AT_A_TIME = 1000


def clean_up(now: datetime) -> int:
    """Delete attempts of more than 30 days ago, in small transactions; how many rows.

    Ids rise with time: only the oldest rows are looked at, however many there are. A listener that still
    fails after 30 days has younger attempts by which it waits.
    """
    gone = 0
    while True:
        database.begin_write()
        oldest = select(Attempt.id, Attempt.at).order_by(Attempt.id).limit(AT_A_TIME).subquery()
        some = select(oldest.c.id).where(oldest.c.at < now - KEPT)
        done = db.session.execute(delete(Attempt).where(Attempt.id.in_(some)))
        database.commit()
        count = int(done.rowcount)  # type: ignore[attr-defined]
        gone += count
        if count < AT_A_TIME:
            return gone
