"""How a case goes from unit to unit by hand."""

from datetime import datetime

from app.escalation.recompute.clocks import BY_ITSELF, OF_THE_HOLDER, after_grace, close
from app.escalation.recompute.standing import Standing, World, said
from app.events.queries import Told
from app.workflow.levels import HOLDING, Level, is_above


def over(standing: Standing, world: World) -> list[Level]:
    """The levels over the holder, nearest first."""
    there = world.lineage(standing.holder)
    return [level for level in reversed(HOLDING) if level in there and is_above(level, Level(standing.level))]


def escalated(standing: Standing, event: Told, world: World) -> None:
    asked = said(event).get("to_level")
    raise_to(standing, Level(asked) if asked else over(standing, world)[0], event.at, world)


def raise_to(standing: Standing, level: Level, at: datetime, world: World) -> None:
    standing.escalations += 1
    unit = standing.place.get(level) or world.lineage(standing.holder)[level]
    _hand_to(standing, unit, at, world)


def delegated(standing: Standing, event: Told, world: World) -> None:
    unit = said(event)["to"]
    there = world.lineage(unit)
    if len(there) > len(standing.place):
        standing.place = dict(there)
    _hand_to(standing, unit, event.at, world)


def transferred(standing: Standing, event: Told, world: World) -> None:
    """What was applied for falls away; whoever else had to look on is replaced by their neighbour."""
    unit = said(event)["to"]
    standing.place, standing.applied = dict(world.lineage(unit)), None
    for duty in standing.open_duties:
        if duty.kind == "approve":
            close(duty, "transfer", event.at)
        elif duty.kind == "acknowledge" and duty.unit is not None:
            duty.unit = standing.place.get(world.level(duty.unit), duty.unit)
    _hand_to(standing, unit, event.at, world)


def _hand_to(standing: Standing, unit: str, at: datetime, world: World) -> None:
    """The ladder is counted from the new level; who is late already gives it the time of the ladder."""
    hold(standing, unit, world)
    for duty in standing.open_duties:
        if duty.kind in BY_ITSELF or duty.due_at is None or duty.paused_at is not None:
            continue
        duty.base_level, duty.base_rung = standing.level, duty.rung
        if duty.due_at <= at:
            duty.wake_at = after_grace(standing, standing.level, at, world)


def hold(standing: Standing, unit: str, world: World) -> None:
    """The unit answers for the case from now on, and so for what its holder owes."""
    standing.holder, standing.level = unit, world.level(unit)
    for duty in standing.open_duties:
        if duty.kind in OF_THE_HOLDER:
            duty.unit = unit
