"""Compare shapes of requests fairly: interleaved over rounds, each round on fresh balanced connections."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from statistics import median

import numpy as np

from benchmarks.client import CLIENTS, Sample, balanced, load
from benchmarks.server import WORKERS, Server

UNBALANCED = 3.0
"""A round in which one worker used so many times the CPU of another is repeated, at most twice."""


@dataclass(frozen=True)
class Shape:
    """A kind of request to a server: `requests()` gives those of one round, `wanted` is the right status."""

    name: str
    server: Server
    requests: Callable[[], Iterator[bytes]]
    wanted: int = 200


@dataclass
class Seen:
    """All rounds of one shape."""

    samples: list[Sample] = field(default_factory=list)

    @property
    def rate(self) -> float:
        return median(sample.rate for sample in self.samples)

    @property
    def failed(self) -> int:
        return sum(sample.failed for sample in self.samples)

    def latency_ms(self, percent: float) -> float:
        return float(np.percentile(np.concatenate([s.latencies for s in self.samples]), percent)) * 1000

    def over(self, base: "Seen") -> float:
        """The median over the rounds of this rate divided by the other's in the same round."""
        pairs = zip(self.samples, base.samples, strict=True)
        return median(mine.rate / other.rate for mine, other in pairs)

    @property
    def told(self) -> str:
        p50, p95, p99 = (self.latency_ms(percent) for percent in (50, 95, 99))
        refused = f", {self.failed} FAILED" if self.failed else ""
        return f"{self.rate:.0f}/s, p50 {p50:.1f} p95 {p95:.1f} p99 {p99:.1f} ms{refused}"


def measure(shapes: list[Shape], *, rounds: int, seconds: float, clients: int = CLIENTS) -> dict[str, Seen]:
    """Every shape once a round, in turn from another one each time; a warm-up first."""
    seen = {shape.name: Seen() for shape in shapes}
    for shape in shapes:
        _one(shape, seconds / 3, clients)
    for number in range(rounds):
        first = number % len(shapes)
        for shape in shapes[first:] + shapes[:first]:
            seen[shape.name].samples.append(_fair(shape, seconds, clients))
    return seen


def _fair(shape: Shape, seconds: float, clients: int) -> Sample:
    for _ in range(3):
        before = shape.server.cpu_by_worker()
        sample = _one(shape, seconds, clients)
        after = shape.server.cpu_by_worker()
        used = [after[pid] - before[pid] for pid in after if pid in before]
        if clients < WORKERS or max(used) <= UNBALANCED * max(min(used), 0.02):
            break
    return sample


def _one(shape: Shape, seconds: float, clients: int) -> Sample:
    connections = balanced(shape.server.port, clients, min(WORKERS, clients))
    try:
        return load(connections, shape.requests(), shape.wanted, seconds)
    finally:
        for connection in connections:
            connection.socket.close()
