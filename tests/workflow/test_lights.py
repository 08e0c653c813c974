from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.workflow.calendar import CLOSED, MICROSECOND, Opening, WorkCalendar
from app.workflow.lights import Light, light, near_at
from app.workflow.terms import Term

SHANGHAI = ZoneInfo("Asia/Shanghai")
OFFICE = (Opening.parse("08:30-12:00"), Opening.parse("14:00-17:30"))
CALENDAR = WorkCalendar(SHANGHAI, (OFFICE,) * 5 + (CLOSED,) * 2, {date(2024, 2, 12): CLOSED})


def at(written: str) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=SHANGHAI)


# Filed on a Friday; 10 working hours: 7 are worked on Friday, 3 on Monday.
OPENED = at("2024-01-19T08:30")
DUE = CALENDAR.due(OPENED, Term.parse("10wh"))


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2024-01-19T08:30", Light.NORMAL),
        ("2024-01-19T14:00", Light.NORMAL),
        ("2024-01-19T15:29", Light.NORMAL),
        ("2024-01-19T15:30", Light.NEAR),
        ("2024-01-21T12:00", Light.NEAR),  # a Sunday passes without using up anything
        ("2024-01-22T09:29", Light.NEAR),
        ("2024-01-22T09:30", Light.CLOSE),
        ("2024-01-22T11:29", Light.CLOSE),
        ("2024-01-22T11:30", Light.OVERDUE),
        ("2024-01-23T16:30", Light.OVERDUE),
        ("2024-01-23T16:31", Light.FAR_OVERDUE),
    ],
)
def test_lights_follow_working_time(now: str, expected: Light) -> None:
    assert at("2024-01-22T11:30") == DUE
    assert light(OPENED, DUE, at(now), CALENDAR) is expected


def test_somebody_is_told_when_a_fifth_is_left() -> None:
    assert near_at(OPENED, DUE, CALENDAR) == at("2024-01-22T09:30")


def test_an_emergency_at_night_is_measured_by_the_wall_clock() -> None:
    opened, due = at("2024-01-20T22:00"), at("2024-01-21T00:00")
    assert near_at(opened, due, CALENDAR) == at("2024-01-20T23:36")
    assert light(opened, due, at("2024-01-20T22:59"), CALENDAR) is Light.NORMAL
    assert light(opened, due, at("2024-01-20T23:00"), CALENDAR) is Light.NEAR
    assert light(opened, due, at("2024-01-21T02:00"), CALENDAR) is Light.OVERDUE
    assert light(opened, due, at("2024-01-21T02:01"), CALENDAR) is Light.FAR_OVERDUE


def test_a_duty_that_was_never_in_time_is_overdue_at_once() -> None:
    assert near_at(DUE, OPENED, CALENDAR) == DUE
    assert light(DUE, OPENED, DUE, CALENDAR) in (Light.OVERDUE, Light.FAR_OVERDUE)
    assert light(DUE, DUE, DUE, CALENDAR) is Light.OVERDUE


INSTANTS = st.datetimes(datetime(2024, 1, 1), datetime(2024, 6, 1), timezones=st.just(UTC))
TERMS = st.builds(
    lambda amount, unit: Term.parse(f"{amount}{unit}"),
    st.integers(1, 90),
    st.sampled_from(["wh", "wd", "h", "d"]),
)


@settings(deadline=None)
@given(INSTANTS, TERMS)
def test_the_notice_and_the_light_agree_to_the_microsecond(opened: datetime, term: Term) -> None:
    due = CALENDAR.due(opened, term)
    told = near_at(opened, due, CALENDAR)
    assert opened < told < due
    assert light(opened, due, told, CALENDAR) is Light.CLOSE
    assert light(opened, due, told - MICROSECOND, CALENDAR) is Light.NEAR
    assert light(opened, due, due - MICROSECOND, CALENDAR) is Light.CLOSE
    assert light(opened, due, due, CALENDAR) is Light.OVERDUE


@settings(deadline=None)
@given(INSTANTS, TERMS, st.timedeltas(timedelta(0), timedelta(days=200)))
def test_a_light_never_goes_back(opened: datetime, term: Term, later: timedelta) -> None:
    due, order = CALENDAR.due(opened, term), list(Light)
    first = light(opened, due, opened + later, CALENDAR)
    second = light(opened, due, opened + later + timedelta(minutes=7), CALENDAR)
    assert order.index(first) <= order.index(second)
