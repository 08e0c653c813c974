"""Working time, against a count of minutes that knows nothing of intervals, sums or searching."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import compress, count, islice
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.workflow.calendar import CLOSED, Hours, Opening, WorkCalendar
from app.workflow.terms import Term

MINUTE = timedelta(minutes=1)
SHANGHAI, BERLIN, LORD_HOWE = (
    ZoneInfo(name) for name in ("Asia/Shanghai", "Europe/Berlin", "Australia/Lord_Howe")
)


def hours(*written: str) -> Hours:
    return tuple(Opening.parse(each) for each in written)


OFFICE = hours("08:30-12:00", "14:00-17:30")
WEEK = (OFFICE,) * 5 + (CLOSED,) * 2
NIGHTS = (hours("00:00-02:15", "02:45-06:00", "22:00-24:00"),) * 7
# The Spring Festival of 2024: eight days off, and two Sundays worked for it.
FESTIVAL = {date(2024, 2, day): CLOSED for day in range(10, 18)} | {
    date(2024, 2, 4): OFFICE,
    date(2024, 2, 18): OFFICE,
    date(2024, 2, 29): hours("09:00-10:00"),
}
OFFICE_IN_CHINA = WorkCalendar(SHANGHAI, WEEK, FESTIVAL)
CALENDARS = {
    "Shanghai": (OFFICE_IN_CHINA, datetime(2024, 1, 1, tzinfo=UTC)),
    "Berlin": (WorkCalendar(BERLIN, NIGHTS, {date(2024, 4, 1): CLOSED}), datetime(2024, 2, 15, tzinfo=UTC)),
    "Berlin in autumn": (WorkCalendar(BERLIN, NIGHTS), datetime(2023, 9, 20, tzinfo=UTC)),
    "Lord Howe": (WorkCalendar(LORD_HOWE, NIGHTS[:5] + WEEK[5:]), datetime(2024, 3, 1, tzinfo=UTC)),
}
MINUTES = 100 * 24 * 60


@dataclass(frozen=True)
class Counted:
    """A hundred days, minute by minute: worked or not, and the end of each working day's last minute."""

    since: datetime
    worked: list[bool]
    day_ends: dict[date, int]

    def at(self, minute: int) -> datetime:
        return self.since + minute * MINUTE

    def between(self, a: int, b: int) -> int:
        return sum(self.worked[a:b])

    def after(self, start: int, minutes: int) -> datetime:
        open_minutes = compress(count(start), islice(self.worked, start, None))
        return self.at(next(islice(open_minutes, minutes - 1, None)) + 1)

    def after_days(self, start: int, days: int, zone: ZoneInfo) -> datetime:
        today = self.at(start).astimezone(zone).date()
        return self.at([end for day, end in self.day_ends.items() if day > today][days - 1])


@cache
def counted(name: str) -> Counted:
    """Walk the minutes. The office goes by the latest time that its clock has shown so far."""
    calendar, since = CALENDARS[name]
    worked: list[bool] = []
    day_ends: dict[date, int] = {}
    latest = datetime.min
    for minute in range(MINUTES):
        latest = max(latest, (since + minute * MINUTE).astimezone(calendar.zone).replace(tzinfo=None))
        today = calendar.exceptions.get(latest.date(), calendar.weekly[latest.weekday()])
        of_day = latest.hour * 60 + latest.minute
        is_open = any(opening.opens <= of_day < opening.closes for opening in today)
        worked.append(is_open)
        if is_open:
            day_ends[latest.date()] = minute + 1
    return Counted(since, worked, day_ends)


