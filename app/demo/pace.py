"""When people do things: in the working time that a limit leaves them, seldom at the last moment or later."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta

from app.catalogue.configuration import working_calendar

WORKING_DAY = timedelta(hours=7)
LONGEST_BACK = timedelta(days=120)
SECOND = timedelta(seconds=1)
SOONEST = timedelta(minutes=3)
LATE, LAST_MOMENT = 0.018, 0.02
"""The share of duties done after their limit, and of those done within the last fifth of it."""
STEPS_UP = (0.68, 0.2, 0.1, 0.02)
"""Of what is late: how many graces more went by."""


def next_deed(chance: random.Random, begun: datetime, due: datetime, at: datetime) -> datetime:
    """When somebody does what is due, after `at`; `begun` is when its clock started."""
    drawn = chance.random()
    if due <= begun:  # it came back after its time had run out
        return soon(chance, at)
    if drawn < LATE:
        graces = chance.choices(range(len(STEPS_UP)), STEPS_UP)[0] + chance.uniform(0.1, 0.8)
        found = working_calendar().add(max(due, at), graces * WORKING_DAY)
    elif drawn < LATE + LAST_MOMENT:
        found = at_share(begun, due, chance.uniform(0.82, 0.97))
    else:
        found = at_share(begun, due, chance.triangular(0.04, 0.78, 0.25))
    return max(found, at + SOONEST * chance.uniform(1, 4))


def soon(chance: random.Random, at: datetime) -> datetime:
    """Within the next working day, where no limit says when."""
    return working_calendar().add(at, chance.uniform(0.1, 0.6) * WORKING_DAY)


def at_share(begun: datetime, due: datetime, share: float) -> datetime:
    """The instant at which that share of the time from `begun` to `due` has gone by."""
    calendar = working_calendar()
    if calendar.is_working(due - SECOND):
        return calendar.add(begun, share * calendar.working_time(begun, due))
    return begun + share * (due - begun)


def before(instant: datetime, worked: timedelta) -> datetime:
    """The instant from which that much working time leads up to another."""
    calendar = working_calendar()
    return _last(lambda at: calendar.working_time(at, instant) >= worked, instant - LONGEST_BACK, instant)


def begun_for_due(due_of: Callable[[datetime], datetime], due: datetime) -> datetime:
    """When a clock was started that ran out at `due` or just before; `due_of` is its term."""
    return _last(lambda at: due_of(at) <= due, due - LONGEST_BACK, due)


def begun_for_share(due_of: Callable[[datetime], datetime], now: datetime, share: float) -> datetime:
    """When a clock was started that has used that share of its term by now, or as much as it can before it
    runs out: a term of days ends with a day, whenever in it the clock was started.
    """
    found = _last(lambda at: at_share(at, due_of(at), share) <= now, now - LONGEST_BACK, now)
    return found if due_of(found) > now else begun_for_due(due_of, now) + SECOND


def _last(holds: Callable[[datetime], bool], early: datetime, late: datetime) -> datetime:
    """The last instant, to the second, at which something holds that held early and not late."""
    while late - early > SECOND:
        middle = early + (late - early) / 2
        early, late = (middle, late) if holds(middle) else (early, middle)
    return early.replace(microsecond=0)
