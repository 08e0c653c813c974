"""All identities and the active generation, kept in the memory of each process.

About 11,000 units for a city like Foshan; reloaded when another generation is activated.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely
from numpy.typing import NDArray
from sqlalchemy import LargeBinary, func, select

from app.areas.levels import LEVELS
from app.areas.locate import BORDER_METRES, GridTree
from app.areas.models import Area, AreaShape, Generation
from app.core.db import db
from app.core.problems import Problem
from app.core.stamps import Stamped

LEVEL_IDS = tuple(f"{level}_id" for level in LEVELS)


@dataclass(frozen=True)
class AreaEntry:
    """One identity. `lineage`: `city_id` … `grid_id` → id of the ancestor (or itself), None where absent.

    `approximate` and `has_geometry` speak of the active generation.
    """

    id: int
    code: str
    level: str
    name: str
    name_en: str | None
    parent_id: int | None
    path: str
    lineage: Mapping[str, int | None]
    dedicated: bool
    households: int | None
    approximate: bool
    has_geometry: bool

    def lies_in(self, other: "AreaEntry") -> bool:
        """Whether this is the other unit or one below it."""
        return self.path.startswith(other.path)


@dataclass(frozen=True)
class Located:
    """Where a point lies. `unit` is None outside coverage; then `nearest` and `border_m` to it are given."""

    unit: AreaEntry | None
    border_with: tuple[AreaEntry, ...]
    border_m: float | None
    nearest: AreaEntry | None


@dataclass(frozen=True)
class Land:
    """The shapes of one level (or of the lowest units) in the active generation, in the order of codes."""

    entries: tuple[AreaEntry, ...]
    geometries: NDArray[np.object_]


class AreaIndex:
    """The identities that have begun, in the order of their codes, and the active generation's land."""

    def __init__(self, entries: list[AreaEntry], generation_id: int | None) -> None:
        self.generation_id = generation_id
        self.entries = tuple(sorted(entries, key=lambda entry: entry.code))
        self.by_id = {entry.id: entry for entry in self.entries}
        self.by_code = {entry.code: entry for entry in self.entries}
        self.children: dict[int | None, list[AreaEntry]] = defaultdict(list)
        self.by_level: dict[str, list[AreaEntry]] = {level: [] for level in LEVELS}
        for entry in self.entries:
            self.children[entry.parent_id].append(entry)
            self.by_level[entry.level].append(entry)

    @property
    def city(self) -> AreaEntry:
        """The top of the tree; Problem 503 as long as nothing was activated."""
        for entry in self.children.get(None, []):
            if entry.level == "city":
                return entry
        raise Problem("No boundaries have been activated yet (flask areas load, activate).", status=503)

    def ancestors(self, entry: AreaEntry) -> Iterator[tuple[str, AreaEntry | None]]:
        """(level, unit) from city to grid: the unit's ancestors and itself, None where absent."""
        for level, name in zip(LEVELS, LEVEL_IDS, strict=True):
            found = entry.lineage[name]
            yield level, None if found is None else self.by_id[found]

    @cached_property
    def tree(self) -> GridTree:
        """The lowest units with land, ready to be asked. Built on first use (0.2 s for 10,000)."""
        land = self.land_of(self._lowest())
        return GridTree(
            [entry.id for entry in land.entries],
            [entry.code for entry in land.entries],
            land.geometries,
            [entry.dedicated for entry in land.entries],
        )

    def _lowest(self) -> list[AreaEntry]:
        with_land = [entry for entry in self.entries if entry.has_geometry]
        above = {
            i for entry in with_land if not entry.dedicated for i in entry.lineage.values() if i != entry.id
        }
        return [entry for entry in with_land if entry.id not in above]

    def land_of(self, entries: list[AreaEntry]) -> Land:
        """The shapes of these units, read from the active generation."""
        wkb = self._shapes(None if len(entries) > 500 else [entry.id for entry in entries])
        found = tuple(entry for entry in entries if entry.id in wkb)
        return Land(found, np.asarray(shapely.from_wkb([wkb[e.id] for e in found]), dtype=object))

    def _shapes(self, ids: list[int] | None) -> dict[int, bytes]:
        """The wanted shapes, or all, as WKB by area."""
        wanted = select(AreaShape.area_id, func.ST_AsBinary(AreaShape.geom, type_=LargeBinary))
        wanted = wanted.where(AreaShape.generation_id == self.generation_id)
        if ids is not None:
            wanted = wanted.where(AreaShape.area_id.in_(ids))
        return {area_id: bytes(wkb) for area_id, wkb in db.session.execute(wanted)}

    def located(self, lon: float, lat: float, *, within_m: float = BORDER_METRES) -> Located:
        """The lowest unit at a point (degrees, WGS 84), its neighbours within metres, or the nearest."""
        place = self.tree.locate(lon, lat, within_m=within_m)
        return Located(
            unit=None if place.area_id is None else self.by_id[place.area_id],
            border_with=tuple(self.by_id[near] for near in place.border_with),
            border_m=place.border_m,
            nearest=None if place.nearest_id is None else self.by_id[place.nearest_id],
        )


def areas() -> AreaIndex:
    """The index of today; a process looks at most once a second whether it changed."""
    return _INDEX.get()


def located(lon: float, lat: float) -> Located:
    return areas().located(lon, lat)


def _load() -> AreaIndex:
    generation_id = db.session.scalar(select(Generation.id).where(Generation.state == "active"))
    shapes = AreaShape.__table__.c
    rows = db.session.execute(
        select(Area.__table__, shapes.approximate, shapes.id.label("shape_id"))
        .outerjoin(AreaShape, (shapes.area_id == Area.id) & (shapes.generation_id == generation_id))
        .where(Area.starts_on.is_not(None))
    )
    entries = [
        AreaEntry(
            id=row.id,
            code=row.code,
            level=row.level,
            name=row.name,
            name_en=row.name_en,
            parent_id=row.parent_id,
            path=row.path,
            lineage={name: getattr(row, name) for name in LEVEL_IDS},
            dedicated=row.dedicated,
            households=row.households,
            approximate=bool(row.approximate),
            has_geometry=row.shape_id is not None,
        )
        for row in rows
    ]
    return AreaIndex(entries, generation_id)


_INDEX = Stamped("areas", _load)
