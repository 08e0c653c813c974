"""Where in its grid each case lies, and what the phone said about it. Pure."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from app.demo.synthetic.ground import TOUCHING, Flags, Floats, Ground, Ints, scale
from app.demo.synthetic.model import AREA, LINE, NONE, Drawn

ATTEMPTS = 60
NEARBY = 25.0  # metres
COPIED_WITHIN = 12.0  # metres between a case and its double
DIRECTIONS = 12
BEYOND = (0.004, 0.03)  # degrees east of everything
PLACES = 6  # decimals of a degree: a decimetre


@dataclass(frozen=True, eq=False)
class Points:
    """Degrees as reported (`lon`, `lat`) and as they were (`true`, case × 2); metres of accuracy.

    `border` and `shape` may be fewer than were drawn: a grid whose neighbours touch it only at corners has
    no border to be near to, and a line or an area stands only where one was made (`geometries`, else None).
    """

    lon: Floats
    lat: Floats
    true: Floats
    accuracy_m: Floats
    border: Flags
    geometries: NDArray[np.object_]


def place(ground: Ground, drawn: Drawn, seed: int) -> Points:
    """A point inside each case's grid, doubles beside their originals; the same for the same arguments."""
    rng = np.random.default_rng([seed, 3])
    shapely.prepare(ground.geometries)
    true = _inside(rng, ground, drawn.grid)
    accuracy = np.round(4 + rng.exponential(7.0, len(drawn)), 1)
    border = _to_the_border(rng, ground, drawn, true, accuracy)
    _beside(rng, ground, drawn, true)
    true[drawn.outside] = _outside(rng, ground, int(drawn.outside.sum()))
    reported = _as_reported(rng, ground, drawn, true, accuracy, border)
    shapes = _shapes(rng, ground, drawn, reported)
    return Points(reported[:, 0], reported[:, 1], true, accuracy, border, shapes)


def _inside(rng: np.random.Generator, ground: Ground, grid: Ints) -> Floats:
    """Random points of the boxes that hit the grids, drawn until they do, else one that surely does."""
    box = shapely.bounds(ground.geometries)
    found = shapely.get_coordinates(shapely.point_on_surface(ground.geometries))[grid]
    missing = np.arange(len(grid))
    for _attempt in range(ATTEMPTS):
        if not len(missing):
            break
        low, high = box[grid[missing], :2], box[grid[missing], 2:]
        tried = np.round(low + rng.random((len(missing), 2)) * (high - low), PLACES)
        hit = _within(ground, grid[missing], tried)
        found[missing[hit]] = tried[hit]
        missing = missing[~hit]
    return np.asarray(found, dtype=np.float64)


def _within(ground: Ground, grid: Ints, points: Floats) -> Flags:
    hit = shapely.contains_xy(ground.geometries[grid], points[:, 0], points[:, 1])
    return np.asarray(hit, dtype=np.bool_)


def _to_the_border(
    rng: np.random.Generator, ground: Ground, drawn: Drawn, true: Floats, accuracy: Floats
) -> Flags:
    """Move what was drawn so to within half the accuracy of a border with a neighbour, still inside."""
    wanted = np.flatnonzero(drawn.border)
    accuracy[wanted] = np.round(rng.uniform(12, 45, len(wanted)), 1)
    on, wanted = _on_borders(rng, ground, drawn.grid, wanted)
    step = rng.uniform(0.1, 1.0, len(wanted)) * accuracy[wanted] / 2
    angle = rng.uniform(0, 2 * np.pi, len(wanted))
    moved = np.zeros(len(drawn), dtype=np.bool_)
    for turn in range(DIRECTIONS):
        turned = angle + 2 * np.pi * turn / DIRECTIONS
        tried = on + _metres(ground, step[:, None] * np.column_stack((np.cos(turned), np.sin(turned))))
        tried = np.round(tried, PLACES + 1)
        hit = _within(ground, drawn.grid[wanted], tried) & ~moved[wanted]
        true[wanted[hit]] = tried[hit]
        moved[wanted[hit]] = True
    return moved


