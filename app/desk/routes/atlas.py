"""The district map: one level of units coloured by a number, and the table that says the same."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import request, url_for
from werkzeug.datastructures import MultiDict

from app.areas.index import AreaEntry, areas
from app.cases.queries import listing, statistics
from app.cases.queries.filters import Filters, read_filters
from app.core.access import SIGNED_IN, allow, current_actor
from app.core.clock import local_day, now, rfc3339
from app.core.language import day, name_of, ngettext, number
from app.core.language import gettext as _
from app.core.pages import render
from app.core.policy import Actor
from app.core.problems import Invalid, NotFound
from app.core.words import word
from app.desk import atlas, choices
from app.desk.queries import extent_of
from app.desk.routes import bp
from app.desk.rows import SOON
from app.maps.layers import LAYERS, Layer
from app.people.queries import departments
from app.workflow.levels import LEVELS

PERIODS = {"7": 7, "30": 30, "90": 90, "365": 365}
MOST_UNITS = 1000
KEPT = ("period", "from", "to", "category", "status", "reached", "overdue", "show")
AREAS = {"tiles": "/tiles/areas/{z}/{x}/{y}.mvt?level={level}", "sourceLayer": "areas"}


@dataclass(frozen=True)
class View:
    """What the page is asked to show; everything of it stands in the address."""

    area: AreaEntry
    level: str
    filters: Filters
    measure: atlas.Measure
    sort: str
    at: datetime

    def link(self, unit: AreaEntry | None = None, **adds: Any) -> str:
        """The list of exactly the cases counted here, as of this instant."""
        asked = {name: request.args.get(name) or None for name in ("category", "status", "overdue")}
        asked |= {"level": request.args.get("reached") or None, "within": (unit or self.area).code}
        asked |= {"from": rfc3339(self.filters.start), "to": rfc3339(self.filters.end)}
        if adds.get("status") == "open" and self.filters.statuses:
            adds["status"] = ",".join(sorted(self.filters.statuses & atlas.ALL_OPEN))
        return url_for("desk.cases", **(asked | adds | {"as_of": rfc3339(self.filters.as_of or self.at)}))


@bp.get("/map")
@allow(SIGNED_IN)
def map() -> Any:
    actor, at, problem = current_actor(), now(), None
    area = _area(actor)
    try:
        filters = _filters(area, at)
    except Invalid as invalid:
        filters, problem = Filters(within=area), invalid
    show = atlas.BY_CODE.get(request.args.get("show", ""), atlas.BY_CODE["open"])
    view = View(area, _level(area), filters, show, _sort(show), at)
    return _page(view, actor, problem), 422 if problem else 200


def _area(actor: Actor) -> AreaEntry:
    """The unit asked for, else the reader's own."""
    index = areas()
    asked = request.args.get("area")
    if asked:
        found = index.by_code.get(asked)
        if found is None:
            raise NotFound(_("There is no area %(code)s.", code=asked[:40]))
        return found
    own = home_areas(actor)
    return own[0] if own else index.city


def home_areas(actor: Actor) -> list[AreaEntry]:
    """The units of the reader's postings, highest first; a department counts by the unit it belongs to."""
    index = areas()
    ids = [p.area_id or _area_of_department(p.department_id) for p in actor.postings]
    found = [index.by_id[area_id] for area_id in ids if area_id in index.by_id]
    return sorted(found, key=lambda unit: LEVELS.index(unit.level))


def _area_of_department(department_id: int | None) -> int | None:
    found = departments().get(department_id) if department_id is not None else None
    return found.area_id if found else None


def _level(area: AreaEntry) -> str:
    """The level asked for if the area has it, else the next one below it that has units."""
    offered = _levels_below(area)
    asked = request.args.get("level", "")
    return asked if asked in offered else (offered[0] if offered else area.level)


def _levels_below(area: AreaEntry) -> list[str]:
    """Levels under the area, as far as a table of them can be read."""
    counts: dict[str, int] = {}
    for unit in areas().entries:
        if unit.lies_in(area) and unit.id != area.id:
            counts[unit.level] = counts.get(unit.level, 0) + 1
    return [level for level in LEVELS if 0 < counts.get(level, 0) <= MOST_UNITS]


