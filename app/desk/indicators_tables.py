"""The tables of the indicators' page; every count opens its list."""

from dataclasses import dataclass
from typing import Any

from app.analysis.denominators import Base, bases
from app.analysis.indicators.mix import by_mix
from app.analysis.indicators.reading import Tally, base_part, counted_part
from app.analysis.indicators.registry import COUNT, SHARE, Indicator
from app.analysis.indicators.values import (
    FEWEST,
    Value,
    better,
    change,
    more_is_better,
    standing,
    value_of,
)
from app.analysis.rates import Compared, compared
from app.analysis.standardising import Standardised, standardised
from app.analysis.survival import Curve
from app.analysis.workload import OF_DEPARTMENTS, OF_INSPECTORS, Load, by_department, by_inspector, chosen
from app.areas.index import AreaEntry
from app.core.language import gettext as _
from app.core.language import name_of, number
from app.core.words import word
from app.desk import indicators_words as words
from app.desk.indicators import View, by_group

COMPARED_BY = (
    "filed",
    "due",
    "closing_rate",
    "on_time_rate",
    "rework",
    "satisfaction",
    "close_median",
    "overdue",
)
"""The columns of the table of units."""
INSPECTORS_AT = ("community", "town")
"""Levels whose inspectors are few enough to be people and not a ranking."""
DAYS_TOLD = (1, 3, 7, 14, 30)


@dataclass(frozen=True)
class Cell:
    text: str
    url: str | None = None
    few: bool = False


def cell(view: View, indicator: Indicator, value: Value, unit: AreaEntry | None = None, **adds: str) -> Cell:
    """A value; it opens what it counts, or what it was measured of."""
    url = view.link(counted_part(indicator), unit, None, **adds) if value.count else None
    return Cell(words.value_text(indicator, value), url, value.few and indicator.measure != COUNT)


def own_groups(view: View) -> list[dict[str, Any]]:
    """The area's own numbers, group by group."""
    return [
        {"name": words.GROUP_WORDS[group], "lines": [_own_line(view, each) for each in found]}
        for group, found in by_group(view.said.indicators).items()
    ]


def _own_line(view: View, indicator: Indicator) -> dict[str, Any]:
    present, earlier = value_of(indicator, view.whole), value_of(indicator, view.earlier)
    difference = change(indicator, present, earlier)
    stands = None if present.few and indicator.measure != COUNT else standing(indicator, present.value)
    return {
        "code": indicator.code,
        "name": name_of(indicator),
        "formula": words.formula_of(indicator),
        "source": indicator.source,
        "value": cell(view, indicator, present),
        "interval": _interval(present),
        "target": words.target_text(indicator),
        "standing": words.STANDING_WORDS[stands] if stands else None,
        "standing_code": stands,
        "prior": _prior(view, indicator, earlier),
        "change": words.change_text(indicator, difference),
        "better": better(indicator, difference),
        "n": _n(view, indicator, present),
    }


def _n(view: View, indicator: Indicator, value: Value) -> Cell:
    """What a share is a share of; of everything else what was counted or measured."""
    part = base_part(indicator) if indicator.measure == SHARE else counted_part(indicator)
    return Cell(number(value.n), view.link(part) if value.n else None)


def _prior(view: View, indicator: Indicator, earlier: Value) -> Cell:
    url = view.link(counted_part(indicator), window=view.prior) if earlier.count else None
    return Cell(words.value_text(indicator, earlier), url, earlier.few and indicator.measure != COUNT)


def _interval(value: Value) -> str:
    """The 95 % interval of a quantile."""
    if value.few or value.low is None:
        return ""
    if value.high is None:
        return _("at least %(low)s", low=words.hours_text(value.low))
    return _("%(low)s to %(high)s", low=words.hours_text(value.low), high=words.hours_text(value.high))


@dataclass(frozen=True)
class Row:
    """A unit of the rows, or (None) the cases that lie in no unit of that level."""

    entry: AreaEntry | None
    tally: Tally


def rows(view: View) -> list[Row]:
    found = [Row(unit, view.by_unit.get(unit.id, Tally())) for unit in view.units]
    return [*found, Row(None, view.by_unit[None])] if None in view.by_unit else found


def units_table(view: View) -> dict[str, Any]:
    """Units beside each other, in the order of their codes."""
    columns = chosen(view.said.by_code, COMPARED_BY)
    return {
        "unit_word": word(view.level, "level"),
        "columns": [name_of(each) for each in columns],
        "rows": [_unit_line(view, row, columns) for row in rows(view)],
        "total": [cell(view, each, value_of(each, view.whole)) for each in columns],
    }


def _unit_line(view: View, row: Row, columns: list[Indicator]) -> dict[str, Any]:
    unit = row.entry
    adds = {} if unit else {"no_unit_at": view.level}
    name = name_of(unit) if unit else _("in no %(level)s", level=word(view.level, "level").lower())
    cells = [cell(view, each, value_of(each, row.tally), unit, **adds) for each in columns]
    url = view.here(area=unit.code, level=None) if unit else None
    return {"name": name, "url": url, "cells": cells}


