"""Notices under fire: a receiver that fails 30 %, workers killed with -9, every event told once, in order.

The workers run the product's own listener, packing and sending, without the job's lease, so that several are
at it at once. Times are shortened: a claim lasts five seconds, the first pause a tenth of one.
"""

import multiprocessing
import random
import time
from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from datetime import time as clock_time
from multiprocessing.process import BaseProcess
from typing import Any
from uuid import uuid4

import structlog
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from app import create_app, events
from app.areas.index import AreaEntry, areas
from app.cases.commands import FileCase
from app.cases.service import file_case, plan_filing
from app.core.config import Settings
from app.core.db import begin_write, commit, db, rollback
from app.core.policy import SYSTEM
from app.core.roles import Role
from app.events import delivery, queries
from app.notify import channels, decisions, letters, packing, rules, sending, service
from app.notify.models import Delivery, Outgoing
from app.notify.routing import Route
from app.notify.rules import Urgency
from app.notify.service import Wish
from app.people.queries import actor_by_username
from app.people.service import add_person, post
from benchmarks import databases
from benchmarks.databases import Engine
from benchmarks.figures import Figure
from tests.notify.receiver import Mood, Receiver, listening

GROUP = "notices: receiver failing 30 %, 4 workers, kill -9"
EVENTS, QUICK_EVENTS, CONTROL_EVENTS = 5_000, 1_000, 400
CASES, PEOPLE, WORKERS, KILLS, AT_ONCE = 250, 20, 4, 25, 100
SEED = 20261121
PATIENCE = 900.0
"""Seconds after which a drill that has not come to its end is a failure."""
TOLD = Route("case.urge", "", "holder", ("inbox", "mail"), "urged", Urgency.NOW, False)
MOODS = {
    Mood.DEFER: 0.14,
    Mood.HANG: 0.03,
    Mood.CUT: 0.06,
    Mood.LOSE_ANSWER: 0.05,
    Mood.ANSWER_LATE: 0.02,
    Mood.TAKE: 0.7,
}


@dataclass(frozen=True)
class Seen:
    """What came of a drill. `subjects`: of every event that was to be told, by sequence number."""

    subjects: dict[int, str]
    receiver: Receiver
    sent: int
    kills: int
    seconds: float

    @property
    def arrived(self) -> list[int]:
        return self.receiver.events()

    @property
    def disorder(self) -> int:
        """Events that arrived after a later one of their case."""
        newest: dict[str, int] = defaultdict(int)
        late = 0
        for seq in self.arrived:
            late += seq < newest[self.subjects[seq]]
            newest[self.subjects[seq]] = max(seq, newest[self.subjects[seq]])
        return late

    @property
    def repeats(self) -> int:
        """Mails that came again on the wire."""
        ids = [message["Message-ID"] for message in self.receiver.accepted]
        return len(ids) - len(set(ids))


def notices(engine: Engine, template: str, *, quick: bool) -> list[Figure]:
    """The drill, and its control: the same with every attempt a mail of its own."""
    count = QUICK_EVENTS if quick else EVENTS
    seen = drill(engine, template, count)
    control = drill(engine, template, CONTROL_EVENTS, unguarded=True)
    missing = len(set(seen.subjects) - set(seen.arrived))
    doubled = len(seen.arrived) - len(set(seen.arrived))
    uncontrolled = len(control.arrived) - CONTROL_EVENTS
    how = f"{seen.kills} kills, {seen.receiver.offered:,} mails offered, {seen.seconds:.0f} s"
    base = (GROUP, engine.name)
    return [
        Figure(*base, f"of {count:,} events: did not arrive", missing, 0, unit="", detail=how),
        Figure(*base, "arrived twice after dedup", doubled, 0, unit=""),
        Figure(*base, "arrived after a later one of their case", seen.disorder, 0, unit=""),
        Figure(*base, "not recorded as sent exactly once", abs(count - seen.sent), 0, unit=""),
        Figure(*base, "mails repeated on the wire", seen.repeats, unit=""),
        Figure(*base, "control, no lasting Message-ID: too many", uncontrolled, 1, True, unit=""),
    ]


def drill(engine: Engine, template: str, count: int, *, unguarded: bool = False) -> Seen:
    """On a copy of the city that is dropped afterwards."""
    name = f"wangge_bench_notices_{uuid4().hex[:8]}"
    engine.make(name, template)
    app = databases.application(engine, name)
    chances = random.Random(SEED)
    moods, shares = list(MOODS), list(MOODS.values())
    receiver = Receiver(mood=lambda _n: chances.choices(moods, shares)[0], patience=1.0)
    try:
        with listening(receiver), app.app_context():
            settings: Settings = app.extensions["wangge"]
            subjects = _stage()
            crew = Crew(replace(settings, smtp_url=receiver.url), unguarded)
            return _play(crew, subjects, count, receiver)
    finally:
        databases.release(app)
        engine.drop(name)


