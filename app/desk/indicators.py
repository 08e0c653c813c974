"""What the page of indicators is asked to show: read from the address, and written into it again."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from flask import request, url_for
from werkzeug.datastructures import MultiDict

from app.analysis.denominators import DENOMINATORS
from app.analysis.indicators import Definitions, Window, before, definitions, window_of
from app.analysis.indicators.reading import Part, Question, Tally, measure, parameters, together
from app.analysis.indicators.registry import COUNT, SHARE, Indicator
from app.analysis.indicators.windows import OWN, PERIODS
from app.areas.index import AreaEntry, areas
from app.cases.queries import listing
from app.cases.queries.filters import Filters, read_filters
from app.core.clock import rfc3339
from app.core.language import gettext as _
from app.core.policy import Actor
from app.core.problems import Invalid, NotFound
from app.desk.mapview import asked_level, home_areas, levels_below, units_of
from app.desk.queries import below

KEPT = ("area", "level", "period", "from", "to", "category", "show", "per", "as_of", "version")
MOST_UNITS = 200
"""More units than this make no table that anybody reads; a lower unit is chosen first."""
FIRST_SHOWN = "closing_rate"


@dataclass(frozen=True)
class View:
    """What is shown to whom. `at`: now; `as_of` of the window: the instant that all numbers speak of."""

    area: AreaEntry
    levels: list[str]
    period: str
    window: Window
    shared: Filters
    said: Definitions
    actor: Actor
    at: datetime

    @cached_property
    def level(self) -> str:
        """The level of the rows: the one asked for if there is one, else the next below."""
        return asked_level(self.area, self.levels)

    @cached_property
    def units(self) -> list[AreaEntry]:
        """The rows, in the order of their codes: never by how many cases they have."""
        return units_of(self.area, self.level)

    @cached_property
    def show(self) -> Indicator:
        """The indicator that units are compared by."""
        wanted = request.args.get("show", FIRST_SHOWN)
        known = {each.code: each for each in self.comparable}
        return known.get(wanted) or known.get(FIRST_SHOWN) or self.comparable[0]

    @cached_property
    def comparable(self) -> list[Indicator]:
        """Shares, and counts that a rate can be made of."""
        return [each for each in self.said.indicators if each.measure in (SHARE, COUNT)]

    @property
    def per(self) -> str:
        asked = request.args.get("per", "")
        return asked if asked in DENOMINATORS else DENOMINATORS[0]

    @cached_property
    def prior(self) -> Window:
        return before(self.window, self.period)

    def question(self, window: Window) -> Question:
        scope = listing.scope_for(self.actor, self.shared)
        return Question(self.shared, window, scope, self.at)

    @cached_property
    def by_unit(self) -> dict[int | None, Tally]:
        """Everything of the period, by unit of the rows."""
        return measure(self.said.indicators, self.level, self.question(self.window))

    @cached_property
    def whole(self) -> Tally:
        return together(self.by_unit.values())

    @cached_property
    def earlier(self) -> Tally:
        """The period before, of the area as a whole."""
        return together(measure(self.said.indicators, self.area.level, self.question(self.prior)).values())

    def link(
        self, part: Part, unit: AreaEntry | None = None, window: Window | None = None, **adds: str
    ) -> str:
        """The list of exactly the cases counted in a part."""
        window = window or self.window
        own = {"category": ",".join(sorted(self.shared.categories))} if self.shared.categories else {}
        asked = parameters(part, window) | own | adds
        asked |= {"within": (unit or self.area).code, "as_of": rfc3339(window.as_of) or ""}
        return f"{self._lists}?{urlencode(asked, safe=':,')}"

    def standing_at(self, as_of: datetime, **adds: str) -> str:
        """The list of what was open in the unit at an instant."""
        window = Window(self.window.first, self.window.last, as_of)
        return self.link(("standing", ()), None, window, **adds)

    def open_filters(self) -> Filters:
        """What is open at the instant of the page, as the lists read it."""
        asked = self.question(self.window)
        return asked.whole("standing")

    @cached_property
    def _lists(self) -> str:
        return url_for("desk.cases")

    def here(self, endpoint: str = "desk.indicators", **changes: Any) -> str:
        """This page (or its file) with changes; None leaves one out."""
        kept = {name: request.args.get(name) for name in KEPT} | {"area": self.area.code} | changes
        return url_for(endpoint, **{name: value for name, value in kept.items() if value})

    @property
    def kept(self) -> str:
        """An address that says the same later: with its instant and its version of the definitions."""
        return self.here(as_of=rfc3339(self.window.as_of), version=self.said.version or None)

    @property
    def covered(self) -> bool:
        """Whether the reader may see every unrestricted case of the unit."""
        index = areas()
        own = [p for p in self.actor.postings if p.area_id in index.by_id and not p.department_id]
        return any(self.area.lies_in(index.by_id[p.area_id]) for p in own if p.area_id)

    @property
    def cleared(self) -> bool:
        """Whether they may see the restricted ones there, too."""
        index = areas()
        own = [p for p in self.actor.postings if p.restricted and p.area_id in index.by_id]
        return any(self.area.lies_in(index.by_id[p.area_id]) for p in own if p.area_id)


def asked_view(actor: Actor, at: datetime) -> View:
    """Raises Invalid, naming each parameter that means nothing, and NotFound for a unit or version."""
    area, said = _area(actor), _definitions()
    only = MultiDict({name: request.args[name] for name in ("category", "as_of") if request.args.get(name)})
    filters = read_filters(only)
    period = request.args.get("period", "30")
    period = period if period in PERIODS else "30"
    as_of = min(filters.as_of or at, at)
    window = window_of(period, as_of, _day("from"), _day("to")) if period == OWN else window_of(period, as_of)
    levels = [level for level in levels_below(area) if len(below().of(area)[level]) <= MOST_UNITS]
    shared = Filters(within=area, categories=filters.categories)
    return View(area, levels, period, window, shared, said, actor, at)


def plain_view(actor: Actor, at: datetime) -> View:
    """What is shown beside a refusal: the reader's own unit, the last 30 days."""
    area = home_areas(actor)[0] if home_areas(actor) else areas().city
    return View(area, [], "30", window_of("30", at), Filters(within=area), definitions(), actor, at)


def _area(actor: Actor) -> AreaEntry:
    asked, index = request.args.get("area"), areas()
    if asked:
        found = index.by_code.get(asked)
        if found is None:
            raise NotFound(_("There is no area %(code)s.", code=asked[:40]))
        return found
    own = home_areas(actor)
    return own[0] if own else index.city


def _definitions() -> Definitions:
    asked = request.args.get("version", "")
    if not asked:
        return definitions()
    if not (asked.isascii() and asked.isdigit() and len(asked) < 8):
        raise Invalid({"version": [_("The number of a version.")]})
    return definitions(int(asked))


def _day(name: str) -> date | None:
    text = request.args.get(name, "")
    if not text:
        return None
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise Invalid({name: [_("A day such as 2026-10-01 is expected.")]}) from None
    if not 1970 <= found.year < 2100:
        raise Invalid({name: [_("The year must lie between 1970 and 2100.")]})
    return found


def by_group(indicators: tuple[Indicator, ...]) -> Mapping[str, list[Indicator]]:
    """In their order, group by group."""
    found: dict[str, list[Indicator]] = {}
    for each in indicators:
        found.setdefault(each.group, []).append(each)
    return found
