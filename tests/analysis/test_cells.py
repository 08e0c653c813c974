"""Cells cover the area, each point lies in one, and a square's box holds exactly its points."""

import numpy as np
import pytest
import shapely

from app.analysis.cells import HEXAGON, NOWHERE, SQUARE, Cells, TooManyCells, covering
from app.spatial.plane import Plane

PLANE = Plane(113.0, 23.0)
AREA = shapely.Point(113.04, 23.02).buffer(0.05)
KINDS = (SQUARE, HEXAGON)


def points(count: int = 4000) -> np.ndarray:
    found = np.random.default_rng(7).uniform((112.98, 22.96), (113.1, 23.08), (count, 2))
    return found[shapely.intersects_xy(AREA, found[:, 0], found[:, 1])]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size", [250, 1000, 40_000])
def test_every_point_of_the_area_lies_in_the_cell_that_is_drawn_there(kind: str, size: float) -> None:
    cells = covering(AREA, kind, size, PLANE)
    found = cells.of(points())
    assert (found != NOWHERE).all()
    drawn = shapely.buffer(cells.shapes[found], 1e-9)
    assert shapely.intersects_xy(drawn, *points().T).all()


@pytest.mark.parametrize("kind", KINDS)
def test_cells_do_not_overlap_and_are_of_the_size_asked_for(kind: str) -> None:
    cells = covering(AREA, kind, 500, PLANE)
    flat = PLANE.flat(cells.shapes)
    whole = shapely.area(shapely.union_all(flat))
    assert shapely.area(flat).sum() == pytest.approx(whole, rel=1e-9)
    assert shapely.area(flat) == pytest.approx(500**2 * (1 if kind == SQUARE else np.sqrt(3) / 2), rel=1e-9)


@pytest.mark.parametrize(("kind", "most"), [(SQUARE, 8), (HEXAGON, 6)])
def test_neighbours_are_the_cells_that_touch(kind: str, most: int) -> None:
    cells = covering(AREA, kind, 900, PLANE)
    assert cells.weights.counts.max() == most
    tree = shapely.STRtree(PLANE.flat(cells.shapes))
    for cell in (0, len(cells) // 2, len(cells) - 1):
        near = tree.query(PLANE.flat(cells.shapes)[cell], predicate="dwithin", distance=1e-3)
        assert sorted(set(near) - {cell}) == cells.weights.of(cell).tolist()


def test_a_box_holds_the_points_of_its_cell_and_no_others() -> None:
    cells = covering(AREA, SQUARE, 300, PLANE)
    corners = np.array([cells.box(i)[:2] for i in range(len(cells))])  # on the very borders
    beside = corners + np.array([[[0, 1e-4]], [[1e-4, 0]]])
    spread = np.concatenate([points(), corners, beside.reshape(-1, 2)])
    found = cells.of(spread)
    for cell in range(len(cells)):
        west, south, east, north = cells.box(cell)
        lon, lat = spread.T
        inside = (west <= lon) & (lon <= east) & (south <= lat) & (lat <= north)
        assert np.array_equal(inside, found == cell)
        assert tuple(float(repr(side)) for side in cells.box(cell)) == cells.box(cell)


def test_the_same_cell_has_the_same_name_whatever_area_is_covered() -> None:
    place = [[113.03, 23.01]]
    for kind in KINDS:
        one, other = covering(AREA, kind, 700, PLANE), covering(AREA.buffer(0.03), kind, 700, PLANE)
        assert one.name(int(one.of(place)[0])) == other.name(int(other.of(place)[0]))


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_to_cover_and_too_much(kind: str) -> None:
    empty = covering(shapely.Polygon(), kind, 500, PLANE)
    assert len(empty) == 0 and empty.of([[113.0, 23.0]]).tolist() == [NOWHERE]
    assert len(empty.weights) == 0 and len(empty.shapes) == 0
    with pytest.raises(TooManyCells):
        covering(AREA, kind, 10, PLANE)
    assert covering(AREA, kind, 500, PLANE).of(np.empty((0, 2))).tolist() == []
    assert covering(AREA, kind, 500, PLANE).of([[0.0, 0.0], [-113.0, 23.0]]).tolist() == [NOWHERE] * 2


def test_a_point_on_a_border_lies_in_one_cell() -> None:
    cells = Cells(SQUARE, 500, PLANE, np.array([[0, 0], [1, 0], [0, 1], [1, 1]]))
    assert cells.of([cells.box(3)[:2]]).tolist() == [3]
    assert cells.of([[113.0, 23.0]]).tolist() == [0]


def test_a_hexagon_holds_the_points_that_are_counted_in_it_and_no_others() -> None:
    """On the borders and the corners, too: NumPy's key and the condition of lists must never differ."""
    cells = covering(AREA, HEXAGON, 300, PLANE)
    rings = shapely.get_coordinates(cells.shapes)  # corners
    middles = (rings[:-1] + rings[1:]) / 2  # on the borders, and some elsewhere
    spread = np.concatenate([points(), rings, middles, rings + 1e-14, np.nextafter(rings, 0)])
    found = cells.of(spread)
    held = np.zeros(len(spread), dtype=int)
    for cell in range(len(cells)):
        inside = cells.hexagon(cell).holds(*spread.T)
        assert np.array_equal(inside, found == cell)
        held += inside
        west, south, east, north = cells.hexagon(cell).box
        lon, lat = spread[inside].T
        assert ((west < lon) & (lon < east) & (south < lat) & (lat < north)).all()
    assert held.max() == 1
    assert (held[: len(points())] == 1).all()
