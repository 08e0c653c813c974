"""The dashboard's numbers: what changed in the week, and the series of its charts; each has its list."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from sqlalchemy import ColumnElement, func, select

from app.cases.queries import listing
from app.cases.queries.filters import Filters
from app.cases.queries.source import conditions, source
from app.catalogue.queries import categories
from app.core.clock import day_start, local_day, rfc3339
from app.core.db import db
from app.core.policy import Actor
from app.desk.mapview import WEEK, View
from app.desk.queries import totals
from app.desk.rows import category_name
from app.desk.tabs import ALL_OPEN
from app.workflow.statuses import Status

DAYS = 28
"""Of the chart of what came and went."""
WEEKS = 12
AGES = (3, 7, 30)
"""Bounds of the ages of open cases, in days."""
FEWEST = 5
"""A category with fewer new cases in the week is not called hot."""
MOST_HOT = 3
CLOSED = frozenset({Status.CLOSED.value})


@dataclass(frozen=True)
class Count:
    """A number with the list of exactly that many cases."""

    value: int
    url: str


@dataclass(frozen=True)
class Change:
    """What happened in the week up to the page's instant, and in the week before."""

    code: str
    now: Count
    before: Count


@dataclass(frozen=True)
class Asked:
    """A number's filter, and what its list adds to the page's filters: the same in words of the address."""

    filters: Filters
    adds: dict[str, str]


def _instant(moment: datetime) -> str:
    return rfc3339(moment) or ""


def changes_asked(view: View) -> dict[str, tuple[Asked, Asked]]:
    """Filed, closed, climbed, newly overdue: each for the week and for the one before."""
    weeks = [(view.seen - WEEK, view.seen), (view.seen - 2 * WEEK, view.seen - WEEK)]
    found = {}
    for code, ask in (("filed", _filed), ("closed", _closed), ("climbed", _climbed), ("overdue", _overdue)):
        now, before = (ask(view, start, end) for start, end in weeks)
        found[code] = (now, before)
    return found


def _filed(view: View, start: datetime, end: datetime) -> Asked:
    return Asked(view.filters.but(start=start, end=end), {"from": _instant(start), "to": _instant(end)})


def _closed(view: View, start: datetime, end: datetime) -> Asked:
    asked = view.filters.but(statuses=CLOSED, ended_from=start, ended_to=end)
    adds = {"status": Status.CLOSED.value, "ended_from": _instant(start), "ended_to": _instant(end)}
    return Asked(asked, adds)


def _climbed(view: View, start: datetime, end: datetime) -> Asked:
    asked = view.filters.but(climbed_since=start, as_of=end)
    return Asked(asked, {"climbed_since": _instant(start), "as_of": _instant(end)})


def _overdue(view: View, start: datetime, end: datetime) -> Asked:
    """Overdue at the end of the week by a limit that passed in it."""
    asked = view.filters.but(statuses=ALL_OPEN, overdue=True, due_from=start, as_of=end)
    adds = {"status": "open", "overdue": "true", "due_from": _instant(start), "as_of": _instant(end)}
    return Asked(asked, adds)


def backlog_asked(view: View) -> list[tuple[datetime, Asked]]:
    """Open cases at the beginning of a day, week by week, and now."""
    today = local_day(view.seen)
    moments = [day_start(today - n * WEEK) for n in range(WEEKS, 0, -1)]
    return [(moment, _open(view, as_of=moment)) for moment in [*moments, view.seen]]


def _open(view: View, *, as_of: datetime, **filed: datetime) -> Asked:
    adds = {"status": "open", "as_of": _instant(as_of)}
    adds |= {{"start": "from", "end": "to"}[name]: _instant(moment) for name, moment in filed.items()}
    return Asked(view.filters.but(statuses=ALL_OPEN, as_of=as_of, **filed), adds)


def ages_asked(view: View) -> list[Asked]:
    """Open cases by age, the youngest first."""
    bounds = [view.seen - timedelta(days=days) for days in AGES]
    return [
        _open(view, as_of=view.seen, start=bounds[0]),
        *(_open(view, as_of=view.seen, start=old, end=young) for young, old in pairwise(bounds)),
        _open(view, as_of=view.seen, end=bounds[-1]),
    ]


