"""Several hundred events, and everything fails at every point: all arrive, once after dedup, in order."""

import random
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Barrier, Lock, local
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from app import events
from app.core import db as database
from app.core.clock import now
from app.core.db import db
from app.core.policy import SYSTEM
from app.events import delivery, queries
from app.notify import decisions, letters, packing, sending, service
from app.notify.channels import Deferred, Unreachable
from app.notify.models import Delivery, Notice, Outgoing
from app.notify.routing import Route
from app.notify.rules import Urgency
from tests.cast import COMMUNITY, Caller
from tests.notify.conftest import address
from tests.notify.mailing import Post, deliveries, notify, use, writing

Cast = dict[str, Caller]
EVENTS, CASES, SEED = 200, 8, 20261121
ALWAYS = Route("case.urge", "", "holder", ("inbox", "mail"), "urged", Urgency.NOW, False)


class Killed(BaseException):
    """The worker is gone at this very place."""


class Chance:
    """Kills a worker with a small probability wherever it is asked, and stops after so many."""

    def __init__(self) -> None:
        self.random, self.left, self.working = random.Random(SEED), 60, False

    def kill(self) -> None:
        if self.working and self.left and self.random.random() < 0.12:
            self.left -= 1
            raise Killed

    def survive(self, work: Callable[[datetime], Any], at: datetime) -> None:
        """A worker's turn, and what is left of it when it is killed: what was committed."""
        self.working = True
        try:
            work(at)
        except Killed:
            database.rollback()
            db.session.remove()
        self.working = False

    def around(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Killed before, or after."""

        def wrapped(*args: Any, **kwargs: Any) -> Any:
            self.kill()
            result = function(*args, **kwargs)
            self.kill()
            return result

        return wrapped

    def fate(self, _n: int) -> Exception | None:
        """30 % failures before the mail was taken."""
        drawn = self.random.random()
        if drawn < 0.05:
            return Unreachable("connection refused")
        return Deferred("451 later") if drawn < 0.3 else None

    def late(self, _n: int) -> Exception | None:
        """It was taken, but the sender does not know: time-outs, broken lines, death."""
        self.kill()
        return Deferred("timed out") if self.random.random() < 0.1 else None


@pytest.fixture
def urged(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The subjects of a few cases that Mara answers for; urging is told to her by mail, never collapsed."""
    monkeypatch.setattr(decisions, "routes", lambda: {"case.urge": (ALWAYS,)})
    monkeypatch.setattr(delivery, "_listeners", {})
    delivery.listen(delivery.Listener("notify", ("case.urge",), service.tell))
    monkeypatch.setattr(delivery, "BATCH", 20)
    address("mara")
    return [f"case:{cast['ines'].file().json['id']}" for _n in range(CASES)]  # type: ignore[index]


def urge(subjects: list[str], count: int) -> None:
    database.begin_write()
    for n in range(count):
        events.append("case.urge", subjects[n % CASES], {"holder": COMMUNITY}, actor=SYSTEM, at=now())
    database.commit()


def play(subjects: list[str], chance: Chance) -> datetime:
    """Urge, tell, pack and send in turns while everything fails, until nothing is left to do."""
    at, left = now(), EVENTS
    for _turn in range(4000):
        if left:
            urge(subjects, 20)
            left -= 20
        for work in chance.random.sample((delivery.deliver_all, packing.pack, sending.send), 3):
            chance.survive(work, at)
        at += timedelta(minutes=2, seconds=30)
        if not left and settled():
            return at
    raise AssertionError("it does not come to an end")


def settled() -> bool:
    db.session.rollback()
    unpacked = db.session.scalar(select(func.count()).where(Outgoing.delivery_id.is_(None)))
    unsent = db.session.scalar(select(func.count()).select_from(Delivery).where(sending.UNSENT))
    return not unpacked and not unsent and delivery._position("notify") >= last_urge()


def last_urge() -> int:
    return queries.since(0, ("case.urge",), EVENTS)[-1].seq


def arrived(post: Post) -> list[int]:
    """The events of the mails that the receiver keeps: a Message-ID it has seen is thrown away."""
    seen: dict[str, list[int]] = {}
    for message in post.taken:
        seen.setdefault(str(message["Message-ID"]), [int(n) for n in message["X-Wangge-Events"].split()])
    return [seq for seqs in seen.values() for seq in seqs]


def disorder(seqs: list[int]) -> list[str]:
    """Cases of which a later event arrived before an earlier one."""
    subjects = {told.seq: told.subject for told in queries.since(0, ("case.urge",), EVENTS)}
    by_case: dict[str, list[int]] = defaultdict(list)
    for seq in seqs:
        by_case[subjects[seq]].append(seq)
    return [subject for subject, arrivals in by_case.items() if arrivals != sorted(arrivals)]


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> tuple[Post, Chance]:
    """Killed around every commit and every mail."""
    chance = Chance()
    post = use(Post(fate=chance.fate, late=chance.late), monkeypatch)
    monkeypatch.setattr(database, "commit", chance.around(database.commit))
    return post, chance


def test_all_arrive_once_after_dedup_and_in_order(urged: list[str], failing: tuple[Post, Chance]) -> None:
    post, chance = failing
    play(urged, chance)
    wanted = [told.seq for told in queries.since(0, ("case.urge",), EVENTS)]
    assert chance.left < 30, "hardly anything failed"
    assert len(wanted) == EVENTS
    assert sorted(arrived(post)) == wanted
    assert disorder(arrived(post)) == []
    assert len(post.taken) > len(set(post.tokens())), "a repeat on the wire is what dedup is for"
    assert db.session.scalar(select(func.count()).select_from(Notice)) == EVENTS
    sent = select(func.count()).select_from(Outgoing).join(Delivery).where(Delivery.state == "sent")
    assert db.session.scalar(sent) == EVENTS
    assert {row.state for row in deliveries()} == {"sent"}


def another_token(*args: Any, **kwargs: Any) -> letters.Letter:
    """The seeded fault: every attempt is a mail of its own."""
    ready, token = letters.letter(*args, **kwargs), f"{random.random()}"
    ready.message.replace_header("Message-ID", f"<{token}@localhost>")
    return replace(ready, token=token)


def test_without_a_lasting_token_there_would_be_duplicates(
    urged: list[str], failing: tuple[Post, Chance], monkeypatch: pytest.MonkeyPatch
) -> None:
    post, chance = failing
    monkeypatch.setattr(sending, "letter", another_token)
    play(urged, chance)
    assert len(arrived(post)) > EVENTS


def test_without_waiting_for_the_earlier_mail_there_would_be_disorder(
    urged: list[str], failing: tuple[Post, Chance], monkeypatch: pytest.MonkeyPatch
) -> None:
    post, chance = failing

    def everything(at: datetime) -> list[int]:
        rows = select(Delivery.id).where(sending.UNSENT, Delivery.next_at <= at, sending._free(at))
        found = list(db.session.scalars(rows.order_by(Delivery.id)))
        db.session.rollback()
        return found

    monkeypatch.setattr(sending, "_due", everything)
    play(urged, chance)
    assert disorder(arrived(post)) != []


MAILS = 6


def send_by_two(city: Flask, monkeypatch: pytest.MonkeyPatch) -> int:
    """Two workers look at the same moment and see the same mails; how many leave."""
    mara, at = address("mara").person_id, now()
    with writing():
        for n in range(MAILS):
            notify(mara, f"person:{n}", at)
    packing.pack(at)
    db.session.remove()
    post, lock, meet = Post(), Lock(), Barrier(2)
    look = sending._due

    seen = local()

    def look_together(at: datetime) -> Any:
        found = look(at)
        if not hasattr(seen, "once"):
            seen.once = meet.wait(10)
        return found

    class Guarded(Post):
        def send(self, message: Any, **said: str) -> None:
            with lock:
                post.send(message, sender=said["sender"], to=said["to"], token=said["token"])

    def work() -> None:
        with city.app_context():
            sending.send(at)
            db.session.remove()

    monkeypatch.setattr(sending, "_due", look_together)
    use(Guarded(), monkeypatch)
    with ThreadPoolExecutor(2) as workers:
        for done in [workers.submit(work) for _n in range(2)]:
            done.result()
    return len(post.taken)


def test_two_workers_at_once_send_each_mail_once(city: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    assert send_by_two(city, monkeypatch) == MAILS


def take_anyway(delivery_id: int, at: datetime) -> sending.Claim:
    """The seeded fault: a claim that does not look whether somebody has it."""
    name = str(random.random())
    database.begin_write()
    until = {"claim": name, "claimed_until": at + sending.LEASE}
    db.session.execute(update(Delivery).where(Delivery.id == delivery_id).values(**until))
    database.commit()
    return sending.Claim(delivery_id, name, 1)


def test_without_the_claim_they_would_send_each_twice(city: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "_claim", take_anyway)
    assert send_by_two(city, monkeypatch) == 2 * MAILS
