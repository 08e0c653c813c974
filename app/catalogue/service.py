"""Bringing the catalogue up to its data file."""

from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path

from sqlalchemy import insert, select

from app import events
from app.catalogue.configuration import CONFIGURATION
from app.catalogue.models import CatalogueVersion, Category
from app.catalogue.queries import CATALOGUE, newest_version
from app.catalogue.questions import read_questions
from app.catalogue.rules import Entry, digest, read_entries
from app.core.db import db
from app.core.policy import SYSTEM
from app.core.stamps import bump

DATA = Path(__file__).with_name("data") / "categories.csv"
QUESTIONS = "questions.json"
"""Beside the categories; without this file no category asks anything."""


@dataclass(frozen=True, slots=True)
class SyncResult:
    """`created` is false when the data says what the active version says."""

    version_id: int
    created: bool
    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


def sync_catalogue(now: datetime, data: Path = DATA) -> SyncResult:
    """Make the data files the active version, if they differ; older versions stay as they are.

    Belongs inside a write. Raises BadCatalogue.
    """
    entries = _read(data)
    active = newest_version()
    wanted = digest(entries)
    if active is not None and active.digest == wanted:
        return SyncResult(active.id, created=False)
    version = _add_version(entries, wanted, data.name, now)
    result = _difference(version.id, _entries_of(active) if active else {}, entries)
    bump(CATALOGUE)
    bump(CONFIGURATION)  # the terms of categories are a part of it
    events.append("catalogue.synced", f"catalogue:{version.id}", _told(result, wanted), actor=SYSTEM, at=now)
    return result


def _read(data: Path) -> tuple[Entry, ...]:
    entries = read_entries(data.read_text(encoding="utf-8"))
    file = data.with_name(QUESTIONS)
    if not file.exists():
        return entries
    questions = read_questions(file.read_text(encoding="utf-8"), frozenset(entry.code for entry in entries))
    return tuple(replace(entry, questions=questions.get(entry.code, "[]")) for entry in entries)


def _add_version(entries: tuple[Entry, ...], wanted: str, source: str, now: datetime) -> CatalogueVersion:
    version = CatalogueVersion(digest=wanted, source=source, activated_at=now)
    db.session.add(version)
    db.session.flush()
    rows = [asdict(entry) | {"version_id": version.id} for entry in entries]
    db.session.execute(insert(Category), rows)
    return version


def _entries_of(version: CatalogueVersion) -> dict[str, Entry]:
    rows = db.session.scalars(select(Category).where(Category.version_id == version.id))
    fields = Entry.__dataclass_fields__
    return {row.code: Entry(**{field: getattr(row, field) for field in fields}) for row in rows}


def _difference(version_id: int, old: dict[str, Entry], new: tuple[Entry, ...]) -> SyncResult:
    now_there = {entry.code for entry in new}
    return SyncResult(
        version_id,
        created=True,
        added=tuple(entry.code for entry in new if entry.code not in old),
        changed=tuple(entry.code for entry in new if entry.code in old and old[entry.code] != entry),
        removed=tuple(sorted(old.keys() - now_there)),
    )


def _told(result: SyncResult, wanted: str) -> dict[str, object]:
    return {
        "version": result.version_id,
        "digest": wanted,
        "added": list(result.added),
        "changed": list(result.changed),
        "removed": list(result.removed),
    }
