"""Hand events to listeners, in commit order, at least once.

Each listener has one reading position. A worker claims the position by compare-and-set for a minute, hands
over a batch, and moves the position in the same commit as what the listener wrote.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import func, or_, select, update

from app.core import db as database
from app.core.db import db
from app.events import queries
from app.events.models import Attempt, Event, Reading
from app.events.queries import Told

log = structlog.get_logger(__name__)
LEASE = timedelta(minutes=1)
BATCH = 200
LONGEST_WAIT = timedelta(minutes=10)


@dataclass(frozen=True)
class Listener:
    """`hear(event, now)` may write; it is committed together with the reading position."""

    name: str
    actions: tuple[str, ...]
    hear: Callable[[Told, datetime], None]


_listeners: dict[str, Listener] = {}


@dataclass(frozen=True)
class ReadingState:
    """How far a listener has read: `waiting` events that it wants, the oldest of `oldest_at`, are before it.

    `failures` at the place where it stands, with the last `error`; none when it gets on.
    """

    name: str
    seq: int
    waiting: int
    oldest_at: datetime | None
    failures: int
    error: str | None


def reading_states() -> list[ReadingState]:
    """For operators: every listener by its name. Three statements for each."""
    return [_reading_state(listener) for _name, listener in sorted(_listeners.items())]


def _reading_state(listener: Listener) -> ReadingState:
    seq = _position(listener.name)
    before_it = (Event.seq > seq, Event.action.in_(listener.actions))
    waiting, oldest = db.session.execute(select(func.count(), func.min(Event.at)).where(*before_it)).one()
    failed = (Attempt.listener == listener.name, Attempt.seq > seq, Attempt.error.is_not(None))
    errors = db.session.scalars(select(Attempt.error).where(*failed).order_by(Attempt.id)).all()
    return ReadingState(listener.name, seq, waiting, oldest, len(errors), errors[-1] if errors else None)


def listen(listener: Listener) -> None:
    _listeners[listener.name] = listener


def deliver_all(now: datetime) -> int:
    """Deliver what is undelivered to every listener; the number of events handed over."""
    return sum(_deliver(listener, now) for listener in list(_listeners.values()))


def _deliver(listener: Listener, now: datetime) -> int:
    if queries.last_seq() == _position(listener.name) or _must_wait(listener.name, now):
        return 0
    if not _claim(listener.name, now):
        return 0
    newest = queries.last_seq()
    told = queries.since(_position(listener.name), listener.actions, BATCH)
    done = 0
    for event in told:
        if not _hand_over(listener, event, now):
            break
        done += 1
    caught_up = done == len(told) < BATCH
    _release(listener.name, newest if caught_up else None)
    return done


def _position(name: str) -> int:
    return db.session.scalar(select(Reading.seq).where(Reading.listener == name)) or 0


def _must_wait(name: str, now: datetime) -> bool:
    """After each failure at the same place the next attempt waits twice as long, up to `LONGEST_WAIT`."""
    here = (Attempt.listener == name, Attempt.seq > _position(name), Attempt.error.is_not(None))
    failures, last = db.session.execute(select(func.count(), func.max(Attempt.at)).where(*here)).one()
    return bool(failures) and now < last + min(timedelta(seconds=2 ** min(failures, 20)), LONGEST_WAIT)


def _claim(name: str, now: datetime) -> bool:
    database.begin_write()
    if db.session.get(Reading, name) is None:
        db.session.add(Reading(listener=name, seq=0))
        db.session.flush()
    free = or_(Reading.claimed_until.is_(None), Reading.claimed_until < now)
    won = db.session.execute(
        update(Reading).where(Reading.listener == name, free).values(claimed_until=now + LEASE)
    )
    database.commit()
    return bool(won.rowcount == 1)  # type: ignore[attr-defined]


def _hand_over(listener: Listener, event: Told, now: datetime) -> bool:
    database.begin_write()
    try:
        if not _advance(listener.name, event.seq):
            database.rollback()
            return False
        listener.hear(event, now)
        _record(listener.name, event.seq, now, None)
        database.commit()
    except Exception as error:  # one bad event must not stop the worker; it is tried again and visible
        database.rollback()
        log.exception("events.listener_failed", listener=listener.name, seq=event.seq)
        database.begin_write()
        _record(listener.name, event.seq, now, f"{type(error).__name__}: {error}")
        database.commit()
        return False
    return True


def _advance(name: str, seq: int) -> bool:
    """Move the position past an event; False if another worker, after our claim ran out, was there first.

    Done before the listener hears: the position stays locked until both are committed.
    """
    behind = (Reading.listener == name, Reading.seq < seq)
    moved = db.session.execute(update(Reading).where(*behind).values(seq=seq))
    return bool(moved.rowcount == 1)  # type: ignore[attr-defined]


def _record(name: str, seq: int, now: datetime, error: str | None) -> None:
    db.session.add(Attempt(listener=name, seq=seq, at=now, error=error))


def _release(name: str, caught_up: int | None) -> None:
    """Give the claim back; having seen everything up to a sequence number is worth remembering."""
    database.begin_write()
    db.session.execute(update(Reading).where(Reading.listener == name).values(claimed_until=None))
    if caught_up is not None:
        _advance(name, caught_up)
    database.commit()
