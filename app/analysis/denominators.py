"""What rates divide by: residents and patrol hours as imported, square kilometres as drawn.

A unit without its own figure gets the sum of the next units below it, if every one of them has one; else
the figure is missing, which is said and never taken for zero.
"""

import csv
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, select

from app import events
from app.analysis.indicators.models import FIGURE_KINDS, AreaFigure
from app.areas.index import AreaEntry, areas
from app.areas.models import AreaShape
from app.core.clock import day_after
from app.core.db import db
from app.core.policy import Actor
from app.core.problems import Invalid

RESIDENTS, PATROL_HOURS = FIGURE_KINDS
SQUARE_KILOMETRES = "square_km"
DENOMINATORS = (RESIDENTS, SQUARE_KILOMETRES, PATROL_HOURS)
COLUMNS = ("area", "kind", "value", "from", "to", "source")
MOST_LINES = 100_000


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of a file: a number of a unit from a local day until (not including) another."""

    area: AreaEntry
    kind: str
    value: float
    starts_on: date
    ends_on: date | None
    source: str


@dataclass(frozen=True, slots=True)
class Base:
    """What a unit's numbers are divided by; None is missing, and `missing` counts the next units without."""

    value: float | None
    missing: int = 0


def read_figures(path: Path) -> list[Figure]:
    """The lines of a CSV file. Raises Invalid, naming each line and what is wrong with it."""
    try:
        lines = list(csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines()))
    except (OSError, UnicodeDecodeError, csv.Error) as bad:
        raise Invalid({"file": [str(bad)]}) from None
    if not lines or (lacking := [name for name in COLUMNS if name not in lines[0]]):
        wanted = ", ".join(lacking if lines else COLUMNS)
        raise Invalid({"line 1": [_("These columns are needed: %(names)s", names=wanted)]})
    if len(lines) > MOST_LINES:
        raise Invalid({"file": [_("At most %(most)s lines.", most=MOST_LINES)]})
    errors: dict[str, list[str]] = {}
    found = []
    for number, line in enumerate(lines, start=2):
        try:
            found.append(_figure(line))
        except ValueError as bad:
            errors[f"line {number}"] = [str(bad)]
    errors |= _overlaps(found) if not errors else {}
    if errors:
        raise Invalid(errors)
    return found


def _figure(line: Mapping[str, Any]) -> Figure:
    said = {name: str(line.get(name) or "").strip() for name in COLUMNS}
    area = areas().by_code.get(said["area"])
    if area is None:
        raise ValueError(_("There is no area %(code)s.", code=said["area"][:40]))
    if said["kind"] not in FIGURE_KINDS:
        raise ValueError(_("One of %(sorts)s.", sorts=", ".join(FIGURE_KINDS)))
    if not said["source"]:
        raise ValueError(_("Say where the number comes from."))
    starts_on, ends_on = _day(said["from"]), _day(said["to"]) if said["to"] else None
    if ends_on is None and said["kind"] == PATROL_HOURS:
        raise ValueError(_("Hours patrolled need the day until which they count (not included)."))
    if ends_on is not None and ends_on <= starts_on:
        raise ValueError(_("The period ends before it begins."))
    return Figure(area, said["kind"], _number(said["value"]), starts_on, ends_on, said["source"][:300])


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(_("A day such as 2026-10-01 is expected.")) from None


def _number(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or value < 0:
        raise ValueError(_("A number from 0 up is expected."))
    return value


def _overlaps(found: Sequence[Figure]) -> dict[str, list[str]]:
    """Two figures of one kind and unit must not speak of the same day; an open end gives way to the next."""
    errors: dict[str, list[str]] = {}
    last: dict[tuple[str, int], date] = {}
    for at, each in sorted(enumerate(found, start=2), key=lambda pair: pair[1].starts_on):
        key = (each.kind, each.area.id)
        if key in last and each.starts_on < last[key]:
            errors[f"line {at}"] = [_("Another line speaks of the same unit and days.")]
        last[key] = max(each.ends_on or day_after(each.starts_on), last.get(key, date.min))
    return errors


def keep_figures(found: Sequence[Figure], *, actor: Actor, now: datetime) -> tuple[int, int]:
    """Add the figures; one of the same unit, kind and first day is replaced. Belongs inside a write.

    (added, replaced). A figure without an end ends where the next one of its unit begins.
    """
    known = {(row.kind, row.area_id, row.starts_on): row for row in db.session.scalars(select(AreaFigure))}
    added = replaced = 0
    for each in found:
        row = known.get((each.kind, each.area.id, each.starts_on))
        if row is None:
            row = AreaFigure(kind=each.kind, area_id=each.area.id, starts_on=each.starts_on)
            db.session.add(row)
            added += 1
        else:
            replaced += 1
        row.value, row.ends_on = each.value, each.ends_on
        row.source, row.imported_at = each.source, now
    body = {"added": added, "replaced": replaced, "kinds": sorted({each.kind for each in found})}
    events.append("figures.imported", "figures:area", body, actor=actor, at=now)
    return added, replaced


def bases(kind: str, units: Sequence[AreaEntry], first: date, last: date) -> dict[int, Base]:
    """What the numbers of each unit in [first, last) are divided by, by id of the unit. One statement."""
    own = _square_kilometres() if kind == SQUARE_KILOMETRES else _imported(kind, first, last)
    return {unit.id: _base(unit, own) for unit in units}


def _base(unit: AreaEntry, own: Mapping[int, float]) -> Base:
    if unit.id in own:
        return Base(own[unit.id])
    below = areas().children.get(unit.id, [])
    found = [_base(each, own) for each in below]
    known = [each.value for each in found if each.value is not None]
    if below and len(known) == len(below):
        return Base(sum(known))
    return Base(None, missing=len(below) - len(known))


def _imported(kind: str, first: date, last: date) -> dict[int, float]:
    """Residents on the last day of the period; of patrol hours what falls into it, by days."""
    rows = select(AreaFigure).where(AreaFigure.kind == kind, AreaFigure.starts_on < last)
    found: dict[int, float] = {}
    covered: dict[int, int] = {}
    for row in db.session.scalars(rows.order_by(AreaFigure.starts_on)):
        end = row.ends_on or date.max
        if kind == RESIDENTS:
            found.pop(row.area_id, None)
            if end >= last:
                found[row.area_id] = row.value
        elif (days := (min(end, last) - max(row.starts_on, first)).days) > 0:
            hours = row.value * days / (end - row.starts_on).days
            found[row.area_id] = found.get(row.area_id, 0.0) + hours
            covered[row.area_id] = covered.get(row.area_id, 0) + days
    return {i: v for i, v in found.items() if kind == RESIDENTS or covered[i] == (last - first).days}


def _square_kilometres() -> dict[int, float]:
    rows = select(AreaShape.area_id, func.max(AreaShape.square_metres))
    rows = rows.where(AreaShape.generation_id == areas().generation_id).group_by(AreaShape.area_id)
    return {area_id: metres / 1e6 for area_id, metres in db.session.execute(rows) if metres > 0}
