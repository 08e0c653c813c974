"""Results of analyses, kept with everything that made them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Model, UtcDateTime


class AnalysisResult(Model):
    """One run. `request`: hash of all that decides its numbers, from `method` to `scope_hash`.

    `parameters`: JSON with sorted keys; `data_seq`: the last event that the data held; `scope_hash`: of what
    its reader may see; `result`: zlib-compressed JSON.
    """

    __tablename__ = "analysis_result"
    __table_args__ = (
        Index("ix_analysis_result_uuid", "uuid", unique=True),
        Index("ix_analysis_result_request", "request", unique=True),
        Index("ix_analysis_result_made_at", "made_at"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[UUID]
    request: Mapped[str] = mapped_column(String(64))
    method: Mapped[str] = mapped_column(String(40))
    parameters: Mapped[str] = mapped_column(Text)
    window_start: Mapped[datetime | None] = mapped_column(UtcDateTime)
    window_end: Mapped[datetime | None] = mapped_column(UtcDateTime)
    seed: Mapped[int] = mapped_column(BigInteger)
    data_seq: Mapped[int] = mapped_column(BigInteger)
    scope_hash: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    result: Mapped[bytes] = mapped_column(LargeBinary)
