"""The product with its durability taken away, for the controls of the drills; only they serve this."""

from typing import Any

from sqlalchemy import event

from app import create_app
from app.core.db import db


def _forget_durability(connection: Any, _record: Any) -> None:
    if db.engine.dialect.name == "sqlite":
        connection.execute("PRAGMA synchronous=OFF")
        return
    with connection.cursor() as cursor:
        cursor.execute("set synchronous_commit = off")


app = create_app()
with app.app_context():
    event.listen(db.engine, "connect", _forget_durability)
