"""Clients that file as a phone does: under an id of their own, again and again until there is an answer.

What they were told stands in a ledger outside the server; the drills compare it with what is there.
"""

import hashlib
import json
import random
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from uuid import UUID, uuid5

from benchmarks.faults import FAULTS

DRILL = UUID("6f1c2d3e-0000-4000-8000-000000000000")
PATIENCE, PAUSE = 180.0, 0.05
TIMEOUT = 15.0
BEFORE = "before"
GivesUp = Callable[[], bool]


@dataclass(frozen=True)
class Item:
    """A filing and its photo (none if empty), each with bytes of its own."""

    name: str
    uuid: UUID
    body: bytes
    photo: bytes = b""

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.photo).hexdigest()


@dataclass
class Ledger:
    """What the server has acknowledged, and how often it was asked."""

    lock: threading.Lock = field(default_factory=threading.Lock, repr=False)
    filed: set[UUID] = field(default_factory=set)
    kept: set[str] = field(default_factory=set)
    asked: int = 0
    unanswered: int = 0

    def progress(self) -> int:
        return len(self.filed) + len(self.kept)


def items(count: int, seed: int, spot: tuple[float, float], photo: bytes = b"") -> list[Item]:
    """Filings near a point, the same for the same seed; each photo is the given JPEG with a mark in it."""
    chance = random.Random(seed)
    made = []
    for n in range(count):
        name = f"drill {seed} {n:06}"
        lon, lat = (at + chance.uniform(-2e-4, 2e-4) for at in spot)
        said = {
            "category": "E0102",
            "geometry": {"type": "Point", "coordinates": [lon, lat]},
            "crs": "wgs84",
            "description": name,
        }
        made.append(Item(name, uuid5(DRILL, name), json.dumps(said).encode(), _marked(photo, name)))
    return made


def _marked(photo: bytes, name: str) -> bytes:
    """With a comment segment behind its first marker."""
    if not photo:
        return b""
    comment = name.encode()
    return photo[:2] + b"\xff\xfe" + (len(comment) + 2).to_bytes(2) + comment + photo[2:]


class Filer:
    """One client on one connection, which it makes anew when it breaks."""

    def __init__(self, port: int, token: str, ledger: Ledger, gives_up: GivesUp | None = None) -> None:
        self.port, self.token, self.ledger, self.gives_up = port, token, ledger, gives_up
        self.line: HTTPConnection | None = None
        self.until = 0.0

    def file(self, item: Item, faults: Sequence[str], *, keyed: bool = True) -> None:
        """Until it is acknowledged: the filing, then its photo. Each fault befalls one try of the filing.

        Without a key every try is a new filing.
        """
        self.until = time.monotonic() + PATIENCE
        number = 0
        ident = item.uuid
        pending = list(faults)
        while not self._over():
            fault = pending.pop(0) if pending else ""
            if self._ask(f"/api/v1/cases/{ident}", item.body, "application/json", fault) in (200, 201):
                break
            number += 1
            ident = item.uuid if keyed else uuid5(item.uuid, str(number))
        else:
            return
        with self.ledger.lock:
            self.ledger.filed.add(ident)
        if item.photo:
            path = f"/api/v1/cases/{ident}/photos/{item.sha256}?kind={BEFORE}"
            while not self._over():
                if self._ask(path, item.photo, "image/jpeg", "") in (200, 201):
                    with self.ledger.lock:
                        self.ledger.kept.add(item.sha256)
                    return

    def _over(self) -> bool:
        if time.monotonic() > self.until:
            raise RuntimeError(f"not acknowledged within {PATIENCE:.0f} s")
        return self.gives_up is not None and self.gives_up()

    def _ask(self, path: str, body: bytes, kind: str, fault: str) -> int:
        """The status of a whole answer, else 0. A refusal that no repetition mends ends the drill."""
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": kind, "Drill-Fault": fault}
        with self.ledger.lock:
            self.ledger.asked += 1
        try:
            self.line = self.line or HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT)
            self.line.request("PUT", path, body, headers)
            answer = self.line.getresponse()
            answer.read()
        except (OSError, HTTPException):
            self._break()
            return 0
        if answer.status >= 500:
            self._break()
        elif answer.status not in (200, 201):
            raise RuntimeError(f"{answer.status} for {path}")
        return answer.status

    def _break(self) -> None:
        self.close()
        with self.ledger.lock:
            self.ledger.unanswered += 1
        time.sleep(PAUSE)

    def close(self) -> None:
        if self.line is not None:
            self.line.close()
        self.line = None


def file_all(
    port: int,
    token: str,
    todo: Sequence[Item],
    *,
    clients: int = 8,
    faults: Sequence[str] = (),
    keyed: bool = True,
    ledger: Ledger | None = None,
    gives_up: GivesUp | None = None,
) -> Ledger:
    """All of them by so many clients; each first try suffers one of the faults in turn, if there are some.

    They end early when they give up.
    """
    ledger = ledger or Ledger()
    queue = list(enumerate(todo))[::-1]

    def work() -> None:
        with closing(Filer(port, token, ledger, gives_up)) as filer:
            while True:
                with ledger.lock:
                    if not queue:
                        return
                    n, item = queue.pop()
                filer.file(item, [faults[n % len(faults)]] if faults else [], keyed=keyed)

    with ThreadPoolExecutor(clients) as threads:
        for done in [threads.submit(work) for _n in range(clients)]:
            done.result(PATIENCE * 10)
    return ledger


LOSING = tuple(fault for fault in FAULTS if fault not in ("slow", "late"))
"""Faults of which the client has no whole answer."""


def at_once(port: int, token: str, item: Item, times: int, faults: Sequence[str] = ()) -> Ledger:
    """The same filing by so many clients at the same moment."""
    ledger = Ledger()
    ready = threading.Barrier(times)

    def send(n: int) -> None:
        ready.wait()
        with closing(Filer(port, token, ledger)) as filer:
            filer.file(item, [faults[n % len(faults)]] if faults else [])

    with ThreadPoolExecutor(times) as threads:
        list(threads.map(send, range(times)))
    return ledger
