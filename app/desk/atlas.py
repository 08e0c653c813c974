"""The district map's numbers: one table, from which map, legend, links and print are all made."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import inf
from typing import Any, NamedTuple

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from app.areas.index import AreaEntry, areas
from app.cases.queries import statistics
from app.cases.queries.filters import Filters
from app.core.language import gettext as _
from app.core.language import name_of, number
from app.core.policy import Predicate
from app.desk import movement
from app.desk.classes import ZERO, Class, cut, is_dotted, place_of
from app.workflow.statuses import Status

FEWEST = 10
"""Fewer cases than this say nothing about a share of them."""
BLANK, HATCHED = -1, -2
"""Instead of a class: nothing to colour; too few to say."""
CLOSED = frozenset({Status.CLOSED.value})

Link = Callable[..., str]
"""Address of the list that holds exactly the counted cases; takes what is added to the page's filters."""


class Counts(NamedTuple):
    """All that is counted of one unit (no id: cases with no unit at that level)."""

    area_id: int | None
    filed: int = 0
    open: int = 0
    overdue: int = 0
    escalated: int = 0
    closed: int = 0
    on_time: int = 0
    median_hours: float | None = None
    near: int = 0
    at_town: int = 0
    at_district: int = 0
    at_city: int = 0
    climbed: int = 0


ADDED_UP = tuple(name for name in Counts._fields if name not in ("area_id", "median_hours"))


@dataclass(frozen=True)
class Measure:
    """A column that can colour the map. `adds`: what its list adds to the filters; None: no own list.

    A share has `whole`, the number of cases that it is a share of, and `none`, the word for none of them.
    """

    code: str
    label: LazyString
    value: Callable[[Counts], float | None]
    adds: Mapping[str, str] | None
    whole: Callable[[Counts], int] | None = None
    none: LazyString | str = ""
    too_few: str = ""

    @property
    def percent(self) -> bool:
        return self.whole is not None


def _share(part: int, whole: int) -> float | None:
    return round(100 * part / whole) if whole >= FEWEST else None


OPEN = {"status": "open"}
RAISED_LABELS = (_l("Raised to town"), _l("Raised to district"), _l("Raised to city"))
STANDING = (
    Measure("open", _l("Open"), lambda row: row.open, OPEN),
    Measure("near", _l("Near due"), lambda row: row.near, {**OPEN, "near": "true"}),
    Measure("overdue", _l("Overdue"), lambda row: row.overdue, {**OPEN, "overdue": "true"}),
    Measure(
        "overdue_share",
        _l("Share overdue"),
        lambda row: _share(row.overdue, row.open),
        None,
        whole=lambda row: row.open,
        none=_l("none open"),
        too_few="open",
    ),
    Measure("climbed", _l("Climbed in 7 days"), lambda row: row.climbed, {"climbed_since": "week"}),
    *(
        Measure(
            f"at_{level.value}",
            label,
            lambda row, name=f"at_{level.value}": getattr(row, name),  # type: ignore[misc]
            {**OPEN, "raised": "true", "level": level.value},
        )
        for level, label in zip(movement.RAISED_TO, RAISED_LABELS, strict=True)
    ),
)
FLOW = (
    Measure("filed", _l("Filed"), lambda row: row.filed, {}),
    Measure("closed", _l("Closed"), lambda row: row.closed, {"status": "closed"}),
    Measure("escalated", _l("Ever raised"), lambda row: row.escalated, {"raised": "true"}),
    Measure(
        "on_time",
        _l("In time"),
        lambda row: _share(row.on_time, row.closed),
        None,
        whole=lambda row: row.closed,
        none=_l("none closed"),
        too_few="closed",
    ),
)
MEDIAN = Measure("median", _l("Median"), lambda row: row.median_hours, None)
COLUMNS = {"standing": STANDING, "flow": (*FLOW, MEDIAN)}
"""The two tables: how cases stand now, and what came in and went out."""
MEASURES = (*STANDING, *FLOW)
BY_CODE = {measure.code: measure for measure in MEASURES}


def table_of(measure: Measure) -> str:
    """The table that has the measure as a column."""
    return "standing" if measure in STANDING else "flow"


def measures_here() -> tuple[Measure, ...]:
    """Without levels that the city does not have."""
    present = {level for level, units in areas().by_level.items() if units}
    absent = {f"at_{level.value}" for level in movement.RAISED_TO if level not in present}
    return tuple(measure for measure in MEASURES if measure.code not in absent)


@dataclass(frozen=True)
class Cell:
    text: str
    url: str | None = None


@dataclass(frozen=True)
class Unit:
    """One line of the table: a unit with its numbers, or the cases that lie in no unit of this level."""

    entry: AreaEntry | None
    numbers: Counts

    @property
    def code(self) -> str | None:
        return self.entry.code if self.entry else None


def count(level: str, filters: Filters, *, within: Predicate, now: datetime) -> dict[int | None, Counts]:
    """Everything that is counted, by unit at a level. Three statements."""
    found = {row.area_id: Counts(*row) for row in statistics.by_unit(level, filters, within=within, now=now)}
    for area_id, standing in movement.standing_by_unit(level, filters, within=within, now=now).items():
        if area_id in found:
            found[area_id] = found[area_id]._replace(**_without_id(standing))
    for area_id, climbed in movement.climbed_by(level, filters, within=within, now=now).items():
        if area_id in found:
            found[area_id] = found[area_id]._replace(climbed=climbed)
    return found


