"""How near a duty is to its due time, as a light.

Measured in working time, because nobody can act while the office is closed. A due time outside the opening
hours was set by the wall clock (an emergency at night): that duty is measured by the wall clock.
"""

from datetime import UTC, datetime, timedelta
from enum import StrEnum

from app.workflow.calendar import MICROSECOND, WorkCalendar

NEAR_PARTS = 2
"""A half of the time is left, or less."""
CLOSE_PARTS = 5
"""A fifth is left, or less: somebody is told."""


class Light(StrEnum):
    NORMAL = "normal"
    NEAR = "near"
    CLOSE = "close"
    OVERDUE = "overdue"
    FAR_OVERDUE = "far_overdue"  # by more than the whole term again


def light(opened: datetime, due: datetime, now: datetime, calendar: WorkCalendar) -> Light:
    """The light of a duty opened and due at these instants."""
    if now >= due:
        by_more = _time(due, now, due, calendar) > _time(opened, due, due, calendar)
        return Light.FAR_OVERDUE if by_more else Light.OVERDUE
    whole = max(_time(opened, due, due, calendar), MICROSECOND)
    left = _time(now, due, due, calendar)
    if left * CLOSE_PARTS <= whole:
        return Light.CLOSE
    return Light.NEAR if left * NEAR_PARTS <= whole else Light.NORMAL


def near_at(opened: datetime, due: datetime, calendar: WorkCalendar) -> datetime:
    """The first instant (UTC) at which a fifth of the time is left; `opened` when there never was any."""
    whole = max(_time(opened, due, due, calendar), timedelta())
    used = whole - whole // CLOSE_PARTS
    return calendar.add(opened, used) if _by_calendar(due, calendar) else opened.astimezone(UTC) + used


def _time(a: datetime, b: datetime, due: datetime, calendar: WorkCalendar) -> timedelta:
    return calendar.working_time(a, b) if _by_calendar(due, calendar) else b - a


def _by_calendar(due: datetime, calendar: WorkCalendar) -> bool:
    """Whether a due time lies in working time; the moment of closing does."""
    return calendar.is_working(due - MICROSECOND)
