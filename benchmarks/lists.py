"""A list of 100 cases under area, status and category, newest first."""

from collections.abc import Callable
from itertools import cycle, islice, repeat

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
    """The same filters on the small and on the large database, in turn, in process."""
    small, large = served[0].filled, served[-1].filled
    with small.inside():
        chosen = asking.filters()[:MOST]
    figures = []
    for cursor, what in ((False, "first page"), (True, "following page")):
        pairs = list(zip(_calls(small, chosen, cursor), _calls(large, chosen, cursor), strict=True))
        times = np.array(
            [[seconds(call) for call in pair] for pair in [*pairs, *islice(cycle(pairs), how.calls)]]
        )
        p50, p95 = (np.percentile(times[len(pairs) :], percent, axis=0) * 1000 for percent in (50, 95))
        figures.append(
            Figure(
                GROUP,
                small.engine.name,
                f"{what}: p95 against the one at {small.size:,}",
                float(p95[1] / p95[0]),
                1.5 if cursor else None,
                size=large.size,
                detail=f"p50 {p50[0]:.2f} → {p50[1]:.2f} ms, p95 {p95[0]:.2f} → {p95[1]:.2f} ms",
            )
        )
    return figures


def _calls(filled: Filled, chosen: list[asking.Filter], cursor: bool) -> list[Callable[[], bytes]]:
    token = filled.tokens["cai"]
    paths = [asking.list_path(each) for each in chosen]
    if cursor:
        paths = [asking.after_first(filled.app, path, token) for path in paths]
    return [asked(filled.app, path, token) for path in paths]


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
