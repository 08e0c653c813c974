"""One map of the atlas: its units with their numbers, and what the browser needs to draw them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app.areas.index import AreaEntry, areas
from app.cases.queries import listing
from app.core.language import gettext as _
from app.core.language import ngettext, number
from app.core.policy import Actor
from app.desk import atlas
from app.desk.classes import ZERO, Class, cut, widened
from app.desk.mapview import View, here, window_words
from app.desk.queries import extents
from app.maps.layers import LAYERS


@dataclass(frozen=True)
class Side:
    """A view with its units, counted."""

    view: View
    units: list[atlas.Unit]

    def classes(self) -> list[Class]:
        return atlas.classes_of(self.units, self.view.measure, self.view.method)


def side_of(view: View, actor: Actor) -> Side:
    """Three statements."""
    scope = listing.scope_for(actor, view.filters)
    found = atlas.count(view.level, view.filters, within=scope, now=view.at)
    return Side(view, atlas.units_of(view.units, found))


def common_classes(sides: Sequence[Side]) -> list[Class]:
    """One set of classes for several maps, cut over the values of all of them."""
    measure, method = sides[0].view.measure, sides[0].view.method
    values = [measure.value(unit.numbers) for side in sides for unit in side.units if unit.entry]
    known = [value for value in values if value is not None]
    return cut(known, above=atlas.floor_of(measure), method=method)


def classes_of_today(side: Side, actor: Actor) -> list[Class]:
    """For a map of the past: the classes of the same map now, so that colours mean the same in every week."""
    if side.view.filters.as_of is None:
        return side.classes()
    view = side.view
    present = View(view.area, view.levels, view.filters.but(as_of=None), view.measure, view.sort, view.at)
    classes = side_of(present, actor).classes() or side.classes()
    return widened(classes, above=atlas.floor_of(view.measure))


def drawn(side: Side, classes: Sequence[Class], container: str) -> dict[str, Any]:
    """What the browser draws into the container of that id."""
    view = side.view
    points = extents().points(view.level)
    return {
        "id": container,
        "level": view.level,
        "bounds": extents().box(view.area),
        "units": atlas.for_the_map(side.units, view.measure, classes, points, is_lowest),
        "shape_url": f"/api/v1/areas/{view.area.code}/geometry" if view.area.has_geometry else None,
        "approximate": view.area.approximate,
        "down_url": here(view.area),
        "list_url": view.link(),
    }


def palette(view: View, classes: Sequence[Class]) -> dict[str, Any]:
    """What all maps of a page have in common."""
    return {
        "layer": LAYERS["areas"].as_json(),
        "colours": [each.colour for each in classes],
        "blank": ZERO,
        "label": str(view.measure.label),
        "climbed": _("climbed"),
    }


def is_lowest(unit: AreaEntry) -> bool:
    return not areas().children.get(unit.id)


def method_words(sides: Sequence[Side], classes: Sequence[Class]) -> str:
    """How the classes were cut, over how many units and cases, in which window."""
    view = sides[0].view
    units = [unit for side in sides for unit in side.units]
    shown = sum(unit.entry is not None for unit in units)
    filed = sum(unit.numbers.filed for unit in units)
    many = ngettext("%(count)s unit", "%(count)s units", shown, count=number(shown))
    cases = ngettext("%(count)s case", "%(count)s cases", filed, count=number(filed))
    said = [_cut_words(view, classes), many, cases, window_words(view.filters)]
    if len(sides) > 1:
        said.append(_("one legend for both maps"))
    elif view.filters.as_of is not None:
        said.append(_("classes of today, so that colours mean the same in every week"))
    return " · ".join(said)


def _cut_words(view: View, classes: Sequence[Class]) -> str:
    if not classes:
        return _("too few cases in every unit") if view.measure.percent else _("no unit has a value above 0")
    if view.method == "equal":
        return _("%(k)s classes of one width (equal steps)", k=len(classes))
    if view.method == "fixed":
        return _("%(k)s classes with fixed bounds, the same on every map", k=len(classes))
    if view.measure.percent:
        return _("%(k)s classes with about as many units each (quantiles of the shares)", k=len(classes))
    return _("%(k)s classes with about as many units each (quantiles of the values above 0)", k=len(classes))
