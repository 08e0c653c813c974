"""Flask-Login over server-side session rows and bearer tokens."""

from datetime import timedelta

from flask import Flask, Request, request
from flask_login import LoginManager, UserMixin, current_user
from flask_wtf.csrf import CSRFProtect
from sqlalchemy import update

from app.core import db as database
from app.core.access import resolve_actor_with
from app.core.clock import now
from app.core.db import db
from app.core.policy import Actor
from app.people import queries
from app.people.models import SignIn
from app.people.service import hash_of_secret

login = LoginManager()
csrf = CSRFProtect()
SEEN_EVERY = timedelta(minutes=30)


class SignedIn(UserMixin):  # type: ignore[misc]
    """Flask-Login's user: an actor, and the secret of the session by which they came (None for a token)."""

    def __init__(self, actor: Actor, secret: str | None) -> None:
        self.actor, self.secret = actor, secret

    def get_id(self) -> str:
        return self.secret or ""


@login.user_loader  # type: ignore[untyped-decorator]
def by_session(secret: str) -> SignedIn | None:
    at = now()
    found = queries.session_by_secret(secret, at) if secret else None
    if found is None:
        return None
    if at - found.seen_at > SEEN_EVERY:
        database.begin_write()
        mine = SignIn.token_hash == hash_of_secret(secret)
        db.session.execute(update(SignIn).where(mine).values(seen_at=at))
        database.commit()
    return SignedIn(found.actor, secret)


@login.request_loader  # type: ignore[untyped-decorator]
def by_token(incoming: Request) -> SignedIn | None:
    secret = _bearer(incoming)
    actor = queries.actor_by_token(secret, now()) if secret else None
    return SignedIn(actor, None) if actor else None


def _bearer(incoming: Request) -> str | None:
    kind, _, secret = incoming.headers.get("Authorization", "").partition(" ")
    return secret.strip() if kind.lower() == "bearer" else None


def _resolve() -> Actor | None:
    if _bearer(request) is not None:  # a token decides alone: a session beside it is not looked at
        user = by_token(request)
        return user.actor if user else None
    return current_user.actor if current_user.is_authenticated else None


def _guard() -> None:
    """A signed-in browser must show the anti-forgery token; a bearer token cannot be forged by a page."""
    if _bearer(request) is None:
        csrf.protect()


def init_app(app: Flask) -> None:
    app.config.update(WTF_CSRF_CHECK_DEFAULT=False, WTF_CSRF_TIME_LIMIT=None, WTF_CSRF_SSL_STRICT=True)
    login.init_app(app)
    csrf.init_app(app)
    resolve_actor_with(app, _resolve, _guard)
