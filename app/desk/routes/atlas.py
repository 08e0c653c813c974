"""The district map: one level of units coloured by a number, and the table that says the same."""

from typing import Any

from flask import request, url_for

from app.areas.index import AreaEntry, areas
from app.cases.queries import listing, statistics
from app.cases.queries.filters import Filters
from app.core.access import SIGNED_IN, allow, current_actor
from app.core.clock import now
from app.core.language import day, name_of, ngettext, number
from app.core.language import gettext as _
from app.core.pages import render
from app.core.policy import Actor
from app.core.problems import Invalid
from app.core.words import word
from app.desk import atlas, choices
from app.desk.classes import ZERO
from app.desk.figures import figures
from app.desk.mapview import (
    PERIODS,
    TABLE_PAGE,
    View,
    asked_area,
    asked_filters,
    asked_page,
    asked_sort,
    here,
    levels_below,
)
from app.desk.queries import extents
from app.desk.routes import bp
from app.maps.layers import LAYERS, Layer


@bp.get("/map")
@allow(SIGNED_IN)
def map() -> Any:
    actor, at, problem = current_actor(), now(), None
    area = asked_area(actor)
    try:
        filters = asked_filters(area, at)
    except Invalid as invalid:
        filters, problem = Filters(within=area), invalid
    show = atlas.BY_CODE.get(request.args.get("show", ""), atlas.BY_CODE["open"])
    view = View(area, levels_below(area), filters, show, asked_sort(show), at)
    return _page(view, actor, problem), 422 if problem else 200


def _page(view: View, actor: Actor, problem: Invalid | None) -> str:
    scope = listing.scope_for(actor, view.filters)
    numbers = statistics.by_unit(view.level, view.filters, within=scope, now=view.at)
    units = atlas.units_of(view.units, numbers)
    classes = atlas.classes_of(units, view.measure)
    return render(
        "desk/map.html",
        at=view.seen,
        place_name=name_of(view.area),
        problem=" ".join(text for texts in problem.errors.values() for text in texts) if problem else "",
        errors=problem.errors if problem else {},
        crumbs=_crumbs(view.area),
        window=_window(view.filters),
        bounds=extents().box(view.area),
        figures=figures(view, actor),
        measure=view.measure,
        legend=atlas.legend(units, view.measure, classes),
        method=_method(view, units, classes),
        approximate=any(entry.approximate for entry in view.units),
        atlas=_for_the_map(view, units, classes),
        empty_why=_empty_why(actor),
        narrowed=not _covered(view.area, actor),
        overlays=_overlays(),
        **_table(view, units),
        **_options(view),
    )


def _for_the_map(view: View, units: list[atlas.Unit], classes: list[Any]) -> dict[str, Any]:
    points = extents().points(view.level)
    up = areas().by_id.get(view.area.parent_id or 0)
    return {
        "level": view.level,
        "layer": LAYERS["areas"].as_json(),
        "units": atlas.for_the_map(units, view.measure, classes, points, _is_lowest),
        "colours": [each.colour for each in classes],
        "blank": ZERO,
        "label": str(view.measure.label),
        "down_url": here(view.area),
        "list_url": view.link(),
        "shape_url": f"/api/v1/areas/{view.area.code}/geometry" if view.area.has_geometry else None,
        "approximate": view.area.approximate,
        "up_url": here(up) if up else None,
        "overlays": [layer.as_json() for layer in _overlays()],
        "query": view.link(**(view.measure.adds or {})).partition("?")[2],
        "case_url": url_for("desk.cases") + "/",
    }


def _overlays() -> list[Layer]:
    """The registered layers that may lie over the coloured units."""
    return [layer for layer in LAYERS.values() if layer.draw == "case"]


def _down(view: View, unit: AreaEntry) -> str:
    """Where a click on a unit goes: its own map, or at the lowest level its cases."""
    return view.link(unit) if _is_lowest(unit) else here(unit)


def _is_lowest(unit: AreaEntry) -> bool:
    return not areas().children.get(unit.id)


def _crumbs(area: AreaEntry) -> list[dict[str, str | None]]:
    path = [unit for _level, unit in areas().ancestors(area) if unit is not None]
    return [{"name": name_of(unit), "url": None if unit is area else here(unit)} for unit in path]


