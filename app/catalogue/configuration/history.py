"""What was configured before, and what the pages that change it begin with."""

import json
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from app.catalogue.configuration.building import Content
from app.catalogue.configuration.differences import Difference, differences
from app.catalogue.configuration.files import shipped_contents
from app.catalogue.configuration.values import Kind
from app.catalogue.models import ConfigurationVersion
from app.core.db import db
from app.core.problems import NotFound


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One version of a kind. `person_id` is None for one that came from the shipped file."""

    version: int
    activated_at: datetime
    person_id: int | None
    note: str
    digest: str


def history(kind: Kind) -> tuple[VersionRow, ...]:
    """Every version of a kind, the active one first."""
    rows = (
        select(
            ConfigurationVersion.version,
            ConfigurationVersion.activated_at,
            ConfigurationVersion.person_id,
            ConfigurationVersion.note,
            ConfigurationVersion.digest,
        )
        .where(ConfigurationVersion.kind == kind.value)
        .order_by(ConfigurationVersion.version.desc())
    )
    return tuple(VersionRow(*row) for row in db.session.execute(rows))


def content_of(kind: Kind, version: int | None = None) -> tuple[int, Content]:
    """(version, content) of the active or of any version; 0 and the shipped one before there is any.

    Raises NotFound.
    """
    rows = select(ConfigurationVersion.version, ConfigurationVersion.content).where(
        ConfigurationVersion.kind == kind.value
    )
    if version:
        rows = rows.where(ConfigurationVersion.version == version)
    found = db.session.execute(rows.order_by(ConfigurationVersion.version.desc()).limit(1)).one_or_none()
    if found is not None:
        return found.version, json.loads(found.content)
    if version:
        raise NotFound()
    return 0, shipped_contents()[kind]


def difference_between(kind: Kind, before: int, after: int) -> tuple[Difference, ...]:
    """What a version says differently from another, line by line; raises NotFound."""
    return differences(kind, content_of(kind, before)[1], content_of(kind, after)[1])


def provisional_from(holidays: Content) -> date | None:
    """The first day whose year's arrangement of holidays was not published when the list was made."""
    days = [date.fromisoformat(day["date"]) for day in holidays["days"] if day["provisional"]]
    return min(days, default=None)
