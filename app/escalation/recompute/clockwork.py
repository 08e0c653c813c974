"""What the sweep did, and what it should have done."""

from collections.abc import Iterable
from datetime import datetime

from app.escalation.recompute.clocks import BY_ITSELF, urgency
from app.escalation.recompute.hands import hold
from app.escalation.recompute.standing import Climb, Owed, Standing, World, instant, said
from app.events.queries import Told
from app.workflow.ladder import Breach, Ground, Notice, Step, TaskClock, due_steps
from app.workflow.levels import HOLDING, TOP, Level
from app.workflow.tasks import TaskKind


def due(standing: Standing, world: World, now: datetime, vacant: Iterable[str] = ()) -> list[Step]:
    """The steps of the ladder that are due; `vacant`: codes of units where nobody answers."""
    known, lineage = world.configuration(now), _lineage(standing, world)
    empty = set(vacant)
    able = [level for level, unit in lineage.items() if unit not in empty]
    asked = urgency(standing, now, world)
    ground = Ground(lineage.keys(), able, known.calendar, lambda level: known.ladder.grace(level, asked))
    clocks = [
        _clock_of(ident, duty, world)
        for ident, duty in enumerate(standing.duties)
        if duty.open and duty.paused_at is None and duty.wake_at is not None
    ]
    return due_steps(Level(standing.level), standing.card, clocks, ground, now)


def _lineage(standing: Standing, world: World) -> dict[Level, str]:
    """The unit at each level of the place, or else over the holder."""
    over = world.lineage(standing.holder)
    found = {level: standing.place.get(level) or over.get(level) for level in HOLDING}
    return {level: unit for level, unit in found.items() if unit} | {TOP: world.top()}


def _clock_of(ident: int, duty: Owed, world: World) -> TaskClock:
    assert duty.due_at is not None
    return TaskClock(
        ident=ident,
        kind=TaskKind(duty.kind),
        due_at=duty.due_at,
        near_at=duty.near_at,
        wake_at=duty.wake_at,
        rung=duty.rung,
        base_level=Level(duty.base_level),
        base_rung=duty.base_rung,
        own_level=world.level(duty.unit) if duty.kind in BY_ITSELF and duty.unit else None,
    )


def swept(standing: Standing, event: Told, world: World) -> None:
    """The event must tell the very next step that was due at its instant."""
    body = said(event)
    steps = due(standing, world, event.at, body.get("vacant", ()))
    step = steps[0] if steps else None
    duty = standing.duties[step.after.ident] if step is not None else None
    of = (body["task"], instant(body["opened_at"]), body.get("department"))
    told = Notice if event.action == "case.near_due" else Breach
    if step is None or duty is None or (duty.kind, duty.opened_at, duty.department) != of:
        standing.doubts.append(f"event {event.seq}: {event.action} of {body['task']} was not due")
    elif not isinstance(step, told):
        standing.doubts.append(f"event {event.seq}: {event.action} of {body['task']} was not what was due")
    elif isinstance(step, Notice):
        duty.warned_at, duty.wake_at = event.at, step.after.wake_at
    else:
        _climb(standing, duty, step, event, world)


def _climb(standing: Standing, duty: Owed, step: Breach, event: Told, world: World) -> None:
    unit = duty.unit if step.alone and duty.unit else standing.holder
    to = _lineage(standing, world)[step.level] if step.moves else unit
    standing.version += 1
    standing.changed_at, standing.card = event.at, step.card
    duty.rung, duty.base_rung = step.after.rung, step.after.base_rung
    duty.base_level, duty.wake_at = step.after.base_level, step.after.wake_at
    if step.alone:
        duty.unit = to
    elif step.moves:
        standing.escalations += 1
        hold(standing, to, world)
    standing.climbs.append(
        Climb(
            kind=duty.kind,
            rung=duty.rung,
            at=event.at,
            due_at=step.at,
            from_level=step.from_level,
            to_level=step.level,
            from_holder=unit,
            to_holder=to,
            card=step.card,
            top=step.top,
        )
    )
    _doubt(standing, standing.climbs[-1], event)


def _doubt(standing: Standing, climb: Climb, event: Told) -> None:
    standing.agree(event, "version", "status", "level", "holder", "card")
    body = said(event)
    told = (body["rung"], body["from_level"], body["to_level"], body["unit"], body["top"])
    must = (climb.rung, climb.from_level, climb.to_level, climb.to_holder, climb.top)
    if told != must or instant(body["passed_at"]) != climb.due_at:
        standing.doubts.append(f"event {event.seq}: it must be rung {climb.rung} to {climb.to_holder}")
