"""Loading and checking a whole city; finding the grid of a point."""

from statistics import median

import numpy as np
import shapely

from app.areas.index import areas
from benchmarks.bulk import SEED
from benchmarks.databases import Filled, Loading
from benchmarks.figures import Figure
from benchmarks.inside import ratio, side_by_side

MANY = 100_000
GROUP = "boundaries of Foshan (10,438 grids)"


def loading(engine: str, loaded: Loading) -> list[Figure]:
    if loaded.seconds is None:
        return []
    what = "read, check, load and activate all boundaries"
    return [Figure(GROUP, engine, what, loaded.seconds, 15, unit="s")]


def locate(filled: Filled) -> list[Figure]:
    """The product's tree against a bare one with the same predicate, one by one and many at once."""
    with filled.inside():
        index = areas()
        tree = index.tree
        land = index.land_of([index.by_id[i] for i in tree.ids.tolist()]).geometries
    shapely.prepare(land)
    bare = shapely.STRtree(land)
    west, south, east, north = shapely.total_bounds(land)
    rng = np.random.default_rng(SEED)
    x, y = rng.uniform(west, east, MANY), rng.uniform(south, north, MANY)
    points = list(zip(x[:2000].tolist(), y[:2000].tolist(), strict=True))
    mine, theirs, one, whole = side_by_side(
        (
            lambda: tree.locate_many(x, y),
            lambda: bare.query(shapely.points(x, y), predicate="intersects"),
            lambda: [tree.grid_at(lon, lat) for lon, lat in points],
            lambda: [tree.locate(lon, lat) for lon, lat in points],
        ),
        9,
    )
    single, full = (median(taken) / len(points) * 1000 for taken in (one, whole))
    name = filled.engine.name
    return [
        Figure(GROUP, name, "100,000 points against a bare STRtree", ratio(mine, theirs), 1.1,
               detail=f"{median(mine):.3f} s, bare {median(theirs):.3f} s"),
        Figure(GROUP, name, "one point: its grid", single, 0.03, unit="ms"),
        Figure(GROUP, name, "one point: grid, neighbours, metres to the border", full, unit="ms"),
    ]  # fmt: skip
