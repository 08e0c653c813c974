"""The session, its types and the one commit point.

Importing shapely and pyproj before the first `load_extension` is load-bearing: SQLite opens extensions
RTLD_GLOBAL, and Debian's GEOS would then shadow the GEOS inside the shapely wheel (crash or wrong results).
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyproj  # noqa: F401  (before load_extension, see above)
import shapely  # noqa: F401  (before load_extension, see above)
from flask import Flask, current_app
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as FlaskSession
from sqlalchemy import DateTime, MetaData, Select, TypeDecorator, event, func, select, update
from sqlalchemy.engine import Connection, Dialect, Engine, make_url
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from sqlalchemy.sql.dml import UpdateBase

from app.core import clock
from app.core.drivers import (
    check_idle_connection,
    note_idle_since,
    prepare_postgres,
    prepare_sqlite,
    sqlite_driver,
)

NAMES = {
    "ix": "ix_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMES)


class ReadOrWrite(FlaskSession):
    """A session that reads until `begin_write()`; changing rows before is a mistake that does not pass.

    On PostgreSQL a read then needs no transaction: READ COMMITTED takes a snapshot per statement anyway, and
    BEGIN and COMMIT would be two more round trips. On SQLite it does: list and count see the same instant.
    """

    def get_bind(self, mapper: Any = None, clause: Any = None, bind: Any = None, **kw: Any) -> Any:
        if bind is not None:
            return bind
        if (isinstance(clause, UpdateBase) or self._flushing) and not self.info.get("writing"):
            raise RuntimeError("rows are changed only after begin_write()")
        return _session_engine()


db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False, "class_": ReadOrWrite})

if TYPE_CHECKING:

    class Model(Base):
        __abstract__ = True
else:
    Model = db.Model


class UtcDateTime(TypeDecorator[datetime]):
    """Aware datetimes in and out, stored as UTC (SQLite would silently drop the offset)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime has no place in the database")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class ClockFloor(Model):
    """SQLite has no clock of its own: the latest instant that `database_now` gave to a write, in one row."""

    __tablename__ = "clock_floor"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


Seal = Callable[[Session], None]
_seals: list[Seal] = []


def at_commit_point(seal: Seal) -> Seal:
    """Register what must happen last inside every write, e.g. the chaining of events."""
    if seal not in _seals:
        _seals.append(seal)
    return seal


def is_sqlite() -> bool:
    return db.engine.dialect.name == "sqlite"


def begin_write() -> None:
    """End the read transaction and begin a writing one, on the same connection.

    On SQLite the write lock is taken now (BEGIN IMMEDIATE): a read that has to become a write loses the
    race at once, whatever the busy timeout.
    """
    session = db.session()
    if session.info.get("writing"):
        return
    if session.new or session.dirty or session.deleted:
        raise RuntimeError("rows were changed before begin_write()")
    connection = session.connection()
    if is_sqlite():
        connection.connection.commit()
    connection.exec_driver_sql("BEGIN IMMEDIATE" if is_sqlite() else "BEGIN")
    session.info["writing"] = True


def is_writing() -> bool:
    return bool(db.session().info.get("writing"))


@contextmanager
def planned_anew(connection: Connection) -> Iterator[None]:
    """PostgreSQL plans each of these statements for its own values, instead of once for any values."""
    if connection.dialect.name == "sqlite":
        yield
        return
    raw: Any = connection.connection.driver_connection
    kept, raw.prepare_threshold = raw.prepare_threshold, None
    try:
        yield
    finally:
        raw.prepare_threshold = kept


def skip_locked(rows: Select[Any]) -> Select[Any]:
    """Lock the rows for this write; those that somebody else holds are left out, not waited for.

    On SQLite the whole database is already ours.
    """
    return rows if is_sqlite() else rows.with_for_update(skip_locked=True)


def database_now() -> datetime:
    """The present instant by the database's clock, the same for every process.

    PostgreSQL's own clock; on SQLite the system's, but never before an instant that was given to a write.
    """
    if not is_sqlite():
        return db.session.scalars(select(func.clock_timestamp(type_=UtcDateTime))).one()
    kept = db.session.scalar(select(ClockFloor.at))
    now = clock.now() if kept is None else max(kept, clock.now())
    if is_writing():
        _keep_floor(now, first=kept is None)
    return now


def _keep_floor(now: datetime, *, first: bool) -> None:
    if first:
        db.session.add(ClockFloor(id=1, at=now))
        db.session.flush()
    else:
        db.session.execute(update(ClockFloor).values(at=now))


def commit() -> None:
    """The one commit point: flush, seal, commit."""
    session = db.session()
    session.flush()
    for seal in _seals:
        seal(session)
    session.commit()
    session.info.pop("writing", None)


def rollback() -> None:
    session = db.session()
    session.rollback()
    session.info.clear()


def init_app(app: Flask) -> None:
    url = make_url(app.extensions["wangge"].database_url)
    options: dict[str, Any] = {}
    if url.get_backend_name() == "sqlite":
        options = {"connect_args": {"check_same_thread": False}, "module": sqlite_driver()}
        if url.database:
            Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = options
    db.init_app(app)
    with app.app_context():
        _listen(db.engine)


BEGIN = "wangge_begin"
"""Execution option: the statement that begins a transaction on a connection; empty for none."""


def _listen(engine: Engine) -> None:
    """Both drivers are left in autocommit; what begins a transaction is said here and nowhere else."""
    event.listen(engine, "begin", _begin)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", prepare_sqlite)
        return
    event.listen(engine, "connect", prepare_postgres)
    event.listen(engine, "checkin", note_idle_since)
    event.listen(engine, "checkout", check_idle_connection)


def _begin(connection: Connection) -> None:
    statement = connection.get_execution_options().get(BEGIN, "BEGIN")
    if statement:
        connection.exec_driver_sql(statement)


def _session_engine() -> Engine:
    """The engine, with no transaction around reads where they need none."""
    engine = db.engine
    if engine.dialect.name == "sqlite":
        return engine
    kept: Engine | None = current_app.extensions.get("wangge.session_engine")
    if kept is None:
        kept = current_app.extensions["wangge.session_engine"] = engine.execution_options(**{BEGIN: ""})
    return kept
