"""Append events; seal them at the commit point.

`append` only collects. `seal`, the last thing before the commit, locks the city's head, numbers and hashes
what was collected and writes it. Locking last keeps the lock for two statements only.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, bindparam, insert, select, text, update
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session

from app.core.db import at_commit_point, db, is_writing
from app.core.policy import Actor
from app.events.chain import GENESIS, Line, canonical, digest_of, hash_of, hashed_rest
from app.events.models import ChainHead, Event, EventBody

PENDING = "events.pending"
HEAD = 1


@dataclass(frozen=True)
class Collected:
    action: str
    subject: str
    body: dict[str, Any]
    actor: str
    at: datetime


def append(action: str, subject: str, body: dict[str, Any], *, actor: Actor, at: datetime) -> None:
    """Collect one event (`case.filed`, `case:<uuid>`, JSON-able body) for the end of this write."""
    if not is_writing():
        raise RuntimeError("an event belongs to a write: call begin_write() first")
    name = "system" if actor.system else f"person:{actor.public_id}"
    db.session().info.setdefault(PENDING, []).append(Collected(action, subject, body, name, at))


EVENT, BODY, CHAIN = (cast(Table, model.__table__) for model in (Event, EventBody, ChainHead))
# Built once: they run with every write.
LOCK_HEAD = select(CHAIN.c.seq, CHAIN.c.hash).where(CHAIN.c.id == HEAD).with_for_update()
MOVE_HEAD = (
    update(CHAIN).where(CHAIN.c.id == HEAD).values(seq=bindparam("last_seq"), hash=bindparam("last_hash"))
)
ADD_EVENTS, ADD_BODIES = insert(EVENT), insert(BODY)
CHAIN_ONE = text("""
with head as (select seq, hash from chain_head where id = 1 for update),
line as (
  insert into event (seq, prev, at, actor, action, subject, digest)
  select seq + 1, hash, :at, :actor, :action, :subject, :digest from head
  returning seq, prev),
said as (insert into event_body (seq, salt, body) select seq, :salt, :body from line)
update chain_head set seq = line.seq, hash = encode(sha256(convert_to(
  '[' || line.seq || ',"' || line.prev || '",' || :rest, 'UTF8')), 'hex')
from line where chain_head.id = 1
""")
"""`chain.hash_of` in PostgreSQL's words: no time passes between locking the head and moving it."""


@at_commit_point
def seal(session: Session) -> None:
    """Chain what was collected. Runs inside the transaction, after the flush, before the commit."""
    pending: list[Collected] = session.info.pop(PENDING, [])
    if not pending:
        return
    connection = session.connection()
    at_once = len(pending) == 1 and connection.dialect.name == "postgresql"
    if not at_once or not _chained_by_postgresql(connection, pending[0]):
        _chain(connection, pending)


def _chained_by_postgresql(connection: Connection, event: Collected) -> bool:
    """Most writes tell one event: one round trip instead of four. False while there is no head yet."""
    salt, body = _body(event)
    digest = digest_of(salt, body)
    asked = {
        "at": event.at,
        "actor": event.actor,
        "action": event.action,
        "subject": event.subject,
        "digest": digest,
        "salt": salt,
        "body": body.decode(),
        "rest": hashed_rest(event.at, event.actor, event.action, event.subject, digest),
    }
    return connection.execute(CHAIN_ONE, asked).rowcount == 1


def _chain(connection: Connection, pending: list[Collected]) -> None:
    seq, last = _lock_head(connection)
    lines, bodies = [], []
    for event in pending:
        seq += 1
        salt, body = _body(event)
        line = Line(seq, last, event.at, event.actor, event.action, event.subject, digest_of(salt, body))
        last = hash_of(line)
        lines.append(vars(line))
        bodies.append({"seq": seq, "salt": salt, "body": body.decode()})
    connection.execute(ADD_EVENTS, lines)
    connection.execute(ADD_BODIES, bodies)
    connection.execute(MOVE_HEAD, {"last_seq": seq, "last_hash": last})


def _body(event: Collected) -> tuple[str, bytes]:
    """Salt and canonical text."""
    return secrets.token_hex(16), canonical(event.body)


def _lock_head(connection: Connection) -> tuple[int, str]:
    """The head's (seq, hash), locked until the commit (SQLite: the whole database already is)."""
    row = connection.execute(LOCK_HEAD).one_or_none()
    if row is None:
        connection.execute(insert(CHAIN).values(id=HEAD, seq=0, hash=GENESIS))
        return 0, GENESIS
    return row.seq, row.hash


def erase(seq: int) -> None:
    """Forget what an event says, for good. The chain still verifies; that it was erased stays visible."""
    db.session.execute(update(EventBody).where(EventBody.seq == seq).values(salt=None, body=None))
