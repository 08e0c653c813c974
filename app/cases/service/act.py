"""Act on a case: one row of the workflow table, carried out under the case's version."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from app import events
from app.areas.index import areas
from app.cases.commands import Act
from app.cases.duties import Duties
from app.cases.models import PAST_FIELDS, Case, CaseAction, PastState
from app.cases.queries.one import locked_case, tasks_of
from app.cases.service.effects import carry_out
from app.cases.service.needs import Step, read_needs
from app.core.clock import rfc3339
from app.core.db import db
from app.core.policy import Actor
from app.core.problems import Conflict, Invalid, Stale
from app.core.words import word
from app.workflow.actions import Action
from app.workflow.guards import Refusal
from app.workflow.levels import Level
from app.workflow.moves import BY_ACTION, DECISIONS, Duty, Move, MoveNotAllowed
from app.workflow.moves import move as row_of
from app.workflow.statuses import Status


@dataclass(frozen=True)
class Done:
    """`repeated` is True when this very action had been carried out before."""

    case: Case
    repeated: bool


def act(uuid: UUID, what: Act, *, version: int, actor: Actor, now: datetime) -> Done:
    """Carry out an action on the case as the sender saw it.

    Raises, in this order: NotFound (out of scope), Stale (another version), Invalid (what it needs),
    Conflict (the table has no such move for this status, role or level).
    """
    case = locked_case(uuid, actor)
    now = max(now, case.changed_at)  # a clock set back, or of another machine, turns no history round
    if _repeated(case, what, actor):
        return Done(case, repeated=True)
    if case.version != version:
        raise Stale(_("The case has changed since you read it."), extra={"version": case.version})
    with db.session.no_autoflush:  # one flush, at the end, instead of one before every look-up
        step = _checked(case, what, actor, now)
        _remember_past(case, now)
        carry_out(step)
        _finish(step)
    return Done(case, repeated=False)


def was_done(uuid: UUID, what: Act, actor: Actor) -> bool:
    """Whether the actor has carried out this very action on the case, which they may no longer see."""
    done = select(CaseAction.command_hash).join(Case, Case.id == CaseAction.case_id)
    same = (Case.uuid == uuid, CaseAction.uuid == what.id, CaseAction.person_id == actor.id)
    return db.session.scalar(done.where(*same)) == what.hash()


def _repeated(case: Case, what: Act, actor: Actor) -> bool:
    known = db.session.get(CaseAction, what.id)
    if known is None:
        return False
    if known.case_id != case.id or known.person_id != actor.id or known.command_hash != what.hash():
        raise Conflict(_("Another action was already received under this id; the first one stands."))
    return True


def _checked(case: Case, what: Act, actor: Actor, now: datetime) -> Step:
    """Fields first (422), then the table and the actor's duty (409)."""
    if what.action not in {action.value for action in Action}:
        raise Invalid({"action": [_("There is no action %(name)s.", name=what.action[:40])]})
    action = Action(what.action)
    tasks = tasks_of(case.id)
    duties = Duties(case, actor, now, tasks)
    step = Step(case, BY_ACTION[action][0], what, actor, now, tasks, duties)
    read_needs(step)
    try:
        step.move = row_of(Status(case.status), action, duties.applied())
    except MoveNotAllowed:
        raise Conflict(_impossible(case, action)) from None
    if Level(case.level) in step.move.barred_at:
        raise Conflict(_("From this level the case can go no further that way."))
    if not duties.may(step.move.who):
        raise Conflict(_not_yours(step.move))
    if refused := duties.refusal(action):
        raise Conflict(str(REFUSALS[refused]))
    return step


def _impossible(case: Case, action: Action) -> str:
    if action in DECISIONS and case.applied is None:
        return str(_("Nothing was applied for; there is nothing to decide."))
    what, where = word(action, "action"), word(case.status, "status")
    return str(_("“%(action)s” is not possible while the case is “%(status)s”.", action=what, status=where))


def _not_yours(move: Move) -> str:
    return str(REASONS[move.who])


REASONS: dict[Duty, LazyString] = {
    Duty.HOLDER: _l("Only the unit that answers for the case may do this."),
    Duty.HANDLER: _l("Only the department that handles the case may do this."),
    Duty.WORKER: _l("Only the unit that answers for the case or the department that handles it may do this."),
    Duty.ASSISTANT: _l("Only a department that was asked to assist or summoned may do this."),
    Duty.VERIFIER: _l("Only the grid's inspector may verify, or the community where the grid has none."),
    Duty.CHECKER: _l("Only the grid's inspector may check, never whoever handled the case."),
    Duty.FINDER: _l("Only the inspector who filed the case may do this."),
    Duty.SUPERIOR: _l("Only a unit above the one that answers for the case may do this."),
    Duty.OVERSEER: _l("Only the unit that answers for the case or one above it may do this."),
    Duty.APPROVER: _l("Only the unit above may decide this, and never whoever applied."),
    Duty.ALERTED: _l("Only the unit that was alerted may do this."),
    Duty.READER: _l("Only who may read the case may do this."),
}
REFUSALS: dict[Refusal, LazyString] = {
    Refusal.DEPARTMENTS_OPEN: _l("Departments that assist or were summoned have not answered yet."),
    Refusal.NOTHING_TO_ANSWER: _l("Nobody supervises this case; there is nothing to answer."),
    Refusal.ALREADY_APPLIED: _l("An application for this case waits for its decision already."),
    Refusal.WINDOW_OVER: _l("The time in which this case could be reopened is over."),
    Refusal.NOT_ON_SPOT: _l("Cases of this category cannot be settled on the spot."),
    Refusal.NO_PHOTO_BEFORE: _l("A photo from before the handling is needed."),
    Refusal.EXTENDED_ENOUGH: _l("This case was given more time as often as is allowed."),
    Refusal.NOTHING_TO_EXTEND: _l("You have no duty with a due time on this case."),
}


def _remember_past(case: Case, now: datetime) -> None:
    """Begin a new version; keep where the case stood until now, for lists asked as of an earlier instant."""
    kept = {name: getattr(case, name) for name in PAST_FIELDS}
    since = case.changed_at
    db.session.add(PastState(case_id=case.id, version=case.version, since=since, until=now, **kept))
    case.version += 1


def _finish(step: Step) -> None:
    """The version that the sender saw becomes the next one; the event tells what was done."""
    case, index = step.case, areas()
    case.changed_at = step.now
    body: dict[str, Any] = {
        **{name: rfc3339(v) if isinstance(v, datetime) else v for name, v in step.act.fields.items()},
        "version": case.version,
        "status": case.status,
        "level": case.level,
        "holder": index.by_id[case.holder_id].code,
        "due_at": rfc3339(case.due_at),
        **({"set_due_at": rfc3339(step.due_at)} if step.due_at else {}),
        **step.told,
    }
    events.append(f"case.{step.move.action}", f"case:{case.uuid}", body, actor=step.actor, at=step.now)
    db.session.add(
        CaseAction(
            uuid=step.act.id,
            case_id=case.id,
            person_id=step.actor.id,
            command_hash=step.act.hash(),
            version=case.version,
            at=step.now,
        )
    )
