"""The desk's pages, one file each."""

from flask import Blueprint

bp = Blueprint("desk", __name__, url_prefix="/desk", template_folder="../templates")

from app.desk.routes import atlas, bulk, case, inbox, search  # noqa: E402  (they add their routes to `bp`)

__all__ = ["atlas", "bp", "bulk", "case", "inbox", "search"]
