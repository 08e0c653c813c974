from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import shapely
from flask import Flask
from shapely.affinity import translate
from sqlalchemy import func, select

from app.areas.importer import activate_generation, check_records, load_generation
from app.areas.index import areas
from app.areas.models import Area, AreaShape, Finding, Generation
from app.areas.sources import Record, read_sources
from app.core.db import begin_write, commit, db, rollback
from app.core.policy import SYSTEM
from app.core.problems import Conflict, NotFound, Problem
from app.events.models import Event
from app.spatial import from_db
from tests.areas.tiny_city import (
    COMMUNITIES,
    DEDICATED,
    DISTRICTS,
    EMPTY_TOWN,
    GRID,
    MIDDLE,
    TOWNS,
    WIDE,
    load_tiny_city,
    tiny_records,
)

FOSHAN = Path(__file__).resolve().parents[2] / "geodata/foshan"
LATER = datetime(2026, 6, 1, tzinfo=UTC)


def load(records: list[Record], now: datetime = LATER) -> Generation:
    findings = check_records(records)
    begin_write()
    generation = load_generation(
        records=records, findings=findings, label="Test", source=None, crs="wgs84", actor=SYSTEM, now=now
    )
    commit()
    return generation


def activate(generation: Generation, now: datetime = LATER) -> None:
    begin_write()
    try:
        activate_generation(generation_id=generation.id, actor=SYSTEM, now=now)
        commit()
    except Problem:
        rollback()
        raise


def moved(code: str, records: list[Record], metres: float) -> list[Record]:
    """The records with one shape pushed to the east."""
    return [
        replace(r, unit=replace(r.unit, geometry=translate(r.unit.geometry, metres / 102_500)))
        if r.unit.code == code
        else r
        for r in records
    ]


def count(table: type) -> int:
    return int(db.session.scalar(select(func.count()).select_from(table)) or 0)


def test_the_tiny_city_is_there_with_lineage_and_path(tiny_city: Flask) -> None:
    index = areas()
    grid = index.by_code[GRID]
    assert grid.path == f"/990000/{DISTRICTS[0]}/{TOWNS[0]}/{COMMUNITIES[0]}/{GRID}/"
    codes = [entry.code if entry else None for _, entry in index.ancestors(grid)]
    assert codes == ["990000", DISTRICTS[0], TOWNS[0], COMMUNITIES[0], GRID]
    assert grid.households == 350 and not grid.approximate and index.by_code[WIDE].approximate
    assert index.city.code == "990000" and index.city.name_en == "Tiny City"
    assert not index.by_code[EMPTY_TOWN].has_geometry and index.by_code[DEDICATED].dedicated
    assert [child.code for child in index.children[index.city.id]] == list(DISTRICTS)
    assert grid.lies_in(index.by_code[TOWNS[0]]) and not grid.lies_in(index.by_code[TOWNS[1]])


def test_shapes_come_back_as_they_went_in(tiny_city: Flask) -> None:
    given = {record.unit.code: record.unit.geometry for record in tiny_records()}
    rows = db.session.execute(select(Area.code, AreaShape).join(AreaShape, AreaShape.area_id == Area.id))
    shapes = {code: shape for code, shape in rows}
    assert shapes.keys() == {code for code, land in given.items() if land is not None}
    for code, shape in shapes.items():
        assert from_db(shape.geom).equals(given[code])
    assert shapes[GRID].square_metres == pytest.approx(1025 * 1107.5, rel=1e-3)


def test_loading_and_activating_are_told(tiny_city: Flask) -> None:
    events = db.session.scalars(select(Event).order_by(Event.seq)).all()
    assert [event.action for event in events] == ["generation.loaded", "generation.activated"]


def test_a_draft_is_not_visible_before_it_is_activated(app: Flask) -> None:
    draft = load(tiny_records())
    assert areas().entries == ()
    with pytest.raises(Problem, match="activated"):
        _ = areas().city
    activate(draft)
    assert len(areas().entries) == 48 and areas().generation_id == draft.id


def test_a_set_with_faults_is_kept_with_its_findings_and_cannot_be_activated(tiny_city: Flask) -> None:
    before = areas()
    draft = load(moved(GRID, tiny_records(), 100))
    findings = db.session.scalars(select(Finding).where(Finding.generation_id == draft.id)).all()
    assert {finding.kind for finding in findings} == {"overlap", "outside_parent", "gap"}
    with pytest.raises(Conflict):
        activate(draft)
    assert (draft.state, areas()) == ("draft", before)


