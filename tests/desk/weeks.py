"""Instants of an ordinary week without a holiday, as the city's clocks show them."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

MONDAY = datetime(2026, 11, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def at(words: str) -> datetime:
    """`tue 14:30`, `next mon 10:00`."""
    *weeks, day, clock = words.split()
    hours, minutes = clock.split(":")
    days = DAYS.index(day) + 7 * len(weeks)
    return MONDAY + timedelta(days=days, hours=int(hours), minutes=int(minutes))
