"""The few reads that only the phone's pages need."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import shapely
from sqlalchemy import func, select

from app.areas.index import AreaEntry, areas
from app.cases.models import CasePhoto, Task
from app.cases.queries import listing
from app.cases.queries.filters import Filters
from app.core.db import db
from app.core.policy import Actor, OneOf, Predicate
from app.core.roles import Role
from app.workflow.statuses import Status

MOST_DUTIES = 200
WAITING = frozenset({Status.VERIFYING.value, Status.HANDLED.value})
"""Statuses in which a case waits for somebody to go there."""
SETTLED: Predicate = OneOf("self_handled", frozenset({True}))


def grids_of(actor: Actor) -> list[AreaEntry]:
    """The units the actor inspects, in the order of the postings."""
    known = areas().by_id
    posted = (p.area_id for p in actor.postings if p.role is Role.INSPECTOR and p.area_id is not None)
    return [known[area_id] for area_id in dict.fromkeys(posted) if area_id in known]


def cases_on_the_spot(actor: Actor, now: datetime) -> list[Any]:
    """What waits in the actor's grids to be verified or checked by the actor. A statement per grid and one.

    Who has handled a case never checks it, so those are left out.
    """
    found: dict[int, Any] = {}
    for grid in grids_of(actor):
        asked = Filters(within=grid, statuses=WAITING, sort="due_at")
        scope = listing.scope_for(actor, asked)
        rows = listing.page(asked, within=scope, now=now, limit=MOST_DUTIES).rows
        found |= {row.id: row for row in rows}
    own = _handled_by(actor, list(found))
    return [row for case_id, row in found.items() if case_id not in own]


def _handled_by(actor: Actor, case_ids: Sequence[int]) -> set[int]:
    """Which of the cases the actor had a part in handling."""
    if not case_ids:
        return set()
    handled = select(Task.case_id).where(Task.case_id.in_(case_ids), Task.person_id == actor.id)
    return set(db.session.scalars(handled))


def first_photos(case_ids: Sequence[int]) -> dict[int, str]:
    """The hash of each case's first photo, by case id. One statement, none for no cases."""
    if not case_ids:
        return {}
    first = select(func.min(CasePhoto.id)).where(CasePhoto.case_id.in_(case_ids)).group_by(CasePhoto.case_id)
    rows = select(CasePhoto.case_id, CasePhoto.sha256).where(CasePhoto.id.in_(first))
    return {case_id: sha256 for case_id, sha256 in db.session.execute(rows)}


@dataclass(frozen=True)
class Start:
    """Where the map of a new case begins: a point inside the unit, and the unit's box."""

    point: list[float]
    box: list[float]


def start_of(units: Sequence[AreaEntry]) -> Start | None:
    """For the first of the units (or of their ancestors) that has land; None before boundaries are active."""
    index = areas()
    for unit in units:
        upward = [
            entry for _level, entry in index.ancestors(unit) if entry is not None and entry.has_geometry
        ]
        for entry in reversed(upward):
            land = index.land_of([entry]).geometries
            point = shapely.get_coordinates(shapely.point_on_surface(land))[0]
            return Start(point.round(6).tolist(), shapely.total_bounds(land).tolist())
    return None
