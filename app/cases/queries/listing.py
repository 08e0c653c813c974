"""Pages of cases: keyset, newest first unless asked otherwise, exact total with the first page."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Row, Select, Text, Uuid, and_, cast, func, or_, select
from sqlalchemy.sql.selectable import FromClause

from app.areas.index import areas
from app.cases import listed
from app.cases.queries.filters import Filters
from app.cases.queries.source import CASES, conditions, matching, source
from app.cases.schemas import EARLIEST, LATEST
from app.core.clock import rfc3339
from app.core.db import UtcDateTime, db
from app.core.policy import Actor, Predicate, scope_within
from app.core.problems import Invalid

ITEM = (
    "id",
    "uuid",
    "number",
    "version",
    "status",
    "level",
    "holder_id",
    "department_id",
    "category",
    "city_id",
    "district_id",
    "town_id",
    "community_id",
    "grid_id",
    "placement",
    "place_text",
    "geometry",
    "lon",
    "lat",
    "filed_at",
    "observed_at",
    "due_at",
    "ended_at",
    "description",
    "urgency",
    "restricted",
    "escalations",
    "returns",
    "reworks",
    "changed_at",
    "catalogue_version_id",
)
TEXTS = ITEM[: ITEM.index("changed_at")]
"""What `listed.lines` needs, in its order."""
Cursor = tuple[str | None, int]
"""The sort value of the last row as RFC 3339, and its id."""


@dataclass(frozen=True)
class Page:
    rows: list[Row[Any]]
    following: Cursor | None


def scope_for(actor: Actor, filters: Filters) -> Predicate:
    """What the actor may read, as simple as the filters allow; every case lies in the city."""
    return scope_within(actor, (filters.within or areas().city).lineage)


def page(
    filters: Filters, *, within: Predicate, now: datetime, limit: int, after: Cursor | None = None
) -> Page:
    """At most `limit` rows after a cursor. One statement."""
    statement, cases = matching(list(ITEM), filters, within=within, now=now)
    rows = list(db.session.execute(_ordered(statement, cases, filters.sort, after).limit(limit + 1)))
    if len(rows) <= limit:
        return Page(rows, None)
    last = rows[limit - 1]
    return Page(rows[:limit], (rfc3339(getattr(last, filters.sort.lstrip("-"))), last.id))


def texts(
    filters: Filters, *, within: Predicate, now: datetime, limit: int, after: Cursor | None = None
) -> Page:
    """The same page as the database spells ids and instants: columns `TEXTS`, then the sorted one."""
    cases = source(filters.as_of)
    asked = conditions(cases, filters, within=within, now=now)
    statement = _ordered(_as_text(cases, filters.sort).where(*asked), cases, filters.sort, after)
    rows = list(db.session.connection().execute(statement.limit(limit + 1)).all())
    if len(rows) <= limit:
        return Page(rows, None)
    last = rows[limit - 1]
    return Page(rows[:limit], (last[-1] and listed.rfc3339(last[-1]), last[0]))


@cache
def _texts_of_today(sort: str) -> Select[Any]:
    return _select_texts(CASES, sort)


def _as_text(cases: FromClause, sort: str) -> Select[Any]:
    return _texts_of_today(sort) if cases is CASES else _select_texts(cases, sort)


def _select_texts(cases: FromClause, sort: str) -> Select[Any]:
    columns = [_spelled(cases.c[name]) for name in TEXTS]
    return select(*columns, _spelled(cases.c[sort.lstrip("-")]).label("sorted_by"))


def _spelled(column: ColumnElement[Any]) -> ColumnElement[Any]:
    return cast(column, Text) if isinstance(column.type, UtcDateTime | Uuid) else column


def check_cursor(at: str | None) -> None:
    """Raises Invalid unless a cursor's sort value is an instant or null."""
    try:
        if at is not None and not EARLIEST <= datetime.fromisoformat(at) < LATEST:
            raise ValueError
    except (TypeError, ValueError):
        raise Invalid({"cursor": [_("This is not a cursor of this list.")]}) from None


def total(filters: Filters, *, within: Predicate, now: datetime) -> int:
    """How many there are, exactly. One statement."""
    cases = source(filters.as_of)
    counted = select(func.count()).select_from(cases)
    return db.session.scalar(counted.where(*conditions(cases, filters, within=within, now=now))) or 0


def everything(
    filters: Filters, *, within: Predicate, now: datetime, batch: int = 1000
) -> Iterator[Row[Any]]:
    """Every row, in batches by keyset: an export holds neither memory nor a cursor open."""
    after: Cursor | None = None
    while True:
        found = page(filters, within=within, now=now, limit=batch, after=after)
        yield from found.rows
        if found.following is None:
            return
        after = found.following


def _ordered(statement: Select[Any], cases: FromClause, sort: str, after: Cursor | None) -> Select[Any]:
    """By the sort column, then by id; rows without a due time come last."""
    column, down = cases.c[sort.lstrip("-")], sort.startswith("-")
    if after is not None:
        statement = statement.where(_beyond(column, cases.c.id, after, down=down))
    if sort == "due_at":
        return statement.order_by(column.is_(None), column, cases.c.id)
    if down:
        return statement.order_by(column.desc(), cases.c.id.desc())
    return statement.order_by(column, cases.c.id)


def _beyond(
    column: ColumnElement[Any], ident: ColumnElement[int], after: Cursor, *, down: bool
) -> ColumnElement[bool]:
    """Rows that come after the cursor. A row comparison would be shorter, but SQLite then skips the index."""
    at, last = after
    if at is None:
        return and_(column.is_(None), ident > last)
    value = datetime.fromisoformat(at)
    if down:
        return and_(column <= value, or_(column < value, ident < last))
    later = and_(column >= value, or_(column > value, ident > last))
    return or_(later, column.is_(None))
