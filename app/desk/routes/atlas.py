"""The escalation map: units coloured by a number, the table that says the same, and what moves."""

from typing import Any

from flask import request, url_for

from app.areas.index import AreaEntry, areas
from app.cases.queries import listing
from app.cases.queries.filters import Filters
from app.core.access import SIGNED_IN, allow, current_actor
from app.core.clock import now
from app.core.language import day, instant, name_of, ngettext
from app.core.language import gettext as _
from app.core.pages import render
from app.core.policy import Actor, Predicate
from app.core.problems import Invalid
from app.core.words import word
from app.desk import atlas, choices, compare, movement
from app.desk.atlas_sides import (
    Side,
    classes_of_today,
    common_classes,
    drawn,
    method_words,
    palette,
    side_of,
)
from app.desk.atlas_table import table
from app.desk.classes import METHODS
from app.desk.figures import figures
from app.desk.mapview import (
    PERIODS,
    View,
    asked_area,
    asked_filters,
    asked_sort,
    here,
    levels_below,
    steps,
    window_words,
)
from app.desk.routes import bp
from app.maps.layers import LAYERS, Layer
from app.workflow.levels import LEVELS

AT_RISK_SHOWN, CLIMBS_SHOWN = 8, 8
MOST_PLACES = 60


@bp.get("/map")
@allow(SIGNED_IN)
def map() -> Any:
    actor, at, problem = current_actor(), now(), None
    area = asked_area(actor)
    try:
        filters = asked_filters(area, at)
    except Invalid as invalid:
        filters, problem = Filters(within=area), invalid
    show = {measure.code: measure for measure in atlas.measures_here()}
    measure = show.get(request.args.get("show", ""), show["open"])
    view = View(area, levels_below(area), filters, measure, asked_sort(measure), at)
    return _page(view, actor, problem), 422 if problem else 200


def _page(view: View, actor: Actor, problem: Invalid | None) -> str:
    side = side_of(view, actor)
    other = compare.other_view(view)
    sides = [side, *([side_of(other, actor)] if other else [])]
    classes = common_classes(sides) if other else classes_of_today(side, actor)
    return render(
        "desk/map.html",
        at=view.seen,
        place_name=name_of(view.area),
        problem=" ".join(text for texts in problem.errors.values() for text in texts) if problem else "",
        errors=problem.errors if problem else {},
        crumbs=crumbs(view.area),
        window=window_words(view.filters),
        figures=figures(view, actor),
        measure=view.measure,
        legend=atlas.legend([unit for each in sides for unit in each.units], view.measure, classes),
        method=method_words(sides, classes),
        approximate=any(entry.approximate for each in sides for entry in each.view.units),
        atlas=_for_the_map(sides, classes),
        maps=_titles(sides),
        empty_why=_empty_why(actor),
        narrowed=not covered(view.area, actor),
        overlays=_overlays(),
        step=_step(view),
        **(_comparison(sides) if other else {"comparison": None, **table(side)}),
        **_movement(view, actor),
        **_options(view),
    )


def _for_the_map(sides: list[Side], classes: list[Any]) -> dict[str, Any]:
    view = sides[0].view
    up = areas().by_id.get(view.area.parent_id or 0)
    return {
        **palette(view, classes),
        "sides": [drawn(side, classes, f"atlas-map{n or ''}") for n, side in enumerate(sides)],
        "together": len(sides) > 1 and sides[0].view.area is sides[1].view.area,
        "up_url": here(up) if up else None,
        "overlays": [layer.as_json() for layer in _overlays()],
        "query": view.link(**(view.measure.adds or {})).partition("?")[2],
        "case_url": url_for("desk.cases") + "/",
        "levels": [] if request.args.get("pin") else view.levels,
        "steps": [[each.at, _stop_words(each.at, each.day)] for each in steps(view)],
    }


def _stop_words(at: str, moment: Any) -> str:
    return _("as of %(time)s", time=day(moment) if at else instant(moment))


def _step(view: View) -> dict[str, Any]:
    """Where the slider stands, and the stops before and after it."""
    found = steps(view)
    place = next(n for n, each in enumerate(found) if each.here)
    before, after = found[max(place - 1, 0)], found[min(place + 1, len(found) - 1)]
    return {
        "place": place,
        "last": len(found) - 1,
        "text": _stop_words(found[place].at, found[place].day),
        "before_url": view.again(at=before.at, sort=view.sort) if place else None,
        "after_url": view.again(at=after.at, sort=view.sort) if place < len(found) - 1 else None,
        "now_url": view.again(at=None, sort=view.sort),
    }