def _on_borders(rng: np.random.Generator, ground: Ground, grid: Ints, wanted: Ints) -> tuple[Floats, Ints]:
    """A point on the border between each case's grid and another, and the cases that have one."""
    edges, tree = shapely.boundary(ground.geometries), shapely.STRtree(ground.geometries)
    found, missing = np.full((len(grid), 2), np.nan), wanted
    for _attempt in range(DIRECTIONS):
        lines, share = _longest(edges[grid[missing]]), rng.random(len(missing))
        along = shapely.line_interpolate_point(lines, share, normalized=True)
        point, land = tree.query(along, predicate="dwithin", distance=TOUCHING)
        shared = np.unique(point[land != grid[missing[point]]])
        found[missing[shared]] = shapely.get_coordinates(along[shared])
        missing = np.delete(missing, shared)
    there = np.setdiff1d(wanted, missing)
    return found[there], there


def _longest(edges: NDArray[np.object_]) -> NDArray[np.object_]:
    """Of land in several pieces, or with holes, its longest edge."""
    found = np.empty(len(edges), dtype=object)
    found[:] = [max(shapely.get_parts(edge), key=lambda part: part.length) for edge in edges]
    return found


def _metres(ground: Ground, moved: Floats) -> Floats:
    """Metres east and north as degrees."""
    return np.asarray(moved / scale(ground.middle[1]), dtype=np.float64)


def _beside(rng: np.random.Generator, ground: Ground, drawn: Drawn, true: Floats) -> None:
    """Doubles lie some metres from their originals, in the same grid."""
    copies = np.flatnonzero(drawn.copy_of != NONE)
    of = drawn.copy_of[copies]
    moved = true[of] + _metres(ground, rng.uniform(-COPIED_WITHIN, COPIED_WITHIN, (len(copies), 2)) / 1.5)
    moved = np.round(moved, PLACES)
    stays = _within(ground, drawn.grid[copies], moved)
    true[copies] = np.where(stays[:, None], moved, true[of])


def _outside(rng: np.random.Generator, ground: Ground, count: int) -> Floats:
    """East of all land: in no unit, whatever its shape."""
    _west, south, east, north = shapely.total_bounds(ground.geometries).tolist()
    lon = east + rng.uniform(*BEYOND, count)
    return np.round(np.column_stack((lon, rng.uniform(south, north, count))), PLACES)


def _as_reported(
    rng: np.random.Generator, ground: Ground, drawn: Drawn, true: Floats, accuracy: Floats, border: Flags
) -> Floats:
    """Only near borders does the error of the position matter: elsewhere it is drawn into the place."""
    far = rng.random(len(drawn)) ** 0.5 * accuracy / 2
    angle = rng.uniform(0, 2 * np.pi, len(drawn))
    error = _metres(ground, far[:, None] * np.column_stack((np.cos(angle), np.sin(angle))))
    return np.where(border[:, None], np.round(true + error, PLACES + 1), true)


def _shapes(rng: np.random.Generator, ground: Ground, drawn: Drawn, at: Floats) -> NDArray[np.object_]:
    """Short lines and small areas that stay inside the grid."""
    found = np.full(len(drawn), None, dtype=object)
    across = _metres(ground, np.array([[NEARBY, NEARBY]]))[0]
    for case in np.flatnonzero(drawn.shape != 0).tolist():
        east, north = across * rng.uniform(0.3, 1.0, 2)
        lon, lat = at[case]
        corners = np.round([(lon, lat), (lon + east, lat), (lon + east, lat + north), (lon, lat + north)], 7)
        made = {LINE: shapely.LineString(corners[:3]), AREA: shapely.Polygon(corners)}
        shape = made[int(drawn.shape[case])]
        if shapely.contains_properly(ground.geometries[drawn.grid[case]], shape):
            found[case] = shape
    return found
