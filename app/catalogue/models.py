"""Kinds of case, terms, calendar and rules, as versioned configuration. A used version is never edited."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Model, UtcDateTime


class CatalogueVersion(Model):
    """One state of the catalogue; the newest is active. A case keeps the version it was filed under."""

    __tablename__ = "catalogue_version"
    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(String(64))
    source: Mapped[str] = mapped_column(Text)
    activated_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ConfigurationVersion(Model):
    """One state of one kind of configuration, as canonical JSON; the highest version is active.

    Rows are added and never changed. `person_id` is who made it by hand, null for a shipped file.
    """

    __tablename__ = "configuration"
    __table_args__ = (UniqueConstraint("kind", "version"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    version: Mapped[int]
    content: Mapped[str] = mapped_column(Text)
    digest: Mapped[str] = mapped_column(String(64))
    note: Mapped[str] = mapped_column(Text, default="")
    activated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class Category(Model):
    """A kind of case: code (text, never parsed) unique within its version; terms as text (`4wh`)."""

    __tablename__ = "category"
    __table_args__ = (
        Index("ix_category_version_code", "version_id", "code", unique=True),
        CheckConstraint("kind in ('part','event','social')", name="kind"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("catalogue_version.id"))
    code: Mapped[str] = mapped_column(String(20))
    kind: Mapped[str] = mapped_column(String(8))
    name: Mapped[str] = mapped_column(String(80))
    name_en: Mapped[str | None] = mapped_column(String(80))
    restricted: Mapped[bool] = mapped_column(default=False)
    after_photo: Mapped[bool] = mapped_column(default=False)
    emergency: Mapped[bool] = mapped_column(default=False)
    on_spot: Mapped[bool] = mapped_column(default=False)
    term: Mapped[str | None] = mapped_column(String(12))
    stop_term: Mapped[str | None] = mapped_column(String(12))
    penalty_term: Mapped[str | None] = mapped_column(String(12))
    source: Mapped[str | None] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(Text)
    pinyin: Mapped[str | None] = mapped_column(String(80))
    synonyms: Mapped[str | None] = mapped_column(Text)
    questions: Mapped[str] = mapped_column(Text, default="[]")
