"""Working time: opening hours by weekday, days that differ, one time zone. Exact to the microsecond.

An office opens at the first instant at which its clock shows the opening time, or has passed it, and closes
at the first at which it shows the closing time. Where the clock is put forward or back in between, the time
that really passed counts. All arithmetic is on instants; a year's opening hours are turned into instants
once and kept.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from itertools import accumulate, pairwise
from typing import NamedTuple, Self
from zoneinfo import ZoneInfo

from app.workflow.terms import Term, TermUnit

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
DAY = timedelta(days=1)
SECOND_US = 1_000_000
HOUR_US = 3600 * SECOND_US
MINUTES_OF_DAY = 24 * 60
LEAST_A_WEEK = 60
"""Minutes. With less, a term of hours would not end within a lifetime."""
LAST_YEAR = 9990

_WRITTEN = re.compile(r"([0-9]{2}):([0-9]{2})\s*[-–]\s*([0-9]{2}):([0-9]{2})", re.ASCII)


class Opening(NamedTuple):
    """One stretch of a day, in minutes after midnight by the wall clock; it may close at 24:00."""

    opens: int
    closes: int

    @classmethod
    def parse(cls, written: str) -> Self:
        """Read "08:30-12:00"; raises ValueError on what is no pair of clock times."""
        found = _WRITTEN.fullmatch(written.strip())
        if found is None:
            raise ValueError(f"{written!r} are no hours such as 08:30-12:00")
        hour, minute, to_hour, to_minute = (int(part) for part in found.groups())
        if minute > 59 or to_minute > 59:
            raise ValueError(f"{written!r} are no hours such as 08:30-12:00")
        return cls(hour * 60 + minute, to_hour * 60 + to_minute)

    def __str__(self) -> str:
        return f"{self.opens // 60:02}:{self.opens % 60:02}-{self.closes // 60:02}:{self.closes % 60:02}"


Hours = tuple[Opening, ...]
CLOSED: Hours = ()


class HoursFault(StrEnum):
    """What may be wrong with a day's or a week's hours."""

    INVERTED = "inverted"  # closes before it opens, or at once
    OUTSIDE = "outside"  # before 00:00 or after 24:00
    OVERLAP = "overlap"  # opens again before it has closed
    TOO_LITTLE = "too_little"  # an ordinary week without an hour of work


def fault_of_day(hours: Iterable[Opening]) -> HoursFault | None:
    """The first fault of one day's hours; none at all means closed, which is no fault."""
    rising = sorted(hours)
    if any(opening.closes <= opening.opens for opening in rising):
        return HoursFault.INVERTED
    if any(opening.opens < 0 or opening.closes > MINUTES_OF_DAY for opening in rising):
        return HoursFault.OUTSIDE
    if any(later.opens < earlier.closes for earlier, later in pairwise(rising)):
        return HoursFault.OVERLAP
    return None


def fault_of_week(weekly: Iterable[Hours]) -> HoursFault | None:
    """Whether the ordinary week has enough working time for a term to end."""
    minutes = sum(opening.closes - opening.opens for hours in weekly for opening in hours)
    return HoursFault.TOO_LITTLE if minutes < LEAST_A_WEEK else None


@dataclass(frozen=True, slots=True)
class _Year:
    """The working time of a local year; instants and durations in microseconds."""

    opens: list[int]
    closes: list[int]
    before: list[int]  # working time of the year before each opening, then the year's whole
    days: list[int]  # ordinals of the working days
    ends: list[int]  # when each of them closes

    def worked(self, instant: int) -> int:
        """Working time of this year that has passed at an instant."""
        at = bisect_right(self.opens, instant) - 1
        if at < 0:
            return 0
        return self.before[at] + min(instant, self.closes[at]) - self.opens[at]

    def reached(self, worked: int) -> int:
        """The first instant at which that much of the year's work (0 < worked <= whole) was done."""
        at = bisect_left(self.before, worked) - 1
        return self.opens[at] + worked - self.before[at]

    @property
    def whole(self) -> int:
        return self.before[-1]


