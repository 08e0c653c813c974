"""What a refusal must be: a problem document, and a database in which nothing has changed."""

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import text
from werkzeug.test import TestResponse

from app.core.db import Base, db

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def fingerprint() -> dict[str, tuple[int, str]]:
    """Number of rows and a hash of all of them, for each table that is ours."""
    db.session.rollback()
    found = {table: _table(table) for table in sorted(Base.metadata.tables)}
    db.session.rollback()
    return found


def _table(name: str) -> tuple[int, str]:
    rows = sorted(repr(tuple(row)) for row in db.session.execute(text(f'select * from "{name}"')))
    return len(rows), hashlib.sha256("\n".join(rows).encode()).hexdigest()


@contextmanager
def nothing_changes(but: frozenset[str] = frozenset()) -> Iterator[None]:
    """`but`: tables that may change, since they hold nothing but answers that can be given again."""
    before = fingerprint()
    yield
    after = fingerprint()
    changed = [table for table in before if before[table] != after[table] and table not in but]
    assert not changed, f"rows changed in {changed}"


def misfit(response: TestResponse, *statuses: int) -> str | None:
    """What is wrong with a refusal as a problem document with one of these statuses; None if nothing is."""
    if response.status_code not in statuses:
        return f"{response.status_code} instead of {statuses}: {response.get_data(as_text=True)[:300]}"
    if response.content_type != "application/problem+json":
        return f"not a problem document but {response.content_type}"
    body = response.get_json(force=True)
    missing = {"type", "title", "status", "detail"} - set(body)
    if missing or body["status"] != response.status_code or not body["title"]:
        return f"not a whole problem document: {body}"
    if response.status_code == 404 and UUID.search(response.get_data(as_text=True)):
        return f"an id in a 404: {body}"
    return None


def fields_of(response: TestResponse) -> set[str]:
    """The fields that a refusal names."""
    return set((response.get_json(force=True) or {}).get("errors", {}))
