"""One page that leads to the pages of analysis, so that the top bar stays short."""

from dataclasses import dataclass

from flask import current_app
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from app.core.access import allow
from app.core.pages import render
from app.core.roles import HOLDER_ROLES
from app.desk.routes import bp


@dataclass(frozen=True)
class Entry:
    """A page of analysis and the question that it answers."""

    endpoint: str
    label: LazyString
    answers: LazyString
    sign: str


ENTRIES = (
    Entry("desk.map", _l("Map"), _l("Where do cases stand, where are they overdue, what climbed?"), "map"),
    Entry(
        "desk.hotspots_page",
        _l("Hot spots"),
        _l("Where are more cases than chance would bring, and for how long?"),
        "pin",
    ),
    Entry(
        "desk.indicators",
        _l("Indicators"),
        _l("How well is the work done, by the standard's own numbers?"),
        "check",
    ),
    Entry(
        "desk.explore",
        _l("Explore"),
        _l("What lies in this street, near this school? Units, categories and time in one table."),
        "search",
    ),
    Entry("desk.briefs", _l("Weekly brief"), _l("What does my unit have to know of the last week?"), "print"),
    Entry(
        "desk.wall",
        _l("Wall screen"),
        _l("The same numbers in large type, for a screen in the hall."),
        "image",
    ),
)


@bp.get("/analysis")
@allow(*sorted(HOLDER_ROLES))
def analysis() -> str:
    return render(
        "desk/analysis.html",
        entries=[entry for entry in ENTRIES if entry.endpoint in current_app.view_functions],
    )
