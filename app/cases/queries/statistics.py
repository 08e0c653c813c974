"""Numbers per unit from the same source as the lists: what a map shows is what a list holds."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from sqlalchemy import Integer, Select, and_, case, cast, func, select
from sqlalchemy.sql.selectable import FromClause

from app.cases.queries.filters import Filters
from app.cases.queries.source import conditions, source
from app.core.db import db, is_sqlite
from app.core.policy import LEVEL_FIELDS, Predicate

NUMBERS = ("filed", "open", "overdue", "escalated", "closed", "on_time")


@dataclass(frozen=True)
class UnitNumbers:
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
    """One row per unit at a level that has cases. One statement on PostgreSQL, two on SQLite."""
    statement = numbers_statement(level, filters, within=within, now=now)
    rows = list(db.session.execute(statement))
    if is_sqlite():
        medians = _medians(level, filters, within=within, now=now)
        return [_numbers(row, medians.get(row[0])) for row in rows]
    return [_numbers(row, _hours(row[7])) for row in rows]


def _numbers(row: Any, median_hours: float | None) -> UnitNumbers:
    return UnitNumbers(row[0], row[1], row[2], row[3], row[4], row[5], row[6], median_hours)


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
    ]
    if not is_sqlite():
        columns.append(func.percentile_cont(0.5).within_group(c.took_s))
    asked = conditions(cases, filters, within=within, now=now)
    return select(*columns).select_from(cases).where(*asked).group_by(unit)


def _count(condition: Any) -> Any:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


def _medians(level: str, filters: Filters, *, within: Predicate, now: datetime) -> dict[int | None, float]:
    """SQLite has no median: the durations of the closed cases, sorted out here."""
    cases: FromClause = source(filters.as_of)
    unit = cases.c[LEVEL_FIELDS[level]]
    asked = conditions(cases, filters, within=within, now=now)
    rows = db.session.execute(
        select(func.coalesce(unit, -1), cast(cases.c.took_s, Integer))
        .where(*asked, cases.c.took_s.is_not(None))
        .order_by(unit)
    ).all()
    if not rows:
        return {}
    table = np.array(rows, dtype=np.int64)
    units, starts = np.unique(table[:, 0], return_index=True)
    parts = np.split(table[:, 1], starts[1:])
    return {
        (None if ident == -1 else int(ident)): float(np.median(part)) / 3600
        for ident, part in zip(units.tolist(), parts, strict=True)
    }


def _hours(seconds: float | None) -> float | None:
    return None if seconds is None else float(seconds) / 3600


def summed(rows: Iterable[UnitNumbers]) -> dict[str, int]:
    """The counts of several units together."""
    found = list(rows)
    return {name: sum(getattr(row, name) for row in found) for name in NUMBERS}
