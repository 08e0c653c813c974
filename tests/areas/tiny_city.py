"""The tiny city of tests and docs: 1 city, 2 districts, 4 towns, 8 communities, 32 grids.

Cells of 0.01° from 113.10, 23.00: 8 columns by 4 rows. A district is 4 columns wide, a town one of its
halves (2 rows), a community 2 × 2 cells of a town, a grid one cell, numbered from the north-west. But:

* grid …001 of the first community has a hole that belongs to nobody (`HOLE`);
* the last community has two cells in one grid (`WIDE`) and over it a dedicated grid (`DEDICATED`).

All shapes of the second district are marked approximate.
"""

from datetime import UTC, datetime

import shapely
from shapely.geometry.base import BaseGeometry

from app.areas.importer import activate_generation, check_records, load_generation
from app.areas.models import Generation
from app.areas.rules import Unit
from app.areas.sources import Record
from app.core.db import begin_write, commit
from app.core.policy import SYSTEM

CITY = "990000"
DISTRICTS = ("990001", "990002")
TOWNS = ("990001001", "990001002", "990002001", "990002002")
COMMUNITIES = tuple(f"{town}{n:03}" for town in TOWNS for n in (1, 2))
GRID = "990001001001004"
WIDE, DEDICATED = "990002002002003", "990002002002004"
EMPTY_TOWN = "990002400"

WEST, SOUTH, CELL = 113.10, 23.00, 0.01
MIDDLE = (113.115, 23.005)
"""A point in the middle of `GRID`, 512 m and more from its border."""
BORDER = (113.12, 23.005)
"""On the border between `GRID` and grid …003 of the next community, which has the higher code."""
HOLE = (113.105, 23.015)
OUTSIDE = (113.05, 23.005)
IN_DEDICATED = (113.1795, 23.0225)
LOADED_AT = datetime(2026, 1, 1, tzinfo=UTC)


def load_tiny_city(records: list[Record] | None = None) -> Generation:
    """Load and activate the tiny city (or a variant of it) in the present database; commits."""
    records = records or tiny_records()
    findings = check_records(records)
    begin_write()
    generation = load_generation(
        records=records,
        findings=findings,
        label="Tiny city",
        source=None,
        crs="wgs84",
        actor=SYSTEM,
        now=LOADED_AT,
    )
    activate_generation(generation_id=generation.id, actor=SYSTEM, now=LOADED_AT)
    commit()
    return generation


def tiny_records() -> list[Record]:
    """The units of the tiny city, with a town that has no geometry."""
    records = [_record("city", CITY, None, "小城", "Tiny City", _land_of(CITY))]
    for district, name, english in zip(DISTRICTS, ("西区", "东区"), ("West", "East"), strict=True):
        records.append(_record("district", district, CITY, name, english, _land_of(district)))
    for number, town in enumerate(TOWNS, 1):
        records.append(_record("town", town, town[:6], f"第{number}镇", None, _land_of(town)))
    records.append(_record("town", EMPTY_TOWN, DISTRICTS[1], "农场", None, None))
    for number, community in enumerate(COMMUNITIES, 1):
        land = _land_of(community)
        records.append(_record("community", community, community[:9], f"第{number}社区", None, land))
    for code, land in _grids().items():
        records.append(_record("grid", code, code[:12], f"第{int(code[12:])}网格", None, land))
    return records


def _record(
    level: str, code: str, parent: str | None, name: str, name_en: str | None, land: BaseGeometry | None
) -> Record:
    unit = Unit(code, level, parent, land, dedicated=code == DEDICATED)
    approximate = land is not None and code.startswith(DISTRICTS[1])
    return Record(unit, name, name_en, approximate, 350 if level == "grid" else None)


def _land_of(code: str) -> BaseGeometry:
    if code == CITY:
        return shapely.union_all([_land_of(district) for district in DISTRICTS])
    return shapely.union_all([g for c, g in _grids().items() if c.startswith(code) and c != DEDICATED])


def _grids() -> dict[str, BaseGeometry]:
    grids = {}
    for place, community in enumerate(COMMUNITIES):
        district, in_town = divmod(place, 4)
        column = 4 * district + 2 * (in_town % 2)
        row = 2 * (in_town // 2)
        for serial, (x, y) in enumerate(((0, 1), (1, 1), (0, 0), (1, 0)), 1):
            grids[f"{community}{serial:03}"] = _cell(column + x, row + y)
    grids["990001001001001"] = grids["990001001001001"].difference(shapely.Point(HOLE).buffer(0.001, 4))
    grids[WIDE] = shapely.union_all([grids[WIDE], grids[DEDICATED]])
    grids[DEDICATED] = shapely.box(113.179, 23.022, 113.180, 23.023)
    return grids


def _cell(column: int, row: int) -> BaseGeometry:
    west, east = (round(WEST + CELL * (column + step), 2) for step in (0, 1))
    south, north = (round(SOUTH + CELL * (row + step), 2) for step in (0, 1))
    return shapely.box(west, south, east, north)
