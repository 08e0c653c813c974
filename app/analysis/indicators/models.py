"""Definitions in versions, what was open at the end of each day, and what rates divide by."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Model, UtcDateTime

FIGURE_KINDS = ("residents", "patrol_hours")


class IndicatorVersion(Model):
    """One state of the definitions and targets, as canonical JSON; the highest version is active.

    Rows are added and never changed. `person_id` is who made it by hand, null for a shipped file.
    """

    __tablename__ = "indicator_version"
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    content: Mapped[str] = mapped_column(Text)
    digest: Mapped[str] = mapped_column(String(64))
    note: Mapped[str] = mapped_column(Text, default="")
    activated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class BacklogSnapshot(Model):
    """A local day whose end has been counted; `as_of` is that end, the beginning of the next day."""

    __tablename__ = "backlog_snapshot"
    day: Mapped[date] = mapped_column(primary_key=True)
    as_of: Mapped[datetime] = mapped_column(UtcDateTime)
    taken_at: Mapped[datetime] = mapped_column(UtcDateTime)


class BacklogDay(Model):
    """How many cases of one kind were open in one place at the end of a day; only what is above zero.

    The place is the lowest unit from city to community that the case has, with the ids above it as they
    were that day. `age` is a class of days since filing.
    """

    __tablename__ = "backlog_day"
    __table_args__ = (Index("ix_backlog_day_day", "day"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(ForeignKey("backlog_snapshot.day"))
    city_id: Mapped[int | None]
    district_id: Mapped[int | None]
    town_id: Mapped[int | None]
    community_id: Mapped[int | None]
    status: Mapped[str] = mapped_column(String(12))
    age: Mapped[str] = mapped_column(String(8))
    overdue: Mapped[bool]
    restricted: Mapped[bool]
    cases: Mapped[int]


class AreaFigure(Model):
    """A number of a unit that rates divide by, from one local day until (not including) another.

    `residents`: people, as they stand in that time. `patrol_hours`: hours patrolled in that time, in all.
    """

    __tablename__ = "area_figure"
    __table_args__ = (
        CheckConstraint(f"kind in {FIGURE_KINDS}", name="kind"),
        CheckConstraint("value >= 0", name="value"),
        Index("ix_area_figure_once", "kind", "area_id", "starts_on", unique=True),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    area_id: Mapped[int] = mapped_column(ForeignKey("area.id"))
    kind: Mapped[str] = mapped_column(String(12))
    value: Mapped[float]
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    source: Mapped[str] = mapped_column(Text)
    imported_at: Mapped[datetime] = mapped_column(UtcDateTime)
