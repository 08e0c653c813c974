"""The few reads that only the phone's pages need."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from uuid import UUID

import orjson
import shapely
from sqlalchemy import Table, func, or_, select

from app.areas.index import AreaEntry, areas
from app.cases.models import Case, CasePhoto, Task
from app.core.clock import local_day
from app.core.db import db
from app.core.policy import LEVEL_FIELDS, Actor, OneOf, Predicate, where
from app.core.roles import Role
from app.events.models import Event, EventBody
from app.events.queries import Told
from app.people.queries import inspectors_of
from app.workflow.statuses import Status

MOST_DUTIES = 200
WAITING = frozenset({Status.VERIFYING.value, Status.HANDLED.value})
"""Statuses in which a case waits for somebody to go there."""
SETTLED: Predicate = OneOf("self_handled", frozenset({True}))
CASES = cast(Table, Case.__table__).c


def grids_of(actor: Actor) -> list[AreaEntry]:
    """The units the actor inspects, in the order of the postings."""
    known = areas().by_id
    posted = (p.area_id for p in actor.postings if p.role is Role.INSPECTOR and p.area_id is not None)
    return [known[area_id] for area_id in dict.fromkeys(posted) if area_id in known]


def waiting_on_the_spot(actor: Actor, *, within: Predicate) -> list[Case]:
    """What waits in the actor's units for somebody to go there, due first. One statement."""
    units = grids_of(actor)
    if not units:
        return []
    here = or_(*(CASES[LEVEL_FIELDS[unit.level]] == unit.id for unit in units))
    rows = select(Case).where(here, CASES.status.in_(sorted(WAITING)), where(within, CASES))
    return list(
        db.session.scalars(rows.order_by(CASES.due_at.is_(None), CASES.due_at, CASES.id).limit(MOST_DUTIES))
    )


def cases_filed_by(actor: Actor, *, within: Predicate, limit: int) -> list[Case]:
    """What the actor filed, newest first. One statement."""
    rows = select(Case).where(CASES.filed_by_id == actor.id, where(within, CASES))
    return list(db.session.scalars(rows.order_by(CASES.filed_at.desc(), CASES.id.desc()).limit(limit)))


def inspected_by(actor: Actor, grid_ids: Collection[int], at: datetime) -> dict[int, bool]:
    """The grids that the actor inspects today; True where cleared for restricted cases. One statement."""
    there = inspectors_of(grid_ids, local_day(at))
    return {grid: row.cleared for grid, found in there.items() for row in found if row.id == actor.id}


def handled_by(actor: Actor, case_ids: Sequence[int]) -> set[int]:
    """Which of the cases the actor had a part in handling. One statement, none for no cases."""
    if not case_ids:
        return set()
    handled = select(Task.case_id).where(Task.case_id.in_(case_ids), Task.person_id == actor.id)
    return set(db.session.scalars(handled))


def photos_by_case(case_ids: Sequence[int]) -> dict[int, list[Any]]:
    """(sha256, kind) of each case's photos in the order they were added. One statement, none for no cases."""
    found: dict[int, list[Any]] = defaultdict(list)
    if case_ids:
        rows = select(CasePhoto.case_id, CasePhoto.sha256, CasePhoto.kind)
        for row in db.session.execute(rows.where(CasePhoto.case_id.in_(case_ids)).order_by(CasePhoto.id)):
            found[row.case_id].append(row)
    return found


def last_events(uuids: Sequence[UUID], each: int) -> dict[UUID, list[Told]]:
    """The last events of each case, oldest first. One statement, none for no cases."""
    found: dict[UUID, list[Told]] = defaultdict(list)
    if not uuids:
        return found
    subjects = {f"case:{uuid}": uuid for uuid in uuids}
    place = func.row_number().over(partition_by=Event.subject, order_by=Event.seq.desc()).label("place")
    ranked = select(Event.seq, place).where(Event.subject.in_(subjects)).subquery("ranked")
    rows = (
        select(Event, EventBody.body)
        .join(ranked, ranked.c.seq == Event.seq)
        .join(EventBody, EventBody.seq == Event.seq)
        .where(ranked.c.place <= each)
        .order_by(Event.seq)
    )
    for event, body in db.session.execute(rows):
        said = orjson.loads(body) if body is not None else None
        told = Told(event.seq, event.at, event.actor, event.action, event.subject, said)
        found[subjects[event.subject]].append(told)
    return found


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
