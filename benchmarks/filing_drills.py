"""Filed is filed, once: lines that break, processes killed with -9, power cuts; each with its control.

On PostgreSQL the drill makes a server of its own, of which it kills every process.
"""

import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from random import Random
from time import perf_counter
from typing import Any

from flask import Flask
from PIL import Image
from sqlalchemy import make_url, text
from sqlalchemy.exc import DBAPIError

from app.core.db import db
from benchmarks import bulk, databases
from benchmarks.clusters import Cluster, cluster
from benchmarks.databases import Engine
from benchmarks.faults import FAULTS, Proxy
from benchmarks.figures import Figure
from benchmarks.filers import LOSING, Item, Ledger, at_once, file_all, items
from benchmarks.forgetting import disk
from benchmarks.mishaps import Kill, Mishaps
from benchmarks.tally import Tally, tally
from benchmarks.web import Web

LINE = "filing over a line that breaks: 8 clients"
KILLED = "filing, processes killed with -9: 8 clients, a photo each"
POWER = "filing, power cut off: 8 clients, a photo each"
SPOT = (113.10742, 23.02894)
CUTS = tuple(fault for fault in LOSING if fault.startswith("cut"))
AT_ONCE, CONTROL = 20, 200
LAZY = " -c wal_writer_delay=10s"
"""Of the control only: what is not waited for is written later still."""


@dataclass(frozen=True)
class Extent:
    """How many filings of each drill, and the least of kills and power cuts."""

    line: int
    killed: int
    kills: int
    power: int
    cuts: int


FULL = Extent(line=1_000, killed=10_000, kills=10, power=600, cuts=5)
QUICK = Extent(line=200, killed=600, kills=4, power=120, cuts=2)


def filing_drills(engine: Engine, template: str, *, quick: bool) -> list[Figure]:
    """All figures of one engine."""
    extent = QUICK if quick else FULL
    with _ground(engine, template) as ground:
        with _stage(ground, "line") as stage:
            figures = _line(stage, extent)
        with _stage(ground, "killed") as stage:
            figures += _killed(stage, extent)
        control = _power if ground.cluster is None else _lazy
        return figures + control(ground, extent)


@dataclass
class Ground:
    """Where the stages of a run are made; `cluster` is the drill's own server, if it has one."""

    engine: Engine
    template: str
    folder: Path
    cluster: Cluster | None


@contextmanager
def _ground(engine: Engine, template: str) -> Iterator[Ground]:
    with ExitStack() as ending:
        folder = Path(ending.enter_context(tempfile.TemporaryDirectory(prefix="wangge-drill-")))
        folder.chmod(0o755)
        if engine.server is None:
            yield Ground(engine, template, folder, None)
            return
        own = ending.enter_context(cluster(folder / "postgres"))
        engine = replace(engine, folder=folder, server=make_url(own.address))
        yield Ground(engine, databases.city(engine)[0], folder, own)


@dataclass
class Stage:
    """A city of its own: database, folder with its photos, application, and who files."""

    engine: Engine
    name: str
    folder: Path
    app: Flask
    token: str
    cluster: Cluster | None

    @property
    def url(self) -> str:
        return self.engine.url(self.name)

    @property
    def photos(self) -> Path:
        return self.folder / "photos"

    def tally(self, todo: Sequence[Item], ledger: Ledger) -> Tally:
        return tally(self.app, self.photos, todo, ledger)

    def forget(self) -> None:
        """No connection of ours outlives the server's."""
        databases.release(self.app)


@contextmanager
def _stage(ground: Ground, name: str) -> Iterator[Stage]:
    """A copy of the template in a folder of its own."""
    folder = ground.folder / name
    folder.mkdir()
    engine, database = ground.engine, f"drill_{name}"
    if ground.cluster is None:
        engine = replace(engine, folder=folder)
        shutil.copy(ground.engine.folder / f"{ground.template}.sqlite", folder / f"{database}.sqlite")
    else:
        engine.make(database, ground.template)
    app = databases.application(engine, database)
    with app.app_context():
        token = databases.tokens()["ines"]
        db.session.remove()
        db.engine.dispose()
    yield Stage(engine, database, folder, app, token, ground.cluster)
    databases.release(app)


