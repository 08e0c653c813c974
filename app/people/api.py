"""`/api/v1/me` and `/api/v1/departments`."""

from typing import Any

from flask import Response
from flask_smorest import Blueprint

from app.core.access import SIGNED_IN, allow, current_actor
from app.core.api import PAGING, cursor_of, envelope, json_response, page_limit, read_cursor
from app.core.clock import now
from app.people import queries
from app.people.schemas import DepartmentsOut, MeOut

bp = Blueprint("people_api", __name__, description="Who asks, and who handles")


@bp.route("/api/v1/me")
@allow(SIGNED_IN)
@bp.alt_response(200, schema=MeOut)
def me() -> Response:
    """Who asks, and where they are posted today."""
    actor = current_actor()
    return json_response(
        {"user": actor.username, "name": actor.name, "postings": queries.postings(actor, now())}
    )


@bp.route("/api/v1/departments")
@allow(SIGNED_IN)
@bp.doc(parameters=PAGING)
@bp.alt_response(200, schema=DepartmentsOut)
def list_departments() -> Response:
    """Every department and the area it serves, in order of code."""
    limit, after = page_limit(), read_cursor(str)
    found = list(queries.departments().values())
    rest = [row for row in found if after is None or row.code > after[0]]
    following = cursor_of(rest[limit - 1].code) if len(rest) > limit else None
    items = [_item(row) for row in rest[:limit]]
    return json_response(envelope(items, total=None if after else len(found), following=following))


def _item(row: queries.DepartmentRow) -> dict[str, Any]:
    return {"code": row.code, "name": row.name, "name_en": row.name_en, "area": row.area_code}
