"""Photos that are kept, one row for each different content."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, String, false
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Model, UtcDateTime


class Photo(Model):
    """A kept original. Which case shows it, and as what, is said by the cases' own link rows."""

    __tablename__ = "photo"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    bytes: Mapped[int]
    media_type: Mapped[str] = mapped_column(String(20))
    width: Mapped[int]  # pixels as coded, before any rotation
    height: Mapped[int]
    stored_at: Mapped[datetime] = mapped_column(UtcDateTime)
    derived: Mapped[bool] = mapped_column(server_default=false(), default=False)
    unreadable: Mapped[bool] = mapped_column(server_default=false(), default=False)

    __table_args__ = (
        CheckConstraint("length(sha256) = 64", name="sha256_length"),
        CheckConstraint("bytes > 0 AND width > 0 AND height > 0", name="not_empty"),
    )


Index(
    "ix_photo_waiting",
    Photo.stored_at,
    postgresql_where=Photo.derived.is_(False),
    sqlite_where=Photo.derived.is_(False),
)
