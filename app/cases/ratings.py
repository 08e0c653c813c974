"""What people said about how their case was closed: one rating for each closing."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Model, UtcDateTime

SCORES = ("satisfied", "basically", "dissatisfied")


class CaseRating(Model):
    """Asked for after a case was closed. A case that is reopened and closed again may be rated again.

    `closed_at` is the `ended_at` that the rating speaks of; `channel` how it was asked for.
    """

    __tablename__ = "case_rating"
    __table_args__ = (
        CheckConstraint(f"score in {SCORES}", name="score"),
        Index("ix_case_rating_case_closed", "case_id", "closed_at", unique=True),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_record.id"))
    closed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    score: Mapped[str] = mapped_column(String(12))
    words: Mapped[str] = mapped_column(Text, default="")
    channel: Mapped[str] = mapped_column(String(20))
    rated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    rated_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
