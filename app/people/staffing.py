"""Who answers, and when: postings, stand-ins, leave, and the line of departments. None of these commits."""

from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from app.areas.models import Area
from app.core.db import db
from app.core.policy import Actor
from app.core.problems import Invalid
from app.core.roles import Role
from app.core.stamps import bump
from app.events import append
from app.people.models import Absence, Department, Person, PersonPosting
from app.people.rules import Span
from app.people.service import post

LONGEST_REASON = 200


def appoint(
    person: Person,
    role: Role,
    *,
    area_id: int | None = None,
    department_id: int | None = None,
    restricted: bool = False,
    stand_in: bool = False,
    starts_on: date,
    ends_on: date | None = None,
    actor: Actor,
    now: datetime,
) -> PersonPosting:
    """Post somebody, in their own place or as a stand-in; Invalid when it has no place or ends too early."""
    if role is not Role.ADMINISTRATOR and (area_id is None) is (department_id is None):
        raise Invalid({"area": [_("A posting is in one area or in one department.")]})
    _check_order(starts_on, ends_on)
    posting = post(
        person.id,
        role,
        area_id=area_id,
        department_id=department_id,
        restricted=restricted,
        stand_in=stand_in,
        starts_on=starts_on,
        ends_on=ends_on,
    )
    append("person.posted", _subject(person), _said(posting), actor=actor, at=now)
    return posting


def end_posting(posting: PersonPosting, *, ends_on: date, actor: Actor, now: datetime) -> None:
    """The posting no longer counts from that local day on; one that has not begun never will."""
    posting.ends_on = max(ends_on, posting.starts_on)
    person = db.session.get_one(Person, posting.person_id)
    append("person.unposted", _subject(person), _said(posting), actor=actor, at=now)


def record_absence(
    person: Person,
    *,
    starts_on: date,
    ends_on: date | None = None,
    reason: str,
    actor: Actor,
    now: datetime,
) -> Absence:
    """Somebody does not answer from a local day until (not including) another, or until they are back.

    Invalid when it is empty, inverted or meets another leave. They may still sign in and act.
    """
    _check_order(starts_on, ends_on)
    words = reason.strip()
    if not 0 < len(words) <= LONGEST_REASON:
        raise Invalid({"reason": [_("Say why, in %(most)s characters at most.", most=LONGEST_REASON)]})
    wanted = Span(starts_on, ends_on)
    if any(wanted.meets(Span(known.starts_on, known.ends_on)) for known in _absences_of(person)):
        raise Invalid({"from": [_("There is another leave within these days.")]})
    absence = Absence(
        person_id=person.id, starts_on=starts_on, ends_on=ends_on, reason=words, recorded_by_id=actor.id
    )
    db.session.add(absence)
    db.session.flush()
    # why somebody is away may be a matter of their health: it stays in the row, outside the history
    body = {"from": starts_on.isoformat(), "until": ends_on and ends_on.isoformat()}
    append("person.absent", _subject(person), body, actor=actor, at=now)
    return absence


def end_absence(absence: Absence, *, on: date, actor: Actor, now: datetime) -> None:
    """They answer again from a local day on; on the first day of the leave, it is taken back as a whole."""
    if not Span(absence.starts_on, absence.ends_on).holds(on):
        raise Invalid({"on": [_("The leave does not hold on that day.")]})
    absence.ends_on = on
    person = db.session.get_one(Person, absence.person_id)
    body = {"from": absence.starts_on.isoformat(), "on": on.isoformat()}
    append("person.back", _subject(person), body, actor=actor, at=now)


def absence_on(person: Person, day: date) -> Absence | None:
    """The leave that holds on a day."""
    known = _absences_of(person)
    return next((found for found in known if Span(found.starts_on, found.ends_on).holds(day)), None)


def add_department(
    *,
    code: str,
    name: str,
    name_en: str | None,
    area_id: int,
    parent_id: int | None = None,
    actor: Actor,
    now: datetime,
) -> Department:
    """A new department, perhaps under another; cases that lie in its area may be dispatched to it."""
    department = Department(code=code, name=name, name_en=name_en, area_id=area_id, parent_id=parent_id)
    db.session.add(department)
    _tell("department.added", department, actor, now)
    return department


def move_department(department: Department, *, parent_id: int | None, actor: Actor, now: datetime) -> None:
    """Put a department under another, or under none; Invalid when it would come to stand under itself."""
    rows = db.session.execute(select(Department.id, Department.parent_id))
    superiors = {ident: superior for ident, superior in rows}
    superiors[department.id] = parent_id
    at = parent_id
    for _step in superiors:
        if at == department.id:
            raise Invalid({"parent": [_("A department cannot stand under itself.")]})
        at = None if at is None else superiors[at]
    department.parent_id = parent_id
    _tell("department.moved", department, actor, now)


def _tell(action: str, department: Department, actor: Actor, now: datetime) -> None:
    db.session.flush()
    bump("departments")
    body = {
        "name": department.name,
        "area": _code(Area, department.area_id),
        "parent": _code(Department, department.parent_id),
    }
    append(action, f"department:{department.code}", body, actor=actor, at=now)


def _absences_of(person: Person) -> list[Absence]:
    """Every leave of a person, whose row is locked first: two leaves at once must see each other."""
    db.session.execute(select(Person.id).where(Person.id == person.id).with_for_update())
    mine = select(Absence).where(Absence.person_id == person.id)
    return list(db.session.scalars(mine.order_by(Absence.starts_on, Absence.id)))


def _check_order(starts_on: date, ends_on: date | None) -> None:
    if ends_on is not None and ends_on <= starts_on:
        raise Invalid({"until": [_("It must end after it begins; the last day given no longer counts.")]})


def _subject(person: Person) -> str:
    return f"person:{person.public_id}"


def _said(posting: PersonPosting) -> dict[str, Any]:
    return {
        "role": posting.role,
        "area": _code(Area, posting.area_id),
        "department": _code(Department, posting.department_id),
        "restricted": posting.restricted,
        "stand_in": posting.stand_in,
        "from": posting.starts_on.isoformat(),
        "until": posting.ends_on and posting.ends_on.isoformat(),
    }


def _code(kind: type[Area] | type[Department], ident: int | None) -> str | None:
    return db.session.scalar(select(kind.code).where(kind.id == ident))
