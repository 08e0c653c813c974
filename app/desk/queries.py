"""The few reads that only the desk's pages need."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import numpy as np
import orjson
import shapely
from sqlalchemy import ScalarSelect, func, select

from app.areas.index import AreaEntry, AreaIndex, areas
from app.cases.models import Case, CaseApplication, CasePhoto, Task
from app.cases.queries import listing
from app.cases.queries.filters import Filters
from app.cases.queries.source import conditions, source
from app.core.db import db
from app.core.policy import Actor, OneOf, Predicate, may_read_case, where
from app.core.stamps import Stamped
from app.people.models import Person


def first_photos(case_ids: Sequence[int]) -> dict[int, str]:
    """The hash of each case's first photo, by case id. One statement, none for no cases."""
    if not case_ids:
        return {}
    first = select(func.min(CasePhoto.id)).where(CasePhoto.case_id.in_(case_ids)).group_by(CasePhoto.case_id)
    rows = select(CasePhoto.case_id, CasePhoto.sha256).where(CasePhoto.id.in_(first))
    return {case_id: sha256 for case_id, sha256 in db.session.execute(rows)}


def standings(case_ids: Sequence[int], as_of: datetime | None) -> dict[int, Any]:
    """Clock, card and application of listed cases, by case id. One statement, none for no cases."""
    if not case_ids:
        return {}
    cases = source(as_of).c
    columns = (cases.id, cases.clock_from, cases.card, cases.applied)
    return {row.id: row for row in db.session.execute(select(*columns).where(cases.id.in_(case_ids)))}


def totals(asked: Sequence[Filters], actor: Actor, now: datetime) -> list[int]:
    """How many cases each of the filters finds, counted as its list is. One statement.

    For who was granted so many single cases that one statement could not name them: one for each.
    """
    places = {_place(filters): filters for filters in asked}
    scopes = {place: listing.scope_for(actor, filters) for place, filters in places.items()}
    counts = [_count(filters, scopes[_place(filters)], now) for filters in asked]
    if sum(_named(scopes[_place(filters)]) for filters in asked) > MOST_NAMED:
        return [db.session.execute(select(count)).scalar_one() for count in counts]
    return list(db.session.execute(select(*counts)).one()) if counts else []


MOST_NAMED = 10_000
"""Values in one statement; PostgreSQL takes 65,535."""


def _place(filters: Filters) -> str:
    return filters.within.code if filters.within else ""


def _named(scope: Predicate) -> int:
    """How many values the scope puts into a statement."""
    if isinstance(scope, OneOf):
        return len(scope.values)
    return sum(_named(part) for part in scope.parts)


def _count(filters: Filters, scope: Predicate, now: datetime) -> ScalarSelect[int]:
    cases = source(filters.as_of)
    seen = conditions(cases, filters, within=scope, now=now)
    return select(func.count()).select_from(cases).where(*seen).scalar_subquery()


def titles_of(uuids: Sequence[UUID], actor: Actor) -> dict[UUID, Any]:
    """Number and category of those cases that the actor may read. One statement."""
    columns = (Case.uuid, Case.number, Case.category, Case.catalogue_version_id)
    seen = where(may_read_case(actor), Case.__table__.c)
    return {row.uuid: row for row in db.session.execute(select(*columns).where(Case.uuid.in_(uuids), seen))}


@dataclass(frozen=True)
class Application:
    """A pending application as its deciders read it. `details` as in `CaseApplication`."""

    kind: str
    name: str
    name_en: str | None
    asked_at: datetime
    reason: str
    details: Mapping[str, str]
    unit: AreaEntry | None


def pending_application(case: Case) -> Application | None:
    """Who asks for what, and the unit that decides. One statement, none when nothing was applied for."""
    if case.applied is None:
        return None
    asked = CaseApplication
    rows = (
        select(asked.kind, Person.name, Person.name_en, asked.asked_at, asked.reason, asked.details)
        .add_columns(Task.area_id)
        .join(Person, Person.id == asked.asked_by_id)
        .outerjoin(Task, Task.id == asked.task_id)
        .where(asked.case_id == case.id, asked.state == "pending")
    )
    row = db.session.execute(rows).first()
    if row is None:
        return None
    kind, name, name_en, asked_at, reason = row[:5]
    unit = areas().by_id.get(row.area_id)
    return Application(kind, name, name_en, asked_at, reason, orjson.loads(row.details), unit)


class Extents:
    """Where the units of one generation lie; a level is looked at when it is first asked for."""

    def __init__(self, index: AreaIndex) -> None:
        self._index = index
        self._boxes: dict[str, list[float]] = {}
        self._points: dict[str, dict[str, list[float]]] = {}

    def box(self, unit: AreaEntry) -> list[float] | None:
        """West, south, east, north of a unit; None if it has no land."""
        if unit.code not in self._boxes and unit.has_geometry:
            (land,) = self._index.land_of([unit]).geometries
            self._boxes[unit.code] = shapely.bounds(land).tolist()
        return self._boxes.get(unit.code)

    def points(self, level: str) -> dict[str, list[float]]:
        """A point inside each unit of a level, where its name is written, by code."""
        if level not in self._points:
            land = self._index.land_of([unit for unit in self._index.entries if unit.level == level])
            centres, inside = shapely.centroid(land.geometries), shapely.point_on_surface(land.geometries)
            shown = np.where(shapely.contains(land.geometries, centres), centres, inside)
            lonlat = shapely.get_coordinates(shown).round(4).tolist()
            self._points[level] = dict(zip([entry.code for entry in land.entries], lonlat, strict=True))
        return self._points[level]


class Below:
    """The units under each unit of one generation, by level; a unit is looked at when first asked for."""

    def __init__(self, index: AreaIndex) -> None:
        self._index = index
        self._found: dict[str, dict[str, list[AreaEntry]]] = {}

    def of(self, area: AreaEntry) -> Mapping[str, list[AreaEntry]]:
        """Level → units, in the order of their codes."""
        if area.code not in self._found:
            found: dict[str, list[AreaEntry]] = {}
            for unit in self._index.entries:
                if unit.lies_in(area) and unit.id != area.id:
                    found.setdefault(unit.level, []).append(unit)
            self._found[area.code] = found
        return self._found[area.code]


_BELOW = Stamped("areas", lambda: Below(areas()), key="desk.below")
_EXTENTS = Stamped("areas", lambda: Extents(areas()), key="desk.extents")


def extents() -> Extents:
    """Of the active generation."""
    return _EXTENTS.get()


def below() -> Below:
    """Of the active generation."""
    return _BELOW.get()
