"""The hot-spot page's answer: classes, the table's lines, the drawing, and the method in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from flask_babel import lazy_gettext as _l

from app.analysis.cells import HEXAGON
from app.analysis.hotspot_runs import CELL_KINDS, FEW, GI_STAR, GREY
from app.analysis.results import KEPT, Kept
from app.areas.index import areas
from app.core.language import day, name_of, ngettext, number
from app.core.language import gettext as _
from app.desk.hotspots import PER, STATISTIC_NAMES, VALUES, Look


@dataclass(frozen=True)
class Sort:
    """A class of units: how it is drawn and said. `sign`: a triangle up or down, or a diamond."""

    code: str
    label: Any
    colour: str
    sign: str
    strength: int


CLASSES = {
    each.code: each
    for each in (
        Sort("hot99", _l("hot (99 %)"), "#8c510a", "up", 3),
        Sort("hot95", _l("hot (95 %)"), "#bf812d", "up", 2),
        Sort("hot90", _l("hot (90 %)"), "#e2c48b", "up", 1),
        Sort("cold90", _l("cold (90 %)"), "#a6d9d1", "down", 1),
        Sort("cold95", _l("cold (95 %)"), "#35978f", "down", 2),
        Sort("cold99", _l("cold (99 %)"), "#01665e", "down", 3),
        Sort("hh", _l("high among high"), "#8c510a", "up", 3),
        Sort("hl", _l("high among low"), "#e2c48b", "diamond", 2),
        Sort("lh", _l("low among high"), "#a6d9d1", "diamond", 2),
        Sort("ll", _l("low among low"), "#01665e", "down", 3),
        Sort(GREY, _l("not significant"), "#d5dce2", "", 0),
        Sort(FEW, _l("too few to say"), "#fbfcfd", "", 0),
    )
}
EMERGENCE: dict[str, Any] = {
    "new": _l("new"),
    "intensifying": _l("growing"),
    "persistent": _l("persistent"),
    "fading": _l("fading"),
    "sporadic": _l("now and then"),
    "none": "–",
}
TOLD = ("new", "intensifying", "persistent", "fading")
"""Worth a line of the table even when the whole window shows nothing."""


def legend(kept: Kept) -> list[Sort]:
    """The classes of this statistic, always all of them, then those of nothing to say."""
    gi = kept.parameters["statistic"] == GI_STAR
    shown = [c for c in CLASSES.values() if c.strength and (c.code[:3] in ("hot", "col")) is gi]
    return [*shown, CLASSES[GREY], CLASSES[FEW]]


def told(numbers: Mapping[str, Any]) -> list[int]:
    """The units that the table tells of: strongest first."""
    units_said = [
        unit
        for unit, (sort, becoming) in enumerate(zip(numbers["class"], numbers["emergence"], strict=True))
        if CLASSES[sort].strength or becoming in TOLD
    ]
    z = numbers["z"]
    return sorted(
        units_said, key=lambda unit: (not CLASSES[numbers["class"][unit]].strength, -abs(z[unit] or 0))
    )


def name_of_unit(look: Look, unit: int) -> str:
    """A unit with the one above it; a cell by the unit in its middle."""
    entries = look.units.entries
    if entries:
        above = areas().by_id.get(entries[unit].parent_id or 0)
        return f"{name_of(above)} · {name_of(entries[unit])}" if above else name_of(entries[unit])
    lon, lat = shapely.get_coordinates(shapely.centroid(look.units.shapes[unit]))[0]
    found = areas().located(lon, lat)
    near = found.unit or found.nearest
    above = areas().by_id.get(near.parent_id or 0) if near else None
    return _("cell %(cell)s, %(place)s", cell=look.units.codes[unit], place=name_of(above or near))


def lines(look: Look, numbers: Mapping[str, Any], shown: Sequence[int]) -> list[dict[str, Any]]:
    """The table's lines: name, class, what became of it, numbers, and the list of exactly those cases."""
    return [
        {
            "unit": unit,
            "name": name_of_unit(look, unit),
            "sort": CLASSES[numbers["class"][unit]],
            "becoming": EMERGENCE[numbers["emergence"][unit]],
            "cases": numbers["cases"][unit],
            "url": look.link_of(unit) if numbers["cases"][unit] else None,
            "z": numbers["z"][unit],
            "p": numbers["p"][unit],
            "q": numbers["q"][unit],
        }
        for unit in shown
    ]


def drawn(look: Look, numbers: Mapping[str, Any]) -> dict[str, Any]:
    """GeoJSON: the whole area in the commoner of grey and too few, over it the other one melted into one
    shape, over both each significant unit for itself. `over` counts what lies below: 0, 1 or 2."""
    sorts, shapes = np.array(numbers["class"]), look.units.shapes
    there = ~shapely.is_missing(shapes)
    common, rare = (GREY, FEW) if (sorts == GREY).sum() >= (sorts == FEW).sum() else (FEW, GREY)
    land = areas().land_of([look.area]).geometries
    features = [_feature(shape, common, over=0) for shape in land]
    melted = shapes[(sorts == rare) & there]
    if len(melted):
        features.append(_feature(shapely.union_all(shapely.set_precision(melted, 1e-6)), rare, over=1))
    for unit in told(numbers):
        if there[unit] and CLASSES[sorts[unit]].strength:
            name = name_of_unit(look, unit)
            features.append(_feature(shapes[unit], sorts[unit], over=2, unit=unit, name=name))
    return {"type": "FeatureCollection", "features": features}