@pytest.mark.parametrize("name", CALENDARS)
def test_2500_random_cases_equal_the_count_of_minutes(name: str) -> None:
    calendar, told = CALENDARS[name][0], counted(name)
    random = Random(f"minutes of {name}")
    for _case in range(2500):
        start, other = random.randrange(MINUTES // 2), random.randrange(MINUTES)
        amount, days = random.randint(1, 60), random.randint(1, 30)
        at = told.at(start)
        assert calendar.due(at, Term.parse(f"{amount}wh")) == told.after(start, amount * 60)
        assert calendar.due(at, Term.parse(f"{days}wd")) == told.after_days(start, days, calendar.zone)
        expected = told.between(start, other) if start <= other else -told.between(other, start)
        assert calendar.working_seconds(at, told.at(other)) == expected * 60
        assert calendar.is_working(at) is told.worked[start]


def test_a_forgotten_make_up_day_is_noticed_by_the_count() -> None:
    without = replace(OFFICE_IN_CHINA, exceptions={**FESTIVAL, date(2024, 2, 4): CLOSED})
    told = counted("Shanghai")
    span = (told.at(0), told.at(MINUTES - 1))
    assert OFFICE_IN_CHINA.working_seconds(*span) == told.between(0, MINUTES - 1) * 60
    assert without.working_seconds(*span) == told.between(0, MINUTES - 1) * 60 - 7 * 3600


def shanghai(written: str) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("start", "term", "due"),
    [
        ("2024-01-15T08:30", "4wh", "2024-01-15T14:30"),  # over lunch
        ("2024-01-15T13:00", "4wh", "2024-01-16T09:00"),  # 3.5 h are left of the day
        ("2024-01-15T08:30", "7wh", "2024-01-15T17:30"),  # the whole day ends as it closes
        ("2024-01-15T23:00", "1wd", "2024-01-16T17:30"),
        ("2024-01-15T00:00", "1wd", "2024-01-16T17:30"),  # the day of start does not count
        ("2024-01-19T09:00", "1wd", "2024-01-22T17:30"),  # Friday to Monday
        ("2024-02-03T09:00", "1wd", "2024-02-04T17:30"),  # a Sunday worked for the festival
        ("2024-02-09T17:00", "1wh", "2024-02-18T09:00"),  # over the festival
        ("2024-02-28T12:00", "1wd", "2024-02-29T10:00"),  # leap day, with hours of its own
        ("2024-12-31T08:30", "7wh", "2024-12-31T17:30"),  # ends with the year
        ("2024-12-31T08:30", "8wh", "2025-01-01T09:30"),
        ("2024-12-31T08:30", "1wd", "2025-01-01T17:30"),
        ("2024-02-09T22:00", "2h", "2024-02-10T00:00"),  # the wall clock knows no festival
        ("2024-02-28T12:00", "2d", "2024-03-01T12:00"),
    ],
)
def test_due(start: str, term: str, due: str) -> None:
    assert OFFICE_IN_CHINA.due(shanghai(start), Term.parse(term)) == shanghai(due)


def test_a_clock_put_forward_makes_the_night_shorter_and_a_day_stays_24_hours() -> None:
    calendar = CALENDARS["Berlin"][0]
    evening = datetime(2024, 3, 30, 22, tzinfo=BERLIN)
    assert calendar.working_seconds(evening, datetime(2024, 3, 31, 6, tzinfo=BERLIN)) == 7 * 3600
    noon = datetime(2024, 3, 30, 12, tzinfo=BERLIN)
    assert calendar.due(noon, Term.parse("1d")) == datetime(2024, 3, 31, 13, tzinfo=BERLIN)


def test_a_day_that_a_zone_leapt_over_is_no_working_day() -> None:
    calendar = WorkCalendar(ZoneInfo("Pacific/Apia"), (OFFICE,) * 7)
    assert not calendar.is_working_day(date(2011, 12, 30))
    before = datetime(2011, 12, 29, 9, tzinfo=calendar.zone)
    closing = datetime(2011, 12, 31, 17, 30, tzinfo=calendar.zone)
    assert calendar.due(before, Term.parse("1wd")) == closing


INSTANTS = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))
ZONES = st.sampled_from(
    ["Europe/Berlin", "Asia/Shanghai", "America/St_Johns", "Australia/Lord_Howe", "Africa/Casablanca", "UTC"]
)


@st.composite
def days(draw: st.DrawFn) -> Hours:
    marks = draw(st.lists(st.integers(0, 1440), max_size=6, unique=True).map(sorted))
    return tuple(Opening(*pair) for pair in zip(marks[::2], marks[1::2], strict=False))