def _without_id(standing: movement.Standing) -> dict[str, Any]:
    named = standing._asdict()
    del named["area_id"]
    return named


def units_of(entries: Sequence[AreaEntry], found: Mapping[int | None, Counts]) -> list[Unit]:
    """Every unit, those without cases too; cases outside all units make one line of their own."""
    units = [Unit(entry, found.get(entry.id, Counts(entry.id))) for entry in entries]
    if None in found:
        units.append(Unit(None, found[None]))
    return units


def ordered(units: Sequence[Unit], sort: str) -> list[Unit]:
    """By a column, `-` first for downwards; units without a value last, equal ones by code."""
    column, down = sort.lstrip("-"), sort.startswith("-")
    by_code = sorted(units, key=lambda unit: unit.code or "~")
    if column == "name":
        return by_code[::-1] if down else by_code
    value = next(each.value for each in (*MEASURES, MEDIAN) if each.code == column)
    known = [unit for unit in by_code if value(unit.numbers) is not None]
    unknown = [unit for unit in by_code if value(unit.numbers) is None]
    return sorted(known, key=lambda unit: value(unit.numbers) or 0, reverse=down) + unknown


def cells(numbers: Counts, link: Link, columns: Sequence[Measure]) -> list[Cell]:
    """The texts of a line; every count opens its list."""
    return [cell(measure, numbers, link) for measure in columns]


def cell(measure: Measure, numbers: Counts, link: Link) -> Cell:
    value = measure.value(numbers)
    if measure.whole is not None:
        few = _("too few") if measure.whole(numbers) else "–"
        return Cell(few if value is None else f"{value:.0f}%")
    if value is None:
        return Cell("–")
    if measure.adds is None:
        return Cell(span_of(value))
    return Cell(number(value), link(**measure.adds) if value else None)


def span_of(hours: float) -> str:
    """A median in hours up to two days, then in days."""
    if hours < 48:
        return _("%(n)s h", n=number(hours, 1))
    return _("%(n)s d", n=number(hours / 24, 1))


def together(rows: Sequence[Counts]) -> Counts:
    """All units as one. Medians cannot be added up, so there is none."""
    sums = {name: sum(getattr(row, name) for row in rows) for name in ADDED_UP}
    return Counts(area_id=None, **sums)


@dataclass(frozen=True)
class Swatch:
    """One entry of the legend."""

    label: str
    colour: str
    hatched: bool = False
    dotted: bool = False


def classes_of(units: Sequence[Unit], measure: Measure, method: str = "quantile") -> list[Class]:
    """Zero is no class among counts; a share of zero is as true as any other."""
    values = [measure.value(unit.numbers) for unit in units if unit.entry]
    return cut([value for value in values if value is not None], above=floor_of(measure), method=method)


def floor_of(measure: Measure) -> int:
    """Classes begin above this."""
    return -1 if measure.percent else 0


def mark_of(numbers: Counts, measure: Measure, classes: Sequence[Class]) -> int:
    """The class of a unit, or BLANK (none of the counted cases) or HATCHED (too few for a share)."""
    value = measure.value(numbers)
    if value is None:
        return HATCHED if measure.whole and measure.whole(numbers) else BLANK
    place = place_of(value, classes)
    return BLANK if place is None else place


def legend(units: Sequence[Unit], measure: Measure, classes: Sequence[Class]) -> list[Swatch]:
    marks = {mark_of(unit.numbers, measure, classes) for unit in units if unit.entry}
    found = [Swatch(str(measure.none) or "0", ZERO)] if BLANK in marks else []
    found += [
        Swatch(_bounds(each, measure), each.colour, dotted=is_dotted(place, classes))
        for place, each in enumerate(classes)
    ]
    if HATCHED in marks:
        few = {"open": _("fewer than %(n)s open", n=FEWEST), "closed": _("fewer than %(n)s closed", n=FEWEST)}
        found.append(Swatch(few[measure.too_few], ZERO, hatched=True))
    return found


def _bounds(each: Class, measure: Measure) -> str:
    low, high = number(each.low) + _percent(measure), number(each.high) if each.high < inf else ""
    if not high:
        return _("%(low)s and more", low=low)
    return (number(each.low) if each.low == each.high else f"{number(each.low)}–{high}") + _percent(measure)


def _percent(measure: Measure) -> str:
    return "%" if measure.percent else ""


Mark = tuple[str, str, str, int, list[float] | None, int, int]
"""Code, name, the number in words, its class (`mark_of`), where the name stands, 1 for a lowest unit, and how
many of its cases climbed in the week."""


def for_the_map(
    units: Sequence[Unit],
    measure: Measure,
    classes: Sequence[Class],
    points: Mapping[str, list[float]],
    lowest: Callable[[AreaEntry], bool],
) -> list[Mark]:
    """What the browser needs of each unit; addresses it makes itself, of the code."""
    values = {measure.value(unit.numbers) for unit in units} - {None}
    words = {value: number(value) + _percent(measure) for value in values}
    few, none = _("too few"), str(measure.none)
    return [
        (
            entry.code,
            name_of(entry),
            words.get(measure.value(unit.numbers))
            or (few if measure.whole and measure.whole(unit.numbers) else none),
            mark_of(unit.numbers, measure, classes),
            points.get(entry.code),
            int(lowest(entry)),
            unit.numbers.climbed,
        )
        for unit in units
        if (entry := unit.entry)
    ]
