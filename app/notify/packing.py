"""Put what waits for a person into mails. Once packed, a mail's content and token stay for ever."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import uuid4

from sqlalchemy import delete, func, select, update

from app.core import db as database
from app.core.db import db, skip_locked
from app.events import queries as events
from app.events.models import Reading
from app.notify.models import Delivery, Outgoing, Preference
from app.notify.routing import MAIL
from app.notify.rules import FEW, SOON, Urgency, Waiting, packed
from app.notify.service import quiet_of

PEOPLE = 50
"""So many people's mail is packed in one commit."""
BEHIND = 200
"""With so many events still to be told, more is about to come for everybody."""


def pack(now: datetime) -> int:
    """Pack what is ready, for everybody; the number of mails."""
    made, after = 0, 0
    while people := _people_with_something_ready(now, after):
        after = people[-1]
        database.begin_write()
        made += _pack_for(people, now)
        database.commit()
    return made


def _people_with_something_ready(now: datetime, after: int) -> Sequence[int]:
    ready = (Outgoing.delivery_id.is_(None), Outgoing.ready_at <= now, Outgoing.person_id > after)
    rows = select(Outgoing.person_id).where(*ready).distinct().order_by(Outgoing.person_id)
    found = db.session.scalars(rows.limit(PEOPLE)).all()
    db.session.rollback()
    return found


def _pack_for(people: Sequence[int], now: datetime) -> int:
    """Each person's preference is the lock: whoever is being packed elsewhere is left out."""
    rows = select(Preference).where(Preference.person_id.in_(people)).order_by(Preference.person_id)
    held = db.session.scalars(skip_locked(rows).execution_options(populate_existing=True)).all()
    wanted = {row.person_id: row for row in held if row.mail and row.address}
    _forget([row.person_id for row in held if row.person_id not in wanted])
    sent, behind = _sent_lately(wanted, now), _catching_up()
    made = 0
    for person_id, waiting in _waiting(wanted).items():
        lately = FEW + 1 if behind and _recent(waiting, now) else sent.get(person_id, 0)
        for mail in packed(_quiet(waiting, wanted[person_id], now), now, lately):
            _write(person_id, mail, now)
            made += 1
    return made


def _forget(people: Sequence[int]) -> None:
    """Whoever has turned mail off since still has the notices."""
    waiting = (Outgoing.person_id.in_(people), Outgoing.delivery_id.is_(None))
    db.session.execute(delete(Outgoing).where(*waiting))


def _sent_lately(people: Iterable[int], now: datetime) -> dict[int, int]:
    rows = select(Delivery.person_id, func.count()).group_by(Delivery.person_id)
    rows = rows.where(Delivery.person_id.in_(list(people)), Delivery.made_at > now - SOON)
    return {person_id: count for person_id, count in db.session.execute(rows)}


def _catching_up() -> bool:
    """Whether much of what happened has not been told yet, as after an outage."""
    position = db.session.scalar(select(Reading.seq).where(Reading.listener == "notify")) or 0
    return events.last_seq() - position > BEHIND


def _recent(waiting: Sequence[Outgoing], now: datetime) -> bool:
    """Catching up holds nobody's mail back for long."""
    return min(row.made_at for row in waiting) > now - SOON


def _waiting(people: Iterable[int]) -> dict[int, list[Outgoing]]:
    rows = select(Outgoing).where(Outgoing.person_id.in_(list(people)), Outgoing.delivery_id.is_(None))
    found: dict[int, list[Outgoing]] = defaultdict(list)
    for row in db.session.scalars(rows.order_by(Outgoing.person_id, Outgoing.id)):
        found[row.person_id].append(row)
    return found


def _quiet(waiting: Sequence[Outgoing], preference: Preference, now: datetime) -> list[Waiting]:
    """At night only what is urgent is ready; the rest is put off until the morning."""
    until = quiet_of(preference).until(now)
    if until is not None:
        for row in waiting:
            if row.urgency != Urgency.NOW and row.ready_at <= now:
                row.ready_at = until
    return [
        Waiting(row.id, row.subject, Urgency(row.urgency), row.collapses, row.ready_at) for row in waiting
    ]


def _write(person_id: int, mail: Sequence[Waiting], now: datetime) -> None:
    made = Delivery(token=uuid4().hex, person_id=person_id, channel=MAIL, made_at=now, next_at=now)
    db.session.add(made)
    db.session.flush()
    mine = (Outgoing.id.in_([each.id for each in mail]), Outgoing.delivery_id.is_(None))
    db.session.execute(update(Outgoing).where(*mine).values(delivery_id=made.id))
