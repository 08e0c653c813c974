"""Database drivers made ready: SpatiaLite loaded, durability insisted on."""

import os
import sqlite3
from time import monotonic
from types import ModuleType
from typing import Any

from sqlalchemy.exc import DisconnectionError

SQLITE_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "recursive_triggers=ON",
    "foreign_keys=ON",
    "busy_timeout=10000",
    "cache_size=-65536",
    "wal_autocheckpoint=4000",  # pages: the same few hot ones are then copied back once, not each time
)


IDLE = 5.0  # seconds


class DriverMissing(RuntimeError):
    """One clear sentence about what this machine lacks."""


def sqlite_driver() -> ModuleType:
    """`pysqlite3` where it has a wheel, else the standard module if it can load extensions."""
    try:
        import pysqlite3
    except ImportError:
        if hasattr(sqlite3.Connection, "enable_load_extension"):
            return sqlite3
        raise DriverMissing(
            "This Python's sqlite3 cannot load extensions: install pysqlite3-binary or use PostgreSQL."
        ) from None
    module: ModuleType = pysqlite3
    return module


def prepare_sqlite(connection: Any, _record: Any) -> None:
    """Load SpatiaLite, make its metadata (5 ms, not GeoAlchemy2's 10 s) and set what durability needs."""
    connection.isolation_level = None
    connection.enable_load_extension(True)
    try:
        connection.load_extension(os.environ.get("SPATIALITE_LIBRARY_PATH", "mod_spatialite"))
    except Exception as error:
        raise DriverMissing(
            f"SpatiaLite does not load ({error}): apt-get install libsqlite3-mod-spatialite"
        ) from error
    finally:
        connection.enable_load_extension(False)
    for pragma in SQLITE_PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
    if not connection.execute("select CheckSpatialMetaData()").fetchone()[0]:
        connection.execute("select InitSpatialMetaData(1, 'WGS84')")


def prepare_postgres(connection: Any, _record: Any) -> None:
    """Refuse a server that would acknowledge a filing before it is durable."""
    connection.autocommit = True  # the session says when a transaction begins
    with connection.cursor() as cursor:
        cursor.execute("show synchronous_commit")
        if cursor.fetchone()[0] in ("off", "local"):
            raise DriverMissing("PostgreSQL runs with synchronous_commit=off: Wangge does not start on it.")
        cursor.execute("set time zone 'UTC'")


def note_idle_since(_connection: Any, record: Any) -> None:
    record.info["idle_since"] = monotonic()


def check_idle_connection(connection: Any, record: Any, _proxy: Any) -> None:
    """Ask a connection that has been idle whether it still lives; the pool replaces a dead one.

    Asking every time would cost a busy server a round trip per request, and could not promise more.
    """
    if monotonic() - record.info.get("idle_since", monotonic()) < IDLE:
        return
    try:
        connection.execute("select 1")
    except Exception as error:
        raise DisconnectionError from error
