"""The door by which the clock acts on cases: whoever's limit has passed is raised, many in one write.

Like an action by hand it works on locked cases, under their versions, and appends events; only its statements
are for many rows at once. A case that somebody is acting on is left for the next look.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property, partial
from typing import Any, cast

from sqlalchemy import RowMapping, Select, Table, bindparam, insert, or_, select, update
from sqlalchemy.sql.dml import UpdateBase

from app import events
from app.areas.index import AreaIndex, areas
from app.cases.escalations import Escalation
from app.cases.models import PAST_FIELDS, PastState
from app.cases.service.clocks import urgency_of
from app.cases.service.insert import CASES, TASKS
from app.catalogue.configuration import configuration
from app.catalogue.queries import categories
from app.core.clock import local_day, rfc3339
from app.core.db import db, skip_locked
from app.core.policy import LEVEL_FIELDS, SYSTEM
from app.people.queries import departments, staffed
from app.workflow.ladder import Breach, Ground, Notice, Step, TaskClock, due_steps
from app.workflow.levels import Level
from app.workflow.tasks import CLIMBS_ALONE, FOLLOWS_HOLDER, TaskKind

PAST, RUNGS = cast(Table, PastState.__table__), cast(Table, Escalation.__table__)
OF_CASE = tuple(
    CASES.c[name] for name in ("id", "uuid", "version", "changed_at", "restricted", "urgency", *PAST_FIELDS)
)

Row = RowMapping
Lineage = Mapping[Level, int]


class Overtaken(RuntimeError):
    """A row was not as it had been read under lock; the batch must be rolled back."""


@dataclass(frozen=True)
class Climbed:
    """What one batch did: so many tasks had been `found` due, so many breaches and notices came of them."""

    found: int = 0
    raised: int = 0
    warned: int = 0
    oldest: datetime | None = None


def is_due(now: datetime) -> Any:
    """Open tasks that woke at `now` or before; answered by the index on `wake_at`."""
    awake = (TASKS.c.closed_at.is_(None), TASKS.c.wake_at.is_not(None), TASKS.c.wake_at <= now)
    return (*awake, TASKS.c.paused_at.is_(None))


def climb(
    *, now: datetime, limit: int, only: int | None = None, passing_over: Collection[int] = ()
) -> Climbed:
    """Carry out every step that is due on the cases of the `limit` longest due tasks; belongs inside a write.

    `now` is the database's. `only`: the id of the one case to look at; `passing_over`: of those to leave
    alone. Raises Overtaken.
    """
    case_ids = _lock(now, limit, only, passing_over)
    if not case_ids:
        return Climbed()
    cases, tasks = _read(case_ids, now)
    batch = _Batch(now, [case for case in cases if case["id"] in tasks])
    for case in batch.cases:
        batch.climb_one(case, tasks[case["id"]])
    return batch.write()


def _lock(now: datetime, limit: int, only: int | None, passing_over: Collection[int]) -> list[int]:
    """The cases of the tasks due longest, locked; on PostgreSQL no two workers get the same."""
    rows: Select[Any] = select(CASES.c.id).join(TASKS, TASKS.c.case_id == CASES.c.id).where(*is_due(now))
    if only is not None:
        rows = rows.where(CASES.c.id == only)
    if passing_over:
        rows = rows.where(TASKS.c.case_id.not_in(passing_over))
    rows = rows.order_by(TASKS.c.wake_at, TASKS.c.id).limit(limit)
    return sorted(set(db.session.scalars(skip_locked(rows))))


def _read(case_ids: Collection[int], now: datetime) -> tuple[list[Row], dict[int, list[Row]]]:
    """The locked cases, and what is due on each: read anew, for others may have been here before the lock."""
    cases = db.session.execute(select(*OF_CASE).where(CASES.c.id.in_(case_ids)).order_by(CASES.c.id))
    due = select(TASKS).where(TASKS.c.case_id.in_(case_ids), *is_due(now)).order_by(TASKS.c.id)
    tasks: dict[int, list[Row]] = {}
    for task in db.session.execute(due).mappings():
        tasks.setdefault(task["case_id"], []).append(task)
    return list(cases.mappings()), tasks


@dataclass
class _Batch:
    """The rows that will be written for the cases of one look."""

    now: datetime
    cases: list[Row]
    raised_cases: list[dict[str, Any]] = field(default_factory=list)
    moved_cases: list[dict[str, Any]] = field(default_factory=list)
    past: list[dict[str, Any]] = field(default_factory=list)
    tasks: list[dict[str, Any]] = field(default_factory=list)
    rungs: list[dict[str, Any]] = field(default_factory=list)
    warned: int = 0

    def __post_init__(self) -> None:
        """What every case is measured by is looked up once."""
        self.index, self.known = areas(), configuration()
        self.categories, self.departments = categories(), departments()
        self.lineages = {case["id"]: _lineage(case, self.index) for case in self.cases}

    @cached_property
    def somebody_at(self) -> frozenset[int]:
        units = {unit for lineage in self.lineages.values() for unit in lineage.values()}
        return staffed(units, local_day(self.now))

    @cached_property
    def somebody_cleared_at(self) -> frozenset[int]:
        return staffed(self.somebody_at, local_day(self.now), cleared=True)

    def climb_one(self, case: Row, tasks: list[Row]) -> None:
        lineage = self.lineages[case["id"]]
        there = self.somebody_cleared_at if case["restricted"] else self.somebody_at
        able = [level for level, unit in lineage.items() if unit in there]
        urgency = urgency_of(self.categories.get(case["category"]), case["urgency"])
        grace = partial(self.known.ladder.grace, urgency=urgency)
        ground = Ground(lineage.keys(), able, self.known.calendar, grace)
        clocks = [_clock(case, task, self.index) for task in tasks]
        steps = due_steps(Level(case["level"]), case["card"], clocks, ground, self.now)
        standing = _Standing(case, lineage, max(self.now, case["changed_at"]), self.index)
        by_id = {task["id"]: task for task in tasks}
        for step in steps:
            self._take(standing, by_id[step.after.ident], step)
        self._settle(standing, by_id, {step.after.ident: step.after for step in steps})

    def _take(self, standing: "_Standing", task: Row, step: Step) -> None:
        """One step: its rows, and its event."""
        if isinstance(step, Notice):
            standing.warned.add(task["id"])
            self.warned += 1
            action, said = "case.near_due", {}
        else:
            self.past.append(standing.past())
            rung = standing.climb(task, step)
            self.rungs.append(rung)
            action, said = "case.climbed", _told(rung, step, standing)
        body = self._of_task(task) | said | standing.told()
        events.append(action, f"case:{standing.case['uuid']}", body, actor=SYSTEM, at=standing.now)

    def _of_task(self, task: Row) -> dict[str, Any]:
        """Which duty an event speaks of."""
        said = {
            "task": task["kind"],
            "opened_at": rfc3339(task["opened_at"]),
            "task_due_at": rfc3339(task["due_at"]),
        }
        department = self.departments.get(task["department_id"])
        return said | ({"department": department.code} if department else {})

    def _settle(self, standing: "_Standing", tasks: dict[int, Row], clocks: dict[int, TaskClock]) -> None:
        """Where the case and its tasks stand after all their steps."""
        self.tasks += [_task_after(tasks[ident], clock, standing) for ident, clock in clocks.items()]
        if standing.version > standing.case["version"]:
            self.raised_cases.append(standing.after())
        if standing.holder_id != standing.case["holder_id"]:
            self.moved_cases.append({"of_case": standing.case["id"], "to_unit": standing.holder_id})

    def write(self) -> Climbed:
        """Send everything; each row only if it still stands as it was read."""
        _send(UPDATE_CASE, self.raised_cases)
        _send(insert(PAST), self.past)
        _send(UPDATE_TASK, self.tasks)
        if self.moved_cases:
            db.session.connection().execute(FOLLOW_HOLDER, self.moved_cases)
        _send(insert(RUNGS), self.rungs)
        oldest = min((task["woke_at"] for task in self.tasks), default=None)
        return Climbed(len(self.tasks), len(self.rungs), self.warned, oldest)


@dataclass
class _Standing:
    """Where a case stands between two steps. `since`: since when it has stood so."""

    case: Row
    lineage: Lineage
    now: datetime
    index: AreaIndex

    def __post_init__(self) -> None:
        self.version: int = self.case["version"]
        self.since: datetime = self.case["changed_at"]
        self.level, self.holder_id = Level(self.case["level"]), int(self.case["holder_id"])
        self.card: str | None = self.case["card"]
        self.escalations: int = self.case["escalations"]
        self.alone: dict[int, int] = {}  # task → unit, for tasks that climb alone
        self.warned: set[int] = set()  # tasks

    def past(self) -> dict[str, Any]:
        """The row that remembers how the case stood until now."""
        kept = {name: self.case[name] for name in PAST_FIELDS} | self._changing()
        span = {"case_id": self.case["id"], "version": self.version, "since": self.since, "until": self.now}
        return kept | span

    def climb(self, task: Row, step: Breach) -> dict[str, Any]:
        """Take the step; the row that records it."""
        before = self.alone.get(task["id"], task["area_id"]) if step.alone else self.holder_id
        after = self.lineage[step.level] if step.moves else before
        if step.alone:
            self.alone[task["id"]] = after
        else:
            self.level, self.holder_id = step.level, after
            self.escalations += step.moves
        self.card, self.since = step.card, self.now
        self.version += 1
        return {
            "task_id": task["id"],
            "rung": step.after.rung,
            "case_id": self.case["id"],
            "kind": task["kind"],
            "at": self.now,
            "due_at": step.at,
            "from_level": step.from_level,
            "to_level": step.level,
            "from_holder_id": before,
            "to_holder_id": after,
            "card": step.card,
            "top": step.top,
        }

    def after(self) -> dict[str, Any]:
        of = {"of_id": self.case["id"], "of_version": self.case["version"]}
        return of | {"version": self.version, "changed_at": self.now} | self._changing()

    def _changing(self) -> dict[str, Any]:
        return {
            "level": self.level,
            "holder_id": self.holder_id,
            "card": self.card,
            "escalations": self.escalations,
        }

    def told(self) -> dict[str, Any]:
        """What every event of a case says."""
        return {
            "version": self.version,
            "status": self.case["status"],
            "level": self.level,
            "holder": self.index.by_id[self.holder_id].code,
            "due_at": rfc3339(self.case["due_at"]),
        }


def _lineage(case: Row, index: AreaIndex) -> Lineage:
    """The unit at each level of the case's place, or else over its holder; the city is always there."""
    over = index.by_id[case["holder_id"]].lineage
    found = {level: case[name] or over[name] for level, name in _LEVELS.items()}
    return {level: unit for level, unit in found.items() if unit} | {Level.CITY: index.city.id}


