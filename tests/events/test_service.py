"""Events are collected, then chained at the commit point."""

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from app.core import db as database
from app.core.clock import now
from app.core.db import db
from app.core.policy import SYSTEM
from app.events import append, queries, service


def write(*bodies: dict[str, object]) -> None:
    database.begin_write()
    for body in bodies:
        append("test.happened", "test:1", body, actor=SYSTEM, at=now())
    database.commit()


def test_the_chain_holds_over_several_commits(app: Flask) -> None:
    write({"n": 1}, {"n": 2})
    write({"n": 3, "words": "井盖"})
    assert [told.seq for told in queries.history("test:1")] == [1, 2, 3]
    assert queries.verify() == []


def test_an_event_outside_a_write_is_refused(app: Flask) -> None:
    with pytest.raises(RuntimeError):
        append("test.happened", "test:1", {}, actor=SYSTEM, at=now())


def test_a_rolled_back_write_leaves_nothing(app: Flask) -> None:
    database.begin_write()
    append("test.happened", "test:1", {}, actor=SYSTEM, at=now())
    database.rollback()
    write({"n": 1})
    assert [told.seq for told in queries.history("test:1")] == [1]


def test_an_erased_body_leaves_the_chain_verifiable(app: Flask) -> None:
    write({"secret": "x"})
    database.begin_write()
    service.erase(1)
    database.commit()
    assert queries.history("test:1")[0].body is None
    assert queries.verify() == []


FORBIDDEN = (
    "update event set actor = 'x'",
    "delete from event",
    "update event_body set body = '{}'",
    "update event_body set salt = null",
    "delete from event_body",
    "insert or replace into event select seq, prev, at, 'x', action, subject, digest from event",
    "truncate event cascade",
    "truncate event_body",
)


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_no_statement_alters_or_removes_an_event(app: Flask, statement: str) -> None:
    write({"n": 1}, {"n": 2})
    with pytest.raises(DatabaseError):
        db.session.execute(text(statement))
    db.session.rollback()
    assert queries.verify() == []
    assert len(queries.history("test:1")) == 2
