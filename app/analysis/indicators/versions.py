"""The definitions that count, in versions that are never edited: a report of then can be made as it was."""

import csv
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, select

from app import events
from app.analysis.indicators.models import IndicatorVersion
from app.analysis.indicators.registry import Indicator, checked
from app.core.db import db
from app.core.policy import SYSTEM, Actor
from app.core.problems import Invalid, NotFound, Stale
from app.core.stamps import Stamped, bump

DATA = Path(__file__).parents[1] / "data" / "indicators.csv"
STAMP = "indicators"
MOST_NOTE = 500
Targets = Mapping[str, float | None]


@dataclass(frozen=True)
class Definitions:
    """Every indicator as one version says; version 0 is the shipped file before anything was kept."""

    version: int
    activated_at: datetime | None
    person_id: int | None
    note: str
    indicators: tuple[Indicator, ...]

    @property
    def by_code(self) -> dict[str, Indicator]:
        return {each.code: each for each in self.indicators}


def read_file(path: Path = DATA) -> list[dict[str, Any]]:
    """The lines of a CSV or JSON file as data, unchecked. Raises Invalid when it is neither."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        if path.suffix == ".json":
            rows: list[dict[str, Any]] = json.loads(text)
            return rows
        return [_typed(row) for row in csv.DictReader(text.splitlines())]
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as bad:
        raise Invalid({"file": [str(bad)]}) from None


def _typed(row: dict[str, Any]) -> dict[str, Any]:
    """Of CSV: an empty target is none, an empty `near` is 0."""
    return row | {"target": row.get("target") or None, "near": row.get("near") or 0}


@lru_cache(maxsize=1)
def shipped() -> tuple[Indicator, ...]:
    return checked(read_file())


def definitions(version: int | None = None) -> Definitions:
    """The definitions of today, or as a version said. Raises NotFound."""
    kept = _kept.get()
    if version is None:
        return kept[max(kept)]
    if version not in kept:
        raise NotFound()
    return kept[version]


def history() -> list[Definitions]:
    """Every version, the newest first."""
    return sorted(_kept.get().values(), key=lambda each: each.version, reverse=True)


def _load() -> dict[int, Definitions]:
    found = {0: Definitions(0, None, None, "", shipped())}
    for row in db.session.scalars(select(IndicatorVersion)):
        rows = json.loads(row.content)["indicators"]
        found[row.version] = Definitions(
            row.version, row.activated_at, row.person_id, row.note, tuple(Indicator(**each) for each in rows)
        )
    return found


_kept = Stamped(STAMP, _load)


def sync_definitions(now: datetime, path: Path = DATA) -> int | None:
    """Keep the shipped file as a version where it says something new; targets set by hand stay.

    Belongs inside a write. Definitions that were imported by hand stay too. Returns the new version.
    """
    newest = _newest()
    content = json.loads(newest.content) if newest else {}
    if content.get("imported"):
        return None
    targets: Targets = content.get("targets", {})
    found = _with_targets(checked(read_file(path)), targets)
    return _keep(found, targets, imported=False, note="", actor=SYSTEM, now=now)


def import_definitions(
    rows: Any, *, actor: Actor, now: datetime, note: str, keep: bool = True
) -> tuple[Indicator, ...]:
    """Make definitions from data the active version. Belongs inside a write unless `keep` is false (a trial).

    Raises Invalid, naming line and field.
    """
    found = checked(rows)
    if not found:
        raise Invalid({"file": [_("There is no indicator in it.")]})
    if keep:
        _keep(found, {}, imported=True, note=_checked_note(note), actor=actor, now=now)
    return found


def change_targets(targets: Targets, *, actor: Actor, now: datetime, note: str, based_on: int) -> int | None:
    """Set the targets of some indicators (None: no target). Belongs inside a write.

    Raises Invalid, and Stale when another version has become active since the editor saw `based_on`.
    """
    note = _checked_note(note)
    if not note:
        raise Invalid({"note": [_("Say in a few words why: this is what others will read later.")]})
    newest = _newest()
    if based_on != (newest.version if newest else 0):
        raise Stale(_("Someone has changed this meanwhile. Look at it as it stands now."))
    shipped_rows = [_as_data(each) for each in shipped()]
    content: dict[str, Any] = json.loads(newest.content) if newest else {"indicators": shipped_rows}
    rows = [row | {"target": targets.get(row["code"], row["target"])} for row in content["indicators"]]
    by_hand = {**content.get("targets", {}), **_changed(content["indicators"], targets)}
    imported = bool(content.get("imported"))
    return _keep(checked(rows), by_hand, imported=imported, note=note, actor=actor, now=now)


def _changed(rows: list[dict[str, Any]], targets: Targets) -> Targets:
    before = {row["code"]: row["target"] for row in rows}
    if unknown := sorted(set(targets) - set(before)):
        raise Invalid({"code": [_("There is no indicator %(code)s.", code=unknown[0][:40])]})
    return {code: target for code, target in targets.items() if target != before[code]}


def _with_targets(found: tuple[Indicator, ...], targets: Targets) -> tuple[Indicator, ...]:
    return tuple(replace(each, target=targets.get(each.code, each.target)) for each in found)


def _checked_note(note: str) -> str:
    if len(note) > MOST_NOTE or not note.isprintable():
        raise Invalid({"note": [_("At most %(most)s characters.", most=MOST_NOTE)]})
    return note.strip()


def _newest() -> IndicatorVersion | None:
    rows = select(IndicatorVersion).order_by(IndicatorVersion.version.desc())
    return db.session.scalar(rows.limit(1))


def _as_data(each: Indicator) -> dict[str, Any]:
    return {name: getattr(each, name) for name in each.__slots__}


def _keep(
    found: tuple[Indicator, ...], targets: Targets, *, imported: bool, note: str, actor: Actor, now: datetime
) -> int | None:
    """A new version if it says something new; its event tells what changed."""
    content = {"indicators": [_as_data(each) for each in found], "targets": targets, "imported": imported}
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    digest = hashlib.sha256(text.encode()).hexdigest()
    newest = _newest()
    if newest is not None and newest.digest == digest:
        return None
    version = (db.session.scalar(select(func.max(IndicatorVersion.version))) or 0) + 1
    at = max(now, newest.activated_at) if newest else now
    row = IndicatorVersion(
        version=version, content=text, digest=digest, note=note, activated_at=at, person_id=actor.id
    )
    db.session.add(row)
    db.session.flush()
    bump(STAMP)
    body = {"version": version, "digest": digest, "note": note, "targets": dict(targets)}
    events.append("indicators.changed", "indicators:definitions", body, actor=actor, at=now)
    return version
