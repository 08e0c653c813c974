"""Sweeps by processes whose clocks are wrong (libfaketime): each level once, none early.

PostgreSQL's own clock decides, whatever the workers' say; on SQLite the furthest clock that was seen does,
and it never runs backwards. As a program: `python -m benchmarks.faketime file 20` or `sweep` or `careless`.
"""

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select

from app import create_app
from app.cases.escalations import Escalation
from app.cases.models import Case
from app.core import clock
from app.core.db import db
from app.escalation import sweep
from app.escalation.audit import audit
from benchmarks.databases import ROOT, Engine
from benchmarks.figures import Figure
from benchmarks.ladders import LONG_AGO, a_city, file_many, spots

GROUP = "escalation: clocks that are wrong"
CASES = 20
LEVELS = 3
DAYS = {
    "a leap day": ("2024-02-28T08:00Z", ("2024-02-29T03:00Z", "2024-03-01T09:30Z", "2024-03-04T09:30Z")),
    "make-up days": ("2026-02-14T08:30Z", ("2026-02-24T03:30Z", "2026-02-25T09:30Z", "2026-02-26T09:30Z")),
}
"""Filed then, the limits pass so: half a working day, then a working day on each level."""
START = datetime(2028, 2, 28, 8, tzinfo=UTC)
WALK = ("0h", "3d", "2d 23h", "3d", "3d 5m", "2d 23h 55m", "10d", "9d 23h", "10d")
"""What the workers' clocks show, one after the other, after `START`: forward three days, back an hour …"""
SKEWED = ("+0", "+300", "-300", "+259200", "-3600")


def clocks(engine: Engine, template: str) -> list[Figure]:
    """The drills of one engine; none, with one line that says so, where libfaketime is missing."""
    found = sorted(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))
    if not found:
        print("… clock drill left out: apt-get install libfaketime", file=sys.stderr, flush=True)
        return []
    figures = [_days(engine, template, *day) for day in DAYS.items()]
    if engine.server is None:
        return [*figures, *_walk(engine, template, found[0])]
    return [*figures, *_skew(engine, template, found[0])]


def _days(engine: Engine, template: str, name: str, day: tuple[str, tuple[str, ...]]) -> Figure:
    filed, passed = day
    with a_city(engine, template, "days"):
        file_many(spots(CASES), datetime.fromisoformat(filed))
        sweep.sweep()
        rows = db.session.execute(select(Escalation.rung, Escalation.due_at))
        seen = Counter((row.rung, row.due_at) for row in rows)
    must = {(rung, datetime.fromisoformat(at)): CASES for rung, at in enumerate(passed, 1)}
    wrong = sum((seen - Counter(must)).values()) + sum((Counter(must) - seen).values())
    return Figure(GROUP, engine.name, f"{name}: limits passed at another instant", wrong, 0, unit="")


def _walk(engine: Engine, template: str, library: Path) -> list[Figure]:
    """SQLite: one file, workers whose clocks jump, two of them at once five minutes apart."""
    with a_city(engine, template, "walk") as app:
        run = Workers(engine, "wangge_bench_walk", library)
        run.at(_shown("0h"), "file", str(CASES))
        for shown in WALK:
            ends = run.begin(_shown(shown), "sweep"), run.begin(_shown(shown, "5m"), "sweep")
            for process in ends:
                run.end(process)
        with app.app_context():
            figures = _counted(engine, "jumps of days and hours, workers 5 minutes apart", CASES)
    return figures


def _skew(engine: Engine, template: str, library: Path) -> list[Figure]:
    """PostgreSQL: half of the cases are due, half are not; the workers' clocks say anything."""
    with a_city(engine, template, "skew"):
        file_many(spots(CASES), LONG_AGO)
        file_many(spots(CASES), clock.now(), first=CASES + 1)
        run = Workers(engine, "wangge_bench_skew", library)
        for process in [run.begin(skewed, "sweep") for skewed in SKEWED]:
            run.end(process)
        figures = _counted(engine, "workers −1 h, ±5 min, +3 d at once", CASES)
        run.at("+2592000", "careless")
        early = db.session.scalar(select(func.count()).where(Case.id > CASES, Case.level != "community")) or 0
    what = "control, the worker's clock decides: cases raised early"
    return [*figures, Figure(GROUP, engine.name, what, early, 1, True, unit="")]


def _counted(engine: Engine, what: str, raised: int) -> list[Figure]:
    db.session.rollback()
    rungs = Counter(db.session.execute(select(Escalation.case_id, Escalation.rung)).all())
    early = select(func.count()).select_from(Escalation).where(Escalation.at < Escalation.due_at)
    base = (GROUP, engine.name)
    wrong = abs(len(rungs) - raised * LEVELS) + sum(rungs.values()) - len(rungs)
    return [
        Figure(*base, f"{what}: levels missed or doubled", wrong, 0, unit=""),
        Figure(*base, f"{what}: early", db.session.scalar(early) or 0, 0, unit=""),
        Figure(*base, f"{what}: differences found", len(audit().differences), 0, unit=""),
    ]


def _shown(after: str, more: str = "0h") -> str:
    """An absolute time for libfaketime, in UTC."""
    shown = START + _span(after) + _span(more)
    return f"@{shown:%Y-%m-%d %H:%M:%S}"


def _span(written: str) -> timedelta:
    units = {"d": "days", "h": "hours", "m": "minutes"}
    return sum((timedelta(**{units[part[-1]]: int(part[:-1])}) for part in written.split()), timedelta())


class Workers:
    """Processes of their own on one database, each with a clock of its own."""

    def __init__(self, engine: Engine, database: str, library: Path) -> None:
        self.environment = {
            **os.environ,
            "DATABASE_URL": engine.url(database),
            "WANGGE_INSTANCE": str(engine.folder / database),
            "LD_PRELOAD": str(library),
            "TZ": "UTC",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }

    def begin(self, shown: str, *asked: str) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-m", "benchmarks.faketime", *asked]
        return subprocess.Popen(command, cwd=ROOT, env=self.environment | {"FAKETIME": shown})

    def end(self, process: "subprocess.Popen[bytes]") -> None:
        if process.wait(120):
            raise RuntimeError("a worker has failed")

    def at(self, shown: str, *asked: str) -> None:
        self.end(self.begin(shown, *asked))


def main(what: str, count: str = "0") -> None:
    """What such a process does."""
    with _quiet():
        if what == "file":
            file_many(spots(int(count)), clock.now())
        elif what == "careless":
            sweep.database_now = clock.now
            sweep.sweep()
        else:
            sweep.sweep()


@contextmanager
def _quiet() -> Iterator[None]:
    """The logs of such a process go nowhere."""
    with open(os.devnull, "w") as nowhere:
        sys.stderr = nowhere
        with create_app().app_context():
            yield
            db.session.remove()


if __name__ == "__main__":
    main(*sys.argv[1:])
