"""Zones: pieces of ground that somebody asked about, kept so that lists, counts and exports can name them.

A zone is known by its content: the same ground is the same zone, whoever asks. It says nothing about cases.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import LargeBinary, String, Text, Uuid, select
from sqlalchemy.orm import Mapped, mapped_column

from app import events
from app.core.db import Model, UtcDateTime, db
from app.core.policy import Actor
from app.spatial import Box

NAMESPACE = UUID("0b5c8f5e-6c0e-5b6e-9a55-5a0f6f1f2c11")
EXACT = 1e-7  # degrees, about a centimetre: what is kept is what is asked


class ZoneRecord(Model):
    """One piece of ground, WGS 84. `words` says how it came about, as JSON."""

    __tablename__ = "zone"
    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[UUID] = mapped_column(Uuid, unique=True)
    kind: Mapped[str] = mapped_column(String(12))
    words: Mapped[str] = mapped_column(Text)
    ground: Mapped[bytes] = mapped_column(LargeBinary)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)


@dataclass(frozen=True)
class Zone:
    """A zone as filters use it: equal by id, whatever the geometry weighs."""

    id: UUID
    kind: str
    words: str
    ground: bytes

    @property
    def geometry(self) -> BaseGeometry:
        found: BaseGeometry = shapely.from_wkb(self.ground)
        return found

    @property
    def box(self) -> Box:
        west, south, east, north = (float(edge) for edge in shapely.bounds(self.geometry))
        return west, south, east, north


def find_zone(uuid: UUID) -> Zone | None:
    row = db.session.scalar(select(ZoneRecord).where(ZoneRecord.uuid == uuid))
    return Zone(row.uuid, row.kind, row.words, row.ground) if row else None


def keep_zone(geometry: BaseGeometry, kind: str, words: str, *, actor: Actor, now: datetime) -> Zone:
    """Keep a polygon or multipolygon (WGS 84, valid) under the id that its content gives it."""
    ground = shapely.to_wkb(shapely.normalize(shapely.set_precision(geometry, EXACT)))
    uuid = uuid5(NAMESPACE, f"{kind} {words} {ground.hex()}")
    known = find_zone(uuid)
    if known is not None:
        return known
    db.session.add(ZoneRecord(uuid=uuid, kind=kind, words=words, ground=ground, made_at=now))
    events.append("zone.kept", f"zone:{uuid}", {"kind": kind, "words": words}, actor=actor, at=now)
    return Zone(uuid, kind, words, ground)
