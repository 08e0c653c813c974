"""A page of cases as JSON, built from the database's own texts.

The same members as `output.item`, a test compares the two. A list of a hundred has three thousand values:
turned into objects and back they cost most of the answer's time.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import orjson

from app.areas.index import AreaEntry, AreaIndex, areas
from app.core.policy import LEVEL_FIELDS
from app.core.stamps import Stamped
from app.people.queries import DepartmentRow, departments

LEVELS = tuple(LEVEL_FIELDS)
WHOLE_SECOND = ".000000"


def lines(rows: Iterable[Any], now: datetime) -> list[str]:
    """One JSON object per row of `listing.texts`."""
    places, names = _PLACES.get(), _DEPARTMENTS.get()
    return [_line(places, names, now, *row) for row in rows]


def _line(
    places: "Places",
    names: Mapping[int | None, str],
    now: datetime,
    ident: int,
    uuid: str,
    number: str | None,
    version: int,
    status: str,
    level: str,
    holder: int,
    department: int | None,
    category: str,
    city: int | None,
    district: int | None,
    town: int | None,
    community: int | None,
    grid: int | None,
    placement: str,
    place_text: str | None,
    geometry: str | None,
    lon: float | None,
    lat: float | None,
    filed_at: str,
    observed_at: str,
    due_at: str | None,
    ended_at: str | None,
    description: str,
    urgency: str,
    restricted: bool,
    escalations: int,
    returns: int,
    reworks: int,
    *_sorted_by: str | None,
) -> str:
    return (
        f'{{"id":"{dashed(uuid)}","number":{_quoted(number)},"version":{version},'
        f'"status":"{status}","level":"{level}","holder":{places.holder(holder)},'
        f'"department":{names.get(department, "null")},"category":{_quoted(category)},'
        f'"areas":{places.lineage(city, district, town, community, grid)},'
        f'"placement":"{placement}","place_text":{_quoted(place_text)},'
        f'"geometry":{geometry or _point(lon, lat)},'
        f'"filed_at":{_instant(filed_at)},"observed_at":{_instant(observed_at)},'
        f'"due_at":{_instant(due_at)},"overdue":{_overdue(due_at, ended_at, now)},'
        f'"ended_at":{_instant(ended_at)},"description":{_quoted(description)},'
        f'"urgency":"{urgency}","restricted":{"true" if restricted else "false"},'
        f'"escalations":{escalations},"returns":{returns},"reworks":{reworks}}}'
    )


def dashed(uuid: str) -> str:
    """SQLite keeps 32 digits."""
    if len(uuid) == 36:
        return uuid
    return f"{uuid[:8]}-{uuid[8:12]}-{uuid[12:16]}-{uuid[16:20]}-{uuid[20:]}"


def rfc3339(stored: str) -> str:
    """As `core.clock` says it: `2026-11-21 10:42:00.12+00` (PostgreSQL), `… 10:42:00.120000` (SQLite)."""
    text = stored.removesuffix("+00")
    if len(text) > 19:
        text = text.ljust(26, "0").removesuffix(WHOLE_SECOND)
    return f"{text[:10]}T{text[11:]}Z"


def _instant(stored: str | None) -> str:
    return "null" if stored is None else f'"{rfc3339(stored)}"'


def _overdue(due_at: str | None, ended_at: str | None, now: datetime) -> str:
    if due_at is None or ended_at is not None:
        return "false"
    return "true" if datetime.fromisoformat(rfc3339(due_at)) < now else "false"


def _quoted(text: str | None) -> str:
    return "null" if text is None else orjson.dumps(text).decode()


def _point(lon: float | None, lat: float | None) -> str:
    return "null" if lon is None else f'{{"type":"Point","coordinates":[{lon!r},{lat!r}]}}'


class Places:
    """What lines say of units, as JSON; each unit's is made once."""

    def __init__(self, index: AreaIndex) -> None:
        self._index = index
        self._holders: dict[int, str] = {}
        self._lineages: dict[tuple[int | None, ...], str] = {}

    def holder(self, area_id: int) -> str:
        found = self._holders.get(area_id)
        if found is None:
            found = self._holders[area_id] = _named(self._index.by_id[area_id])
        return found

    def lineage(self, *ids: int | None) -> str:
        found = self._lineages.get(ids)
        if found is None:
            codes = (None if i is None else self._index.by_id[i].code for i in ids)
            said = orjson.dumps(dict(zip(LEVELS, codes, strict=True))).decode()
            found = self._lineages[ids] = said
        return found


def _named(thing: AreaEntry | DepartmentRow) -> str:
    return orjson.dumps({"code": thing.code, "name": thing.name}).decode()


def _named_departments() -> dict[int | None, str]:
    return {ident: _named(row) for ident, row in departments().items()}


_PLACES: Stamped[Places] = Stamped("areas", lambda: Places(areas()), key="cases.places")
_DEPARTMENTS: Stamped[dict[int | None, str]] = Stamped(
    "departments", _named_departments, key="cases.departments"
)
