"""Sign in and out."""

from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, redirect, request, session, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_user, logout_user
from werkzeug.wrappers import Response

from app.core import db as database
from app.core.access import ANYONE, allow, current_actor
from app.core.clock import now
from app.core.pages import render
from app.core.policy import Actor
from app.core.roles import Role
from app.people import service
from app.people.models import Person
from app.people.signing_in import SignedIn

bp = Blueprint("people", __name__, template_folder="templates")
Reply = Response | str | tuple[str, int]


@bp.get("/sign-in")
@allow(ANYONE)
def sign_in() -> Reply:
    if current_actor().id is not None:
        return redirect(_onward(request.args.get("next")))
    return render("people/sign_in.html", error=None, username="")


@bp.post("/sign-in")
@allow(ANYONE)
def sign_in_with() -> Any:
    username = request.form.get("username", "").replace("\x00", "").strip()[:60]
    password = request.form.get("password", "").replace("\x00", "")[:200]
    address, at = request.remote_addr or "", now()
    if service.too_many_failures(username, address, now=at):
        return _refused(username, _("Too many attempts. Wait a minute, then try again."), 429)
    person = service.check_password(username, password)
    database.begin_write()
    if person is None:
        service.note_failure(username, address, now=at)
        database.commit()  # the failure counts although the answer is a refusal
        return _refused(username, _("User name or password is wrong."), 401)
    return _begin(person)


def _refused(username: str, error: str, status: int) -> tuple[str, int]:
    return render("people/sign_in.html", error=error, username=username), status


def _begin(person: Person) -> Any:
    secret = service.begin_session(person, request.user_agent.string, now=now())
    session.clear()
    actor = Actor(person.id, person.public_id, person.username, person.name)
    login_user(SignedIn(actor, secret))
    return redirect(_onward(request.args.get("next")))


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
    """Everyone's own first page: the phone for inspectors, the desk for the others."""
    actor = current_actor()
    if actor.id is None:
        return redirect(url_for("people.sign_in"))
    return redirect(url_for("field.home" if actor.has(Role.INSPECTOR) else "desk.home"))


def _onward(target: str | None) -> str:
    """Where to go after signing in: a path of this site only."""
    parts = urlsplit((target or "").replace("\\", "/"))
    local = parts.path.startswith("/") and not parts.path.startswith("//")
    if parts.scheme or parts.netloc or not local or any(ord(c) < 32 for c in target or ""):
        return url_for("people.home")
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