def _feature(shape: Any, code: str, *, over: int, unit: int | None = None, name: str = "") -> dict[str, Any]:
    look = CLASSES[code]
    said: dict[str, Any] = {"sort": code, "sign": look.sign, "strength": look.strength, "over": over}
    if unit is not None:
        inside = shapely.get_coordinates(shapely.point_on_surface(shape))[0].round(6).tolist()
        said |= {"unit": unit, "name": name, "at": inside}
    rounded = shapely.transform(shape, lambda xy: xy.round(6))
    return {"type": "Feature", "properties": said, "geometry": shapely.geometry.mapping(rounded)}


def summary(look: Look, kept: Kept) -> str:
    """How many units of each sort there are."""
    sorts = kept.numbers["class"]
    hot = sum(sort[:3] == "hot" or sort == "hh" for sort in sorts)
    cold = sum(sort[:4] == "cold" or sort == "ll" for sort in sorts)
    apart = sum(sort in ("hl", "lh") for sort in sorts)
    parts = [
        ngettext("%(n)s hot spot", "%(n)s hot spots", hot, n=number(hot)),
        ngettext("%(n)s cold spot", "%(n)s cold spots", cold, n=number(cold)),
    ]
    if apart:
        parts.append(ngettext("%(n)s outlier", "%(n)s outliers", apart, n=number(apart)))
    parts.append(_("%(n)s not significant", n=number(sorts.count(GREY))))
    parts.append(_("%(n)s too few to say", n=number(sorts.count(FEW))))
    return " · ".join(parts)


def why_not(look: Look, kept: Kept) -> str:
    """Why nothing can be said of any unit; empty if something can."""
    cases = sum(kept.numbers["cases"])
    if not kept.numbers["codes"]:
        return _("This unit has no land on the map, so there is nothing to lay cells over.")
    if not cases:
        return _("No case that you may see fits. Choose a longer period, another category or another value.")
    if kept.numbers["why_not"] == "few":
        return _("Fewer than ten units have a value and neighbours: no pattern would be rare enough to show.")
    if kept.numbers["why_not"] == "equal":
        return _("All units have the same value, so none stands out.")
    if all(sort == FEW for sort in kept.numbers["class"]):
        return _("There are too few cases around every unit. Choose a longer period or larger units.")
    return ""


def method(look: Look, kept: Kept) -> list[tuple[str, str]]:
    """Names and values of the method box."""
    asked, numbers = kept.parameters, kept.numbers
    touching = _("units that touch, with a tolerance of 5 m; the corner counts (queen)")
    if asked["units"] in CELL_KINDS:
        six, eight = _("the six cells that touch"), _("the eight cells that touch, corners too (queen)")
        touching = six if asked["units"] == HEXAGON else eight
    said = _("%(value)s, %(per)s", value=VALUES[asked["value"]], per=PER[asked["per"]])
    return [
        (_("Statistic"), str(STATISTIC_NAMES[asked["statistic"]])),
        (_("Value"), said),
        (_("Units"), number(len(numbers["codes"]))),
        (_("Cases counted"), number(sum(numbers["cases"]))),
        (_("Neighbours"), touching),
        (_("Neighbours on average"), number(numbers["neighbours"], 1)),
        (_("Units without neighbours"), number(numbers["islands"])),
        (_("Random rearrangements"), number(asked["draws"])),
        (_("Seed"), str(kept.seed)),
        (
            _("False findings at most"),
            _("1, 5 or 10 in 100 of what is shown in a class (Benjamini-Hochberg)"),
        ),
        (
            _("Too few to say"),
            _("fewer than 5 cases in a unit and its neighbours, where fewer than 5 were expected"),
        ),
        (_("Over 8 weeks"), _("Gi* of the cases filed in each week (90 %)")),
        (_("Data up to event"), number(kept.data_seq)),
        (_("Kept until"), day(kept.made_at + KEPT)),
    ]


def elsewhere(look: Look, kept: Kept) -> tuple[str, str | None]:
    """How many of the cases lie in no unit of the map, and their list where there is one."""
    count = kept.numbers["elsewhere"]
    if not count:
        return "", None
    if look.question.units in CELL_KINDS:
        return ngettext(
            "%(n)s case has no point on this map",
            "%(n)s cases have no point on this map",
            count,
            n=number(count),
        ), None
    url = look.link(no_unit_at=look.question.units)
    return ngettext(
        "%(n)s case lies in none of them", "%(n)s cases lie in none of them", count, n=number(count)
    ), url
