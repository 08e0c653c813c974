"""The desk's pages, one file each."""

from flask import Blueprint

bp = Blueprint("desk", __name__, url_prefix="/desk", template_folder="../templates")

from app.desk.routes import (  # noqa: E402  (they add their routes to `bp`)
    analysis,
    atlas,
    briefs,
    bulk,
    case,
    dashboard,
    explore,
    hotspots,
    inbox,
    indicators,
    operations,
    search,
    settings,
    supervision,
    wall,
)

__all__ = [
    "analysis",
    "atlas",
    "bp",
    "briefs",
    "bulk",
    "case",
    "dashboard",
    "explore",
    "hotspots",
    "inbox",
    "indicators",
    "operations",
    "search",
    "settings",
    "supervision",
    "wall",
]
