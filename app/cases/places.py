"""Where a filing lies: its units, and how that is known."""

from dataclasses import dataclass, field

import shapely
from flask_babel import gettext as _
from shapely.geometry.base import BaseGeometry

from app.areas.index import AreaEntry, AreaIndex, areas
from app.cases.commands import FileCase
from app.core.policy import LEVEL_FIELDS
from app.core.problems import Invalid
from app.workflow.levels import HOLDING


@dataclass(frozen=True)
class Placed:
    """The lowest unit that a filing lies in, and how that is known.

    `how`: grid (a point or shape in a grid), picked (the filer chose a neighbour), area (a unit was named),
    unplaced (outside coverage; `nearest_id`), words. `bordering` are codes of near or shared grids.
    """

    unit: AreaEntry
    how: str
    nearest_id: int | None = None
    bordering: tuple[str, ...] = ()
    ids: dict[str, int | None] = field(default_factory=dict)

    @property
    def holder(self) -> AreaEntry:
        """The lowest unit that can answer for a case here."""
        index = areas()
        held = (self.ids[LEVEL_FIELDS[level]] for level in reversed(HOLDING))
        return index.by_id[next(found for found in held if found is not None)]


def place(filing: FileCase) -> Placed:
    """Where the filing lies. A point outside coverage is kept, unplaced, with the nearest unit.

    Raises Invalid for an unknown area, swapped coordinates, or an area that contradicts the point.
    """
    index = areas()
    named = _named(index, filing.area)
    if filing.geometry is None:
        unit = named or index.city
        return _placed(unit, "area" if named else "words")
    found = _by_geometry(index, filing.geometry)
    if named is None:
        return found
    return _agreed(index, named, found)


def _named(index: AreaIndex, code: str | None) -> AreaEntry | None:
    if code is None:
        return None
    unit = index.by_code.get(code)
    if unit is None:
        raise Invalid({"area": [_("There is no area %(code)s.", code=code)]})
    return unit


def _placed(
    unit: AreaEntry, how: str, *, nearest_id: int | None = None, bordering: tuple[str, ...] = ()
) -> Placed:
    return Placed(unit, how, nearest_id, bordering, dict(unit.lineage))


def _by_geometry(index: AreaIndex, geometry: BaseGeometry) -> Placed:
    tree = index.tree
    if isinstance(geometry, shapely.Point):
        found = tree.locate(geometry.x, geometry.y, measured=False)
        if found.area_id is None:
            _refuse_swapped(index, geometry)
            return _placed(index.city, "unplaced", nearest_id=found.nearest_id)
        codes = tuple(index.by_id[near].code for near in found.border_with)
        return _placed(index.by_id[found.area_id], "grid", bordering=codes)
    shares = tree.locate_shape(geometry)
    if not shares:
        nearest = tree.locate(geometry.representative_point().x, geometry.representative_point().y)
        return _placed(index.city, "unplaced", nearest_id=nearest.area_id or nearest.nearest_id)
    others = tuple(index.by_id[share.area_id].code for share in shares[1:])
    return _placed(index.by_id[shares[0].area_id], "grid", bordering=others)


def _refuse_swapped(index: AreaIndex, point: shapely.Point) -> None:
    if index.tree.grid_at(point.y, point.x) is not None:
        raise Invalid({"geometry": [_("Longitude and latitude are swapped: GeoJSON says longitude first.")]})


def _agreed(index: AreaIndex, named: AreaEntry, found: Placed) -> Placed:
    """The named unit decides between neighbours near a border; it may not contradict the point."""
    if found.how == "unplaced" or found.unit.path.startswith(named.path):
        return found if found.how != "unplaced" else _placed(named, "picked", nearest_id=found.nearest_id)
    for code in found.bordering:
        neighbour = index.by_code[code]
        if neighbour.path.startswith(named.path):
            return _placed(neighbour, "picked", bordering=(found.unit.code,))
    raise Invalid({"area": [_("The point lies neither in nor near %(name)s.", name=named.name)]})
