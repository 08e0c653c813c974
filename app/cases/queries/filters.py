"""What a list, map, count or export asks for: the filters of the API, parsed."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from app.areas.index import AreaEntry, areas
from app.cases.ratings import SCORES
from app.cases.schemas import CONTROL, EARLIEST, LATEST
from app.cases.zones import Zone, find_zone
from app.core.clock import day_start
from app.core.policy import LEVEL_FIELDS
from app.core.problems import Invalid
from app.people.queries import department
from app.spatial import Box
from app.spatial.hexagons import Hexagon
from app.spatial.plane import Plane
from app.workflow.cards import Card
from app.workflow.levels import Level
from app.workflow.statuses import OPEN, Status
from app.workflow.tasks import TaskKind

MOST_WORDS, LONGEST_QUERY, MOST_VALUES = 5, 80, 60
LARGEST_HEXAGON, FARTHEST_HEXAGON = 100_000, 1_000_000
SORTS = ("-filed_at", "filed_at", "due_at", "-changed_at")


@dataclass(frozen=True)
class Filters:
    """Every part is optional; together they are one `and`. `start` ≤ filed < `end`, as of ended.

    `task` is the kind of an open duty, `owed_by_id` the unit that owes one; both together speak of one duty.
    """

    within: AreaEntry | None = None
    statuses: frozenset[str] = frozenset()
    level: str | None = None
    categories: frozenset[str] = frozenset()
    department_id: int | None = None
    overdue: bool | None = None
    bbox: Box | None = None
    hexagon: Hexagon | None = None
    q: str | None = None
    start: datetime | None = None
    end: datetime | None = None
    as_of: datetime | None = None
    sort: str = "-filed_at"
    holder_id: int | None = None
    returned: bool | None = None
    raised: bool | None = None
    due_before: datetime | None = None
    filed_by_id: int | None = None
    unplaced: bool | None = None
    no_unit_at: str | None = None
    near: bool | None = None
    supervised: bool | None = None
    cards: frozenset[str] = frozenset()
    task: str | None = None
    owed_by_id: int | None = None
    assisting_id: int | None = None
    climbed_since: datetime | None = None
    zone: Zone | None = None
    due_from: datetime | None = None
    ended_from: datetime | None = None
    ended_to: datetime | None = None
    accepted_from: datetime | None = None
    accepted_to: datetime | None = None
    deadline_from: datetime | None = None
    deadline_to: datetime | None = None
    reopened_from: datetime | None = None
    reopened_to: datetime | None = None
    climbed_before: datetime | None = None
    climbed_to: str | None = None
    climbed_for: str | None = None
    registered: bool | None = None
    on_time: bool | None = None
    reworked: bool | None = None
    channels: frozenset[str] = frozenset()
    ratings: frozenset[str] = frozenset()
    filer: UUID | None = None

    def but(self, **changes: Any) -> "Filters":
        return replace(self, **changes)


Args = MultiDict[str, str]


def read_filters(args: Args) -> Filters:
    """The filters in a query string; raises Invalid naming each parameter."""
    errors: dict[str, list[str]] = {}
    found: dict[str, Any] = {}
    for name, read in _READERS.items():
        try:
            text = _said(args, name)
            found |= read(text) if text else {}
        except _Bad as bad:
            errors[name] = [str(bad)]
    if errors:
        raise Invalid(errors)
    return Filters(**found)


class _Bad(ValueError):
    """What is wrong with one parameter."""


def _said(args: Args, name: str) -> str:
    """The parameter's text. Which of two areas was meant is not for us to guess."""
    texts = list(dict.fromkeys(text for text in args.getlist(name) if text))
    if len(texts) > 1 and name not in _MANY:
        raise _Bad(_("Say this once."))
    return ",".join(texts)


def read_instant(text: str) -> datetime:
    """RFC 3339, or a local day of the city, which means its beginning."""
    try:
        if len(text) == 10:
            return _in_range(day_start(date.fromisoformat(text)))
        found = datetime.fromisoformat(text.replace(" ", "+"))
        return _in_range(found.astimezone(UTC) if found.tzinfo else None)
    except (ValueError, OverflowError):
        raise _Bad(_("A day such as 2026-11-21, or an instant such as 2026-11-21T10:42:00Z.")) from None


def _in_range(instant: datetime | None) -> datetime:
    if instant is None or not EARLIEST - timedelta(days=1) <= instant < LATEST:
        raise ValueError
    return instant


def _within(code: str) -> dict[str, Any]:
    unit = areas().by_code.get(code)
    if unit is None:
        raise _Bad(_("There is no area %(code)s.", code=code[:40]))
    return {"within": unit}


def _statuses(text: str) -> dict[str, Any]:
    asked = set(text.split(","))
    wanted = {status.value for status in OPEN} if "open" in asked else set()
    wanted |= asked - {"open"}
    if unknown := wanted - {status.value for status in Status}:
        raise _Bad(_("There is no status %(name)s.", name=min(unknown)[:40]))
    return {"statuses": frozenset(wanted)}


def _level(text: str) -> dict[str, Any]:
    if text not in {level.value for level in Level}:
        raise _Bad(_("city, district, town, community or grid."))
    return {"level": text}


def _categories(text: str) -> dict[str, Any]:
    codes = text.split(",")
    if len(codes) > MOST_VALUES or CONTROL.search(text):
        raise _Bad(_("At most %(most)s codes.", most=MOST_VALUES))
    return {"categories": frozenset(codes)}


def _department(name: str) -> Any:
    def read(code: str) -> dict[str, Any]:
        found = department(code)
        if found is None:
            raise _Bad(_("There is no department %(code)s.", code=code[:40]))
        return {name: found.id}

    return read


