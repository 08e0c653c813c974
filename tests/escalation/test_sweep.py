"""The sweep as a job: all of it within one tick, on record, and no faulty case in the way of the others."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import bindparam, select, text, update
from sqlalchemy.exc import IntegrityError, OperationalError

from app.cases.models import Case, Task
from app.cases.service import raising
from app.core.db import db
from app.core.policy import EVERYTHING
from app.escalation import queries, sweep
from app.escalation.models import SweepRun
from app.jobs import worker
from tests.escalation.stories import FRIDAY, case_of, file_at, look, rungs_of, writing

LATER = FRIDAY + timedelta(days=90)


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> dict[str, datetime]:
    """The database's clock, as the test sets it."""
    now = {"now": LATER}
    for module in (sweep, queries):
        monkeypatch.setattr(module, "database_now", lambda: now["now"])
    return now


def runs() -> list[SweepRun]:
    return list(db.session.scalars(select(SweepRun).order_by(SweepRun.id)))


def test_everything_due_is_dealt_with_in_one_run(
    city: Flask, at: dict[str, datetime], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweep, "BATCH", 4)
    uuids = [file_at(FRIDAY) for _n in range(11)]
    first = db.session.scalar(select(Task.wake_at))
    swept = sweep.sweep()
    assert (swept.found, swept.raised, swept.warned) == (11, 33, 11)
    assert {case_of(uuid).level for uuid in uuids} == {"city"}
    run = runs()[0]
    assert (run.found, run.raised, run.warned, run.error) == (11, 33, 11, None)
    assert (run.oldest_wake_at, run.began_at) == (first, LATER)


def test_a_run_with_nothing_to_do_writes_nothing(city: Flask, at: dict[str, datetime]) -> None:
    file_at(FRIDAY)
    at["now"] = FRIDAY
    assert sweep.sweep().found == 0
    assert runs() == []


def test_one_faulty_case_does_not_stop_the_others(
    city: Flask, at: dict[str, datetime], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweep, "BATCH", 3)
    uuids = [file_at(FRIDAY) for _n in range(8)]
    with writing():
        bad = case_of(uuids[0]).id
        db.session.execute(update(Task).where(Task.case_id == bad).values(base_level="moon"))
    swept = sweep.sweep()
    assert (swept.found, list(swept.failed)) == (7, [bad])
    assert [case_of(uuid).level for uuid in uuids] == ["community"] + 7 * ["city"]
    assert f"case {bad}: ValueError" in (runs()[0].error or "")
    assert queries.why_late() is not None


