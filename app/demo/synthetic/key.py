"""The answer key: everything that was planted, as a value that JSON can hold. Pure.

The same city gives the same bytes: floats are rounded to what is needed to judge a method by them.
"""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta
from typing import Any

import numpy as np
import orjson

from app.demo.synthetic.city import City
from app.demo.synthetic.ground import Flags, Floats, Ints, scale
from app.demo.synthetic.lives import REJECTED_IN
from app.demo.synthetic.model import DRIFT, HOUR, NONE, expected, masses
from app.demo.synthetic.plan import VERSION, Plan
from app.demo.synthetic.planting import HOURS, PEAK, SEASON, WEEK, WEEKDAYS, Planted

FORMULA = (
    "usual cases of a grid, category and day are proportional to base[grid] × by_category[category] ×"
    " by_day[day]; inspectors find their share of them times effort[grid], citizens theirs as it is;"
    " clusters and the drift add cases that both find alike"
)


def answer_key(city: City, placed: Sequence[str | None]) -> dict[str, Any]:
    """`placed`: the code of the unit that each case was put in by its position; None where there is none."""
    return {
        "generator": {"version": VERSION, "seed": city.seed, "formula": FORMULA},
        "plan": {name: _told(value) for name, value in asdict(city.plan).items()},
        "cases": len(city.drawn),
        "days": _days(city.plan, city.planted),
        "categories": dict(zip(city.ground.categories, _rounded(city.planted.by_category), strict=True)),
        "expected_cases": _by_origin(city),
        "clusters": [_cluster(city, number) for number in range(1, len(city.planted.clusters) + 1)],
        "drift": _drift(city),
        "grids": _grids(city),
        "channels": {
            "inspector_share": city.plan.found_by_inspectors,
            "hours": {channel: list(hours) for channel, hours in HOURS.items()},
        },
        "over_reported": _unlike(city.ground.codes, city.planted.effort, 1.0),
        "units": _units(city),
        "phones": _unlike(city.ground.towns, city.planted.offset_s, 0),
        "duplicates": _duplicates(city),
        "borders": _borders(city, placed),
        "outside": _uuids(city, city.drawn.outside),
        "shapes": _uuids(city, city.points.geometries != None),  # noqa: E711  (of each element)
    }


def as_bytes(key: dict[str, Any]) -> bytes:
    return orjson.dumps(key, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _told(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def _rounded(values: Floats, places: int = 9) -> list[float]:
    return [round(value, places) for value in values.tolist()]


def _day(plan: Plan, number: int) -> str:
    return (plan.start + timedelta(days=number)).isoformat()


def _days(plan: Plan, planted: Planted) -> dict[str, Any]:
    return {
        "first": _day(plan, 0),
        "share": _rounded(planted.by_day),
        "weekdays": list(WEEKDAYS),
        "season": {"amplitude": SEASON, "peak_day_of_year": PEAK},
    }


def _uuids(city: City, which: Flags) -> list[str]:
    return [str(city.uuids[case]) for case in np.flatnonzero(which).tolist()]


def _unlike(codes: Sequence[str], values: Floats | Ints, usual: float) -> dict[str, float]:
    """Those that differ from all others, with how they do."""
    return {codes[i]: values[i].item() for i in np.flatnonzero(values != usual).tolist()}


def _by_origin(city: City) -> dict[str, float]:
    """How many cases to expect; `clusters` in their order."""
    weights = masses(city.planted, city.plan)
    usual, drift, *clusters = _rounded(weights / weights.sum() * city.plan.cases, 3)
    return {"usual": usual, "drift": drift, "clusters": round(sum(clusters), 3)}


def _cluster(city: City, number: int) -> dict[str, Any]:
    cluster, codes = city.planted.clusters[number - 1], city.ground.codes
    weights = masses(city.planted, city.plan)
    return {
        "kind": cluster.kind,
        "centre": codes[cluster.centre],
        "rings": cluster.rings,
        "grids": [codes[grid] for grid in cluster.grids.tolist()],
        "category": city.ground.categories[cluster.category],
        "from": _day(city.plan, cluster.first_day),
        "to": _day(city.plan, cluster.end_day),
        "relative_risk": round(cluster.relative_risk, 6),
        "extra_expected": round(float(weights[number + 1] / weights.sum() * city.plan.cases), 3),
        "extra_drawn": int((city.drawn.origin == number).sum()),
    }


def _drift(city: City) -> dict[str, Any] | None:
    """Where its middle was each week, in degrees."""
    if not len(city.planted.drift):
        return None
    path = city.planted.drift_path / scale(city.ground.middle[1]) + city.ground.middle
    return {
        "days_each": WEEK,
        "path": [_rounded(point, 5) for point in path],
        "cases": int((city.drawn.origin == DRIFT).sum()),
    }


def _grids(city: City) -> dict[str, Any]:
    """Columns, one entry for each grid. `touched`: 1 where clusters or the drift put cases, 0 where quiet."""
    return {
        "code": list(city.ground.codes),
        "base": _rounded(city.planted.base, 12),
        "effort": city.planted.effort.tolist(),
        "expected": _rounded(expected(city.planted, city.plan), 6),
        "drawn": city.drawn.counts(len(city.ground)).tolist(),
        "touched": city.planted.touched.astype(int).tolist(),
    }


def _units(city: City) -> dict[str, Any]:
    """How long cases take from filing to closing, whether or not anybody waited for the end."""
    return {
        "median_hours": city.plan.median_hours,
        "spread_of_logarithm": city.plan.spread,
        "rejected_take": REJECTED_IN,
        "times_slower": _unlike(city.ground.units, city.planted.slowness, 1.0),
    }


def _duplicates(city: City) -> list[dict[str, Any]]:
    metres, drawn, true = scale(city.ground.middle[1]), city.drawn, city.points.true
    copies = np.flatnonzero(drawn.copy_of != NONE)
    first = drawn.copy_of[copies]
    apart = np.hypot(*((true[copies] - true[first]) * metres).T)
    hours = (drawn.filed[copies] - drawn.filed[first]) / HOUR
    return [
        {
            "first": str(city.uuids[one]),
            "again": str(city.uuids[other]),
            "metres": round(far, 1),
            "hours": round(wait, 2),
        }
        for one, other, far, wait in zip(
            first.tolist(), copies.tolist(), apart.tolist(), hours.tolist(), strict=True
        )
    ]


def _borders(city: City, placed: Sequence[str | None]) -> list[dict[str, Any]]:
    """Where it was, where the phone said it was, and what the position alone makes of it."""
    points = city.points
    return [
        {
            "case": str(city.uuids[case]),
            "true": city.ground.codes[int(city.drawn.grid[case])],
            "placed": placed[case],
            "true_point": points.true[case].tolist(),
            "point": [float(points.lon[case]), float(points.lat[case])],
            "accuracy_m": float(points.accuracy_m[case]),
        }
        for case in np.flatnonzero(points.border).tolist()
    ]
