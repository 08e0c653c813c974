"""Who is told what of one event, and why. Reads only; `service.tell` writes it down."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from app.events.queries import Told
from app.notify.audiences import AUDIENCES, CONDITIONS, Scene
from app.notify.routing import Route, routes
from app.notify.rules import Urgency


@dataclass
class Telling:
    """One person told of the event; `why` names each audience and place that reached them."""

    person_id: int
    template: str
    urgency: Urgency
    collapses: bool
    channels: set[str] = field(default_factory=set)
    why: list[str] = field(default_factory=list)


@dataclass
class Decision:
    """`tellings` by person; `own_act`: the actor was in an audience; `vacant`: codes of the units and
    departments where somebody ought to be and nobody is."""

    scene: Scene
    tellings: dict[int, Telling] = field(default_factory=dict)
    own_act: bool = False
    vacant: list[str] = field(default_factory=list)


def decide(event: Told, now: datetime) -> Decision:
    """Never the actor of their own act, never somebody who may not read the case."""
    decision = Decision(Scene(event, now))
    if event.subject.startswith("case:") and decision.scene.case is None:
        return decision
    decision.vacant += _skipped_by_the_ladder(event)
    for route in routes().get(event.action, ()):
        if not route.when or CONDITIONS[route.when](decision.scene):
            _follow(route, decision)
    return decision


def _skipped_by_the_ladder(event: Told) -> Iterator[str]:
    yield from (event.body or {}).get("vacant", ()) if event.action == "case.climbed" else ()


def _follow(route: Route, decision: Decision) -> None:
    for group in AUDIENCES[route.audience](decision.scene):
        if group.vacant and group.unit not in decision.vacant:
            decision.vacant.append(group.unit)
        for person_id in sorted(group.people):
            if person_id == decision.scene.actor_id:
                decision.own_act = True
            else:
                _tell(route, group.unit, person_id, decision)


def _tell(route: Route, unit: str, person_id: int, decision: Decision) -> None:
    known = decision.tellings.setdefault(
        person_id, Telling(person_id, route.template, route.urgency, route.collapses)
    )
    if known.template == route.template:
        known.channels |= set(route.channels)
        known.why.append(f"{route.audience} {unit}")
