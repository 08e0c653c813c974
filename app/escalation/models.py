"""How sweeps went."""

from datetime import datetime

from sqlalchemy import Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Model, UtcDateTime


class SweepRun(Model):
    """One sweep that had something to do, or failed.

    `found` tasks were due, the oldest since `oldest_wake_at`; `raised` breaches and `warned` notices came of
    them. Instants are the database's.
    """

    __tablename__ = "sweep_run"
    __table_args__ = (Index("ix_sweep_run_began_at", "began_at"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    began_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime] = mapped_column(UtcDateTime)
    found: Mapped[int]
    raised: Mapped[int]
    warned: Mapped[int]
    oldest_wake_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    error: Mapped[str | None] = mapped_column(Text)