@dataclass(frozen=True)
class WorkCalendar:
    """When an office works. `weekly` has seven days' hours, Monday first; `exceptions` the days that differ.

    Raises ValueError on hours that overlap, are inverted or lie outside the day, and on a week without work.
    """

    zone: ZoneInfo
    weekly: tuple[Hours, ...]
    exceptions: Mapping[date, Hours] = field(default_factory=dict)
    _years: dict[int, _Year] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if len(self.weekly) != 7:
            raise ValueError("a week has seven days")
        days: tuple[tuple[object, Hours], ...] = (*enumerate(self.weekly), *self.exceptions.items())
        for day, hours in days:
            fault = fault_of_day(hours)
            if fault is not None:
                raise ValueError(f"hours of {day}: {fault}")
        if fault_of_week(self.weekly) is not None:
            raise ValueError(f"an ordinary week has less than {LEAST_A_WEEK} minutes of working time")

    def due(self, start: datetime, term: Term) -> datetime:
        """The instant (UTC) at which a term that begins at `start` has run out."""
        match term.unit:
            case TermUnit.WORKING_HOURS:
                return _at(self._after(_us(start), self._year_of(start), term.amount * HOUR_US))
            case TermUnit.WORKING_DAYS:
                return self._end_of_day(start.astimezone(self.zone).date(), term.amount)
            case TermUnit.HOURS:
                return start.astimezone(UTC) + timedelta(hours=term.amount)
            case TermUnit.DAYS:
                return start.astimezone(UTC) + timedelta(days=term.amount)

    def add(self, start: datetime, worked: timedelta) -> datetime:
        """The first instant (UTC) at which that much working time has passed since `start`."""
        if worked < timedelta():
            raise ValueError("working time is not added backwards")
        return _at(self._after(_us(start), self._year_of(start), worked // MICROSECOND))

    def add_seconds(self, start: datetime, seconds: int) -> datetime:
        """`add`, in seconds."""
        return self.add(start, timedelta(seconds=seconds))

    def working_time(self, a: datetime, b: datetime) -> timedelta:
        """Working time from `a` to `b`; negative when `b` is the earlier."""
        if b < a:
            return -self.working_time(b, a)
        first, last = self._year_of(a), self._year_of(b)
        passed = self._year(last).worked(_us(b)) - self._year(first).worked(_us(a))
        return timedelta(microseconds=passed + sum(self._year(year).whole for year in range(first, last)))

    def working_seconds(self, a: datetime, b: datetime) -> int:
        """`working_time` in whole seconds begun and ended; negative when `b` is the earlier."""
        if b < a:
            return -self.working_seconds(b, a)
        return self.working_time(a, b) // timedelta(seconds=1)

    def is_working(self, instant: datetime) -> bool:
        """Whether the office is open; at the moment of closing it no longer is."""
        year, at = self._year(self._year_of(instant)), _us(instant)
        found = bisect_right(year.opens, at) - 1
        return found >= 0 and at < year.closes[found]

    def is_working_day(self, day: date) -> bool:
        """Whether the office opens at all on a local day."""
        days = self._year(day.year).days
        found = bisect_left(days, day.toordinal())
        return found < len(days) and days[found] == day.toordinal()

    def hours_of(self, day: date) -> Hours:
        """The opening hours of a local day."""
        return self.exceptions.get(day, self.weekly[day.weekday()])

    def _after(self, start: int, year: int, worked: int) -> int:
        if worked == 0:
            return start
        found = self._year(year)
        wanted = found.worked(start) + worked
        while wanted > found.whole:
            wanted -= found.whole
            year += 1
            found = self._year(year)
        return found.reached(wanted)

    def _end_of_day(self, after: date, count: int) -> datetime:
        """When the `count`-th working day after a local day closes."""
        year = after.year
        found = self._year(year)
        at = bisect_right(found.days, after.toordinal()) + count - 1
        while at >= len(found.days):
            at -= len(found.days)
            year += 1
            found = self._year(year)
        return _at(found.ends[at])

    def _year_of(self, instant: datetime) -> int:
        return instant.astimezone(self.zone).year

    def _year(self, year: int) -> _Year:
        found = self._years.get(year)
        if found is None:
            found = self._years[year] = self._work_out(year)
        return found

    def _work_out(self, year: int) -> _Year:
        if year > LAST_YEAR:
            raise OverflowError("the term does not end within this calendar")
        opens: list[int] = []
        closes: list[int] = []
        days: list[int] = []
        ends: list[int] = []
        for ordinal in range(date(year, 1, 1).toordinal(), date(year + 1, 1, 1).toordinal()):
            day = date.fromordinal(ordinal)
            for opening in sorted(self.hours_of(day)):
                begin, end = (_instant(day, minute, self.zone) for minute in opening)
                if begin < end:  # the clock may leap over a whole opening
                    opens.append(begin)
                    closes.append(end)
            if closes and (not ends or closes[-1] > ends[-1]):
                days.append(ordinal)
                ends.append(closes[-1])
        lengths = (end - begin for begin, end in zip(opens, closes, strict=True))
        return _Year(opens, closes, list(accumulate(lengths, initial=0)), days, ends)


def _instant(day: date, minute: int, zone: ZoneInfo) -> int:
    """The first instant at which the clocks of a zone show a time of day, or one after it."""
    wanted = datetime(day.year, day.month, day.day) + timedelta(minutes=minute)
    found = wanted.replace(tzinfo=zone).astimezone(UTC)
    if _shown(found, zone) == wanted:
        return _us(found)
    too_early = _us(wanted.replace(tzinfo=zone, fold=1).astimezone(UTC))
    return _leap(too_early, _us(found), wanted, zone)


def _leap(before: int, after: int, wanted: datetime, zone: ZoneInfo) -> int:
    """When clocks that showed less than `wanted` are put forward past it."""
    while after - before > 1:
        middle = (before + after) // 2
        if _shown(_at(middle), zone) < wanted:
            before = middle
        else:
            after = middle
    return after


def _shown(instant: datetime, zone: ZoneInfo) -> datetime:
    """The date and time on the wall, naive."""
    return instant.astimezone(zone).replace(tzinfo=None, fold=0)


def _us(instant: datetime) -> int:
    """Microseconds since 1970; a naive datetime is a TypeError."""
    return (instant - EPOCH) // MICROSECOND


def _at(microseconds: int) -> datetime:
    return EPOCH + timedelta(microseconds=microseconds)