def _unit(name: str) -> Any:
    return lambda code: {name: _within(code)["within"].id}


def _cards(text: str) -> dict[str, Any]:
    asked = frozenset(text.split(","))
    if asked - {card.value for card in Card}:
        raise _Bad(_("yellow, red or black."))
    return {"cards": asked}


def _duty(name: str) -> Any:
    def read(text: str) -> dict[str, Any]:
        if text not in {kind.value for kind in TaskKind}:
            raise _Bad(_("One of %(sorts)s.", sorts=", ".join(TaskKind)))
        return {name: text}

    return read


def _flag(name: str) -> Any:
    def read(text: str) -> dict[str, Any]:
        values = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
        if text.lower() not in values:
            raise _Bad(_("true or false."))
        return {name: values[text.lower()]}

    return read


def _instant(name: str) -> Any:
    return lambda text: {name: read_instant(text)}


def _bbox(text: str) -> dict[str, Any]:
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError:
        raise _Bad(_("Four numbers: west,south,east,north.")) from None
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise _Bad(_("West ≤ east within ±180, south ≤ north within ±90."))
    return {"bbox": (west, south, east, north)}


def _hexagon(text: str) -> dict[str, Any]:
    try:
        lon, lat, size, q, r = text.split(",")
        plane, size_m, key = Plane(float(lon), float(lat)), float(size), (int(q), int(r))
    except ValueError:
        raise _Bad(_("Five numbers: longitude and latitude of the origin, metres across, q and r.")) from None
    if not (-180 <= plane.lon <= 180 and -85 <= plane.lat <= 85 and 1 <= size_m <= LARGEST_HEXAGON):
        raise _Bad(
            _("An origin within ±180 and ±85 degrees, 1 to %(most)s metres across.", most=LARGEST_HEXAGON)
        )
    if max(map(abs, key)) > FARTHEST_HEXAGON:
        raise _Bad(_("q and r within ±%(most)s.", most=FARTHEST_HEXAGON))
    return {"hexagon": Hexagon(plane, size_m, *key)}


def _query(text: str) -> dict[str, Any]:
    words = text.split()
    if CONTROL.search(text) or len(text) > LONGEST_QUERY or len(words) > MOST_WORDS:
        raise _Bad(
            _("At most %(words)s words and %(most)s characters.", words=MOST_WORDS, most=LONGEST_QUERY)
        )
    try:
        text.encode()
    except UnicodeEncodeError:
        raise _Bad(_("Control characters have no place here.")) from None
    return {"q": text.strip()} if words else {}


def _sort(text: str) -> dict[str, Any]:
    if text not in SORTS:
        raise _Bad(_("One of %(sorts)s.", sorts=", ".join(SORTS)))
    return {"sort": text}


def _zone(text: str) -> dict[str, Any]:
    try:
        found = find_zone(UUID(text))
    except ValueError:
        found = None
    if found is None:
        raise _Bad(_("There is no such zone; draw it anew."))
    return {"zone": found}


def _no_unit_at(text: str) -> dict[str, Any]:
    if text not in LEVEL_FIELDS:
        raise _Bad(_("city, district, town, community or grid."))
    return {"no_unit_at": text}


def _channels(text: str) -> dict[str, Any]:
    names = text.split(",")
    if len(names) > MOST_VALUES or CONTROL.search(text):
        raise _Bad(_("At most %(most)s codes.", most=MOST_VALUES))
    return {"channels": frozenset(names)}


def _ratings(text: str) -> dict[str, Any]:
    asked = frozenset(text.split(","))
    if asked - set(SCORES):
        raise _Bad(_("One of %(sorts)s.", sorts=", ".join(SCORES)))
    return {"ratings": asked}


def _filer(text: str) -> dict[str, Any]:
    try:
        return {"filer": UUID(text)}
    except ValueError:
        raise _Bad(_("The public id of a person, a UUID.")) from None


_MANY = ("status", "category", "card", "channel", "rated")
_READERS: dict[str, Any] = {
    "within": _within,
    "status": _statuses,
    "level": _level,
    "reached": _level,
    "category": _categories,
    "department": _department("department_id"),
    "overdue": _flag("overdue"),
    "bbox": _bbox,
    "hexagon": _hexagon,
    "q": _query,
    "from": _instant("start"),
    "to": _instant("end"),
    "as_of": _instant("as_of"),
    "sort": _sort,
    "holder": _unit("holder_id"),
    "returned": _flag("returned"),
    "raised": _flag("raised"),
    "due_before": _instant("due_before"),
    "unplaced": _flag("unplaced"),
    "no_unit_at": _no_unit_at,
    "zone": _zone,
    "near": _flag("near"),
    "supervised": _flag("supervised"),
    "card": _cards,
    "task": _duty("task"),
    "owed_by": _unit("owed_by_id"),
    "assisting": _department("assisting_id"),
    "climbed_since": _instant("climbed_since"),
    "due_from": _instant("due_from"),
    "ended_from": _instant("ended_from"),
    "ended_to": _instant("ended_to"),
    "accepted_from": _instant("accepted_from"),
    "accepted_to": _instant("accepted_to"),
    "deadline_from": _instant("deadline_from"),
    "deadline_to": _instant("deadline_to"),
    "reopened_from": _instant("reopened_from"),
    "reopened_to": _instant("reopened_to"),
    "climbed_before": _instant("climbed_before"),
    "climbed_for": _duty("climbed_for"),
    "climbed_to": lambda text: {"climbed_to": _level(text)["level"]},
    "registered": _flag("registered"),
    "on_time": _flag("on_time"),
    "reworked": _flag("reworked"),
    "channel": _channels,
    "rated": _ratings,
    "filed_by": _filer,
}
