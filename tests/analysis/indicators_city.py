"""Many cases at once, written straight into the tables: only what indicators look at is said."""

from datetime import datetime, timedelta
from itertools import count
from typing import Any
from uuid import uuid4

from sqlalchemy import func, insert, select

from app.areas.index import areas
from app.cases.models import PAST_FIELDS, Case, PastState, Task
from app.catalogue.models import CatalogueVersion
from app.core import db as database
from app.core.clock import day_start
from app.core.db import db
from app.people.queries import person
from tests.areas import tiny_city
from tests.cast import GRID

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
_serial = count(1)


def put(
    many: int,
    *,
    filed: datetime,
    accepted: datetime | None = None,
    due: datetime | None = None,
    closed: datetime | None = None,
    status: str | None = None,
    grid: str | None = GRID,
    filer: str = "ines",
    **more: Any,
) -> list[int]:
    """So many equal cases, with a handling task where `due` is given; commits. Their ids."""
    database.begin_write()
    unit = areas().by_code[grid] if grid else areas().city
    who = person(filer)
    catalogue = db.session.scalar(select(func.max(CatalogueVersion.id)))
    stands = status or ("closed" if closed else "in_progress" if due else "accepted" if accepted else "filed")
    ended = closed or (filed + DAY if stands in ("rejected", "voided") else None)
    fixed = {
        "filed_at": filed,
        "observed_at": filed,
        "accepted_at": accepted,
        "ended_at": ended,
        "due_at": None if ended else due,
        "clock_from": None if ended else accepted,
        "status": stands,
        "on_time": bool(closed and due and closed <= due) if closed else None,
        "took_s": int((closed - filed).total_seconds()) if closed else None,
        "version": 2 if closed else 1,
        "changed_at": max(at for at in (filed, accepted, ended) if at),
        "filed_by_id": who.id if who else None,
        "command_hash": "",
        "category": "E0102",
        "catalogue_version_id": catalogue,
        "placement": "grid" if grid else "words",
        "scope_path": unit.path,
        **unit.lineage,
        "level": "community",
        "holder_id": unit.lineage["community_id"] or unit.id,
    } | more
    rows = [fixed | {"uuid": uuid4(), "number": f"T-{next(_serial)}"} for _n in range(many)]
    ids = list(db.session.scalars(insert(Case).returning(Case.id), rows)) if rows else []
    if due is not None:
        duty = {"kind": "handle", "opened_at": accepted or filed, "due_at": due, "closed_at": closed}
        db.session.execute(insert(Task), [duty | {"case_id": each} for each in ids])
    if closed is not None and ids:
        _remember(ids, fixed | {"status": "in_progress", "due_at": due, "clock_from": accepted})
    database.commit()
    return ids


def _remember(ids: list[int], stood: dict[str, Any]) -> None:
    """Where the cases stood from their filing until their closing."""
    past = dict.fromkeys(PAST_FIELDS) | {"escalations": 0, "returns": 0, "reworks": 0}
    past |= {name: stood[name] for name in PAST_FIELDS if name in stood}
    past |= {"ended_at": None, "on_time": None, "took_s": None, "version": 1}
    past |= {"since": stood["filed_at"], "until": stood["ended_at"]}
    db.session.execute(insert(PastState), [past | {"case_id": each} for each in ids])


def local(day: str, hours: float = 0) -> datetime:
    """A local day of the city, and so many hours later."""
    return day_start(datetime.fromisoformat(day).date()) + timedelta(hours=hours)


GRIDS = (GRID, "990001001002001", "990001002001001", tiny_city.WIDE)
"""Grids in different communities, towns and districts."""
