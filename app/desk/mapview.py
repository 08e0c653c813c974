"""What the district map is asked to show: read from the address, and written into it again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from flask import request, url_for
from werkzeug.datastructures import MultiDict

from app.areas.index import AreaEntry, areas
from app.cases.queries.filters import Filters, read_filters
from app.core.clock import day_start, local_day, rfc3339
from app.core.language import day
from app.core.language import gettext as _
from app.core.policy import Actor
from app.core.problems import NotFound
from app.desk import atlas
from app.desk.classes import METHODS
from app.desk.queries import below
from app.desk.tabs import ALL_OPEN
from app.people.queries import departments
from app.workflow.levels import LEVELS

PERIODS = {"7": 7, "30": 30, "90": 90, "365": 365}
MOST_UNITS = 1000
TABLE_PAGE = 100
KEPT = ("period", "from", "to", "category", "status", "reached", "overdue", "show", "cut", "at", "pin")
WEEK = timedelta(days=7)
STEPS_WITHOUT_WINDOW, MOST_STEPS = 12, 52


@dataclass(frozen=True)
class View:
    """What the page is asked to show; everything of it stands in the address. `levels`: see levels_below."""

    area: AreaEntry
    levels: list[str]
    filters: Filters
    measure: atlas.Measure
    sort: str
    at: datetime

    @cached_property
    def level(self) -> str:
        """The level of the units: the one asked for if the area has it, else the next one below it."""
        return asked_level(self.area, self.levels)

    @property
    def units(self) -> list[AreaEntry]:
        """The units of that level; the area itself if it has none below."""
        return units_of(self.area, self.level)

    @property
    def seen(self) -> datetime:
        """The instant that the page speaks of."""
        return self.filters.as_of or self.at

    @cached_property
    def method(self) -> str:
        """How the classes are cut."""
        asked = request.args.get("cut", "")
        return asked if asked in METHODS else METHODS[0]

    @cached_property
    def columns(self) -> Sequence[atlas.Measure]:
        """The columns of the table, which has the measure among them."""
        known = [*atlas.measures_here(), atlas.MEDIAN]
        return [column for column in atlas.COLUMNS[atlas.table_of(self.measure)] if column in known]

    def link(self, unit: AreaEntry | None = None, /, **adds: Any) -> str:
        """The list of exactly the cases counted here, as of this instant."""
        if adds.get("status") == "open" and self.filters.statuses:
            adds["status"] = ",".join(sorted(self.filters.statuses & ALL_OPEN))
        if adds.get("climbed_since") == "week":
            adds["climbed_since"] = rfc3339(self.seen - WEEK)
        asked = self._kept | adds | {"within": (unit or self.area).code}
        return f"{self._lists}?{urlencode(asked, safe=':,')}"

    def turned(self, sort: str, page: int = 1) -> str:
        """This table in another order, or further down."""
        more = {"page": page} if page > 1 else {}
        return self.again(sort=sort, **more)

    def again(self, **changes: Any) -> str:
        """This page with changes."""
        kept = {"level": self.level, "compare": request.args.get("compare")}
        return here(self.area, **(kept | changes))

    @cached_property
    def _lists(self) -> str:
        return url_for("desk.cases")

    @cached_property
    def _kept(self) -> dict[str, str]:
        """The page's own filters, in the words of the lists."""
        asked = self.filters
        statuses = "open" if asked.statuses == ALL_OPEN else ",".join(sorted(asked.statuses))
        kept = {"category": ",".join(sorted(asked.categories)), "status": statuses, "level": asked.level}
        kept |= {"overdue": None if asked.overdue is None else str(asked.overdue).lower()}
        kept |= {"from": rfc3339(asked.start), "to": rfc3339(asked.end), "as_of": rfc3339(self.seen)}
        return {name: value for name, value in kept.items() if value}


def asked_level(area: AreaEntry, levels: list[str]) -> str:
    """The level asked for if it is one of these, else the first of them, else the area's own."""
    asked = request.args.get("level", "")
    return asked if asked in levels else [*levels, area.level][0]