def test_a_sweep_cut_short_is_on_record(
    city: Flask, at: dict[str, datetime], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database goes away after a batch; a later tick does the rest. Old runs are forgotten."""
    monkeypatch.setattr(sweep, "BATCH", 3)
    uuids = [file_at(FRIDAY) for _n in range(7)]
    climb, calls = sweep.climb, []

    def gone_at_the_second(**asked: Any) -> Any:
        calls.append(asked)
        if len(calls) == 2:
            raise OperationalError("select 1", {}, Exception("the server closed the connection"))
        return climb(**asked)

    monkeypatch.setattr(sweep, "climb", gone_at_the_second)
    with pytest.raises(OperationalError):
        sweep.sweep()
    assert [run.found for run in runs()] == [3]
    at["now"] += sweep.KEPT + timedelta(seconds=1)
    assert sweep.sweep().found == 4
    assert [run.found for run in runs()] == [4]
    assert {case_of(uuid).level for uuid in uuids} == {"city"}


def test_lag_is_what_readyz_complains_about(city: Flask, at: dict[str, datetime]) -> None:
    uuid = file_at(FRIDAY)
    wake_at = db.session.scalar(select(Task.wake_at).where(Task.case_id == case_of(uuid).id))
    assert wake_at is not None
    at["now"] = wake_at + 2 * queries.TICK
    assert queries.lag(at["now"]) == 2 * queries.TICK
    assert queries.why_late() is None
    at["now"] += timedelta(seconds=1)
    assert "2 minutes ago" in str(queries.why_late())
    checks = city.test_client().get("/readyz").json["checks"]  # type: ignore[index]
    assert "2 minutes ago" in checks["escalation"]
    sweep.sweep()
    assert queries.why_late() is None


def test_the_job_runs_and_operators_see_it(city: Flask, at: dict[str, datetime]) -> None:
    file_at(FRIDAY)
    assert queries.sweep_state().waiting == 1
    job = worker.JOBS[queries.JOB]
    assert job.every == timedelta(seconds=60)
    assert worker.run_once(job, LATER) == 1
    state = queries.sweep_state()
    assert (state.waiting, state.lag, state.at_the_top) == (0, timedelta(), 1)
    assert state.ran_at is not None and [run.found for run in state.runs] == [1]


def test_the_city_list_is_every_overdue_case_that_nobody_stands_above(
    city: Flask, at: dict[str, datetime]
) -> None:
    uuids = [file_at(FRIDAY + timedelta(minutes=n)) for n in range(3)]
    assert queries.city_list(LATER, within=EVERYTHING) == []
    sweep.sweep()
    assert [case.uuid for case in queries.city_list(LATER, within=EVERYTHING)] == uuids
    assert queries.count_city_list(LATER, within=EVERYTHING) == 3
    everyone = db.session.scalars(select(Case.holder_id)).all()
    assert [rung.case_id for rung in queries.raised_to(everyone[0], FRIDAY)] == [
        case_of(uuid).id for uuid in reversed(uuids)
    ]


def test_commands(city: Flask, at: dict[str, datetime]) -> None:
    number = case_of(file_at(FRIDAY)).number
    runner = city.test_cli_runner()
    swept = runner.invoke(args=["escalation", "sweep"])
    assert (swept.exit_code, swept.output) == (0, "1 tasks were due: 3 limits passed, 1 notices\n")
    listed = runner.invoke(args=["escalation", "list"])
    assert str(number) in listed.output and "1 cases" in listed.output


# ---- nobody twice ---------------------------------------------------------------------------------


def act_on_what_was_read_before(monkeypatch: pytest.MonkeyPatch) -> UUID:
    """Two looks at once: the second acts on what it read before the first wrote."""
    uuid = file_at(FRIDAY)
    ids = [case_of(uuid).id]
    stale = raising._read(ids, LATER)
    look(LATER)
    monkeypatch.setattr(raising, "_lock", lambda *_asked: ids)
    monkeypatch.setattr(raising, "_read", lambda *_asked: stale)
    return uuid


def believe_what_was_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows are written whether or not they still stand as they were read."""
    for table, name, after in (
        (raising.CASES, "UPDATE_CASE", raising.CASE_AFTER),
        (raising.TASKS, "UPDATE_TASK", raising.TASK_AFTER),
    ):
        careless = update(table).where(table.c.id == bindparam("of_id"))
        monkeypatch.setattr(raising, name, careless.values(raising._given(*after)))


def test_what_another_has_done_is_not_done_again(city: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    uuid = act_on_what_was_read_before(monkeypatch)
    with pytest.raises(raising.Overtaken):
        look(LATER)
    assert len(rungs_of(uuid)) == 3


def test_a_rung_stands_once_even_if_all_else_fails(city: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    uuid = act_on_what_was_read_before(monkeypatch)
    believe_what_was_read(monkeypatch)
    with pytest.raises(IntegrityError):
        look(LATER)
    assert len(rungs_of(uuid)) == 3


def test_without_any_guard_cases_are_raised_twice(city: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    with writing():
        for index in ("ix_escalation_task_rung", "ix_case_past_case_version"):
            db.session.execute(text(f"drop index {index}"))
    uuid = act_on_what_was_read_before(monkeypatch)
    believe_what_was_read(monkeypatch)
    look(LATER)
    assert [rung.rung for rung in rungs_of(uuid)] == [1, 2, 3, 1, 2, 3]
