"""The JSON API's common ground: OpenAPI document, list envelope, cursors, a script-free page."""

import base64
import binascii
from collections.abc import Iterable, Mapping
from typing import Any

import orjson
from flask import Flask, Response, render_template, request
from flask_babel import gettext as _
from flask_smorest import Api, Blueprint

from app.core.access import ANYONE, allow
from app.core.problems import Invalid, Problem

rest = Api()
LIMIT = 50
MOST = 200
MOST_ID = 2**31 - 1
"""Beyond it PostgreSQL refuses to compare with an id."""


def init_app(app: Flask) -> None:
    app.config.update(
        API_TITLE="Wangge",
        API_VERSION="v1",
        OPENAPI_VERSION="3.1.0",
        API_SPEC_OPTIONS={
            "info": {"description": "Grid-based case management. Instants are RFC 3339 UTC."},
            "components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
            "security": [{"token": []}],
        },
    )
    rest.init_app(app)
    app.register_blueprint(bp)


bp = Blueprint("api", __name__)


def parameter(
    name: str, description: str, *, place: str = "query", required: bool = False, **schema: Any
) -> dict[str, Any]:
    """How the API document describes a parameter; a string unless `type=` says otherwise."""
    return {
        "name": name,
        "in": place,
        "required": required,
        "description": description,
        "schema": {"type": "string"} | schema,
    }


PAGING = [
    parameter("limit", "Most items of a page.", type="integer", minimum=1, maximum=MOST, default=LIMIT),
    parameter("cursor", "`next` of the page before."),
]
PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "object",
            "additionalProperties": {"type": "array", "items": {"type": "string"}},
        },
    },
}


def document() -> dict[str, Any]:
    """The OpenAPI document. flask-smorest describes its own errors; ours are RFC 9457's."""
    found: dict[str, Any] = rest.spec.to_dict()
    components = found["components"]
    components["schemas"].pop("Error", None)
    components["schemas"]["Problem"] = PROBLEM
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for response in components["responses"].values():
        response["content"] = content
    return found


@bp.get("/api/v1/openapi.json")
@allow(ANYONE)
def openapi() -> Response:
    return json_response(document())


@bp.get("/api/v1/docs")
@allow(ANYONE)
def docs() -> Response:
    page = Response(render_template("core/api_docs.html", spec=document()))
    page.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'self'; img-src 'self'"
    return page


def json_response(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    response = Response(orjson.dumps(value), status=status, content_type="application/json; charset=utf-8")
    response.headers.update(headers or {})
    return response


def envelope(items: Iterable[Any], *, total: int | None, following: str | None) -> dict[str, Any]:
    """`{"items": […], "total": n, "next": cursor|null}`; the total comes with the first page only."""
    return {"items": list(items), "total": total, "next": following}


def page_limit() -> int:
    """`limit` of the request: 1–200, else 422."""
    text = request.args.get("limit", str(LIMIT))
    if not text.isascii() or not text.isdigit() or len(text) > 9 or not 1 <= int(text) <= MOST:
        raise Invalid({"limit": [_("A number from 1 to %(most)s.", most=MOST)]})
    return int(text)


def cursor_of(*values: Any) -> str:
    """An opaque keyset cursor."""
    return base64.urlsafe_b64encode(orjson.dumps(values)).rstrip(b"=").decode("ascii")


def read_cursor(*kinds: type, optional_first: bool = False) -> tuple[Any, ...] | None:
    """The values of the request's cursor, checked against their types; None on the first page.

    `optional_first`: the first value may be null (a sort column that has none).
    """
    text = request.args.get("cursor")
    if not text:
        return None
    try:
        values = orjson.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, binascii.Error):
        values = None
    if not isinstance(values, list) or len(values) != len(kinds):
        raise Invalid({"cursor": [_("This is not a cursor of this list.")]})
    checked = list(zip(values, kinds, strict=True))[1 if optional_first and values[0] is None else 0 :]
    if not all(_fits(value, kind) for value, kind in checked):
        raise Invalid({"cursor": [_("This is not a cursor of this list.")]})
    return tuple(values)


def _fits(value: Any, kind: type) -> bool:
    return type(value) is kind and (not isinstance(value, int) or 0 <= value <= MOST_ID)


def read_json(limit: int) -> dict[str, Any]:
    """The request's JSON object. Infinities, lone surrogates and bottomless nesting are refused.

    Raises `Problem` 400, 413 or 422; nothing is kept of a refused body.
    """
    if (request.content_length or 0) > limit:
        raise Problem(_("This is larger than %(most)s bytes.", most=limit), status=413)
    if not request.is_json:
        raise Problem(_("Send JSON (Content-Type: application/json)."), status=415)
    request.max_content_length = limit + 1  # a body of untold length is not read any further
    raw = request.get_data(cache=False)
    if len(raw) > limit:
        raise Problem(_("This is larger than %(most)s bytes.", most=limit), status=413)
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise Problem(_("This is not JSON: %(why)s", why=str(error)), status=400) from None
    if not isinstance(value, dict):
        raise Invalid({"_schema": [_("A JSON object is expected.")]})
    return value
