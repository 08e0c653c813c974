"""New versions of the configuration: made by hand, or brought up to the shipped files."""

import hashlib
import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from app import events
from app.areas.index import areas
from app.catalogue.configuration.active import CONFIGURATION
from app.catalogue.configuration.building import Content
from app.catalogue.configuration.checking import Known, checked
from app.catalogue.configuration.differences import differences
from app.catalogue.configuration.files import DATA, shipped_contents
from app.catalogue.configuration.values import Kind
from app.catalogue.models import ConfigurationVersion
from app.catalogue.queries import categories
from app.catalogue.rules import KINDS
from app.core.db import db
from app.core.policy import SYSTEM, Actor
from app.core.problems import Invalid, Stale
from app.core.stamps import bump

MOST_NOTE = 500


@dataclass(frozen=True, slots=True)
class Changed:
    """`created` is false when the content says what the active version says."""

    kind: Kind
    version: int
    created: bool
    kept_by_hand: bool = False


def change_configuration(
    kind: str,
    content: Any,
    *,
    actor: Actor,
    now: datetime,
    note: str = "",
    based_on: int | None = None,
    departments: Collection[str] | None = None,
) -> Changed:
    """Make a content the active version of its kind. Belongs inside a write.

    `based_on` is the version the editor saw; `departments` the codes that there are. Raises Invalid with
    every field that does not fit, and Stale when another version has become active meanwhile.
    """
    if kind not in tuple(Kind):
        raise Invalid({"kind": [_("There is nothing of that name to configure.")]})
    if len(note) > MOST_NOTE or "\0" in note:
        raise Invalid({"note": [_("At most %(most)s characters.", most=MOST_NOTE)]})
    newest = newest_version(Kind(kind))
    if based_on is not None and based_on != (newest.version if newest else 0):
        raise Stale(_("Someone has changed this meanwhile. Look at it as it stands now."))
    found = checked(Kind(kind), content, _known(departments))
    return _activate(Kind(kind), found, newest, actor=actor, now=now, note=note.strip())


def sync_configuration(now: datetime, data: Path = DATA) -> tuple[Changed, ...]:
    """Bring every kind up to its shipped file, unless its active version was made by hand.

    Belongs inside a write, after the categories were brought up. Raises Invalid for a file that does not fit.
    """
    done = []
    for kind, content in shipped_contents(data).items():
        newest = newest_version(kind)
        if newest is not None and newest.person_id is not None:
            done.append(Changed(kind, newest.version, created=False, kept_by_hand=True))
            continue
        found = checked(kind, content, _known(None))
        done.append(_activate(kind, found, newest, actor=SYSTEM, now=now, note=""))
    return tuple(done)


def newest_version(kind: Kind) -> ConfigurationVersion | None:
    """The active version of a kind; None while the shipped one counts."""
    of_kind = select(ConfigurationVersion).where(ConfigurationVersion.kind == kind.value)
    return db.session.scalar(of_kind.order_by(ConfigurationVersion.version.desc()).limit(1))


def _known(departments: Collection[str] | None) -> Known:
    return Known(categories().keys(), KINDS, areas().by_code.keys(), departments)


def _activate(
    kind: Kind,
    content: Content,
    newest: ConfigurationVersion | None,
    *,
    actor: Actor,
    now: datetime,
    note: str,
) -> Changed:
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    digest = hashlib.sha256(text.encode()).hexdigest()
    if newest is not None and newest.digest == digest:
        return Changed(kind, newest.version, created=False)
    row = ConfigurationVersion(
        kind=kind.value,
        version=newest.version + 1 if newest else 1,
        content=text,
        digest=digest,
        note=note,
        # Never before the one it follows, whatever the clocks say: what was active when stays definite.
        activated_at=max(now, newest.activated_at) if newest else now,
        person_id=actor.id,
    )
    db.session.add(row)
    db.session.flush()
    bump(CONFIGURATION)
    before = json.loads(newest.content) if newest else None
    events.append("configuration.changed", f"configuration:{kind}", _told(row, before), actor=actor, at=now)
    return Changed(kind, row.version, created=True)


def _told(row: ConfigurationVersion, before: Content | None) -> dict[str, object]:
    """The event says what became different; the first version is told by its digest alone."""
    changed = differences(Kind(row.kind), before, json.loads(row.content)) if before is not None else ()
    return {
        "version": row.version,
        "digest": row.digest,
        "note": row.note,
        "changed": [[line.what, line.before, line.after] for line in changed],
    }
