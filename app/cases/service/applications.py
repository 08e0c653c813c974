"""Applications: what the holder or the department asks for and a level above decides."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import orjson
from flask_babel import gettext as _

from app.areas.index import areas
from app.cases.duties import approver_of
from app.cases.models import CaseApplication, Task
from app.cases.service import clocks
from app.cases.service.beside import put
from app.cases.service.needs import Step
from app.catalogue.queries import categories
from app.core.clock import local_day, rfc3339
from app.core.db import db
from app.core.policy import LEVEL_FIELDS
from app.core.problems import Conflict
from app.people.queries import staffed
from app.workflow.actions import Action
from app.workflow.moves import Application
from app.workflow.statuses import Status
from app.workflow.tasks import APPLIES_FOR, TaskKind

Details = dict[str, Any]
TOLD_AS = {"due_at": "granted_due_at"}
"""`due_at` in an event is the case's."""


def apply(step: Step) -> None:
    """Keep what is asked for, and open the duty to decide it."""
    kind = APPLIES_FOR[step.move.action]
    step.case.applied = kind.value
    task = Task(
        case_id=step.case.id,
        kind=TaskKind.APPROVE.value,
        opened_at=step.now,
        area_id=_who_decides(step, kind),
    )
    put(step, task)
    db.session.flush()
    assert step.actor.id is not None
    details = _details(step, kind)
    step.told |= {"application": kind.value, "approver": areas().by_id[_area(task)].code, "asked": details}
    db.session.add(
        CaseApplication(
            uuid=step.act.id,
            case_id=step.case.id,
            task_id=task.id,
            kind=kind.value,
            state="pending",
            asked_by_id=step.actor.id,
            asked_at=step.now,
            reason=step.act.fields["reason"],
            details=orjson.dumps(details).decode(),
        )
    )


def _area(task: Task) -> int:
    assert task.area_id is not None
    return task.area_id


def _who_decides(step: Step, kind: Application) -> int:
    """One level above whoever asks: for a department that is the holder; a second extension goes higher."""
    steps = int(step.duties.holds()) + int(kind is Application.EXTEND and step.case.extensions > 0)
    line = {getattr(step.case, name) for name in LEVEL_FIELDS.values()} - {None}
    present = staffed(line | {step.case.holder_id}, local_day(step.now))
    return approver_of(step.case, steps=steps, staffed=present)


def _details(step: Step, kind: Application) -> Details:
    if kind is Application.EXTEND:
        task = step.duties.clocked_task()
        assert task is not None and step.due_at is not None
        return {"task": task.id, "due_at": rfc3339(step.due_at)}
    if kind is Application.SUSPEND:
        assert step.review_at is not None
        return {"review_at": rfc3339(step.review_at)}
    if kind is Application.RECLASSIFY:
        assert step.category is not None
        return {"category": step.category.code}
    return {}


def decide(step: Step) -> None:
    """Approved or denied; what was approved is carried out."""
    asked = step.duties.application()
    assert asked is not None
    approved = step.move.action is Action.APPROVE
    asked.state = "approved" if approved else "denied"
    asked.decided_by_id, asked.decided_at = step.actor.id, step.now
    step.case.applied = None
    step.told["application"] = asked.kind
    if approved:
        details = orjson.loads(asked.details)
        step.told |= {TOLD_AS.get(name, name): value for name, value in details.items() if name != "task"}
        _CARRIED_OUT[Application(asked.kind)](step, details)


def _extend(step: Step, details: Details) -> None:
    step.case.extensions += 1
    due_at = datetime.fromisoformat(details["due_at"])
    for task in step.open_tasks:
        if task.id == details["task"] and task.due_at is not None and due_at > task.due_at:
            clocks.extend_clock(task, due_at, now=step.now)


def _suspend(step: Step, details: Details) -> None:
    step.case.suspended_at, step.case.resume_to = step.now, step.case.status
    clocks.pause_clocks(step.open_tasks, now=step.now)
    review = Task(
        case_id=step.case.id,
        kind=TaskKind.REVIEW.value,
        opened_at=step.now,
        area_id=step.case.holder_id,
    )
    put(step, review, datetime.fromisoformat(details["review_at"]))


def _reclassify(step: Step, details: Details) -> None:
    """Open clocks keep the term they were started with; the next one goes by the new category."""
    category = categories().get(details["category"])
    if category is None:
        raise Conflict(_("There is no category %(code)s.", code=details["category"]))
    step.case.category, step.case.catalogue_version_id = category.code, category.version_id
    step.case.restricted = step.case.restricted or category.restricted


def _void(step: Step, _details: Details) -> None:
    step.case.resume_to = step.case.status


def _restore(step: Step, _details: Details) -> None:
    """The case goes on where it ended; its main duty opens with a term of its own."""
    step.case.resume_to = step.case.resume_to or Status.FILED.value


_CARRIED_OUT: dict[Application, Callable[[Step, Details], None]] = {
    Application.EXTEND: _extend,
    Application.SUSPEND: _suspend,
    Application.RECLASSIFY: _reclassify,
    Application.VOID: _void,
    Application.RESTORE: _restore,
}