@dataclass(frozen=True)
class Summary:
    """What changed, the backlog week by week, the ages of open cases."""

    changes: dict[str, Change]
    backlog: list[tuple[datetime, Count]]
    ages: list[Count]


def summary(view: View, actor: Actor) -> Summary:
    """One statement, in which every number is counted as its list is."""
    changes, backlog, ages = changes_asked(view), backlog_asked(view), ages_asked(view)
    asked = [each for pair in changes.values() for each in pair]
    asked += [each for _moment, each in backlog] + ages
    counts = iter(counted(view, asked, actor))
    return Summary(
        changes={code: Change(code, next(counts), next(counts)) for code in changes},
        backlog=[(moment, next(counts)) for moment, _asked in backlog],
        ages=[next(counts) for _asked in ages],
    )


def counted(view: View, asked: Sequence[Asked], actor: Actor) -> list[Count]:
    """One statement."""
    values = totals([each.filters for each in asked], actor, view.at)
    return [Count(value, view.link(**each.adds)) for value, each in zip(values, asked, strict=True)]


@dataclass(frozen=True)
class Day:
    """What came in and what was closed on a local day of the city."""

    start: datetime
    filed: Count
    closed: Count


def days(view: View, actor: Actor) -> list[Day]:
    """The last four weeks and today, oldest first. Two statements."""
    today = local_day(view.seen)
    starts = [day_start(today - timedelta(days=n)) for n in range(DAYS, -1, -1)]
    ends = [*starts[1:], view.seen]
    filed = _per_day(view.filters.but(start=starts[0]), "filed_at", starts, ends, view, actor)
    gone = view.filters.but(statuses=CLOSED, ended_from=starts[0])
    closed = _per_day(gone, "ended_at", starts, ends, view, actor)
    return [
        Day(
            start,
            Count(filed[n], view.link(**_filed(view, start, end).adds)),
            Count(closed[n], view.link(**_closed(view, start, end).adds)),
        )
        for n, (start, end) in enumerate(zip(starts, ends, strict=True))
    ]


def _per_day(
    asked: Filters,
    column: str,
    starts: Sequence[datetime],
    ends: Sequence[datetime],
    view: View,
    actor: Actor,
) -> list[int]:
    cases = source(asked.as_of)
    moment = cases.c[column]
    columns = [_count(moment, start, end) for start, end in zip(starts, ends, strict=True)]
    seen = conditions(cases, asked, within=listing.scope_for(actor, asked), now=view.at)
    return list(db.session.execute(select(*columns).select_from(cases).where(*seen)).one())


def _count(column: ColumnElement[Any], start: datetime, end: datetime) -> ColumnElement[int]:
    return func.count().filter(column >= start, column < end)


@dataclass(frozen=True)
class Hot:
    """A category with more new cases than in the week before."""

    name: str
    now: Count
    before: Count


def hot_categories(view: View, actor: Actor) -> list[Hot]:
    """The categories that grew most. One statement."""
    middle, first = view.seen - WEEK, view.seen - 2 * WEEK
    asked = view.filters.but(start=first, end=view.seen)
    cases = source(asked.as_of)
    new = _count(cases.c.filed_at, middle, view.seen)
    old = _count(cases.c.filed_at, first, middle)
    seen = conditions(cases, asked, within=listing.scope_for(actor, asked), now=view.at)
    rows = db.session.execute(
        select(cases.c.category, new, old).select_from(cases).where(*seen).group_by(cases.c.category)
    )
    grown = [row for row in rows if row[1] >= FEWEST and row[1] > row[2]]
    grown.sort(key=lambda row: (row[2] - row[1], row[0]))
    return [_hot(view, *row) for row in grown[:MOST_HOT]]


def _hot(view: View, code: str, now: int, before: int) -> Hot:
    known = categories().get(code)
    middle, first = view.seen - WEEK, view.seen - 2 * WEEK
    return Hot(
        category_name(code, known.version_id) if known else code,
        Count(now, view.link(category=code, **_filed(view, middle, view.seen).adds)),
        Count(before, view.link(category=code, **_filed(view, first, middle).adds)),
    )
