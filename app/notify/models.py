"""A notice, the mail that carries it, and what people prefer.

The notice is the in-app inbox's row. By mail it leaves as one `Outgoing`; several of a person's are put
together into one `Delivery`, which is what is sent, tried again, and in the end given up.
"""

from datetime import datetime, time
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Model, UtcDateTime
from app.events.models import Sequence

UNSENT = text("notice_delivery.state in ('waiting','failed')")
"""A delivery that is still to be tried; said literally, as the index on them says it."""


def _partial(name: str, *columns: Any, only: str) -> Index:
    return Index(name, *columns, postgresql_where=text(only), sqlite_where=text(only))


class Notice(Model):
    """One person told of one event, once.

    `subject` is the event's (`case:<uuid>` …), `params` the JSON that the template is filled with.
    """

    __tablename__ = "notice"
    __table_args__ = (
        CheckConstraint("urgency in ('now','soon','digest')", name="urgency"),
        Index("ix_notice_once", "event_seq", "person_id", "template", unique=True),
        Index("ix_notice_person", "person_id", "id"),
        _partial("ix_notice_unread", "person_id", only="read_at is null"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    event_seq: Mapped[int] = mapped_column(Sequence, ForeignKey("event.seq"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    template: Mapped[str] = mapped_column(String(40))
    urgency: Mapped[str] = mapped_column(String(8))
    subject: Mapped[str] = mapped_column(String(60))
    params: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Delivery(Model):
    """One message to one person, at least once on the wire, exactly once here.

    `token` is its Message-ID for ever, so that a receiver knows a repeat. `claim` names the attempt that
    holds it until `claimed_until`; `attempts` counts the one under way.
    """

    __tablename__ = "notice_delivery"
    __table_args__ = (
        CheckConstraint("state in ('waiting','failed','sent','dead','dropped')", name="state"),
        _partial("ix_notice_delivery_due", "id", "next_at", only="state in ('waiting','failed')"),
        _partial("ix_notice_delivery_dead", "id", only="state = 'dead'"),
        Index("ix_notice_delivery_person", "person_id", "made_at"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(String(32), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    channel: Mapped[str] = mapped_column(String(8))
    state: Mapped[str] = mapped_column(String(8), default="waiting")
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime] = mapped_column(UtcDateTime)
    claim: Mapped[str | None] = mapped_column(String(32))
    claimed_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_error: Mapped[str | None] = mapped_column(Text)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Outgoing(Model):
    """A notice that also goes by a channel: once per event, person and channel.

    From `ready_at` on it may be put into a delivery; `delivery_id` is null until then.
    """

    __tablename__ = "notice_outgoing"
    __table_args__ = (
        Index("ix_notice_outgoing_once", "event_seq", "person_id", "channel", unique=True),
        _partial("ix_notice_outgoing_ready", "ready_at", only="delivery_id is null"),
        Index("ix_notice_outgoing_order", "person_id", "subject", "delivery_id"),
        Index("ix_notice_outgoing_delivery_id", "delivery_id"),
        Index("ix_notice_outgoing_notice_id", "notice_id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    notice_id: Mapped[int] = mapped_column(ForeignKey("notice.id"))
    event_seq: Mapped[int] = mapped_column(Sequence)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    channel: Mapped[str] = mapped_column(String(8))
    subject: Mapped[str] = mapped_column(String(60))
    urgency: Mapped[str] = mapped_column(String(8))
    collapses: Mapped[bool]
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ready_at: Mapped[datetime] = mapped_column(UtcDateTime)
    delivery_id: Mapped[int | None] = mapped_column(ForeignKey("notice_delivery.id"))


class Preference(Model):
    """How a person wants to be told by mail. Without a row, or without an address, there is no mail.

    `daily`: everything that is not urgent comes once a day. Local times; equal ones mean no quiet hours.
    """

    __tablename__ = "notice_preference"
    __table_args__ = (CheckConstraint("language in ('zh','en')", name="language"),)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    address: Mapped[str | None] = mapped_column(String(254))
    mail: Mapped[bool] = mapped_column(default=True)
    daily: Mapped[bool] = mapped_column(default=False)
    quiet_from: Mapped[time] = mapped_column(default=time(22))
    quiet_to: Mapped[time] = mapped_column(default=time(7))
    language: Mapped[str] = mapped_column(String(2), default="zh")
