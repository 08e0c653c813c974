"""What speaks against a filing's own words, in the reader's language."""

from collections.abc import Callable
from datetime import timedelta

import orjson

from app.cases.models import Case
from app.core.language import gettext as _
from app.core.language import number, span


def doubts_of(case: Case) -> list[str]:
    """One short text for each flag of the case; empty when nothing speaks against it."""
    found = orjson.loads(case.flags) if case.flags else []
    return [_SAID[flag["flag"]](flag["value"]) for flag in found if flag["flag"] in _SAID]


def _length(seconds: int) -> str:
    return span(timedelta(seconds=seconds))


_SAID: dict[str, Callable[[int], str]] = {
    "late": lambda value: _("arrived late: seen %(span)s before it was filed", span=_length(value)),
    "clock_wrong": lambda value: _("the phone's clock ran %(span)s ahead", span=_length(value)),
    "coarse": lambda value: _("position good to %(metres)s m only", metres=number(value)),
    "photo_elsewhere": lambda value: _("photo taken %(metres)s m away", metres=number(value)),
    "photo_old": lambda value: _("photo taken %(span)s earlier", span=_length(value)),
    "too_fast": lambda value: _("%(speed)s km/h since the filing before", speed=number(value)),
}
