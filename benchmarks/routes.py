"""What the product is compared with on the same server: an empty answer, and one bare insert and commit."""

import os
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from flask import Flask, Response
from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Engine,
    Integer,
    MetaData,
    Table,
    Text,
    Uuid,
    create_engine,
    event,
)

from app.core.db import db
from app.core.drivers import prepare_sqlite

ROW = Table(
    "bench_row",
    MetaData(),
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("uuid", Uuid, nullable=False, unique=True),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("said", Text, nullable=False),
)
SAID = '{"category":"E0102","description":"garbage by the gate","crs":"wgs84","accuracy_m":8}'
_mine = threading.local()


def mount(app: Flask) -> None:
    """Adds routes after the product's own have been checked: they are not part of it."""
    with app.app_context():
        product, url = db.engine, db.engine.url
        bare = _bare_engine(url, product)
        with product.begin() as connection:
            ROW.create(connection, checkfirst=True)
        product.dispose()
    insert_by_driver = _by_driver(bare)
    app.add_url_rule("/bench/worker", "bench_worker", lambda: _plain(str(os.getpid())))
    app.add_url_rule("/bench/hello", "bench_hello", lambda: _plain("hello world"))
    app.add_url_rule("/bench/engine", "bench_engine", lambda: _by_engine(bare), methods=["PUT"])
    app.add_url_rule("/bench/driver", "bench_driver", insert_by_driver, methods=["PUT"])


def _plain(text: str, status: int = 200) -> Response:
    return Response(text + "\n", status=status, content_type="text/plain")


def _bare_engine(url: Any, product: Engine) -> Engine:
    """An engine as a tutorial makes it, with the durability that the product insists on."""
    if url.get_backend_name() != "sqlite":
        return create_engine(url)
    engine = create_engine(url, module=product.dialect.dbapi, connect_args={"check_same_thread": False})
    event.listen(engine, "connect", prepare_sqlite)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    return engine


def _by_engine(engine: Engine) -> Response:
    with engine.begin() as connection:
        connection.execute(ROW.insert().values(uuid=uuid4(), at=datetime.now(UTC), said=SAID))
    return _plain("ok", 201)


def _by_driver(engine: Engine) -> Callable[[], Response]:
    mark = "?" if engine.dialect.name == "sqlite" else "%s"
    statement = f"insert into bench_row (uuid, at, said) values ({mark}, {mark}, {mark})"
    begin = "begin immediate" if engine.dialect.name == "sqlite" else "begin"

    def insert() -> Response:
        if not hasattr(_mine, "connection"):
            _mine.connection = engine.raw_connection()
            if begin == "begin":
                _mine.connection.driver_connection.autocommit = True
        raw: Any = _mine.connection.driver_connection
        raw.execute(begin)
        raw.execute(statement, (uuid4().hex, datetime.now(UTC).isoformat(), SAID))
        raw.execute("commit")
        return _plain("ok", 201)

    return insert
