"""What is open on cases, and whom they wait for, in words."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, select

from app.areas.index import areas
from app.cases.clock_words import Clock, clock_of, paused_clock
from app.cases.models import Case, Task
from app.core.db import db
from app.core.language import name_of
from app.people.queries import departments
from app.workflow.tasks import TaskKind

CASES, TASKS = cast(Table, Case.__table__).c, cast(Table, Task.__table__).c
ON_THE_SPOT = (TaskKind.VERIFY, TaskKind.CHECK)
"""What an inspector does there, in person."""


@dataclass(frozen=True)
class Waiting:
    """One open duty: `kind` of task, whose it is, and its clock."""

    kind: str
    who: str
    clock: Clock


def open_tasks(case_ids: Collection[int]) -> dict[int, list[Any]]:
    """The open duties of cases by case id, due first. One statement, none for no cases."""
    found: dict[int, list[Any]] = defaultdict(list)
    if case_ids:
        names = ("case_id", "kind", "area_id", "department_id", "opened_at", "due_at", "near_at", "paused_at")
        rows = select(*(TASKS[name] for name in names)).where(TASKS.case_id.in_(case_ids))
        rows = rows.where(TASKS.closed_at.is_(None)).order_by(TASKS.due_at.is_(None), TASKS.due_at, TASKS.id)
        for task in db.session.execute(rows):
            found[task.case_id].append(task)
    return found


def settled(case_ids: Collection[int]) -> set[int]:
    """Those of the cases that were settled on the spot by who found them."""
    if not case_ids:
        return set()
    rows = select(CASES.id).where(CASES.id.in_(case_ids), CASES.self_handled)
    return set(db.session.scalars(rows))


def on_the_spot(tasks: Collection[Any]) -> Any | None:
    """The duty that brings an inspector to the place."""
    return next((task for task in tasks if task.kind in ON_THE_SPOT), None)


def waiting(tasks: Collection[Any], at: datetime) -> list[Waiting]:
    return [Waiting(task.kind, who_owes(task), clock_for(task, at)) for task in tasks]


def clock_for(task: Any, at: datetime) -> Clock:
    if task.paused_at is not None:
        return paused_clock(task.paused_at)
    return clock_of(task.opened_at, task.due_at, at)


def who_owes(task: Any) -> str:
    """The department or the unit whose duty it is, in the present language."""
    if task.department_id is not None:
        return name_of(departments().get(task.department_id))
    return name_of(areas().by_id.get(task.area_id or 0))
