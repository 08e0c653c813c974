"""Kept results: the same request on the same data gives the same numbers, and shows what made them.

A result belongs to a scope: who may see other cases is answered as if it did not exist. Keeping one is no
event, it changes nothing in the city and must not count as new data.
"""

import hashlib
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import orjson
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from app.analysis.models import AnalysisResult
from app.core import db as database
from app.core.db import db
from app.core.policy import Actor, OneOf, Predicate
from app.events.queries import last_seq

KEPT = timedelta(days=90)
TRIES = 3
AT_ONCE = 500
Numbers = dict[str, Any]


@dataclass(frozen=True)
class Asked:
    """All that decides the numbers, besides the data. `parameters`: plain JSON values."""

    method: str
    parameters: Mapping[str, Any]
    start: datetime | None
    end: datetime | None
    seed: int
    scope: Predicate

    @property
    def scope_hash(self) -> str:
        return _hash(said(self.scope))

    @property
    def parameters_text(self) -> str:
        return orjson.dumps(dict(self.parameters), option=orjson.OPT_SORT_KEYS).decode()

    def request(self, data_seq: int) -> str:
        return _hash(
            [self.method, self.parameters_text, self.start, self.end, self.seed, data_seq, self.scope_hash]
        )


@dataclass(frozen=True)
class Kept:
    """A run as it is told of again. `numbers`: what the method found."""

    uuid: UUID
    method: str
    parameters: Numbers
    start: datetime | None
    end: datetime | None
    seed: int
    data_seq: int
    made_at: datetime
    scope_hash: str
    numbers: Numbers


def find(asked: Asked) -> Kept | None:
    """The result of this very request on the present data."""
    return _one(AnalysisResult.request == asked.request(last_seq()))


def opened(uuid: UUID, scope_of: Callable[[Numbers], Predicate]) -> Kept | None:
    """A kept result, if it was made for exactly what this reader may see; `scope_of` its parameters."""
    kept = _one(AnalysisResult.uuid == uuid)
    if kept is None or kept.scope_hash != _hash(said(scope_of(kept.parameters))):
        return None
    return kept


def made(asked: Asked, run: Callable[[], Numbers]) -> tuple[Numbers, int]:
    """Numbers and the sequence of the data they were made of: nothing was written while they were read."""
    for _attempt in range(TRIES):
        before = last_seq()
        numbers = run()
        if last_seq() == before:
            break
    return numbers, before


def keep(asked: Asked, numbers: Numbers, data_seq: int, *, actor: Actor, now: datetime) -> Kept:
    """Keep what was found; if somebody kept the same request meanwhile, theirs. Inside a write."""
    request = asked.request(data_seq)
    row = AnalysisResult(
        uuid=uuid4(),
        request=request,
        method=asked.method,
        parameters=asked.parameters_text,
        window_start=asked.start,
        window_end=asked.end,
        seed=asked.seed,
        data_seq=data_seq,
        scope_hash=asked.scope_hash,
        made_at=now,
        made_by_id=actor.id,
        result=zlib.compress(orjson.dumps(numbers, option=orjson.OPT_SERIALIZE_NUMPY), 6),
    )
    try:
        with db.session.begin_nested():
            db.session.add(row)
    except IntegrityError:
        other = _one(AnalysisResult.request == request)
        if other is None:
            raise
        return other
    return _told(row)


def prune(now: datetime) -> int:
    """Forget results older than 90 days; the address with the instant and the seed makes them again."""
    old = select(AnalysisResult.id).where(AnalysisResult.made_at < now - KEPT).limit(AT_ONCE)
    forgotten = 0
    while ids := list(db.session.scalars(old)):
        database.begin_write()
        db.session.execute(delete(AnalysisResult).where(AnalysisResult.id.in_(ids)))
        database.commit()
        forgotten += len(ids)
    return forgotten


def said(scope: Predicate) -> Any:
    """A scope as plain values, always in the same order."""
    if isinstance(scope, OneOf):
        return [scope.field, sorted(map(str, scope.values))]
    return [type(scope).__name__, sorted((said(part) for part in scope.parts), key=str)]


def _hash(value: Any) -> str:
    return hashlib.sha256(orjson.dumps(value)).hexdigest()


def _one(*conditions: Any) -> Kept | None:
    row = db.session.scalars(select(AnalysisResult).where(*conditions)).one_or_none()
    return _told(row) if row else None


def _told(row: AnalysisResult) -> Kept:
    return Kept(
        uuid=row.uuid,
        method=row.method,
        parameters=orjson.loads(row.parameters),
        start=row.window_start,
        end=row.window_end,
        seed=row.seed,
        data_seq=row.data_seq,
        made_at=row.made_at,
        scope_hash=row.scope_hash,
        numbers=orjson.loads(zlib.decompress(row.result)),
    )
