"""The one place that says who may read what.

A rule is a small tree of predicates over named fields. `where` turns it into SQL for lists, counts, tiles
and exports; `holds` decides about one row. Both read the same tree, so list and object cannot drift apart.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, cast
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, or_, true

from app.core.roles import HOLDER_ROLES, Role

LEVEL_FIELDS = {
    "city": "city_id",
    "district": "district_id",
    "town": "town_id",
    "community": "community_id",
    "grid": "grid_id",
}

SCOPE_FIELDS = ("id", *LEVEL_FIELDS.values(), "department_id", "filed_by_id", "restricted")
"""What of a case decides who may read it."""

Grants = Callable[[frozenset[int]], frozenset[int]]
_grants: list[Grants] = []


def grants_from(resolver: Grants) -> Grants:
    """Register who knows the ids of the cases that departments may read without leading them."""
    _grants[:] = [resolver]
    return resolver


@dataclass(frozen=True)
class Posting:
    """A person's present role in an area or a department. `restricted`: cleared for restricted cases."""

    role: Role
    area_id: int | None
    level: str | None
    area_code: str | None
    department_id: int | None
    restricted: bool


@dataclass(frozen=True)
class Actor:
    """Whoever asks: a signed-in person with today's postings, or the system itself."""

    id: int | None
    public_id: UUID
    username: str
    name: str
    postings: tuple[Posting, ...] = ()
    system: bool = False
    name_en: str | None = None

    def has(self, *roles: Role) -> bool:
        return any(posting.role in roles for posting in self.postings)

    def departments(self, *, restricted: bool = False) -> frozenset[int]:
        return frozenset(
            p.department_id
            for p in self.postings
            if p.department_id is not None and (p.restricted or not restricted)
        )

    def holds(self, area_id: int | None) -> bool:
        """Answers for the unit: posted exactly there in a role that decides."""
        return any(p.role in HOLDER_ROLES and p.area_id == area_id for p in self.postings if p.area_id)


SYSTEM = Actor(id=None, public_id=UUID(int=0), username="system", name="system", system=True)


@dataclass(frozen=True)
class OneOf:
    """The field's value is one of these (a null value never is)."""

    field: str
    values: frozenset[Any]


@dataclass(frozen=True)
class Every:
    parts: "tuple[Predicate, ...]" = field(default=())


@dataclass(frozen=True)
class Some:
    parts: "tuple[Predicate, ...]" = field(default=())


Predicate = OneOf | Every | Some
EVERYTHING = Every()
NOTHING = Some()


class Columns(Protocol):
    def __getitem__(self, name: str, /) -> ColumnElement[Any]: ...


def where(predicate: Predicate, columns: Columns) -> ColumnElement[bool]:
    """The predicate as SQL over named columns."""
    match predicate:
        case OneOf(name, values):
            return among(columns[name], values)
        case Every(parts):
            return and_(true(), *(where(part, columns) for part in parts))
        case Some(parts):
            return or_(false(), *(where(part, columns) for part in parts))


def among(column: ColumnElement[Any], values: frozenset[Any]) -> ColumnElement[bool]:
    """`=` for one value, `in` for more: planners know the first better. Null is never among them."""
    known = sorted(value for value in values if value is not None)
    if len(known) == 1:
        return cast(ColumnElement[bool], column == known[0])
    return column.in_(known)


def holds(predicate: Predicate, row: Mapping[str, Any]) -> bool:
    """The same predicate, decided for one row."""
    match predicate:
        case OneOf(name, values):
            return row[name] is not None and row[name] in values
        case Every(parts):
            return all(holds(part, row) for part in parts)
        case Some(parts):
            return any(holds(part, row) for part in parts)


UNRESTRICTED = OneOf("restricted", frozenset({False}))


def may_read_case(actor: Actor) -> Predicate:
    """Cases whose place lies in an area of mine, that I filed, that my department handles, or was granted.

    Restricted ones only through a posting cleared for them; administrators read none.
    """
    if actor.system:
        return EVERYTHING
    parts: list[Predicate] = []
    for cleared in (True, False):
        for level, ids in _areas(actor, cleared=cleared).items():
            parts.append(_limited(OneOf(LEVEL_FIELDS[level], ids), cleared=cleared))
        departments = frozenset(
            p.department_id for p in _reading(actor) if p.department_id and p.restricted is cleared
        )
        if departments:
            parts.append(_limited(OneOf("department_id", departments), cleared=cleared))
            granted = frozenset[int]().union(*(find(departments) for find in _grants))
            parts += [_limited(OneOf("id", granted), cleared=cleared)] if granted else []
    if actor.id is not None:
        parts.append(Every((OneOf("filed_by_id", frozenset({actor.id})), UNRESTRICTED)))
    return Some(tuple(parts))


def may_read_receipt(actor: Actor) -> Predicate:
    """The filer reads number and hashes even of a restricted case."""
    return OneOf("filed_by_id", frozenset({actor.id})) if actor.id is not None else NOTHING


def scope_within(actor: Actor, lineage: Mapping[str, int | None]) -> Predicate:
    """`may_read_case`, simplified for cases known to lie in one area (ids of it and its ancestors).

    Equal to the full rule there; the database then needs no OR over several indexes.
    """
    inside = [p for p in _reading(actor) if p.level and lineage.get(LEVEL_FIELDS[p.level]) == p.area_id]
    if actor.system or any(p.restricted for p in inside):
        return EVERYTHING
    full = may_read_case(actor)
    if not inside:
        return full
    cleared = frozenset(p.department_id for p in _reading(actor) if p.department_id and p.restricted)
    return UNRESTRICTED if not cleared and not _areas(actor, cleared=True) else Some((UNRESTRICTED, full))


def _reading(actor: Actor) -> list[Posting]:
    return [p for p in actor.postings if p.role is not Role.ADMINISTRATOR]


def _areas(actor: Actor, *, cleared: bool) -> dict[str, frozenset[int]]:
    found: dict[str, set[int]] = {}
    for p in _reading(actor):
        if p.area_id is not None and p.level and p.department_id is None and p.restricted is cleared:
            found.setdefault(p.level, set()).add(p.area_id)
    return {level: frozenset(ids) for level, ids in found.items()}


def _limited(predicate: Predicate, *, cleared: bool) -> Predicate:
    return predicate if cleared else Every((predicate, UNRESTRICTED))