@dataclass(frozen=True)
class Beside:
    """A unit beside the others by one indicator; `mixed`: beside its own mix of cases, for shares."""

    unit: AreaEntry
    value: Value
    base: Base
    found: Compared
    mixed: Standardised


def beside(view: View) -> list[Beside]:
    """Every unit by the chosen indicator: shares as they are, counts by the chosen denominator."""
    shown, units = view.show, view.units
    values = [value_of(shown, view.by_unit.get(unit.id, Tally())) for unit in units]
    counts = [v.count for v in values]
    if shown.measure == SHARE:
        found = compared(counts, [float(v.n) for v in values], trials=True)
        below = [Base(float(v.n)) for v in values]
        mix = by_mix(shown, view.level, view.question(view.window))
        mixed = standardised([mix.get(unit.id, {}) for unit in units], more_is_better=more_is_better(shown))
    else:
        by_id = bases(view.per, units, view.window.first, view.window.last) if units else {}
        below = [by_id[unit.id] for unit in units]
        found = compared(counts, [base.value for base in below])
        mixed = [Standardised(None)] * len(units)
    return [Beside(*each) for each in zip(units, values, below, found, mixed, strict=True)]


def beside_table(view: View, found: list[Beside]) -> dict[str, Any]:
    """The same as the funnel plot, in words."""
    share = view.show.measure == SHARE
    return {
        "name": name_of(view.show),
        "share": share,
        "per": "" if share else words.PER_WORDS[view.per],
        "ranked": any(each.mixed.ranks for each in found),
        "missing": sum(each.base.value is None for each in found),
        "rows": [_beside_line(view, each, share=share) for each in found],
    }


def _beside_line(view: View, each: Beside, *, share: bool) -> dict[str, Any]:
    factor = 100 if share else words.PER[view.per]
    digits, sign = (1, " %") if share else (2, "")
    said = each.found
    rate = None if said.few or said.rate is None else f"{number(factor * said.rate, digits)}{sign}"
    shrunk = None if said.shrunk is None else f"{number(factor * said.shrunk, digits)}{sign}"
    why = _("too few to say")
    if each.base.value is None:
        why = _("no figure: %(what)s", what=str(words.PER_WORDS[view.per]))
    elif not each.base.value:
        why = _("no cases") if share else _("the figure is 0")
    return {
        "name": name_of(each.unit),
        "count": cell(view, view.show, each.value, each.unit) if not share else _counted(view, each),
        "base": number(each.base.value, 0 if (each.base.value or 0) >= 100 or share else 1),
        "base_url": view.link(base_part(view.show), each.unit) if share and each.value.n else None,
        "rate": rate or why,
        "few": rate is None,
        "shrunk": "–" if each.base.value is None or shrunk is None else shrunk,
        "side": words.SIDE_WORDS[said.side] if said.side else None,
        **_mixed(each.mixed),
    }


def _mixed(said: Standardised) -> dict[str, str]:
    told = said.ratio is not None
    return {
        "expected": f"{number(100 * (said.expected or 0), 1)} %" if told else "–",
        "ratio": f"{number(said.ratio, 2)} ({number(said.low, 2)}–{number(said.high, 2)})" if told else "–",
        "ranks": f"{said.ranks.best}–{said.ranks.worst}" if said.ranks else "–",
    }


def _counted(view: View, each: Beside) -> Cell:
    url = view.link(counted_part(view.show), each.unit) if each.value.count else None
    return Cell(number(each.value.count), url)


def closed_by(curve: Curve | None, followed_hours: float) -> list[tuple[str, str]]:
    """The share closed within some days, as far as cases were followed: the table beside the curve."""
    if curve is None or curve.count < FEWEST:
        return []
    found = []
    for days in DAYS_TOLD:
        if 24 * days > followed_hours:
            break
        left = [float(s) for t, s in zip(curve.times, curve.surviving, strict=True) if t <= 24 * days]
        found.append((_("%(n)s d", n=days), f"{number(100 * (1 - (left[-1] if left else 1.0)), 1)} %"))
    return found


def followed(indicator: Indicator, tally: Tally) -> float:
    """For how many hours the oldest of the cases is watched."""
    hours, _over = tally.durations(indicator.numerator, base_part(indicator))
    return float(hours.max()) if len(hours) else 0.0


def departments_table(view: View) -> dict[str, Any]:
    columns = chosen(view.said.by_code, OF_DEPARTMENTS)
    found = by_department(columns, view.question(view.window))
    return _loads(view, columns, found, "department", lambda who: who.code)


def inspectors_table(view: View) -> dict[str, Any] | None:
    """None where they are too many: a lower unit is chosen first."""
    if view.area.level not in INSPECTORS_AT:
        return None
    columns = chosen(view.said.by_code, OF_INSPECTORS)
    found = by_inspector(columns, view.question(view.window))
    return _loads(view, columns, found, "filed_by", lambda who: str(who.public_id))


def _loads(view: View, columns: list[Indicator], found: list[Load], name: str, key: Any) -> dict[str, Any]:
    lines = []
    for load in found:
        adds = {name: key(load.who)}
        cells = [cell(view, each, value, **adds) for each, value in zip(columns, load.values, strict=True)]
        lines.append({"name": name_of(load.who), "cells": cells})
    return {"columns": [name_of(each) for each in columns], "rows": lines}