@st.composite
def calendars(draw: st.DrawFn) -> WorkCalendar:
    weekly = (*draw(st.lists(days(), min_size=6, max_size=6)), OFFICE)
    exceptions = draw(st.dictionaries(st.dates(date(2020, 1, 1), date(2030, 1, 1)), days(), max_size=5))
    return WorkCalendar(ZoneInfo(draw(ZONES)), weekly, exceptions)


@settings(deadline=None, max_examples=150)
@given(calendars(), INSTANTS, st.timedeltas(timedelta(0), timedelta(hours=300)))
def test_what_is_added_has_been_worked(calendar: WorkCalendar, start: datetime, worked: timedelta) -> None:
    end = calendar.add(start, worked)
    assert calendar.working_time(start, end) == worked
    assert calendar.working_time(end, start) == -worked
    if worked:  # and not a moment before
        assert calendar.working_time(start, end - timedelta(microseconds=1)) < worked


@settings(deadline=None, max_examples=150)
@given(calendars(), INSTANTS, INSTANTS, INSTANTS)
def test_working_time_adds_up(calendar: WorkCalendar, a: datetime, b: datetime, c: datetime) -> None:
    parts = calendar.working_time(a, b) + calendar.working_time(b, c)
    assert parts == calendar.working_time(a, c)
    assert abs(calendar.working_time(a, b)) <= abs(b - a)


@settings(deadline=None, max_examples=150)
@given(calendars(), INSTANTS, st.integers(1, 200), st.sampled_from(["wh", "wd", "h", "d"]))
def test_a_longer_or_a_later_term_is_never_due_sooner(
    calendar: WorkCalendar, start: datetime, amount: int, unit: str
) -> None:
    due = calendar.due(start, Term.parse(f"{amount}{unit}"))
    assert due > start
    assert calendar.due(start, Term.parse(f"{amount + 1}{unit}")) > due
    assert calendar.due(start + MINUTE, Term.parse(f"{amount}{unit}")) >= due


@pytest.mark.parametrize(
    ("day", "fault"),
    [
        (hours("08:30-12:00", "11:59-17:00"), "overlap"),
        (hours("14:00-17:00", "08:00-14:01"), "overlap"),
        (hours("12:00-08:30"), "inverted"),
        (hours("12:00-12:00"), "inverted"),
        (hours("08:00-24:01"), "outside"),
        ((Opening(-60, 60),), "outside"),
    ],
)
def test_impossible_hours_are_refused(day: Hours, fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        WorkCalendar(SHANGHAI, (*WEEK[:6], day))
    with pytest.raises(ValueError, match=fault):
        WorkCalendar(SHANGHAI, WEEK, {date(2024, 5, 1): day})


def test_hours_may_touch() -> None:
    touching = WorkCalendar(SHANGHAI, (hours("08:00-12:00", "12:00-24:00"),) * 7)
    start = shanghai("2024-01-15T08:00")
    assert touching.due(start, Term.parse("16wh")) == shanghai("2024-01-16T00:00")


@pytest.mark.parametrize("weekly", [(CLOSED,) * 7, (*(CLOSED,) * 6, hours("08:00-08:59")), WEEK[:6]])
def test_a_week_without_work_is_refused(weekly: tuple[Hours, ...]) -> None:
    with pytest.raises(ValueError, match="week"):
        WorkCalendar(SHANGHAI, weekly)


@pytest.mark.parametrize(
    "written", ["", "8-12", "08:30", "08:60-12:00", "08:30-12:00,14:00-17:00", "٠٨:00-12:00"]
)
def test_what_is_no_opening_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="no hours"):
        Opening.parse(written)


def test_the_longest_terms_end_even_with_an_hour_a_week() -> None:
    lazy = WorkCalendar(SHANGHAI, (hours("08:00-09:00"), *(CLOSED,) * 6))
    start = shanghai("2026-01-01T00:00")
    for term, seconds in (("20000wh", 20_000 * 3600), ("2000wd", 2_000 * 3600)):
        assert lazy.working_seconds(start, lazy.due(start, Term.parse(term))) == seconds


def test_working_time_is_not_added_backwards() -> None:
    with pytest.raises(ValueError, match="backwards"):
        OFFICE_IN_CHINA.add_seconds(shanghai("2024-01-15T08:30"), -1)
