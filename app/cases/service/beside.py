"""Departments beside the one that leads: they assist, are summoned, or are only informed."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import select

from app.cases.models import CaseGrant, Task
from app.cases.service.clocks import start_clock, stop_clock
from app.cases.service.needs import Step
from app.core.db import db
from app.people.queries import DepartmentRow, departments
from app.workflow.statuses import Status
from app.workflow.tasks import BESIDE, TaskKind


def ask_to_assist(step: Step) -> None:
    """At the dispatch: one task with its own clock for each that assists; who is informed may read."""
    _open(step, TaskKind.ASSIST, step.assisting)
    _grant(step, "assisting", step.assisting)
    _grant(step, "informed", step.informed)


def summon(step: Step) -> None:
    """The whistle: every summoned department owes a response."""
    _open(step, TaskKind.RESPOND, step.departments)
    _grant(step, "summoned", step.departments)


def respond(step: Step) -> None:
    """What the actor's departments owed is done; the check begins when the last of them has answered."""
    answered = step.duties.assisting_tasks()
    codes = {departments()[task.department_id].code for task in answered if task.department_id}
    step.told["answered_for"] = sorted(codes)
    for task in answered:
        stop_clock(task, step.move.action.value, now=step.now)
        task.person_id = step.actor.id
    if step.case.status == Status.HANDLED and not waits_for_departments(step.tasks):
        open_check(step)


def waits_for_departments(tasks: Iterable[Task]) -> bool:
    return any(task.closed_at is None and task.kind in BESIDE for task in tasks)


def open_check(step: Step) -> None:
    if any(task.kind == TaskKind.CHECK for task in step.open_tasks):
        return
    area_id = step.case.grid_id or step.case.holder_id
    task = Task(case_id=step.case.id, kind=TaskKind.CHECK.value, opened_at=step.now, area_id=area_id)
    put(step, task)


def put(step: Step, task: Task, due_at: datetime | None = None) -> None:
    """Open a task: its clock starts, and it joins the case's."""
    start_clock(task, step.case, now=step.now, due_at=due_at)
    task.rung = task.base_rung = task.paused_s = 0
    db.session.add(task)
    step.tasks.append(task)


def _open(step: Step, kind: TaskKind, whom: Iterable[DepartmentRow]) -> None:
    busy = {task.department_id for task in step.open_tasks if task.kind == kind}
    for found in whom:
        if found.id not in busy:
            task = Task(case_id=step.case.id, kind=kind.value, opened_at=step.now, department_id=found.id)
            put(step, task, step.due_at if kind is TaskKind.RESPOND else None)


def _grant(step: Step, kind: str, whom: Sequence[DepartmentRow]) -> None:
    if not whom:
        return
    rows = select(CaseGrant.department_id).where(CaseGrant.case_id == step.case.id, CaseGrant.kind == kind)
    known = set(db.session.scalars(rows))
    for found in whom:
        if found.id not in known:
            grant = CaseGrant(case_id=step.case.id, department_id=found.id, kind=kind, granted_at=step.now)
            db.session.add(grant)
