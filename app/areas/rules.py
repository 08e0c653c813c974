"""What a set of units must satisfy before it may be activated. Pure: units in, findings out.

Two pieces of land are held equal when they differ by no more than TOLERATED_SQUARE_METRES or by a strip
narrower than TOLERATED_METRES: that much is rounding and datum conversion, not a mistake.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Geod
from shapely.geometry.base import BaseGeometry

from app.areas.levels import LEVELS, is_above
from app.spatial.shapes import fault_of

TOLERATED_SQUARE_METRES = 1.0
TOLERATED_METRES = 0.1
SLIVER_METRES = 1.0

Geometries = NDArray[np.object_]
_ELLIPSOID = Geod(ellps="WGS84")


@dataclass(frozen=True)
class Unit:
    """A unit as read from a file. A dedicated one lies over the basic ones of its community."""

    code: str
    level: str
    parent_code: str | None
    geometry: BaseGeometry | None = None
    dedicated: bool = False


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong, and where (degrees, WGS 84) as far as it has a place."""

    kind: str
    level: str | None
    codes: tuple[str, ...]
    lon: float | None
    lat: float | None
    square_metres: float | None
    message: str


def check(units: Sequence[Unit]) -> list[Finding]:
    """Everything that is wrong with a set of units; an empty list means it may be activated."""
    tree = _Tree(units)
    return [
        *_tree_findings(units),
        *_shape_findings(units),
        *_overlaps(tree),
        *_nesting(tree),
        *_outer_gaps(tree),
    ]


def square_metres(geometry: BaseGeometry) -> float:
    """Area on the WGS 84 ellipsoid."""
    return float(abs(_ELLIPSOID.geometry_area_perimeter(geometry)[0]))


# --- codes, parents, levels ----------------------------------------------------------------------------


def _tree_findings(units: Sequence[Unit]) -> Iterator[Finding]:
    levels = {unit.code: unit.level for unit in units}
    for code, times in Counter(unit.code for unit in units).items():
        if times > 1:
            yield _placeless("duplicate_code", None, (code,), f"the code {code} occurs {times} times")
    cities = [unit.code for unit in units if unit.level == "city"]
    if len(cities) != 1:
        yield _placeless("city", "city", cities[:10], f"one city is expected, {len(cities)} found")
    for unit in units:
        fault = _fault_in_tree(unit, levels)
        if fault:
            codes = (unit.code, unit.parent_code) if unit.parent_code else (unit.code,)
            yield _placeless(fault[0], unit.level, codes, fault[1])


def _fault_in_tree(unit: Unit, levels: Mapping[str, str]) -> tuple[str, str] | None:
    if unit.level not in LEVELS:
        return "unknown_level", f"{unit.code}: {unit.level!r} is not a level"
    if unit.level == "city":
        return ("level_order", f"city {unit.code} has a parent") if unit.parent_code else None
    above = levels.get(unit.parent_code or "")
    if above not in LEVELS:
        return "missing_parent", f"{unit.level} {unit.code}: its parent {unit.parent_code} is not there"
    if not is_above(above, unit.level):
        return "level_order", f"{unit.level} {unit.code} cannot hang on {above} {unit.parent_code}"
    if unit.level == "grid" and above != "community":
        return "grid_parent", f"grid {unit.code} must hang on a community, not on {above} {unit.parent_code}"
    return None


def _shape_findings(units: Sequence[Unit]) -> Iterator[Finding]:
    for unit in units:
        if unit.geometry is None:
            continue
        fault = fault_of(unit.geometry)
        if fault:
            message, lon, lat = fault
            yield Finding("invalid", unit.level, (unit.code,), lon, lat, None, f"{unit.code}: {message}")
        elif unit.geometry.geom_type not in ("Polygon", "MultiPolygon"):
            kind = unit.geometry.geom_type
            yield _placeless("no_area", unit.level, (unit.code,), f"{unit.code} is a {kind}, not an area")


# --- land ----------------------------------------------------------------------------------------------


class _Tree:
    """Units with land, each under its nearest ancestor that has land too. Broken shapes come repaired."""

    def __init__(self, units: Sequence[Unit]) -> None:
        self._parents = {unit.code: unit.parent_code for unit in units}
        with_land = {unit.code: unit for unit in units if unit.geometry is not None}
        self.units = [unit for unit in with_land.values() if unit.level in LEVELS]
        self.codes = [unit.code for unit in self.units]
        self.land: Geometries = _repaired([unit.geometry for unit in self.units])
        self.position = {code: i for i, code in enumerate(self.codes)}
        self.above = [self._nearest_above(code) for code in self.codes]

    def _nearest_above(self, code: str) -> int | None:
        seen = {code}
        above = self._parents.get(code)
        while above is not None and above not in self.position and above not in seen:
            seen.add(above)
            above = self._parents.get(above)
        return None if above in seen or above is None else self.position[above]

    @cached_property
    def children(self) -> dict[int, list[int]]:
        below: dict[int, list[int]] = defaultdict(list)
        for i, above in enumerate(self.above):
            if above is not None:
                below[above].append(i)
        return below

    def basic(self, positions: Iterable[int]) -> list[int]:
        return [i for i in positions if not self.units[i].dedicated]


