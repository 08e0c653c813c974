"""Boundaries into the database: a checked draft generation, and its activation.

Identities are for life: a code that is known keeps its id, and a set that gives it another level or parent
is not clean. New identities begin when their generation is activated. There is one draft at a time.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, cast

import shapely
from flask_babel import gettext as _
from sqlalchemy import Table, bindparam, delete, func, insert, select, update

from app import events
from app.areas import models
from app.areas.index import LEVEL_IDS
from app.areas.levels import LEVELS
from app.areas.rules import Finding, check, square_metres
from app.areas.sources import Record
from app.core.clock import local_day
from app.core.db import db
from app.core.policy import Actor
from app.core.problems import Conflict, NotFound
from app.core.stamps import bump
from app.spatial import SRID, as_multipolygon

AREA = cast(Table, models.Area.__table__)
SHAPE = cast(Table, models.AreaShape.__table__)
GENERATION = cast(Table, models.Generation.__table__)
FINDING = cast(Table, models.Finding.__table__)


def check_records(records: Sequence[Record]) -> list[Finding]:
    """What is wrong with the records, alone and against the identities we have. Slow: ask before writing."""
    return [*check([record.unit for record in records]), *_changed_identities(records)]


def load_generation(
    *,
    records: Sequence[Record],
    findings: Sequence[Finding],
    label: str,
    source: str | None,
    crs: str,
    actor: Actor,
    now: datetime,
) -> models.Generation:
    """Keep records and findings as the draft generation, in place of an earlier draft."""
    _discard_drafts()
    generation = models.Generation(
        label=label, source=source, crs=crs, state="draft", loaded_at=now, checked_at=now
    )
    db.session.add(generation)
    db.session.flush()
    ids = _keep_identities(records)
    _keep_shapes(generation.id, records, ids)
    _keep_findings(generation.id, findings)
    units = {level: sum(1 for r in records if r.unit.level == level) for level in LEVELS}
    body = {"label": label, "crs": crs, "units": units, "findings": len(findings)}
    events.append("generation.loaded", f"generation:{generation.id}", body, actor=actor, at=now)
    return generation


def activate_generation(*, generation_id: int, actor: Actor, now: datetime) -> models.Generation:
    """Make a clean draft the boundaries of today; the ones before are retired."""
    generation = db.session.get(
        models.Generation, generation_id, with_for_update=True, populate_existing=True
    )
    if generation is None:
        raise NotFound(_("There is no such generation."))
    if generation.state != "draft":
        raise Conflict(_("Only a draft can be activated."))
    found = db.session.scalar(
        select(func.count()).select_from(FINDING).where(FINDING.c.generation_id == generation_id)
    )
    if found:
        raise Conflict(
            _("The checks found %(count)s faults; mend the files and load them again.", count=found)
        )
    retired = _retire(now)
    generation.state, generation.activated_at = "active", now
    db.session.execute(update(AREA).where(AREA.c.starts_on.is_(None)).values(starts_on=local_day(now)))
    bump("areas")
    body = {"label": generation.label, "retired": retired}
    events.append("generation.activated", f"generation:{generation.id}", body, actor=actor, at=now)
    return generation


def _retire(now: datetime) -> int | None:
    """The id of the generation that was active."""
    active = db.session.scalar(select(models.Generation).where(models.Generation.state == "active"))
    if active is None:
        return None
    active.state, active.retired_at = "retired", now
    db.session.flush()
    return active.id


def _changed_identities(records: Iterable[Record]) -> list[Finding]:
    parent = AREA.alias()
    begun = select(AREA.c.code, AREA.c.level, parent.c.code).outerjoin(
        parent, parent.c.id == AREA.c.parent_id
    )
    rows = db.session.execute(begun.where(AREA.c.starts_on.is_not(None)))
    known = {code: (level, above) for code, level, above in rows}
    changed = []
    for record in records:
        unit = record.unit
        if known.get(unit.code, (unit.level, unit.parent_code)) != (unit.level, unit.parent_code):
            message = f"{unit.code} is known as another unit: its level or its parent differs"
            changed.append(Finding("identity", unit.level, (unit.code,), None, None, None, message))
    return changed


def _discard_drafts() -> None:
    drafts = select(GENERATION.c.id).where(GENERATION.c.state == "draft").scalar_subquery()
    for table in (SHAPE, FINDING):
        db.session.execute(delete(table).where(table.c.generation_id.in_(drafts)))
    db.session.execute(delete(GENERATION).where(GENERATION.c.state == "draft"))
    db.session.execute(delete(AREA).where(AREA.c.starts_on.is_(None)))


def _keep_identities(records: Sequence[Record]) -> dict[str, int]:
    """The id of every code, new identities added level by level, as each needs its parent's."""
    known = _identities()
    for level in LEVELS:
        fresh = {r.unit.code: r for r in records if r.unit.level == level and r.unit.code not in known}
        if fresh:
            rows = [_identity(record, known.get(record.unit.parent_code or "")) for record in fresh.values()]
            db.session.execute(insert(AREA), rows)
            own = AREA.c[f"{level}_id"]
            db.session.execute(
                update(AREA).where(AREA.c.level == level, own.is_(None)).values({own: AREA.c.id})
            )
            known = _identities()
    return {code: row["id"] for code, row in known.items()}


def _identities() -> dict[str, dict[str, Any]]:
    columns = [AREA.c[name] for name in ("id", "code", "path", *LEVEL_IDS)]
    return {row["code"]: dict(row) for row in db.session.execute(select(*columns)).mappings()}


def _identity(record: Record, parent: dict[str, Any] | None) -> dict[str, Any]:
    unit = record.unit
    return {
        "code": unit.code,
        "level": unit.level,
        "parent_id": parent["id"] if parent else None,
        "name": record.name,
        "name_en": record.name_en,
        "path": f"{parent['path'] if parent else '/'}{unit.code}/",
        "dedicated": unit.dedicated,
        "households": record.households,
        **{name: parent[name] if parent else None for name in LEVEL_IDS},
    }


def _keep_shapes(generation_id: int, records: Iterable[Record], ids: dict[str, int]) -> None:
    rows: dict[int, dict[str, Any]] = {}
    for record in records:
        geometry, area_id = record.unit.geometry, ids.get(record.unit.code)
        if area_id is not None and isinstance(geometry, shapely.Polygon | shapely.MultiPolygon):
            rows.setdefault(
                area_id,
                {
                    "generation_id": generation_id,
                    "area_id": area_id,
                    "level": record.unit.level,
                    "approximate": record.approximate,
                    "square_metres": square_metres(geometry),
                    "wkb": as_multipolygon(geometry).wkb,
                },
            )
    if rows:
        land = func.ST_GeomFromWKB(bindparam("wkb"), SRID)
        db.session.execute(insert(SHAPE).values(geom=land), list(rows.values()))


def _keep_findings(generation_id: int, findings: Iterable[Finding]) -> None:
    rows = [
        {**vars(finding), "codes": " ".join(finding.codes), "generation_id": generation_id}
        for finding in findings
    ]
    if rows:
        db.session.execute(insert(FINDING), rows)