def _stage() -> dict[str, str]:
    """Managers with an address in a few communities, and cases there: subject → code of the holder."""
    at, ines = datetime.now(UTC), actor_by_username("ines", datetime.now(UTC))
    assert ines is not None
    units = areas().by_level["community"][:PEOPLE]
    begin_write()
    for n, unit in enumerate(units):
        _manager(f"bench{n}", unit, at)
    commit()
    staged = {}
    for n in range(CASES):
        unit, uuid = units[n % PEOPLE], uuid4()
        plan = plan_filing(FileCase(uuid=uuid, category="E0102", observed_at=at, area=unit.code))
        begin_write()
        file_case(plan, actor=ines, now=at)
        commit()
        staged[f"case:{uuid}"] = unit.code
    return staged


def _manager(username: str, unit: AreaEntry, at: datetime) -> None:
    person = add_person(username=username, name=username, now=at)
    post(person.id, Role.MANAGER, area_id=unit.id, starts_on=at.date() - timedelta(days=2))
    never = clock_time(7)
    wish = Wish(f"{username}@example.org", quiet_from=never, quiet_to=never)
    service.keep_preference(person.id, wish, actor=SYSTEM, now=at)


@dataclass
class Crew:
    """The worker processes; one that was killed is replaced."""

    settings: Settings
    unguarded: bool
    kills: int = 0
    workers: list[BaseProcess] = field(default_factory=list)

    def muster(self) -> None:
        self.workers = [worker for worker in self.workers if worker.is_alive()]
        fresh = multiprocessing.get_context("forkserver")
        fresh.set_forkserver_preload(["benchmarks.notices"])
        while len(self.workers) < WORKERS:
            worker = fresh.Process(target=work, args=(self.settings, self.unguarded), daemon=True)
            worker.start()
            self.workers.append(worker)

    def kill_one(self, chances: random.Random, progress: float) -> None:
        """Spread over the whole drill: the n-th when so much of it is done."""
        if self.kills < KILLS * progress:
            self.kills += 1
            victim = chances.choice(self.workers)
            victim.kill()
            victim.join()

    def dismiss(self) -> None:
        for worker in self.workers:
            worker.kill()
            worker.join()


def _play(crew: Crew, subjects: dict[str, str], count: int, receiver: Receiver) -> Seen:
    """Urge and kill until every event has been told and sent."""
    chances, began, left = random.Random(SEED), time.monotonic(), count
    try:
        while left or not _settled():
            if time.monotonic() - began > PATIENCE:
                raise RuntimeError("the drill does not come to its end")
            crew.muster()
            left -= _urge(subjects, min(left, AT_ONCE), chances)
            time.sleep(0.3)
            crew.kill_one(chances, len(receiver.events()) / count)
    finally:
        crew.dismiss()
    told = queries.since(0, ("case.urge",), count)
    sent = select(func.count()).select_from(Outgoing).join(Delivery, Delivery.id == Outgoing.delivery_id)
    recorded = db.session.scalar(sent.where(Delivery.state == "sent")) or 0
    seconds = time.monotonic() - began
    return Seen({event.seq: event.subject for event in told}, receiver, recorded, crew.kills, seconds)


def _urge(subjects: dict[str, str], count: int, chances: random.Random) -> int:
    """So many events in one commit; none while SQLite, which is not fair to who waits, lets others write."""
    try:
        begin_write()
    except OperationalError:
        rollback()
        return 0
    for subject in chances.choices(list(subjects), k=count):
        said = {"holder": subjects[subject]}
        events.append("case.urge", subject, said, actor=SYSTEM, at=datetime.now(UTC))
    commit()
    return count


def _settled() -> bool:
    db.session.rollback()
    unpacked = select(func.count()).select_from(Outgoing).where(Outgoing.delivery_id.is_(None))
    unsent = select(func.count()).select_from(Delivery).where(sending.UNSENT)
    waits = (db.session.scalar(unpacked) or 0) + (db.session.scalar(unsent) or 0)
    db.session.rollback()
    (state,) = (each for each in delivery.reading_states() if each.name == "notify")
    return not waits and not state.waiting


def work(settings: Settings, unguarded: bool) -> None:
    """One worker, until it is killed."""
    app = create_app(settings)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    _shorten()
    if unguarded:
        sending.letter = _another_token
    with app.app_context():
        while True:
            try:
                for part in (delivery.deliver_all, packing.pack, sending.send):
                    part(datetime.now(UTC))
            except Exception:  # what the worker's timer does: the next turn tries again
                rollback()
            db.session.remove()
            time.sleep(0.05)


def _shorten() -> None:
    decisions.routes = lambda: {"case.urge": (TOLD,)}
    delivery.listen(delivery.Listener("notify", ("case.urge",), service.tell))
    delivery.LEASE, sending.LEASE = timedelta(seconds=2), timedelta(seconds=5)
    channels.TIMEOUT = 0.3
    rules.FIRST_WAIT = sending.FIRST_WAIT = timedelta(seconds=0.1)
    rules.LONGEST_WAIT = timedelta(seconds=1)


def _another_token(*asked: Any) -> letters.Letter:
    """The guard removed: every attempt is a mail of its own."""
    ready = letters.letter(*asked)
    ready.message.replace_header("Message-ID", f"<{uuid4().hex}@localhost>")
    return ready