def _filters(area: AreaEntry, at: datetime) -> Filters:
    """The page's filters as the lists read them; `level` means units here and the case's level there."""
    args = MultiDict({name: v for name, v in request.args.items() if name not in ("level", "area", "sort")})
    days = PERIODS.get(request.args.get("period", ""))
    if days:
        args["from"] = (local_day(at) - timedelta(days=days)).isoformat()
        args.pop("to", None)
    args["within"] = area.code
    return read_filters(args)


def _sort(show: atlas.Measure) -> str:
    asked = request.args.get("sort", "")
    known = {"name", *(column.code for column in atlas.COLUMNS)}
    return asked if asked.lstrip("-") in known else f"-{show.code}"


def _page(view: View, actor: Actor, problem: Invalid | None) -> str:
    scope = listing.scope_for(actor, view.filters)
    numbers = statistics.by_unit(view.level, view.filters, within=scope, now=view.at)
    entries = [e for e in areas().entries if e.level == view.level and e.lies_in(view.area)]
    units = atlas.units_of(entries, numbers)
    classes = atlas.classes_of(units, view.measure)
    whole = extent_of([view.area])
    return render(
        "desk/map.html",
        at=view.filters.as_of or view.at,
        place_name=name_of(view.area),
        problem=" ".join(text for texts in problem.errors.values() for text in texts) if problem else "",
        errors=problem.errors if problem else {},
        crumbs=_crumbs(view.area),
        window=_window(view.filters),
        bounds=whole.box,
        figures=_figures(view, actor),
        measure=view.measure,
        legend=atlas.legend(units, view.measure, classes),
        method=_method(view, units, classes),
        approximate=any(entry.approximate for entry in entries),
        atlas=_for_the_map(view, units, classes),
        empty_why=_empty_why(actor),
        overlays=_overlays(),
        **_table(view, units),
        **_options(view),
    )


def _for_the_map(view: View, units: list[atlas.Unit], classes: list[Any]) -> dict[str, Any]:
    points = extent_of([unit.entry for unit in units if unit.entry]).points
    up = areas().by_id.get(view.area.parent_id or 0)
    return {
        "level": view.level,
        "layer": AREAS,
        "units": atlas.for_the_map(units, view.measure, classes, points, lambda unit: _down(view, unit)),
        "shape_url": f"/api/v1/areas/{view.area.code}/geometry" if view.area.has_geometry else None,
        "approximate": view.area.approximate,
        "up_url": _here(up) if up else None,
        "overlays": [layer.as_json() for layer in _overlays()],
        "query": view.link().partition("?")[2],
        "case_url": url_for("desk.cases") + "/",
    }


def _overlays() -> list[Layer]:
    """The registered layers that may lie over the coloured units."""
    return [layer for layer in LAYERS.values() if layer.draw == "case"]


def _here(area: AreaEntry, **changes: Any) -> str:
    """This page for another unit, with the same filters."""
    kept = {name: request.args.get(name) for name in KEPT if request.args.get(name)}
    return url_for("desk.map", area=area.code, **(kept | changes))


def _down(view: View, unit: AreaEntry) -> str:
    """Where a click on a unit goes: its own map, or at the lowest level its cases."""
    return _here(unit) if areas().children.get(unit.id) else view.link(unit)


def _crumbs(area: AreaEntry) -> list[dict[str, str | None]]:
    path = [unit for _level, unit in areas().ancestors(area) if unit is not None]
    return [{"name": name_of(unit), "url": None if unit is area else _here(unit)} for unit in path]


def _window(filters: Filters) -> str:
    if filters.start is None and filters.end is None:
        return _("all cases ever filed")
    if filters.end is None:
        return _("filed since %(day)s", day=day(filters.start))
    if filters.start is None:
        return _("filed before %(day)s", day=day(filters.end))
    return _("filed from %(start)s until before %(end)s", start=day(filters.start), end=day(filters.end))


