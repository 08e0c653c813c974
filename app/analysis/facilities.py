"""Facilities that cases can be near: schools, markets, stations. Read from CSV files, kind by kind."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Float, Index, String, Text, delete, func, insert, select
from sqlalchemy.orm import Mapped, mapped_column

from app import events
from app.core.db import Model, UtcDateTime, db
from app.core.policy import Actor
from app.spatial.datum import to_wgs84
from app.spatial.shapes import BadShape, check_lonlat

COLUMNS = ("name", "lon", "lat")
MOST, LONGEST = 20_000, 120


class Facility(Model):
    """One place of a kind, WGS 84."""

    __tablename__ = "facility"
    __table_args__ = (Index("ix_facility_kind", "kind", "name"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(LONGEST))
    lon: Mapped[float] = mapped_column(Float)
    lat: Mapped[float] = mapped_column(Float)
    source: Mapped[str] = mapped_column(Text)
    loaded_at: Mapped[datetime] = mapped_column(UtcDateTime)


class BadFacilities(ValueError):
    """The file cannot be used; every line that is wrong is named."""


@dataclass(frozen=True)
class Place:
    """A facility as read; lon and lat as in the file."""

    name: str
    lon: float
    lat: float


def read_facilities(text: str) -> list[Place]:
    """Lines of `name,lon,lat` under a heading; raises BadFacilities."""
    rows = csv.DictReader(io.StringIO(text.lstrip("\ufeff")))
    if not rows.fieldnames or not set(COLUMNS) <= set(rows.fieldnames):
        raise BadFacilities(f"line 1: the columns are {','.join(COLUMNS)}")
    found, faults = [], []
    for number, row in enumerate(rows, start=2):
        try:
            found.append(_place(row))
        except (ValueError, TypeError, BadShape) as fault:
            faults.append(f"line {number}: {fault}")
    if len(found) > MOST:
        faults.append(f"{len(found)} facilities; at most {MOST} of a kind")
    if faults or not found:
        raise BadFacilities("\n".join(faults[:20]) or "no facilities in the file")
    return found


def _place(row: dict[str, str]) -> Place:
    name = (row["name"] or "").strip()
    if not 0 < len(name) <= LONGEST:
        raise ValueError(f"a name of 1 to {LONGEST} characters is expected")
    lon, lat = float(row["lon"]), float(row["lat"])
    check_lonlat(lon, lat)
    return Place(name, lon, lat)


def load_facilities(
    kind: str, places: Sequence[Place], *, crs: str, source: str, actor: Actor, now: datetime
) -> None:
    """These are now all facilities of the kind."""
    db.session.execute(delete(Facility).where(Facility.kind == kind))
    lon, lat = to_wgs84([place.lon for place in places], [place.lat for place in places], crs)
    told = {"kind": kind, "source": source}
    rows = [
        {**told, "name": place.name, "lon": float(x), "lat": float(y), "loaded_at": now}
        for place, x, y in zip(places, lon, lat, strict=True)
    ]
    db.session.execute(insert(Facility), rows)
    body = {**told, "count": len(rows)}
    events.append("facilities.loaded", f"facilities:{kind}", body, actor=actor, at=now)


def kinds() -> dict[str, int]:
    """Every kind that is loaded, and how many there are of it."""
    counted = select(Facility.kind, func.count()).group_by(Facility.kind).order_by(Facility.kind)
    return {kind: count for kind, count in db.session.execute(counted)}


def facilities_of(kind: str) -> list[Facility]:
    return list(db.session.scalars(select(Facility).where(Facility.kind == kind).order_by(Facility.id)))
