from collections.abc import Callable
from dataclasses import replace

import pytest
import shapely
from shapely.affinity import translate
from shapely.geometry.base import BaseGeometry

from app.areas.rules import Finding, Unit, check, square_metres
from tests.areas.tiny_city import COMMUNITIES, DEDICATED, DISTRICTS, GRID, TOWNS, tiny_records

UNITS = [record.unit for record in tiny_records()]


def changed(code: str, /, **fields: object) -> list[Finding]:
    return check([replace(unit, **fields) if unit.code == code else unit for unit in UNITS])  # type: ignore[arg-type]


def land(code: str) -> BaseGeometry:
    (found,) = (unit.geometry for unit in UNITS if unit.code == code)
    assert found is not None
    return found


def kinds(findings: list[Finding]) -> set[str]:
    return {finding.kind for finding in findings}


def test_the_tiny_city_is_clean() -> None:
    assert check(UNITS) == []


def test_an_overlap_says_who_where_and_how_much() -> None:
    (overlap, outside, gap) = changed(GRID, geometry=translate(land(GRID), 0.001, 0))
    assert (overlap.kind, overlap.level, overlap.codes) == ("overlap", "grid", (GRID, "990001001002003"))
    assert overlap.lon == pytest.approx(113.1205, abs=6e-4) and overlap.lat == pytest.approx(23.005, abs=6e-3)
    strip = shapely.box(113.12, 23.0, 113.121, 23.01)
    assert overlap.square_metres == pytest.approx(square_metres(strip), rel=1e-6)
    assert (outside.kind, outside.codes) == ("outside_parent", (GRID, COMMUNITIES[0]))
    assert (gap.kind, gap.level, gap.codes) == ("gap", "grid", (COMMUNITIES[0],))
    assert gap.square_metres == pytest.approx(square_metres(strip), rel=1e-6)


def test_a_unit_inside_another_is_an_overlap() -> None:
    inner = shapely.box(113.131, 23.001, 113.132, 23.002)
    findings = changed(GRID, geometry=inner)
    assert ("overlap", (GRID, "990001001002004")) in {(f.kind, f.codes) for f in findings}


def test_a_missing_grid_is_a_gap() -> None:
    (gap,) = changed(GRID, geometry=None)
    assert gap.kind == "gap"
    assert gap.lon is not None and gap.lat is not None
    assert shapely.contains_xy(land(GRID), gap.lon, gap.lat)


@pytest.mark.parametrize(("width", "kind"), [(0.5, "sliver"), (5.0, "gap")])
def test_a_narrow_gap_is_a_sliver(width: float, kind: str) -> None:
    cut = shapely.box(113.119, 22, 113.119 + width / 102_500, 24)
    assert kinds(changed(GRID, geometry=land(GRID).difference(cut))) == {kind}


def test_rounding_is_tolerated() -> None:
    assert changed(GRID, geometry=translate(land(GRID), 2e-7, 2e-7)) == []


def test_a_crossing_ring_is_reported_with_its_place() -> None:
    bowtie = shapely.Polygon([(113.11, 23.0), (113.12, 23.01), (113.12, 23.0), (113.11, 23.01)])
    (fault, *_) = changed(GRID, geometry=bowtie)
    assert (fault.kind, fault.codes, fault.lon, fault.lat) == ("invalid", (GRID,), 113.115, 23.005)


def test_a_line_is_no_area() -> None:
    assert "no_area" in kinds(changed(GRID, geometry=shapely.LineString([(113.11, 23.0), (113.12, 23.01)])))


def test_a_dedicated_grid_may_lie_over_basic_ones_but_not_leave_its_community() -> None:
    moved = changed(DEDICATED, geometry=translate(land(DEDICATED), 0.0, -0.0025))
    assert {(f.kind, f.codes) for f in moved} == {("outside_parent", (DEDICATED, COMMUNITIES[7]))}
    assert "overlap" in kinds(changed(DEDICATED, dedicated=False))


@pytest.mark.parametrize(
    ("code", "fields", "kind"),
    [
        (GRID, {"parent_code": "nowhere"}, "missing_parent"),
        (GRID, {"parent_code": None}, "missing_parent"),
        (GRID, {"parent_code": TOWNS[0]}, "grid_parent"),
        (GRID, {"level": "street"}, "unknown_level"),
        (GRID, {"code": "990001001001003"}, "duplicate_code"),
        (TOWNS[0], {"parent_code": TOWNS[1]}, "level_order"),
        (TOWNS[0], {"parent_code": COMMUNITIES[0]}, "level_order"),
        ("990000", {"parent_code": DISTRICTS[0]}, "level_order"),
        ("990000", {"level": "district"}, "city"),
        (DISTRICTS[0], {"level": "city", "parent_code": None}, "city"),
    ],
)
def test_faults_of_the_tree(code: str, fields: dict[str, object], kind: str) -> None:
    assert kind in kinds(changed(code, **fields))


def test_a_level_may_be_skipped() -> None:
    """A city without districts: towns hang on the city and still have to fill it."""
    towns = [replace(unit, parent_code="990000") if unit.level == "town" else unit for unit in UNITS]
    skipped = [unit for unit in towns if unit.level != "district"]
    assert check(skipped) == []
    assert kinds(check([unit for unit in skipped if unit.code != TOWNS[3]])) >= {"gap", "missing_parent"}


def test_units_of_different_levels_under_one_parent_may_not_overlap() -> None:
    """A community that hangs on the district directly lies beside its towns."""
    moved = [replace(u, parent_code=DISTRICTS[0]) if u.code == COMMUNITIES[0] else u for u in UNITS]
    assert ("overlap", (TOWNS[0], COMMUNITIES[0])) in {(f.kind, f.codes) for f in check(moved)}


def test_a_unit_without_land_passes_its_duty_to_the_one_above() -> None:
    bare = (TOWNS[0], COMMUNITIES[0])
    units = [replace(unit, geometry=None) if unit.code in bare else unit for unit in UNITS]
    assert check(units) == []
    (gap,) = check([unit for unit in units if unit.code != GRID])
    assert (gap.kind, gap.codes) == ("gap", (DISTRICTS[0],))


def test_a_hole_between_topmost_units_is_a_gap() -> None:
    """Without a city outline only a hole shows that something is missing."""
    ring = shapely.box(113, 23, 113.3, 23.3).difference(shapely.box(113.1, 23.1, 113.2, 23.2))
    west, east = (ring.intersection(shapely.box(x, 23, x + 0.15, 23.3)) for x in (113, 113.15))
    units = [Unit("c", "city", None), Unit("w", "district", "c", west), Unit("e", "district", "c", east)]
    (gap,) = check(units)
    assert (gap.kind, gap.codes, gap.lon, gap.lat) == ("gap", ("w", "e"), 113.15, 23.15)


def test_the_order_of_units_does_not_matter() -> None:
    def told(units: list[Unit]) -> set[tuple[str, frozenset[str]]]:
        return {(f.kind, frozenset(f.codes)) for f in check(units)}

    broken: Callable[[Unit], Unit] = lambda u: replace(u, geometry=None) if u.code == GRID else u  # noqa: E731
    units = [broken(unit) for unit in UNITS]
    assert told(units) == told(units[::-1]) != set()


def test_endless_parents_end() -> None:
    square = shapely.box(0, 0, 1, 1)
    units = [Unit("c", "city", None), Unit("a", "town", "b", square), Unit("b", "town", "a")]
    assert kinds(check(units)) == {"level_order"}


def test_no_units_at_all_is_no_city() -> None:
    assert kinds(check([])) == {"city"}
