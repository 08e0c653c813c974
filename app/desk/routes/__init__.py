"""The desk's pages, one file each."""

from flask import Blueprint

bp = Blueprint("desk", __name__, url_prefix="/desk", template_folder="../templates")

from app.desk.routes import (  # noqa: E402  (they add their routes to `bp`)
    atlas,
    bulk,
    case,
    inbox,
    operations,
    search,
    settings,
    supervision,
)

__all__ = ["atlas", "bp", "bulk", "case", "inbox", "operations", "search", "settings", "supervision"]