def units_of(area: AreaEntry, level: str) -> list[AreaEntry]:
    """The area's units of a level in the order of their codes; the area itself at its own level."""
    return below().of(area).get(level, [area] if level == area.level else [])


def window_words(filters: Filters) -> str:
    """When the counted cases were filed."""
    start, end = filters.start, filters.end
    if start is None and end is None:
        return _("all cases ever filed")
    if end is None:
        return _("filed since %(day)s", day=day(start))
    if start is None:
        return _("filed before %(day)s", day=day(end))
    return _("filed from %(start)s until before %(end)s", start=day(start), end=day(end))


def here(area: AreaEntry, **changes: Any) -> str:
    """This page for another unit, with the same filters; None leaves one out."""
    kept = {name: request.args.get(name) for name in KEPT}
    if request.args.get("compare") == "period":
        kept["compare"] = "period"
    return url_for("desk.map", area=area.code, **{n: v for n, v in (kept | changes).items() if v})


def asked_area(actor: Actor) -> AreaEntry:
    """The unit asked for, else the reader's own."""
    index = areas()
    asked = request.args.get("area")
    if asked:
        found = index.by_code.get(asked)
        if found is None:
            raise NotFound(_("There is no area %(code)s.", code=asked[:40]))
        return found
    own = home_areas(actor)
    return own[0] if own else index.city


def home_areas(actor: Actor) -> list[AreaEntry]:
    """The units of the reader's postings, highest first; a department counts by the unit it belongs to."""
    index = areas()
    ids = [p.area_id or _area_of_department(p.department_id) for p in actor.postings]
    found = [index.by_id[area_id] for area_id in ids if area_id in index.by_id]
    return sorted(found, key=lambda unit: LEVELS.index(unit.level))


def _area_of_department(department_id: int | None) -> int | None:
    found = departments().get(department_id) if department_id is not None else None
    return found.area_id if found else None


def levels_below(area: AreaEntry) -> list[str]:
    """Levels under the area, as far as a table of them can be read."""
    under = below().of(area)
    return [level for level in LEVELS if 0 < len(under.get(level, ())) <= MOST_UNITS]


def asked_filters(area: AreaEntry, at: datetime) -> Filters:
    """The page's filters as the lists read them; `level` means units here and the case's level there."""
    args = MultiDict({name: v for name, v in request.args.items() if name not in ("level", "area", "sort")})
    if request.args.get("at"):
        args["as_of"] = request.args["at"]
    days = PERIODS.get(request.args.get("period", ""))
    if days:
        args["from"] = (local_day(at) - timedelta(days=days)).isoformat()
        args.pop("to", None)
    args["within"] = area.code
    found = read_filters(args)
    return found if found.as_of is None or found.as_of < at else found.but(as_of=None)


@dataclass(frozen=True)
class Step:
    """One stop of the time slider; the last one is now and has no `at`."""

    at: str
    day: datetime
    here: bool


def steps(view: View) -> list[Step]:
    """The weeks of the window up to now (twelve without a window), oldest first, and the one shown."""
    today = local_day(view.at)
    weeks = STEPS_WITHOUT_WINDOW
    if view.filters.start is not None:
        weeks = (view.at - view.filters.start) // WEEK
    days = [today - n * WEEK for n in range(min(weeks, MOST_STEPS), 0, -1)]
    shown = local_day(view.filters.as_of) if view.filters.as_of else None
    if shown and shown not in days:
        days = sorted([*days, shown])
    found = [Step(day.isoformat(), day_start(day), day == shown) for day in days]
    return [*found, Step("", view.at, shown is None)]


def asked_sort(show: atlas.Measure) -> str:
    asked = request.args.get("sort", "")
    known = {"name", *(column.code for column in atlas.COLUMNS[atlas.table_of(show)])}
    return asked if asked.lstrip("-") in known else f"-{show.code}"


def asked_page(count: int) -> int:
    """Which page of a table of that many lines; the nearest one there is."""
    text = request.args.get("page", "")
    page = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 1
    return min(max(page, 1), max(1, -(-count // TABLE_PAGE)))
