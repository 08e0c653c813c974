"""What the cases behind a share are, unit by unit: of which category, how urgent, filed in which season."""

from collections import defaultdict
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, case, func, literal_column, select

from app.analysis.indicators.reading import BY, Question, base_part, counted_part, narrowed, rows
from app.analysis.indicators.registry import Indicator
from app.analysis.indicators.windows import Window, quarter_of
from app.cases.queries.source import conditions, source
from app.core.clock import day_start

Stratum = tuple[str, str, int]
"""Category, urgency, number of the calendar quarter of filing within the period (0: before it)."""
KEYS: tuple[ColumnElement[Any], ...] = tuple(
    literal_column(name) for name in ("mix_unit", "mix_category", "mix_urgency", "mix_quarter")
)
"""PostgreSQL would take the same expression with other placeholders for another one."""


def by_mix(
    indicator: Indicator, by: str, asked: Question
) -> dict[int | None, dict[Stratum, tuple[int, int]]]:
    """(counted, cases) of each stratum of a share, by id of the unit. One statement."""
    cases = source(asked.as_of)
    values = (cases.c[BY[by]], cases.c.category, cases.c.urgency, _quarter(cases.c.filed_at, asked.window))
    base, counted = (narrowed(cases, part(indicator), asked) for part in (base_part, counted_part))
    whole = conditions(cases, asked.whole(indicator.window), within=asked.within, now=asked.now)
    labelled = [value.label(str(key)) for value, key in zip(values, KEYS, strict=True)]
    numbers = (func.count().filter(counted), func.count())
    statement = select(*labelled, *numbers).select_from(cases).where(*whole, base).group_by(*KEYS)
    found: dict[int | None, dict[Stratum, tuple[int, int]]] = defaultdict(dict)
    for unit_id, category, urgency, quarter, count, n in rows(statement):
        found[unit_id][category, urgency, quarter] = (count, n)
    return dict(found)


def _quarter(filed_at: ColumnElement[datetime], window: Window) -> ColumnElement[Any]:
    starts = quarters(window)
    return case(*((filed_at >= start, n) for n, start in reversed(list(enumerate(starts, 1)))), else_=0)


def quarters(window: Window) -> list[datetime]:
    """The instants at which the calendar quarters begin that the period lies in."""
    found, begin = [], quarter_of(window.first)
    while begin < window.last:
        found.append(day_start(begin))
        begin = _next(begin)
    return found


def _next(quarter: date) -> date:
    return quarter_of(quarter + timedelta(days=100))
