"""Pages of managers, dispatchers, officials and handlers: they put the rooms below together."""

from flask import Flask
from flask_babel import lazy_gettext as _l

from app.areas.index import areas
from app.core.access import current_actor
from app.core.language import name_of
from app.core.pages import MenuItem, menu, posted_at_with
from app.core.policy import Posting
from app.core.roles import HOLDER_ROLES, Role
from app.core.words import word
from app.desk.routes import bp
from app.desk.routes.supervision import OVERSEERS
from app.maps.layers import Layer, register
from app.people.queries import departments

register(
    Layer(
        code="heat",
        label=_l("Heat (for orientation)"),
        legend=_l(
            "Darker where many of the counted cases lie close together. For orientation only: it says "
            "neither how many nor whether that is unusual; the table and the hot spots do."
        ),
        tiles="/tiles/cases/{z}/{x}/{y}.mvt",
        source_layer="cases",
        draw="heat",
    )
)
READERS = frozenset(Role) - {Role.ADMINISTRATOR}


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
    posted_at_with(app, posted_at)
    menu.add(MenuItem("dashboard", _l("Dashboard"), "desk.dashboard", HOLDER_ROLES, order=5))
    menu.add(MenuItem("inbox", _l("Inbox"), "desk.home", HOLDER_ROLES | {Role.HANDLER}, order=10))
    menu.add(MenuItem("map", _l("Map"), "desk.map", HOLDER_ROLES, order=20))
    menu.add(MenuItem("analysis", _l("Analysis"), "desk.analysis", HOLDER_ROLES, order=27))
    menu.add(MenuItem("supervision", _l("Supervision"), "desk.supervision", OVERSEERS, order=25))
    menu.add(MenuItem("search", _l("Search"), "desk.cases", READERS, order=30))


def posted_at() -> str:
    """Where the signed-in person is posted, in words."""
    return " · ".join(dict.fromkeys(_in_words(posting) for posting in current_actor().postings))


def _in_words(posting: Posting) -> str:
    if posting.department_id is not None:
        return name_of(departments().get(posting.department_id))
    if posting.area_id is not None:
        return name_of(areas().by_id.get(posting.area_id))
    return word(posting.role, "role")


__all__ = ["init_app"]