@contextmanager
def _serving(stage: Stage, module: str = "wsgi:app", **more: str) -> Iterator[Web]:
    web = Web(stage.url, stage.folder, module, more).start().wait()
    try:
        yield web
    finally:
        web.kill()


def _photo() -> bytes:
    out = BytesIO()
    Image.new("RGB", (64, 48), "brown").save(out, "JPEG")
    return out.getvalue()


# ---- lines that break ------------------------------------------------------------------------------


def _line(stage: Stage, extent: Extent) -> list[Figure]:
    todo = items(extent.line, bulk.SEED, SPOT)
    other = items(extent.line, bulk.SEED + 1, SPOT)[: len(FAULTS) * 10]
    crowd, unkeyed = items(2, bulk.SEED + 2, SPOT), items(CONTROL, bulk.SEED + 3, SPOT)
    began = perf_counter()
    with _serving(stage) as web, Proxy(web.port) as proxy:
        ledger = file_all(proxy.port, stage.token, todo, faults=CUTS)
        took = perf_counter() - began
        again = file_all(proxy.port, stage.token, todo)
        mixed = file_all(proxy.port, stage.token, other, faults=FAULTS)
        at_once(proxy.port, stage.token, crowd[0], AT_ONCE)
        at_once(proxy.port, stage.token, crowd[1], AT_ONCE, faults=CUTS)
        doubled = file_all(proxy.port, stage.token, unkeyed, faults=CUTS, keyed=False)
    found, odd = stage.tally(todo, ledger), stage.tally(other, mixed)
    base: tuple[Any, ...] = (LINE, stage.engine.name)
    said = f"every first answer cut at 0, half or the last byte; {ledger.asked} requests, {took:.1f} s"
    what, wanted = f"cases of {extent.line:,} filings", extent.line
    return [
        Figure(*base, what, found.cases, wanted, True, unit="", detail=said),
        Figure(*base, "lost or doubled", found.lost + found.twice + odd.lost + odd.twice, 0, unit=""),
        Figure(*base, "answered otherwise when sent again", len(ledger.filed ^ again.filed), 0, unit=""),
        Figure(
            *base,
            f"cases of 2 × {AT_ONCE} at once under one id each",
            stage.tally(crowd, Ledger()).cases,
            2,
            unit="",
        ),
        Figure(
            *base,
            f"control without a key: doubled, of {CONTROL}",
            stage.tally(unkeyed, doubled).twice,
            CONTROL,
            True,
            unit="",
        ),
    ]  # fmt: skip


# ---- processes killed ------------------------------------------------------------------------------


