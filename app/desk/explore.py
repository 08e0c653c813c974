"""Asking about a piece of ground: what the address says, and the cross table of the cases that lie in it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import orjson
from flask import request, url_for
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from app.analysis import ground
from app.analysis.facilities import facilities_of
from app.analysis.pivot import AXES, MEASURES, TIMES, UNITS, Table, Value, filters_for
from app.areas.index import areas
from app.cases.queries.filters import Args, Filters, read_filters
from app.cases.zones import Zone, keep_zone
from app.catalogue.queries import categories
from app.core.clock import rfc3339
from app.core.language import gettext as _
from app.core.language import name_of
from app.core.policy import Actor
from app.core.problems import Invalid
from app.core.words import word
from app.workflow.statuses import OPEN

KEPT = ("within", "from", "to", "category", "status", "overdue", "level", "zone", "as_of")
AXIS_LABELS: dict[str, LazyString] = {
    "category": _l("Category"),
    "status": _l("Status"),
    "level": _l("Level reached"),
    "day": _l("Day"),
    "week": _l("Week"),
    "month": _l("Month"),
}
MEASURE_LABELS: dict[str, LazyString] = {
    "filed": _l("Filed"),
    "open": _l("Open"),
    "overdue": _l("Overdue"),
    "raised": _l("Raised"),
    "closed": _l("Closed"),
}
ALL_OPEN = frozenset(status.value for status in OPEN)


def axis_options() -> list[tuple[str, str]]:
    return [(axis, axis_label(axis)) for axis in AXES]


def axis_label(axis: str) -> str:
    if axis in UNITS:
        return word(axis.partition(":")[2], "level")
    return str(AXIS_LABELS[axis])


def measure_options() -> list[tuple[str, str]]:
    return [(measure, str(MEASURE_LABELS[measure])) for measure in MEASURES]


@dataclass(frozen=True)
class Asked:
    """What the address asks for; every number is of the instant `at`."""

    rows: str
    columns: str
    measure: str
    filters: Filters
    at: datetime


def asked_of(args: Args, at: datetime) -> Asked:
    """Raises Invalid naming the parameter."""
    filters = read_filters(args)
    return Asked(
        args.get("rows") or "category",
        args.get("columns") or "status",
        args.get("measure") or "filed",
        filters,
        filters.as_of or at,
    )


def list_query(asked: Asked, **adds: str) -> str:
    """The filters of the list that holds the counted cases, as a query string."""
    kept = {name: request.args.get(name) for name in KEPT}
    kept |= {"as_of": rfc3339(asked.at)} | _counted(asked) | adds
    return urlencode({name: value for name, value in kept.items() if value}, safe=":,")


def _counted(asked: Asked) -> dict[str, str]:
    """What the measure adds; open within a chosen status stays within it."""
    adds = dict(MEASURES[asked.measure][1])
    chosen = asked.filters.statuses
    if adds.get("status") == "open" and chosen:
        adds["status"] = ",".join(sorted(chosen & ALL_OPEN)) or "open"
    return adds


@dataclass(frozen=True)
class Cell:
    count: int
    url: str | None


@dataclass(frozen=True)
class Line:
    label: str
    cells: list[Cell]
    total: Cell


def lines_of(table: Table, asked: Asked) -> list[Line]:
    """The table's lines; every number opens the list of exactly that many cases."""
    return [_line(table, asked, row) for row in table.rows]


def _line(table: Table, asked: Asked, row: Value) -> Line:
    cells = [_cell(table, asked, table.counts.get((row, column), 0), row, column) for column in table.columns]
    total = table.row_total(row)
    return Line(
        label_of(asked.rows, row, table),
        cells,
        Cell(total, _url(asked, _adds(asked, asked.rows, row, table)) if total else None),
    )


def _cell(table: Table, asked: Asked, count: int, row: Value, column: Value) -> Cell:
    if not count:
        return Cell(0, None)
    adds = _adds(asked, asked.rows, row, table) | _adds(asked, asked.columns, column, table)
    return Cell(count, _url(asked, adds))


