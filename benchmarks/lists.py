"""A list of 100 cases under area, status and category, newest first."""

from itertools import cycle, repeat

import numpy as np
from sqlalchemy import event

from app.core.db import db
from benchmarks import asking
from benchmarks.client import get
from benchmarks.databases import Filled
from benchmarks.figures import Figure
from benchmarks.inside import asked, seconds
from benchmarks.plan import Served, Thoroughness
from benchmarks.rounds import Shape, measure

GROUP = "list of 100: area, status and category"
MOST = 120  # different filters


def lists(served: list[Served], how: Thoroughness) -> list[Figure]:
    return [*_statements(served), *_growth(served, how), *_over_http(served, how)]


def _over_http(served: list[Served], how: Thoroughness) -> list[Figure]:
    """Against an empty answer; the first page with its exact total, the next one without."""
    shapes = [shape for each in served for shape in _shapes(each)]
    seen = measure(shapes, rounds=how.rounds, seconds=how.seconds)
    figures = []
    for filled, _ in served:
        base = seen[f"hello {filled.size}"]
        for shape, what, target in (
            ("next", "a following page / hello", 0.10),
            ("first", "the first page with its total / hello", 0.04),
        ):
            mine = seen[f"{shape} {filled.size}"]
            detail = f"{mine.told}; hello {base.rate:.0f}/s"
            name = filled.engine.name
            figures.append(
                Figure(GROUP, name, what, mine.over(base), target, True, size=filled.size, detail=detail)
            )
    return figures


def _shapes(each: Served) -> list[Shape]:
    filled, server = each
    with filled.inside():
        chosen = asking.filters()[:MOST]
    first = asking.first_pages(filled, chosen)
    following = asking.following_pages(filled, chosen)
    hello = get("/bench/hello")
    return [
        Shape(f"hello {filled.size}", server, lambda: repeat(hello)),
        Shape(f"first {filled.size}", server, lambda: cycle(first)),
        Shape(f"next {filled.size}", server, lambda: cycle(following)),
    ]


def _growth(served: list[Served], how: Thoroughness) -> list[Figure]:
    """The same filters on the small and on the large database, one after the other, in process."""
    small, large = served[0].filled, served[-1].filled
    with small.inside():
        chosen = asking.filters()[:MOST]
    figures = []
    for cursor, what in ((False, "first page"), (True, "following page")):
        times = {each.size: _times(each, chosen, cursor, how.calls) for each in (small, large)}
        p95 = {size: float(np.percentile(taken, 95)) * 1000 for size, taken in times.items()}
        p50 = {size: float(np.percentile(taken, 50)) * 1000 for size, taken in times.items()}
        figures.append(
            Figure(
                GROUP,
                small.engine.name,
                f"{what}: p95 at {large.size:,} / at {small.size:,}",
                p95[large.size] / p95[small.size],
                1.5 if cursor else None,
                size=large.size,
                detail=f"p50 {p50[small.size]:.2f} → {p50[large.size]:.2f} ms,"
                f" p95 {p95[small.size]:.2f} → {p95[large.size]:.2f} ms",
            )
        )
    return figures


def _times(filled: Filled, chosen: list[asking.Filter], cursor: bool, calls: int) -> list[float]:
    """Of the second half of the calls; the first warms up."""
    token = filled.tokens["cai"]
    paths = [asking.list_path(each) for each in chosen]
    if cursor:
        paths = [asking.after_first(filled.app, path, token) for path in paths]
    asking_all = cycle([asked(filled.app, path, token) for path in paths])
    for _ in range(calls):
        next(asking_all)()
    return [seconds(next(asking_all)) for _ in range(calls)]


def _statements(served: list[Served]) -> list[Figure]:
    """How many statements a first page takes, token and total included."""
    filled = served[-1].filled
    with filled.inside():
        path = asking.list_path(asking.filters()[0])
        engine = db.engine
    call = asked(filled.app, path, filled.tokens["cai"])
    call()
    told: list[str] = []

    def note(*arguments: object) -> None:
        told.append(str(arguments[2]))

    event.listen(engine, "before_cursor_execute", note)
    call()
    event.remove(engine, "before_cursor_execute", note)
    asked_for = [statement for statement in told if not statement.startswith("BEGIN")]
    return [Figure(GROUP, filled.engine.name, "statements of a first page", len(asked_for), 4, unit="")]
