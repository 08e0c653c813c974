"""Lives written in bulk into the tables that the services write one row at a time."""

from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import Table, func, insert, select

from app import events
from app.cases.escalations import Escalation
from app.cases.models import Case, PastState, Task
from app.core.db import db, is_sqlite
from app.demo.generate.life import Life
from app.events.delivery import reading_states
from app.events.models import Reading
from app.events.queries import last_seq

CASES, PAST, TASKS, RUNGS = (cast(Table, model.__table__) for model in (Case, PastState, Task, Escalation))


def first_free(table: Table) -> int:
    return (db.session.scalar(select(func.max(table.c.id))) or 0) + 1


def write(lives: Sequence[Life], *, history: bool) -> None:
    """Inside a write: all rows of these lives, and their events in the order of time.

    Without `history` only the filing is told.
    """
    for table, rows in (
        (CASES, [life.case for life in lives]),
        (PAST, [row for life in lives for row in life.past]),
        (TASKS, [row for life in lives for row in life.tasks]),
        (RUNGS, [row for life in lives for row in life.rungs]),
    ):
        _insert(table, rows)
    _move_sequences()
    told = [(each, life) for life in lives for each in (life.told if history else life.told[:1])]
    for (at, action, said, actor), life in sorted(told, key=lambda pair: pair[0][0]):
        events.append(f"case.{action}", f"case:{life.case['uuid']}", said, actor=actor, at=at)


def _insert(table: Table, rows: list[dict[str, Any]]) -> None:
    if rows:
        db.session.connection().execute(insert(table), rows)


def _move_sequences() -> None:
    """PostgreSQL numbers on from what was written; SQLite does by itself."""
    if is_sqlite():
        return
    for table in (CASES, PAST, TASKS, RUNGS):
        highest = select(func.max(table.c.id)).scalar_subquery()
        sequence = func.pg_get_serial_sequence(table.name, "id")
        db.session.execute(select(func.setval(sequence, func.coalesce(highest, 1))))


def everybody_has_heard(before: int) -> None:
    """Listeners that had read everything up to `before` have read what was written since, and say nothing."""
    last = last_seq()
    for state in reading_states():
        kept = db.session.get(Reading, state.name)
        if kept is None:
            db.session.add(Reading(listener=state.name, seq=last))
        elif kept.seq >= before:
            kept.seq = last
