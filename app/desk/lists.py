"""One page of a list of cases, ready to be shown beside its map."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import request

from app.cases.queries import listing
from app.cases.queries.filters import Filters
from app.core.api import cursor_of, read_cursor
from app.core.policy import Actor
from app.desk.rows import Row, points_of, rows_of

PAGE = 50


@dataclass(frozen=True)
class List:
    """Rows, their dots, how many have none, the exact total and the cursor of what follows."""

    rows: list[Row]
    points: list[dict[str, Any]]
    unplaced: int
    total: int
    following: str | None


def list_page(filters: Filters, actor: Actor, at: datetime) -> List:
    """The page that the request's cursor asks for. Three statements and one for photos."""
    scope = listing.scope_for(actor, filters)
    page = listing.page(filters, within=scope, now=at, limit=PAGE, after=_cursor())
    rows = rows_of(page.rows, filters.as_of or at)
    points = points_of(rows, filters.as_of or at)
    return List(
        rows=rows,
        points=points,
        unplaced=len(rows) - len(points),
        total=listing.total(filters, within=scope, now=at),
        following=cursor_of(*page.following) if page.following else None,
    )


def _cursor() -> listing.Cursor | None:
    """Sort value (none for a case without a due time) and id."""
    if not request.args.get("cursor"):
        return None
    try:
        found = read_cursor(str, int)
    except Problem:
        found = read_cursor(type(None), int)
    return (found[0], found[1]) if found else None
