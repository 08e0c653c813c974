"""The hot-spot page's question, read from the address or from a kept result."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from flask import url_for
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict

from app.analysis import units
from app.analysis.cells import SQUARE
from app.analysis.denominators import RESIDENTS
from app.analysis.hotspot_runs import CELL_KINDS, GI_STAR, HOUSEHOLDS, KM2, STATISTICS, Question
from app.analysis.results import Asked
from app.areas.index import AreaEntry, areas
from app.cases.queries import listing
from app.cases.queries.filters import Filters, read_filters
from app.core.clock import local_day, rfc3339
from app.core.policy import Actor, Predicate
from app.desk.mapview import PERIODS
from app.workflow.levels import LEVELS

VALUES: dict[str, Any] = {
    "filed": _l("Filed"),
    "open": _l("Open"),
    "overdue": _l("Overdue"),
    "escalated": _l("Raised"),
}
ADDS: dict[str, dict[str, str]] = {
    "filed": {},
    "open": {"status": "open"},
    "overdue": {"overdue": "true"},
    "escalated": {"raised": "true"},
}
"""What a value's list adds to the page's filters."""
PER: dict[str, Any] = {
    "": _l("number of cases"),
    RESIDENTS: _l("per resident"),
    HOUSEHOLDS: _l("per household"),
    KM2: _l("per km²"),
}
STATISTIC_NAMES: dict[str, Any] = {"gi_star": _l("Gi* (Getis-Ord)"), "local_moran": _l("Local Moran's I")}
SIZES = (250, 500, 1000, 2000)
DRAWS = (999, 9_999, 99_999)
METHOD = ("statistic", "draws", "seed")
DEFAULT = {
    "period": "90",
    "value": "filed",
    "statistic": GI_STAR,
    "draws": "99999",
    "seed": "1",
    "size": "1000",
}
OWN = "own"
PAGE = 100


@dataclass(frozen=True)
class Look:
    """What the page is asked. `parameters`: all of it as plain values, which are kept with the result."""

    question: Question
    parameters: Mapping[str, Any]
    at: datetime

    @property
    def area(self) -> AreaEntry:
        return self.question.area

    @cached_property
    def units(self) -> units.Units:
        if self.question.units in CELL_KINDS:
            return units.cells_over(self.area, self.question.units, float(self.question.size_m or 0))
        return units.units_at(self.question.units, self.area)

    def asked(self, actor: Actor) -> Asked:
        filters = self.question.filters
        return Asked(
            self.question.statistic,
            self.parameters,
            filters.start,
            filters.end,
            self.question.seed,
            scope_of(self.parameters, actor),
        )

    def link(self, **adds: str) -> str:
        """The list of exactly the counted cases; `within`, `bbox` or `hexagon` narrow it to one unit."""
        filters = self.question.filters
        asked = {"within": self.area.code, "category": self.parameters["category"]}
        asked |= {"from": rfc3339(filters.start), "to": rfc3339(filters.end)}
        asked |= {"as_of": rfc3339(filters.as_of or self.at)} | ADDS[self.parameters["value"]] | adds
        kept = {name: value for name, value in asked.items() if value}
        return f"{url_for('desk.cases')}?{urlencode(kept, safe=':,')}"

    def link_of(self, unit: int) -> str:
        cells = self.units.cells
        if cells is None:
            return self.link(within=self.units.codes[unit])
        if cells.kind == SQUARE:
            return self.link(bbox=",".join(map(repr, cells.box(unit))))
        found = cells.hexagon(unit)
        numbers = (found.plane.lon, found.plane.lat, found.size_m, found.q, found.r)
        return self.link(hexagon=",".join(map(repr, numbers)))


def scope_of(parameters: Mapping[str, Any], actor: Actor) -> Predicate:
    """What the reader may see of the area that the parameters name."""
    area = areas().by_code.get(parameters["area"])
    return listing.scope_for(actor, Filters(within=area))


def levels_of(area: AreaEntry) -> list[str]:
    """Levels of which the area holds units, the lowest first."""
    index = areas()
    held = {entry.level for entry in index.entries if entry.lies_in(area) and entry.id != area.id}
    return [level for level in reversed(LEVELS) if level in held]


def asked(args: Mapping[str, str], area: AreaEntry, at: datetime) -> Look:
    """The page's address; what it does not know falls back to what is usual. Raises Invalid (dates …)."""
    chosen = DEFAULT | {name: value for name, value in args.items() if value}
    levels = levels_of(area)
    usual = levels[0] if levels else SQUARE
    kind = _one_of(chosen.get("units"), [*levels, *CELL_KINDS], usual)
    parameters: dict[str, Any] = {
        "area": area.code,
        "units": kind,
        "size": int(_one_of(chosen["size"], [str(size) for size in SIZES], DEFAULT["size"])),
        "value": _one_of(chosen["value"], VALUES, "filed"),
        "per": "" if kind in CELL_KINDS else _one_of(chosen.get("per"), PER, ""),
        "statistic": _one_of(chosen["statistic"], STATISTICS, GI_STAR),
        "draws": int(_one_of(chosen["draws"], [str(draws) for draws in DRAWS], DEFAULT["draws"])),
        "seed": int(_seed(chosen["seed"])),
        "period": chosen["period"],
        "category": chosen.get("category", ""),
        "as_of": chosen.get("as_of", ""),
        **_window(chosen, at),
        "generation": areas().generation_id,
        "today": local_day(at).isoformat(),
    }
    if parameters["value"] == "overdue" and not parameters["as_of"]:
        parameters["minute"] = rfc3339(at.replace(second=0, microsecond=0))
    return look(parameters, at)


def look(parameters: Mapping[str, Any], at: datetime) -> Look:
    """The question that parameters mean, asked at an instant."""
    area = areas().by_code[parameters["area"]]
    said = {name: parameters[name] for name in ("category", "from", "to", "as_of")}
    adds = ADDS[parameters["value"]]
    filters = read_filters(MultiDict({**said, **adds, "within": area.code}))
    kind = parameters["units"]
    size = parameters["size"] if kind in CELL_KINDS else None
    per = parameters["per"] or None
    draws, seed = parameters["draws"], parameters["seed"]
    question = Question(area, kind, size, filters, per, parameters["statistic"], draws, seed)
    return Look(question, parameters, at)


def _window(chosen: Mapping[str, str], at: datetime) -> dict[str, str]:
    """A window of the last days begins at a midnight, so that it is the same all day."""
    if chosen["period"] == OWN:
        return {"from": chosen.get("from", ""), "to": chosen.get("to", "")}
    days = PERIODS.get(chosen["period"], PERIODS[DEFAULT["period"]])
    return {"from": (local_day(at) - timedelta(days=days)).isoformat(), "to": ""}


def _one_of(text: str | None, known: Any, otherwise: str) -> str:
    return text if text is not None and text in known else otherwise


def _seed(text: str) -> str:
    return text if text.isascii() and text.isdigit() and len(text) < 10 else DEFAULT["seed"]
