"""Questions about areas, answered from memory; only shapes come from the database."""

from collections.abc import Iterator

import shapely
from shapely.geometry.base import BaseGeometry

from app.areas.index import AreaEntry, AreaIndex

METRE_DIGITS = 7
"""Digits after the point of a degree that are sent: about a centimetre."""


def find_areas(
    index: AreaIndex, *, level: str | None = None, parent: AreaEntry | None = None, q: str | None = None
) -> list[AreaEntry]:
    """Areas in the order of their codes.

    `parent` alone: the units that hang on it; with a level: every unit of that level below it.
    `q`: words of the name, English or Chinese, or the beginning of the code.
    """
    found: Iterator[AreaEntry] = iter(index.entries)
    if parent is not None and level is None:
        found = iter(index.children.get(parent.id, ()))
    elif parent is not None:
        found = (entry for entry in found if entry.lies_in(parent) and entry.id != parent.id)
    if level is not None:
        found = (entry for entry in found if entry.level == level)
    words = (q or "").casefold().split()
    return [entry for entry in found if all(_says(entry, word) for word in words)]


def _says(entry: AreaEntry, word: str) -> bool:
    return (
        word in entry.name.casefold()
        or entry.code.startswith(word)
        or (entry.name_en is not None and word in entry.name_en.casefold())
    )


def land_of(index: AreaIndex, entry: AreaEntry) -> BaseGeometry | None:
    """The unit's shape in the active generation, in WGS 84."""
    if not entry.has_geometry:
        return None
    (land,) = index.land_of([entry]).geometries
    rounded: BaseGeometry = shapely.transform(land, lambda xy: xy.round(METRE_DIGITS))
    return rounded