_LEVELS = {Level(level): name for level, name in LEVEL_FIELDS.items() if level != Level.GRID}


def _clock(case: Row, task: Row, index: AreaIndex) -> TaskClock:
    kind = TaskKind(task["kind"])
    alone = kind in CLIMBS_ALONE
    return TaskClock(
        ident=task["id"],
        kind=kind,
        due_at=task["due_at"],
        near_at=task["near_at"],
        wake_at=task["wake_at"],
        rung=task["rung"],
        base_level=Level(task["base_level"] or case["level"]),
        base_rung=task["base_rung"],
        own_level=Level(index.by_id[task["area_id"]].level) if alone else None,
    )


def _told(rung: dict[str, Any], step: Breach, standing: _Standing) -> dict[str, Any]:
    index = standing.index
    return {
        "rung": rung["rung"],
        "passed_at": rfc3339(step.at),
        "from_level": step.from_level,
        "to_level": step.level,
        "unit": index.by_id[rung["to_holder_id"]].code,
        "card": step.card,
        "top": step.top,
        "vacant": [index.by_id[standing.lineage[level]].code for level in step.vacant],
    }


def _task_after(task: Row, after: TaskClock, standing: _Standing) -> dict[str, Any]:
    return {
        "of_id": task["id"],
        "woke_at": task["wake_at"],
        "of_rung": task["rung"],
        "wake_at": after.wake_at,
        "warned_at": standing.now if task["id"] in standing.warned else task["warned_at"],
        "rung": after.rung,
        "base_level": after.base_level,
        "base_rung": after.base_rung,
        "area_id": standing.alone.get(task["id"], task["area_id"]),
    }


