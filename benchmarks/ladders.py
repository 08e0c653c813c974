"""Databases for the drills of the ladder: cases filed at chosen instants, or very many open ones in bulk."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import numpy as np
import structlog
from flask import Flask
from sqlalchemy import bindparam, select, text

from app.cases.commands import read_filing
from app.cases.service import file_case, plan_filing
from app.core.db import UtcDateTime, begin_write, commit, db
from app.core.policy import Actor
from app.people.models import Person
from app.people.queries import actor_by_username
from benchmarks import bulk, databases
from benchmarks.databases import EPOCH, Engine

LONG_AGO = datetime(2024, 1, 5, 1, tzinfo=UTC)
"""An ordinary Friday morning; every limit of a case filed then passed long since."""
SHARED = 500
FAR = datetime(2099, 1, 1, tzinfo=UTC)


@contextmanager
def a_city(engine: Engine, template: str, name: str) -> Iterator[Flask]:
    """A copy of the city without cases, and an application on it that says nothing."""
    database = f"wangge_bench_{name}"
    engine.drop(database)
    engine.make(database, template)
    app = databases.application(engine, database)
    structlog.configure(processors=[_drop])
    try:
        with app.app_context():
            yield app
            db.session.remove()
    finally:
        databases.release(app)
        engine.drop(database)


def _drop(_logger: Any, _method: str, _said: Any) -> Any:
    raise structlog.DropEvent


def filer() -> Actor:
    found = actor_by_username("ines", LONG_AGO)
    assert found is not None
    return found


def spots(count: int) -> list[tuple[float, float]]:
    """Points spread over all grids, always the same."""
    on = bulk.ground([0])
    rng = np.random.default_rng([bulk.SEED, count])
    grids, which = rng.integers(0, len(on.grids), count), rng.integers(0, bulk.SPOTS, count)
    return list(zip(on.x[grids, which].tolist(), on.y[grids, which].tolist(), strict=True))


def file_many(places: list[tuple[float, float]], at: datetime, first: int = 1) -> list[UUID]:
    """One case at each point, through the service, many in one commit; their UUIDs in order."""
    ines, idents = filer(), [UUID(int=first + n) for n in range(len(places))]
    for start in range(0, len(places), SHARED):
        chunk = range(start, min(start + SHARED, len(places)))
        plans = [plan_filing(read_filing(idents[n], _filing(places[n]))) for n in chunk]
        begin_write()
        for plan in plans:
            file_case(plan, actor=ines, now=at)
        commit()
        db.session.expunge_all()
    return idents


def _filing(place: tuple[float, float]) -> dict[str, Any]:
    return {
        "category": "E0102",
        "geometry": {"type": "Point", "coordinates": list(place)},
        "crs": "wgs84",
        "accuracy_m": 8,
        "description": "垃圾堆放",
        "urgency": "normal",
        "channel": "inspector",
    }


def fill_with_open(size: int, due: int, now: datetime) -> None:
    """So many open cases in bulk, each with its task; `due` of them passed their limit some minutes ago."""
    filers = list(db.session.scalars(select(Person.id).where(Person.synthetic).order_by(Person.id)))
    on = bulk.ground(filers)
    databases.pour(_opened(bulk.rows(size, on, EPOCH)), size)
    begin_write()
    connection = db.session.connection()
    connection.execute(TASKS, {"limit": FAR})
    if due:
        connection.execute(PASSED, {"limit": now - timedelta(minutes=10), "each": size // due})
    commit()
    _look_at_it_anew()


def _opened(chunks: Iterator[list[tuple[Any, ...]]]) -> Iterator[list[tuple[Any, ...]]]:
    """Every case as it was filed: with its community, which has not accepted it yet."""
    fresh = {
        "version": 1,
        "status": "filed",
        "level": "community",
        "department_id": None,
        "due_at": None,
        "clock_from": None,
        "accepted_at": None,
        "ended_at": None,
        "escalations": 0,
        "returns": 0,
        "reworks": 0,
        "on_time": None,
        "took_s": None,
    }
    at = {name: place for place, name in enumerate(bulk.COLUMNS)}
    for chunk in chunks:
        yield [
            tuple(
                row[at["community_id"]] if name == "holder_id" else fresh.get(name, row[place])
                for name, place in at.items()
            )
            for row in chunk
        ]


TASKS = text("""
insert into task
  (case_id, kind, area_id, term, opened_at, due_at, wake_at, base_level, rung, base_rung, paused_s)
select id, 'accept', holder_id, '4wh', filed_at, :limit, :limit, 'community', 0, 0, 0
from case_record order by id
""").bindparams(bindparam("limit", type_=UtcDateTime))
PASSED = text("update task set due_at = :limit, wake_at = :limit where case_id % :each = 0").bindparams(
    bindparam("limit", type_=UtcDateTime)
)


def _look_at_it_anew() -> None:
    """Statistics of the planner are fresh, as they are in a database that has grown by itself."""
    raw: Any = db.engine.raw_connection()
    if db.engine.dialect.name != "sqlite":
        raw.driver_connection.autocommit = True
    for statement in ("analyze task", "analyze case_record"):
        raw.execute(statement)
    raw.invalidate()
