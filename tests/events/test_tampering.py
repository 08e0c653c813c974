"""Whoever gets past the triggers is found by `verify`: the control that the chain is worth believing."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest
from flask import Flask
from sqlalchemy import text

from app.core import db as database
from app.core.clock import now
from app.core.db import db, is_sqlite
from app.core.policy import SYSTEM
from app.events import append, queries
from app.events.chain import digest_of

LINES = 6


@pytest.fixture
def chain(city: Flask) -> None:
    """Some lines more, in several commits."""
    for n in range(0, LINES, 2):
        database.begin_write()
        for body in ({"n": n}, {"n": n + 1}):
            append("test.happened", "test:1", body, actor=SYSTEM, at=now())
        database.commit()
    assert queries.verify() == []


@contextmanager
def tampered(statements: Sequence[str]) -> Iterator[None]:
    """Run statements as somebody with the database's own password would, without triggers and foreign keys.

    All of it is undone at the end.
    """
    database.begin_write()
    _disarm()
    for statement in statements:
        assert db.session.execute(text(statement)).rowcount > 0, statement  # type: ignore[attr-defined]
    yield
    database.rollback()


def _disarm() -> None:
    if not is_sqlite():
        db.session.execute(text("set local session_replication_role = replica"))
        return
    db.session.execute(text("pragma defer_foreign_keys = on"))
    triggers = "select name from sqlite_master where type = 'trigger' and tbl_name in ('event', 'event_body')"
    for (name,) in db.session.execute(text(triggers)).all():
        db.session.execute(text(f'drop trigger "{name}"'))


MIDDLE = "(select max(seq) - 3 from event)"
LAST = "(select max(seq) from event)"
TAMPERED: dict[str, tuple[str, ...]] = {
    "another actor": (f"update event set actor = 'person:x' where seq = {MIDDLE}",),
    "another time": (f"update event set at = '2020-01-01 00:00:00' where seq = {MIDDLE}",),
    "another action": (f"update event set action = 'case.accept' where seq = {MIDDLE}",),
    "another subject": (f"update event set subject = 'test:2' where seq = {MIDDLE}",),
    "another digest": (f"update event set digest = '{'0' * 64}' where seq = {MIDDLE}",),
    "another predecessor": (f"update event set prev = '{'0' * 64}' where seq = {MIDDLE}",),
    "another body": (f"update event_body set body = '{{}}' where seq = {MIDDLE}",),
    "another salt": (f"update event_body set salt = '{'0' * 32}' where seq = {MIDDLE}",),
    "half erased": (f"update event_body set salt = null where seq = {MIDDLE}",),
    "the first line": ("update event set actor = 'x' where seq = 1",),
    "the last line": (f"update event set actor = 'x' where seq = {LAST}",),
    "a line deleted": (
        f"delete from event_body where seq = {MIDDLE}",
        f"delete from event where seq = {MIDDLE}",
    ),
    "the first line deleted": ("delete from event_body where seq = 1", "delete from event where seq = 1"),
    "the tail cut": (
        f"delete from event_body where seq > {MIDDLE}",
        f"delete from event where seq > {MIDDLE}",
    ),
    "everything deleted": ("delete from event_body", "delete from event"),
    "two lines swapped": (
        f"update event set seq = -1 where seq = {LAST}",
        f"update event set seq = seq + 1 where seq = {LAST}",
        f"update event set seq = {LAST} - 1 where seq = -1",
    ),
    "two bodies swapped": (
        f"update event_body set seq = -1 where seq = {LAST}",
        f"update event_body set seq = {LAST} where seq = {LAST} - 1",
        f"update event_body set seq = {LAST} - 1 where seq = -1",
    ),
    "a line inserted after the last": (
        "insert into event select seq + 1, prev, at, actor, action, subject, digest from event"
        f" where seq = {LAST}",
    ),
    "a line inserted far beyond": (
        "insert into event select seq + 100, prev, at, actor, action, subject, digest from event"
        f" where seq = {LAST}",
    ),
    "a line inserted before the first": (
        "insert into event select 0, prev, at, actor, action, subject, digest from event where seq = 1",
    ),
    "the head moved": ("update chain_head set seq = seq + 1",),
    "another head": (f"update chain_head set hash = '{'0' * 64}'",),
    "no head": ("delete from chain_head",),
}


def test_every_tampering_is_found(city: Flask, chain: None) -> None:
    unseen = []
    for what, statements in TAMPERED.items():
        with tampered(statements):
            if not queries.verify():
                unseen.append(what)
        assert queries.verify() == [], f"{what} was not undone"
    assert unseen == []


def test_a_forged_body_with_its_digest_is_found_in_the_next_line(city: Flask, chain: None) -> None:
    seq = queries.last_seq() - 2
    forged = (
        f"update event_body set salt = '{'0' * 32}', body = '{{}}' where seq = {seq}",
        f"update event set digest = '{digest_of('0' * 32, b'{}')}' where seq = {seq}",
    )
    with tampered(forged):
        assert [fault.seq for fault in queries.verify()] == [seq + 1]


def test_each_fault_is_named_by_its_line(city: Flask, chain: None) -> None:
    last = queries.last_seq()
    with tampered((f"update event set actor = 'x' where seq in ({last - 4}, {last - 1})",)):
        assert [fault.seq for fault in queries.verify()] == [last - 3, last]


def test_disarming_alone_is_no_fault(city: Flask, chain: None) -> None:
    with tampered(()):
        assert queries.verify() == []
