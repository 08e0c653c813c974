"""What the district map is asked to show: read from the address, and written into it again."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from flask import request, url_for
from werkzeug.datastructures import MultiDict

from app.areas.index import AreaEntry, areas
from app.cases.queries.filters import Filters, read_filters
from app.core.clock import local_day, rfc3339
from app.core.language import gettext as _
from app.core.policy import Actor
from app.core.problems import NotFound
from app.desk import atlas
from app.desk.queries import below
from app.people.queries import departments
from app.workflow.levels import LEVELS

PERIODS = {"7": 7, "30": 30, "90": 90, "365": 365}
MOST_UNITS = 1000
TABLE_PAGE = 100
KEPT = ("period", "from", "to", "category", "status", "reached", "overdue", "show")


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
        asked = request.args.get("level", "")
        return asked if asked in self.levels else [*self.levels, self.area.level][0]

    @property
    def units(self) -> list[AreaEntry]:
        """The units of that level; the area itself if it has none below."""
        return below().of(self.area).get(self.level, [self.area] if self.level == self.area.level else [])

    @property
    def seen(self) -> datetime:
        """The instant that the page speaks of."""
        return self.filters.as_of or self.at

    def link(self, unit: AreaEntry | None = None, /, **adds: Any) -> str:
        """The list of exactly the cases counted here, as of this instant."""
        if adds.get("status") == "open" and self.filters.statuses:
            adds["status"] = ",".join(sorted(self.filters.statuses & atlas.ALL_OPEN))
        asked = self._kept | adds | {"within": (unit or self.area).code}
        return f"{self._lists}?{urlencode(asked, safe=':,')}"

    def turned(self, sort: str, page: int = 1) -> str:
        """This table in another order, or further down."""
        more = {"page": page} if page > 1 else {}
        return here(self.area, level=self.level, sort=sort, **more)

    @cached_property
    def _lists(self) -> str:
        return url_for("desk.cases")

    @cached_property
    def _kept(self) -> dict[str, str]:
        """The page's own filters, in the words of the lists."""
        kept = {name: request.args.get(name) for name in ("category", "status", "overdue")}
        kept |= {"level": request.args.get("reached"), "as_of": rfc3339(self.seen)}
        kept |= {"from": rfc3339(self.filters.start), "to": rfc3339(self.filters.end)}
        return {name: value for name, value in kept.items() if value}


def here(area: AreaEntry, **changes: Any) -> str:
    """This page for another unit, with the same filters."""
    kept = {name: request.args.get(name) for name in KEPT if request.args.get(name)}
    return url_for("desk.map", area=area.code, **(kept | changes))


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
    days = PERIODS.get(request.args.get("period", ""))
    if days:
        args["from"] = (local_day(at) - timedelta(days=days)).isoformat()
        args.pop("to", None)
    args["within"] = area.code
    return read_filters(args)


def asked_sort(show: atlas.Measure) -> str:
    asked = request.args.get("sort", "")
    known = {"name", *(column.code for column in atlas.COLUMNS)}
    return asked if asked.lstrip("-") in known else f"-{show.code}"


def asked_page(count: int) -> int:
    """Which page of a table of that many lines; the nearest one there is."""
    text = request.args.get("page", "")
    page = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 1
    return min(max(page, 1), max(1, -(-count // TABLE_PAGE)))
