"""The ladder under fire: workers killed with -9, the guard removed, backlogs, empty sweeps, the audit."""

import random
from collections import Counter
from dataclasses import dataclass
from time import perf_counter
from typing import Any

from flask import Flask
from sqlalchemy import bindparam, func, select, text, update

from app.cases.escalations import Escalation
from app.cases.models import Case
from app.cases.service import raising
from app.core import db as database
from app.core.db import database_now, db
from app.escalation import queries, sweep
from app.escalation.audit import audit
from app.events.models import Event
from app.events.queries import verify
from benchmarks import bulk, faketime
from benchmarks.databases import Engine
from benchmarks.figures import Figure
from benchmarks.inside import side_by_side
from benchmarks.killing import killed_now_and_then
from benchmarks.ladders import LONG_AGO, a_city, file_many, fill_with_open, spots

KILLING = "escalation: 8 workers, killed with -9"
BACKLOG = "escalation: one sweep"
AUDIT = "escalation: the audit"
CASES, LEVELS, WORKERS, KILLS, TOGETHER = 2_000, 3, 8, 20, 8
CONTROL = 300


@dataclass(frozen=True)
class Extent:
    """How many open cases of which how many are due; empty sweeps at two sizes; cases to audit."""

    open: int
    due: int
    few: int
    many: int
    audited: int


FULL = Extent(open=200_000, due=5_000, few=10_000, many=1_000_000, audited=100_000)
QUICK = Extent(open=40_000, due=1_000, few=10_000, many=100_000, audited=5_000)


def escalation(engine: Engine, template: str, *, quick: bool) -> list[Figure]:
    """All figures of one engine."""
    extent = QUICK if quick else FULL
    return [
        *_killed(engine, template),
        *_unguarded(engine, template),
        *_backlog(engine, template, extent),
        *_nothing_due(engine, template, extent),
        *_audited(engine, template, extent),
        *faketime.clocks(engine, template),
    ]


# ---- workers killed -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Tally:
    """What stands in the tables after a drill. `once`: different (case, rung)."""

    rungs: int
    once: int
    early: int
    told: int
    at_the_top: int
    breaks: int

    @property
    def twice(self) -> int:
        return self.rungs - self.once


def _tally() -> Tally:
    db.session.rollback()
    rungs = Counter(
        (row.case_id, row.rung) for row in db.session.execute(select(Escalation.case_id, Escalation.rung))
    )
    early = select(func.count()).select_from(Escalation).where(Escalation.at < Escalation.due_at)
    told = select(func.count()).select_from(Event).where(Event.action == "case.climbed")
    top = select(func.count()).select_from(Case).where(Case.level == "city", Case.card == "black")
    return Tally(
        rungs=sum(rungs.values()),
        once=len(rungs),
        early=db.session.scalar(early) or 0,
        told=db.session.scalar(told) or 0,
        at_the_top=db.session.scalar(top) or 0,
        breaks=len(verify()),
    )


def sweep_until_nothing_is_due() -> None:
    """A worker's life, in batches small enough for a kill to find it inside one."""
    sweep.BATCH = TOGETHER
    while queries.oldest_waiting(database_now()) is not None:
        sweep.sweep()


def _killed(engine: Engine, template: str) -> list[Figure]:
    with a_city(engine, template, "killed") as app:
        file_many(spots(CASES), LONG_AGO)
        began = perf_counter()
        kills = killed_now_and_then(
            app, sweep_until_nothing_is_due, WORKERS, random.Random(bulk.SEED), 2 * KILLS
        )
        took = perf_counter() - began
        tally, found = _tally(), audit()
    wanted, base = CASES * LEVELS, (KILLING, engine.name)
    return [
        Figure(*base, "kills", kills, KILLS, True, unit=""),
        Figure(
            *base, f"escalations of {wanted:,}", tally.once, wanted, True, unit="", detail=f"{took:.1f} s"
        ),
        Figure(*base, "escalations made twice", tally.twice, 0, unit=""),
        Figure(*base, "escalations made early", tally.early, 0, unit=""),
        Figure(*base, "events too many or too few", abs(tally.told - wanted) + tally.breaks, 0, unit=""),
        Figure(*base, "cases not at the city with a black card", CASES - tally.at_the_top, 0, unit=""),
        Figure(*base, "differences that the audit finds", len(found.differences), 0, unit=""),
    ]


def _unguarded(engine: Engine, template: str) -> list[Figure]:
    """The control: no lock, no reading anew, no comparison, no unique index."""
    with a_city(engine, template, "unguarded") as app:
        file_many(spots(CONTROL), LONG_AGO)
        database.begin_write()
        for index in ("ix_escalation_task_rung", "ix_case_past_case_version"):
            db.session.execute(text(f"drop index {index}"))
        database.commit()
        killed_now_and_then(app, _sweep_carelessly, WORKERS, random.Random(bulk.SEED), 0)
        tally = _tally()
    what = f"control without the guard: made twice, of {CONTROL * LEVELS}"
    return [Figure(KILLING, engine.name, what, tally.twice, 1, True, unit="")]


