"""The five levels, highest first. A city may skip one."""

LEVELS = ("city", "district", "town", "community", "grid")


def is_above(level: str, other: str) -> bool:
    return LEVELS.index(level) < LEVELS.index(other)
