"""Sign in and out."""

from datetime import datetime
from typing import Any

from flask import Blueprint, make_response, redirect, request, session, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_user, logout_user
from werkzeug.wrappers import Response

from app.core import db as database
from app.core.access import ANYONE, allow, current_actor
from app.core.clock import now
from app.core.onward import local_path
from app.core.pages import render
from app.core.roles import Role
from app.people import service
from app.people.models import Person
from app.people.queries import actor_by_username
from app.people.signing_in import SignedIn

bp = Blueprint("people", __name__, template_folder="templates")
Reply = Response | str | tuple[str, int]


@bp.get("/sign-in")
@allow(ANYONE)
def sign_in() -> Reply:
    if current_actor().id is not None:
        return redirect(_onward())
    return render("people/sign_in.html", error=None, username="")


@bp.post("/sign-in")
@allow(ANYONE)
def sign_in_with() -> Any:
    username = request.form.get("username", "").replace("\x00", "").strip()[:60]
    password = request.form.get("password", "").replace("\x00", "")[:200]
    address, at = request.remote_addr or "", now()
    attempt = _noted_attempt(username, address, at)
    if service.too_many_attempts(username, address, now=at):
        _forget(attempt)
        return _refused(username, _("Too many attempts. Wait a minute, then try again."), 429)
    person = service.check_password(username, password)
    if person is None:
        return _refused(username, _("User name or password is wrong."), 401)
    database.begin_write()
    service.forget_attempt(attempt)
    return _begin(person)


def _noted_attempt(username: str, address: str, at: datetime) -> list[int]:
    """Noted, and seen by everybody, before the password is looked at: a hundred at once are still counted."""
    database.begin_write()
    attempt = service.note_attempt(username, address, now=at)
    database.commit()
    return attempt


def _forget(attempt: list[int]) -> None:
    """An attempt that was not looked at does not make the wait longer."""
    database.begin_write()
    service.forget_attempt(attempt)
    database.commit()


def _refused(username: str, error: str, status: int) -> Response:
    response = make_response(render("people/sign_in.html", error=error, username=username), status)
    if status == 429:
        response.headers["Retry-After"] = "60"
    return response


def _begin(person: Person) -> Any:
    """A phone closes its browser as it likes: an inspector's sign-in outlives it, no other does."""
    at = now()
    secret = service.begin_session(person, request.user_agent.string, now=at)
    actor = actor_by_username(person.username, at)
    assert actor is not None
    session.clear()
    session.permanent = actor.has(Role.INSPECTOR)
    login_user(SignedIn(actor, secret))
    return redirect(_onward())


@bp.post("/sign-out")
@allow(ANYONE)
def sign_out() -> Response:
    secret = getattr(current_user, "secret", None)
    if secret:
        database.begin_write()
        service.end_session(secret, now=now())
    logout_user()
    session.clear()
    response = redirect(url_for("people.sign_in"))
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


@bp.get("/")
@allow(ANYONE)
def home() -> Response:
    """Everyone's own first page: the phone for inspectors, the dashboard for who oversees, else the inbox."""
    actor = current_actor()
    if actor.id is None:
        return redirect(url_for("people.sign_in"))
    if actor.has(Role.INSPECTOR):
        return redirect(url_for("field.home"))
    overseer = actor.has(Role.OFFICIAL, Role.DISPATCHER)
    return redirect(url_for("desk.dashboard" if overseer else "desk.home"))


def _onward() -> str:
    """Where to go after signing in."""
    return local_path(request.args.get("next")) or url_for("people.home")
