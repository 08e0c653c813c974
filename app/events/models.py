"""The chain of events: audit trail, timeline and outbox at once."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Model, UtcDateTime

Sequence = BigInteger().with_variant(Integer, "sqlite")


class Event(Model):
    """One line of history. Appended, never altered: triggers on both engines see to it."""

    __tablename__ = "event"
    __table_args__ = (Index("ix_event_subject_seq", "subject", "seq"),)
    seq: Mapped[int] = mapped_column(Sequence, primary_key=True, autoincrement=False)
    prev: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor: Mapped[str] = mapped_column(String(60))
    action: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(60))
    digest: Mapped[str] = mapped_column(String(64))


class EventBody(Model):
    """What an event says, apart from the chain: it can be erased, one way, and the chain still holds."""

    __tablename__ = "event_body"
    seq: Mapped[int] = mapped_column(Sequence, ForeignKey("event.seq"), primary_key=True, autoincrement=False)
    salt: Mapped[str | None] = mapped_column(String(32))
    body: Mapped[str | None] = mapped_column(Text)


class ChainHead(Model):
    """The city's one head: locked last at the commit point, so that sequence order is commit order."""

    __tablename__ = "chain_head"
    id: Mapped[int] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(Sequence, default=0)
    hash: Mapped[str] = mapped_column(String(64))


class Reading(Model):
    """How far a listener has read. Sequence order is commit order, so one number is enough."""

    __tablename__ = "event_reading"
    listener: Mapped[str] = mapped_column(String(80), primary_key=True)
    seq: Mapped[int] = mapped_column(Sequence, default=0)
    claimed_until: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Attempt(Model):
    """One attempt at handing an event to a listener; the event itself is never updated."""

    __tablename__ = "event_attempt"
    __table_args__ = (Index("ix_event_attempt_listener_seq", "listener", "seq"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    listener: Mapped[str] = mapped_column(String(80))
    seq: Mapped[int] = mapped_column(Sequence)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    error: Mapped[str | None] = mapped_column(Text)
