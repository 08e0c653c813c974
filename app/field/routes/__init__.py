"""The phone's pages and the data it keeps, one file each; what it sends goes through the API."""

from typing import Any

from flask import Blueprint

from app.field import queue_words

bp = Blueprint("field", __name__, url_prefix="/field", template_folder="../templates")


@bp.context_processor
def _frame() -> dict[str, Any]:
    """Words that the frame of every page carries for its scripts."""
    return {"frame": queue_words.frame_words()}


from app.field.routes import cases, data, shells, worker  # noqa: E402  (they add their routes to `bp`)

__all__ = ["bp", "cases", "data", "shells", "worker"]
