"""Accounts and their postings."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select

from app.areas.models import Area
from app.core.clock import local_day
from app.core.db import db
from app.core.policy import Actor
from app.core.roles import Role
from app.people.models import Department, Person, PersonPosting


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


def present_postings(person_id: int, role: Role, now: datetime) -> list[PersonPosting]:
    """The postings of a person in a role that count today or later."""
    to_come = or_(PersonPosting.ends_on.is_(None), PersonPosting.ends_on > local_day(now))
    rows = select(PersonPosting).where(
        PersonPosting.person_id == person_id, PersonPosting.role == role, to_come
    )
    return list(db.session.scalars(rows.order_by(PersonPosting.id)))
