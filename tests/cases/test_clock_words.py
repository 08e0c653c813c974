"""What is left of the time, in words of working time; the office is open from 8:30 to 12 and 14 to 17:30."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from app.cases.clock_words import clock_of, paused_clock, suspended_clock
from tests.desk.weeks import at


@pytest.mark.parametrize(
    ("opened", "due", "now", "text", "colour"),
    [
        ("mon 09:00", "mon 17:30", "mon 10:00", "5 working hours left", "ok"),
        ("mon 09:00", "mon 17:30", "mon 15:00", "2 working hours left", "half"),
        ("mon 09:00", "mon 17:30", "mon 17:00", "30 working minutes left", "near"),
        ("mon 09:00", "mon 17:30", "mon 18:00", "overdue by 30 min", "late"),
        ("mon 09:00", "mon 17:30", "tue 09:00", "overdue by 30 working minutes", "late"),
        ("mon 09:00", "mon 11:00", "mon 15:00", "overdue by 2 working hours", "late"),
        ("mon 09:00", "mon 11:00", "tue 15:00", "overdue by 9 working hours", "late far"),
        ("mon 09:00", "mon 11:00", "fri 11:00", "overdue by 4 working days", "late far"),
        ("mon 09:00", "fri 17:30", "tue 17:30", "3 working days left", "ok"),
        ("fri 09:00", "next mon 09:30", "fri 17:00", "1 working hour left", "near"),
        ("fri 22:00", "fri 23:00", "fri 22:20", "40 min left", "ok"),
    ],
)
def test_the_clock_in_words(city: Flask, opened: str, due: str, now: str, text: str, colour: str) -> None:
    with city.test_request_context(headers={"Accept-Language": "en"}):
        clock = clock_of(at(opened), at(due), at(now))
        assert (clock.text, clock.colour) == (text, colour)
        assert clock.meaning and clock.sign


def test_a_clock_that_stands_still_says_since_when(city: Flask) -> None:
    with city.test_request_context(headers={"Accept-Language": "en"}):
        assert paused_clock(at("mon 09:00")).text.startswith("stands still since")
        later = at("fri 17:30")
        assert suspended_clock(at("mon 09:00"), later, at("tue 09:00")).text.startswith("review on")
        assert "overdue" in suspended_clock(at("mon 09:00"), later, later + timedelta(days=3)).text
        assert clock_of(datetime(2026, 1, 1, tzinfo=UTC), None, at("mon 09:00")).text == "no limit"
