"""Databases to measure on: the city of Foshan without cases, and copies of it filled to a size.

PostgreSQL is whatever server `WANGGE_TEST_POSTGRES` names; without it only SpatiaLite is measured.
"""

import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Any

import psycopg
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import URL, NullPool, create_engine, make_url, select, text

from app import create_app
from app.areas.importer import activate_generation, check_records, load_generation
from app.areas.sources import read_sources
from app.core.config import Settings, driver_url
from app.core.db import begin_write, commit, db
from app.core.policy import SYSTEM
from app.people.models import Person
from app.people.service import make_token
from benchmarks import bulk

ROOT = Path(__file__).resolve().parent.parent
FOSHAN = ROOT / "geodata" / "foshan"
FILERS = ("ines", "mara", "teng", "dana", "cai", "otto")
EPOCH = datetime(2026, 11, 21, 4, tzinfo=UTC)
"""The last case of bulk data is filed just before; fixed, so that a kept database stays comparable."""


@dataclass(frozen=True)
class Engine:
    """One of the two engines, and where its databases live."""

    name: str
    folder: Path
    server: URL | None = None

    def url(self, database: str) -> str:
        if self.server is None:
            return f"sqlite:///{self.folder / f'{database}.sqlite'}"
        return self.server.set(database=database).render_as_string(hide_password=False)

    def exists(self, database: str) -> bool:
        if self.server is None:
            return (self.folder / f"{database}.sqlite").exists()
        wanted = f"select 1 from pg_database where datname = '{database}'"
        return bool(self._ask(wanted))

    def make(self, database: str, template: str | None = None) -> None:
        if self.server is None:
            if template:
                shutil.copy(self.folder / f"{template}.sqlite", self.folder / f"{database}.sqlite")
            return
        source = f' template "{template}"' if template else ""
        self._ask(f'create database "{database}"{source}')

    def drop(self, database: str) -> None:
        if self.server is None:
            for file in self.folder.glob(f"{database}.sqlite*"):
                file.unlink()
            return
        self._ask(f'drop database if exists "{database}" with (force)')

    def _ask(self, statement: str) -> list[Any]:
        assert self.server is not None
        engine = create_engine(self.server, isolation_level="AUTOCOMMIT", poolclass=NullPool)
        with engine.connect() as connection:
            result = connection.execute(text(statement))
            return list(result) if result.returns_rows else []


@dataclass
class Filled:
    """A database with so many cases, an application on it, and tokens of those who ask."""

    engine: Engine
    name: str
    size: int
    app: Flask
    tokens: dict[str, str]

    @property
    def url(self) -> str:
        return self.engine.url(self.name)

    def driver_connection(self) -> Any:
        """A connection of the driver alone, in autocommit; on PostgreSQL it plans each statement anew."""
        if self.engine.server is None:
            return db.engine.raw_connection().driver_connection
        address = make_url(self.url).set(drivername="postgresql").render_as_string(hide_password=False)
        return psycopg.connect(address, autocommit=True, prepare_threshold=None)

    @contextmanager
    def inside(self) -> Iterator[Flask]:
        with self.app.app_context():
            yield self.app
            db.session.remove()


@dataclass
class Loading:
    """Seconds of reading, checking and activating all boundaries of Foshan; None if they were kept."""

    seconds: float | None = None


def engines(folder: Path) -> list[Engine]:
    found = [Engine("SpatiaLite", folder)]
    address = os.environ.get("WANGGE_TEST_POSTGRES")
    if address:
        found.append(Engine("PostGIS", folder, make_url(driver_url(address))))
    return found


def application(engine: Engine, database: str) -> Flask:
    folder = engine.folder / database
    folder.mkdir(exist_ok=True)
    return create_app(
        Settings(instance=folder, database_url=engine.url(database), secret_key="bench", photo_limit=1 << 20)
    )


def city(engine: Engine) -> tuple[str, Loading]:
    """The name of the database that holds Foshan, the catalogue and the demonstration's people."""
    name, loading = f"wangge_bench_{_fingerprint()}_city", Loading()
    if not engine.exists(name):
        engine.make(name)
        app = application(engine, name)
        with app.app_context():
            upgrade()
            loading.seconds = _load_foshan()
            db.session.remove()
        answer = app.test_cli_runner().invoke(args=["demo", "build", "--cases", "0"])
        if answer.exit_code:
            raise RuntimeError(f"the city was not built: {answer.output}")
        release(app)
    return name, loading


def _load_foshan() -> float:
    began = perf_counter()
    records = read_sources([FOSHAN], "wgs84")
    findings = check_records(records)
    begin_write()
    made = load_generation(
        records=records, findings=findings, label="Foshan", source=None, crs="wgs84", actor=SYSTEM, now=EPOCH
    )
    activate_generation(generation_id=made.id, actor=SYSTEM, now=EPOCH)
    commit()
    return perf_counter() - began


