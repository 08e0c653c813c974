"""Going down the escalation map as an official: each page of it at the largest size against the smallest."""

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlencode

import numpy as np
from sqlalchemy import func, select

from app.cases.models import Case
from app.core.db import db
from benchmarks.databases import EPOCH, Filled
from benchmarks.figures import Figure
from benchmarks.inside import asked, side_by_side
from benchmarks.plan import Served, Thoroughness

GROUP = "drill-down: the map's pages, 30 days and a category"
STEPS = (
    ("city", "cai", "440600"),
    ("district", "dana", "440604"),
    ("town", "teng", "440604012"),
    ("community", "mara", "440604012052"),
)
"""Where the page stands, who reads it, and the unit."""
CATEGORIES = 6
MOST = 2.0


def drilldown(served: list[Served], how: Thoroughness) -> list[Figure]:
    small, large = served[0].filled, served[-1].filled
    rounds = max(8, how.calls // 10)
    figures, all_small, all_large = [], [], []
    for level, who, area in STEPS:
        few = _times(small, who, area, rounds)
        many = _times(large, who, area, rounds)
        all_small += few
        all_large += many
        figures.append(_figure(large, f"page of a {level}: p95 against the one at {small.size:,}", few, many))
    whole = _figure(large, "all of them: p95", all_small, all_large, target=MOST)
    return [whole, *figures]


def _times(filled: Filled, who: str, area: str, rounds: int) -> list[float]:
    """Seconds of each call; the categories take turns."""
    with filled.inside():
        calls = [asked(filled.app, path, filled.tokens[who]) for path in _paths(area)]
        taken = side_by_side([_afresh(call) for call in calls], rounds)
    return [seconds for each in taken for seconds in each]


def _afresh(call: Callable[[], bytes]) -> Callable[[], bytes]:
    """As in a request of its own: what the last one read is not at hand."""

    def again() -> bytes:
        db.session.remove()
        return call()

    return again


def _paths(area: str) -> list[str]:
    """The page with the commonest categories, one at a time."""
    days = {"from": f"{EPOCH - timedelta(days=30):%Y-%m-%d}", "to": f"{EPOCH:%Y-%m-%d}", "period": "own"}
    common = select(Case.category).group_by(Case.category).order_by(func.count().desc()).limit(CATEGORIES)
    codes = list(db.session.scalars(common))
    return [f"/desk/map?{urlencode({'area': area, 'category': code, **days})}" for code in codes]


def _figure(
    filled: Filled, what: str, few: list[float], many: list[float], target: float | None = None
) -> Figure:
    (p50, p95), (q50, q95) = (np.percentile(times, (50, 95)) * 1000 for times in (few, many))
    detail = f"p50 {p50:.1f} → {q50:.1f} ms, p95 {p95:.1f} → {q95:.1f} ms"
    return Figure(GROUP, filled.engine.name, what, q95 / p95, target, size=filled.size, detail=detail)
