"""Every unit in memory, with the active generation's grids ready to be asked; follows the stamp `areas`."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import select

from app import spatial
from app.areas.locate import GridTree
from app.areas.models import LEVELS, Area, AreaShape, Generation
from app.core.db import db
from app.core.stamps import Stamped


@dataclass(frozen=True)
class AreaEntry:
    """A unit as everyone reads it. `lineage`: `city_id` … `grid_id` → id of itself and its ancestors."""

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
    has_geometry: bool
    approximate: bool


class AreaIndex:
    """All units by id and by code, and the tree of the active generation's grids."""

    def __init__(self, entries: list[AreaEntry], generation_id: int | None) -> None:
        self.by_id = {entry.id: entry for entry in entries}
        self.by_code = {entry.code: entry for entry in entries}
        self.generation_id = generation_id
        self.children: dict[int | None, list[AreaEntry]] = {}
        for entry in entries:
            self.children.setdefault(entry.parent_id, []).append(entry)

    @cached_property
    def city(self) -> AreaEntry:
        """The one unit at the top."""
        return self.children[None][0]

    @cached_property
    def tree(self) -> GridTree:
        """The active generation's grids. Built at the first question, about a second for 10,000."""
        rows = db.session.execute(
            select(AreaShape.area_id, AreaShape.geom)
            .where(AreaShape.generation_id == self.generation_id, AreaShape.level == "grid")
            .order_by(AreaShape.area_id)
        ).all()
        entries = [self.by_id[row.area_id] for row in rows]
        return GridTree(
            [entry.id for entry in entries],
            [entry.code for entry in entries],
            [spatial.from_db(row.geom) for row in rows],
            [entry.dedicated for entry in entries],
        )

    def at_level(self, level: str, within: AreaEntry | None = None) -> list[AreaEntry]:
        """The units of a level, in or equal to one, in order of code."""
        path = within.path if within else ""
        return [e for e in self.by_id.values() if e.level == level and e.path.startswith(path)]


def _load() -> AreaIndex:
    generation = db.session.scalar(
        select(Generation.id).where(Generation.state == "active").order_by(Generation.id.desc())
    )
    shapes = dict(
        db.session.execute(
            select(AreaShape.area_id, AreaShape.approximate).where(AreaShape.generation_id == generation)
        ).all()
    )
    rows = db.session.execute(select(Area.__table__).order_by(Area.code)).mappings()
    entries = [
        AreaEntry(
            id=row["id"],
            code=row["code"],
            level=row["level"],
            name=row["name"],
            name_en=row["name_en"],
            parent_id=row["parent_id"],
            path=row["path"],
            lineage={f"{level}_id": row[f"{level}_id"] for level in LEVELS},
            dedicated=row["dedicated"],
            households=row["households"],
            has_geometry=row["id"] in shapes,
            approximate=bool(shapes.get(row["id"], False)),
        )
        for row in rows
    ]
    return AreaIndex(entries, generation)


_areas = Stamped("areas", _load)


def areas() -> AreaIndex:
    """The index of this moment; loaded again within a second of a change."""
    return _areas.get()
