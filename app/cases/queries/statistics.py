"""Numbers per unit from the same source as the lists: what a map shows is what a list holds."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple, cast

from sqlalchemy import ColumnElement, Double, Select, and_, func, select, type_coerce
from sqlalchemy.sql.selectable import FromClause

from app.cases.queries.filters import Filters
from app.cases.queries.source import conditions, source
from app.core.db import db, is_sqlite, planned_anew
from app.core.policy import LEVEL_FIELDS, Predicate

NUMBERS = ("filed", "open", "overdue", "escalated", "closed", "on_time")


class UnitNumbers(NamedTuple):
    """Counts of one unit (None: cases with no unit at that level); median hours from filing to closing."""

    area_id: int | None
    filed: int
    open: int
    overdue: int
    escalated: int
    closed: int
    on_time: int
    median_hours: float | None


def by_unit(level: str, filters: Filters, *, within: Predicate, now: datetime) -> list[UnitNumbers]:
    """One row per unit at a level that has cases. One statement.

    A plan for any category and period would read the whole table for a month of one category.
    """
    statement = numbers_statement(level, filters, within=within, now=now)
    connection = db.session.connection()
    with planned_anew(connection):
        rows = connection.execute(statement).all()
    if is_sqlite():
        return [UnitNumbers._make((*row[:7], _median_of_text(row[7]))) for row in rows]
    # rows are named alike, and ten thousand more tuples would cost a third of the asking
    return cast(list[UnitNumbers], rows)


def numbers_statement(level: str, filters: Filters, *, within: Predicate, now: datetime) -> Select[Any]:
    cases = source(filters.as_of)
    c, at = cases.c, filters.as_of or now
    unit = c[LEVEL_FIELDS[level]]
    is_open = c.ended_at.is_(None)
    columns = [
        unit,
        func.count(),
        _count(is_open),
        _count(and_(is_open, c.due_at < at)),
        _count(c.escalations > 0),
        _count(c.status == "closed"),
        _count(c.on_time),
        _durations(cases),
    ]
    asked = conditions(cases, filters, within=within, now=now)
    columns = [column.label(name) for column, name in zip(columns, UnitNumbers._fields, strict=True)]
    return select(*columns).select_from(cases).where(*asked).group_by(unit)


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count().filter(condition)


def _durations(cases: FromClause) -> ColumnElement[Any]:
    """The median hours from filing to closing; SQLite has none and tells the seconds of all of them."""
    if is_sqlite():
        return func.group_concat(cases.c.took_s)
    return type_coerce(func.percentile_cont(0.5).within_group(cases.c.took_s), Double) / 3600


def _median_of_text(durations: str | None) -> float | None:
    if durations is None:
        return None
    seconds = sorted(map(int, durations.split(",")))
    return (seconds[(len(seconds) - 1) // 2] + seconds[len(seconds) // 2]) / 7200


def summed(rows: Iterable[UnitNumbers]) -> dict[str, int]:
    """The counts of several units together."""
    found = list(rows)
    return {name: sum(getattr(row, name) for row in found) for name in NUMBERS}
