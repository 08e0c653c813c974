"""The oracle: where a case must stand, from its events alone, at any instant.

Written apart from the services that act: what an action means is told here once more, by tables of its own,
and both must agree on every case. What nobody can know again is taken from the events as a fact: what people
chose, who was asked to decide, and which posts were vacant when the sweep looked. Which limits had passed,
when, and with what result, is worked out. Pure; only the arithmetic of calendar and ladder is shared.
"""

from collections.abc import Iterable
from datetime import datetime

from app.escalation.recompute.clocks import begin, open_duty, show_clock
from app.escalation.recompute.clockwork import due, swept
from app.escalation.recompute.people import acted
from app.escalation.recompute.standing import Climb, Owed, Standing, Unknowable, World, said
from app.events.queries import Told
from app.workflow.ladder import Notice
from app.workflow.levels import HOLDING, Level

REPORTED_BY_THE_PUBLIC = {"citizen", "public", "hotline", "12345", "wechat", "web", "open311"}
BY_THE_SWEEP = ("case.near_due", "case.climbed")
CHANGES_NOTHING = ("case.photo_added", "case.rated")


def recompute(events: Iterable[Told], world: World, until: datetime | None = None) -> Standing:
    """Where the case of these events (oldest first) must stand, at their end or at an instant.

    Raises Unknowable.
    """
    standing: Standing | None = None
    for event in events:
        if until is not None and event.at > until:
            break
        if event.action == "case.filed":
            standing = _filed(event, world)
        elif standing is None:
            raise Unknowable("the case was never filed")
        elif event.action in BY_THE_SWEEP:
            swept(standing, event, world)
        elif event.action not in CHANGES_NOTHING:
            acted(standing, event, world)
    if standing is None:
        raise Unknowable("nothing had happened by then")
    return standing


def owing(standing: Standing, world: World, now: datetime) -> list[str]:
    """Steps of the ladder that should have been taken by `now` and were not, in words."""
    return [
        f"{step.after.kind}: {'no notice given' if isinstance(step, Notice) else 'not raised'},"
        f" due since {step.at:%F %T}Z"
        for step in due(standing, world, now)
    ]


def _filed(event: Told, world: World) -> Standing:
    body = said(event)
    place = dict(world.lineage(body["place"]))
    level = next(rung for rung in reversed(HOLDING) if rung in place)
    public = body["channel"] in REPORTED_BY_THE_PUBLIC
    standing = Standing(
        version=1,
        status="verifying" if public else "filed",
        level=level,
        holder=place[level],
        category=body["category"],
        urgency=body["urgency"],
        filed_at=event.at,
        changed_at=event.at,
        place=place,
    )
    begin(standing, "verify" if public else "accept", event.at, world)
    category = world.category(standing.category, event.at)
    if category is not None and category.emergency:
        alerted = place.get(Level.DISTRICT, standing.holder)
        open_duty(standing, Owed("acknowledge", event.at, alerted), world)
    show_clock(standing)
    return standing


__all__ = ["Climb", "Owed", "Standing", "Unknowable", "World", "owing", "recompute"]
