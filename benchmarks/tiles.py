"""Vector tiles of the grids at zoom 12 over Chancheng."""

from itertools import repeat
from statistics import median
from typing import Any

from app.areas.index import areas
from app.areas.tiles import Drawing
from app.spatial.mvt import BUFFER, EXTENT, lonlat_bounds
from benchmarks import asking
from benchmarks.client import get
from benchmarks.databases import Filled
from benchmarks.figures import Figure
from benchmarks.inside import ratio, side_by_side
from benchmarks.plan import Served, Thoroughness
from benchmarks.rounds import Shape, measure

GROUP = "area tile: grids at zoom 12"
BARE = """
select ST_AsMVT(t, 'areas', %s, 'geom') from (
  select a.code, a.name, a.name_en, s.approximate,
    ST_AsMVTGeom(ST_Transform(s.geom, 3857), ST_TileEnvelope(%s, %s, %s), %s, %s, true) as geom
  from area a join area_shape s on s.area_id = a.id
  where s.generation_id = %s and s.level = 'grid' and s.geom && ST_MakeEnvelope(%s, %s, %s, %s, 4326)
  order by a.code) t where t.geom is not null
"""


def tiles(served: list[Served], how: Thoroughness) -> list[Figure]:
    filled, server = served[-1]
    request, hello = asking.tile(filled), get("/bench/hello")
    shapes = [
        Shape("hello", server, lambda: repeat(hello)),
        Shape("tile", server, lambda: repeat(request)),
    ]
    seen = measure(shapes, rounds=how.rounds, seconds=how.seconds)
    mine, base = seen["tile"], seen["hello"]
    detail = f"{mine.told}; hello {base.rate:.0f}/s"
    name = filled.engine.name
    kept = Figure(GROUP, name, "a repeated tile / hello", mine.over(base), 0.2, True, detail=detail)
    return [kept, *_made(filled)]


def _made(filled: Filled) -> list[Figure]:
    """Our encoder, which serves both engines, against PostGIS's own."""
    with filled.inside():
        index = areas()
        drawing = Drawing(index, "grid")
        if filled.engine.server is None:
            return []
        connection, values = filled.driver_connection(), _values(index.generation_id)

        def bare() -> Any:
            return connection.execute(BARE, values).fetchone()

        base, mine = side_by_side((bare, lambda: drawing.encode(*asking.TILE)), 31)
    detail = f"{median(mine) * 1000:.2f} ms, bare {median(base) * 1000:.2f} ms"
    return [Figure(GROUP, "PostGIS", "made anew / bare ST_AsMVT", ratio(mine, base), 1.1, detail=detail)]


def _values(generation_id: int | None) -> list[Any]:
    return [EXTENT, *asking.TILE, EXTENT, BUFFER, generation_id, *lonlat_bounds(*asking.TILE)]
