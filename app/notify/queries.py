"""Reads of notices for their readers, and of deliveries for those who run the system."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from app.cases.models import Case
from app.core.db import db
from app.core.policy import Actor, may_read_case, where
from app.events.models import Event
from app.events.queries import Told, history
from app.notify.models import UNSENT, Delivery, Notice, Outgoing, Preference
from app.people.models import Person

PAGE = 30
MANY = 99
"""The bell counts no further than one more than this."""


def unread_count(person_id: int) -> int:
    """How many notices wait to be read, at most `MANY` + 1."""
    some = select(Notice.id).where(Notice.person_id == person_id, Notice.read_at.is_(None)).limit(MANY + 1)
    return db.session.scalar(select(func.count()).select_from(some.subquery())) or 0


def notices_of(person_id: int, *, before: int | None = None) -> list[Notice]:
    """A page of somebody's notices, newest first, and one more if there is another page."""
    rows = select(Notice).where(Notice.person_id == person_id)
    if before is not None:
        rows = rows.where(Notice.id < before)
    return list(db.session.scalars(rows.order_by(Notice.id.desc()).limit(PAGE + 1)))


def readable_subjects(subjects: Iterable[str], actor: Actor) -> frozenset[str]:
    """Which of the cases (`case:<uuid>`) the actor may read now. One statement."""
    wanted = {UUID(ident) for kind, _, ident in (each.partition(":") for each in subjects) if kind == "case"}
    if not wanted:
        return frozenset()
    rows = select(Case.uuid).where(Case.uuid.in_(wanted), where(may_read_case(actor), Case.__table__.c))
    return frozenset(f"case:{uuid}" for uuid in db.session.scalars(rows))


def event_of(seq: int) -> Told | None:
    """One event by its sequence number."""
    subject = db.session.scalar(select(Event.subject).where(Event.seq == seq))
    return history(subject, after=seq - 1, limit=1)[0] if subject is not None else None


def preference_of(person_id: int) -> Preference | None:
    return db.session.get(Preference, person_id)


@dataclass(frozen=True)
class DeliveryState:
    """`unpacked`: notices whose time to leave has not come; `oldest` is of what waits or failed."""

    unpacked: int
    waiting: int
    failed: int
    sent: int
    dead: int
    oldest: datetime | None
    last_sent: datetime | None


def delivery_state() -> DeliveryState:
    """What operators see of the mail."""
    rows = db.session.execute(select(Delivery.state, func.count()).group_by(Delivery.state))
    counts: Mapping[str, int] = {state: count for state, count in rows}
    return DeliveryState(
        unpacked=db.session.scalar(select(func.count()).where(Outgoing.delivery_id.is_(None))) or 0,
        waiting=counts.get("waiting", 0),
        failed=counts.get("failed", 0),
        sent=counts.get("sent", 0),
        dead=counts.get("dead", 0),
        oldest=db.session.scalar(select(func.min(Delivery.made_at)).where(UNSENT)),
        last_sent=db.session.scalar(select(func.max(Delivery.sent_at))),
    )


@dataclass(frozen=True)
class DeadLetter:
    """A delivery that was given up; `events` are the sequence numbers of what it was to tell."""

    id: int
    username: str
    name: str
    made_at: datetime
    attempts: int
    last_error: str
    events: tuple[int, ...]


def dead_letters(limit: int) -> list[DeadLetter]:
    """The newest deliveries that were given up. Two statements."""
    rows = select(Delivery, Person.username, Person.name).join(Person, Person.id == Delivery.person_id)
    rows = rows.where(Delivery.state == "dead").order_by(Delivery.id.desc()).limit(limit)
    found = db.session.execute(rows).all()
    carried = _events_of([delivery.id for delivery, _, _ in found])
    return [
        DeadLetter(
            delivery.id,
            username,
            name,
            delivery.made_at,
            delivery.attempts,
            delivery.last_error or "",
            tuple(carried.get(delivery.id, ())),
        )
        for delivery, username, name in found
    ]


def _events_of(deliveries: Sequence[int]) -> dict[int, list[int]]:
    rows = select(Outgoing.delivery_id, Outgoing.event_seq).where(Outgoing.delivery_id.in_(deliveries))
    found: dict[int, list[int]] = {}
    for delivery_id, seq in db.session.execute(rows.order_by(Outgoing.id)):
        found.setdefault(delivery_id or 0, []).append(seq)
    return found