def _titles(sides: list[Side]) -> list[dict[str, str]]:
    """Of each map, when there are two: which place, and as of when."""
    return [
        {
            "id": f"atlas-map{n or ''}",
            "place": name_of(side.view.area),
            "window": window_words(side.view.filters),
            "seen": _("as of %(time)s", time=instant(side.view.seen)),
        }
        for n, side in enumerate(sides)
    ]


def _comparison(sides: list[Side]) -> dict[str, Any]:
    """Units in two periods, or two places number by number; both with the sum of all."""
    (shown, other), view = sides, sides[0].view
    sums = [atlas.together([unit.numbers for unit in side.units]) for side in sides]
    same = shown.view.area is other.view.area
    if same:
        lines = compare.by_unit(shown.units, other.units, view, other.view)
        whole = compare.line(_("All"), view.measure, (sums[0], sums[1]), (view.link, other.view.link))
        return {"comparison": lines, "compared_total": whole, "compared": word(view.level, "level")}
    lines = compare.by_measure(sums[0], sums[1], view, other.view)
    return {"comparison": lines, "compared_total": None, "compared": _("Number")}


def _movement(view: View, actor: Actor) -> dict[str, Any]:
    """Which cases are near their limit, which climbed in the week, and where they stand now."""
    scope = listing.scope_for(actor, view.filters)
    levels = movement.climbed_by("reached", view.filters, within=scope, now=view.at)
    return {
        "risk": movement.at_risk(view.filters, actor, view.at, most=AT_RISK_SHOWN),
        "risk_url": view.link(status="open", near="true"),
        "climbs": movement.climbs(view.filters, actor, view.at, most=CLIMBS_SHOWN) if levels else [],
        "climbed": sum(levels.values()),
        "climbed_for": _climbed_for(view, scope) if levels else [],
        "climbed_url": view.link(climbed_since="week"),
        "reached": [
            (word(level, "level"), levels[level], view.link(climbed_since="week", level=level))
            for level in reversed(LEVELS)
            if level in levels
        ],
    }


def _climbed_for(view: View, scope: Predicate) -> list[tuple[str, int, str]]:
    found = movement.climbed_for(view.filters, within=scope, now=view.at)
    return [(word(duty, "task"), n, view.link(climbed_since="week", climbed_for=duty)) for duty, n in found]


def _overlays() -> list[Layer]:
    """The registered layers that may lie over the coloured units."""
    return [layer for layer in LAYERS.values() if layer.draw in ("case", "heat")]


def crumbs(area: AreaEntry) -> list[dict[str, str | None]]:
    path = [unit for _level, unit in areas().ancestors(area) if unit is not None]
    return [{"name": name_of(unit), "url": None if unit is area else here(unit)} for unit in path]


def _empty_why(actor: Actor) -> str:
    if not actor.postings:
        return _("You have no posting today, so there is nothing you may see. Ask your administrator.")
    return _("This unit has no units below it.")


def covered(area: AreaEntry, actor: Actor) -> bool:
    """Whether the reader may see every (unrestricted) case of the unit."""
    index = areas()
    own = [index.by_id[p.area_id] for p in actor.postings if p.area_id in index.by_id and not p.department_id]
    return any(area.lies_in(unit) for unit in own)


def _options(view: View) -> dict[str, Any]:
    own = {"area": view.area.code, "level": view.level, "show": view.measure.code, "cut": view.method}
    standing = [(m.code, m.label) for m in atlas.measures_here() if m in atlas.STANDING]
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
        "measure_options": [
            (_("How cases stand"), None, standing),
            (_("What came and went"), None, [(m.code, m.label) for m in atlas.FLOW]),
        ],
        "cut_options": list(zip(METHODS, _cuts(), strict=True)),
        "compare_options": _places(view),
    }


def _cuts() -> tuple[str, str, str]:
    return _("as many units each"), _("equal steps"), _("fixed bounds")


def _places(view: View) -> list[tuple[str, str]]:
    """The period before, and the units beside this one."""
    length = compare.length_of(view).days
    before = ngettext("%(num)d day earlier", "%(num)d days earlier", length)
    beside = areas().children.get(view.area.parent_id or 0, [])
    units = [unit for unit in beside if unit.id != view.area.id and unit.level == view.area.level]
    return [(compare.PERIOD, before), *((unit.code, name_of(unit)) for unit in units[:MOST_PLACES])]


def _period() -> str:
    if request.args.get("period") in PERIODS:
        return request.args["period"]
    return "own" if request.args.get("period") == "own" or request.args.get("from") else ""
