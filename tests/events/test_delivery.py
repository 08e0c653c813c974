"""Listeners hear every event in commit order, at least once, whatever fails."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import pairwise

import pytest
from flask import Flask
from sqlalchemy import select

from app.core import db as database
from app.core.clock import now
from app.core.db import db
from app.core.policy import SYSTEM
from app.events import Listener, append, delivery, listen, queries
from app.events.models import Attempt, Reading
from app.events.queries import Told

Hear = Callable[[Told], None]


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """The `n` of each event that the listener of this test was told, in order."""
    monkeypatch.setattr(delivery, "_listeners", {})
    yield []


def listening(heard: list[int], *, fails: Callable[[int], bool] = lambda n: False) -> None:
    def hear(event: Told, _now: object) -> None:
        assert event.body is not None
        heard.append(event.body["n"])
        if fails(event.body["n"]):
            raise RuntimeError("not today")

    listen(Listener("test", ("test.happened",), hear))


def happen(*numbers: int, action: str = "test.happened") -> None:
    database.begin_write()
    for n in numbers:
        append(action, "test:1", {"n": n}, actor=SYSTEM, at=now())
    database.commit()


def position() -> int:
    db.session.rollback()
    return db.session.scalar(select(Reading.seq).where(Reading.listener == "test")) or 0


def test_every_event_once_and_in_order(app: Flask, heard: list[int]) -> None:
    listening(heard)
    happen(1, 2)
    happen(3, action="test.other")
    happen(4)
    assert delivery.deliver_all(now()) == 3
    assert delivery.deliver_all(now()) == 0
    happen(5)
    assert delivery.deliver_all(now()) == 1
    assert heard == [1, 2, 4, 5]
    assert position() == queries.last_seq() == 5


def test_more_than_a_batch(app: Flask, heard: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery, "BATCH", 3)
    listening(heard)
    happen(*range(8))
    while delivery.deliver_all(now()):
        pass
    assert heard == list(range(8))


def test_a_failure_is_recorded_and_tried_again_before_what_follows(app: Flask, heard: list[int]) -> None:
    listening(heard, fails=lambda n: n == 2 and heard.count(2) < 3)
    happen(1, 2, 3)
    for n in range(4):
        delivery.deliver_all(now() + timedelta(minutes=n))
    assert heard == [1, 2, 2, 2, 3]
    tried = list(db.session.scalars(select(Attempt).order_by(Attempt.id)))
    assert [(a.seq, a.error) for a in tried] == [
        (1, None),
        (2, "RuntimeError: not today"),
        (2, "RuntimeError: not today"),
        (2, None),
        (3, None),
    ]


def test_each_failure_makes_the_next_attempt_wait_longer(app: Flask, heard: list[int]) -> None:
    listening(heard, fails=lambda n: True)
    happen(1)
    begun = now()
    for second in range(0, 3600, 2):
        delivery.deliver_all(begun + timedelta(seconds=second))
    waits = [
        (later - earlier).total_seconds()
        for earlier, later in pairwise(db.session.scalars(select(Attempt.at).order_by(Attempt.id)))
    ]
    assert waits[:9] == [2, 4, 8, 16, 32, 64, 128, 256, 512]
    assert set(waits[9:]) == {600}


def test_one_listeners_failure_is_not_anothers(app: Flask, heard: list[int]) -> None:
    other: list[int] = []
    listening(heard, fails=lambda n: True)
    listen(Listener("other", ("test.happened",), lambda event, _now: other.append(event.seq)))
    happen(1, 2)
    delivery.deliver_all(now())
    assert (heard, other) == ([1], [1, 2])


def test_what_a_listener_wrote_goes_with_its_position(app: Flask, heard: list[int]) -> None:
    def hear(event: Told, at: object) -> None:
        append("test.echo", event.subject, {"of": event.seq}, actor=SYSTEM, at=now())
        if event.body == {"n": 2}:
            raise RuntimeError("after writing")

    listen(Listener("test", ("test.happened",), hear))
    happen(1, 2)
    delivery.deliver_all(now())
    delivery.deliver_all(now() + timedelta(minutes=1))
    echoes = [told.body for told in queries.history("test:1") if told.action == "test.echo"]
    assert echoes == [{"of": 1}]
    assert position() == 1
    assert queries.verify() == []


def test_a_claimed_position_is_left_alone_until_the_claim_runs_out(app: Flask, heard: list[int]) -> None:
    listening(heard)
    happen(1)
    at = now()
    assert delivery._claim("test", at)
    assert delivery.deliver_all(at + timedelta(seconds=59)) == 0
    assert delivery.deliver_all(at + timedelta(seconds=61)) == 1
    assert heard == [1]


def test_a_worker_whose_claim_ran_out_does_not_wind_the_position_back(app: Flask, heard: list[int]) -> None:
    later = now() + timedelta(minutes=5)

    def hear(event: Told, _now: object) -> None:
        assert event.body is not None
        heard.append(event.body["n"])
        if heard == [1]:  # so slow that another worker takes over in the middle
            database.rollback()
            delivery.deliver_all(later)
            database.begin_write()

    listen(Listener("test", ("test.happened",), hear))
    happen(1, 2, 3)
    delivery.deliver_all(now())
    assert position() == 3
    assert delivery.deliver_all(later + timedelta(minutes=5)) == 0
    assert heard == [1, 1, 2, 3]
