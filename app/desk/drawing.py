"""A small map as SVG: no script, no WebGL, sharp on paper; each unit is a link that a keyboard reaches."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, radians

import numpy as np
import shapely

from app.areas.index import AreaEntry, areas
from app.core.language import gettext as _
from app.core.language import name_of, number
from app.core.stamps import Stamped
from app.desk import atlas
from app.desk.atlas_sides import Side, is_lowest
from app.desk.classes import ZERO, Class, is_dotted
from app.desk.mapview import here

WIDTH, HEIGHT, EDGE = 640, 360, 14
"""Of the drawing, in its own units; names are set in 13 of them."""
TOLERANCE = 0.6
"""How far a simplified border may lie from the true one, in the same units."""


@dataclass(frozen=True)
class Shape:
    """A unit's outline as an SVG path, and where its name stands."""

    path: str
    x: float
    y: float


@dataclass(frozen=True)
class Drawn:
    """A unit as it is drawn. `said` is what the table says of it."""

    shape: Shape
    name: str
    said: str
    url: str
    colour: str
    hatched: bool
    dotted: bool
    climbed: int


class Shapes:
    """Outlines of units of one generation, laid into the drawing; an area's are made when first asked for."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], dict[str, Shape]] = {}

    def of(self, area: AreaEntry, units: Sequence[AreaEntry]) -> dict[str, Shape]:
        """By code; units without land have none."""
        key = (area.code, units[0].level if units else "")
        if key not in self._found:
            self._found[key] = _shapes(units)
        return self._found[key]


def _shapes(units: Sequence[AreaEntry]) -> dict[str, Shape]:
    land = areas().land_of([unit for unit in units if unit.has_geometry])
    if not len(land.entries):
        return {}
    laid = _laid(land.geometries)
    rough = shapely.coverage_simplify(laid, TOLERANCE)
    middles, inside = shapely.centroid(laid), shapely.point_on_surface(laid)
    points = shapely.get_coordinates(np.where(shapely.contains(laid, middles), middles, inside)).round(1)
    return {
        entry.code: Shape(_path(shape), float(x), float(y))
        for entry, shape, (x, y) in zip(land.entries, rough, points, strict=True)
    }


def _laid(geometries: np.ndarray) -> np.ndarray:
    """WGS 84 → the drawing's units, north up, metres alike in both directions, in its middle."""
    west, south, east, north = shapely.total_bounds(geometries)
    squeeze = cos(radians((south + north) / 2))
    wide, high = max((east - west) * squeeze, 1e-9), max(north - south, 1e-9)
    scale = min((WIDTH - 2 * EDGE) / wide, (HEIGHT - 2 * EDGE) / high)
    left, top = (WIDTH - wide * scale) / 2, (HEIGHT - high * scale) / 2

    def lay(lonlat: np.ndarray) -> np.ndarray:
        x = left + (lonlat[:, 0] - west) * squeeze * scale
        y = top + (north - lonlat[:, 1]) * scale
        return np.column_stack([x, y])

    found: np.ndarray = shapely.transform(geometries, lay)
    return found


def _path(shape: shapely.Geometry) -> str:
    """Rings as `M x y L … Z`, one decimal."""
    rings = shapely.get_rings(shapely.get_parts(shape))
    return "".join(
        "M" + "L".join(f"{x:g} {y:g}" for x, y in shapely.get_coordinates(ring).round(1)[:-1]) + "Z"
        for ring in rings
    )


_SHAPES: Stamped[Shapes] = Stamped("areas", Shapes, key="desk.shapes")


def drawing(side: Side, classes: Sequence[Class]) -> list[Drawn]:
    """The units of a side that have land, in the colours of its classes."""
    view, measure = side.view, side.view.measure
    shapes = _SHAPES.get().of(view.area, view.units)
    return [
        _drawn(unit, entry, shapes[entry.code], side, atlas.mark_of(unit.numbers, measure, classes), classes)
        for unit in side.units
        if (entry := unit.entry) and entry.code in shapes
    ]


def _drawn(
    unit: atlas.Unit, entry: AreaEntry, shape: Shape, side: Side, mark: int, classes: Sequence[Class]
) -> Drawn:
    view, value = side.view, side.view.measure.value(unit.numbers)
    said = f"{name_of(entry)}: {view.measure.label} {_('too few') if value is None else number(value)}"
    if unit.numbers.climbed:
        said += f" · ▲ {number(unit.numbers.climbed)} {_('climbed')}"
    return Drawn(
        shape=shape,
        name=name_of(entry),
        said=said,
        url=view.link(entry) if is_lowest(entry) else here(entry, show=view.measure.code),
        colour=classes[mark].colour if mark >= 0 else ZERO,
        hatched=mark == atlas.HATCHED,
        dotted=is_dotted(mark, classes),
        climbed=unit.numbers.climbed,
    )
