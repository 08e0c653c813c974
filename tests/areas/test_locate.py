import numpy as np
import pytest
import shapely
from pyproj import Geod

from app.areas.locate import NOWHERE, GridTree
from tests.areas.tiny_city import (
    BORDER,
    DEDICATED,
    GRID,
    HOLE,
    IN_DEDICATED,
    MIDDLE,
    OUTSIDE,
    WIDE,
    tiny_records,
)

METRES = Geod(ellps="WGS84")
GRIDS = [record.unit for record in tiny_records() if record.unit.level == "grid"]
CODES = [unit.code for unit in GRIDS]


@pytest.fixture(scope="module")
def tree() -> GridTree:
    return GridTree(range(len(GRIDS)), CODES, [u.geometry for u in GRIDS], [u.dedicated for u in GRIDS])


def at(tree: GridTree, place: tuple[float, float]) -> str | None:
    found = tree.grid_at(*place)
    return None if found is None else CODES[found]


def test_a_point_lies_in_its_grid(tree: GridTree) -> None:
    assert at(tree, MIDDLE) == GRID
    place = tree.locate(*MIDDLE)
    assert (CODES[place.area_id or 0], place.border_with, place.nearest_id) == (GRID, (), None)
    assert place.border_m == pytest.approx(METRES.inv(*MIDDLE, 113.12, 23.005)[2], rel=1e-3)


def test_a_point_on_a_border_belongs_to_the_lowest_code_and_names_the_neighbour(tree: GridTree) -> None:
    place = tree.locate(*BORDER)
    assert at(tree, BORDER) == GRID
    assert [CODES[i] for i in place.border_with] == ["990001001002003"]
    assert place.border_m == 0


def test_a_corner_names_all_three_neighbours(tree: GridTree) -> None:
    place = tree.locate(113.11, 23.01)
    assert CODES[place.area_id or 0] == "990001001001001"
    assert [CODES[i][-1] for i in place.border_with] == ["2", "3", "4"]


def test_neighbours_within_the_asked_metres_nearest_first(tree: GridTree) -> None:
    near = (113.1199, 23.0098)  # about 10 m from the eastern and 22 m from the northern border
    assert [CODES[i] for i in tree.locate(*near).border_with] == [
        "990001001002003",
        "990001001001002",
        "990001001002001",
    ]
    assert [CODES[i] for i in tree.locate(*near, within_m=15).border_with] == ["990001001002003"]
    assert tree.locate(*near).border_m == pytest.approx(10.25, abs=0.1)


def test_outside_coverage_there_is_only_a_nearest_unit(tree: GridTree) -> None:
    for place, nearest, metres in ((OUTSIDE, "990001001001003", 5126), (HOLE, "990001001001001", 100)):
        found = tree.locate(*place)
        assert (at(tree, place), found.area_id, found.border_with) == (None, None, ())
        assert CODES[found.nearest_id or 0] == nearest
        assert found.border_m == pytest.approx(metres, rel=0.03)


def test_nearest_is_measured_in_metres_not_degrees() -> None:
    """At 60° north a degree of longitude is half as long as one of latitude."""
    east, north = shapely.box(11.5, 59, 12, 61), shapely.box(9, 61, 11, 62)
    assert GridTree([1, 2], ["a", "b"], [north, east]).locate(10.0, 60.0).nearest_id == 2


def test_a_dedicated_grid_comes_before_the_basic_one_under_it(tree: GridTree) -> None:
    place = tree.locate(*IN_DEDICATED)
    assert at(tree, IN_DEDICATED) == DEDICATED > WIDE
    assert [CODES[i] for i in place.border_with] == [WIDE]


def test_many_points_fall_where_single_ones_do(tree: GridTree) -> None:
    rng = np.random.default_rng(11)
    lons, lats = rng.uniform(113.09, 113.19, 3000).round(3), rng.uniform(22.99, 23.05, 3000).round(3)
    single = [tree.grid_at(x, y) for x, y in zip(lons, lats, strict=True)]
    assert tree.locate_many(lons, lats).tolist() == [NOWHERE if i is None else i for i in single]
    assert NOWHERE in tree.locate_many(lons, lats) and (lons == 113.12).any()


def test_every_grid_answers_for_its_inside(tree: GridTree) -> None:
    inside = shapely.get_coordinates(shapely.point_on_surface([unit.geometry for unit in GRIDS]))
    assert tree.locate_many(*inside.T).tolist() == list(range(len(GRIDS)))


def shares(tree: GridTree, geometry: shapely.Geometry) -> list[tuple[str, float]]:
    return [(CODES[s.area_id], round(s.share, 3)) for s in tree.locate_shape(geometry)]


def test_a_line_belongs_to_the_grid_with_most_of_its_length(tree: GridTree) -> None:
    line = shapely.LineString([(113.117, 23.005), (113.121, 23.005)])
    assert shares(tree, line) == [(GRID, 0.75), ("990001001002003", 0.25)]


def test_lengths_are_metres_so_both_directions_count_alike(tree: GridTree) -> None:
    """3 parts north in one grid, 3 parts east in the next: a degree of longitude is shorter here."""
    line = shapely.LineString([(113.12, 23.002), (113.1199, 23.002), (113.1199, 23.005), (113.123, 23.005)])
    assert [code for code, _ in shares(tree, line)] == [GRID, "990001001002003"]


def test_a_polygon_belongs_to_the_grid_with_most_of_its_area(tree: GridTree) -> None:
    polygon = shapely.box(113.118, 23.004, 113.126, 23.006)
    assert shares(tree, polygon) == [("990001001002003", 0.75), (GRID, 0.25)]
    half_outside = shapely.box(113.09, 23.004, 113.11, 23.006)
    assert shares(tree, half_outside) == [("990001001001003", 0.5)]


def test_an_even_share_goes_to_the_lowest_code(tree: GridTree) -> None:
    assert shares(tree, shapely.box(113.118, 23.004, 113.122, 23.006))[0] == (GRID, 0.5)
    along = shapely.LineString([(113.12, 23.002), (113.12, 23.004)])
    assert shares(tree, along) == [(GRID, 1.0), ("990001001002003", 1.0)]


def test_points_share_by_number(tree: GridTree) -> None:
    points = shapely.MultiPoint([MIDDLE, MIDDLE, BORDER, OUTSIDE])
    assert shares(tree, points) == [(GRID, 0.75)]
    assert shares(tree, shapely.Point(IN_DEDICATED)) == [(DEDICATED, 1.0)]
    assert shares(tree, shapely.Point(OUTSIDE)) == []


def test_an_empty_tree_answers_nothing() -> None:
    empty = GridTree([], [], [])
    assert empty.grid_at(113, 23) is None
    assert empty.locate(113, 23).nearest_id is None
    assert empty.locate_many([113.0], [23.0]).tolist() == [NOWHERE]
    assert empty.locate_shape(shapely.box(0, 0, 1, 1)) == ()
