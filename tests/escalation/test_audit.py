"""`flask escalation audit`: nothing is found where nothing is wrong, and every seeded fault is named."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import text

from app.cases.service import raising
from app.core.clock import rfc3339
from app.core.db import db
from app.escalation import audit as auditing
from app.escalation import queries
from app.escalation.audit import audit, standing_at
from app.events import service as events
from app.events.queries import history
from tests.cast import BUREAU, CITY, TOWN
from tests.escalation.stories import DAY, FRIDAY, HOUR, Story, case_of, climb_to_the_top, look, writing

LATER = FRIDAY + 60 * DAY


@pytest.fixture(autouse=True)
def now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(auditing, "database_now", lambda: LATER)


def whats(story: Story) -> list[str]:
    return [difference.what for difference in audit(uuid=story.uuid).differences]


def climbed() -> Story:
    story = Story().do("mara", "accept")
    climb_to_the_top(story.uuid)
    return story


def test_nothing_is_found_where_nothing_is_wrong(city: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.escalation.stored.CHUNK", 2)
    for _n in range(5):
        climbed()
    Story().handled().do("ines", "check_pass")
    found = audit()
    assert (found.cases, found.unknowable, found.differences) == (6, 0, [])
    assert found.events == 5 * 6 + 7
    assert audit(limit=4).cases == 4


ALTERED = (
    ("update case_record set level='town'", "level is town, must be city"),
    ("update case_record set status='closed'", "status is closed, must be accepted"),
    ("update case_record set card='red'", "card is red, must be black"),
    ("update case_record set escalations=7", "escalations is 7, must be 3"),
    ("update case_record set version=version+1", "version is 6, must be 5"),
    ("update case_record set due_at=null", "due_at is nothing, must be 2026-11-20 08:00:00.000000Z"),
    ("update case_record set holder_id=community_id", "holder is "),
    ("update task set wake_at='2030-01-01 00:00:00' where kind='dispatch'", "task 2 (dispatch): wake_at"),
    ("update task set rung=1 where kind='dispatch'", "task 2 (dispatch): rung is 1, must be 3"),
    ("update task set closed_at=opened_at where kind='dispatch'", "task 2 (dispatch): closed_at"),
    ("update task set due_at='2026-12-24 00:00:00' where kind='dispatch'", "task 2 (dispatch): due_at"),
    ("delete from escalation where rung=2", "no breach is recorded for rung 2 of dispatch"),
    ("update escalation set to_level='grid' where rung=2", "a breach is recorded that never was"),
    ("delete from case_past where version=3", "3 earlier versions are kept, must be 4"),
    ("delete from escalation; delete from task where kind='dispatch'", "it has 1 tasks, must have 2"),
)


def test_what_was_altered_is_named(city: Flask) -> None:
    """Each fault in a case of its own; others may find more in the same case, but never none."""
    untouched, missed = climbed(), {}
    for statements, what in ALTERED:
        story = climbed()
        ident = case_of(story.uuid).id
        with writing():
            for statement in statements.split("; "):
                name = "id" if "case_record" in statement else "case_id"
                and_ = "and" if " where " in statement else "where"
                db.session.execute(text(f"{statement} {and_} {name}={ident}"))
        found = whats(story)
        if not any(each.startswith(what) for each in found):
            missed[what] = found
    assert missed == {}
    assert whats(untouched) == []


def test_a_limit_that_passed_while_the_sweep_slept_is_found(city: Flask) -> None:
    story = Story()
    assert whats(story) == [
        "accept: no notice given, due since 2026-11-20 06:12:00Z",
        "accept: not raised, due since 2026-11-20 07:00:00Z",
        "accept: not raised, due since 2026-11-23 09:30:00Z",
        "accept: not raised, due since 2026-11-24 09:30:00Z",
    ]
    look(LATER)
    assert whats(story) == []


def test_a_case_that_was_made_to_sleep_is_found(city: Flask) -> None:
    """Whoever empties `wake_at` hides a case from the sweep, but not from the audit."""
    story = Story()
    with writing():
        db.session.execute(text("update task set wake_at=null"))
    assert look(LATER).found == 0
    assert [what for what in whats(story) if "not raised" in what]


def test_within_two_ticks_nothing_is_owed_yet(city: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    story = Story()
    due_at = case_of(story.uuid).due_at
    assert due_at is not None
    with monkeypatch.context() as patched:
        near = standing_at(story.uuid, FRIDAY)
        assert near is not None and near.near_at is not None
        look(near.near_at)
        patched.setattr(auditing, "database_now", lambda: due_at + queries.LATE - timedelta(seconds=1))
        assert whats(story) == []
        patched.setattr(auditing, "database_now", lambda: due_at + queries.LATE)
        assert whats(story) == [f"accept: not raised, due since {due_at:%F %T}Z"]


def test_a_climb_that_was_early_is_doubted(city: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    story = Story()
    with monkeypatch.context() as patched:
        patched.setattr(raising, "due_steps", lambda *asked: _all_steps(*asked[:4]))
        with writing():
            db.session.execute(text("update task set wake_at=opened_at"))
        look(FRIDAY + HOUR)
    assert any("was not due" in what for what in whats(story))


def _all_steps(*asked: object) -> object:
    from app.workflow.ladder import due_steps

    return due_steps(*asked, LATER)  # type: ignore[arg-type]


def test_a_history_partly_erased_is_counted_apart(city: Flask) -> None:
    climbed()
    erased = climbed()
    with writing():
        events.erase(history(f"case:{erased.uuid}")[0].seq)
    found = audit()
    assert (found.cases, found.unknowable, found.differences) == (2, 1, [])


def test_where_a_case_stood_at_any_instant(city: Flask) -> None:
    story = Story().do("mara", "accept").do("mara", "dispatch", department=BUREAU)
    climb_to_the_top(story.uuid)
    filed = standing_at(story.uuid, FRIDAY)
    assert filed is not None and (filed.status, filed.level, filed.department) == ("filed", "community", None)
    accepted = standing_at(story.uuid, FRIDAY + HOUR)
    assert accepted is not None and [duty.kind for duty in accepted.open_duties] == ["dispatch"]
    last = standing_at(story.uuid, LATER)
    assert last is not None
    assert (last.status, last.holder, last.card, last.department) == ("dispatched", CITY, "black", BUREAU)


def test_commands(city: Flask) -> None:
    story = climbed()
    runner = city.test_cli_runner()
    clean = runner.invoke(args=["escalation", "audit"])
    assert (clean.exit_code, clean.output) == (0, "1 cases, 6 events: 0 differences\n")
    with writing():
        db.session.execute(text("update case_record set level='town'"))
    found = runner.invoke(args=["escalation", "audit", "--case", str(story.uuid)])
    assert (found.exit_code, "level is town, must be city" in found.output) == (1, True)
    then = rfc3339(FRIDAY)
    asked = runner.invoke(args=["escalation", "audit", "--case", str(story.uuid), "--at", str(then)])
    assert (asked.exit_code, "level        community" in asked.output) == (0, True)
    assert f"task         accept of {TOWN}001" in asked.output
    before = (FRIDAY - HOUR).isoformat()
    early = runner.invoke(args=["escalation", "audit", "--case", str(story.uuid), "--at", before])
    assert (early.exit_code, "nothing had happened by then" in early.output) == (1, True)
    assert runner.invoke(args=["escalation", "audit", "--at", before]).exit_code == 2
    assert (
        runner.invoke(args=["escalation", "audit", "--case", str(story.uuid), "--at", "soon"]).exit_code == 2
    )
