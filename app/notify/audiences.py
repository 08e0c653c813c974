"""Who an audience is for one event: people with the reason why, and the units where nobody is."""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.areas.index import AreaEntry, areas
from app.cases.duties import Duties
from app.cases.models import Case, CaseApplication, CaseGrant, Task
from app.cases.queries.one import as_seen_by
from app.core.clock import local_day
from app.core.db import db
from app.core.policy import LEVEL_FIELDS, SYSTEM, Actor
from app.core.problems import NotFound
from app.core.roles import Role
from app.events.models import Event
from app.events.queries import Told
from app.people.models import Person, PersonPosting
from app.people.queries import (
    DepartmentRow,
    actor_by_username,
    answering,
    department,
    department_line,
    departments,
    handlers_of,
    posted,
)
from app.workflow.levels import LEVELS, Level, is_above
from app.workflow.statuses import Status
from app.workflow.tasks import TaskKind


@dataclass(frozen=True)
class Group:
    """People of one place (`unit`: code of an area or department, or what they are to the case).

    Nobody in it, and `vacant`: somebody ought to be there.
    """

    unit: str
    people: frozenset[int]
    vacant: bool = False


@dataclass
class Scene:
    """An event with what is needed to find its audiences, each looked up at most once."""

    event: Told
    now: datetime
    _may_read: dict[int, bool] = field(default_factory=dict)

    @cached_property
    def body(self) -> dict[str, Any]:
        return self.event.body or {}

    @cached_property
    def day(self) -> date:
        return local_day(self.now)

    @cached_property
    def case(self) -> Case | None:
        kind, _, ident = self.event.subject.partition(":")
        return db.session.scalar(select(Case).where(Case.uuid == UUID(ident))) if kind == "case" else None

    @cached_property
    def actor_id(self) -> int | None:
        """Whose act it was; None for the system's own."""
        _kind, _, ident = self.event.actor.partition(":")
        return db.session.scalar(select(Person.id).where(Person.public_id == UUID(ident))) if ident else None

    @cached_property
    def holder(self) -> AreaEntry | None:
        """The unit that answered for the case after the event."""
        code = self.body.get("holder")
        if code is None and self.case is not None:
            return areas().by_id[self.case.holder_id]
        return areas().by_code.get(code or "")

    @cached_property
    def open_tasks(self) -> list[Task]:
        assert self.case is not None
        rows = select(Task).where(Task.case_id == self.case.id, Task.closed_at.is_(None))
        return list(db.session.scalars(rows.order_by(Task.id)))

    def readers(self, people: Iterable[int]) -> frozenset[int]:
        """Those who are active and may read the event's case today; all who are active if it has none."""
        wanted = set(people)
        for person in self._people(wanted - self._may_read.keys()):
            self._may_read[person.id] = self.case is None or may_read(person.username, self.case, self.now)
        return frozenset(ident for ident in wanted if self._may_read.get(ident))

    def refused(self) -> list[int]:
        """Those who were asked about and may not read the case."""
        return sorted(ident for ident, may in self._may_read.items() if not may)

    def _people(self, ids: Collection[int]) -> Iterable[Person]:
        rows = select(Person).where(Person.id.in_(ids), Person.active).order_by(Person.id)
        return db.session.scalars(rows).all() if ids else ()


def may_read(username: str, case: Case, now: datetime) -> bool:
    """Whether the person may read all of the case today, by the rule that opens it to them on the screen."""
    actor = actor_by_username(username, now)
    return actor is not None and reads(actor, case)


def reads(actor: Actor, case: Case) -> bool:
    try:
        return not as_seen_by(actor, case).receipt
    except NotFound:
        return False


Audience = Callable[[Scene], Iterator[Group]]


def _unit(scene: Scene, unit: AreaEntry | None) -> Iterator[Group]:
    """Who answers for the unit today; where nobody does who may read the case, whoever does above it."""
    while unit is not None:
        people = scene.readers(row.id for row in answering([unit.id], scene.day)[unit.id])
        yield Group(unit.code, people, vacant=not people)
        if people:
            return
        unit = areas().by_id.get(unit.parent_id or 0)


