"""Reads of the catalogue; the active version is kept in memory."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from app.catalogue.models import CatalogueVersion, Category
from app.core.db import db
from app.core.stamps import Stamped

CATALOGUE = "catalogue"


@dataclass(frozen=True, slots=True)
class CategoryRow:
    """A category of one version. Terms are texts such as `4wh`."""

    version_id: int
    code: str
    name: str
    name_en: str | None
    kind: str
    restricted: bool
    after_photo: bool
    emergency: bool
    on_spot: bool
    term: str | None
    stop_term: str | None
    penalty_term: str | None
    pinyin: str
    synonyms: tuple[str, ...]
    questions: tuple[dict[str, Any], ...]


def categories() -> Mapping[str, CategoryRow]:
    """The active version's categories by code, in the order of codes; empty before the first sync."""
    return _active.get()


def categories_of(version_id: int) -> dict[str, CategoryRow]:
    """The categories of any version by code: what a case filed under it means by its category."""
    rows = db.session.scalars(
        select(Category).where(Category.version_id == version_id).order_by(Category.code)
    )
    return {row.code: _row(row) for row in rows}


def newest_version() -> CatalogueVersion | None:
    """The active version."""
    return db.session.scalar(select(CatalogueVersion).order_by(CatalogueVersion.id.desc()).limit(1))


def _load() -> dict[str, CategoryRow]:
    version = newest_version()
    return categories_of(version.id) if version else {}


def _row(row: Category) -> CategoryRow:
    return CategoryRow(
        version_id=row.version_id,
        code=row.code,
        name=row.name,
        name_en=row.name_en,
        kind=row.kind,
        restricted=row.restricted,
        after_photo=row.after_photo,
        emergency=row.emergency,
        on_spot=row.on_spot,
        term=row.term,
        stop_term=row.stop_term,
        penalty_term=row.penalty_term,
        pinyin=row.pinyin or "",
        synonyms=tuple(row.synonyms.split("|")) if row.synonyms else (),
        questions=tuple(json.loads(row.questions)),
    )


_active = Stamped(CATALOGUE, _load)
