"""The filters that indicators' lists use, in the reader's words."""

from datetime import datetime

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from app.cases.queries.filters import Filters
from app.core.language import gettext as _
from app.core.language import instant
from app.core.words import word

SCORE_WORDS: dict[str, LazyString] = {
    "satisfied": _l("satisfied"),
    "basically": _l("basically satisfied"),
    "dissatisfied": _l("dissatisfied"),
}


def indicator_chips(filters: Filters) -> dict[str, str | None]:
    """What a list is narrowed by, for each parameter that has no field in the form."""
    level = filters.climbed_to and word(filters.climbed_to, "level")
    channels = ", ".join(sorted(filters.channels))
    scores = ", ".join(str(SCORE_WORDS[score]) for score in sorted(filters.ratings))
    return {
        "climbed_before": _until(_("raised by the clock"), filters.climbed_before),
        "climbed_to": _("raised by the clock to: %(level)s", level=level) if level else None,
        "accepted_from": _since(_("accepted"), filters.accepted_from),
        "accepted_to": _until(_("accepted"), filters.accepted_to),
        "deadline_from": _since(_("to be handled"), filters.deadline_from),
        "deadline_to": _until(_("to be handled"), filters.deadline_to),
        "reopened_from": _since(_("reopened"), filters.reopened_from),
        "reopened_to": _until(_("reopened"), filters.reopened_to),
        "registered": _flag(filters.registered, _("accepted"), _("not accepted")),
        "on_time": _flag(filters.on_time, _("closed in time"), _("closed late")),
        "reworked": _flag(filters.reworked, _("failed a check"), _("failed no check")),
        "channel": _("filed by: %(channels)s", channels=", ".join(sorted(filters.channels)))
        if filters.channels
        else None,
        "rated": _(
            "rated: %(scores)s", scores=", ".join(str(SCORE_WORDS[s]) for s in sorted(filters.ratings))
        )
        if filters.ratings
        else None,
        "filed_by": _("filed by one person") if filters.filer else None,
    }


def _since(what: str, moment: datetime | None) -> str | None:
    return _("%(what)s since %(time)s", what=what, time=instant(moment)) if moment else None


def _until(what: str, moment: datetime | None) -> str | None:
    return _("%(what)s before %(time)s", what=what, time=instant(moment)) if moment else None


def _flag(value: bool | None, yes: str, no: str) -> str | None:
    return None if value is None else yes if value else no
