"""What is sent to the database, counted: a request may not send more statements for more rows."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from app.core.db import db

FRAMES = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")
LOOK = " FROM stamp"
"""At whether something kept in memory has changed: once a second, whatever is asked."""


@contextmanager
def statements() -> Iterator[list[str]]:
    """Without the frames of transactions, and without what depends on the time of day only."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        said = " ".join(statement.split())
        if not said.upper().startswith(FRAMES) and LOOK not in said:
            sent.append(said)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