def _window(filters: Filters) -> str:
    if filters.start is None and filters.end is None:
        return _("all cases ever filed")
    if filters.end is None:
        return _("filed since %(day)s", day=day(filters.start))
    if filters.start is None:
        return _("filed before %(day)s", day=day(filters.end))
    return _("filed from %(start)s until before %(end)s", start=day(filters.start), end=day(filters.end))


def _table(view: View, units: list[atlas.Unit]) -> dict[str, Any]:
    """One page of the units in their order; heads and totals are of all."""
    column, page = view.sort.lstrip("-"), asked_page(len(units))
    end = min(page * TABLE_PAGE, len(units))
    begin = (page - 1) * TABLE_PAGE
    first, last, total = number(begin + 1), number(end), number(len(units))
    return {
        "rows": _lines(view, atlas.ordered(units, view.sort)[begin:end]),
        "shown": _("%(first)s–%(last)s of %(total)s", first=first, last=last, total=total),
        "first_url": view.turned(view.sort) if begin else None,
        "next_url": view.turned(view.sort, page + 1) if end < len(units) else None,
        "totals": atlas.cells(atlas.together([unit.numbers for unit in units]), view.link),
        "columns": atlas.COLUMNS,
        "unit_word": word(view.level, "level"),
        "sort": {"column": column, "direction": "descending" if view.sort.startswith("-") else "ascending"},
        "sort_urls": {code: _sorted_by(view, code) for code in ("name", *(c.code for c in atlas.COLUMNS))},
    }


def _lines(view: View, units: list[atlas.Unit]) -> list[dict[str, Any]]:
    lines = []
    for unit in units:
        entry = unit.entry
        name = name_of(entry) if entry else _("in no %(level)s", level=word(view.level, "level").lower())
        more = {} if entry else {"no_unit_at": view.level}
        link = lambda entry=entry, more=more, **adds: view.link(entry, **more, **adds)  # noqa: E731
        cells = atlas.cells(unit.numbers, link)
        lines.append(
            {"code": unit.code, "name": name, "url": _down(view, entry) if entry else None, "cells": cells}
        )
    return lines


def _sorted_by(view: View, column: str) -> str:
    """A second click on a column turns the order round; numbers begin with the highest."""
    turned = {f"-{column}": column, column: f"-{column}"}
    return view.turned(turned.get(view.sort, column if column == "name" else f"-{column}"))


def _method(view: View, units: list[atlas.Unit], classes: list[Any]) -> str:
    """How the classes were cut, over how many units and cases, in which window."""
    shown = [unit for unit in units if unit.entry]
    filed = sum(unit.numbers.filed for unit in units)
    how = _("%(k)s classes with about as many units each (quantiles of the values above 0)", k=len(classes))
    if view.measure.percent:
        how = _("%(k)s classes with about as many units each (quantiles of the shares)", k=len(classes))
    if not classes:
        how = _("no unit closed enough") if view.measure.percent else _("no unit has a value above 0")
    many = ngettext("%(count)s unit", "%(count)s units", len(shown), count=number(len(shown)))
    cases = ngettext("%(count)s case", "%(count)s cases", filed, count=number(filed))
    return " · ".join((how, many, cases, _window(view.filters)))


def _empty_why(actor: Actor) -> str:
    if not actor.postings:
        return _("You have no posting today, so there is nothing you may see. Ask your administrator.")
    return _("This unit has no units below it.")


def _covered(area: AreaEntry, actor: Actor) -> bool:
    """Whether the reader may see every (unrestricted) case of the unit."""
    index = areas()
    own = [index.by_id[p.area_id] for p in actor.postings if p.area_id in index.by_id and not p.department_id]
    return any(area.lies_in(unit) for unit in own)


def _options(view: View) -> dict[str, Any]:
    own = {"area": view.area.code, "level": view.level, "show": view.measure.code}
    return {
        "filters": {**request.args, **own, "period": _period()},
        "period_options": [
            ("", _("all time")),
            *(
                (code, ngettext("last %(num)d day", "last %(num)d days", days))
                for code, days in PERIODS.items()
            ),
            ("own", _("own dates …")),
        ],
        "categories": choices.category_choices(),
        "status_options": choices.status_choices(),
        "level_options": choices.level_choices(),
        "unit_options": [(level, word(level, "levels")) for level in view.levels],
        "measure_options": [(measure.code, measure.label) for measure in atlas.MEASURES],
    }


def _period() -> str:
    if request.args.get("period") in PERIODS:
        return request.args["period"]
    return "own" if request.args.get("period") == "own" or request.args.get("from") else ""
