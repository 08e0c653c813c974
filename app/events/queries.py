"""Reads of the chain."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import func, select

from app.core.db import db
from app.events.chain import GENESIS, Fault, Line, faults, hash_of
from app.events.models import ChainHead, Event, EventBody

BATCH = 2000


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
    """Everything that is wrong with the chain; empty when it holds. Others may go on writing meanwhile."""
    head = db.session.execute(select(ChainHead.seq, ChainHead.hash)).one_or_none()
    last = head.seq if head else 0
    found = faults(_lines(last), head_seq=last, head_hash=head.hash if head else GENESIS)
    return found + [Fault(seq, "stands beyond the head") for seq in _beyond_the_head()]


def verify_newest(count: int) -> list[Fault]:
    """What is wrong with the newest lines, taking the line before them for granted."""
    head = db.session.execute(select(ChainHead.seq, ChainHead.hash)).one_or_none()
    if head is None or head.seq <= count:
        return verify()
    first = head.seq - count
    before = [line for line, _salt, _body in _lines(first, after=first - 1)]
    prev = hash_of(before[0]) if before else GENESIS
    lines = _lines(head.seq, after=first)
    return faults(lines, head_seq=head.seq, head_hash=head.hash, after=first, prev=prev)


def _lines(last: int, *, after: int | None = None) -> Iterator[tuple[Line, str | None, str | None]]:
    """Every line up to `last`, or those after another, with salt and body, read in batches."""
    rows = (
        select(Event.__table__, EventBody.salt, EventBody.body)
        .outerjoin(EventBody, EventBody.seq == Event.seq)
        .where(Event.seq <= last)
        .order_by(Event.seq)
        .limit(BATCH)
    )
    batch = db.session.execute(rows if after is None else rows.where(Event.seq > after)).all()
    while batch:
        for row in batch:
            *line, salt, body = row
            yield Line(*line), salt, body
        batch = db.session.execute(rows.where(Event.seq > batch[-1].seq)).all()


def _beyond_the_head() -> Sequence[int]:
    """Lines that no commit of ours can have written; head and lines are seen at the same instant."""
    head = select(func.coalesce(func.max(ChainHead.seq), 0)).scalar_subquery()
    return db.session.scalars(select(Event.seq).where(Event.seq > head).order_by(Event.seq).limit(50)).all()


def _told(event: Event, body: str | None) -> Told:
    said = orjson.loads(body) if body is not None else None
    return Told(event.seq, event.at, event.actor, event.action, event.subject, said)
