"""Photos that are kept, one row for each different content."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Model, UtcDateTime

WAITING = text("derived_at is null")


class Photo(Model):
    """A kept original. Which case shows it, and as what, is said by the cases' own link rows."""

    __tablename__ = "photo"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    bytes: Mapped[int]
    media_type: Mapped[str] = mapped_column(String(20))
    width: Mapped[int]  # pixels as coded, before any rotation
    height: Mapped[int]
    stored_at: Mapped[datetime] = mapped_column(UtcDateTime)
    derived_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # when the worker came to it
    unreadable: Mapped[bool] = mapped_column(default=False)

    __table_args__ = (
        CheckConstraint("length(sha256) = 64", name="sha256_length"),
        CheckConstraint("bytes > 0 AND width > 0 AND height > 0", name="not_empty"),
        Index("ix_photo_waiting", "stored_at", postgresql_where=WAITING, sqlite_where=WAITING),
    )
