"""Every route says who may come in; a silent route does not start.

`allow` is also where a write request ends: one commit if it answers 2xx/3xx, else nothing stays.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar
from uuid import UUID

from flask import Flask, Response, current_app, g, make_response, redirect, request, url_for
from flask_babel import gettext as _

from app.core import db as database
from app.core.policy import Actor
from app.core.problems import Conflict, Forbidden, Unauthorized, wants_json
from app.core.roles import Role

ANYONE = "anyone"
SIGNED_IN = "signed_in"
OWNER = "Wangge-Owner"
"""Header of what a shared device kept for one person: nobody else may send it in their own name."""
READING = ("GET", "HEAD", "OPTIONS")
NOBODY = Actor(id=None, public_id=UUID(int=1), username="", name="")

View = TypeVar("View", bound=Callable[..., Any])
Resolver = Callable[[], Actor | None]
Guard = Callable[[], None]


def resolve_actor_with(app: Flask, resolver: Resolver, guard: Guard) -> None:
    """`people` says who asks, and checks the anti-forgery token of a signed-in session."""
    app.extensions["wangge.actor"] = resolver
    app.extensions["wangge.guard"] = guard


def current_actor() -> Actor:
    """Who asks. `NOBODY` when not signed in."""
    if "actor" not in g:
        resolver: Resolver | None = current_app.extensions.get("wangge.actor")
        g.actor = (resolver() if resolver else None) or NOBODY
    actor: Actor = g.actor
    return actor


def allow(*who: str | Role) -> Callable[[View], View]:
    """Who may call this route: ANYONE, SIGNED_IN, or people posted in one of the roles."""

    def decorate(view: View) -> View:
        @wraps(view)
        def wrapped(*args: Any, **kwargs: Any) -> Response:
            refusal = _refusal(who)
            if refusal is not None:
                return refusal
            return _carried_out(view, args, kwargs)

        wrapped.__dict__["allowed"] = who
        return wrapped  # type: ignore[return-value]

    return decorate


def _refusal(who: tuple[str | Role, ...]) -> Response | None:
    if ANYONE not in who:
        actor = current_actor()
        if actor.id is None:
            return _sign_in_first()
        _refuse_other_owner(actor)
        roles = [role for role in who if isinstance(role, Role)]
        if roles and not actor.has(*roles):
            raise Forbidden(_("This page is for people in another role."))
    if request.method not in READING:
        current_app.extensions.get("wangge.guard", lambda: None)()
    return None


def _refuse_other_owner(actor: Actor) -> None:
    """What is sent for somebody else than who is signed in changes nothing."""
    owner = request.headers.get(OWNER)
    if request.method in READING or owner is None or owner.strip().lower() == str(actor.public_id):
        return
    raise Conflict(
        _("This was kept for another person. It stays on the device until they sign in."),
        title=_("Another person is signed in"),
        extra={"type": "/problems/other-person"},
    )


def _sign_in_first() -> Response:
    if wants_json():
        raise Unauthorized(
            _("Sign in, or send a token: Authorization: Bearer …"),
            headers={"WWW-Authenticate": "Bearer"},
        )
    return make_response(redirect(url_for("people.sign_in", next=request.full_path.rstrip("?"))))


def _carried_out(view: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Response:
    try:
        result = view(*args, **kwargs)
        if callable(result) and not isinstance(result, Response):
            database.commit()
            return make_response(result())
        response = make_response(result)
        if database.is_writing():
            database.commit() if response.status_code < 400 else database.rollback()
        return response
    except BaseException:
        database.rollback()
        raise


def check_routes(app: Flask) -> None:
    """Refuse to start with a route that does not say who may come in."""
    silent = [
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if not rule.endpoint.endswith("static") and allowed(app, rule.endpoint) is None
    ]
    if silent:
        raise RuntimeError(f"routes without @allow: {', '.join(sorted(silent))}")


def allowed(app: Flask, endpoint: str) -> tuple[str | Role, ...] | None:
    """What `@allow` says for an endpoint; for class views, of every method."""
    view = app.view_functions[endpoint]
    found: tuple[str | Role, ...] | None = getattr(view, "allowed", None)
    while found is None and hasattr(view, "__wrapped__"):
        view = view.__wrapped__
        found = getattr(view, "allowed", None)
    return found
