"""Breaches on record: one row for each rung of the ladder that the clock has made a case climb."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Model, UtcDateTime


class Escalation(Model):
    """One breach of one task: at most one row for each rung, whoever sweeps how often.

    `due_at` is the instant that had passed, `at` when it was dealt with. The units are the case's holders
    before and after; of a task that climbs alone (an approval), who had to decide before and after. They
    carry no foreign keys, as those of a case: all sweeps would lock the same few rows.
    """

    __tablename__ = "escalation"
    __table_args__ = (
        Index("ix_escalation_task_rung", "task_id", "rung", unique=True),
        Index("ix_escalation_case_id", "case_id"),
        Index("ix_escalation_to_holder_at", "to_holder_id", "at"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    task_id: Mapped[int] = mapped_column(ForeignKey("task.id"))
    rung: Mapped[int]
    case_id: Mapped[int] = mapped_column(ForeignKey("case_record.id"))
    kind: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    from_level: Mapped[str] = mapped_column(String(12))
    to_level: Mapped[str] = mapped_column(String(12))
    from_holder_id: Mapped[int]
    to_holder_id: Mapped[int]
    card: Mapped[str] = mapped_column(String(8))
    top: Mapped[bool]