def _send(statement: UpdateBase, rows: list[dict[str, Any]]) -> None:
    """Raises Overtaken unless every row was there to be changed."""
    if rows and db.session.connection().execute(statement, rows).rowcount not in (len(rows), -1):
        raise Overtaken(f"{statement.table} was changed under the lock")


def _given(*names: str) -> dict[str, Any]:
    return {name: bindparam(name) for name in names}


CASE_AFTER = ("version", "changed_at", "level", "holder_id", "card", "escalations")
TASK_AFTER = ("wake_at", "warned_at", "rung", "base_level", "base_rung", "area_id")
UPDATE_CASE = (
    update(CASES)
    .where(CASES.c.id == bindparam("of_id"), CASES.c.version == bindparam("of_version"))
    .values(_given(*CASE_AFTER))
)
UPDATE_TASK = (
    update(TASKS)
    .where(
        TASKS.c.id == bindparam("of_id"),
        TASKS.c.wake_at == bindparam("woke_at"),
        TASKS.c.rung == bindparam("of_rung"),
        TASKS.c.closed_at.is_(None),
    )
    .values(_given(*TASK_AFTER))
)
FOLLOW_HOLDER = (
    update(TASKS)
    .where(
        TASKS.c.case_id == bindparam("of_case"),
        TASKS.c.closed_at.is_(None),
        or_(*(TASKS.c.kind == kind.value for kind in sorted(FOLLOWS_HOLDER))),  # `in` takes no many rows
    )
    .values(area_id=bindparam("to_unit"))
)
