"""What was open at the end of each local day: kept once a day, so that no curve looks into the past."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import case, func, insert, select

from app.analysis.indicators.models import BacklogDay, BacklogSnapshot
from app.analysis.indicators.versions import sync_definitions
from app.areas.index import AreaEntry
from app.cases.models import Case
from app.cases.queries.filters import Filters
from app.cases.queries.source import conditions, source
from app.core import db as database
from app.core.clock import day_after, day_start, local_day
from app.core.db import db
from app.core.policy import EVERYTHING, LEVEL_FIELDS
from app.workflow.statuses import OPEN

AGES: Mapping[str, tuple[int, int | None]] = {
    "0-1": (0, 1),
    "1-3": (1, 3),
    "3-7": (3, 7),
    "7-30": (7, 30),
    "30-": (30, None),
}
"""Classes of days since filing, half open."""
CATCH_UP = 90
"""Days that the first run looks back, at most."""
PLACES = tuple(LEVEL_FIELDS[level] for level in ("city", "district", "town", "community"))
ALL_OPEN = frozenset(status.value for status in OPEN)
EVERY = timedelta(minutes=30)


def take_snapshots(now: datetime) -> int:
    """Count every local day that has ended and was not counted yet; commits after each. How many days.

    Counting a day twice is impossible: its row is written first, and there is one row for a day. The
    definitions of indicators are brought up to the shipped file on the way.
    """
    taken = 0
    for day in _due(now):
        database.begin_write()
        if db.session.get(BacklogSnapshot, day) is None:
            _take(day, now)
            taken += 1
        database.commit()
    database.begin_write()
    sync_definitions(now)
    database.commit()
    return taken


def _due(now: datetime) -> list[date]:
    """The days from the last one counted to yesterday; at first not before there were cases."""
    last = db.session.scalar(select(func.max(BacklogSnapshot.day)))
    today = local_day(now)
    if last is None:
        first_case = db.session.scalar(select(func.min(Case.filed_at)))
        if first_case is None:
            return []
        first = max(local_day(first_case), today - timedelta(days=CATCH_UP))
    else:
        first = day_after(last)
    return [first + timedelta(days=n) for n in range((today - first).days)]


def _take(day: date, now: datetime) -> None:
    as_of = day_start(day_after(day))
    db.session.add(BacklogSnapshot(day=day, as_of=as_of, taken_at=now))
    db.session.flush()
    rows = [row | {"day": day} for row in count_open(as_of)]
    if rows:
        db.session.execute(insert(BacklogDay), rows)


def count_open(as_of: datetime) -> list[dict[str, Any]]:
    """What was open at an instant, by place, status, age, late or not, restricted or not. One statement."""
    filters = Filters(statuses=ALL_OPEN, as_of=as_of)
    cases = source(as_of)
    c = cases.c
    late = case((c.due_at < as_of, True), else_=False)
    told = [*(c[name] for name in PLACES), c.status, _age(c.filed_at, as_of), late, c.restricted]
    asked = conditions(cases, filters, within=EVERYTHING, now=as_of)
    names = (*PLACES, "status", "age", "overdue", "restricted", "cases")
    rows = db.session.execute(select(*told, func.count()).select_from(cases).where(*asked).group_by(*told))
    return [dict(zip(names, row, strict=True)) for row in rows]


def _age(filed_at: Any, as_of: datetime) -> Any:
    older = [(filed_at <= as_of - timedelta(days=least), name) for name, (least, _most) in AGES.items()][::-1]
    return case(*older[:-1], else_=older[-1][1])


def age_filters(age: str, as_of: datetime) -> dict[str, datetime]:
    """The filing times of a class of ages, as `start` and `end` of a list: the end is not included."""
    least, most = AGES[age]
    instant = timedelta(microseconds=1)
    found = {"end": as_of - timedelta(days=least) + instant} if least else {}
    return found | ({"start": as_of - timedelta(days=most) + instant} if most is not None else {})


@dataclass(frozen=True, slots=True)
class Standing:
    """How many were open at the end of a day, how many of them late, and how many in each class of ages."""

    day: date
    as_of: datetime
    open: int
    overdue: int
    ages: Mapping[str, int]


def backlog(unit: AreaEntry, first: date, last: date, *, restricted: bool) -> list[Standing]:
    """Each counted day of [first, last) in a unit from city to community. Two statements.

    `restricted`: whether the viewer may know of restricted cases there.
    """
    days = select(BacklogSnapshot.day, BacklogSnapshot.as_of)
    days = days.where(BacklogSnapshot.day >= first, BacklogSnapshot.day < last).order_by(BacklogSnapshot.day)
    table = BacklogDay.__table__.c
    rows = select(table.day, table.age, table.overdue, func.sum(table.cases))
    rows = rows.where(table.day >= first, table.day < last, table[LEVEL_FIELDS[unit.level]] == unit.id)
    if not restricted:
        rows = rows.where(table.restricted.is_(False))
    counts: dict[date, dict[tuple[str, bool], int]] = defaultdict(dict)
    for day, age, overdue, cases in db.session.execute(rows.group_by(table.day, table.age, table.overdue)):
        counts[day][(age, bool(overdue))] = int(cases)
    return [_standing(day, as_of, counts[day]) for day, as_of in db.session.execute(days)]


def _standing(day: date, as_of: datetime, counts: Mapping[tuple[str, bool], int]) -> Standing:
    ages = {age: sum(n for (each, _late), n in counts.items() if each == age) for age in AGES}
    late = sum(n for (_age, overdue), n in counts.items() if overdue)
    return Standing(day, as_of, sum(ages.values()), late, ages)
