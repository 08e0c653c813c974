"""Cases as lists show them: words instead of codes, a clock, a photo, a dot on the map."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import url_for

from app.areas.index import AreaEntry, areas
from app.cases.clock_words import Clock, clock_of, suspended_clock
from app.catalogue.queries import categories, categories_of
from app.core.language import name_of
from app.core.policy import LEVEL_FIELDS, Actor
from app.desk.queries import first_photos, standings
from app.workflow.levels import Level
from app.workflow.moves import Duty, moves_at
from app.workflow.statuses import Status


@dataclass(frozen=True)
class Row:
    """One line of a list. No clock for a case that has ended. `acts`: what the reader may decide."""

    id: str
    number: str
    category: str
    place: str
    status: str
    level: str
    filed_at: datetime
    clock: Clock | None
    card: str | None
    applied: str | None
    raised: bool
    returns: int
    reworks: int
    thumb_url: str | None
    point: tuple[float, float] | None
    version: int
    acts: tuple[str, ...]

    @property
    def state(self) -> str:
        """`late`, `near` or `ok`, the meanings of the clock beside it; `ended` for a case without one."""
        return self.clock.state if self.clock else "ended"


def rows_of(found: Sequence[Any], at: datetime, actor: Actor | None) -> list[Row]:
    """List lines of case rows (the columns of `cases.queries.listing.ITEM`). Three statements at most.

    Without an actor nobody may decide anything, as in a list of the past.
    """
    ids = [row.id for row in found]
    photos, stand = first_photos(ids), standings(ids, None if actor else at)
    return [_row(row, stand[row.id], photos.get(row.id), at, actor) for row in found]


def _row(row: Any, stand: Any, photo: str | None, at: datetime, actor: Actor | None) -> Row:
    return Row(
        id=str(row.uuid),
        number=row.number,
        category=category_name(row.category, row.catalogue_version_id),
        place=place_in_words(row),
        status=row.status,
        level=row.level,
        filed_at=row.filed_at,
        clock=case_clock(row, stand.clock_from, at),
        card=stand.card,
        applied=stand.applied if actor else None,
        raised=row.escalations > 0,
        returns=row.returns,
        reworks=row.reworks,
        thumb_url=photo_url(row.uuid, photo, "thumb") if photo else None,
        point=(row.lon, row.lat) if row.lon is not None else None,
        version=row.version,
        acts=_acts(row, actor) if actor else (),
    )


def case_clock(row: Any, clock_from: datetime | None, at: datetime) -> Clock | None:
    """The clock that runs out first; none once the case has ended."""
    if row.ended_at is not None:
        return None
    opened = clock_from or row.filed_at
    if row.status == Status.SUSPENDED:
        return suspended_clock(opened, row.due_at, at)
    return clock_of(opened, row.due_at, at)


def _acts(row: Any, actor: Actor) -> tuple[str, ...]:
    """What the actor may decide as the one who answers for the case."""
    if not actor.holds(row.holder_id):
        return ()
    moves = moves_at(Status(row.status), Level(row.level))
    return tuple(move.action.value for move in moves if move.who is Duty.HOLDER)


def category_name(code: str, version_id: int) -> str:
    """What the case was filed as, in the words of its own catalogue version."""
    found = categories().get(code)
    if found is None or found.version_id != version_id:
        found = categories_of(version_id).get(code, found)
    return name_of(found) if found else code


def place_in_words(row: Any) -> str:
    """The two lowest units and the words for the place: `第9网格 · 桂园社区居委会 · 人民路12号`."""
    parts = [name_of(unit) for unit in reversed(units_of(row))][:2]
    return " · ".join([*parts, *([row.place_text] if row.place_text else [])])


def units_of(row: Any) -> list[AreaEntry]:
    """The units the case lies in, highest first; skipped levels are left out."""
    index = areas()
    ids = (getattr(row, name) for name in LEVEL_FIELDS.values())
    return [index.by_id[area_id] for area_id in ids if area_id is not None]


def photo_url(uuid: Any, sha256: str, size: str) -> str:
    return f"/api/v1/cases/{uuid}/photos/{sha256}?size={size}"


def points_of(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """What the map beside a list needs to know of its rows."""
    return [{"id": row.id, "point": row.point, "state": row.state} for row in rows if row.point]


def case_url(uuid: Any) -> str:
    return url_for("desk.case", uuid=uuid)
