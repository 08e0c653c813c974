"""The district map's numbers: one table, from which map, legend, links and print are all made."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from app.areas.index import AreaEntry
from app.cases.queries.statistics import UnitNumbers, summed
from app.core.language import gettext as _
from app.core.language import name_of, number
from app.desk.classes import ZERO, Class, cut, place_of
from app.workflow.statuses import OPEN, Status

FEWEST = 10
"""Fewer closed cases than this say nothing about a share."""
BLANK, HATCHED = -1, -2
"""Instead of a class: nothing to colour; too few to say."""
ALL_OPEN = frozenset(status.value for status in OPEN)
CLOSED = frozenset({Status.CLOSED.value})

Link = Callable[..., str]
"""Address of the list that holds exactly the counted cases; takes what is added to the page's filters."""


@dataclass(frozen=True)
class Measure:
    """A column that can colour the map. `adds`: what its list adds to the filters; None: no own list."""

    code: str
    label: LazyString
    value: Callable[[UnitNumbers], float | None]
    adds: Mapping[str, str] | None
    only: frozenset[str] = frozenset()
    percent: bool = False


def _on_time_share(row: UnitNumbers) -> float | None:
    return round(100 * row.on_time / row.closed) if row.closed >= FEWEST else None


MEASURES = (
    Measure("filed", _l("Filed"), lambda row: row.filed, {}),
    Measure("open", _l("Open"), lambda row: row.open, {"status": "open"}, ALL_OPEN),
    Measure("overdue", _l("Overdue"), lambda row: row.overdue, {"overdue": "true"}, ALL_OPEN),
    Measure("escalated", _l("Raised"), lambda row: row.escalated, {"raised": "true"}),
    Measure("closed", _l("Closed"), lambda row: row.closed, {"status": "closed"}, CLOSED),
    Measure("on_time", _l("In time"), _on_time_share, None, percent=True),
)
BY_CODE = {measure.code: measure for measure in MEASURES}
COLUMNS = (*MEASURES, Measure("median", _l("Median"), lambda row: row.median_hours, None))


@dataclass(frozen=True)
class Cell:
    text: str
    url: str | None = None


@dataclass(frozen=True)
class Unit:
    """One line of the table: a unit with its numbers, or the cases that lie in no unit of this level."""

    entry: AreaEntry | None
    numbers: UnitNumbers

    @property
    def code(self) -> str | None:
        return self.entry.code if self.entry else None


NOTHING = UnitNumbers(None, 0, 0, 0, 0, 0, 0, None)


def units_of(entries: Sequence[AreaEntry], numbers: Sequence[UnitNumbers]) -> list[Unit]:
    """Every unit, those without cases too; cases outside all units make one line of their own."""
    by_id = {row.area_id: row for row in numbers}
    found = [Unit(entry, by_id.get(entry.id, NOTHING)) for entry in entries]
    if None in by_id:
        found.append(Unit(None, by_id[None]))
    return found


def ordered(units: Sequence[Unit], sort: str) -> list[Unit]:
    """By a column, `-` first for downwards; units without a value last, equal ones by code."""
    column, down = sort.lstrip("-"), sort.startswith("-")
    by_code = sorted(units, key=lambda unit: unit.code or "~")
    if column == "name":
        return by_code[::-1] if down else by_code
    value = next(each.value for each in COLUMNS if each.code == column)
    known = [unit for unit in by_code if value(unit.numbers) is not None]
    unknown = [unit for unit in by_code if value(unit.numbers) is None]
    return sorted(known, key=lambda unit: value(unit.numbers) or 0, reverse=down) + unknown


def cells(numbers: UnitNumbers, link: Link) -> list[Cell]:
    """The texts of a line; every count opens its list."""
    return [_cell(measure, numbers, link) for measure in COLUMNS]


def _cell(measure: Measure, numbers: UnitNumbers, link: Link) -> Cell:
    value = measure.value(numbers)
    if value is None:
        return Cell(_("too few") if measure.percent and numbers.closed else "–")
    if measure.adds is None:
        return Cell(f"{value:.0f}%" if measure.percent else span_of(value))
    return Cell(number(value), link(**measure.adds) if value else None)


def span_of(hours: float) -> str:
    """A median in hours up to two days, then in days."""
    if hours < 48:
        return _("%(n)s h", n=number(hours, 1))
    return _("%(n)s d", n=number(hours / 24, 1))


def together(rows: Sequence[UnitNumbers]) -> UnitNumbers:
    """All units as one. Medians cannot be added up, so there is none."""
    return UnitNumbers(area_id=None, **summed(rows), median_hours=None)


@dataclass(frozen=True)
class Swatch:
    """One entry of the legend."""

    label: str
    colour: str
    hatched: bool = False


def classes_of(units: Sequence[Unit], measure: Measure) -> list[Class]:
    """Zero is no class among counts; a share of zero is as true as any other."""
    values = [measure.value(unit.numbers) for unit in units if unit.entry]
    return cut([value for value in values if value is not None], above=-1 if measure.percent else 0)


def mark_of(numbers: UnitNumbers, measure: Measure, classes: Sequence[Class]) -> int:
    """The class of a unit, or BLANK (none of the counted cases) or HATCHED (too few for a share)."""
    value = measure.value(numbers)
    if value is None:
        return HATCHED if numbers.filed else BLANK
    place = place_of(value, classes)
    return BLANK if place is None else place


def legend(units: Sequence[Unit], measure: Measure, classes: Sequence[Class]) -> list[Swatch]:
    marks = {mark_of(unit.numbers, measure, classes) for unit in units if unit.entry}
    found = [Swatch(_("no cases") if measure.percent else "0", ZERO)] if BLANK in marks else []
    found += [Swatch(_bounds(each, measure), each.colour) for each in classes]
    if HATCHED in marks:
        found.append(Swatch(_("fewer than %(n)s closed", n=FEWEST), ZERO, hatched=True))
    return found


def _bounds(each: Class, measure: Measure) -> str:
    low, high = number(each.low), number(each.high)
    return (low if low == high else f"{low}–{high}") + _percent(measure)


def _percent(measure: Measure) -> str:
    return "%" if measure.percent else ""


Mark = tuple[str, str, str, int, list[float] | None, int]
"""Code, name, the number in words, its class (`mark_of`), where the name stands, 1 for a lowest unit."""


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
    few, none = _("too few"), _("no cases")
    return [
        (
            entry.code,
            name_of(entry),
            words.get(measure.value(unit.numbers)) or (few if unit.numbers.filed else none),
            mark_of(unit.numbers, measure, classes),
            points.get(entry.code),
            int(lowest(entry)),
        )
        for unit in units
        if (entry := unit.entry)
    ]
