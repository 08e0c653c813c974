"""Cases as they are stored, with their events, in the words of the oracle; read many at a time."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import func, select

from app.areas.index import areas
from app.cases.escalations import Escalation
from app.cases.models import Case, PastState, Task
from app.core.db import db
from app.core.policy import LEVEL_FIELDS
from app.escalation.recompute import Climb, Owed
from app.events.models import Event, EventBody
from app.events.queries import Told
from app.people.queries import departments
from app.workflow.levels import Level

CHUNK = 500
SAME = (
    "version",
    "status",
    "level",
    "category",
    "filed_at",
    "changed_at",
    "due_at",
    "clock_from",
    "near_at",
    "card",
    "escalations",
    "returns",
    "reworks",
    "reopens",
    "extensions",
    "self_handled",
    "applied",
    "suspended_at",
    "resume_to",
    "ended_at",
    "on_time",
    "took_s",
)
"""What the oracle names as the case does."""
OF_TASK = (
    "kind",
    "opened_at",
    "due_at",
    "near_at",
    "warned_at",
    "wake_at",
    "rung",
    "base_level",
    "base_rung",
    "paused_at",
    "paused_s",
    "closed_at",
    "outcome",
)
CASES, TASKS, RUNGS = Case.__table__.c, Task.__table__.c, Escalation.__table__.c
CASE_ROWS = select(
    CASES.id,
    CASES.uuid,
    CASES.number,
    CASES.holder_id,
    CASES.department_id,
    *(CASES[name] for name in LEVEL_FIELDS.values()),
    *(CASES[name] for name in SAME),
)


@dataclass
class Stored:
    """One case: its row by the oracle's names, tasks, breaches, and the events that must explain them."""

    id: int
    uuid: UUID
    number: str | None
    fields: dict[str, Any]
    duties: list[Owed] = field(default_factory=list)
    climbs: list[Climb] = field(default_factory=list)
    past: int = 0
    events: list[Told] = field(default_factory=list)


def all_cases(limit: int | None = None) -> Iterator[list[Stored]]:
    """Every case, or the newest `limit`, in chunks: memory does not grow with their number."""
    newest = db.session.scalar(select(func.max(CASES.id))) or 0
    first = select(CASES.id).order_by(CASES.id.desc()).limit(1).offset(limit - 1) if limit else None
    after = (db.session.scalar(first) or 1) - 1 if first is not None else 0
    while True:
        rows = CASE_ROWS.where(CASES.id > after, CASES.id <= newest).order_by(CASES.id).limit(CHUNK)
        found = db.session.execute(rows).all()
        if not found:
            return
        yield _complete(found)
        after = found[-1].id
        db.session.rollback()  # SQLite: no reader holds up the log for the whole audit


def one_case(uuid: UUID) -> Stored | None:
    found = db.session.execute(CASE_ROWS.where(CASES.uuid == uuid)).all()
    return _complete(found)[0] if found else None


def _complete(rows: Sequence[Any]) -> list[Stored]:
    cases = {row.id: Stored(row.id, row.uuid, row.number, _fields(row)) for row in rows}
    for task in db.session.execute(select(*TASKS).where(TASKS.case_id.in_(cases)).order_by(TASKS.id)):
        cases[task.case_id].duties.append(_duty(task))
    for rung in db.session.execute(select(*RUNGS).where(RUNGS.case_id.in_(cases)).order_by(RUNGS.id)):
        cases[rung.case_id].climbs.append(_climb(rung))
    past = select(PastState.case_id, func.count()).where(PastState.case_id.in_(cases))
    for case_id, count in db.session.execute(past.group_by(PastState.case_id)):
        cases[case_id].past = count
    told = _events(f"case:{case.uuid}" for case in cases.values())
    for case in cases.values():
        case.events = told[f"case:{case.uuid}"]
    return list(cases.values())


def _events(subjects: Iterable[str]) -> dict[str, list[Told]]:
    rows = (
        select(Event.seq, Event.at, Event.actor, Event.action, Event.subject, EventBody.body)
        .join(EventBody, EventBody.seq == Event.seq)
        .where(Event.subject.in_(list(subjects)))
        .order_by(Event.seq)
    )
    found: dict[str, list[Told]] = defaultdict(list)
    for seq, at, actor, action, subject, body in db.session.execute(rows):
        said = None if body is None else orjson.loads(body)
        found[subject].append(Told(seq, at, actor, action, subject, said))
    return found


def _fields(row: Any) -> dict[str, Any]:
    named = {name: getattr(row, name) for name in SAME}
    place = {
        Level(level): _code(getattr(row, name))
        for level, name in LEVEL_FIELDS.items()
        if getattr(row, name) is not None
    }
    return named | {
        "holder": _code(row.holder_id),
        "department": _department(row.department_id),
        "place": place,
    }


def _duty(task: Any) -> Owed:
    named = {name: getattr(task, name) for name in OF_TASK}
    return Owed(**named, unit=_code(task.area_id), department=_department(task.department_id))


def _climb(rung: Any) -> Climb:
    same = ("kind", "rung", "at", "due_at", "from_level", "to_level", "card", "top")
    named: dict[str, Any] = {name: getattr(rung, name) for name in same}
    return Climb(
        **named, from_holder=str(_code(rung.from_holder_id)), to_holder=str(_code(rung.to_holder_id))
    )


def _code(area_id: int | None) -> str | None:
    """The unit's code; a number that is no unit's is shown as it is."""
    if area_id is None:
        return None
    unit = areas().by_id.get(area_id)
    return unit.code if unit else f"#{area_id}"


def _department(department_id: int | None) -> str | None:
    if department_id is None:
        return None
    found = departments().get(department_id)
    return found.code if found else f"#{department_id}"
