"""The clock of a case or a duty as pages show it: its light, and words of the working time that is left."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from app.catalogue.configuration import working_calendar
from app.core.language import gettext as _
from app.core.language import instant, ngettext, time_left
from app.core.words import word
from app.workflow.calendar import MICROSECOND, WorkCalendar
from app.workflow.lights import Light, light

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
LONG = 2
"""From so many working days on, days are counted instead of hours."""
COLOURS = {
    Light.NORMAL: "ok",
    Light.NEAR: "half",
    Light.CLOSE: "near",
    Light.OVERDUE: "late",
    Light.FAR_OVERDUE: "late far",
}
SIGNS = {Light.NORMAL: "check", Light.OVERDUE: "alarm", Light.FAR_OVERDUE: "alarm"}
STATES = {Light.CLOSE: "near", Light.OVERDUE: "late", Light.FAR_OVERDUE: "late"}
TOLD = frozenset({Light.NEAR, Light.CLOSE, Light.FAR_OVERDUE})
"""Lights that need a word of their own; what is left says the others."""


@dataclass(frozen=True)
class Clock:
    """`meaning` is the light in a word, `text` what is left; colour and sign say the same."""

    text: str
    meaning: str = ""
    colour: str = ""
    sign: str = "clock"
    due_at: datetime | None = None
    state: str = "ok"
    told: bool = False

    @property
    def words(self) -> str:
        """`Near due · 40 working minutes left`; an overdue clock says so itself."""
        return f"{self.meaning} · {self.text}" if self.told else self.text


def clock_of(opened: datetime, due: datetime | None, at: datetime) -> Clock:
    """Of a duty that was opened and is due at these instants."""
    if due is None:
        return Clock(_("no limit"), sign="")
    calendar = working_calendar()
    shines = light(opened, due, at, calendar)
    return Clock(
        text=_left_in_words(due, at, calendar),
        meaning=word(shines, "light"),
        colour=COLOURS[shines],
        sign=SIGNS.get(shines, "clock"),
        due_at=due,
        state=STATES.get(shines, "ok"),
        told=shines in TOLD,
    )


def suspended_clock(opened: datetime, review: datetime | None, at: datetime) -> Clock:
    """Of a case that stands still: the day on which somebody looks at it again."""
    found = clock_of(opened, review, at)
    if review is None or review <= at:
        return found
    return replace(found, text=_("review on %(time)s", time=instant(review)), sign="clock", told=False)


def paused_clock(since: datetime) -> Clock:
    """Of a duty that a suspension has stopped."""
    return Clock(_("stands still since %(time)s", time=instant(since)))


def _left_in_words(due: datetime, at: datetime, calendar: WorkCalendar) -> str:
    """By the wall clock where the due time was set by it, or since when nobody has been at work; else in
    working time.
    """
    if not calendar.is_working(due - MICROSECOND):
        return time_left(due, at)
    left = calendar.working_time(at, due)
    if due > at:
        return _left(left, calendar)
    return _late(-left, calendar) if -left >= MINUTE else time_left(due, at)


def _left(left: timedelta, calendar: WorkCalendar) -> str:
    days, hours, minutes = _parts(left, calendar)
    if days >= LONG:
        return ngettext("%(num)d working day left", "%(num)d working days left", days)
    if hours:
        return ngettext("%(num)d working hour left", "%(num)d working hours left", hours)
    return ngettext("%(num)d working minute left", "%(num)d working minutes left", minutes)


def _late(late: timedelta, calendar: WorkCalendar) -> str:
    days, hours, minutes = _parts(late, calendar)
    if days >= LONG:
        return ngettext("overdue by %(num)d working day", "overdue by %(num)d working days", days)
    if hours:
        return ngettext("overdue by %(num)d working hour", "overdue by %(num)d working hours", hours)
    return ngettext("overdue by %(num)d working minute", "overdue by %(num)d working minutes", minutes)


def _parts(length: timedelta, calendar: WorkCalendar) -> tuple[int, int, int]:
    """Whole working days (of an ordinary day's hours), hours and minutes, each for itself."""
    days = [sum(shut - opens for opens, shut in hours) for hours in calendar.weekly if hours]
    ordinary = timedelta(minutes=sum(days) / len(days))
    return length // ordinary, length // HOUR, length // MINUTE
