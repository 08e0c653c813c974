"""Notices on their way: a channel that fails as told, and what the tables say of it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from typing import Any

import orjson
import pytest
from sqlalchemy import insert, select

from app.core import db as database
from app.core.db import db
from app.core.policy import SYSTEM
from app.events import append, queries
from app.notify import sending
from app.notify.models import Delivery, Notice, Outgoing

Fate = Callable[[int], Exception | None]


@dataclass
class Post:
    """A channel: `fate(n)` is what the n-th attempt ends with, `late(n)` what happens after it was taken."""

    fate: Fate = lambda n: None
    late: Fate = lambda n: None
    attempts: int = 0
    taken: list[EmailMessage] = field(default_factory=list)

    def send(self, message: EmailMessage, *, sender: str, to: str, token: str) -> None:
        n, self.attempts = self.attempts, self.attempts + 1
        assert token in message["Message-ID"]
        if (error := self.fate(n)) is not None:
            raise error
        self.taken.append(message)
        if (error := self.late(n)) is not None:
            raise error

    def close(self) -> None:
        """Nothing to close."""

    def tokens(self) -> list[str]:
        return [str(message["Message-ID"]) for message in self.taken]


def use(post: Post, monkeypatch: pytest.MonkeyPatch) -> Post:
    monkeypatch.setattr(sending, "open_channel", lambda settings: post)
    return post


def notify(person_id: int, subject: str, at: datetime, **changes: Any) -> None:
    """Inside a write: one notice for somebody, on its way to mail, ready at once."""
    append("test.happened", subject, {}, actor=SYSTEM, at=at)
    database.commit()
    seq = queries.last_seq()
    database.begin_write()
    write_notice(person_id, subject, seq, at, **changes)


def write_notice(
    person_id: int,
    subject: str,
    seq: int,
    at: datetime,
    *,
    template: str = "test",
    urgency: str = "now",
    collapses: bool = False,
    ready_at: datetime | None = None,
    params: dict[str, Any] | None = None,
    by_mail: bool = True,
) -> None:
    """Inside a write."""
    same = {"event_seq": seq, "person_id": person_id, "subject": subject, "urgency": urgency}
    text = orjson.dumps(params or {}).decode()
    row = {**same, "template": template, "params": text, "created_at": at}
    notice_id = db.session.scalar(insert(Notice).returning(Notice.id), row)
    way = {"notice_id": notice_id, "channel": "mail", "collapses": collapses, "made_at": at}
    if by_mail:
        db.session.execute(insert(Outgoing), [{**same, **way, "ready_at": ready_at or at}])


def deliveries() -> list[Delivery]:
    db.session.rollback()
    rows = select(Delivery).order_by(Delivery.id).execution_options(populate_existing=True)
    return list(db.session.scalars(rows))


def carried(delivery_id: int) -> list[int]:
    """The notices that a delivery carries."""
    rows = select(Outgoing.notice_id).where(Outgoing.delivery_id == delivery_id).order_by(Outgoing.id)
    return list(db.session.scalars(rows))


@contextmanager
def writing() -> Iterator[None]:
    database.begin_write()
    yield
    database.commit()
