"""Periods: the city's local days, half open, and the period before that one compares with."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from flask_babel import gettext as _

from app.core.clock import day_after, day_start, local_day
from app.core.config import settings
from app.core.problems import Invalid

LAST_DAYS = {"7": 7, "30": 30, "90": 90}
MONTH, QUARTER, OWN = "month", "quarter", "own"
PERIODS = (*LAST_DAYS, MONTH, QUARTER, OWN)
MOST_DAYS = 3660


@dataclass(frozen=True, slots=True)
class Window:
    """Local days from `first` until (not including) `last`, known as things stood at `as_of`."""

    first: date
    last: date
    as_of: datetime

    @property
    def start(self) -> datetime:
        return day_start(self.first)

    @property
    def end(self) -> datetime:
        """Where the period ends, or as far as is known: what is due later is not due yet."""
        return max(self.start, min(day_start(self.last), self.as_of))

    @property
    def days(self) -> int:
        return (self.last - self.first).days


def window_of(period: str, as_of: datetime, first: date | None = None, last: date | None = None) -> Window:
    """The last 7, 30 or 90 days including today, the month or quarter so far, or own days (`last` excluded).

    Raises Invalid for days that are none.
    """
    today = local_day(as_of)
    end = day_after(today)
    if period in LAST_DAYS:
        return Window(end - timedelta(days=LAST_DAYS[period]), end, as_of)
    if period == QUARTER:
        return Window(quarter_of(today), end, as_of)
    if period == OWN:
        return _own(first, last or end, as_of)
    return Window(today.replace(day=1), end, as_of)


def _own(first: date | None, last: date, as_of: datetime) -> Window:
    if first is None:
        raise Invalid({"from": [_("Say the first day.")]})
    if first >= last:
        raise Invalid({"to": [_("The period ends before it begins.")]})
    if (last - first).days > MOST_DAYS:
        raise Invalid({"to": [_("At most %(most)s days.", most=MOST_DAYS)]})
    return Window(first, last, as_of)


def before(window: Window, period: str) -> Window:
    """The period of equal length that one compares with, as it was known equally long after its end.

    A month or quarter so far compares with the first as many days of the one before, if that has so many;
    everything else with the days just before.
    """
    first = window.first - timedelta(days=window.days)
    if period in (MONTH, QUARTER):
        begin = (
            _month_before(window.first) if period == MONTH else quarter_of(window.first - timedelta(days=1))
        )
        if (window.first - begin).days >= window.days:
            first = begin
    return Window(first, first + timedelta(days=window.days), _earlier(window.as_of, window.first - first))


def _earlier(instant: datetime, span: timedelta) -> datetime:
    """The same time of day so many local days earlier."""
    zone = settings().city_zone
    local = instant.astimezone(zone).replace(tzinfo=None) - span
    return local.replace(tzinfo=zone).astimezone(UTC)


def _month_before(first: date) -> date:
    return (first - timedelta(days=1)).replace(day=1)


def quarter_of(day: date) -> date:
    """The first day of its calendar quarter."""
    return date(day.year, day.month - (day.month - 1) % 3, 1)
