"""Every indicator of every unit in few statements, from the same source as the lists."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Integer, and_, case, cast, extract, func, select
from sqlalchemy.sql.selectable import FromClause
from werkzeug.datastructures import MultiDict

from app.analysis.indicators.registry import MEAN, QUANTILES, RESPONSE, SHARE, WINDOWS, Asked, Indicator
from app.analysis.indicators.windows import Window
from app.cases.queries.filters import Filters, read_filters
from app.cases.queries.source import conditions, source
from app.core.clock import rfc3339
from app.core.db import db, planned_anew
from app.core.policy import EVERYTHING, LEVEL_FIELDS, Predicate

BY = {**LEVEL_FIELDS, "department": "department_id", "filer": "filed_by_id"}
"""What numbers can be told apart by: a level of units, who handles, who filed."""
STEP = 300
"""Seconds: how finely lengths of time are told apart."""
COUPLED = frozenset({"climbed_to"})
"""Filters that speak of one thing together with the period, and cannot be asked apart from it."""

Part = tuple[str, tuple[tuple[str, str], ...]]
"""A window and what narrows it: one number to count."""
Lengths = dict[tuple[int, bool], int]
"""(steps, over) → cases."""


@dataclass
class Tally:
    """What was counted of one unit; units are added up by `together`."""

    counts: dict[Part, int] = field(default_factory=lambda: defaultdict(int))
    sums: dict[Part, float] = field(default_factory=lambda: defaultdict(float))
    lengths: dict[tuple[str, Part], Lengths] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(int))
    )

    def durations(self, span: str, part: Part) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """Hours of each case, and whether it was over then (else still going on)."""
        found = self.lengths.get((span, part), {})
        times = [cases for cases in found.values()]
        hours = np.repeat([steps * STEP / 3600 for steps, _over in found], times).astype(np.float64)
        return hours, np.repeat([over for _steps, over in found], times).astype(bool)


def together(tallies: Iterable[Tally]) -> Tally:
    """Several units as one."""
    whole = Tally()
    for each in tallies:
        for part, count in each.counts.items():
            whole.counts[part] += count
        for part, total in each.sums.items():
            whole.sums[part] += total
        for key, lengths in each.lengths.items():
            for length, cases in lengths.items():
                whole.lengths[key][length] += cases
    return whole


@dataclass(frozen=True)
class Question:
    """What all numbers share: the filters of the page (without a period) and the period."""

    shared: Filters
    window: Window
    within: Predicate
    now: datetime

    @property
    def as_of(self) -> datetime | None:
        """None for how things stand now, which is read without looking into the past."""
        return None if self.window.as_of >= self.now else self.window.as_of

    def filters(self, part: Part) -> Filters:
        """The part as the lists read it."""
        asked = read_filters(MultiDict(parameters(part, self.window)))
        return asked.but(as_of=self.as_of)

    def whole(self, window: str) -> Filters:
        """The period with the page's filters: what one statement looks through."""
        shared, period = self.shared, self.filters((window, ()))
        return period.but(
            within=shared.within, categories=shared.categories, department_id=shared.department_id
        )


def base_part(indicator: Indicator) -> Part:
    """What the indicator counts in, or measures: its denominator."""
    return _part(indicator.window, indicator.base)


def counted_part(indicator: Indicator) -> Part:
    """What it counts: its numerator."""
    return _part(indicator.window, indicator.counted)


def _part(window: str, asked: Asked) -> Part:
    return window, tuple(sorted(asked.items()))


def parameters(part: Part, window: Window) -> dict[str, str]:
    """The part as parameters of a list of cases; the list that holds exactly the counted ones."""
    ends = {"start": rfc3339(window.start) or "", "end": rfc3339(window.end) or ""}
    period = {name: ends.get(value, value) for name, value in WINDOWS[part[0]].items()}
    return period | dict(part[1])


def measure(indicators: Sequence[Indicator], by: str, asked: Question) -> dict[int | None, Tally]:
    """Everything the indicators need, by id of the unit (None: cases without one).

    One statement for each window that is counted in, and one for each length of time.
    """
    found: dict[int | None, Tally] = defaultdict(Tally)
    for window, wanted in _by_window(indicators).items():
        _count(window, wanted, by, asked, found)
    for span, part in dict.fromkeys(
        (i.numerator, base_part(i)) for i in indicators if i.measure in QUANTILES
    ):
        _lengths(span, part, by, asked, found)
    return dict(found)


