"""Eight writers at once: a gapless chain in commit order, whose last number is a safe stamp."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Event as Signal
from time import perf_counter
from uuid import uuid4

from flask import Flask
from sqlalchemy import select

from app.core.db import db
from app.events import queries
from app.events.models import Event
from tests.cast import Caller

WRITERS, EACH = 8, 12


@dataclass
class Filed:
    """One filing as its sender saw it: when it was sent, when it was acknowledged."""

    uuid: str
    sent: float
    acknowledged: float


def write(city: Flask, token: str) -> list[Filed]:
    caller, ledger = Caller(city.test_client(), token), []
    for _n in range(EACH):
        uuid, sent = str(uuid4()), perf_counter()
        status = caller.file(uuid).status_code
        while status == 503:  # busy: nothing was changed, try again
            status = caller.file(uuid).status_code
        assert status == 201
        ledger.append(Filed(uuid, sent, perf_counter()))
    return ledger


def watch(city: Flask, done: Signal) -> list[list[int]]:
    """What somebody sees who reads up to the last number, again and again."""
    seen = []
    while not done.is_set():
        with city.app_context():
            last = queries.last_seq()
            rows = select(Event.seq).where(Event.seq <= last).order_by(Event.seq)
            seen.append(list(db.session.scalars(rows)))
            assert len(seen[-1]) == last, "a number was given out that nobody can read yet"
    return seen


def test_eight_writers_make_one_gapless_chain(cast: dict[str, Caller], city: Flask) -> None:
    begun, done = queries.last_seq(), Signal()
    db.session.rollback()
    with ThreadPoolExecutor(WRITERS + 1) as threads:
        watching = threads.submit(watch, city, done)
        writing = [threads.submit(write, city, cast["ines"].token) for _ in range(WRITERS)]
        ledger = [filed for each in writing for filed in each.result()]
        done.set()
        seen = watching.result()
    told = {subject: seq for subject, seq in db.session.execute(select(Event.subject, Event.seq))}
    seqs = [told[f"case:{filed.uuid}"] for filed in ledger]
    assert sorted(seqs) == list(range(begun + 1, begun + WRITERS * EACH + 1))
    assert queries.verify() == []
    assert len(seen) > 1
    order = sorted(ledger, key=lambda filed: told[f"case:{filed.uuid}"])
    assert not [
        (early, late)
        for n, late in enumerate(order)
        for early in order[n + 1 :]
        if early.acknowledged < late.sent  # was done before the other began, yet has the higher number
    ]
