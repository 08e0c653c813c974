"""`/api/v1/categories`."""

from typing import Any

from flask import Response
from flask_smorest import Blueprint

from app.catalogue.queries import CategoryRow, categories
from app.catalogue.schemas import CategoriesOut
from app.core.access import SIGNED_IN, allow
from app.core.api import PAGING, cursor_of, envelope, json_response, page_limit, read_cursor

bp = Blueprint("catalogue_api", __name__, description="Kinds of case")


@bp.route("/api/v1/categories")
@allow(SIGNED_IN)
@bp.doc(parameters=PAGING)
@bp.alt_response(200, schema=CategoriesOut)
def list_categories() -> Response:
    """The active categories in the order of their codes."""
    limit, after = page_limit(), read_cursor(str)
    found = list(categories().values())
    rest = [row for row in found if after is None or row.code > after[0]]
    following = cursor_of(rest[limit - 1].code) if len(rest) > limit else None
    items = [_item(row) for row in rest[:limit]]
    return json_response(envelope(items, total=None if after else len(found), following=following))


def _item(row: CategoryRow) -> dict[str, Any]:
    return {
        "code": row.code,
        "name": row.name,
        "name_en": row.name_en,
        "kind": row.kind,
        "restricted": row.restricted,
        "questions": row.questions,
        "term": row.term,
        "after_photo": "required" if row.after_photo else "optional",
        "emergency": row.emergency,
        "on_spot": row.on_spot,
        "pinyin": row.pinyin,
        "synonyms": row.synonyms,
    }