def _by_window(indicators: Sequence[Indicator]) -> dict[str, dict[Part, bool]]:
    """The parts to count in each window; true where a mean is taken of one."""
    found: dict[str, dict[Part, bool]] = defaultdict(dict)
    for each in indicators:
        if each.measure in QUANTILES:
            continue
        parts = (base_part(each), counted_part(each)) if each.measure == SHARE else (counted_part(each),)
        for part in parts:
            found[each.window][part] = found[each.window].get(part, False) or each.measure == MEAN
    return found


def _count(
    window: str, wanted: Mapping[Part, bool], by: str, asked: Question, found: dict[int | None, Tally]
) -> None:
    cases = source(asked.as_of)
    unit = cases.c[BY[by]]
    columns: list[ColumnElement[Any]] = [unit]
    for part, meant in wanted.items():
        told = narrowed(cases, part, asked)
        columns.append(func.count().filter(told))
        if meant:
            columns.append(func.sum(_times_over(cases, asked.window.as_of)).filter(told))
    whole = conditions(cases, asked.whole(window), within=asked.within, now=asked.now)
    statement = select(*columns).select_from(cases).where(*whole).group_by(unit)
    for unit_id, *numbers in rows(statement):
        tally, values = found[unit_id], iter(numbers)
        for part, meant in wanted.items():
            tally.counts[part] += next(values)
            if meant:
                tally.sums[part] += float(next(values) or 0)


def narrowed(cases: FromClause, part: Part, asked: Question) -> ColumnElement[bool]:
    """What the part adds to its window."""
    names = {name for name, _value in part[1]}
    alone = read_filters(MultiDict(part[1])).but(as_of=asked.as_of)
    told = asked.filters(part) if names & COUPLED else alone
    parts = conditions(cases, told, within=EVERYTHING, now=asked.now)
    return and_(*parts) if parts else cases.c.id.is_not(None)


def _seconds(column: Any) -> ColumnElement[Any]:
    return extract("epoch", column)


def _times_over(cases: FromClause, at: datetime) -> ColumnElement[Any]:
    """Time used ÷ time allowed, of the duty whose clock the case shows."""
    c = cases.c
    begun = func.coalesce(c.clock_from, c.filed_at, type_=c.filed_at.type)
    allowed = _seconds(c.due_at) - _seconds(begun)
    used = at.timestamp() - _seconds(begun)
    return case((allowed > 0, used * 1.0 / allowed), else_=1.0)


def _lengths(span: str, part: Part, by: str, asked: Question, found: dict[int | None, Tally]) -> None:
    cases = source(asked.as_of)
    unit = cases.c[BY[by]]
    finish, over = _finish(span, cases, asked.window.as_of)
    until = case((finish.is_not(None), _seconds(finish)), else_=asked.window.as_of.timestamp())
    steps = cast(until - _seconds(cases.c.filed_at), Integer) // STEP
    is_over = case((over, 1), else_=0)
    told = narrowed(cases, part, asked)
    whole = conditions(cases, asked.whole(part[0]), within=asked.within, now=asked.now)
    statement = select(unit, steps, is_over, func.count()).select_from(cases).where(*whole, told)
    for unit_id, length, closed, count in rows(statement.group_by(unit, steps, is_over)):
        found[unit_id].lengths[(span, part)][(max(0, int(length)), bool(closed))] += count


def _finish(span: str, cases: FromClause, at: datetime) -> tuple[ColumnElement[Any], ColumnElement[bool]]:
    """Until when a case is watched (null: until now), and whether what is measured was over then."""
    c = cases.c
    ended = case((c.ended_at <= at, c.ended_at))
    if span != RESPONSE:
        return ended, and_(c.status == "closed", c.ended_at.is_not(None))
    answered = func.coalesce(case((c.accepted_at <= at, c.accepted_at)), ended, type_=c.ended_at.type)
    return answered, answered.is_not(None)


def rows(statement: Any) -> Sequence[Any]:
    """A plan for any period would read the whole table for a week."""
    connection = db.session.connection()
    with planned_anew(connection):
        return connection.execute(statement).all()
