"""What is late or wrong stands on the operators' page in words; each fault is staged and seen."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, insert, select, text, update

from app.cases.models import Task
from app.core.clock import now
from app.core.db import begin_write, commit, db
from app.escalation.models import SweepRun
from app.events import delivery, queries
from app.events.delivery import Listener
from app.events.models import ChainHead
from app.jobs.models import Lease
from app.jobs.worker import JOBS, Job, run_once
from app.notify.models import Delivery
from app.people.models import Person
from app.people.queries import person
from tests.cast import NAMES, Caller
from tests.desk.pages import page
from tests.refusals import nothing_changes
from tests.statements import statements

Cast = dict[str, Caller]
FINE = "Everything runs in time."


@pytest.fixture
def running(cast: Cast) -> Cast:
    """Every job has just ended well."""
    begin_write()
    db.session.add_all(Lease(job=code, holder="", until=now(), ran_at=now()) for code in JOBS)
    commit()
    return cast


@pytest.mark.parametrize("name", NAMES)
def test_only_administrators_see_it(cast: Cast, name: str) -> None:
    expected = 200 if name == "ada" else 403
    assert cast[name].get("/operations/").status_code == expected
    if name != "ada":
        assert cast[name].open("POST", "/operations/dead-letters").status_code == 403


def test_when_all_is_well_it_says_so(running: Cast) -> None:
    html = page(running["ada"], "/operations/")
    assert FINE in html
    assert "nothing waits" in html
    for code in JOBS:
        assert code in html


def test_a_worker_that_never_ran_or_stopped_is_named(cast: Cast) -> None:
    html = page(cast["ada"], "/operations/")
    assert FINE not in html
    assert "Never ran:" in html and "flask jobs work" in html
    begin_write()
    db.session.add_all(
        Lease(job=code, holder="", until=now(), ran_at=now() - timedelta(hours=9)) for code in JOBS
    )
    commit()
    assert "events.deliver last ended well 9 h ago." in page(cast["ada"], "/operations/")


def test_a_job_that_fails_is_shown_until_it_ends_well(running: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_now: object) -> int:
        raise ValueError("no room\nDetail: what a case says")

    failing = Job("test.fails", timedelta(seconds=5), fail)
    monkeypatch.setitem(JOBS, failing.code, failing)
    run_once(failing, now())
    html = page(running["ada"], "/operations/")
    assert "test.fails failed: ValueError: no room" in html
    assert "what a case says" not in html
    monkeypatch.setitem(JOBS, failing.code, Job("test.fails", timedelta(seconds=5), lambda _now: 0))
    run_once(JOBS[failing.code], now())
    assert FINE in page(running["ada"], "/operations/")


def test_a_limit_that_passed_without_anything_happening_is_told(running: Cast) -> None:
    running["ines"].file()
    begin_write()
    db.session.execute(update(Task).values(wake_at=now() - timedelta(hours=2)))
    db.session.add(
        SweepRun(began_at=now(), ended_at=now(), found=7, raised=5, warned=2, error="case 3: ValueError: odd")
    )
    commit()
    html = page(running["ada"], "/operations/")
    assert "A limit passed 2 h ago and the sweep has not come to it." in html
    assert "1 waits" in html
    assert "The last sweep had to leave cases: case 3: ValueError: odd" in html


def test_a_listener_that_fails_is_named(running: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_event: object, _now: object) -> None:
        raise RuntimeError("it cannot hear")

    monkeypatch.setattr(delivery, "_listeners", {"deaf": Listener("deaf", ("case.filed",), refuse)})
    running["ines"].file()
    at = now()
    delivery.deliver_all(at)
    delivery.deliver_all(at + timedelta(minutes=1))
    state = delivery.reading_states()[0]
    assert (state.waiting, state.failures) == (1, 2)
    html = page(running["ada"], "/operations/")
    assert "deaf failed 2 times at one event: RuntimeError: it cannot hear" in html
    monkeypatch.setattr(
        delivery, "_listeners", {"deaf": Listener("deaf", ("case.filed",), lambda _event, _now: None)}
    )
    delivery.deliver_all(at + timedelta(hours=1))
    mended = delivery.reading_states()[0]
    assert (mended.waiting, mended.failures, mended.error) == (0, 0, None)
    assert FINE in page(running["ada"], "/operations/")


def test_events_that_wait_too_long_are_late(running: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        delivery, "_listeners", {"slow": Listener("slow", ("case.filed",), lambda _event, _now: None)}
    )
    running["ines"].file()
    later = now() + timedelta(hours=3)
    monkeypatch.setattr("app.desk.routes.operations.now", lambda: later)
    assert "Events have waited 3 h for slow." in page(running["ada"], "/operations/")


def test_messages_that_were_given_up_are_sent_again_after_a_question(running: Cast) -> None:
    dead = [dead_letter(f"t{n}") for n in range(2)]
    html = page(running["ada"], "/operations/")
    assert "2 messages were given up." in html and "550 no such mailbox" in html
    with nothing_changes():
        asked = running["ada"].open("POST", "/operations/dead-letters")
        assert asked.status_code == 200
        assert "Send 2 messages again?" in asked.text
    assert running["ada"].open("POST", "/operations/dead-letters", data={"sure": "yes"}).status_code == 303
    states = db.session.scalars(select(Delivery.state).where(Delivery.id.in_(dead)))
    assert set(states) == {"waiting"}
    assert running["ada"].open("POST", "/operations/dead-letters").status_code == 303, "nothing to ask about"


def test_a_line_of_the_chain_that_was_altered_is_seen_at_once(running: Cast) -> None:
    running["ines"].file()
    assert FINE in page(running["ada"], "/operations/")
    begin_write()
    db.session.execute(update(ChainHead).values(hash="0" * 64))
    commit()
    html = page(running["ada"], "/operations/")
    assert "The chain of events does not hold at line" in html
    assert "flask events verify" in html


def test_a_unit_without_anybody_that_holds_cases_is_shown_with_their_number(running: Cast) -> None:
    for _each in range(3):
        running["ines"].file()
    assert "Every unit that holds an open case has somebody" in page(running["ada"], "/operations/")
    begin_write()
    mara = person("mara")
    assert mara is not None
    db.session.execute(update(Person).where(Person.id == mara.id).values(active=False))
    commit()
    html = page(running["ada"], "/operations/")
    assert "Nobody answers for 1 unit with 3 open cases." in html


def test_a_program_ahead_of_its_database_is_told(running: Cast) -> None:
    html = page(running["ada"], "/operations/")
    assert "flask db upgrade" not in html
    begin_write()
    db.session.execute(text("update alembic_version set version_num = '0003'"))
    commit()
    assert "The database is at revision 0003" in page(running["ada"], "/operations/")


def test_the_statements_of_the_page_do_not_grow_with_what_it_tells(running: Cast) -> None:
    running["ines"].file()
    dead_letter("first")
    page(running["ada"], "/operations/")  # what is kept in memory is read once
    with statements() as few:
        page(running["ada"], "/operations/")
    for n in range(5):
        running["ines"].file()
        dead_letter(f"more{n}")
    with statements() as many:
        page(running["ada"], "/operations/")
    assert len(many) <= len(few)
    assert len(many) <= 40, "\n".join(many)


def dead_letter(token: str) -> int:
    """A delivery that was given up; its id."""
    mara = person("mara")
    assert mara is not None
    begin_write()
    row = {
        "token": token,
        "person_id": mara.id,
        "channel": "mail",
        "state": "dead",
        "made_at": now(),
        "attempts": 8,
        "next_at": now(),
        "last_error": "550 no such mailbox",
    }
    found = db.session.scalar(insert(Delivery).returning(Delivery.id), row)
    commit()
    assert found is not None
    return found


@pytest.mark.parametrize("count", [1, 2, 5, 500])
def test_the_newest_lines_are_verified_from_any_line_on(running: Cast, count: int) -> None:
    for _each in range(3):
        running["ines"].file()
    assert queries.verify() == queries.verify_newest(count) == []
    begin_write()
    db.session.execute(update(ChainHead).values(seq=ChainHead.seq + 1))
    commit()
    assert queries.verify_newest(count)
    begin_write()
    db.session.execute(delete(ChainHead))
    commit()
    assert queries.verify_newest(count)