def _department(scene: Scene, found: DepartmentRow | None) -> Iterator[Group]:
    """The handlers at work in the department today; where nobody is, those of the one above it."""
    for ident in department_line(found.id) if found is not None else ():
        people = scene.readers(row.id for row in handlers_of([ident], scene.day)[ident])
        yield Group(departments()[ident].code, people, vacant=not people)
        if people:
            return


def _holder(scene: Scene) -> Iterator[Group]:
    yield from _unit(scene, scene.holder)


def _reached(scene: Scene) -> Iterator[Group]:
    """The unit that the late duty has climbed to; a decision climbs alone, past the holder."""
    yield from _unit(scene, areas().by_code.get(scene.body.get("unit", "")) or scene.holder)


def _left(scene: Scene) -> Iterator[Group]:
    """The unit that the late duty went away from."""
    unit = _unit_at(scene, scene.body.get("from_level"))
    if unit is not None:
        people = answering([unit.id], scene.day)[unit.id]
        yield Group(unit.code, scene.readers(row.id for row in people))


def _unit_at(scene: Scene, level: str | None) -> AreaEntry | None:
    if scene.case is None or level not in LEVELS:
        return None
    return areas().by_id.get(getattr(scene.case, LEVEL_FIELDS[level]) or 0)


def _above(scene: Scene) -> list[AreaEntry]:
    """The units over the holder, nearest first."""
    if scene.holder is None:
        return []
    over = [level for level in reversed(LEVELS) if is_above(level, Level(scene.holder.level))]
    found = (scene.holder.lineage[LEVEL_FIELDS[level]] for level in over)
    return [areas().by_id[ident] for ident in found if ident is not None]


def _level_above(scene: Scene) -> Iterator[Group]:
    yield from _unit(scene, next(iter(_above(scene)), None))


def _all_above(scene: Scene) -> Iterator[Group]:
    for unit in _above(scene):
        people = answering([unit.id], scene.day)[unit.id]
        yield Group(unit.code, scene.readers(row.id for row in people))


def _lead(scene: Scene) -> DepartmentRow | None:
    """The department that the event names, else the one that leads."""
    found = _named_department(scene)
    if found is None and scene.case is not None:
        return departments().get(scene.case.department_id or 0)
    return found


def _named_department(scene: Scene) -> DepartmentRow | None:
    return department(scene.body["department"]) if scene.body.get("department") else None


def _handlers(scene: Scene) -> Iterator[Group]:
    yield from _department(scene, _lead(scene))


def _department_line(scene: Scene) -> Iterator[Group]:
    """The handlers of the departments over the one that is meant."""
    lead = _lead(scene)
    for ident in department_line(lead.id)[1:] if lead is not None else ():
        there = handlers_of([ident], scene.day)[ident]
        yield Group(departments()[ident].code, scene.readers(row.id for row in there))


def _beside(member: str, kind: str) -> Audience:
    """Departments beside the lead: those that the event names, else all that the case knows."""

    def found(scene: Scene) -> Iterator[Group]:
        if member in scene.body:
            named = [department(code) for code in scene.body[member]]
        else:
            named = [departments().get(ident) for ident in _granted(scene, kind)]
        for each in named:
            yield from _department(scene, each)

    return found


def _granted(scene: Scene, kind: str) -> list[int]:
    assert scene.case is not None
    rows = select(CaseGrant.department_id).where(CaseGrant.case_id == scene.case.id, CaseGrant.kind == kind)
    return list(db.session.scalars(rows.order_by(CaseGrant.id)))


def _checkers(scene: Scene) -> Iterator[Group]:
    assert scene.case is not None
    people = scene.readers(Duties(scene.case, SYSTEM, scene.now).checkers())
    if people:
        yield Group("check", people)
    else:
        yield from _holder(scene)


def _owing(scene: Scene) -> Iterator[Group]:
    """Whoever owes the duty that the event speaks of; without one, every open duty of the case."""
    kind, lead = scene.body.get("task"), _named_department(scene)
    for task in scene.open_tasks:
        if kind in (None, task.kind) and (lead is None or task.department_id == lead.id):
            yield from _who_owes(scene, task)


