"""Synthetic cities as arrays: the same seed, the same city; what is planted is there, and nothing else."""

from datetime import date

import numpy as np
import pytest
import shapely

from app.demo.synthetic import Ground, Plan, draw, ground_of, make_city, plant
from app.demo.synthetic.key import answer_key, as_bytes
from app.demo.synthetic.model import NONE, expected

PLAN = Plan(cases=20_000, start=date(2025, 11, 20), end=date(2026, 11, 20))
SIDE, DEGREES = 30, 0.004


def squares(side: int = SIDE) -> Ground:
    """A city of square grids, six to a community, sixty to a town."""
    cells = [(x, y) for y in range(side) for x in range(side)]
    west = 113.0 + DEGREES * np.array(cells, dtype=float)[:, 0]
    south = 23.0 + DEGREES * np.array(cells, dtype=float)[:, 1]
    return ground_of(
        codes=[f"{i:05}" for i in range(len(cells))],
        geometries=shapely.box(west, south, west + DEGREES, south + DEGREES),
        units=[f"{i // 6:04}" for i in range(len(cells))],
        towns=[f"{i // 60:02}" for i in range(len(cells))],
        categories=[f"E{i}" for i in range(8)],
    )


def test_neighbours_share_a_border_or_a_corner() -> None:
    ground = squares(4)
    assert [len(ground.neighbours(i)) for i in (0, 1, 5)] == [3, 5, 8]
    assert ground.around(0, 2).tolist() == [0, 1, 2, 4, 5, 6, 8, 9, 10]


def test_the_same_seed_is_the_same_city_and_another_is_another() -> None:
    ground = squares()
    keys = [as_bytes(answer_key(make_city(ground, PLAN, seed), [None] * PLAN.cases)) for seed in (7, 7, 8)]
    assert keys[0] == keys[1] != keys[2]


def test_cases_are_as_many_as_asked_for_in_time_and_in_order() -> None:
    drawn = draw(squares(), PLAN, 7)
    assert len(drawn) == PLAN.cases
    assert drawn.filed.min() >= 0
    assert drawn.day.max() < PLAN.days
    assert (np.diff(drawn.filed) >= 0).all()


@pytest.mark.parametrize("cases", [1, 2, 3, 40])
def test_few_cases_are_drawn_too(cases: int) -> None:
    plan = Plan(cases, date(2026, 11, 18), date(2026, 11, 19))
    assert len(make_city(squares(2), plan, 1).uuids) == cases


def test_grids_hold_what_their_intensities_say() -> None:
    """Chi-squared of 900 grids over 20 cities lies where it does by chance."""
    ground = squares()
    planted = plant(ground, PLAN, 3)
    means = expected(planted, PLAN)
    seen = sum(draw(ground, PLAN, seed, planted).counts(len(ground)) for seed in range(20))
    chi = float((((seen - 20 * means) ** 2) / (20 * means)).sum()) / len(ground)
    assert 0.85 < chi < 1.2
    assert means.sum() == pytest.approx(PLAN.cases * (1 - PLAN.outside))


def test_a_cluster_is_where_and_when_the_key_says() -> None:
    ground = squares()
    planted = plant(ground, PLAN, 7)
    drawn = draw(ground, PLAN, 7, planted)
    assert [c.kind for c in planted.clusters[:4]] == ["new", "persistent", "fading", "past"]
    for number, cluster in enumerate(planted.clusters, 1):
        mine = drawn.origin == number
        assert abs(mine.sum() - cluster.excess) < 5 * cluster.excess**0.5
        assert set(drawn.grid[mine]) <= set(cluster.grids.tolist())
        assert set(drawn.category[mine]) == {cluster.category}
        first = mine & (drawn.copy_of == NONE)
        assert cluster.first_day <= drawn.day[first].min() <= drawn.day[first].max() < cluster.end_day
    taken = np.concatenate([cluster.grids for cluster in planted.clusters])
    assert len(set(taken.tolist())) == len(taken)


