"""Who is whose neighbour, against libpysal and on shapes drawn for the purpose."""

import numpy as np
import pytest
import shapely
from libpysal import weights

from app.analysis.neighbours import Weights, contiguity, distance_band, nearest, weights_of
from app.spatial.plane import Plane, plane_of
from tests.analysis.data_sets import data_set, ours


def same(one: Weights, other: Weights) -> bool:
    return bool(np.array_equal(one.indptr, other.indptr) and np.array_equal(one.indices, other.indices))


@pytest.mark.parametrize("name", ["columbus", "sids"])
def test_contiguity_agrees_with_libpysal(name: str) -> None:
    data = data_set(name)
    assert same(contiguity(data.geometries, 0), ours(data.theirs))
    theirs = weights.Rook.from_iterable(data.geometries, silence_warnings=True)
    edge = 1e-6 * shapely.length(data.geometries).mean()
    assert same(_rook(data.geometries, edge), ours(theirs))


def _rook(geometries: np.ndarray, edge: float) -> Weights:
    """The data are in degrees or miles: drawn large, a metre is small."""
    large = shapely.transform(geometries, lambda xy: xy / edge)
    return contiguity(large, 0, rook=True)


def test_distance_and_nearest_agree_with_libpysal() -> None:
    xy = shapely.get_coordinates(data_set("baltimore").geometries)
    assert same(distance_band(xy, 10.0), ours(weights.DistanceBand(xy, 10.0, silence_warnings=True)))
    apart = np.random.default_rng(2).uniform(size=(200, 2))
    assert same(nearest(apart, 5), ours(weights.KNN(apart, k=5, silence_warnings=True)))


def squares(*corners: tuple[float, float], side: float = 10) -> np.ndarray:
    return np.array([shapely.box(x, y, x + side, y + side) for x, y in corners], dtype=object)


def test_a_corner_is_queen_and_not_rook() -> None:
    board = squares((0, 0), (10, 0), (10, 10))
    assert contiguity(board).of(0).tolist() == [1, 2]
    assert contiguity(board, rook=True).of(0).tolist() == [1]


def test_the_tolerance_bridges_slivers_and_no_streets() -> None:
    board = squares((0, 0), (10.6, 0), (40, 0))
    assert contiguity(board, 1.0).of(0).tolist() == [1]
    assert contiguity(board, 0.5).islands.tolist() == [0, 1, 2]
    assert contiguity(board, 1.0, rook=True).of(0).tolist() == [1]
    assert contiguity(board, 1.0).islands.tolist() == [2]


def test_units_without_a_shape_are_islands() -> None:
    board = np.array([*squares((0, 0), (10, 0)), None, shapely.Polygon()], dtype=object)
    found = contiguity(board)
    assert found.islands.tolist() == [2, 3] and found.counts.tolist() == [1, 1, 0, 0]
    assert found.mean == 0.5


def test_nobody_and_somebody_alone() -> None:
    nobody = contiguity(np.empty(0, dtype=object))
    assert (len(nobody), nobody.mean, nobody.islands.size) == (0, 0.0, 0)
    assert contiguity(squares((0, 0))).islands.tolist() == [0]
    assert nearest(np.array([[0.0, 0]]), 3).islands.tolist() == [0]
    assert distance_band(np.empty((0, 2)), 5).mean == 0.0


def test_points_at_one_place_and_points_without_one() -> None:
    xy = np.array([[0.0, 0], [0, 0], [0, 0], [np.nan, 0], [100, 0]])
    assert distance_band(xy, 1).counts.tolist() == [2, 2, 2, 0, 0]
    found = nearest(xy, 1)
    assert found.counts.tolist() == [1, 1, 1, 0, 1]
    assert all(unit not in found.of(unit) for unit in range(5))


def test_leaving_units_out_numbers_the_others_anew() -> None:
    row = weights_of(4, np.array([0, 1, 1, 2, 2, 3]), np.array([1, 0, 2, 1, 3, 2]))
    kept = row.among(np.array([True, False, True, True]))
    assert kept.counts.tolist() == [0, 1, 1] and kept.of(1).tolist() == [2]
    assert row.sums(np.array([1.0, 10, 100, 1000])).tolist() == [10, 101, 1010, 100]


def test_the_plane_keeps_sizes_and_comes_back() -> None:
    plane = plane_of(np.array([shapely.box(112.3, 22.5, 113.4, 23.6)]))
    assert plane == Plane(112.8, 23.1)  # half to even
    there = plane.metres([[112.85, 23.05], [112.86, 23.05], [112.85, 23.06]])
    assert np.hypot(*(there[1:] - there[0]).T) == pytest.approx([1025, 1107.5], rel=2e-3)
    assert plane.degrees(there)[0] == pytest.approx([112.85, 23.05], abs=1e-12)
    assert plane_of(np.empty(0, dtype=object)) == Plane(0.0, 0.0)