def _killed(stage: Stage, extent: Extent) -> list[Figure]:
    todo, ledger = items(extent.killed, bulk.SEED, SPOT, _photo()), Ledger()
    began = perf_counter()
    step = extent.killed * 2 // (extent.kills * 2)
    with _serving(stage) as web:
        kills = _ways_to_die(stage, web)
        with Mishaps(kills, bulk.SEED, progress=ledger.progress, steps=(step // 2, step)) as mishaps:
            file_all(web.port, stage.token, todo, ledger=ledger)
        took = perf_counter() - began
        broken = _broken(stage)
    found = stage.tally(todo, ledger)
    base: tuple[Any, ...] = (KILLED, stage.engine.name)
    said = f"{ledger.asked:,} requests, {ledger.unanswered} unanswered, {took:.0f} s"
    what, wanted = f"cases of {extent.killed:,} filings", extent.killed
    return [
        Figure(*base, "kills", mishaps.done, extent.kills, True, unit=""),
        Figure(*base, what, found.cases, wanted, True, unit="", detail=said),
        *_whole(base, found, broken),
    ]  # fmt: skip


def _whole(base: tuple[Any, ...], found: Tally, broken: int) -> list[Figure]:
    return [
        Figure(*base, "acknowledged and lost", found.lost, 0, unit=""),
        Figure(*base, "filed twice", found.twice, 0, unit=""),
        Figure(*base, "originals that are not byte for byte what was sent", found.unequal, 0, unit=""),
        Figure(*base, "files without a row, rows without a file", found.dangling, 0, unit=""),
        Figure(*base, "breaks of the chain, faults of the database", found.breaks + broken, 0, unit=""),
    ]


def _ways_to_die(stage: Stage, web: Web) -> list[Kill]:
    def worker(chance: Random) -> bool:
        return web.kill_worker(chance.randrange(8))

    def whole_web(_chance: Random) -> bool:
        web.kill()
        web.start().wait()
        return True

    def database(_chance: Random) -> bool:
        assert stage.cluster is not None
        stage.cluster.kill()
        stage.cluster.start()
        return True

    return [worker, whole_web, *([database, database] if stage.cluster else [])]


def _broken(stage: Stage) -> int:
    """What SQLite finds wrong with the file; PostgreSQL's pages carry sums that it checks when it reads."""
    if stage.cluster is not None:
        return 0
    with stage.app.app_context():
        said = list(db.session.execute(text("pragma integrity_check")).scalars())
        db.session.remove()
    return 0 if said == ["ok"] else len(said)


# ---- power cuts ------------------------------------------------------------------------------------


def _power(ground: Ground, extent: Extent) -> list[Figure]:
    """SQLite outlives kill -9 at any setting: what it wrote is the system's by then. Not so a power cut.

    In the end the clients send what was never acknowledged, as phones do.
    """
    with _stage(ground, "power") as stage:
        durable = _cut(stage, "wsgi:app", extent)
        if durable is None:
            return []
        todo, ledger = durable
        after = stage.tally(todo, ledger)
        with _serving(stage) as web:
            file_all(web.port, stage.token, todo, ledger=ledger)
        found, broken = stage.tally(todo, ledger), _broken(stage)
    name = f"{POWER} ({extent.cuts} cuts)"
    return [
        *_whole((name, stage.engine.name), replace(found, lost=after.lost + found.lost), broken),
        Figure(
            name,
            stage.engine.name,
            "control with synchronous=OFF: lost, or faults of the database",
            _lost_carelessly(ground, extent),
            1,
            True,
            unit="",
        ),
    ]


def _lost_carelessly(ground: Ground, extent: Extent) -> int:
    with _stage(ground, "careless") as stage:
        cut = _cut(stage, "benchmarks.careless:app", replace(extent, cuts=1))
        assert cut is not None
        try:
            return stage.tally(*cut).lost + _broken(stage)
        except DBAPIError:  # a torn database may not even open
            return cut[1].progress()


def _cut(stage: Stage, module: str, extent: Extent) -> tuple[list[Item], Ledger] | None:
    """Files on a disk that forgets, with so many power cuts; None where there is no compiler for it."""
    plate = disk(stage.folder)
    if plate is None:
        return None
    todo, ledger = items(extent.power, bulk.SEED, SPOT, _photo()), Ledger()
    share = len(todo) // extent.cuts
    for n in range(extent.cuts):
        stage.forget()
        with _serving(stage, module, **plate.environment) as web:
            _until(web.kill, ledger, share * 3 // 2)
            part = todo[n * share : (n + 1) * share]
            file_all(web.port, stage.token, part, ledger=ledger, gives_up=lambda web=web: web.process is None)
        stage.forget()
        plate.power_cut()
    return todo, ledger


def _until(kill: Callable[[], None], ledger: Ledger, more: int) -> None:
    """Kill in the midst of the work: when so much more is done."""
    wanted = ledger.progress() + more

    def work() -> None:
        while ledger.progress() < wanted:
            time.sleep(0.002)
        kill()

    threading.Thread(target=work, daemon=True).start()


def _lazy(ground: Ground, extent: Extent) -> list[Figure]:
    """The control on PostgreSQL: an acknowledged commit that nobody waited for dies with the server."""
    assert ground.cluster is not None
    ground.cluster.kill()
    ground.cluster.options += LAZY
    ground.cluster.start()
    with _stage(ground, "lazy") as stage:
        todo, ledger = items(extent.power, bulk.SEED, SPOT), Ledger()
        with _serving(stage, "benchmarks.careless:app") as web:
            file_all(web.port, stage.token, todo, ledger=ledger)
            ground.cluster.kill()
        stage.forget()
        ground.cluster.start()
        found = stage.tally(todo, ledger)
    what = f"control with synchronous_commit=off: lost, of {extent.power}"
    return [Figure(KILLED, ground.engine.name, what, found.lost, 1, True, unit="")]
