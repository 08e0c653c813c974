"""Append events; seal them at the commit point.

`append` only collects. `seal`, the last thing before the commit, locks the city's head, numbers and hashes
what was collected and writes it. Locking last keeps the lock for two statements only.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import CTE, Table, bindparam, insert, select, update
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session

from app.core.db import at_commit_point, db, is_writing
from app.core.policy import Actor
from app.events.chain import GENESIS, Line, canonical, digest_of, hash_of
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


def _one(table: Table, prefix: str) -> CTE:
    named = {column.name: bindparam(f"{prefix}_{column.name}", type_=column.type) for column in table.c}
    return insert(table).values(named).cte(f"{prefix}_added")


def _named(prefix: str, row: Mapping[str, Any]) -> dict[str, Any]:
    return {f"{prefix}_{name}": value for name, value in row.items()}


# Most writes tell one event, and on PostgreSQL three statements would be three round trips.
ADD_ONE = MOVE_HEAD.add_cte(_one(EVENT, "event"), _one(BODY, "body"))


@at_commit_point
def seal(session: Session) -> None:
    """Chain what was collected. Runs inside the transaction, after the flush, before the commit."""
    pending: list[Collected] = session.info.pop(PENDING, [])
    if not pending:
        return
    connection = session.connection()
    seq, last = _lock_head(connection)
    lines, bodies = [], []
    for event in pending:
        seq += 1
        salt, body = secrets.token_hex(16), canonical(event.body)
        line = Line(seq, last, event.at, event.actor, event.action, event.subject, digest_of(salt, body))
        last = hash_of(line)
        lines.append(vars(line))
        bodies.append({"seq": seq, "salt": salt, "body": body.decode()})
    head = {"last_seq": seq, "last_hash": last}
    if len(lines) == 1 and connection.dialect.name == "postgresql":
        connection.execute(ADD_ONE, {**_named("event", lines[0]), **_named("body", bodies[0]), **head})
        return
    connection.execute(ADD_EVENTS, lines)
    connection.execute(ADD_BODIES, bodies)
    connection.execute(MOVE_HEAD, head)


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