def _sweep_carelessly() -> None:
    """A naive timer: look, then write what was seen."""
    for table, name, after in (
        (raising.CASES, "UPDATE_CASE", raising.CASE_AFTER),
        (raising.TASKS, "UPDATE_TASK", raising.TASK_AFTER),
    ):
        by_id = update(table).where(table.c.id == bindparam("of_id"))
        setattr(raising, name, by_id.values(raising._given(*after)))
    read = raising._read
    while due := _seen_due():
        seen = read(due, database_now())
        raising._lock = lambda *_asked, due=due: due  # type: ignore[assignment]
        raising._read = lambda *_asked, seen=seen: seen  # type: ignore[assignment]
        database.begin_write()
        raising.climb(now=database_now(), limit=TOGETHER)
        database.commit()


def _seen_due() -> list[int]:
    rows = select(raising.TASKS.c.case_id).where(*raising.is_due(database_now()))
    return list(
        db.session.scalars(rows.order_by(raising.TASKS.c.wake_at, raising.TASKS.c.id).limit(TOGETHER))
    )


# ---- backlog --------------------------------------------------------------------------------------


def _backlog(engine: Engine, template: str, extent: Extent) -> list[Figure]:
    most = (3.0 if engine.server is None else 5.0) if extent is FULL else None
    with a_city(engine, template, "backlog"):
        fill_with_open(extent.open, extent.due, database_now())
        began = perf_counter()
        swept = sweep.sweep()
        took = perf_counter() - began
        breaks = len(verify())
    base = (BACKLOG, engine.name)
    what = f"{extent.due:,} due of {extent.open:,} open"
    detail = f"{swept.raised / took:,.0f} cases a second"
    return [
        Figure(*base, what, took, most, unit="s", size=extent.open, detail=detail),
        Figure(*base, "of them not raised", extent.due - swept.raised + breaks, 0, unit="", size=extent.open),
    ]


def _nothing_due(engine: Engine, template: str, extent: Extent) -> list[Figure]:
    with a_city(engine, template, "few") as few, a_city(engine, template, "many") as many:
        for app, size in ((few, extent.few), (many, extent.many)):
            with app.app_context():
                fill_with_open(size, 0, database_now())
                db.session.remove()
        rounds = side_by_side([lambda: _sweeps(few), lambda: _sweeps(many)], ROUNDS)
    base, grown = (min(taken) / SWEEPS for taken in rounds)
    what = f"nothing due: {extent.many:,} open against {extent.few:,}"
    detail = f"{base * 1000:.2f} → {grown * 1000:.2f} ms, best of {ROUNDS}"
    return [Figure(BACKLOG, engine.name, what, grown / base, 1.3, size=extent.many, detail=detail)]


SWEEPS, ROUNDS = 10, 80


def _sweeps(app: Flask) -> None:
    with app.app_context():
        for _n in range(SWEEPS):
            assert sweep.sweep().found == 0
        db.session.remove()


# ---- audit ----------------------------------------------------------------------------------------


def _audited(engine: Engine, template: str, extent: Extent) -> list[Figure]:
    """A fifth was left alone and climbed to the city; one case is altered behind everybody's back."""
    left = extent.audited // 5
    with a_city(engine, template, "audit"):
        file_many(spots(left), LONG_AGO)
        sweep.sweep()
        file_many(spots(extent.audited - left), database_now(), first=left + 1)
        began = perf_counter()
        found = audit()
        took = perf_counter() - began
        altered = _alter_one()
        named = {difference.number for difference in audit(limit=extent.audited).differences}
    base: tuple[Any, ...] = (AUDIT, engine.name)
    size = {"size": extent.audited}
    detail = f"{found.events:,} events, {found.cases / took:,.0f} cases a second"
    return [
        Figure(*base, "differences", len(found.differences), 0, unit="", **size, detail=detail),
        Figure(*base, "all cases", took, unit="s", **size),
        Figure(
            *base,
            "cases altered by raw SQL that are named, of 1",
            len(named & {altered}),
            1,
            True,
            unit="",
            **size,
        ),
        Figure(*base, "others that are named", len(named - {altered}), 0, unit="", **size),
    ]


def _alter_one() -> str | None:
    database.begin_write()
    db.session.execute(text("update case_record set level = 'town' where id = 77"))
    database.commit()
    return db.session.scalar(select(Case.number).where(Case.id == 77))
