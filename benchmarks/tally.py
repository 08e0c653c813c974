"""What stands in the tables and on the disk after a drill, against the ledger of those who filed."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from flask import Flask
from sqlalchemy import select

from app.cases.models import Case, CasePhoto
from app.core.clock import now
from app.core.db import db
from app.events.queries import verify
from app.media.models import Photo
from app.media.store import FolderStore
from benchmarks.filers import Item, Ledger


@dataclass(frozen=True)
class Tally:
    """`lost`: acknowledged cases and photos that are not there. `twice`: cases beyond the first of a filing.

    `unequal`: originals that are not byte for byte what was sent. `dangling`: files without a row and rows
    without a file, halves included. `breaks`: of the chain of events.
    """

    cases: int
    lost: int
    twice: int
    unequal: int
    dangling: int
    breaks: int


def tally(app: Flask, folder: Path, todo: Sequence[Item], ledger: Ledger) -> Tally:
    """Of the application's database and the photos in a folder."""
    with app.app_context():
        db.session.rollback()
        rows = db.session.execute(select(Case.uuid, Case.description)).all()
        linked = set(db.session.scalars(select(CasePhoto.sha256)))
        photos = set(db.session.scalars(select(Photo.sha256)))
        FolderStore(folder).sweep(now() + timedelta(days=1))  # the worker's job: halves of killed processes
        files = _files(folder)
        names = {item.name for item in todo}
        seen = Counter(row.description for row in rows if row.description in names)
        sent = {item.sha256: item.photo for item in todo if item.photo}
        found = Tally(
            cases=sum(seen.values()),
            lost=len(ledger.filed - {row.uuid for row in rows}) + len(ledger.kept - linked),
            twice=sum(count - 1 for count in seen.values()),
            unequal=sum(not _equal(files.get(sha256), sent.get(sha256)) for sha256 in ledger.kept),
            dangling=len(files.keys() ^ photos) + len(photos ^ linked),
            breaks=len(verify()),
        )
        db.session.remove()
    return found


def _files(folder: Path) -> dict[str, Path]:
    """Hash → original, and whatever else lies about, by its path."""
    found = {}
    for file in folder.rglob("*"):
        if file.is_file() and "derived" not in file.parts:
            found[file.name if "original" in file.parts else str(file)] = file
    return found


def _equal(file: Path | None, sent: bytes | None) -> bool:
    if file is None or sent is None:
        return False
    kept = file.read_bytes()
    return kept == sent and hashlib.sha256(kept).hexdigest() == file.name
