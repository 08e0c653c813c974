"""What people's actions mean for a case: status, duties, counts."""

from collections.abc import Callable, Iterable
from datetime import datetime

from app.escalation.recompute import applications, hands
from app.escalation.recompute.clocks import OF_DEPARTMENTS, begin, begin_check, close, open_duty, show_clock
from app.escalation.recompute.standing import Owed, Standing, World, instant, said
from app.events.queries import Told

STATUS_AFTER = {
    "verify_pass": "filed",
    "verify_fail": "filed",
    "accept": "accepted",
    "reject": "rejected",
    "dispatch": "dispatched",
    "start": "in_progress",
    "handle": "handled",
    "return_to_dispatcher": "accepted",
    "check_pass": "closed",
    "check_fail": "in_progress",
    "close_on_spot": "closed",
    "reopen": "accepted",
}
ENDED = {"closed", "rejected", "voided"}
DUTY_DONE = {
    "verify_pass": "verify",
    "verify_fail": "verify",
    "accept": "accept",
    "reject": "accept",
    "close_on_spot": "accept",
    "dispatch": "dispatch",
    "handle": "handle",
    "return_to_dispatcher": "handle",
    "check_pass": "check",
    "check_fail": "check",
    "acknowledge": "acknowledge",
    "answer": "answer",
    "approve": "approve",
    "deny": "approve",
    "resume": "review",
}
DUTY_BEGUN = {
    "verify_pass": "accept",
    "verify_fail": "accept",
    "accept": "dispatch",
    "dispatch": "handle",
    "handle": "check",
    "return_to_dispatcher": "dispatch",
    "check_fail": "handle",
    "supervise": "answer",
}
DUTY_OF_STATUS = {
    "filed": "accept",
    "accepted": "dispatch",
    "dispatched": "handle",
    "in_progress": "handle",
    "handled": "check",
    "verifying": "verify",
    "suspended": "review",
}
GRAVITY = (None, "yellow", "red", "black")


def acted(standing: Standing, event: Told, world: World) -> None:
    """One action of somebody's; every one is a version."""
    action, body = event.action.removeprefix("case."), said(event)
    if action not in KNOWN:
        standing.doubts.append(f"event {event.seq}: {action} means nothing")
        return
    before = standing.status
    standing.version += 1
    standing.changed_at = event.at
    for duty in standing.open_duties:
        if duty.kind == DUTY_DONE.get(action):
            close(duty, action, event.at)
    if action in applications.APPLICATIONS:
        applications.applied(standing, applications.APPLICATIONS[action], event, world)
    elif action in EFFECTS:
        EFFECTS[action](standing, event, world)
    standing.status = STATUS_AFTER.get(action, standing.status)
    _begin_next(standing, before, action, event.at, world, instant(body.get("set_due_at")))
    if standing.status in ENDED and before not in ENDED:
        _end(standing, action, event.at)
    show_clock(standing)
    standing.agree(event, "version", "status", "level", "holder")


def _begin_next(
    standing: Standing, before: str, action: str, at: datetime, world: World, due_at: datetime | None
) -> None:
    kind = DUTY_BEGUN.get(action)
    if before in ENDED and standing.status not in ENDED:
        standing.ended_at = standing.on_time = standing.took_s = None
        kind = DUTY_OF_STATUS[standing.status]
    if kind == "check":
        begin_check(standing, at, world)
    elif kind is not None:
        begin(standing, kind, at, world, due_at)


def _end(standing: Standing, action: str, at: datetime) -> None:
    standing.ended_at, standing.applied = at, None
    if standing.status == "closed":
        standing.took_s = int((at - standing.filed_at).total_seconds())
        late = [d for d in standing.duties if d.due_at and d.closed_at and d.closed_at > d.due_at]
        standing.on_time = not late
    for duty in standing.open_duties:
        close(duty, action, at)


def _graver(card: str | None, other: str | None) -> str | None:
    return max(card, other, key=GRAVITY.index)


def _dispatched(standing: Standing, event: Told, world: World) -> None:
    body = said(event)
    standing.department = body["department"]
    _ask(standing, "assist", body.get("assisting") or (), event.at, world)


def _summoned(standing: Standing, event: Told, world: World) -> None:
    body = said(event)
    _ask(standing, "respond", body["departments"], event.at, world, instant(body.get("set_due_at")))


def _ask(
    standing: Standing,
    kind: str,
    departments: Iterable[str],
    at: datetime,
    world: World,
    due_at: datetime | None = None,
) -> None:
    busy = {duty.department for duty in standing.open_duties if duty.kind == kind}
    for code in dict.fromkeys(departments):
        if code not in busy:
            open_duty(standing, Owed(kind, at, department=code), world, due_at)


def _responded(standing: Standing, event: Told, world: World) -> None:
    theirs = said(event)["answered_for"]
    for duty in standing.open_duties:
        if duty.kind in OF_DEPARTMENTS and duty.department in theirs:
            close(duty, "respond", event.at)
    if standing.status == "handled":
        begin_check(standing, event.at, world)


def _returned(standing: Standing, event: Told, world: World) -> None:
    """A case that nobody wants is decided one level up."""
    standing.returns += 1
    standing.department = None
    levels = hands.over(standing, world)
    if standing.returns >= world.configuration(event.at).limits.returns_before_raise and levels:
        hands.raise_to(standing, levels[0], event.at, world)


def _failed(standing: Standing, _event: Told, _world: World) -> None:
    standing.reworks += 1
    if standing.reworks >= 2:
        standing.card = _graver(standing.card, "red")


def _settled(standing: Standing, _event: Told, _world: World) -> None:
    standing.self_handled = True


def _supervised(standing: Standing, event: Told, _world: World) -> None:
    standing.card = _graver(standing.card, said(event).get("card"))


def _reopened(standing: Standing, _event: Told, _world: World) -> None:
    standing.reopens += 1
    standing.department = None


EFFECTS: dict[str, Callable[[Standing, Told, World], None]] = {
    "dispatch": _dispatched,
    "return_to_dispatcher": _returned,
    "check_fail": _failed,
    "close_on_spot": _settled,
    "escalate": hands.escalated,
    "delegate": hands.delegated,
    "transfer": hands.transferred,
    "whistle": _summoned,
    "respond": _responded,
    "supervise": _supervised,
    "approve": applications.approved,
    "deny": applications.denied,
    "resume": applications.resumed,
    "reopen": _reopened,
}
KNOWN = {*STATUS_AFTER, *DUTY_DONE, *EFFECTS, *applications.APPLICATIONS, "urge", "comment"}
