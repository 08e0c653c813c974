"""Reads of the chain."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import func, select

from app.core.db import db
from app.events.chain import GENESIS, Fault, Line, faults
from app.events.models import ChainHead, Event, EventBody


@dataclass(frozen=True)
class Told:
    """One event with what it says (`body` is None when erased)."""

    seq: int
    at: datetime
    actor: str
    action: str
    subject: str
    body: dict[str, Any] | None


def history(subject: str, *, after: int = 0, limit: int | None = None) -> list[Told]:
    """The events of a subject, oldest first."""
    rows = select(Event, EventBody.body).join(EventBody, EventBody.seq == Event.seq)
    rows = rows.where(Event.subject == subject, Event.seq > after).order_by(Event.seq)
    return [_told(event, body) for event, body in db.session.execute(rows.limit(limit))]


def count(subject: str) -> int:
    return db.session.scalar(select(func.count()).where(Event.subject == subject)) or 0


def since(seq: int, actions: Sequence[str], limit: int) -> list[Told]:
    """Events of these actions after a sequence number, in commit order."""
    rows = select(Event, EventBody.body).join(EventBody, EventBody.seq == Event.seq)
    rows = rows.where(Event.seq > seq, Event.action.in_(actions)).order_by(Event.seq).limit(limit)
    return [_told(event, body) for event, body in db.session.execute(rows)]


def last_seq() -> int:
    """The sequence number of the last commit that wrote an event: a safe stamp of the whole database."""
    return db.session.scalar(select(ChainHead.seq)) or 0


def verify() -> list[Fault]:
    """Everything that is wrong with the chain; empty when it holds."""
    head = db.session.execute(select(ChainHead.seq, ChainHead.hash)).one_or_none()
    return faults(_lines(), head_seq=head.seq if head else 0, head_hash=head.hash if head else GENESIS)


def _lines() -> Iterator[tuple[Line, str | None, str | None]]:
    rows = select(
        Event.seq,
        Event.prev,
        Event.at,
        Event.actor,
        Event.action,
        Event.subject,
        Event.digest,
        EventBody.salt,
        EventBody.body,
    ).outerjoin(EventBody, EventBody.seq == Event.seq)
    for row in db.session.execute(rows.order_by(Event.seq).execution_options(yield_per=2000)):
        yield Line(*row[:7]), row.salt, row.body


def _told(event: Event, body: str | None) -> Told:
    said = orjson.loads(body) if body is not None else None
    return Told(event.seq, event.at, event.actor, event.action, event.subject, said)
