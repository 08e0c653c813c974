"""Many cases, written past the services straight into `case_record`. For benchmarks only.

The same seed and size give the same cases on both engines: skewed over grids and categories, filed over two
years, about 4 % open, levels raised as in real life. No tasks, no events, no photos, no past states.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from app.areas.index import AreaEntry, AreaIndex, areas
from app.cases.models import Case
from app.catalogue.queries import CategoryRow, categories
from app.people.queries import departments
from app.workflow.levels import HOLDING

SEED = 20261121
CHUNK = 50_000
SPAN = 730 * 86_400  # seconds
MONTH = 30 * 86_400
CATEGORIES = 14
SPOTS = 24  # different points in a grid
COLUMNS = tuple(column.name for column in Case.__table__.columns)
NOTHING_YET: dict[str, Any] = dict.fromkeys(("near_at", "card", "applied", "suspended_at", "resume_to"))
NOTHING_YET |= {"reopens": 0, "extensions": 0, "self_handled": 0, "flags": None}
"""What has not happened to any of them."""
OPEN_STATUSES = ("filed", "accepted", "dispatched", "in_progress", "handled")
SAID = (
    "路灯不亮",
    "井盖破损",
    "占道经营",
    "垃圾堆放",
    "道路积水",
    "乱贴广告",
    "共享单车乱停",
    "施工噪声",
    "树枝倒伏",
    "消防通道堵塞",
)
WHERE = ("门口东侧", "路口南边", "小区北门", "学校旁边", "河涌边", "市场入口", "公交站后面", "停车场里")

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Ground:
    """What the cases stand on: the grids with points in them, the categories, who files, who handles."""

    grids: list[AreaEntry]
    x: Floats  # grid × spot
    y: Floats
    categories: list[CategoryRow]
    index: AreaIndex
    departments: dict[int, list[int]]
    filers: list[int]


def ground(filers: list[int]) -> Ground:
    """The active generation of the present database and its catalogue."""
    index = areas()
    land = index.land_of([entry for entry in index.entries if entry.level == "grid"])
    x, y = _spots(land.geometries, np.random.default_rng(SEED))
    serving: dict[int, list[int]] = {}
    for row in departments().values():
        serving.setdefault(row.area_id, []).append(row.id)
    known = sorted(categories().values(), key=lambda row: row.code)
    chosen = known[:: max(1, len(known) // CATEGORIES)][:CATEGORIES]
    return Ground(list(land.entries), x, y, chosen, index, serving, filers)


def rows(count: int, on: Ground, until: datetime) -> Iterator[list[tuple[Any, ...]]]:
    """Chunks of rows in the order of `COLUMNS`, oldest first; `geom` is a (lon, lat) pair."""
    rng = np.random.default_rng([SEED, count])
    weights = rng.permutation(1.0 / np.arange(1, len(on.grids) + 1) ** 0.6)
    shares = 1.0 / np.arange(1, len(on.categories) + 1) ** 0.7
    filed = np.sort(rng.integers(0, SPAN, count))
    size = min(CHUNK, max(1, count // 10))
    for first in range(0, count, size):
        ages = SPAN - filed[first : first + size]
        n = len(ages)
        grid = rng.choice(len(on.grids), n, p=weights / weights.sum())
        category = rng.choice(len(on.categories), n, p=shares / shares.sum())
        yield list(_chunk(rng, on, until, first, ages, grid, category))


def _spots(geometries: NDArray[np.object_], rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Points inside each polygon: random ones of its box that hit it, else one that surely does."""
    box = shapely.bounds(geometries)
    sure = shapely.get_coordinates(shapely.point_on_surface(geometries))
    xs, ys = np.repeat(sure[:, :1], SPOTS, 1), np.repeat(sure[:, 1:], SPOTS, 1)
    for spot in range(SPOTS):
        x = rng.uniform(box[:, 0], box[:, 2])
        y = rng.uniform(box[:, 1], box[:, 3])
        hit = shapely.contains_xy(geometries, x, y)
        xs[hit, spot], ys[hit, spot] = x[hit], y[hit]
    return xs, ys


def _chunk(
    rng: np.random.Generator, on: Ground, until: datetime, first: int, ages: Ints, grid: Ints, category: Ints
) -> Iterator[tuple[Any, ...]]:
    """One row each. What is drawn is drawn for the whole chunk at once."""
    n = len(ages)
    spot = rng.integers(0, SPOTS, n)
    is_open = rng.random(n) < np.where(ages < MONTH, 0.7, 0.0115)
    took = np.minimum(rng.lognormal(11.6, 0.9, n).astype(np.int64), ages - 1).clip(1)
    draws = rng.random((n, 6)).tolist()
    idents = rng.bytes(16 * n)
    places = zip(on.x[grid, spot].tolist(), on.y[grid, spot].tolist(), strict=True)
    drawn = [values.tolist() for values in (ages, grid, category, is_open, took)]
    for i, (age, g, c, still_open, seconds, draw, xy) in enumerate(zip(*drawn, draws, places, strict=True)):
        uuid = idents[16 * i : 16 * i + 16].hex()
        filed_at = until - timedelta(seconds=age)
        row = _filed(on, first + i + 1, uuid, filed_at, on.grids[g], on.categories[c], xy, draw)
        row |= _stands(on, on.grids[g], filed_at, until, still_open, seconds, draw)
        yield tuple(row[name] for name in COLUMNS)


