"""What a statistic of places is made of: the units of a level in an area, or cells laid over it."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely

from app.analysis.cells import Cells, covering
from app.analysis.neighbours import Weights, contiguity
from app.areas.index import AreaEntry, AreaIndex, areas
from app.core.stamps import Stamped
from app.spatial.plane import Floats, Geometries, Plane, plane_of

TOLERANCE_M = 5.0
"""Official outlines leave slivers of this width between neighbours; no street is so narrow."""


@dataclass(frozen=True)
class Units:
    """`entries` of a level, or `cells`; never both. `km2`: their size, NaN where there is no shape."""

    codes: tuple[str, ...]
    weights: Weights
    km2: Floats
    entries: tuple[AreaEntry, ...] = ()
    cells: Cells | None = None

    def __len__(self) -> int:
        return len(self.codes)

    @cached_property
    def shapes(self) -> Geometries:
        """Outlines in degrees; None for a unit that has none."""
        return self.cells.shapes if self.cells is not None else _shapes(areas(), self.entries)


class Ground:
    """Neighbours among the units of a level, in the active generation; looked at when first asked for."""

    def __init__(self, index: AreaIndex) -> None:
        self._index = index
        self._levels: dict[str, Units] = {}

    @cached_property
    def plane(self) -> Plane:
        """In the middle of the city, so that all its cells stand in one lattice."""
        return plane_of(self._index.land_of([self._index.city]).geometries)

    def level(self, level: str) -> Units:
        if level not in self._levels:
            entries = tuple(self._index.by_level[level])
            shapes = _shapes(self._index, entries)
            flat = plane_of(shapes).flat(shapes)
            size = np.where(shapely.is_missing(flat), np.nan, shapely.area(flat) / 1e6)
            codes = tuple(entry.code for entry in entries)
            self._levels[level] = Units(codes, contiguity(flat, TOLERANCE_M), size, entries)
        return self._levels[level]


_GROUND = Stamped("areas", lambda: Ground(areas()), key="analysis.ground")


def units_at(level: str, area: AreaEntry) -> Units:
    """The units of a level in an area; neighbours beyond its border do not count."""
    whole = _GROUND.get().level(level)
    inside = np.array([entry.lies_in(area) for entry in whole.entries], dtype=bool)
    if inside.all():
        return whole
    entries = tuple(entry for entry in whole.entries if entry.lies_in(area))
    codes = tuple(entry.code for entry in entries)
    return Units(codes, whole.weights.among(inside), whole.km2[inside], entries)


def cells_over(area: AreaEntry, kind: str, size_m: float) -> Units:
    """Cells that touch the area's land; none if it has none. Raises TooManyCells."""
    land = areas().land_of([area]).geometries
    outline = land[0] if len(land) else shapely.Polygon()
    cells = covering(outline, kind, size_m, _GROUND.get().plane)
    size = shapely.area(cells.plane.flat(cells.shapes)) / 1e6 if len(cells) else np.empty(0)
    codes = tuple(cells.name(i) for i in range(len(cells)))
    return Units(codes, cells.weights, size, cells=cells)


def _shapes(index: AreaIndex, entries: tuple[AreaEntry, ...]) -> Geometries:
    """In the order of the entries; None where the generation holds no shape."""
    land = index.land_of(list(entries))
    found = dict(zip([entry.id for entry in land.entries], land.geometries, strict=True))
    shapes = np.empty(len(entries), dtype=object)
    shapes[:] = [found.get(entry.id) for entry in entries]
    return shapes
