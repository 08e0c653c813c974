"""Filings over a line that breaks and on a server that is killed: each is there once, and none is lost.

Small versions of `./dev bench filing-drills`. Each has its control: without a key, filings double.
"""

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from flask import Flask

from app.core.clock import now
from app.core.db import begin_write, commit, db
from app.people.service import make_token
from benchmarks.faults import FAULTS, Proxy
from benchmarks.filers import LOSING, Item, Ledger, at_once, file_all, items
from benchmarks.mishaps import Mishaps
from benchmarks.tally import Tally, tally
from benchmarks.web import Web
from tests.areas.tiny_city import MIDDLE
from tests.cast import picture
from tests.conftest import person_named

SEED = 20261121


@pytest.fixture
def token(city: Flask) -> str:
    begin_write()
    made = make_token(person_named("ines"), "drill", now=now())
    commit()
    db.session.remove()
    return made


@pytest.fixture
def web(city: Flask, tmp_path: Path) -> Iterator[Web]:
    url = city.extensions["wangge"].database_url
    served = Web(url, tmp_path, more={"WANGGE_CITY": "990000"}).start().wait()
    yield served
    served.kill()


def test_a_line_that_breaks_leaves_each_filing_there_once(city: Flask, web: Web, token: str) -> None:
    """Answers cut anywhere, half requests, resets; then twenty at once under one id. And the controls."""
    todo = items(25, SEED, MIDDLE)
    broken, crowd, unkeyed = todo[:21], todo[21:23], todo[23:]
    folder = web.folder / "photos"
    with Proxy(web.port) as proxy:
        ledger = file_all(proxy.port, token, broken, faults=FAULTS)
        again = file_all(proxy.port, token, broken)
        at_once(proxy.port, token, crowd[0], 20)
        at_once(proxy.port, token, crowd[1], 20, faults=("cut-half", "", "reset"))
        doubled = file_all(proxy.port, token, unkeyed, faults=("cut-0", "cut-last"), keyed=False)
    assert ledger.unanswered >= len(broken) * len(LOSING) // len(FAULTS)
    assert again.filed == ledger.filed == {item.uuid for item in broken}
    whole = Tally(cases=len(broken), lost=0, twice=0, unequal=0, dangling=0, breaks=0)
    assert tally(city, folder, broken, ledger) == whole
    assert tally(city, folder, crowd, ledger).cases == 2
    assert tally(city, folder, unkeyed, doubled).twice == 2, "the control: without a key, lost answers double"


def test_a_server_that_is_killed_loses_and_doubles_nothing(city: Flask, web: Web, token: str) -> None:
    todo = items(40, SEED, MIDDLE, picture())
    folder = web.folder / "photos"

    def worker(chance: Random) -> bool:
        return web.kill_worker(chance.randrange(8))

    ledger = Ledger()
    with Mishaps((worker,), SEED, progress=ledger.progress, steps=(2, 9)) as mishaps:
        file_all(web.port, token, todo[:30], clients=4, ledger=ledger)
    web.kill()
    web.start().wait()
    rest = file_all(web.port, token, todo, clients=4)
    assert mishaps.done >= 1
    assert rest.filed > ledger.filed
    assert rest.kept == {item.sha256 for item in todo}
    whole = Tally(cases=len(todo), lost=0, twice=0, unequal=0, dangling=0, breaks=0)
    assert tally(city, folder, todo, rest) == whole
    _counted(city, folder, todo, rest)


def _counted(city: Flask, folder: Path, todo: list[Item], ledger: Ledger) -> None:
    """The control of the tally: what is missing, changed or left over is seen."""
    originals = sorted(file for file in (folder / "original").rglob("*") if file.is_file())
    originals[0].unlink()
    originals[1].write_bytes(b"other")
    (folder / "original" / "stray").write_bytes(b"stray")
    ledger.filed.add(items(len(todo) + 1, SEED, MIDDLE)[-1].uuid)
    found = tally(city, folder, todo, ledger)
    assert (found.lost, found.unequal, found.dangling) == (1, 2, 2)
