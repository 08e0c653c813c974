"""`/field/keys.json`: an inspector's own keys, kept for their next sign-in on whatever phone."""

from typing import Any

from flask import Blueprint, Response

from app.core import clock
from app.core.access import allow, current_actor
from app.core.api import json_response, read_json
from app.core.db import begin_write
from app.core.roles import Role
from app.field.keys import Keys, keep_keys, keys_of, read_keys

bp = Blueprint("field_keys", __name__)
MOST_BYTES = 20_000
NOT_KEPT = {"Cache-Control": "no-store"}


@bp.get("/field/keys.json")
@allow(Role.INSPECTOR)
def get_keys() -> Response:
    """`public` is null before the first sign-in on any phone: nothing is wrong then."""
    ident = current_actor().id
    assert ident is not None
    keys = keys_of(ident)
    return _answer(keys, 200) if keys is not None else json_response({"public": None}, 200, NOT_KEPT)


@bp.put("/field/keys.json")
@allow(Role.INSPECTOR)
def put_keys() -> Any:
    """Keep the keys unless there are some; the answer says which ones stand."""
    keys = read_keys(read_json(MOST_BYTES))
    begin_write()
    standing, mine = keep_keys(keys, actor=current_actor(), now=clock.now())
    return lambda: _answer(standing, 201 if mine else 200)


def _answer(keys: Keys, status: int) -> Response:
    said = {"public": keys.public, "wrapped": keys.wrapped, "secret": keys.secret}
    return json_response(said, status, NOT_KEPT)
