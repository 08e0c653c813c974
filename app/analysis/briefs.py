"""The weekly brief of a unit: what happened in one local week, unit by unit, against the week before.

Everything is asked as of the week's end and within the reader's scope, so the same brief read again says the
same, and every number is the total of a list.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import Date, ForeignKey, Index, Uuid, func, select
from sqlalchemy.orm import Mapped, mapped_column

from app import events
from app.areas.index import AreaEntry, areas
from app.cases.queries.filters import Filters
from app.cases.queries.source import STILL_OPEN, conditions, source
from app.core import db as database
from app.core.clock import day_start, local_day
from app.core.config import settings
from app.core.db import Model, UtcDateTime, db
from app.core.policy import LEVEL_FIELDS, SYSTEM, Actor, Predicate
from app.events.models import Sequence
from app.events.queries import last_seq
from app.people.queries import answering
from app.workflow.levels import LEVELS, Level

METHOD = 1
"""Version of what is told and how it is counted."""
WEEK = timedelta(days=7)
READY_AT = 7
"""Hour of Monday, the city's time, from which the brief of the week before is sent."""
BRIEFED = (Level.CITY, Level.DISTRICT, Level.TOWN)
FIGURES = ("filed", "closed", "climbed", "open", "overdue")


class Brief(Model):
    """That the brief of a unit and week was announced to its officials, and on which data."""

    __tablename__ = "brief"
    __table_args__ = (Index("ix_brief_area_week", "area_id", "week", unique=True),)
    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[UUID] = mapped_column(Uuid, unique=True)
    area_id: Mapped[int] = mapped_column(ForeignKey("area.id"))
    week: Mapped[date] = mapped_column(Date)
    as_of: Mapped[datetime] = mapped_column(UtcDateTime)
    data_seq: Mapped[int] = mapped_column(Sequence)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)


@dataclass(frozen=True)
class Week:
    """A week of the city's calendar, from its Monday."""

    monday: date

    @property
    def start(self) -> datetime:
        return day_start(self.monday)

    @property
    def end(self) -> datetime:
        return day_start(self.monday + WEEK)

    @property
    def before(self) -> "Week":
        return Week(self.monday - WEEK)

    @property
    def code(self) -> str:
        """`2026-W47`, as in ISO 8601."""
        year, week, _day = self.monday.isocalendar()
        return f"{year}-W{week:02}"


def week_of(code: str) -> Week:
    """Raises ValueError for what is no ISO week."""
    return Week(datetime.strptime(f"{code}-1", "%G-W%V-%u").date())


def last_week(now: datetime) -> Week:
    """The last one that is over."""
    today = local_day(now)
    return Week(today - timedelta(days=today.weekday()) - WEEK)


def filters_of(figure: str, week: Week, unit: AreaEntry | None) -> Filters:
    """The list that a figure counts, as of the week's end (`as_of` is its last microsecond)."""
    base = Filters(within=unit, as_of=week.end - timedelta(microseconds=1))
    return {
        "filed": base.but(start=week.start, end=week.end),
        "closed": base.but(statuses=frozenset({"closed"}), ended_from=week.start, ended_to=week.end),
        "climbed": base.but(climbed_since=week.start),
        "open": base.but(statuses=STILL_OPEN),
        "overdue": base.but(overdue=True),
    }[figure]


@dataclass(frozen=True)
class Numbers:
    """A unit's figures in the week and in the week before, in the order of FIGURES."""

    unit: AreaEntry | None
    now: Mapping[str, int]
    before: Mapping[str, int]


@dataclass(frozen=True)
class Told:
    """`whole` is the unit itself, `parts` the units one level below it (and cases in none of them)."""

    unit: AreaEntry
    week: Week
    level: str
    whole: Numbers
    parts: tuple[Numbers, ...]


def tell(unit: AreaEntry, week: Week, *, within: Predicate) -> Told:
    """Ten statements, however many units."""
    level = level_below(unit)
    now = {figure: _by_unit(figure, week, unit, level, within) for figure in FIGURES}
    before = {figure: _by_unit(figure, week.before, unit, level, within) for figure in FIGURES}
    ids: list[int | None] = [part.id for part in areas().by_level[level] if part.lies_in(unit)]
    if any(None in counts for counts in (*now.values(), *before.values())):
        ids.append(None)
    parts = tuple(Numbers(areas().by_id.get(i or 0), _of(now, i), _of(before, i)) for i in ids)
    return Told(unit, week, level, Numbers(unit, _all(now), _all(before)), parts)


def level_below(unit: AreaEntry) -> str:
    """The level that its units have; its own for one without."""
    children = areas().children.get(unit.id, [])
    found = {child.level for child in children}
    return next((level.value for level in LEVELS if level.value in found), unit.level)


def _by_unit(
    figure: str, week: Week, unit: AreaEntry, level: str, within: Predicate
) -> Mapping[int | None, int]:
    filters = filters_of(figure, week, unit)
    cases = source(filters.as_of)
    key = cases.c[LEVEL_FIELDS[level]]
    asked = conditions(cases, filters, within=within, now=week.end)
    counted = select(key, func.count()).select_from(cases).where(*asked).group_by(key)
    return {area_id: count for area_id, count in db.session.execute(counted)}


def _of(counts: Mapping[str, Mapping[int | None, int]], area_id: int | None) -> dict[str, int]:
    return {figure: counts[figure].get(area_id, 0) for figure in FIGURES}


def _all(counts: Mapping[str, Mapping[int | None, int]]) -> dict[str, int]:
    return {figure: sum(counts[figure].values()) for figure in FIGURES}


def announce(now: datetime) -> int:
    """From Monday morning on: tell the officials of every unit that the brief of the last week is there."""
    week = last_week(now)
    local = now.astimezone(settings().city_zone)
    if local.weekday() == 0 and local.hour < READY_AT:
        return 0
    units = [unit for level in BRIEFED for unit in areas().by_level[level.value]]
    told = set(db.session.scalars(select(Brief.area_id).where(Brief.week == week.monday)))
    waiting = [unit for unit in units if unit.id not in told]
    there = answering([unit.id for unit in waiting], local_day(now)) if waiting else {}
    db.session.rollback()
    made = 0
    for unit in waiting:
        if there.get(unit.id):
            made += _announce(unit, week, now)
    return made


def _announce(unit: AreaEntry, week: Week, now: datetime) -> int:
    database.begin_write()
    known = select(Brief.id).where(Brief.area_id == unit.id, Brief.week == week.monday)
    if db.session.scalar(known) is not None:  # another worker was faster
        db.session.rollback()
        return 0
    keep_brief(unit, week, actor=SYSTEM, now=now)
    database.commit()
    return 1


def keep_brief(unit: AreaEntry, week: Week, *, actor: Actor, now: datetime) -> Brief:
    brief = Brief(
        uuid=uuid4(),
        area_id=unit.id,
        week=week.monday,
        as_of=week.end - timedelta(microseconds=1),
        data_seq=last_seq(),
        made_at=now,
    )
    db.session.add(brief)
    body = {"unit": unit.code, "week": week.code, "data_seq": brief.data_seq}
    events.append("brief.made", f"brief:{brief.uuid}", body, actor=actor, at=now)
    return brief
