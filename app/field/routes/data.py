"""What the phone's pages ask for: who is signed in, and what to keep for when there is no signal."""

import hashlib
from typing import Any

import orjson
from flask import Response, current_app, request
from flask_login import current_user
from flask_wtf.csrf import generate_csrf

from app.core.access import ANYONE, allow, current_actor
from app.core.api import json_response
from app.core.clock import now, rfc3339
from app.core.language import code
from app.core.roles import Role
from app.field.bundle import bundle_for
from app.field.routes import bp


@bp.get("/session.json")
@allow(ANYONE)
def session() -> Response:
    """Who is signed in here, and the token that their writing needs; proof that we are within reach."""
    actor = current_actor()
    said: dict[str, Any] = {"signed_in": actor.id is not None, "language": code(), "at": rfc3339(now())}
    if actor.id is not None:
        said |= {
            "owner": str(actor.public_id),
            "user": actor.username,
            "name": actor.name,
            "name_en": actor.name_en,
            "postings": str(current_app.jinja_env.globals["posted_at"]()),  # type: ignore[operator]
            "inspector": actor.has(Role.INSPECTOR),
            "session": _session_mark(),
            "csrf": generate_csrf(),
        }
    return json_response(said, headers={"Cache-Control": "no-store"})


def _session_mark() -> str:
    """Tells one sign-in of a person from the next, and nothing else."""
    secret = getattr(current_user, "secret", None) or ""
    return hashlib.sha256(f"field {secret}".encode()).hexdigest()[:16]


@bp.get("/bundle.json")
@allow(Role.INSPECTOR)
def bundle() -> Response:
    """Grids, categories, duties and filings of the inspector; 304 when the phone has just this."""
    actor, at = current_actor(), now()
    found = bundle_for(actor, at)
    tag = hashlib.sha256(orjson.dumps(found)).hexdigest()[:32]
    if request.if_none_match.contains_weak(tag):
        response = Response(status=304)
    else:
        response = json_response(found | {"at": rfc3339(at), "csrf": generate_csrf()})
    response.set_etag(tag, weak=True)
    response.headers["Cache-Control"] = "private, no-cache"
    response.vary.update(("Cookie", "Authorization"))
    return response