def test_a_quiet_city_has_nothing_that_makes_neighbours_alike() -> None:
    """The correlation of neighbours over 40 quiet cities is nil; with clusters it is not."""
    ground = squares()
    quiet = PLAN.quiet()
    assert not plant(ground, quiet, 1).touched.any()
    alike = [_alike(ground, quiet, seed) for seed in range(40)]
    assert abs(np.mean(alike)) < 3 * np.std(alike) / np.sqrt(40) + 1 / len(ground)
    loud = [_alike(ground, PLAN, seed) for seed in range(10)]
    assert np.mean(loud) > 5 * np.std(alike) / np.sqrt(10)


def _alike(ground: Ground, plan: Plan, seed: int) -> float:
    """Moran's I of the last two weeks."""
    counts = draw(ground, plan, seed).counts(len(ground), plan.days - 14)
    z = counts - counts.mean()
    grid = np.repeat(np.arange(len(ground)), np.diff(ground.near_from))
    return float((z[grid] * z[ground.near]).mean() / (z**2).mean())


def test_inspectors_report_too_much_where_the_key_says() -> None:
    ground = squares()
    planted = plant(ground, PLAN, 7)
    drawn = draw(ground, PLAN, 7, planted)
    biased = planted.effort != 1
    assert biased.sum() == round(PLAN.over_reported * len(ground))
    by_inspectors = drawn.channel == 0
    share = np.isin(drawn.grid, np.flatnonzero(biased))
    assert by_inspectors[share].mean() > 0.8 > by_inspectors[~share].mean()


def test_doubles_are_of_the_same_kind_nearby_and_soon_after() -> None:
    city = make_city(squares(), PLAN, 7)
    drawn = city.drawn
    copies = np.flatnonzero(drawn.copy_of != NONE)
    first = drawn.copy_of[copies]
    assert len(copies) == round(PLAN.cases * PLAN.duplicates)
    assert (drawn.category[copies] == drawn.category[first]).all()
    assert (drawn.grid[copies] == drawn.grid[first]).all()
    pairs = answer_key(city, [None] * len(drawn))["duplicates"]
    assert max(pair["metres"] for pair in pairs) < 20
    assert min(pair["hours"] for pair in pairs) > 0
    assert max(pair["hours"] for pair in pairs) <= 72


def test_points_lie_in_their_grids_and_border_points_within_the_error_of_a_border() -> None:
    ground = squares()
    city = make_city(ground, PLAN, 7)
    points, drawn = city.points, city.drawn
    inside = shapely.contains_xy(ground.geometries[drawn.grid], points.true[:, 0], points.true[:, 1])
    assert (inside == ~drawn.outside).all()
    near = np.flatnonzero(points.border)
    assert len(near) == drawn.border.sum()
    edges = shapely.boundary(ground.geometries[drawn.grid[near]])
    metres = 111_000 * shapely.distance(edges, shapely.points(points.lon[near], points.lat[near]))
    assert (metres <= points.accuracy_m[near]).all()
    across = ~shapely.contains_xy(ground.geometries[drawn.grid[near]], points.lon[near], points.lat[near])
    assert 0.1 < across.mean() < 0.6


def test_lives_take_as_long_as_the_key_says() -> None:
    city = make_city(squares(), PLAN, 7)
    lives, drawn = city.lives, city.drawn
    took = (lives.at.max(axis=1) - drawn.filed) / 3600
    slow = city.planted.slowness[city.ground.unit[drawn.grid]] != 1
    registered = lives.life != 3
    assert np.median(took[registered & ~slow]) == pytest.approx(PLAN.median_hours, rel=0.04)
    assert np.median(took[registered & slow]) == pytest.approx(PLAN.median_hours * PLAN.slowness, rel=0.15)
    assert (np.diff(np.where(lives.at == NONE, lives.at.max(axis=1)[:, None], lives.at)) >= 0).all()
