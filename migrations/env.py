"""Run migrations in the application's own engine, on either database."""

from typing import Any

from alembic import context
from flask import current_app  # noqa: F401  (an application context is required)
from sqlalchemy import Connection
from sqlalchemy.schema import SchemaItem

from app.core.db import Base, db

config = context.config


def ours(item: SchemaItem, name: str | None, kind: str, reflected: bool, compare_to: Any) -> bool:
    """Leave out the tables and indexes that SpatiaLite and PostGIS keep for themselves."""
    if kind == "table":
        return not (reflected and compare_to is None)
    if kind == "index":
        return not (name or "").startswith("idx_")
    return True


def run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        include_object=ours,
        render_as_batch=False,
        compare_type=False,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


with db.engine.connect() as connection:
    run(connection)
