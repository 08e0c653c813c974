"""Writes: an event becomes notices, notices are read, preferences are kept. None of these commits."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime, time, timedelta
from typing import Any

import orjson
from sqlalchemy import delete, insert, select, update

from app import events
from app.catalogue.configuration import working_calendar
from app.core.clock import day_after, day_start
from app.core.config import settings
from app.core.db import db
from app.core.policy import SYSTEM, Actor
from app.events.models import Event
from app.events.queries import Told
from app.notify.decisions import Decision, Telling, decide
from app.notify.models import Delivery, Notice, Outgoing, Preference
from app.notify.routing import MAIL
from app.notify.rules import Quiet, Urgency, ready_at
from app.people.models import Person

STALE = timedelta(days=7)
"""Nobody is told of what happened longer ago."""
ALARM_AGAIN = timedelta(days=1)
KEPT = (
    *("status", "level", "holder", "unit", "department", "due_at", "task", "task_due_at", "card"),
    *("application", "attempts", "error", "week"),
)
"""What a notice keeps of its event."""


def tell(event: Told, now: datetime) -> None:
    """Write down who is told of the event; telling it again adds nothing."""
    if now - event.at > STALE:
        return
    decision = decide(event, now)
    told = set(db.session.scalars(select(Notice.person_id).where(Notice.event_seq == event.seq)))
    wanted = [telling for ident, telling in decision.tellings.items() if ident not in told]
    if wanted:
        _write(decision, wanted, now)
    for unit in decision.vacant:
        _alarm(unit, event.seq, now)


def _write(decision: Decision, wanted: list[Telling], now: datetime) -> None:
    event = decision.scene.event
    params = orjson.dumps(params_of(decision)).decode()
    rows = [
        {
            "event_seq": event.seq,
            "person_id": telling.person_id,
            "template": telling.template,
            "urgency": telling.urgency.value,
            "subject": event.subject,
            "params": params,
            "created_at": now,
        }
        for telling in wanted
    ]
    ids = db.session.scalars(insert(Notice).returning(Notice.id, sort_by_parameter_order=True), rows).all()
    outgoing = _outgoing(event, dict(zip(ids, wanted, strict=True)), now)
    if outgoing:
        db.session.execute(insert(Outgoing), outgoing)


def params_of(decision: Decision) -> dict[str, Any]:
    """What the texts are filled with; of a restricted case its number and nothing else."""
    case, body = decision.scene.case, decision.scene.body
    if case is None:
        return {name: body[name] for name in KEPT if body.get(name) is not None}
    if case.restricted:
        return {"number": case.number, "restricted": True}
    kept = {name: body[name] for name in KEPT if body.get(name) is not None}
    return kept | {"number": case.number, "category": case.category}


def _outgoing(event: Told, tellings: Mapping[int, Telling], now: datetime) -> list[dict[str, Any]]:
    """The rows of those who are also told by mail."""
    by_mail = {ident: telling for ident, telling in tellings.items() if MAIL in telling.channels}
    preferences = mail_preferences({telling.person_id for telling in by_mail.values()})
    return [
        {
            "notice_id": ident,
            "event_seq": event.seq,
            "person_id": telling.person_id,
            "channel": MAIL,
            "subject": event.subject,
            "urgency": telling.urgency.value,
            "collapses": telling.collapses,
            "made_at": now,
            "ready_at": leaves_at(telling.urgency, preferences[telling.person_id], now),
        }
        for ident, telling in by_mail.items()
        if telling.person_id in preferences
    ]


def mail_preferences(people: set[int]) -> dict[int, Preference]:
    """Of those who want mail and have an address."""
    if not people:
        return {}
    rows = select(Preference).where(
        Preference.person_id.in_(people), Preference.mail, Preference.address.is_not(None)
    )
    return {row.person_id: row for row in db.session.scalars(rows)}


def leaves_at(urgency: Urgency, preference: Preference, now: datetime) -> datetime:
    if preference.daily and urgency is Urgency.SOON:
        urgency = Urgency.DIGEST
    return ready_at(urgency, now, quiet_of(preference), works)


def quiet_of(preference: Preference) -> Quiet:
    return Quiet(preference.quiet_from, preference.quiet_to, settings().city_zone)


def works(day: date) -> bool:
    """Whether there is any working time on the city's day."""
    return working_calendar().working_seconds(day_start(day), day_start(day_after(day))) > 0


def _alarm(unit: str, seq: int, now: datetime) -> None:
    """Say that nobody is there, once a day; the listener tells the administrators of it."""
    subject = f"vacant:{unit}"
    lately = (Event.subject == subject, Event.action == "notice.vacant", Event.at > now - ALARM_AGAIN)
    if db.session.scalar(select(Event.seq).where(*lately).limit(1)) is None:
        body = {"unit": unit, "event": seq}
        events.append("notice.vacant", subject, body, actor=SYSTEM, at=now)


def send_test(person: Person, *, actor: Actor, now: datetime) -> None:
    """A notice that tells nothing, by every channel that the person has."""
    events.append("notice.test", f"person:{person.public_id}", {}, actor=actor, at=now)


def mark_read(*, upto: int | None = None, one: int | None = None, actor: Actor, now: datetime) -> int:
    """Mark one notice of the actor's as read, or all up to an id; the number of them."""
    mine = [Notice.person_id == actor.id, Notice.read_at.is_(None)]
    mine += [Notice.id == one] if one is not None else [Notice.id <= (upto or 0)]
    done = db.session.execute(update(Notice).where(*mine).values(read_at=now))
    return int(done.rowcount)  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Wish:
    """How someone wants to be told by mail; checked by `forms.read_wish`."""

    address: str | None = None
    mail: bool = True
    daily: bool = False
    quiet_from: time = time(22)
    quiet_to: time = time(7)
    language: str = "zh"


def wish_of(kept: Preference | None) -> Wish:
    return Wish(**{f.name: getattr(kept, f.name) for f in fields(Wish)}) if kept is not None else Wish()


def keep_preference(person_id: int, wish: Wish, *, actor: Actor, now: datetime) -> Preference:
    """Keep it, and let what waits follow it: without mail nothing waits, else it leaves by the new hours."""
    found = db.session.get(Preference, person_id) or Preference(person_id=person_id)
    for name, value in vars(wish).items():
        setattr(found, name, value)
    db.session.add(found)
    db.session.flush()
    _retime(found)
    said = {"mail": wish.mail and wish.address is not None, "daily": wish.daily, "language": wish.language}
    subject = f"person:{db.session.get_one(Person, person_id).public_id}"
    events.append("notice.preferred", subject, said, actor=actor, at=now)
    return found


def _retime(preference: Preference) -> None:
    waiting = (Outgoing.person_id == preference.person_id, Outgoing.delivery_id.is_(None))
    if not preference.mail or preference.address is None:
        db.session.execute(delete(Outgoing).where(*waiting))
        return
    for row in db.session.scalars(select(Outgoing).where(*waiting)):
        row.ready_at = leaves_at(Urgency(row.urgency), preference, row.made_at)


def retry_dead(ids: Collection[int], *, actor: Actor, now: datetime) -> int:
    """Try deliveries that were given up once more, from the beginning; the number of them."""
    dead = update(Delivery).where(Delivery.id.in_(ids), Delivery.state == "dead")
    again = dead.values(state="waiting", attempts=0, next_at=now, last_error=None).returning(Delivery.id)
    revived = sorted(db.session.scalars(again))
    for delivery_id in revived:
        events.append("notice.retried", f"delivery:{delivery_id}", {}, actor=actor, at=now)
    return len(revived)
