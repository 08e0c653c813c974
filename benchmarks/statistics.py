"""Numbers of all units of each level: thirty days of one category."""

from collections.abc import Callable
from statistics import median
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from werkzeug.datastructures import MultiDict

from app.areas.levels import LEVELS
from app.cases.queries.filters import read_filters
from app.cases.queries.statistics import by_unit
from app.core.db import db
from app.core.policy import EVERYTHING
from benchmarks import asking
from benchmarks.databases import EPOCH, Filled
from benchmarks.figures import Figure
from benchmarks.inside import asked, ratio, side_by_side
from benchmarks.plan import Served, Thoroughness

GROUP = "statistics: 30 days and a category, by unit"
COLUMNS = (
    "count(*), coalesce(sum(case when ended_at is null then 1 else 0 end), 0), "
    "coalesce(sum(case when ended_at is null and due_at < {0} then 1 else 0 end), 0), "
    "coalesce(sum(case when escalations > 0 then 1 else 0 end), 0), "
    "coalesce(sum(case when status = 'closed' then 1 else 0 end), 0), "
    "coalesce(sum(case when on_time then 1 else 0 end), 0)"
)
PLURAL = {
    "city": "the city",
    "district": "all districts",
    "town": "all towns",
    "community": "all communities",
    "grid": "all grids",
}
MEDIAN = {
    "PostGIS": "percentile_cont(0.5) within group (order by took_s)",
    "SpatiaLite": "group_concat(took_s)",
}


def statistics(served: list[Served], how: Thoroughness) -> list[Figure]:
    filled = served[-1].filled
    return [figure for level in LEVELS for figure in _level(filled, level, how)]


def _level(filled: Filled, level: str, how: Thoroughness) -> list[Figure]:
    """Bare SQL by the driver, the product's statement with its rows, and the whole answer."""
    with filled.inside():
        path = asking.statistics_paths(level)[0]
        args = dict(parse_qsl(urlsplit(path).query))
        args.pop("level")
        filters = read_filters(MultiDict(args))
        bare = _bare(filled, level, filters)

        def statement() -> Any:
            return by_unit(level, filters, within=EVERYTHING, now=EPOCH)

        whole = asked(filled.app, path, filled.tokens["cai"])
        rounds = max(15, how.calls // 4)
        base, mine = side_by_side((bare, statement), rounds)
        db.session.remove()
        theirs, answer = side_by_side((bare, whole), rounds)
    most = 1.5 * median(theirs) * 1000 + 2
    ours = median(answer) * 1000
    name, units = filled.engine.name, PLURAL[level]
    return [
        Figure(GROUP, name, f"{units}: statement / bare SQL", ratio(mine, base), 1.3, size=filled.size,
               detail=f"{median(mine) * 1000:.2f} ms, bare {median(base) * 1000:.2f} ms"),
        Figure(GROUP, name, f"{units}: whole answer", ours, round(most, 2), unit="ms", size=filled.size,
               detail="1.5 × bare + 2 ms"),
    ]  # fmt: skip


def _bare(filled: Filled, level: str, filters: Any) -> Callable[[], Any]:
    """The same columns by the driver alone."""
    mark = "?" if filled.engine.server is None else "%s"
    code = next(iter(filters.categories))
    values: list[Any] = [EPOCH, code, filters.start, filters.end]
    if filled.engine.server is None:
        values = [v if isinstance(v, str) else f"{v:%Y-%m-%d %H:%M:%S.%f}" for v in values]
    statement = (
        f"select {level}_id, {COLUMNS.format(mark)}, {MEDIAN[filled.engine.name]} from case_record "
        f"where category = {mark} and filed_at >= {mark} and filed_at < {mark} group by {level}_id"
    )
    connection = filled.driver_connection()
    return lambda: connection.execute(statement, values).fetchall()