def _repaired(geometries: Sequence[BaseGeometry | None]) -> Geometries:
    land = np.array([*geometries, None], dtype=object)[:-1]
    broken = ~shapely.is_valid(land)
    land[broken] = shapely.make_valid(land[broken])
    return land


def _overlaps(tree: _Tree) -> Iterator[Finding]:
    """Land held by two units of a level, or by two siblings of different levels."""
    for level in LEVELS:
        yield from _overlaps_among(tree, tree.basic(i for i, u in enumerate(tree.units) if u.level == level))
    for below in tree.children.values():
        if len({tree.units[i].level for i in below}) > 1:
            yield from _overlaps_among(tree, tree.basic(below), mixed=True)


def _overlaps_among(tree: _Tree, members: list[int], *, mixed: bool = False) -> Iterator[Finding]:
    if len(members) < 2:
        return
    land = tree.land[members]
    suspects = np.flatnonzero(~shapely.is_empty(shapely.coverage_invalid_edges(land)))
    asked, met = shapely.STRtree(land).query(land[suspects], predicate="intersects")
    pairs = sorted({(min(a, b), max(a, b)) for a, b in zip(suspects[asked], met, strict=True) if a != b})
    for a, b in pairs:
        one, other = tree.units[members[a]], tree.units[members[b]]
        if not mixed or one.level != other.level:
            for piece in _pieces(shapely.intersection(land[a], land[b])):
                yield piece.finding("overlap", one.level, (one.code, other.code), "overlap")


def _nesting(tree: _Tree) -> Iterator[Finding]:
    """Children that leave their parent, and parents that their children do not fill."""
    shapely.prepare(tree.land)
    for above, below in tree.children.items():
        parent = tree.land[above]
        inside = shapely.covers(parent, tree.land[below])
        for i in np.array(below)[~inside]:
            yield from _outside_parent(tree, int(i), above)
        basic = tree.basic(below)
        if basic and not (inside.all() and _fills(tree, above, basic)):
            yield from _gaps(tree, above, basic)


def _outside_parent(tree: _Tree, child: int, above: int) -> Iterator[Finding]:
    unit, parent = tree.units[child], tree.units[above]
    for piece in _pieces(shapely.difference(tree.land[child], tree.land[above])):
        yield piece.finding("outside_parent", unit.level, (unit.code, parent.code), "leaves its parent")


def _fills(tree: _Tree, above: int, basic: list[int]) -> bool:
    """Whether the children's areas add up; enough, as overlaps are found elsewhere and none sticks out.

    An overlap could hide a gap of the same size; it blocks the set anyway, and the gap shows once it is gone.
    """
    lat = shapely.bounds(tree.land[above])[1]
    metres_per_degree = 111_320.0**2 * np.cos(np.radians(lat))
    missing = shapely.area(tree.land[above]) - shapely.area(tree.land[basic]).sum()
    return bool(abs(missing) * metres_per_degree <= TOLERATED_SQUARE_METRES)


def _gaps(tree: _Tree, above: int, basic: list[int]) -> Iterator[Finding]:
    parent, level = tree.units[above], tree.units[basic[0]].level
    left = shapely.difference(tree.land[above], shapely.union_all(tree.land[basic]))
    for piece in _pieces(left):
        yield piece.finding("gap", level, (parent.code,), "is not covered by the units below it")


def _outer_gaps(tree: _Tree) -> Iterator[Finding]:
    """Holes between several topmost units: nothing above them says that the hole belongs there."""
    tops = tree.basic(i for i, above in enumerate(tree.above) if above is None)
    if len(tops) < 2:
        return
    for part in shapely.get_parts(shapely.union_all(tree.land[tops])):
        for ring in shapely.get_rings(part)[1:]:
            for piece in _pieces(shapely.Polygon(ring)):
                around = [tree.codes[i] for i in tops if shapely.intersects(tree.land[i], piece.land)]
                if len(around) > 1:
                    yield piece.finding("gap", tree.units[tops[0]].level, around, "leave a hole")


@dataclass(frozen=True)
class _Piece:
    land: BaseGeometry
    square_metres: float
    width: float

    def finding(self, kind: str, level: str, codes: Sequence[str], verb: str) -> Finding:
        lon, lat = shapely.get_coordinates(shapely.point_on_surface(self.land))[0].tolist()
        sliver = self.width < SLIVER_METRES
        size = f"{self.square_metres:,.0f} m²" + (f", only {self.width:.2f} m wide" if sliver else "")
        message = f"{' and '.join(codes)}: {verb} at {lon:.6f}, {lat:.6f} ({size})"
        found = "sliver" if sliver else kind
        return Finding(found, level, tuple(codes), lon, lat, self.square_metres, message)


def _pieces(land: BaseGeometry) -> Iterator[_Piece]:
    """The connected pieces of some land that are more than rounding, with area and mean width."""
    for part in shapely.get_parts(shapely.get_parts(land)):
        if part.geom_type == "Polygon" and not part.is_empty:
            area, perimeter = map(abs, _ELLIPSOID.geometry_area_perimeter(part))
            width = 2.0 * area / perimeter
            if area > TOLERATED_SQUARE_METRES and width > TOLERATED_METRES:
                yield _Piece(part, area, width)


def _placeless(kind: str, level: str | None, codes: Sequence[str], message: str) -> Finding:
    return Finding(kind, level, tuple(codes), None, None, None, message)
