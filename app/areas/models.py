"""Lasting identities of administrative units and the dated sets of their boundaries."""

from datetime import date, datetime
from typing import Any

from geoalchemy2 import Geometry
from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Model, UtcDateTime

LEVELS = ("city", "district", "town", "community", "grid")


class Area(Model):
    """An identity for life: code, level, parent, names, dates. Its boundary belongs to a generation.

    `city_id` … `grid_id` are the ids of its ancestors and itself by level (null where a level is skipped).
    `path` is `/440600/440604/…/`, ending in a slash.
    """

    __tablename__ = "area"
    __table_args__ = (
        CheckConstraint("level in ('city','district','town','community','grid')", name="level"),
        Index("ix_area_level_code", "level", "code"),
        Index("ix_area_parent_id", "parent_id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    level: Mapped[str] = mapped_column(String(12))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("area.id"))
    name: Mapped[str] = mapped_column(String(120))
    name_en: Mapped[str | None] = mapped_column(String(120))
    path: Mapped[str] = mapped_column(String(240))
    city_id: Mapped[int | None]
    district_id: Mapped[int | None]
    town_id: Mapped[int | None]
    community_id: Mapped[int | None]
    grid_id: Mapped[int | None]
    dedicated: Mapped[bool] = mapped_column(default=False)
    households: Mapped[int | None]
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]


class Generation(Model):
    """A dated, checked set of boundaries: draft → active → retired; never edited."""

    __tablename__ = "generation"
    __table_args__ = (CheckConstraint("state in ('draft','active','retired')", name="state"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    label: Mapped[str] = mapped_column(String(120))
    source: Mapped[str | None] = mapped_column(Text)
    crs: Mapped[str] = mapped_column(String(8))
    state: Mapped[str] = mapped_column(String(8), default="draft")
    loaded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    checked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    activated_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class AreaShape(Model):
    """The boundary of one area in one generation, WGS 84."""

    __tablename__ = "area_shape"
    __table_args__ = (Index("ix_area_shape_generation_area", "generation_id", "area_id", unique=True),)
    id: Mapped[int] = mapped_column(primary_key=True)
    generation_id: Mapped[int] = mapped_column(ForeignKey("generation.id"))
    area_id: Mapped[int] = mapped_column(ForeignKey("area.id"))
    level: Mapped[str] = mapped_column(String(12))
    approximate: Mapped[bool] = mapped_column(default=False)
    square_metres: Mapped[float]
    geom: Mapped[Any] = mapped_column(Geometry("MULTIPOLYGON", srid=4326))


class Finding(Model):
    """What the checks found wrong with a generation, and where."""

    __tablename__ = "generation_finding"
    __table_args__ = (Index("ix_generation_finding_generation_id", "generation_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    generation_id: Mapped[int] = mapped_column(ForeignKey("generation.id"))
    kind: Mapped[str] = mapped_column(String(20))
    level: Mapped[str | None] = mapped_column(String(12))
    codes: Mapped[str] = mapped_column(Text)
    lon: Mapped[float | None]
    lat: Mapped[float | None]
    square_metres: Mapped[float | None]
    message: Mapped[str] = mapped_column(Text)
