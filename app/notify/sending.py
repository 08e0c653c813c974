"""Send what is packed: claimed by compare-and-set, tried again with growing pauses, given up in the end.

A worker that dies between sending and writing so leaves a claim that runs out; the mail then goes out a
second time under the same Message-ID. Here it is one delivery, sent once.
"""

import random
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from typing import Any
from uuid import uuid4

import structlog
from sqlalchemy import exists, or_, select, update
from sqlalchemy.orm import aliased

from app import events
from app.core import db as database
from app.core.config import settings
from app.core.db import database_now, db
from app.core.policy import SYSTEM, Actor
from app.notify.channels import Channel, Deferred, Refused, Unreachable, open_channel
from app.notify.letters import Letter, letter
from app.notify.models import UNSENT, Delivery, Notice, Outgoing, Preference
from app.notify.packing import pack
from app.notify.queries import readable_subjects
from app.notify.rules import FIRST_WAIT, MOST_ATTEMPTS, backoff
from app.people.models import Person
from app.people.queries import actor_by_username

log = structlog.get_logger(__name__)
LEASE = timedelta(minutes=2)
"""Longer than one mail can take: about eight steps of at most `channels.TIMEOUT` seconds."""
BATCH = 50
BUDGET = timedelta(seconds=60)
"""A run ends after so long; the next one goes on."""


@dataclass(frozen=True)
class Claim:
    """One attempt's hold on a delivery; `attempts` counts it."""

    delivery_id: int
    name: str
    attempts: int


def run(_now: datetime) -> int:
    """The worker's job, by the database's clock: workers whose clocks differ agree when a claim runs out."""
    now = database_now()
    db.session.rollback()
    return deliver_mail(now)


def deliver_mail(now: datetime) -> int:
    """Pack what is ready, send what is due; the number of mails sent."""
    pack(now)
    return send(now)


def send(now: datetime) -> int:
    """Send what is due until nothing is, the server cannot be reached, or the time is up."""
    began, sent = monotonic(), 0
    with closing(open_channel(settings())) as channel:
        while due := _due(at := now + timedelta(seconds=monotonic() - began)):
            for delivery_id in due:
                at = now + timedelta(seconds=monotonic() - began)
                try:
                    sent += _attempt(delivery_id, channel, at)
                except Unreachable as error:
                    log.warning("notify.unreachable", error=str(error))
                    return sent
            if at - now > BUDGET:
                break
    return sent


def _due(at: datetime) -> Sequence[int]:
    """What may be tried now, oldest first. A case's earlier mail to the same person goes before the later."""
    mine, earlier, first = aliased(Outgoing), aliased(Outgoing), aliased(Delivery)
    blocked = exists().where(
        mine.delivery_id == Delivery.id,
        earlier.person_id == mine.person_id,
        earlier.subject == mine.subject,
        earlier.delivery_id < mine.delivery_id,
        first.id == earlier.delivery_id,
        first.state.in_(("waiting", "failed")),
    )
    rows = select(Delivery.id).where(UNSENT, Delivery.next_at <= at, _free(at), ~blocked)
    found = db.session.scalars(rows.order_by(Delivery.id).limit(BATCH)).all()
    db.session.rollback()
    return found


def _free(at: datetime) -> Any:
    return or_(Delivery.claimed_until.is_(None), Delivery.claimed_until <= at)


def _attempt(delivery_id: int, channel: Channel, at: datetime) -> bool:
    """Whether this attempt sent it; raises Unreachable when no other mail would fare better."""
    claim = _claim(delivery_id, at)
    if claim is None:
        return False
    ready = _letter(delivery_id, at)
    if ready is None:
        _settle(claim, state="dropped")
        return False
    try:
        channel.send(ready.message, sender=settings().mail_from, to=ready.to, token=ready.token)
    except (Refused, Deferred) as error:
        _failed(claim, error, str(error).replace(ready.to, "…")[:300], at)
        return False
    return _settle(claim, state="sent", sent_at=at, last_error=None)


def _claim(delivery_id: int, at: datetime) -> Claim | None:
    """None if somebody else has the delivery or is done with it."""
    name = uuid4().hex
    database.begin_write()
    attempts = db.session.scalar(
        update(Delivery)
        .where(Delivery.id == delivery_id, UNSENT, _free(at))
        .values(claim=name, claimed_until=at + LEASE, attempts=Delivery.attempts + 1)
        .returning(Delivery.attempts)
    )
    database.commit()
    return None if attempts is None else Claim(delivery_id, name, attempts)


def _letter(delivery_id: int, at: datetime) -> Letter | None:
    """The mail as its receiver may read it today; None if there is nothing left to tell them."""
    delivery = db.session.get_one(Delivery, delivery_id, populate_existing=True)
    rows = select(Notice).join(Outgoing, Outgoing.notice_id == Notice.id)
    notices = db.session.scalars(rows.where(Outgoing.delivery_id == delivery_id).order_by(Notice.id)).all()
    preference = db.session.get(Preference, delivery.person_id, populate_existing=True)
    reader = _reader(delivery.person_id, at)
    if reader is None or preference is None or not (preference.mail and preference.address):
        return None
    readable = readable_subjects((notice.subject for notice in notices), reader)
    kept = [n for n in notices if n.subject in readable or not n.subject.startswith("case:")]
    found = letter(delivery, kept, reader, preference) if kept else None
    db.session.rollback()
    return found


def _reader(person_id: int, at: datetime) -> Actor | None:
    """The receiver with today's postings, if the account is still in use."""
    username = db.session.scalar(select(Person.username).where(Person.id == person_id, Person.active))
    return actor_by_username(username, at) if username else None


def _failed(claim: Claim, error: Exception, said: str, at: datetime) -> None:
    """Tried again later, or given up: at once when it was refused for good, else after `MOST_ATTEMPTS`.

    A server that cannot be reached is nobody's attempt: the mail waits, and Unreachable is raised.
    """
    log.warning("notify.failed", delivery=claim.delivery_id, attempts=claim.attempts, error=said)
    if isinstance(error, Unreachable):
        waits = {"attempts": claim.attempts - 1, "next_at": at + FIRST_WAIT}
        _settle(claim, state="failed", last_error=said, **waits)
        raise error
    if isinstance(error, Refused) or claim.attempts >= MOST_ATTEMPTS:
        _give_up(claim, said, at)
        return
    next_at = at + backoff(claim.attempts, random.random())
    _settle(claim, state="failed", last_error=said, next_at=next_at)


def _give_up(claim: Claim, said: str, at: datetime) -> None:
    """The operators are told by an event, which the listener turns into notices."""
    database.begin_write()
    if _record(claim, {"state": "dead", "last_error": said}):
        body = {"attempts": claim.attempts, "error": said}
        events.append("notice.dead", f"delivery:{claim.delivery_id}", body, actor=SYSTEM, at=at)
    database.commit()


def _settle(claim: Claim, **values: Any) -> bool:
    database.begin_write()
    won = _record(claim, values)
    database.commit()
    return won


def _record(claim: Claim, values: dict[str, Any]) -> bool:
    """How the attempt went; False if its claim ran out and the delivery is another's by now."""
    mine = (Delivery.id == claim.delivery_id, Delivery.claim == claim.name)
    ends = {"claim": None, "claimed_until": None}
    done = db.session.execute(update(Delivery).where(*mine).values(**values, **ends))
    return bool(done.rowcount == 1)  # type: ignore[attr-defined]
