"""Mail is sent at least once on the wire, exactly once in the tables, in order, or given up in the open."""

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from flask import Flask
from sqlalchemy import select, update

from app.core import db as database
from app.core.clock import now
from app.core.db import db
from app.core.policy import SYSTEM
from app.events import queries as events
from app.notify import packing, sending
from app.notify.channels import Deferred, Refused, Unreachable
from app.notify.models import Delivery
from app.notify.queries import dead_letters, delivery_state
from app.notify.rules import LONGEST_WAIT, MOST_ATTEMPTS
from app.notify.service import retry_dead
from app.people.models import Person
from tests.conftest import person_named
from tests.notify.conftest import address, tell_all, told
from tests.notify.mailing import Post, deliveries, notify, use, writing

Tomorrow = Callable[[int], datetime]


@pytest.fixture
def at(city: Flask) -> datetime:
    return now()


@pytest.fixture
def mara(city: Flask) -> int:
    return address("mara").person_id


def waiting(person_id: int, at: datetime, *subjects: str) -> None:
    with writing():
        for subject in subjects:
            notify(person_id, subject, at)
    packing.pack(at)


def test_what_is_due_is_sent_once(mara: int, at: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    post = use(Post(), monkeypatch)
    waiting(mara, at, "person:1", "person:2")
    assert sending.deliver_mail(at) == 2
    assert sending.deliver_mail(at) == 0
    assert [(d.state, d.attempts, d.last_error) for d in deliveries()] == [("sent", 1, None)] * 2
    assert post.tokens() == [f"<{d.token}@localhost>" for d in deliveries()]


def test_a_failure_waits_longer_each_time_and_is_given_up_at_last(
    mara: int, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = use(Post(fate=lambda n: Deferred(f"451 try {n}")), monkeypatch)
    waiting(mara, at, "person:1")
    tries: list[datetime] = []
    while deliveries()[0].state in ("waiting", "failed"):
        tries.append(max(deliveries()[0].next_at, at))
        assert sending.send(tries[-1]) == 0
    (only,) = deliveries()
    assert (only.state, only.attempts, post.attempts) == ("dead", MOST_ATTEMPTS, MOST_ATTEMPTS)
    waits = [later - earlier for earlier, later in pairwise(tries)]
    assert timedelta(seconds=15) <= waits[0] <= timedelta(seconds=31)
    assert LONGEST_WAIT / 2 <= waits[-1] <= LONGEST_WAIT + timedelta(seconds=1)
    assert delivery_state().dead == 1
    assert [(each.username, each.attempts) for each in dead_letters(10)] == [("mara", MOST_ATTEMPTS)]


def test_what_is_refused_for_good_is_given_up_at_once_and_operators_are_told(
    mara: int, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(Post(fate=lambda n: Refused("550 no such mailbox mara@example.org")), monkeypatch)
    waiting(mara, at, "person:1")
    sending.send(at)
    (only,) = deliveries()
    assert (only.state, only.attempts) == ("dead", 1)
    assert only.last_error == "550 no such mailbox …", "no address in what is kept for others"
    tell_all()
    assert told("ada") == ["dead_letter"]


def test_a_dead_letter_is_tried_again_when_an_operator_says_so(
    mara: int, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(Post(fate=lambda n: Refused("550 no") if n == 0 else None), monkeypatch)
    waiting(mara, at, "person:1")
    sending.send(at)
    (dead,) = deliveries()
    token = dead.token
    with writing():
        assert retry_dead([dead.id, 999_999], actor=SYSTEM, now=at) == 1
    assert sending.send(at) == 1
    assert [(d.state, d.token) for d in deliveries()] == [("sent", token)]
    with writing():
        assert retry_dead([dead.id], actor=SYSTEM, now=at) == 0
    assert events.history(f"delivery:{dead.id}")[-1].action == "notice.retried"


def test_a_server_out_of_reach_is_nobodys_attempt(
    mara: int, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = use(Post(fate=lambda n: Unreachable("connection refused") if n < 40 else None), monkeypatch)
    waiting(mara, at, "person:1", "person:2", "person:3")
    for minute in range(45):
        sending.send(at + timedelta(minutes=minute))
    assert [d.state for d in deliveries()] == ["sent"] * 3
    assert post.attempts == 43
    assert max(d.attempts for d in deliveries()) == 1


def test_a_cases_mails_keep_their_order_while_other_cases_go_on(
    mara: int, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = use(Post(fate=lambda n: Deferred("451") if n == 0 else None), monkeypatch)
    for subject in ("person:1", "person:1", "person:2"):
        waiting(mara, at, subject)
    assert sending.send(at) == 1, "the other case is not held up"
    assert [d.state for d in deliveries()] == ["failed", "waiting", "sent"]
    assert sending.send(at + timedelta(minutes=1)) == 2
    tokens = [f"<{d.token}@localhost>" for d in deliveries()]
    assert post.tokens() == [tokens[2], tokens[0], tokens[1]]


def test_another_persons_mail_of_the_same_case_is_not_held_up(
    mara: int, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(Post(fate=lambda n: Deferred("451") if n == 0 else None), monkeypatch)
    waiting(mara, at, "person:1")
    waiting(address("otto").person_id, at, "person:1")
    assert sending.send(at) == 1


def test_a_claimed_mail_is_left_alone_until_the_claim_runs_out(
    mara: int, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(Post(), monkeypatch)
    waiting(mara, at, "person:1")
    assert sending._claim(deliveries()[0].id, at) is not None
    assert sending._claim(deliveries()[0].id, at) is None
    assert sending.send(at + sending.LEASE - timedelta(seconds=1)) == 0
    assert sending.send(at + sending.LEASE) == 1


def test_a_worker_whose_claim_ran_out_does_not_write_over_the_next_ones(
    mara: int, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first was so slow that the second sent it: the receiver has it twice, we have it once."""
    waiting(mara, at, "person:1")
    second, later = Post(), at + sending.LEASE + timedelta(seconds=1)

    def overtaken(n: int) -> Exception | None:
        use(second, monkeypatch)
        assert sending.send(later) == 1
        return Deferred("timed out")

    first = use(Post(late=overtaken), monkeypatch)
    assert sending.send(at) == 0
    (only,) = deliveries()
    assert (only.state, only.last_error) == ("sent", None)
    assert first.tokens() == second.tokens()


def test_what_was_packed_is_never_packed_otherwise(
    mara: int, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The line broke after the mail was taken; more came meanwhile: the repeat says what the first said."""
    post = use(Post(late=lambda n: Deferred("line broke") if n == 0 else None), monkeypatch)
    waiting(mara, at, "person:1")
    sending.send(at)
    waiting(mara, at, "person:1", "person:2")
    assert sending.send(at + timedelta(minutes=2)) == 3
    first, again, *_others = post.taken
    assert first.as_bytes() == again.as_bytes()


def test_nobody_is_mailed_who_left_or_may_no_longer_read_it(
    mara: int, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = use(Post(), monkeypatch)
    waiting(mara, at, "case:00000000-0000-4000-8000-000000000000")
    waiting(mara, at, "person:1")
    otto = address("otto")
    waiting(otto.person_id, at, "person:2")
    with writing():
        db.session.execute(update(Person).where(Person.username == "otto").values(active=False))
    sending.send(at)
    assert [d.state for d in deliveries()] == ["dropped", "sent", "dropped"]
    assert len(post.taken) == 1


def test_a_run_ends_when_its_time_is_up(mara: int, at: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    use(Post(), monkeypatch)
    monkeypatch.setattr(sending, "BUDGET", timedelta(0))
    monkeypatch.setattr(sending, "BATCH", 2)
    waiting(mara, at, *(f"person:{n}" for n in range(5)))
    assert sending.send(at) == 2


def test_the_queue_is_found_by_its_index(mara: int, at: datetime) -> None:
    statement = select(Delivery.id).where(sending.UNSENT).order_by(Delivery.id)
    text = str(statement.compile(db.engine))
    with db.engine.connect() as connection, connection.begin():
        if not database.is_sqlite():  # which reads a table of a few rows whole
            connection.exec_driver_sql("set local enable_seqscan = off")
        explain = "explain query plan" if database.is_sqlite() else "explain"
        plan = " ".join(str(row) for row in connection.exec_driver_sql(f"{explain} {text}"))
    assert "ix_notice_delivery_due" in plan


def test_states_are_counted(mara: int, at: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    use(Post(fate=lambda n: Deferred("451") if n == 1 else None), monkeypatch)
    waiting(mara, at, "person:1", "person:2")
    sending.send(at)
    waiting(mara, at, "person:3")
    with writing():
        notify(mara, "person:4", at, ready_at=at + timedelta(hours=1))
    found = delivery_state()
    assert (found.unpacked, found.waiting, found.failed, found.sent, found.dead) == (1, 1, 1, 1, 0)
    assert found.oldest is not None and found.last_sent is not None
    assert found.last_sent >= found.oldest
    assert person_named("mara").id == mara