def _who_owes(scene: Scene, task: Task) -> Iterator[Group]:
    if task.department_id is not None:
        yield from _department(scene, departments().get(task.department_id))
    elif task.kind in (TaskKind.CHECK, TaskKind.VERIFY):
        yield from _checkers(scene)
    else:
        yield from _unit(scene, areas().by_id.get(task.area_id or 0))


def _filer(scene: Scene) -> Iterator[Group]:
    assert scene.case is not None
    yield Group("filer", scene.readers([scene.case.filed_by_id]))


def _approver(scene: Scene) -> Iterator[Group]:
    yield from _unit(scene, areas().by_code.get(scene.body.get("approver", "")))


def _applicant(scene: Scene) -> Iterator[Group]:
    assert scene.case is not None
    last = select(CaseApplication.asked_by_id).where(CaseApplication.case_id == scene.case.id)
    found = db.session.scalar(last.order_by(CaseApplication.id.desc()).limit(1))
    yield Group("applicant", scene.readers([found] if found is not None else ()))


def _supervisor(scene: Scene) -> Iterator[Group]:
    """Who last put the case under supervision."""
    theirs = (Event.subject == scene.event.subject, Event.action == "case.supervise")
    last = select(Event.actor).where(*theirs, Event.seq < scene.event.seq).order_by(Event.seq.desc())
    _kind, _, ident = (db.session.scalar(last.limit(1)) or "").partition(":")
    found = select(Person.id).where(Person.public_id == UUID(ident)) if ident else None
    yield Group("supervisor", scene.readers(db.session.scalars(found)) if found is not None else frozenset())


def _unit_readers(scene: Scene) -> Iterator[Group]:
    """Who answers for the unit that the event is about; nobody being there is no alarm."""
    unit = areas().by_code.get(scene.body.get("unit", ""))
    if unit is not None:
        there = answering([unit.id], scene.day)[unit.id]
        yield Group(unit.code, frozenset(row.id for row in there))


def _administrators(scene: Scene) -> Iterator[Group]:
    found = posted(Role.ADMINISTRATOR, PersonPosting.id.is_not(None), scene.now)
    yield Group("administrator", frozenset(person.id for person in found))


def _named(scene: Scene) -> Iterator[Group]:
    """The person that the event is about."""
    kind, _, ident = scene.event.subject.partition(":")
    found = select(Person.id).where(Person.public_id == UUID(ident)) if kind == "person" else None
    yield Group("person", frozenset(db.session.scalars(found)) if found is not None else frozenset())


AUDIENCES: dict[str, Audience] = {
    "holder": _holder,
    "reached": _reached,
    "left": _left,
    "level_above": _level_above,
    "all_above": _all_above,
    "handlers": _handlers,
    "department_line": _department_line,
    "assisting": _beside("assisting", "assisting"),
    "informed": _beside("informed", "informed"),
    "summoned": _beside("departments", "summoned"),
    "checkers": _checkers,
    "owing": _owing,
    "filer": _filer,
    "approver": _approver,
    "applicant": _applicant,
    "supervisor": _supervisor,
    "administrators": _administrators,
    "unit_readers": _unit_readers,
    "named": _named,
}


def _emergency(scene: Scene) -> bool:
    """Somebody had to acknowledge the case."""
    if scene.case is None:
        return False
    asked = select(Task.id).where(Task.case_id == scene.case.id, Task.kind == TaskKind.ACKNOWLEDGE.value)
    return db.session.scalar(asked.limit(1)) is not None


CONDITIONS: dict[str, Callable[[Scene], bool]] = {
    "emergency": _emergency,
    "to_verify": lambda scene: scene.body.get("status") == Status.VERIFYING,
    "to_check": lambda scene: any(task.kind == TaskKind.CHECK for task in scene.open_tasks),
    "to_accept": lambda scene: scene.body.get("status") == Status.FILED,
    "top": lambda scene: bool(scene.body.get("top")),
    "moved": lambda scene: scene.body.get("from_level") != scene.body.get("to_level"),
    "by_department": lambda scene: bool(scene.body.get("department")),
}
