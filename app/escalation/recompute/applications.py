"""What an application asks for, and what comes of it once it is granted."""

from app.escalation.recompute.clocks import go_on, open_duty, warning
from app.escalation.recompute.standing import Owed, Standing, World, instant, said
from app.events.queries import Told

APPLICATIONS = {
    "request_extension": "extend",
    "request_suspension": "suspend",
    "request_reclassification": "reclassify",
    "request_void": "void",
    "request_restore": "restore",
}
EXTENDED = {"accept", "dispatch", "handle"}
GOES_ON_SUSPENDED = {"review", "answer", "approve"}


def applied(standing: Standing, kind: str, event: Told, world: World) -> None:
    body = said(event)
    standing.applied, standing.asked = kind, body.get("asked") or {}
    running = [duty for duty in standing.open_duties if duty.kind in EXTENDED and duty.due_at is not None]
    standing.asked_of = running[0] if running else None
    open_duty(standing, Owed("approve", event.at, body["approver"]), world)


def approved(standing: Standing, event: Told, world: World) -> None:
    kind, standing.applied = standing.applied, None
    if kind not in GRANTED:
        standing.doubts.append(f"event {event.seq} grants what nobody asked for")
        return
    GRANTED[kind](standing, event, world)


def denied(standing: Standing, _event: Told, _world: World) -> None:
    standing.applied = None


def _extended(standing: Standing, event: Told, world: World) -> None:
    standing.extensions += 1
    due_at, duty = instant(standing.asked["due_at"]), standing.asked_of
    if duty is None or not duty.open or duty.due_at is None or due_at is None or due_at <= duty.due_at:
        return
    duty.due_at, duty.warned_at, duty.base_rung = due_at, None, duty.rung
    duty.near_at = warning(event.at, due_at, world.configuration(event.at))
    duty.wake_at = duty.near_at or due_at


def _suspended(standing: Standing, event: Told, world: World) -> None:
    standing.suspended_at, standing.resume_to = event.at, standing.status
    for duty in standing.open_duties:
        if duty.paused_at is None and duty.kind not in GOES_ON_SUSPENDED:
            duty.paused_at, duty.wake_at = event.at, None
    review = Owed("review", event.at, standing.holder)
    open_duty(standing, review, world, instant(standing.asked["review_at"]))
    standing.status = "suspended"


def _reclassified(standing: Standing, _event: Told, _world: World) -> None:
    standing.category = standing.asked["category"]


def _voided(standing: Standing, _event: Told, _world: World) -> None:
    standing.resume_to, standing.status = standing.status, "voided"


def _restored(standing: Standing, _event: Told, _world: World) -> None:
    standing.status, standing.resume_to = standing.resume_to or "filed", None


def resumed(standing: Standing, event: Told, world: World) -> None:
    for duty in standing.open_duties:
        if duty.paused_at is not None:
            go_on(standing, duty, duty.paused_at, event.at, world)
    standing.suspended_at = None
    standing.status, standing.resume_to = standing.resume_to or "accepted", None


GRANTED = {
    "extend": _extended,
    "suspend": _suspended,
    "reclassify": _reclassified,
    "void": _voided,
    "restore": _restored,
}
