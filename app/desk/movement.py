"""What moves on the escalation map: cases near their limit, where raised ones stand, what climbed and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, func, select

from app.areas.index import areas
from app.cases.escalations import Escalation
from app.cases.queries import listing
from app.cases.queries.filters import Filters
from app.cases.queries.source import climb_steps, conditions, matching, source
from app.core.db import db
from app.core.language import name_of
from app.core.policy import LEVEL_FIELDS, Actor, Predicate
from app.core.words import word
from app.desk.rows import Row, category_name, rows_of
from app.desk.tabs import ALL_OPEN
from app.workflow.levels import HOLDING, Level

WEEK = timedelta(days=7)
RAISED_TO = tuple(level for level in reversed(HOLDING) if level is not Level.COMMUNITY)
"""Levels that a case can be raised to, lowest first: town, district, city."""


class Standing(NamedTuple):
    """Open cases of one unit (None: of no unit at that level): near due, and raised ones by their level."""

    area_id: int | None
    near: int
    at_town: int
    at_district: int
    at_city: int


def standing_by_unit(
    level: str, filters: Filters, *, within: Predicate, now: datetime
) -> dict[int | None, Standing]:
    """The units that have open cases. One statement."""
    statuses = (filters.statuses or ALL_OPEN) & ALL_OPEN
    if not statuses:
        return {}
    asked, at = filters.but(statuses=statuses), filters.as_of or now
    cases = source(filters.as_of)
    c = cases.c
    unit = c[LEVEL_FIELDS[level]]
    counted: tuple[ColumnElement[bool], ...] = (
        and_(c.near_at <= at, c.due_at > at),
        *(and_(c.escalations > 0, c.level == reached.value) for reached in RAISED_TO),
    )
    statement = select(unit, *(func.count().filter(each) for each in counted)).select_from(cases)
    seen = conditions(cases, asked, within=within, now=now)
    return {row[0]: Standing(*row) for row in db.session.execute(statement.where(*seen).group_by(unit))}


def climbed_by(level: str, filters: Filters, *, within: Predicate, now: datetime) -> dict[Any, int]:
    """How many cases climbed in the week before, by unit; with `level` "reached" by their level now."""
    asked = filters.but(climbed_since=_since(filters, now))
    cases = source(filters.as_of)
    by = cases.c.level if level == "reached" else cases.c[LEVEL_FIELDS[level]]
    seen = conditions(cases, asked, within=within, now=now)
    statement = select(by, func.count()).select_from(cases).where(*seen).group_by(by)
    return {key: count for key, count in db.session.execute(statement)}


def climbed_for(filters: Filters, *, within: Predicate, now: datetime) -> list[tuple[str, int]]:
    """How many cases climbed in the week before for each duty not done in time, the commonest first.

    A case that climbed for two duties counts for both. One statement.
    """
    asked = filters.but(climbed_since=_since(filters, now))
    cases, steps = source(filters.as_of), Escalation.__table__
    seen = conditions(cases, asked, within=within, now=now)
    moved = climb_steps(asked, filters.as_of or now)
    together = cases.join(steps, steps.c.case_id == cases.c.id)
    count = func.count(cases.c.id.distinct())
    statement = select(steps.c.kind, count).select_from(together).where(*seen, *moved).group_by(steps.c.kind)
    found = [(kind, n) for kind, n in db.session.execute(statement)]
    return sorted(found, key=lambda each: (-each[1], each[0]))


def _since(filters: Filters, now: datetime) -> datetime:
    return (filters.as_of or now) - WEEK


@dataclass(frozen=True)
class Climb:
    """One case that the clock raised: from whom to whom, when, and which duty was not done in time."""

    id: str
    number: str
    category: str
    from_unit: str
    to_unit: str
    from_level: str
    to_level: str
    steps: int
    at: datetime
    duty: str


def climbs(filters: Filters, actor: Actor, now: datetime, *, most: int) -> list[Climb]:
    """The cases that climbed last, in the week before. Two statements."""
    asked = filters.but(climbed_since=_since(filters, now))
    moved = climb_steps(asked, filters.as_of or now)
    last = select(Escalation.case_id, func.max(Escalation.at).label("at")).where(*moved)
    latest = last.group_by(Escalation.case_id).subquery("latest")
    scope = listing.scope_for(actor, asked)
    statement, cases = matching(list(listing.ITEM), asked, within=scope, now=now)
    ordered = statement.join(latest, latest.c.case_id == cases.c.id).order_by(
        latest.c.at.desc(), cases.c.id.desc()
    )
    rows = list(db.session.execute(ordered.limit(most)))
    if not rows:
        return []
    steps = select(Escalation).where(Escalation.case_id.in_([row.id for row in rows]), *moved)
    found: dict[int, list[Escalation]] = {}
    for step in db.session.scalars(steps.order_by(Escalation.id)):
        found.setdefault(step.case_id, []).append(step)
    return [_climb(row, found[row.id]) for row in rows]


def _climb(row: Any, steps: Sequence[Escalation]) -> Climb:
    first, last, units = steps[0], steps[-1], areas().by_id
    return Climb(
        id=str(row.uuid),
        number=row.number,
        category=category_name(row.category, row.catalogue_version_id),
        from_unit=name_of(units.get(first.from_holder_id)),
        to_unit=name_of(units.get(last.to_holder_id)),
        from_level=first.from_level,
        to_level=last.to_level,
        steps=len(steps),
        at=last.at,
        duty=word(last.kind, "task"),
    )


@dataclass(frozen=True)
class AtRisk:
    """Cases near their limit, whose time runs out first, and how many there are in all."""

    rows: list[Row]
    total: int


def at_risk(filters: Filters, actor: Actor, now: datetime, *, most: int) -> AtRisk:
    """Five statements at most; none if the filters leave no open case."""
    statuses = (filters.statuses or ALL_OPEN) & ALL_OPEN
    if not statuses or filters.overdue or filters.near is False:
        return AtRisk([], 0)
    asked = filters.but(statuses=statuses, near=True, overdue=None, sort="due_at")
    scope = listing.scope_for(actor, asked)
    found = listing.page(asked, within=scope, now=now, limit=most).rows
    total = listing.total(asked, within=scope, now=now) if len(found) == most else len(found)
    return AtRisk(rows_of(found, filters.as_of or now, None if filters.as_of else actor), total)
