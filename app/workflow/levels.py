"""The ladder a case climbs. A city may lack a level; every function here skips the absent ones.

A *lineage* is what a case's place lies in: level → unit (an id or a code), absent levels left out or None.
"""

from collections.abc import Collection, Mapping
from enum import StrEnum


class Level(StrEnum):
    CITY = "city"
    DISTRICT = "district"
    TOWN = "town"
    COMMUNITY = "community"
    GRID = "grid"


LEVELS: tuple[Level, ...] = tuple(Level)
TOP = Level.CITY
# A grid files and checks; the lowest unit that answers for a case is the community.
HOLDING: tuple[Level, ...] = LEVELS[: LEVELS.index(Level.GRID)]


def above(level: Level, present: Collection[Level]) -> Level | None:
    """The nearest level over `level` among `present`; None at the top."""
    return next((rung for rung in reversed(HOLDING) if is_above(rung, level) and rung in present), None)


def is_above(level: Level, other: Level) -> bool:
    return LEVELS.index(level) < LEVELS.index(other)


def ladder(lineage: Mapping[Level, object]) -> tuple[Level, ...]:
    """The levels that can answer for this place, lowest first."""
    return tuple(level for level in reversed(HOLDING) if lineage.get(level) is not None)


def first_holder(lineage: Mapping[Level, object]) -> Level | None:
    """The level a new case starts at; None when the place lies in no unit at all."""
    return next(iter(ladder(lineage)), None)


def rungs_above(level: Level, lineage: Mapping[Level, object]) -> tuple[Level, ...]:
    """Where a case held at `level` may be raised to, nearest first."""
    return tuple(rung for rung in ladder(lineage) if is_above(rung, level))


def rungs_below(level: Level, lineage: Mapping[Level, object]) -> tuple[Level, ...]:
    """Where a case held at `level` may be sent down to, nearest first."""
    return tuple(rung for rung in reversed(ladder(lineage)) if is_above(level, rung))
