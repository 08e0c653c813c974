"""The database's clock decides: on PostgreSQL its own, on SQLite one that never runs backwards."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from app.core import clock
from app.core.db import database_now, db
from app.escalation import sweep
from tests.escalation.stories import (
    FRIDAY,
    case_of,
    climb_to_the_top,
    file_at,
    look,
    open_task,
    rungs_of,
    writing,
)

HOUR = timedelta(hours=1)


@pytest.fixture
def wall(monkeypatch: pytest.MonkeyPatch) -> dict[str, datetime]:
    """The clock of this machine, as the test sets it."""
    shown = {"now": clock.now()}
    monkeypatch.setattr(clock, "now", lambda: shown["now"])
    return shown


def test_it_never_runs_backwards_on_spatialite(
    app: Flask, wall: dict[str, datetime], engine_name: str
) -> None:
    if engine_name == "postgis":
        assert abs(database_now() - wall["now"]) < HOUR
        return
    wall["now"] = FRIDAY
    with writing():
        assert database_now() == FRIDAY
    wall["now"] = FRIDAY - HOUR
    assert database_now() == FRIDAY
    with writing():
        assert database_now() == FRIDAY
    wall["now"] = FRIDAY + HOUR
    assert database_now() == FRIDAY + HOUR
    with writing():
        assert database_now() == FRIDAY + HOUR
    wall["now"] = FRIDAY
    assert database_now() == FRIDAY + HOUR


def test_a_clock_put_back_raises_nobody_twice(
    city: Flask, wall: dict[str, datetime], engine_name: str
) -> None:
    start = FRIDAY if engine_name == "spatialite" else datetime(2024, 1, 5, 1, tzinfo=UTC)
    uuid = file_at(start)
    wall["now"] = open_task(uuid, "accept").due_at or start
    sweep.sweep()
    before = len(rungs_of(uuid))
    for hours in (-1, -72, 0):
        wall["now"] += hours * HOUR
        assert sweep.sweep().found == 0
    assert len(rungs_of(uuid)) == before
    assert before == (1 if engine_name == "spatialite" else 3)


def test_a_worker_whose_clock_is_ahead_raises_nobody_early_on_postgis(
    city: Flask, wall: dict[str, datetime], engine_name: str
) -> None:
    uuid = file_at(clock.now())
    wall["now"] += timedelta(days=30)
    swept = sweep.sweep()
    if engine_name == "postgis":
        assert (swept.found, case_of(uuid).level) == (0, "community")
    else:  # the furthest clock is the one that counts, and it is kept
        assert database_now() == wall["now"]


def test_with_the_workers_own_clock_it_would_be_early(
    city: Flask, wall: dict[str, datetime], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The guard removed: what the machine says decides."""
    uuid = file_at(clock.now())
    wall["now"] += timedelta(days=30)
    monkeypatch.setattr(sweep, "database_now", clock.now)
    sweep.sweep()
    assert case_of(uuid).level == "city"


@pytest.mark.parametrize(
    ("filed", "passed"),
    [
        # Monday 16:00 on 28 February 2028: 4 working hours end on the 29th at 11:00, then two working days.
        ("2028-02-28T08:00Z", ("2028-02-29T03:00Z", "2028-03-01T09:30Z", "2028-03-02T09:30Z")),
        # The Saturday before the Spring Festival of 2026 makes up for a holiday: 1 hour then, 3 after it.
        ("2026-02-14T08:30Z", ("2026-02-24T03:30Z", "2026-02-25T09:30Z", "2026-02-26T09:30Z")),
        # The Saturday after it is worked as well: 27 February ends at 17:30, the 28th counts.
        ("2026-02-27T08:30Z", ("2026-02-28T03:30Z", "2026-03-02T09:30Z", "2026-03-03T09:30Z")),
        # Over the new year, whose Sunday the 4th makes up for the Friday.
        ("2025-12-31T08:30Z", ("2026-01-04T03:30Z", "2026-01-05T09:30Z", "2026-01-06T09:30Z")),
    ],
)
def test_limits_pass_in_working_time(city: Flask, filed: str, passed: tuple[str, ...]) -> None:
    uuid = file_at(datetime.fromisoformat(filed))
    climb_to_the_top(uuid)
    assert [rung.due_at for rung in rungs_of(uuid)] == [datetime.fromisoformat(at) for at in passed]
    assert [rung.at for rung in rungs_of(uuid)] == [rung.due_at for rung in rungs_of(uuid)]


def test_three_days_forward_take_each_level_once(city: Flask) -> None:
    uuid, other = file_at(FRIDAY), file_at(FRIDAY)
    look(FRIDAY + timedelta(days=3))
    look(FRIDAY + timedelta(days=3))
    assert [rung.rung for rung in rungs_of(uuid)] == [1]  # a weekend lay in between
    assert look(FRIDAY + timedelta(days=3) - HOUR).found == 0
    look(FRIDAY + timedelta(days=6))
    assert [rung.to_level for rung in rungs_of(other)] == ["town", "district", "city"]
    db.session.rollback()
