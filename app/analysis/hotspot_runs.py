"""A hot-spot run from the question to the numbers that are kept.

Counts come from the one source of cases with the reader's scope, so each is the total of a list.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import and_, func, select

from app.analysis import hotspots
from app.analysis.cells import HEXAGON, NOWHERE, SQUARE
from app.analysis.denominators import RESIDENTS, bases
from app.analysis.emergence import NONE, emergence
from app.analysis.fdr import adjusted
from app.analysis.hotspots import FEWEST_UNITS, HIGH_HIGH, HIGH_LOW, LOW_HIGH, LOW_LOW, LocalStatistic
from app.analysis.neighbours import Ints, Weights
from app.analysis.smoothing import standardised_rates
from app.analysis.units import Units, cells_over, units_at
from app.areas.index import AreaEntry
from app.cases.queries.filters import Filters
from app.cases.queries.source import conditions, source
from app.core.clock import day_start, local_day
from app.core.db import db, planned_anew
from app.core.policy import LEVEL_FIELDS, Predicate
from app.spatial.plane import Floats

GI_STAR, LOCAL_MORAN = "gi_star", "local_moran"
STATISTICS = {GI_STAR: hotspots.gi_star, LOCAL_MORAN: hotspots.local_moran}
CELL_KINDS = (SQUARE, HEXAGON)
HOUSEHOLDS, KM2 = "households", "km2"
WEEKS = 8
WEEK = timedelta(weeks=1)
MOST_WEEKLY_DRAWS = 9_999
CONFIDENCE = (0.01, 0.05, 0.10)
"""Shares of false findings: of what is shown at 95 % or above, at most 5 % is expected to be chance."""
FEWEST_AROUND = 5
"""Fewer cases than this in a unit and its neighbours, where fewer were to be expected: too few to say."""
GREY, FEW = "grey", "few"
MOST_POINTS = 1_000_000


class TooManyCases(ValueError):
    """More points than a run over cells takes."""


@dataclass(frozen=True)
class Question:
    """`units`: a level, square or hexagon (then of `size_m`). `per`: residents, households, km2, or None.

    `filters` say which cases count, window included; their area is `area`.
    """

    area: AreaEntry
    units: str
    size_m: int | None
    filters: Filters
    per: str | None
    statistic: str
    permutations: int
    seed: int


@dataclass(frozen=True)
class Counted:
    """Cases by unit, and those in none; `weekly`: (units, weeks), cases filed in each week, oldest first."""

    units: Units
    cases: Ints
    elsewhere: int
    weekly: Ints
    week_ends: tuple[datetime, ...]


def run(question: Question, *, within: Predicate, now: datetime) -> dict[str, Any]:
    """Everything the page tells, as plain values; NaN where nothing can be said."""
    counted = count(question, within=within, now=now)
    weights, cases = counted.units.weights, counted.cases.astype(np.float64)
    values = values_of(question, counted, now)
    compute = STATISTICS[question.statistic]
    found = compute(values, weights, question.permutations, question.seed)
    few = too_few(cases, weights) | ~found.known
    q = adjusted(found.p_sim)
    classes = classes_of(question.statistic, found, q, few)
    words = weekly_words(question, counted)
    return {
        "codes": counted.units.codes,
        "cases": counted.cases,
        "value": values.round(6),
        "z": found.z.round(4),
        "p": found.p_sim.round(6),
        "q": q.round(6),
        "class": classes.tolist(),
        "emergence": words.tolist(),
        "week_ends": [end.isoformat() for end in counted.week_ends],
        "elsewhere": counted.elsewhere,
        "why_not": found.why_not,
        "neighbours": round(weights.mean, 2),
        "islands": len(weights.islands),
    }


def count(question: Question, *, within: Predicate, now: datetime) -> Counted:
    """Cases by unit, in one statement, and by week in another."""
    ends = week_ends(question, now)
    if question.units in CELL_KINDS:
        return _count_cells(question, ends, within=within, now=now)
    units = units_at(question.units, question.area)
    place = {entry.id: i for i, entry in enumerate(units.entries)}
    cases, elsewhere = np.zeros(len(units), dtype=np.int64), 0
    for area_id, total in _by_unit(question, question.filters, [], within=within, now=now):
        if area_id in place:
            cases[place[area_id]] = total
        else:
            elsewhere += total
    weekly = np.zeros((len(units), WEEKS), dtype=np.int64)
    filed = _filed_in_weeks(question.filters, ends)
    for area_id, _total, *by_week in _by_unit(question, filed, ends, within=within, now=now):
        if area_id in place:
            weekly[place[area_id]] = by_week
    return Counted(units, cases, elsewhere, weekly, tuple(ends))


def week_ends(question: Question, now: datetime) -> list[datetime]:
    """Eight weeks up to the end of the window, or of the local day."""
    today = local_day(question.filters.as_of or now)
    last = question.filters.end or day_start(today + timedelta(days=1))
    return [last - WEEK * back for back in reversed(range(WEEKS))]


def _filed_in_weeks(filters: Filters, ends: list[datetime]) -> Filters:
    """The same kind of cases by when they were filed, whatever became of them."""
    plain = filters.but(overdue=None, raised=None, statuses=frozenset())
    return plain.but(start=ends[0] - WEEK, end=ends[-1])


def _by_unit(
    question: Question, filters: Filters, ends: list[datetime], *, within: Predicate, now: datetime
) -> Iterable[Any]:
    cases = source(filters.as_of)
    unit, filed_at = cases.c[LEVEL_FIELDS[question.units]], cases.c.filed_at
    by_week = [func.count().filter(and_(filed_at >= end - WEEK, filed_at < end)) for end in ends]
    asked = conditions(cases, filters, within=within, now=now)
    statement = select(unit, func.count(), *by_week).select_from(cases).where(*asked).group_by(unit)
    connection = db.session.connection()
    with planned_anew(connection):
        return connection.execute(statement).all()


def _count_cells(question: Question, ends: list[datetime], *, within: Predicate, now: datetime) -> Counted:
    units = cells_over(question.area, question.units, float(question.size_m or 0))
    places, _when = _points(question.filters, within=within, now=now)
    cell = _cell_of(units, places)
    filed, when = _points(_filed_in_weeks(question.filters, ends), within=within, now=now)
    weekly = np.zeros((len(units), WEEKS), dtype=np.int64)
    week = np.searchsorted([end.timestamp() for end in ends], when, side="right")
    in_cell = _cell_of(units, filed)
    there = (in_cell != NOWHERE) & (week < WEEKS)
    np.add.at(weekly, (in_cell[there], week[there]), 1)
    cases = np.bincount(cell[cell != NOWHERE], minlength=len(units)).astype(np.int64)
    return Counted(units, cases, int((cell == NOWHERE).sum()), weekly, tuple(ends))


def _cell_of(units: Units, places: Floats) -> Ints:
    """Cases without a point lie in no cell."""
    assert units.cells is not None
    cell = np.full(len(places), NOWHERE, dtype=np.int64)
    placed = np.isfinite(places).all(axis=1)
    cell[placed] = units.cells.of(places[placed])
    return cell


def _points(filters: Filters, *, within: Predicate, now: datetime) -> tuple[Floats, Floats]:
    """Lon and lat (NaN where there is no point), and when filed in seconds. Raises TooManyCases."""
    cases = source(filters.as_of)
    asked = conditions(cases, filters, within=within, now=now)
    columns = (cases.c.lon, cases.c.lat, cases.c.filed_at)
    statement = select(*columns).select_from(cases).where(*asked).limit(MOST_POINTS + 1)
    connection = db.session.connection()
    with planned_anew(connection):
        rows = connection.execute(statement).all()
    if len(rows) > MOST_POINTS:
        raise TooManyCases
    places = np.array([row[:2] for row in rows], dtype=np.float64).reshape(-1, 2)
    return places, np.array([row.filed_at.timestamp() for row in rows])


def values_of(question: Question, counted: Counted, now: datetime) -> Floats:
    """Counts, or how far each rate lies from the rate of all (Assunção and Reis 1999)."""
    cases = counted.cases.astype(np.float64)
    if question.per is None:
        return cases
    seen = local_day(question.filters.end or question.filters.as_of or now)
    return standardised_rates(cases, exposure_of(question.per, counted.units, seen))


def exposure_of(per: str, units: Units, day: date) -> Floats:
    """What the cases are set against (residents: as imported for that day); NaN where it is not known."""
    if per == KM2:
        return units.km2
    known: dict[int, float | None] = {entry.id: entry.households for entry in units.entries}
    if per == RESIDENTS:
        found = bases(RESIDENTS, units.entries, day, day + timedelta(days=1))
        known = {area_id: base.value for area_id, base in found.items()}
    return np.array([known[entry.id] or np.nan for entry in units.entries], dtype=np.float64)


def too_few(cases: Floats, weights: Weights) -> NDArray[np.bool_]:
    """Neither have enough cases come, around a unit, nor were enough to be expected there."""
    around = weights.sums(cases) + cases
    expected = (weights.counts + 1) * (cases.mean() if len(cases) else 0.0)
    return (around < FEWEST_AROUND) & (expected < FEWEST_AROUND)


def classes_of(statistic: str, found: LocalStatistic, q: Floats, few: NDArray[np.bool_]) -> NDArray[np.str_]:
    """hot99 … cold90, or hh, lh, ll, hl (at 95 %); else grey, or few."""
    classes = np.full(len(q), GREY, dtype="U8")
    if statistic == LOCAL_MORAN:
        names = {HIGH_HIGH: "hh", LOW_HIGH: "lh", LOW_LOW: "ll", HIGH_LOW: "hl"}
        for quadrant, name in names.items():
            classes[(q <= 0.05) & (found.quadrant == quadrant)] = name
    else:
        for share in reversed(CONFIDENCE):
            percent = round(100 * (1 - share))
            classes[(q <= share) & (found.z > 0)] = f"hot{percent}"
            classes[(q <= share) & (found.z < 0)] = f"cold{percent}"
    classes[few] = FEW
    return classes


def weekly_words(question: Question, counted: Counted) -> NDArray[np.str_]:
    """What became of each hot spot over eight weeks of filing: Gi* of each week, at 90 % after correction."""
    weights, z = counted.units.weights, np.full(counted.weekly.shape, np.nan)
    hot = np.zeros(counted.weekly.shape, dtype=bool)
    if len(counted.units) < FEWEST_UNITS:
        return np.full(len(counted.units), NONE, dtype="U12")
    for week in range(WEEKS):
        cases = counted.weekly[:, week].astype(np.float64)
        draws = min(question.permutations, MOST_WEEKLY_DRAWS)
        found = hotspots.gi_star(cases, weights, draws, question.seed + week + 1)
        z[:, week] = found.z
        hot[:, week] = (found.z > 0) & (np.nan_to_num(adjusted(found.p_sim), nan=1.0) <= CONFIDENCE[-1])
        hot[:, week] &= ~too_few(cases, weights)
    return emergence(hot, z)
