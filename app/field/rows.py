"""Cases as the phone lists them: words instead of codes, a photo, a clock."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from app.areas.index import areas
from app.catalogue.queries import categories, categories_of
from app.core.language import name_of
from app.core.policy import LEVEL_FIELDS, Actor, holds, may_read_case
from app.field.queries import first_photos

SOON = timedelta(hours=24)


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
    due_at: datetime | None
    near: datetime
    open: bool
    reworks: int
    thumb_url: str | None


def rows_of(found: Sequence[Any], actor: Actor, at: datetime) -> list[Row]:
    """Lines of case rows (the columns of `listing.ITEM`), all readable or filed by the actor."""
    readable = may_read_case(actor)
    sealed = {row.id for row in found if not holds(readable, dict(row._mapping) | {"filed_by_id": actor.id})}
    photos = first_photos([row.id for row in found if row.id not in sealed])
    return [_row(row, row.id in sealed, photos.get(row.id), at) for row in found]


def _row(row: Any, sealed: bool, photo: str | None, at: datetime) -> Row:
    return Row(
        id=str(row.uuid),
        number=row.number,
        sealed=sealed,
        category="" if sealed else category_name(row.category, row.catalogue_version_id),
        place="" if sealed else place_in_words(row),
        status=row.status,
        filed_at=row.filed_at,
        due_at=row.due_at,
        near=at + SOON,
        open=row.ended_at is None,
        reworks=row.reworks,
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
