"""What a run measures on, and how long it takes about it."""

from dataclasses import dataclass
from typing import NamedTuple

from benchmarks.databases import Filled
from benchmarks.server import Server


class Served(NamedTuple):
    """A filled database and the server that runs on it."""

    filled: Filled
    server: Server


@dataclass(frozen=True)
class Thoroughness:
    """`rounds` of `seconds` for every shape over HTTP; `calls` in process."""

    sizes: tuple[int, ...]
    rounds: int
    seconds: float
    calls: int


FULL = Thoroughness(sizes=(10_000, 1_000_000), rounds=7, seconds=1.0, calls=200)
QUICK = Thoroughness(sizes=(10_000, 100_000), rounds=5, seconds=0.35, calls=60)
