"""Every case against its history: stored must be what the oracle works out, and nothing may be owed."""

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import select

from app.core import db as database
from app.core.db import database_now, db
from app.escalation.city import City
from app.escalation.queries import LATE
from app.escalation.recompute import Owed, Standing, Unknowable, World, owing, recompute
from app.escalation.stored import CASES, SAME, Stored, all_cases, one_case

log = structlog.get_logger(__name__)
OF_DUTY = tuple(each.name for each in fields(Owed) if each.name != "by_the_wall")


@dataclass(frozen=True)
class Difference:
    """One thing that is not as it must be, in words."""

    uuid: UUID
    number: str | None
    what: str


@dataclass
class Audit:
    """So many cases were compared; `unknowable` ones have lost part of their history to erasure."""

    cases: int = 0
    events: int = 0
    unknowable: int = 0
    differences: list[Difference] = field(default_factory=list)


def audit(*, uuid: UUID | None = None, limit: int | None = None) -> Audit:
    """Compare one case, the newest `limit`, or all. Reads only; others may go on writing meanwhile."""
    found, city = Audit(), City()
    for chunk in _chunks(uuid, limit):
        now = database_now()
        for stored in chunk:
            _compare(stored, city, now, found)
        log.info("escalation.audited", cases=found.cases, differences=len(found.differences))
    return found


def _chunks(uuid: UUID | None, limit: int | None) -> Iterator[list[Stored]]:
    if uuid is None:
        yield from all_cases(limit)
    elif stored := one_case(uuid):
        yield [stored]


def _compare(stored: Stored, city: City, now: datetime, found: Audit) -> None:
    found.cases += 1
    found.events += len(stored.events)
    try:
        wrong = faults(stored, city, now) and faults_under_lock(stored.uuid, city)
    except Unknowable as unknowable:
        if stored.events and stored.events[0].action == "case.filed":
            found.unknowable += 1
            return
        wrong = [str(unknowable)]
    except (LookupError, TypeError, ValueError) as error:
        wrong = [f"its history makes no sense ({type(error).__name__}: {error})"]
    found.differences += [Difference(stored.uuid, stored.number, what) for what in wrong]


def faults_under_lock(uuid: UUID, city: City) -> list[str]:
    """The faults of a case while nobody can act on it: what was read before may have been half of a write."""
    database.begin_write()
    try:
        db.session.execute(select(CASES.id).where(CASES.uuid == uuid).with_for_update())
        stored = one_case(uuid)
        return faults(stored, city, database_now()) if stored else []
    finally:
        database.rollback()


def faults(stored: Stored, world: World, now: datetime) -> list[str]:
    """What is wrong with a case at `now`; raises Unknowable."""
    must = recompute(stored.events, world)
    return [
        *must.doubts,
        *_unlike(stored.fields, must),
        *_unlike_duties(stored, must),
        *_unlike_climbs(stored, must),
        *owing(must, world, now - LATE),
    ]


def standing_at(uuid: UUID, at: datetime) -> Standing | None:
    """Where a case stood at an instant, by its history; None for an unknown one. Raises Unknowable."""
    stored = one_case(uuid)
    return recompute(stored.events, City(), at) if stored else None


def _unlike(fields: dict[str, Any], must: Standing) -> Iterator[str]:
    for name in (*SAME, "holder", "department", "place"):
        if fields[name] != getattr(must, name):
            yield f"{name} is {_told(fields[name])}, must be {_told(getattr(must, name))}"


def _unlike_duties(stored: Stored, must: Standing) -> Iterator[str]:
    if len(stored.duties) != len(must.duties):
        yield f"it has {len(stored.duties)} tasks, must have {len(must.duties)}"
    for number, (is_, be) in enumerate(zip(stored.duties, must.duties, strict=False), 1):
        for name in OF_DUTY:
            if getattr(is_, name) != getattr(be, name):
                told = f"is {_told(getattr(is_, name))}, must be {_told(getattr(be, name))}"
                yield f"task {number} ({be.kind}): {name} {told}"


def _unlike_climbs(stored: Stored, must: Standing) -> Iterator[str]:
    if stored.past != must.version - 1:
        yield f"{stored.past} earlier versions are kept, must be {must.version - 1}"
    missing = [climb for climb in must.climbs if climb not in stored.climbs]
    beyond = [climb for climb in stored.climbs if climb not in must.climbs]
    for climb in missing:
        yield f"no breach is recorded for rung {climb.rung} of {climb.kind} at {climb.due_at:%F %T}Z"
    for climb in beyond:
        yield f"a breach is recorded that never was: rung {climb.rung} of {climb.kind}"
    if len(stored.climbs) != len(must.climbs) and not missing and not beyond:
        yield "a breach is recorded twice"


def _told(value: Any) -> str:
    if isinstance(value, datetime):
        return f"{value:%F %T.%f}Z"
    return "nothing" if value is None else str(value)
