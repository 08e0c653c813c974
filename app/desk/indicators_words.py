"""Indicators and the filters of their lists, in the reader's words."""

from datetime import datetime

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from app.analysis.denominators import PATROL_HOURS, RESIDENTS, SQUARE_KILOMETRES
from app.analysis.indicators.registry import COUNT, MEAN, QUANTILES, SHARE, Indicator
from app.analysis.indicators.values import MISSED, NEAR, ON_TRACK, Value
from app.cases.queries.filters import Filters
from app.core.language import code, instant, number
from app.core.language import gettext as _
from app.core.words import word

SCORE_WORDS: dict[str, LazyString] = {
    "satisfied": _l("satisfied"),
    "basically": _l("basically satisfied"),
    "dissatisfied": _l("dissatisfied"),
}

CHANNEL_WORDS: dict[str, LazyString] = {
    "follow_up": _l("Follow-up call"),
    "visit": _l("Visit"),
    "message": _l("Message"),
}
GROUP_WORDS: dict[str, LazyString] = {
    "work": _l("Work done"),
    "quality": _l("Quality"),
    "time": _l("Time"),
    "found": _l("How cases are found"),
    "backlog": _l("Still open"),
}
PERIOD_WORDS: dict[str, LazyString] = {
    "7": _l("last 7 days"),
    "30": _l("last 30 days"),
    "90": _l("last 90 days"),
    "month": _l("this month"),
    "quarter": _l("this quarter"),
    "own": _l("own dates …"),
}
AGE_WORDS: dict[str, LazyString] = {
    "0-1": _l("up to 1 day"),
    "1-3": _l("1 to 3 days"),
    "3-7": _l("3 to 7 days"),
    "7-30": _l("7 to 30 days"),
    "30-": _l("30 days and more"),
}
PER_WORDS: dict[str, LazyString] = {
    RESIDENTS: _l("per 1,000 residents"),
    SQUARE_KILOMETRES: _l("per km²"),
    PATROL_HOURS: _l("per patrol hour"),
}
PER = {RESIDENTS: 1000, SQUARE_KILOMETRES: 1, PATROL_HOURS: 1}
STANDING_WORDS: dict[str, tuple[str, LazyString]] = {
    ON_TRACK: ("check", _l("reached")),
    NEAR: ("clock", _l("near")),
    MISSED: ("alarm", _l("missed")),
}
"""The sign and the word for how a value stands to its target."""
SIDE_WORDS: dict[str, LazyString] = {
    "far above": _l("far above what chance explains"),
    "above": _l("above what chance usually gives"),
    "below": _l("below what chance usually gives"),
    "far below": _l("far below what chance explains"),
}


def formula_of(indicator: Indicator) -> str:
    return indicator.formula_en if code() == "en" else indicator.formula


def value_text(indicator: Indicator, value: Value) -> str:
    """The value with its unit, or why there is none."""
    if indicator.measure == COUNT:
        return number(value.count)
    if not value.n:
        return _("no cases")
    if value.few:
        return _("too few to say")
    if value.value is None:
        return _("not reached yet")
    return quantity(indicator, value.value)


def quantity(indicator: Indicator, amount: float) -> str:
    """An amount in the indicator's unit."""
    if indicator.measure == SHARE:
        return f"{number(amount, 1)} %"
    if indicator.measure == MEAN:
        return _("%(n)s times", n=number(amount, 1))
    if indicator.measure in QUANTILES:
        return hours_text(amount)
    return number(amount)


def hours_text(hours: float) -> str:
    """Minutes up to two hours, hours up to two days, then days."""
    if abs(hours) < 2:
        return _("%(n)s min", n=number(60 * hours))
    if abs(hours) < 48:
        return _("%(n)s h", n=number(hours, 1))
    return _("%(n)s d", n=number(hours / 24, 1))


def change_text(indicator: Indicator, difference: float | None) -> str:
    if difference is None:
        return "–"
    sign = "+" if difference > 0 else "−" if difference < 0 else "±"
    amount = abs(difference)
    if indicator.measure == SHARE:
        return sign + _("%(n)s points", n=number(amount, 1))
    return sign + quantity(indicator, amount)


def target_text(indicator: Indicator) -> str:
    if indicator.target is None:
        return "–"
    return ("≥ " if indicator.direction == "up" else "≤ ") + quantity(indicator, indicator.target)


def indicator_chips(filters: Filters) -> dict[str, str | None]:
    """What a list is narrowed by, for each parameter that has no field in the form."""
    level = filters.climbed_to and word(filters.climbed_to, "level")
    duty = filters.climbed_for and word(filters.climbed_for, "task")
    channels = ", ".join(sorted(filters.channels))
    scores = ", ".join(str(SCORE_WORDS[score]) for score in sorted(filters.ratings))
    return {
        "climbed_before": _until(_("raised by the clock"), filters.climbed_before),
        "climbed_for": _("raised by the clock for: %(duty)s", duty=duty) if duty else None,
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
        "channel": _("filed by: %(channels)s", channels=channels) if channels else None,
        "rated": _("rated: %(scores)s", scores=scores) if scores else None,
        "filed_by": _("filed by one person") if filters.filer else None,
    }


def _since(what: str, moment: datetime | None) -> str | None:
    return _("%(what)s since %(time)s", what=what, time=instant(moment)) if moment else None


def _until(what: str, moment: datetime | None) -> str | None:
    return _("%(what)s before %(time)s", what=what, time=instant(moment)) if moment else None


def _flag(value: bool | None, yes: str, no: str) -> str | None:
    return None if value is None else yes if value else no