def totals_of(table: Table, asked: Asked) -> list[Cell]:
    """Of the columns, then of everything."""
    found = []
    for column in table.columns:
        count = table.column_total(column)
        found.append(Cell(count, _url(asked, _adds(asked, asked.columns, column, table)) if count else None))
    return [*found, Cell(table.total, _url(asked, {}) if table.total else None)]


def _adds(asked: Asked, axis: str, value: Value, table: Table) -> dict[str, str]:
    """A unit above the one asked for adds nothing: it would widen the list."""
    if axis in TIMES:
        start, end = table.spans[int(value or 0)].instants
        begins, ends = max(start, asked.filters.start or start), min(end, asked.filters.end or end)
        return {"from": rfc3339(begins) or "", "to": rfc3339(ends) or ""}
    adds = filters_for(axis, value)
    return adds if "within" not in adds or _lies_within(adds["within"], asked) else {}


def _lies_within(code: str, asked: Asked) -> bool:
    chosen = asked.filters.within
    return chosen is None or areas().by_code[code].lies_in(chosen)


def _url(asked: Asked, adds: dict[str, str]) -> str:
    return f"{url_for('desk.cases')}?{list_query(asked, **adds)}"


def label_of(axis: str, value: Value, table: Table) -> str:
    if axis in TIMES:
        return _span_label(axis, table, int(value or 0))
    if value is None:
        return _("in no unit of this level") if axis in UNITS else "–"
    if axis in UNITS:
        return name_of(areas().by_id[int(value)])
    if axis == "category":
        found = categories().get(str(value))
        return name_of(found) if found else str(value)
    return word(str(value), axis)


def _span_label(axis: str, table: Table, number: int) -> str:
    first = table.spans[number].first
    if axis == "month":
        return f"{first:%Y-%m}"
    if axis == "week":
        year, week, _day = first.isocalendar()
        return f"{year}-W{week:02}"
    return f"{first:%m-%d}"


def zone_from(form: Args, *, actor: Actor, now: datetime) -> Zone:
    """The zone that a form describes, kept; raises Invalid naming the field."""
    how = form.get("how", "")
    if how == "polygon":
        return keep_zone(ground.drawn(form.get("ground", "")), how, "{}", actor=actor, now=now)
    if how == "circle":
        lon, lat, metres = (_number(form, name) for name in ("lon", "lat", "metres"))
        said: dict[str, Any] = {"lon": lon, "lat": lat, "metres": metres}
        return keep_zone(ground.circle(lon, lat, metres), how, _json(said), actor=actor, now=now)
    if how == "facilities":
        kind, metres = form.get("kind", ""), _number(form, "near_metres")
        found = facilities_of(kind)
        if not found:
            raise Invalid({"kind": [_("No facilities of this kind are loaded.")]})
        near = ground.around([(each.lon, each.lat) for each in found], metres)
        said = {"kind": kind, "metres": metres, "count": len(found)}
        return keep_zone(near, how, _json(said), actor=actor, now=now)
    raise Invalid({"how": [_("polygon, circle or facilities.")]})


def _number(form: Args, name: str) -> float:
    try:
        return float(form.get(name, ""))
    except ValueError:
        raise Invalid({name: [_("A number is expected.")]}) from None


def _json(said: dict[str, Any]) -> str:
    return orjson.dumps(said, option=orjson.OPT_SORT_KEYS).decode()


def in_words(zone: Zone) -> str:
    """What the zone is, with its size."""
    said = orjson.loads(zone.words)
    size = _("%(size)s km²", size=f"{ground.square_kilometres(zone.geometry):,.2f}")
    if zone.kind == "circle":
        what = _("within %(metres)s m of a point", metres=f"{said['metres']:g}")
    elif zone.kind == "facilities":
        what = _(
            "within %(metres)s m of %(count)s facilities of kind “%(kind)s”",
            metres=f"{said['metres']:g}",
            count=said["count"],
            kind=said["kind"],
        )
    else:
        what = _("the drawn polygon")
    return f"{what} · {size}"
