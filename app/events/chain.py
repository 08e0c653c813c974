"""The chain's arithmetic: canonical text, digests, and what a broken chain looks like. Pure."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from app.core.clock import rfc3339

GENESIS = "0" * 64


@dataclass(frozen=True)
class Line:
    """One event as the chain sees it."""

    seq: int
    prev: str
    at: datetime
    actor: str
    action: str
    subject: str
    digest: str


@dataclass(frozen=True)
class Fault:
    """Where the chain does not hold, and how."""

    seq: int
    what: str


def canonical(value: Any) -> bytes:
    """JSON with sorted keys and no spaces; the same value gives the same bytes."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def digest_of(salt: str, body: bytes) -> str:
    """SHA-256(salt ‖ canonical body), hex."""
    return hashlib.sha256(salt.encode("ascii") + body).hexdigest()


def hash_of(line: Line) -> str:
    """The hash of a whole line, which the next line carries as `prev`."""
    rest = hashed_rest(line.at, line.actor, line.action, line.subject, line.digest)
    return hashlib.sha256(f'[{line.seq},"{line.prev}",{rest}'.encode()).hexdigest()


def hashed_rest(at: datetime, actor: str, action: str, subject: str, digest: str) -> str:
    """What is hashed of a line after `[seq,prev,`: the end of a canonical JSON list."""
    return canonical([rfc3339(at), actor, action, subject, digest])[1:].decode()


def faults(
    lines: Iterable[tuple[Line, str | None, str | None]],
    *,
    head_seq: int,
    head_hash: str,
    after: int = 0,
    prev: str = GENESIS,
) -> list[Fault]:
    """Every place where (line, salt, body) rows, in order of seq, break the chain that ends at the head.

    Both salt and body null means erased: the digest cannot be checked, the chain still can. The rows begin
    `after` a line whose hash is `prev`.
    """
    found: list[Fault] = []
    expected = after + 1
    for line, salt, body in lines:
        if line.seq != expected:
            found.append(Fault(expected, f"missing up to {line.seq - 1}"))
        if line.prev != prev:
            found.append(Fault(line.seq, "does not follow the line before it"))
        if (salt is None) != (body is None):
            found.append(Fault(line.seq, "half erased"))
        elif salt is not None and body is not None and digest_of(salt, body.encode()) != line.digest:
            found.append(Fault(line.seq, "its body is not the one that was chained"))
        prev, expected = hash_of(line), line.seq + 1
    if expected - 1 != head_seq or prev != head_hash:
        found.append(Fault(expected - 1, f"the chain ends here, the head says {head_seq}"))
    return found
