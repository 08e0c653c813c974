"""Filing over HTTP against one bare INSERT and commit on the same server."""

import random
from itertools import repeat

from benchmarks import asking
from benchmarks.bulk import SEED
from benchmarks.client import put
from benchmarks.figures import Figure
from benchmarks.plan import Served, Thoroughness
from benchmarks.rounds import Shape, measure

GROUP = "filing: 8 clients, gunicorn 2×4, durable"
TARGETS = {"PostGIS": 0.40, "SpatiaLite": 0.35}


def filing(served: list[Served], how: Thoroughness) -> list[Figure]:
    """Token, schema, place, case, task, event and chain in one commit; each UUID is new."""
    shapes = [shape for each in served for shape in _shapes(each)]
    seen = measure(shapes, rounds=how.rounds, seconds=how.seconds)
    figures = []
    for filled, _ in served:
        mine, engine, driver = (seen[f"{name} {filled.size}"] for name in ("filing", "engine", "driver"))
        detail = f"{mine.told}; bare {engine.rate:.0f}/s, by driver {driver.rate:.0f}/s"
        base = (GROUP, filled.engine.name)
        figures += [
            Figure(*base, "filing / bare INSERT through SQLAlchemy", mine.over(engine),
                   TARGETS[filled.engine.name], True, size=filled.size, detail=detail),
            Figure(*base, "filing / bare INSERT by the driver", mine.over(driver), size=filled.size),
        ]  # fmt: skip
    return figures


def _shapes(each: Served) -> list[Shape]:
    filled, server = each
    rng = random.Random(f"{SEED}{random.SystemRandom().random()}")
    bare = {way: put(f"/bench/{way}", "none", b"{}") for way in ("engine", "driver")}
    with filled.inside():
        spots = asking.spots()
    return [
        Shape(f"filing {filled.size}", server, lambda: asking.filings(filled, spots, rng), 201),
        Shape(f"engine {filled.size}", server, lambda: repeat(bare["engine"]), 201),
        Shape(f"driver {filled.size}", server, lambda: repeat(bare["driver"]), 201),
    ]
