"""Who answers today: active, posted for the day, and not absent on it. Stand-ins count like anybody.

Each question is one statement, however many units are asked about. Days are the city's local days.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ColumnElement, Table, and_, exists, or_, select

from app.areas.index import AreaEntry, areas
from app.areas.levels import LEVELS
from app.core.db import db
from app.core.roles import HOLDER_ROLES, Role
from app.people.models import Absence, Person, PersonPosting
from app.people.rules import Span, last_there_until

MOST_BOUND = 5000
"""Of so many ids and fewer each is named in the statement; of more, all are read and sorted out here."""
ON_THE_SPOT = HOLDER_ROLES | {Role.INSPECTOR}
"""Any of these, in the grid or in its community, looks after a grid."""

PERSON, POSTING, ABSENCE = (cast(Table, model.__table__).c for model in (Person, PersonPosting, Absence))


@dataclass(frozen=True)
class PersonRow:
    """Someone who answers. `cleared`: also for restricted cases."""

    id: int
    public_id: UUID
    username: str
    name: str
    name_en: str | None
    role: Role
    stand_in: bool
    cleared: bool


@dataclass(frozen=True)
class Vacancy:
    """A unit that nobody answers for. `since`: the first such day; None where no record tells it."""

    unit: AreaEntry
    since: date | None


def answering(area_ids: Collection[int], day: date) -> dict[int, tuple[PersonRow, ...]]:
    """Who answers for each unit on a day, by its id: regular holders first, then stand-ins, by user name."""
    return _there(POSTING.area_id, area_ids, HOLDER_ROLES, day)


def inspectors_of(area_ids: Collection[int], day: date) -> dict[int, tuple[PersonRow, ...]]:
    """The inspectors at work in each unit on a day, in the order of `answering`."""
    return _there(POSTING.area_id, area_ids, frozenset({Role.INSPECTOR}), day)


def handlers_of(department_ids: Collection[int], day: date) -> dict[int, tuple[PersonRow, ...]]:
    """The handlers at work in each department on a day, in the order of `answering`."""
    return _there(POSTING.department_id, department_ids, frozenset({Role.HANDLER}), day)


def staffed(area_ids: Collection[int], day: date, *, cleared: bool = False) -> frozenset[int]:
    """Which of the units somebody answers for on a day; `cleared`: somebody who reads restricted cases."""
    wanted = frozenset(area_ids)
    rows = select(POSTING.area_id).distinct().join(Person, PERSON.id == POSTING.person_id)
    rows = rows.where(_among(POSTING.area_id, wanted), _at_work(HOLDER_ROLES, day))
    if cleared:
        rows = rows.where(POSTING.restricted)
    return wanted.intersection(db.session.scalars(rows)) if wanted else wanted


def cover(area_ids: Collection[int], day: date) -> tuple[AreaEntry, ...]:
    """Those of the units that ought to have somebody (grids need not) and have nobody, by code."""
    known = (areas().by_id[area_id] for area_id in area_ids)
    holding = {unit.id: unit for unit in known if unit.level != "grid"}
    bare = holding.keys() - staffed(holding.keys(), day)
    return tuple(sorted((holding[area_id] for area_id in bare), key=lambda unit: unit.code))


def vacancies(day: date, within: AreaEntry | None = None) -> list[Vacancy]:
    """The units, in the whole city or in one part, that nobody answers for on a day: highest level first.

    A grid is among them when it has no inspector and its community has neither inspector nor holder.
    Two statements at most.
    """
    units = [unit for unit in areas().entries if within is None or unit.lies_in(within)]
    roles_at = _roles_at({place for unit in units for place in _places(unit)}, day)
    vacant = [unit for unit in units if not any(roles_at[place] & _roles(unit) for place in _places(unit))]
    since = _vacant_since(vacant, day)
    found = [Vacancy(unit, since[unit.id]) for unit in vacant]
    return sorted(found, key=lambda vacancy: (LEVELS.index(vacancy.unit.level), vacancy.unit.code))


def _there(
    place: ColumnElement[Any], ids: Collection[int], roles: frozenset[Role], day: date
) -> dict[int, tuple[PersonRow, ...]]:
    """Everybody at work in one of the roles, once for each place; every place asked about has its entry."""
    people: dict[int, dict[int, PersonRow]] = {asked: {} for asked in ids}
    if not people:
        return {}
    rows = select(
        place,
        PERSON.id,
        PERSON.public_id,
        PERSON.username,
        PERSON.name,
        PERSON.name_en,
        POSTING.role,
        POSTING.stand_in,
        POSTING.restricted,
    ).join_from(PersonPosting, Person, PERSON.id == POSTING.person_id)
    rows = rows.where(_among(place, people.keys()), _at_work(roles, day))
    rows = rows.order_by(POSTING.stand_in, PERSON.username, POSTING.id)
    for found in db.session.execute(rows):
        if found[0] in people:
            row = PersonRow(*found[1:6], Role(found.role), found.stand_in, found.restricted)
            first = people[found[0]].setdefault(row.id, row)
            people[found[0]][row.id] = replace(first, cleared=first.cleared or row.cleared)
    return {asked: tuple(there.values()) for asked, there in people.items()}


def _roles_at(places: Collection[int], day: date) -> dict[int, set[Role]]:
    """In which roles somebody is at work in each place."""
    rows = select(POSTING.area_id, POSTING.role).distinct().join(Person, PERSON.id == POSTING.person_id)
    rows = rows.where(_among(POSTING.area_id, places), _at_work(ON_THE_SPOT, day))
    found: dict[int, set[Role]] = defaultdict(set)
    for place, role in db.session.execute(rows):
        found[place].add(Role(role))
    return found


def _places(unit: AreaEntry) -> tuple[int, ...]:
    """Where somebody must be at work for the unit to be looked after: any of these will do."""
    community = unit.lineage["community_id"]
    return (unit.id,) if unit.level != "grid" or community is None else (unit.id, community)


def _roles(unit: AreaEntry) -> frozenset[Role]:
    return ON_THE_SPOT if unit.level == "grid" else HOLDER_ROLES


def _vacant_since(vacant: list[AreaEntry], day: date) -> dict[int, date | None]:
    """The day on which the last one went, by unit; unknown when that was an account being disabled."""
    if not vacant:
        return {}
    gone = _goings({place for unit in vacant for place in _places(unit)}, day)
    since: dict[int, date | None] = {}
    for unit in vacant:
        last = [
            (until, active)
            for place in _places(unit)
            for role, until, active in gone[place]
            if role in _roles(unit)
        ]
        # on a tie the disabled account sorts first and `max` takes the record that tells a day
        until, known = max(last, default=(None, False))
        since[unit.id] = until if known else None
    return since


def _goings(places: Collection[int], day: date) -> dict[int, list[tuple[Role, date, bool]]]:
    """By place: role, day until which somebody was there last, and whether the account is active."""
    rows = (
        select(
            POSTING.id,
            POSTING.area_id,
            POSTING.role,
            POSTING.starts_on,
            POSTING.ends_on,
            PERSON.active,
            ABSENCE.starts_on,
            ABSENCE.ends_on,
        )
        .join_from(PersonPosting, Person, PERSON.id == POSTING.person_id)
        .outerjoin(Absence, ABSENCE.person_id == POSTING.person_id)
        .where(_among(POSTING.area_id, places), POSTING.role.in_(sorted(ON_THE_SPOT)))
    )
    postings: dict[int, tuple[Any, ...]] = {}
    absences: dict[int, list[Span]] = defaultdict(list)
    for posting_id, *posting, away_from, away_until in db.session.execute(rows):
        postings[posting_id] = tuple(posting)
        if away_from is not None:
            absences[posting_id].append(Span(away_from, away_until))
    gone: dict[int, list[tuple[Role, date, bool]]] = defaultdict(list)
    for posting_id, (place, role, starts_on, ends_on, active) in postings.items():
        until = last_there_until(Span(starts_on, ends_on), absences[posting_id], day)
        if until is not None:
            gone[place].append((Role(role), until, active))
    return gone


def _at_work(roles: Iterable[Role], day: date) -> ColumnElement[bool]:
    """Postings in one of the roles that count on the day, of active people who are not absent then."""
    absent = exists().where(ABSENCE.person_id == POSTING.person_id, _counts(ABSENCE, day))
    return and_(POSTING.role.in_(sorted(roles)), _counts(POSTING, day), PERSON.active, ~absent)


def _counts(span: Any, day: date) -> ColumnElement[bool]:
    return and_(span.starts_on <= day, or_(span.ends_on.is_(None), span.ends_on > day))


def _among(column: ColumnElement[Any], ids: Collection[int]) -> ColumnElement[bool]:
    return column.in_(sorted(ids)) if len(ids) <= MOST_BOUND else column.is_not(None)