def filled(engine: Engine, template: str, size: int) -> Filled:
    """A copy of the city with so many cases, statistics of the planner fresh."""
    name = f"wangge_bench_{_fingerprint()}_{size}"
    fresh = not engine.exists(name)
    if fresh:
        engine.make(name, template)
    app = application(engine, name)
    with app.app_context():
        if fresh:
            _fill(size)
        made = tokens()
        db.session.remove()
    return Filled(engine, name, size, app, made)


def release(app: Flask) -> None:
    with app.app_context():
        db.engine.dispose()


def _fill(size: int) -> None:
    filers = list(db.session.scalars(select(Person.id).where(Person.synthetic).order_by(Person.id)))
    pour(bulk.rows(size, bulk.ground(filers), EPOCH), size)


def pour(chunks: Iterator[list[tuple[Any, ...]]], size: int) -> None:
    """So many bulk rows into the present database, which has no case yet."""
    db.session.remove()
    if db.engine.dialect.name == "sqlite":
        _fill_spatialite(chunks, size)
    else:
        _fill_postgis(chunks)
    db.engine.dispose()


def _fill_spatialite(chunks: Iterator[list[tuple[Any, ...]]], size: int) -> None:
    """In one transaction that is not durable: most rows, all indexes, the last tenth of the rows.

    An index built from rows that are all there has no room in its pages: every filing would split some.
    """
    raw: Any = db.engine.raw_connection()
    wanted = "select name, sql from sqlite_master where type='index' and tbl_name='case_record' and sql > ''"
    indexes = raw.execute(wanted).fetchall()
    for pragma in ("synchronous=off", "foreign_keys=off"):
        raw.execute(f"pragma {pragma}")
    raw.execute("begin immediate")
    raw.execute("select DisableSpatialIndex('case_record', 'geom')")
    raw.execute("drop table idx_case_record_geom")
    for name, _ in indexes:
        raw.execute(f"drop index {name}")
    done = 0
    for chunk in chunks:
        if done < 0.9 * size <= done + len(chunk):
            _index_spatialite(raw, [statement for _, statement in indexes])
        _insert(raw, chunk)
        done += len(chunk)
    raw.execute("commit")
    raw.execute("analyze")
    raw.execute("pragma wal_checkpoint(truncate)")
    raw.invalidate()


def _index_spatialite(raw: Any, indexes: list[str]) -> None:
    for statement in indexes:
        raw.execute(statement)
    raw.execute("select CreateSpatialIndex('case_record', 'geom')")


def _insert(raw: Any, chunk: list[tuple[Any, ...]]) -> None:
    at = bulk.COLUMNS.index("geom")
    marks = ",".join("?" * len(bulk.COLUMNS))
    rows = ((*row[:at], bulk.spatialite_point(row[at]), *row[at + 1 :]) for row in chunk)
    raw.executemany(f"insert into case_record ({','.join(bulk.COLUMNS)}) values ({marks})", rows)


def _fill_postgis(chunks: Iterator[list[tuple[Any, ...]]]) -> None:
    """COPY without triggers, then all indexes."""
    raw: Any = db.engine.raw_connection()
    with raw.cursor() as cursor:
        wanted = "select indexname, indexdef from pg_indexes where tablename='case_record'"
        cursor.execute(f"{wanted} and indexdef not like 'CREATE UNIQUE%'")
        indexes = cursor.fetchall()
        cursor.execute("set session_replication_role = replica")
        cursor.execute("set maintenance_work_mem = '256MB'")
        for name, _ in indexes:
            cursor.execute(f"drop index {name}")
        with cursor.copy(f"copy case_record ({','.join(bulk.COLUMNS)}) from stdin") as copy:
            for chunk in chunks:
                copy.write(_copy_text(chunk))
        for _, statement in indexes:
            cursor.execute(statement)
        cursor.execute("select setval('case_record_id_seq', max(id)) from case_record")
    raw.commit()
    raw.driver_connection.autocommit = True
    raw.execute("vacuum analyze case_record")
    raw.invalidate()


def _copy_text(chunk: list[tuple[Any, ...]]) -> bytes:
    """No bulk text holds a tab, a line break or a backslash."""
    at = bulk.COLUMNS.index("geom")
    lines = []
    for row in chunk:
        values = (*row[:at], bulk.postgis_point(row[at]), *row[at + 1 :])
        lines.append("\t".join("\\N" if value is None else str(value) for value in values))
    return ("\n".join(lines) + "\n").encode()


def tokens() -> dict[str, str]:
    """A new token of each of `FILERS`."""
    begin_write()
    people = {person.username: person for person in db.session.scalars(select(Person))}
    made = {name: make_token(people[name], "bench", now=datetime.now(UTC)) for name in FILERS}
    commit()
    return made


def _fingerprint() -> str:
    """Changes when a kept database would no longer be what this run would make."""
    made_by = [*sorted((ROOT / "migrations" / "versions").glob("*.py")), Path(bulk.__file__)]
    return hashlib.sha256(b"".join(file.read_bytes() for file in made_by)).hexdigest()[:8]
