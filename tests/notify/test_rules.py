"""When notices leave and what goes into one mail: pure."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.notify.rules import (
    FEW,
    LONGEST_WAIT,
    SOON,
    Quiet,
    Urgency,
    Waiting,
    backoff,
    packed,
    ready_at,
)

ZONE = ZoneInfo("Asia/Shanghai")
NIGHT = Quiet(time(22), time(7), ZONE)


def at(text: str) -> datetime:
    """Local time of the city."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC)


def weekday(day: date) -> bool:
    return day.weekday() < 5


@pytest.mark.parametrize(
    ("instant", "until"),
    [
        ("2026-11-20 21:59", None),
        ("2026-11-20 22:00", "2026-11-21 07:00"),
        ("2026-11-21 00:00", "2026-11-21 07:00"),
        ("2026-11-21 06:59", "2026-11-21 07:00"),
        ("2026-11-21 07:00", None),
    ],
)
def test_quiet_hours_over_midnight(instant: str, until: str | None) -> None:
    assert NIGHT.until(at(instant)) == (at(until) if until else None)


def test_quiet_hours_within_a_day_and_none() -> None:
    noon = Quiet(time(12), time(14), ZONE)
    assert noon.until(at("2026-11-20 13:00")) == at("2026-11-20 14:00")
    assert noon.until(at("2026-11-20 23:00")) is None
    assert Quiet(time(7), time(7), ZONE).until(at("2026-11-20 07:00")) is None


@pytest.mark.parametrize(
    ("urgency", "now", "ready"),
    [
        ("now", "2026-11-20 23:00", "2026-11-20 23:00"),
        ("soon", "2026-11-20 10:00", "2026-11-20 10:10"),
        ("soon", "2026-11-20 21:55", "2026-11-21 07:00"),
        ("digest", "2026-11-20 08:30", "2026-11-20 08:30"),
        ("digest", "2026-11-20 08:31", "2026-11-23 08:30"),  # the Monday after
        ("digest", "2026-11-22 10:00", "2026-11-23 08:30"),
    ],
)
def test_when_a_notice_leaves(urgency: str, now: str, ready: str) -> None:
    assert ready_at(Urgency(urgency), at(now), NIGHT, weekday) == at(ready)


def test_a_city_without_working_days_still_gets_its_digest() -> None:
    ready = ready_at(Urgency.DIGEST, at("2026-11-20 10:00"), NIGHT, lambda day: False)
    assert ready == at("2026-11-21 08:30")


NOW = at("2026-11-20 10:00")


def waiting(
    ident: int, case: str, urgency: str = "now", *, ready: bool = True, collapses: bool = True
) -> Waiting:
    return Waiting(ident, case, Urgency(urgency), collapses, NOW if ready else NOW + SOON)


def ids(mails: list[list[Waiting]]) -> list[list[int]]:
    return [[each.id for each in mail] for mail in mails]


def test_nothing_leaves_before_its_time() -> None:
    assert packed([waiting(1, "a", "soon", ready=False)], NOW, 0) == []


def test_urgent_ones_leave_case_by_case_and_the_others_together() -> None:
    found = packed(
        [waiting(1, "a"), waiting(2, "b", "soon"), waiting(3, "c", "digest"), waiting(4, "d")], NOW, 0
    )
    assert ids(found) == [[1], [2, 3], [4]]


def test_what_waits_about_a_case_goes_along_so_that_its_order_is_kept() -> None:
    found = packed(
        [waiting(1, "a", "digest", ready=False), waiting(2, "a"), waiting(3, "b", "soon", ready=False)],
        NOW,
        0,
    )
    assert ids(found) == [[1, 2]]


def test_many_become_one() -> None:
    few = [waiting(n, f"c{n}") for n in range(FEW)]
    assert len(packed(few, NOW, 0)) == FEW
    assert ids(packed([*few, waiting(FEW, "x", "soon")], NOW, 0)) == [list(range(FEW + 1))]


def test_what_never_collapses_leaves_by_itself_in_any_flood() -> None:
    flood = [waiting(n, f"c{n}") for n in range(40)]
    found = packed([*flood, waiting(99, "fire", collapses=False)], NOW, 100)
    assert ids(found) == [[99]]
    assert ids(packed([*flood, waiting(99, "fire", collapses=False)], NOW, 0)) == [list(range(40)), [99]]


def test_after_so_many_mails_the_rest_waits_and_then_comes_as_one() -> None:
    assert packed([waiting(1, "a")], NOW, FEW) == []
    assert len(packed([waiting(n, f"c{n}") for n in range(FEW + 1)], NOW, FEW)) == 1
    assert packed([waiting(n, f"c{n}") for n in range(FEW + 1)], NOW, FEW + 1) == []


def test_a_case_is_never_in_two_mails_of_one_packing() -> None:
    mixed = [
        waiting(n, f"c{n % 4}", ("now", "soon", "digest")[n % 3], collapses=n % 5 != 0) for n in range(30)
    ]
    found = packed(mixed, NOW, 0)
    subjects = [{each.subject for each in mail} for mail in found]
    assert sum(map(len, subjects)) == len(set().union(*subjects)) == 4
    assert sorted(n for mail in ids(found) for n in mail) == list(range(30))
    assert all(mail == sorted(mail) for mail in ids(found))


def test_each_failure_waits_longer_up_to_an_hour_and_mails_part() -> None:
    waits = [backoff(n, 0) for n in range(1, 13)]
    assert waits == sorted(waits)
    assert (waits[0], waits[1], waits[-1]) == (timedelta(seconds=30), timedelta(minutes=1), LONGEST_WAIT)
    assert backoff(1, 1) == timedelta(seconds=15)
    assert backoff(10_000, 0.5) == LONGEST_WAIT * 0.75
