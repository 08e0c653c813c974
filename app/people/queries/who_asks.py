"""Whoever comes in by a token, a session or a user name, with today's postings: one statement each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import Date, Select, String, Table, and_, bindparam, or_, select

from app.areas.models import Area
from app.core.clock import local_day
from app.core.config import settings
from app.core.db import UtcDateTime, db
from app.core.policy import Actor, Posting
from app.core.roles import Role
from app.people.models import ApiToken, Person, PersonPosting, SignIn
from app.people.service import hash_of_secret


@dataclass(frozen=True)
class Session:
    """An actor who came in by a session, and when that session was last seen."""

    actor: Actor
    seen_at: datetime


PERSON, POSTING = cast(Table, Person.__table__).c, cast(Table, PersonPosting.__table__).c


def _actor_rows(*ways_in: Table) -> Select[Any]:
    """Person and the postings of a day, one row per posting, with the tables by which they came in."""
    day = bindparam("day", type_=Date)
    current = and_(
        POSTING.person_id == PERSON.id,
        POSTING.starts_on <= day,
        or_(POSTING.ends_on.is_(None), POSTING.ends_on > day),
    )
    area = cast(Table, Area.__table__).c
    rows = (
        select(
            PERSON.id,
            PERSON.public_id,
            PERSON.username,
            PERSON.name,
            PERSON.name_en,
            POSTING.role,
            POSTING.area_id,
            area.level,
            area.code,
            POSTING.department_id,
            POSTING.restricted,
        )
        .select_from(PERSON.id.table)
        .outerjoin(POSTING.id.table, current)
        .outerjoin(area.id.table, area.id == POSTING.area_id)
        .order_by(POSTING.id)
    )
    for way in ways_in:
        rows = rows.join_from(PERSON.id.table, way, way.c.person_id == PERSON.id)
    return rows


def _by_token() -> Select[Any]:
    token, at = cast(Table, ApiToken.__table__), bindparam("now", type_=UtcDateTime)
    return _actor_rows(token).where(
        token.c.token_hash == bindparam("secret", type_=String),
        token.c.revoked_at.is_(None),
        or_(token.c.ends_at.is_(None), token.c.ends_at > at),
        PERSON.active,
    )


def _by_session() -> Select[Any]:
    entry, at = cast(Table, SignIn.__table__), bindparam("now", type_=UtcDateTime)
    return (
        _actor_rows(entry)
        .add_columns(entry.c.seen_at)
        .where(
            entry.c.token_hash == bindparam("secret", type_=String),
            entry.c.ended_at.is_(None),
            entry.c.ends_at > at,
            entry.c.seen_at > bindparam("idle_since", type_=UtcDateTime),
            PERSON.active,
        )
    )


# Built once: they are asked with every request.
BY_TOKEN, BY_SESSION = _by_token(), _by_session()
BY_USERNAME = _actor_rows().where(PERSON.username == bindparam("username", type_=String))


def _actor(found: Sequence[Any]) -> Actor | None:
    if not found:
        return None
    postings = tuple(Posting(Role(row[5]), *row[6:11]) for row in found if row[5] is not None)
    ident, public_id, username, name, name_en = found[0][:5]
    return Actor(ident, public_id, username, name, postings, name_en=name_en)


def actor_by_token(secret: str, now: datetime) -> Actor | None:
    """Whose bearer token this is, with today's postings. Asked each time: a revoked token ends at once."""
    asked = {"secret": hash_of_secret(secret), "now": now, "day": local_day(now)}
    return _actor(db.session.connection().execute(BY_TOKEN, asked).all())


def session_by_secret(secret: str, now: datetime) -> Session | None:
    """Whose session this is, unless it has ended or been idle too long: one statement."""
    idle_since = now - timedelta(hours=settings().session_idle_hours)
    asked = {"secret": hash_of_secret(secret), "now": now, "day": local_day(now), "idle_since": idle_since}
    found = db.session.connection().execute(BY_SESSION, asked).all()
    actor = _actor(found)
    return Session(actor, found[0].seen_at) if actor else None


def actor_by_username(username: str, now: datetime) -> Actor | None:
    asked = {"username": username, "day": local_day(now)}
    return _actor(db.session.connection().execute(BY_USERNAME, asked).all())
