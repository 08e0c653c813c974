"""Cases as the phone lists them: words instead of codes, a photo, a clock."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.areas.index import areas
from app.cases.clock_words import Clock
from app.catalogue.queries import categories, categories_of
from app.core.language import name_of
from app.core.policy import LEVEL_FIELDS, Actor, holds, may_read_case
from app.field.duties import Waiting, clock_for, open_tasks, settled, waiting
from app.field.queries import first_photos


@dataclass(frozen=True)
class Row:
    """One line. `sealed`: the reader filed it, but only people cleared for it read on."""

    id: str
    number: str
    sealed: bool
    category: str
    place: str
    status: str
    filed_at: datetime
    clock: Clock | None
    waits: list[Waiting]
    open: bool
    reworks: int
    settled: bool
    thumb_url: str | None


def rows_of(found: Sequence[Any], actor: Actor, at: datetime) -> list[Row]:
    """Lines of case rows (the columns of `listing.ITEM`), all readable or filed by the actor.

    Three statements at most.
    """
    beside = _beside(found, actor)
    return [_row(row, beside, at) for row in found]


@dataclass(frozen=True)
class _Beside:
    """What lines need beside their rows, by case id."""

    sealed: set[int]
    photos: dict[int, str]
    tasks: dict[int, list[Any]]
    settled: set[int]


def _beside(found: Sequence[Any], actor: Actor) -> _Beside:
    readable = may_read_case(actor)
    sealed = {row.id for row in found if not holds(readable, dict(row._mapping) | {"filed_by_id": actor.id})}
    shown = [row for row in found if row.id not in sealed]
    return _Beside(
        sealed,
        first_photos([row.id for row in shown]),
        open_tasks([row.id for row in shown if row.ended_at is None]),
        settled([row.id for row in shown if row.ended_at is not None]),
    )


def _row(row: Any, beside: _Beside, at: datetime) -> Row:
    sealed, photo, tasks = row.id in beside.sealed, beside.photos.get(row.id), beside.tasks[row.id]
    clocked = next(iter(tasks), None)
    return Row(
        id=str(row.uuid),
        number=row.number,
        sealed=sealed,
        category="" if sealed else category_name(row.category, row.catalogue_version_id),
        place="" if sealed else place_in_words(row),
        status=row.status,
        filed_at=row.filed_at,
        clock=clock_for(clocked, at) if clocked else None,
        waits=waiting(tasks, at),
        open=row.ended_at is None,
        reworks=row.reworks,
        settled=row.id in beside.settled,
        thumb_url=photo_url(row.uuid, photo, "thumb") if photo else None,
    )


def category_name(code: str, version_id: int) -> str:
    """What the case was filed as, in the words of its own catalogue version."""
    found = categories().get(code)
    if found is None or found.version_id != version_id:
        found = categories_of(version_id).get(code, found)
    return name_of(found) if found else code


def place_in_words(row: Any) -> str:
    """The two lowest units and the words for the place."""
    index = areas()
    ids = [getattr(row, name) for name in LEVEL_FIELDS.values()]
    units = [name_of(index.by_id[area_id]) for area_id in reversed(ids) if area_id is not None]
    return " · ".join([*units[:2], *([row.place_text] if row.place_text else [])])


def photo_url(uuid: Any, sha256: str, size: str) -> str:
    return f"/api/v1/cases/{uuid}/photos/{sha256}?size={size}"