def test_the_raw_districts_cannot_be_activated(app: Flask) -> None:
    raw = [FOSHAN / "codes.csv", FOSHAN / "districts_gcj02_raw.geojson"]
    draft = load(read_sources(raw, "gcj02"))
    places = db.session.execute(select(Finding.lon, Finding.lat).where(Finding.kind == "invalid")).all()
    assert len(places) == 5 and all(112 < lon < 114 and 22 < lat < 24 for lon, lat in places)
    with pytest.raises(Conflict):
        activate(draft)


def test_a_new_generation_keeps_identities_and_retires_the_one_before(tiny_city: Flask) -> None:
    before = areas()
    west = "990001001001003"
    redrawn = {
        west: shapely.box(113.1, 23.0, 113.118, 23.01),
        GRID: shapely.box(113.118, 23.0, 113.12, 23.01),
    }
    records = [
        replace(r, unit=replace(r.unit, geometry=redrawn.get(r.unit.code, r.unit.geometry)))
        for r in tiny_records()
    ]
    activate(load(records))
    after = areas()
    assert after.generation_id != before.generation_id
    assert {e.code: e.id for e in after.entries} == {e.code: e.id for e in before.entries}
    states = db.session.scalars(select(Generation.state).order_by(Generation.id)).all()
    assert states == ["retired", "active"]
    assert (located(*MIDDLE), located(113.119, 23.005)) == (west, GRID)
    assert before.tree.grid_at(*MIDDLE) == before.by_code[GRID].id


def located(lon: float, lat: float) -> str | None:
    unit = areas().located(lon, lat).unit
    return unit.code if unit else None


def test_an_identity_cannot_change_its_parent_with_a_load(tiny_city: Flask) -> None:
    other = [
        replace(r, unit=replace(r.unit, parent_code=COMMUNITIES[1])) if r.unit.code == GRID else r
        for r in tiny_records()
    ]
    assert "identity" in {finding.kind for finding in check_records(other)}


def test_loading_again_replaces_the_draft_and_leaves_no_trace(tiny_city: Flask) -> None:
    fresh = [replace(r, unit=replace(r.unit, code="9" + r.unit.code[1:])) for r in tiny_records()]
    load([replace(r, unit=replace(r.unit, code="8" + r.unit.code, parent_code=None)) for r in fresh])
    assert count(Area) == 48 + 48
    load(moved(GRID, tiny_records(), 100))
    load(tiny_records())
    assert (count(Area), count(Generation), count(Finding)) == (48, 2, 0)


def test_only_drafts_can_be_activated(tiny_city: Flask) -> None:
    active = db.session.scalars(select(Generation)).one()
    with pytest.raises(Conflict):
        activate(active)
    begin_write()
    with pytest.raises(NotFound):
        activate_generation(generation_id=999, actor=SYSTEM, now=LATER)
    rollback()


def test_broken_trees_are_kept_as_far_as_they_can_be(app: Flask) -> None:
    """Unknown levels, missing parents, doubles and lines are findings, never exceptions."""
    (grid,) = (r for r in tiny_records() if r.unit.code == GRID)
    line = shapely.LineString([(113, 23), (113.1, 23.1)])
    broken = [
        grid,
        replace(grid, unit=replace(grid.unit, parent_code="nowhere")),
        replace(grid, unit=replace(grid.unit, code="1", level="street")),
        replace(grid, unit=replace(grid.unit, code="2", geometry=line)),
        replace(grid, unit=replace(grid.unit, code="3", parent_code="3")),
    ]
    draft = load(broken)
    kinds = set(db.session.scalars(select(Finding.kind).where(Finding.generation_id == draft.id)))
    assert kinds >= {"duplicate_code", "missing_parent", "unknown_level", "no_area", "city"}


def test_a_city_without_grids_is_located_by_its_communities(app: Flask) -> None:
    activate(load([record for record in tiny_records() if record.unit.level != "grid"]))
    place = areas().located(*MIDDLE)
    assert place.unit is not None and place.unit.code == COMMUNITIES[0]


def test_a_city_without_districts(app: Flask) -> None:
    records = [
        replace(r, unit=replace(r.unit, parent_code="990000")) if r.unit.level == "town" else r
        for r in tiny_records()
        if r.unit.level != "district"
    ]
    activate(load(records))
    place = areas().located(*MIDDLE)
    assert place.unit is not None and place.unit.code == GRID
    assert place.unit.lineage["district_id"] is None and place.unit.path.startswith(f"/990000/{TOWNS[0]}/")


def test_two_loads_a_minute_apart_are_dated_by_their_own_clock(app: Flask) -> None:
    load_tiny_city()
    activate(load(tiny_records(), LATER), LATER + timedelta(minutes=1))
    retired, active = db.session.scalars(select(Generation).order_by(Generation.id)).all()
    assert retired.retired_at == active.activated_at == LATER + timedelta(minutes=1)
    assert active.loaded_at == active.checked_at == LATER
