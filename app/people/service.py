"""Accounts, passwords, sessions and tokens: writes. None of these commits."""

import hashlib
import secrets
from datetime import date, datetime, timedelta
from uuid import uuid4

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from flask import current_app
from sqlalchemy import delete, func, insert, select, update

from app.core.config import settings
from app.core.db import db
from app.core.roles import Role
from app.people.models import ApiToken, FailedSignIn, Person, PersonPosting, SignIn

PER_USER = (5, timedelta(minutes=1))
PER_ADDRESS = (25, timedelta(minutes=5))


def hash_of_secret(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _hasher() -> PasswordHasher:
    if current_app.testing:
        return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    return PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


def add_person(
    *, username: str, name: str, name_en: str | None = None, now: datetime, synthetic: bool = False
) -> Person:
    """A new account without a password: nobody can sign in with it yet."""
    person = Person(
        public_id=uuid4(), username=username, name=name, name_en=name_en, created_at=now, synthetic=synthetic
    )
    db.session.add(person)
    db.session.flush()
    return person


def post(
    person_id: int,
    role: Role,
    *,
    area_id: int | None = None,
    department_id: int | None = None,
    restricted: bool = False,
    stand_in: bool = False,
    starts_on: date,
    ends_on: date | None = None,
) -> PersonPosting:
    """Put a person in a role, in an area or a department, from a local day on. Makes no event."""
    posting = PersonPosting(
        person_id=person_id,
        role=role.value,
        area_id=area_id,
        department_id=department_id,
        restricted=restricted,
        stand_in=stand_in,
        starts_on=starts_on,
        ends_on=ends_on,
    )
    db.session.add(posting)
    db.session.flush()
    return posting


def disable(person: Person, *, now: datetime) -> None:
    """Nobody comes in as this person any more: no session, no token, no password."""
    person.active = False
    end_sessions(person.id, now=now)
    revoke_tokens(person.id, now=now)


def revoke_tokens(person_id: int, *, now: datetime) -> int:
    """Take every bearer token of a person out of use; the number of them."""
    usable = (ApiToken.person_id == person_id) & ApiToken.revoked_at.is_(None)
    done = db.session.execute(update(ApiToken).where(usable).values(revoked_at=now))
    return int(done.rowcount)  # type: ignore[attr-defined]


def set_password(person: Person, password: str, *, now: datetime) -> None:
    """Set a password and end every session begun with the old one."""
    person.password_hash = _hasher().hash(password)
    end_sessions(person.id, now=now)


def check_password(username: str, password: str) -> Person | None:
    """The active person of that name and password. Takes as long for an unknown name as for a known one."""
    person = db.session.scalar(select(Person).where(Person.username == username))
    known = person.password_hash if person is not None and person.active else None
    try:
        _hasher().verify(known or _nobodys_hash(), password)
    except (Argon2Error, InvalidHashError):
        return None
    return person if known else None


def _nobodys_hash() -> str:
    cached: str | None = current_app.extensions.get("wangge.nobody")
    if cached is None:
        cached = current_app.extensions["wangge.nobody"] = _hasher().hash(secrets.token_hex(16))
    return cached


def too_many_attempts(username: str, address: str, *, now: datetime) -> bool:
    """Whether guessing must wait, by user name and by address; the present attempt counts."""
    return any(
        (
            db.session.scalar(
                select(func.count()).where(FailedSignIn.key == key, FailedSignIn.at > now - window)
            )
            or 0
        )
        > most
        for key, (most, window) in _keys(username, address).items()
    )


def note_attempt(username: str, address: str, *, now: datetime) -> list[int]:
    """Count an attempt; it stays counted unless it is forgotten by these ids."""
    rows = [{"key": key, "at": now} for key in _keys(username, address)]
    return list(db.session.scalars(insert(FailedSignIn).returning(FailedSignIn.id), rows))


def forget_attempt(attempt: list[int]) -> None:
    db.session.execute(delete(FailedSignIn).where(FailedSignIn.id.in_(attempt)))


def _keys(username: str, address: str) -> dict[str, tuple[int, timedelta]]:
    return {f"user:{username.strip().lower()[:80]}": PER_USER, f"address:{address[:80]}": PER_ADDRESS}


def begin_session(person: Person, browser: str, *, now: datetime) -> str:
    """A new session row; returns the secret that goes into the cookie."""
    secret = secrets.token_urlsafe(32)
    db.session.add(
        SignIn(
            token_hash=hash_of_secret(secret),
            person_id=person.id,
            began_at=now,
            seen_at=now,
            ends_at=now + timedelta(days=settings().session_days),
            browser=browser[:200],
        )
    )
    return secret


def end_session(secret: str, *, now: datetime) -> None:
    found = SignIn.token_hash == hash_of_secret(secret)
    db.session.execute(update(SignIn).where(found).values(ended_at=now))


def end_sessions(person_id: int, *, now: datetime) -> None:
    """Sign a person out everywhere."""
    mine = (SignIn.person_id == person_id) & SignIn.ended_at.is_(None)
    db.session.execute(update(SignIn).where(mine).values(ended_at=now))


def make_token(person: Person, label: str, *, now: datetime) -> str:
    """A new bearer token, shown once; only its SHA-256 is kept."""
    secret = secrets.token_hex(32)
    db.session.add(ApiToken(token_hash=hash_of_secret(secret), person_id=person.id, label=label, made_at=now))
    return secret