def _figures(view: View, actor: Actor) -> list[dict[str, Any]]:
    """Four numbers of the whole area, each with its list."""
    soon = view.at + SOON
    asked: tuple[tuple[str, str, str, dict[str, Any], dict[str, Any]], ...] = (
        ("", "", _("open"), {}, {"status": "open"}),
        (
            "near",
            "clock",
            _("due within 24 h"),
            {"due_before": soon, "overdue": False},
            {"status": "open", "due_before": rfc3339(soon), "overdue": "false"},
        ),
        ("late", "alarm", _("overdue"), {"overdue": True}, {"status": "open", "overdue": "true"}),
        (
            "",
            "up",
            _("raised to the %(level)s", level=word(view.area.level, "level").lower()),
            {"raised": True, "holder_id": view.area.id},
            {"status": "open", "raised": "true", "holder": view.area.code},
        ),
    )
    return [
        {
            "meaning": meaning,
            "sign": sign,
            "label": label,
            "url": view.link(**adds),
            "value": _count(view, actor, more),
        }
        for meaning, sign, label, more, adds in asked
    ]


def _count(view: View, actor: Actor, more: dict[str, Any]) -> int:
    """Open cases among those of the page; none if its filters contradict the figure."""
    statuses = (view.filters.statuses or atlas.ALL_OPEN) & atlas.ALL_OPEN
    contrary = (
        view.filters.overdue is not None and more.get("overdue", view.filters.overdue) != view.filters.overdue
    )
    if not statuses or contrary:
        return 0
    asked = view.filters.but(statuses=statuses, **more)
    return listing.total(asked, within=listing.scope_for(actor, asked), now=view.at)


def _table(view: View, units: list[atlas.Unit]) -> dict[str, Any]:
    lines = []
    for unit in atlas.ordered(units, view.sort):
        entry = unit.entry
        name = name_of(entry) if entry else _("in no %(level)s", level=word(view.level, "level").lower())
        more = {} if entry else {"no_unit_at": view.level}
        link = lambda entry=entry, more=more, **adds: view.link(entry, **more, **adds)  # noqa: E731
        cells = atlas.cells(unit.numbers, link)
        lines.append(
            {"code": unit.code, "name": name, "url": _down(view, entry) if entry else None, "cells": cells}
        )
    column = view.sort.lstrip("-")
    return {
        "rows": lines,
        "totals": atlas.cells(atlas.together([unit.numbers for unit in units]), view.link),
        "columns": atlas.COLUMNS,
        "unit_word": word(view.level, "level"),
        "sort": {"column": column, "direction": "descending" if view.sort.startswith("-") else "ascending"},
        "sort_urls": {code: _sorted_by(view, code) for code in ("name", *(c.code for c in atlas.COLUMNS))},
    }


def _sorted_by(view: View, column: str) -> str:
    """A second click on a column turns the order round; numbers begin with the highest."""
    turned = {f"-{column}": column, column: f"-{column}"}
    return _here(
        view.area, level=view.level, sort=turned.get(view.sort, column if column == "name" else f"-{column}")
    )


def _method(view: View, units: list[atlas.Unit], classes: list[Any]) -> str:
    """How the classes were cut, over how many units and cases, in which window."""
    shown = [unit for unit in units if unit.entry]
    filed = sum(unit.numbers.filed for unit in units)
    how = _("%(k)s classes with about as many units each (quantiles of the values above 0)", k=len(classes))
    many = ngettext("%(count)s unit", "%(count)s units", len(shown), count=number(len(shown)))
    cases = ngettext("%(count)s case", "%(count)s cases", filed, count=number(filed))
    return " · ".join((how, many, cases, _window(view.filters)))


def _empty_why(actor: Actor) -> str:
    if not actor.postings:
        return _("You have no posting today, so there is nothing you may see. Ask your administrator.")
    return _("This unit has no units below it.")


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
        "unit_options": [(level, word(level, "levels")) for level in _levels_below(view.area)],
        "measure_options": [(measure.code, measure.label) for measure in atlas.MEASURES],
    }


def _period() -> str:
    if request.args.get("period") in PERIODS:
        return request.args["period"]
    return "own" if request.args.get("period") == "own" or request.args.get("from") else ""
