"""Who is who, and who asks."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, or_, select

from app.areas.models import Area
from app.core.clock import local_day
from app.core.config import settings
from app.core.db import db
from app.core.policy import Actor, Posting
from app.core.roles import Role
from app.core.stamps import Stamped
from app.people.models import ApiToken, Department, Person, PersonPosting, SignIn
from app.people.service import hash_of_secret


@dataclass(frozen=True)
class DepartmentRow:
    """A department as lists and forms show it; `area_path` says what it serves."""

    id: int
    code: str
    name: str
    name_en: str | None
    area_id: int
    area_code: str
    area_path: str


@dataclass(frozen=True)
class Session:
    """An actor who came in by a session, and when that session was last seen."""

    actor: Actor
    seen_at: datetime


def _load_departments() -> dict[int, DepartmentRow]:
    rows = select(
        Department.id,
        Department.code,
        Department.name,
        Department.name_en,
        Department.area_id,
        Area.code,
        Area.path,
    ).join(Area, Area.id == Department.area_id)
    return {row.id: DepartmentRow(*row) for row in db.session.execute(rows.order_by(Department.code))}


_departments = Stamped("departments", _load_departments)


def departments() -> dict[int, DepartmentRow]:
    """Every department by id, in order of code; kept in memory."""
    return _departments.get()


def department(code: str) -> DepartmentRow | None:
    return next((found for found in departments().values() if found.code == code), None)


def departments_for(path: str) -> list[DepartmentRow]:
    """The departments that serve a place (a scope path): nearest first."""
    serving = [found for found in departments().values() if path.startswith(found.area_path)]
    return sorted(serving, key=lambda found: (-len(found.area_path), found.code))


def _actor_rows(now: datetime) -> Select[Any]:
    """Person and today's postings, one row per posting."""
    day = local_day(now)
    current = and_(
        PersonPosting.person_id == Person.id,
        PersonPosting.starts_on <= day,
        or_(PersonPosting.ends_on.is_(None), PersonPosting.ends_on > day),
    )
    rows = (
        select(
            Person.id,
            Person.public_id,
            Person.username,
            Person.name,
            PersonPosting.role,
            PersonPosting.area_id,
            Area.level,
            Area.code,
            PersonPosting.department_id,
            PersonPosting.restricted,
        )
        .outerjoin(PersonPosting, current)
        .outerjoin(Area, Area.id == PersonPosting.area_id)
        .order_by(PersonPosting.id)
    )
    return cast(Select[Any], rows)


def _actor(rows: Iterable[Row[Any]]) -> Actor | None:
    found = list(rows)
    if not found:
        return None
    postings = tuple(_posting(row) for row in found if row.role is not None)
    return Actor(found[0].id, found[0].public_id, found[0].username, found[0].name, postings)


def _posting(row: Row[Any]) -> Posting:
    return Posting(
        role=Role(row.role),
        area_id=row.area_id,
        level=row.level,
        area_code=row.code,
        department_id=row.department_id,
        restricted=row.restricted,
    )


def actor_by_token(secret: str, now: datetime) -> Actor | None:
    """Whose bearer token this is, with today's postings: one statement."""
    usable = (
        ApiToken.token_hash == hash_of_secret(secret),
        ApiToken.revoked_at.is_(None),
        or_(ApiToken.ends_at.is_(None), ApiToken.ends_at > now),
        Person.active,
    )
    rows = _actor_rows(now).join_from(Person, ApiToken, ApiToken.person_id == Person.id).where(*usable)
    return _actor(db.session.execute(rows))


def session_by_secret(secret: str, now: datetime) -> Session | None:
    """Whose session this is, unless it has ended or been idle too long: one statement."""
    usable = (
        SignIn.token_hash == hash_of_secret(secret),
        SignIn.ended_at.is_(None),
        SignIn.ends_at > now,
        SignIn.seen_at > now - timedelta(hours=settings().session_idle_hours),
        Person.active,
    )
    rows = _actor_rows(now).join_from(Person, SignIn, SignIn.person_id == Person.id).where(*usable)
    found = list(db.session.execute(rows.add_columns(SignIn.seen_at)))
    actor = _actor(found)
    return Session(actor, found[0].seen_at) if actor else None


def actor_by_username(username: str, now: datetime) -> Actor | None:
    return _actor(db.session.execute(_actor_rows(now).where(Person.username == username)))


def posted(role: Role, where: ColumnElement[bool], now: datetime) -> list[Person]:
    """The people posted in a role today where the condition on `PersonPosting` holds."""
    day = local_day(now)
    current = or_(PersonPosting.ends_on.is_(None), PersonPosting.ends_on > day)
    rows = select(Person).join(PersonPosting, PersonPosting.person_id == Person.id)
    rows = rows.where(PersonPosting.role == role, PersonPosting.starts_on <= day, current, where)
    rows = rows.where(Person.active)
    return list(db.session.scalars(rows.order_by(Person.username)))


def names(public_ids: Iterable[UUID]) -> dict[UUID, tuple[str, str | None]]:
    """(name, name_en) by public id."""
    wanted = list(public_ids)
    rows = select(Person.public_id, Person.name, Person.name_en).where(Person.public_id.in_(wanted))
    return {row.public_id: (row.name, row.name_en) for row in db.session.execute(rows)} if wanted else {}


def person(username: str) -> Person | None:
    return db.session.scalar(select(Person).where(Person.username == username))


def postings(actor: Actor, now: datetime) -> list[dict[str, Any]]:
    """The actor's postings of today for `/api/v1/me`; `until` is the first day that no longer counts."""
    day = local_day(now)
    rows = (
        select(PersonPosting.role, Area.code, Department.code, PersonPosting.ends_on)
        .outerjoin(Area, Area.id == PersonPosting.area_id)
        .outerjoin(Department, Department.id == PersonPosting.department_id)
        .where(PersonPosting.person_id == actor.id, PersonPosting.starts_on <= day)
        .where(or_(PersonPosting.ends_on.is_(None), PersonPosting.ends_on > day))
        .order_by(PersonPosting.id)
    )
    return [
        {"role": role, "area": area, "department": department, "until": until and until.isoformat()}
        for role, area, department, until in db.session.execute(rows)
    ]