def _filed(
    on: Ground,
    ident: int,
    uuid: str,
    filed_at: datetime,
    grid: AreaEntry,
    category: CategoryRow,
    xy: tuple[float, float],
    draw: list[float],
) -> dict[str, Any]:
    return {
        "id": ident,
        "uuid": uuid,
        "number": f"{on.index.city.code}-{filed_at:%Y%m%d}-{ident:06d}",
        "filed_at": instant(filed_at),
        "filed_by_id": on.filers[int(draw[0] * len(on.filers))],
        "command_hash": uuid + uuid,
        "observed_at": instant(filed_at - timedelta(minutes=3)),
        "category": category.code,
        "filed_category": category.code,
        "catalogue_version_id": category.version_id,
        "restricted": int(category.restricted),
        "description": f"{SAID[int(draw[1] * len(SAID))]}，{WHERE[int(draw[2] * len(WHERE))]}，请尽快处理",
        "urgency": "normal" if draw[1] < 0.9 else "high",
        "channel": "inspector",
        "reporter": None,
        "extra": None,
        "place_text": None,
        "accuracy_m": 8.0,
        "crs": "wgs84",
        "raw_geometry": f'{{"type":"Point","coordinates":[{xy[0]!r},{xy[1]!r}]}}',
        "generation_id": on.index.generation_id,
        "geom": xy,
        "geometry": None,
        "lon": xy[0],
        "lat": xy[1],
        "placement": "grid",
        "nearest_id": None,
        "bordering": None,
        "scope_path": grid.path,
        **grid.lineage,
    }


def _stands(
    on: Ground,
    grid: AreaEntry,
    filed_at: datetime,
    until: datetime,
    still_open: bool,
    seconds: int,
    draw: list[float],
) -> dict[str, Any]:
    """Where the case has got to."""
    raised = 0 if draw[3] < 0.86 else 1 if draw[3] < 0.96 else 2
    levels = [level for level in HOLDING if grid.lineage[f"{level}_id"] is not None]
    level = levels[-1 - min(raised, len(levels) - 1)]
    status = OPEN_STATUSES[int(draw[4] * len(OPEN_STATUSES))] if still_open else _ended(draw[4])
    ended_at = None if still_open else filed_at + timedelta(seconds=seconds)
    serving = on.departments.get(grid.lineage["district_id"] or 0, [])
    handled = status not in ("filed", "accepted", "rejected") and bool(serving)
    due_at = _due(filed_at, draw) if handled and still_open else None
    return NOTHING_YET | {
        "version": 1 + (0 if status == "filed" else 2 if still_open else 6) + raised,
        "status": status,
        "level": level,
        "holder_id": grid.lineage[f"{level}_id"],
        "department_id": serving[int(draw[5] * len(serving))] if handled else None,
        "handled_by_id": None,
        "due_at": due_at,
        "clock_from": due_at and instant(filed_at),
        "changed_at": instant(ended_at or min(until, filed_at + timedelta(hours=draw[5]))),
        "accepted_at": None if status in ("filed", "rejected") else instant(filed_at + timedelta(seconds=1)),
        "ended_at": ended_at and instant(ended_at),
        "escalations": raised,
        "returns": int(draw[5] > 0.97),
        "reworks": int(draw[5] < 0.03),
        "on_time": int(draw[5] < 0.85) if status == "closed" else None,
        "took_s": seconds if status == "closed" else None,
    }


def _ended(draw: float) -> str:
    return "closed" if draw < 0.97 else "rejected"


def _due(filed_at: datetime, draw: list[float]) -> str | None:
    """Some have no limit; of the others about half are late."""
    return None if draw[5] < 0.2 else instant(filed_at + timedelta(days=40 * draw[5] * draw[3]))


def instant(moment: datetime) -> str:
    """As SQLAlchemy stores it on SQLite; PostgreSQL, in UTC, reads the same text."""
    return moment.replace(tzinfo=None).isoformat(" ", "microseconds")


def spatialite_point(xy: tuple[float, float]) -> bytes:
    """SpatiaLite's own format of a point in WGS 84."""
    return struct.pack("<BBi4dBi2dB", 0, 1, 4326, *xy, *xy, 0x7C, 1, *xy, 0xFE)


def postgis_point(xy: tuple[float, float]) -> str:
    """EWKB in hexadecimal."""
    return "0101000020E6100000" + struct.pack("<2d", *xy).hex()
