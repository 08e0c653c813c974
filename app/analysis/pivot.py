"""Cross tables of cases: units, categories, statuses, levels or spans of time against each other.

Every number is the total of a list: its axis values are filters, and both come from the one source of cases.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, and_, case, func, literal, literal_column, select
from sqlalchemy.sql.selectable import FromClause

from app.areas.index import areas
from app.cases.queries.filters import Filters
from app.cases.queries.source import conditions, source
from app.core.clock import day_start, local_day
from app.core.db import db
from app.core.policy import LEVEL_FIELDS, Predicate
from app.core.problems import Invalid
from app.workflow.levels import Level
from app.workflow.statuses import Status

MOST_SPANS, MOST_ROWS, MOST_COLUMNS = 60, 200, 60
TIMES = ("day", "week", "month")
UNITS = tuple(f"unit:{level}" for level in LEVEL_FIELDS)
PLAIN = ("category", "status", "level")
AXES = (*UNITS, *PLAIN, *TIMES)
ORDERED: Mapping[str, tuple[str, ...]] = {"status": tuple(Status), "level": tuple(Level)}
"""Axes whose values have an order of their own."""
Value = str | int | None
"""Of an axis: the id of a unit, a code, the number of a span; None where a case has none."""

Counted = Callable[[FromClause, datetime], ColumnElement[bool]]
MEASURES: Mapping[str, tuple[Counted, Mapping[str, str]]] = {
    "filed": (lambda cases, at: literal(True), {}),
    "open": (lambda cases, at: cases.c.ended_at.is_(None), {"status": "open"}),
    "overdue": (
        lambda cases, at: and_(cases.c.ended_at.is_(None), cases.c.due_at < at),
        {"overdue": "true"},
    ),
    "raised": (lambda cases, at: cases.c.escalations > 0, {"raised": "true"}),
    "closed": (lambda cases, at: cases.c.status == "closed", {"status": "closed"}),
}
"""What is counted, and the filters that the list of a number adds for it."""


BY_NAME: tuple[ColumnElement[Any], ...] = (literal_column("pivot_row"), literal_column("pivot_column"))
"""PostgreSQL would take the same expression with other placeholders for another one."""


@dataclass(frozen=True)
class Span:
    """Local days of the city, half open."""

    first: date
    end: date

    @property
    def instants(self) -> tuple[datetime, datetime]:
        return day_start(self.first), day_start(self.end)


@dataclass(frozen=True)
class Table:
    """Counts by (row, column); `spans` are the spans of a time axis, in order."""

    rows: tuple[Value, ...]
    columns: tuple[Value, ...]
    counts: Mapping[tuple[Value, Value], int]
    spans: tuple[Span, ...]

    def row_total(self, row: Value) -> int:
        return sum(self.counts.get((row, column), 0) for column in self.columns)

    def column_total(self, column: Value) -> int:
        return sum(self.counts.get((row, column), 0) for row in self.rows)

    @property
    def total(self) -> int:
        return sum(self.counts.values())


def pivot(
    rows: str, columns: str, measure: str, filters: Filters, *, within: Predicate, now: datetime
) -> Table:
    """One statement (two when an open window needs its ends). Raises Invalid naming the axis."""
    _check_axes(rows, columns, measure)
    at = filters.as_of or now
    spans = _spans(rows, columns, filters, within=within, now=now)
    cases = source(filters.as_of)
    counted, _adds = MEASURES[measure]
    row, column = _key(rows, cases, spans), _key(columns, cases, spans)
    asked = [*conditions(cases, filters, within=within, now=now), counted(cases, at)]
    keys = (row.label("pivot_row"), column.label("pivot_column"))
    grouped = select(*keys, func.count()).select_from(cases).where(*asked).group_by(*BY_NAME)
    counts = {(one, other): count for one, other, count in db.session.execute(grouped)}
    return _table(rows, columns, counts, spans)


def _check_axes(rows: str, columns: str, measure: str) -> None:
    errors: dict[str, list[str]] = {}
    for name, axis in (("rows", rows), ("columns", columns)):
        if axis not in AXES:
            errors[name] = [_("One of %(sorts)s.", sorts=", ".join(AXES))]
    if not errors and (rows == columns or {rows, columns} <= set(TIMES)):
        errors["columns"] = [_("Rows and columns are the same; choose another.")]
    if measure not in MEASURES:
        errors["measure"] = [_("One of %(sorts)s.", sorts=", ".join(MEASURES))]
    if errors:
        raise Invalid(errors)


def _key(axis: str, cases: FromClause, spans: Sequence[Span]) -> ColumnElement[Any]:
    if axis in TIMES:
        if not spans:
            return literal(None)
        found = [(cases.c.filed_at < span.instants[1], number) for number, span in enumerate(spans)]
        return case(*found, else_=None)
    if axis in PLAIN:
        column: ColumnElement[Any] = cases.c[axis]
        return column
    unit: ColumnElement[Any] = cases.c[LEVEL_FIELDS[axis.partition(":")[2]]]
    return unit


def _spans(
    rows: str, columns: str, filters: Filters, *, within: Predicate, now: datetime
) -> tuple[Span, ...]:
    asked = next((axis for axis in (rows, columns) if axis in TIMES), None)
    if asked is None:
        return ()
    start, end = filters.start, filters.end
    if start is None or end is None:
        cases = source(filters.as_of)
        ends = select(func.min(cases.c.filed_at), func.max(cases.c.filed_at)).select_from(cases)
        first, last = db.session.execute(
            ends.where(*conditions(cases, filters, within=within, now=now))
        ).one()
        if first is None:
            return ()
        start, end = start or first, end or last + timedelta(microseconds=1)
    return spans_between(local_day(start), _day_of_end(end), asked)


def _day_of_end(end: datetime) -> date:
    """The first local day that no instant before `end` lies in."""
    return local_day(end - timedelta(microseconds=1)) + timedelta(days=1)


def spans_between(first: date, end: date, axis: str) -> tuple[Span, ...]:
    """The days, ISO weeks or months that cover `first` ≤ day < `end`; raises Invalid for more than 60."""
    found: list[Span] = []
    begin = _begin(first, axis)
    while begin < end:
        following = _next(begin, axis)
        found.append(Span(begin, following))
        begin = following
        if len(found) > MOST_SPANS:
            most = _("More than %(most)s spans: choose longer ones or a shorter period.", most=MOST_SPANS)
            raise Invalid({"columns": [most]})
    return tuple(found)


def _begin(day: date, axis: str) -> date:
    if axis == "month":
        return day.replace(day=1)
    return day - timedelta(days=day.weekday()) if axis == "week" else day


def _next(begin: date, axis: str) -> date:
    if axis == "month":
        return (begin.replace(day=28) + timedelta(days=4)).replace(day=1)
    return begin + timedelta(days=7 if axis == "week" else 1)


def _table(
    rows: str, columns: str, counts: Mapping[tuple[Value, Value], int], spans: tuple[Span, ...]
) -> Table:
    lines = _values(rows, {row for row, _column in counts}, spans)
    heads = _values(columns, {column for _row, column in counts}, spans)
    for name, found, most in (("rows", lines, MOST_ROWS), ("columns", heads, MOST_COLUMNS)):
        if len(found) > most:
            text = _("%(n)s values; at most %(most)s fit. Narrow the filters.", n=len(found), most=most)
            raise Invalid({name: [text]})
    return Table(lines, heads, counts, spans)


def _values(axis: str, found: set[Value], spans: Sequence[Span]) -> tuple[Value, ...]:
    """Time without holes; statuses and levels in their order; the rest by code, without a value last."""
    if axis in TIMES:
        return tuple(range(len(spans)))
    known: list[Any] = [value for value in found if value is not None]
    if axis in ORDERED:
        known.sort(key=ORDERED[axis].index)
    else:
        codes = areas().by_id
        known.sort(key=lambda value: codes[value].code if axis in UNITS else value)
    return (*known, *([None] if None in found else []))


def filters_for(axis: str, value: Value) -> dict[str, str]:
    """The filters of a list that stand for one value of an axis, as in its address; nothing for times."""
    if axis in TIMES:
        return {}
    if axis in UNITS:
        level = axis.partition(":")[2]
        return {"no_unit_at": level} if value is None else {"within": areas().by_id[int(value)].code}
    return {axis: str(value)}
