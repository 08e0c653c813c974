"""What the ways in leave behind is deleted when nobody needs it any more."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, or_, select

from app.core import db as database
from app.core.db import db
from app.people.models import FailedSignIn, SignIn

KEPT_FAILURES = timedelta(days=1)
KEPT_SESSIONS = timedelta(days=30)
AT_A_TIME = 1000


def clean_up(now: datetime) -> int:
    """Delete wrong passwords of more than a day ago and sessions over for more than 30; how many rows."""
    before = now - KEPT_SESSIONS
    over = or_(SignIn.ended_at < before, SignIn.ends_at < before)
    return _delete(FailedSignIn, FailedSignIn.at < now - KEPT_FAILURES) + _delete(SignIn, over)


def _delete(table: type[FailedSignIn] | type[SignIn], old: ColumnElement[bool]) -> int:
    """In small transactions, so that nobody who signs in has to wait."""
    gone = 0
    while True:
        database.begin_write()
        some = select(table.id).where(old).order_by(table.id).limit(AT_A_TIME)
        done = db.session.execute(delete(table).where(table.id.in_(some)))
        database.commit()
        count = int(done.rowcount)  # type: ignore[attr-defined]
        gone += count
        if count < AT_A_TIME:
            return gone
