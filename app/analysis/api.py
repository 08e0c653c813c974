"""`/api/v1/stats/areas`: numbers per unit."""

from typing import Any

from flask import Response, request
from flask_babel import gettext as _
from flask_smorest import Blueprint

from app.analysis.schemas import StatsOut
from app.areas.index import areas
from app.cases.freshness import fresh
from app.cases.parameters import FILTERS, REACHED, UNITS_AT
from app.cases.queries.filters import Filters, read_filters
from app.cases.queries.listing import scope_for
from app.cases.queries.statistics import UnitNumbers, by_unit
from app.core.access import SIGNED_IN, allow, current_actor
from app.core.api import json_response
from app.core.clock import now, rfc3339
from app.core.policy import LEVEL_FIELDS
from app.core.problems import Invalid

bp = Blueprint("stats_api", __name__, description="Numbers per unit")


@bp.route("/api/v1/stats/areas")
@allow(SIGNED_IN)
@bp.doc(parameters=[UNITS_AT, *FILTERS, REACHED])
@bp.alt_response(200, schema=StatsOut)
def stats_areas() -> Response:
    """Counts and median hours per unit at `level`, in or equal to `within`; the same scope as the lists."""
    level, filters = _level_and_filters()
    actor, at = current_actor(), filters.as_of or now()

    def make() -> Response:
        rows = by_unit(level, filters, within=scope_for(actor, filters), now=at)
        items = stats_items(level, filters, rows)
        return json_response({"items": items, "as_of": rfc3339(at), "level": level})

    return fresh(actor, at, make)


def _level_and_filters() -> tuple[str, Filters]:
    """`level` here is the level of the units; the level a case has reached is asked for as `reached`."""
    level = request.args.get("level", "")
    if level not in LEVEL_FIELDS:
        raise Invalid({"level": [_("city, district, town, community or grid.")]})
    args = request.args.copy()
    args.poplist("level")
    return level, read_filters(args)


def stats_items(level: str, filters: Filters, rows: list[UnitNumbers]) -> list[dict[str, Any]]:
    """One item for every unit at the level in the area, also without cases, then those with no unit."""
    index, found = areas(), {row.area_id: row for row in rows}
    units = index.by_level[level]
    if filters.within is not None and filters.within.parent_id is not None:
        units = [unit for unit in units if unit.lies_in(filters.within)]
    items = [_item(unit.code, unit.name, found.pop(unit.id, _NOTHING)) for unit in units]
    return items + [_item(*_elsewhere(area_id), row) for area_id, row in found.items()]


def _elsewhere(area_id: int | None) -> tuple[str | None, str | None]:
    if area_id is None:
        return None, None
    unit = areas().by_id[area_id]
    return unit.code, unit.name


_NOTHING = UnitNumbers(None, 0, 0, 0, 0, 0, 0, None)


def _item(code: str | None, name: str | None, row: UnitNumbers = _NOTHING) -> dict[str, Any]:
    _, filed, still_open, overdue, escalated, closed, on_time, median_hours = row
    return {
        "code": code,
        "name": name,
        "filed": filed,
        "open": still_open,
        "overdue": overdue,
        "escalated": escalated,
        "closed": closed,
        "on_time": on_time,
        "median_hours": median_hours,
    }
