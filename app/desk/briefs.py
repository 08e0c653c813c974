"""The weekly brief in words and pictures: a map, a table, three sentences, each number with its list."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import numpy as np
import shapely
from flask import url_for
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from app.analysis.briefs import FIGURES, METHOD, Numbers, Told, Week, filters_of
from app.areas.index import AreaEntry, areas
from app.core.clock import rfc3339
from app.core.language import gettext as _
from app.core.language import name_of, number
from app.core.words import word
from app.desk.classes import ZERO, Class, cut, place_of
from app.spatial.plane import plane_of

LABELS: Mapping[str, LazyString] = {
    "filed": _l("Filed"),
    "closed": _l("Closed"),
    "climbed": _l("Climbed"),
    "open": _l("Open"),
    "overdue": _l("Overdue"),
}
MAPPED = "overdue"
"""What the map shows: cases past their limit at the week's end."""
WIDTH = 640.0
FINEST = 1.0 / 800
"""Of the map's width: finer lines would only weigh."""


@dataclass(frozen=True)
class Cell:
    text: str
    change: str
    url: str | None


def cells(told: Told, numbers: Numbers) -> list[Cell]:
    return [
        Cell(
            number(numbers.now[figure]),
            signed(numbers.now[figure] - numbers.before[figure]),
            link(figure, told, numbers.unit) if numbers.now[figure] else None,
        )
        for figure in FIGURES
    ]


def signed(change: int) -> str:
    return "±0" if change == 0 else f"{'+' if change > 0 else '−'}{number(abs(change))}"


def link(figure: str, told: Told, unit: AreaEntry | None, week: Week | None = None) -> str:
    """The list of exactly the counted cases, as of the end of the week."""
    filters = filters_of(figure, week or told.week, None)
    asked: dict[str, str | None] = {
        "within": (unit or told.unit).code,
        "no_unit_at": told.level if unit is None else None,
        "status": "open" if figure == "open" else "closed" if figure == "closed" else None,
        "overdue": "true" if filters.overdue else None,
        "from": rfc3339(filters.start),
        "to": rfc3339(filters.end),
        "ended_from": rfc3339(filters.ended_from),
        "ended_to": rfc3339(filters.ended_to),
        "climbed_since": rfc3339(filters.climbed_since),
        "as_of": rfc3339(filters.as_of),
    }
    query = urlencode({name: value for name, value in asked.items() if value}, safe=":,")
    return f"{url_for('desk.cases')}?{query}"


@dataclass(frozen=True)
class Sentence:
    """Text with the address of the list it speaks of, and how its number is counted."""

    text: str
    url: str | None
    counted: str


def sentences(told: Told) -> list[Sentence]:
    return [_of_filed(told), _of_climbed(told), _of_open(told)]


def _of_filed(told: Told) -> Sentence:
    now, before = told.whole.now["filed"], told.whole.before["filed"]
    text = _(
        "%(n)s cases were filed, %(change)s against the week before; %(closed)s were closed.",
        n=number(now),
        change=signed(now - before),
        closed=number(told.whole.now["closed"]),
    )
    return Sentence(text, _url("filed", told), _("filed in the week; closed in the week, whenever filed"))


def _of_climbed(told: Told) -> Sentence:
    climbed = told.whole.now["climbed"]
    most = max(told.parts, key=lambda part: part.now["climbed"], default=None)
    if not climbed:
        text = _("No case climbed a level because its time ran out.")
    elif most is None or most.unit is None or len(told.parts) < 2:
        text = _("%(n)s cases climbed a level because their time ran out.", n=number(climbed))
    else:
        text = _(
            "%(n)s cases climbed a level because their time ran out, most of them from %(unit)s (%(most)s).",
            n=number(climbed),
            unit=name_of(most.unit),
            most=number(most.now["climbed"]),
        )
    return Sentence(text, _url("climbed", told), _("raised by the clock in the week, each case once"))


def _of_open(told: Told) -> Sentence:
    text = _(
        "At the end of the week %(open)s cases were open, %(overdue)s of them past their limit"
        " (%(change)s against the week before).",
        open=number(told.whole.now["open"]),
        overdue=number(told.whole.now["overdue"]),
        change=signed(told.whole.now["overdue"] - told.whole.before["overdue"]),
    )
    return Sentence(text, _url("open", told), _("open and past the earliest limit at the week's last moment"))


def _url(figure: str, told: Told) -> str | None:
    return link(figure, told, told.unit) if told.whole.now[figure] else None


@dataclass(frozen=True)
class Piece:
    """A unit on the map: an SVG path, its colour, its name and number where they are written."""

    path: str
    colour: str
    at: tuple[float, float]
    name: str
    value: int


@dataclass(frozen=True)
class Picture:
    width: float
    height: float
    pieces: tuple[Piece, ...]
    classes: tuple[Class, ...]


def picture(told: Told) -> Picture | None:
    """The parts coloured by MAPPED; None without boundaries."""
    known = {part.unit.id: part.now[MAPPED] for part in told.parts if part.unit is not None}
    land = areas().land_of([areas().by_id[area_id] for area_id in known])
    if not len(land.geometries):
        return None
    flat = plane_of(land.geometries).flat(land.geometries)
    west, south, east, north = shapely.total_bounds(flat)
    scale = WIDTH / max(float(east - west), 1.0)
    drawn = shapely.transform(flat, lambda xy: (xy - (west, north)) * (scale, -scale))
    drawn = shapely.simplify(drawn, WIDTH * FINEST)
    classes = cut([float(value) for value in known.values()])
    pieces = [
        _piece(shape, entry, known[entry.id], classes)
        for shape, entry in zip(drawn, land.entries, strict=True)
    ]
    return Picture(WIDTH, float(north - south) * scale, tuple(pieces), tuple(classes))


def _piece(shape: Any, entry: AreaEntry, value: int, classes: Sequence[Class]) -> Piece:
    place = place_of(value, classes)
    centre = shapely.centroid(shape)
    inside = shapely.get_coordinates(centre if centre.within(shape) else shapely.point_on_surface(shape))
    x, y = inside[0].round(1).tolist() if len(inside) else (0.0, 0.0)
    colour = ZERO if place is None else classes[place].colour
    return Piece(_path(shape), colour, (x, y), name_of(entry), value)


def _path(shape: Any) -> str:
    rings = shapely.get_rings(shapely.get_parts(shape))
    return "".join(
        "M" + "L".join(f"{x:g},{y:g}" for x, y in np.round(shapely.get_coordinates(ring), 1)) + "Z"
        for ring in rings
    )


def legend(classes: Sequence[Class]) -> list[tuple[str, str]]:
    """(colour, words) of each class, zero first."""
    words = [number(c.low) if c.low == c.high else f"{number(c.low)}–{number(c.high)}" for c in classes]
    return [(ZERO, "0"), *((each.colour, text) for each, text in zip(classes, words, strict=True))]


def method_of(told: Told) -> str:
    parts = (
        _("weekly brief, version %(n)s", n=METHOD),
        _("counted by %(level)s", level=word(told.level, "level")),
        _("map classes by quantiles of the values above 0"),
        _("only cases that the reader may see"),
    )
    return " · ".join(parts)
