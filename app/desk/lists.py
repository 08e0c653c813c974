"""One page of a list of cases, ready to be shown beside its map."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.areas.index import areas
from app.cases.queries import listing
from app.cases.queries.filters import Filters
from app.core.api import cursor_of, read_cursor
from app.core.policy import Actor
from app.desk.queries import extents
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
    """The page that the request's cursor asks for. Two statements, and two for what rows show besides."""
    scope = listing.scope_for(actor, filters)
    page = listing.page(filters, within=scope, now=at, limit=PAGE, after=_cursor())
    rows = rows_of(page.rows, filters.as_of or at, None if filters.as_of else actor)
    points = points_of(rows)
    return List(
        rows=rows,
        points=points,
        unplaced=len(rows) - len(points),
        total=listing.total(filters, within=scope, now=at),
        following=cursor_of(*page.following) if page.following else None,
    )


def _cursor() -> listing.Cursor | None:
    """The sort value of the last row (none for a case without a due time) and its id."""
    found = read_cursor(str, int, optional_first=True)
    if found is None:
        return None
    listing.check_cursor(found[0])
    return found[0], found[1]


def bounds_of(filters: Filters) -> list[float] | None:
    """Where the map begins when no row has a dot: the unit asked for, else the whole city."""
    return extents().box(filters.within or areas().city)


def shape_url(filters: Filters) -> str | None:
    """The outline of the unit that the list is about."""
    unit = filters.within
    return f"/api/v1/areas/{unit.code}/geometry" if unit and unit.has_geometry else None
