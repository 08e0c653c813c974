"""The configuration that is active, and the one that was active at any instant; kept in memory."""

import json
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache

from sqlalchemy import select

from app.catalogue.configuration.building import Content, build
from app.catalogue.configuration.files import shipped_contents
from app.catalogue.configuration.values import Configuration, Kind, Ladder, Limits, ReasonRow, Rule, Terms
from app.catalogue.models import CatalogueVersion, Category, ConfigurationVersion
from app.core.config import settings
from app.core.db import db
from app.core.stamps import Stamped
from app.workflow.calendar import WorkCalendar
from app.workflow.terms import Term

CONFIGURATION = "configuration"


@dataclass(frozen=True, slots=True)
class Past:
    """One stored version of a kind."""

    version: int
    activated_at: datetime
    content: str


class Timeline:
    """Every version there was. What was active at an instant is put together once."""

    def __init__(self, stored: Mapping[Kind, list[Past]], catalogues: list[tuple[datetime, int]]) -> None:
        self._stored = stored
        self._catalogues = catalogues
        self._built: dict[tuple[int, ...], Configuration] = {}
        self.newest = self._put_together(
            [len(stored.get(kind, ())) - 1 for kind in Kind], len(catalogues) - 1
        )

    def at(self, instant: datetime) -> Configuration:
        """What was active then. Before the first version of a kind, that first one counts."""
        chosen = [_last(instant, (past.activated_at for past in self._stored.get(kind, ()))) for kind in Kind]
        return self._put_together(chosen, _last(instant, (begun for begun, _version in self._catalogues)))

    def _put_together(self, chosen: list[int], catalogue: int) -> Configuration:
        key = (*chosen, catalogue)
        found = self._built.get(key)
        if found is None:
            found = self._built[key] = self._build(dict(zip(Kind, chosen, strict=True)), catalogue)
        return found

    def _build(self, chosen: Mapping[Kind, int], catalogue: int) -> Configuration:
        pasts = {kind: self._stored[kind][at] for kind, at in chosen.items() if at >= 0}
        contents = {kind: json.loads(past.content) for kind, past in pasts.items()}
        own = _own_terms(self._catalogues[catalogue][1]) if catalogue >= 0 else {}
        built = build(_shipped() | contents, own, settings().city_zone)
        return replace(built, versions={kind: past.version for kind, past in pasts.items()})


def _last(instant: datetime, begun: Iterable[datetime]) -> int:
    """The last that had begun, the first if none had, -1 if there is none."""
    instants = list(begun)
    return max(bisect_right(instants, instant) - 1, 0) if instants else -1


@lru_cache(maxsize=1)
def _shipped() -> dict[Kind, Content]:
    return shipped_contents()


def _own_terms(catalogue: int) -> dict[str, Term]:
    rows = select(Category.code, Category.term).where(
        Category.version_id == catalogue, Category.term.is_not(None)
    )
    return {code: Term.parse(str(term)) for code, term in db.session.execute(rows)}


def _load() -> Timeline:
    rows = select(
        ConfigurationVersion.kind,
        ConfigurationVersion.version,
        ConfigurationVersion.activated_at,
        ConfigurationVersion.content,
    ).order_by(ConfigurationVersion.kind, ConfigurationVersion.version)
    stored: dict[Kind, list[Past]] = {}
    for kind, version, activated_at, content in db.session.execute(rows):
        stored.setdefault(Kind(kind), []).append(Past(version, activated_at, content))
    catalogues = select(CatalogueVersion.activated_at, CatalogueVersion.id).order_by(CatalogueVersion.id)
    return Timeline(stored, [(begun, version) for begun, version in db.session.execute(catalogues)])


_timeline = Stamped(CONFIGURATION, _load)


def configuration() -> Configuration:
    """The newest of everything; what is shipped where nothing was ever stored."""
    return _timeline.get().newest


def configuration_at(instant: datetime) -> Configuration:
    """Everything as it was configured at an instant, for working out again what was decided then."""
    return _timeline.get().at(instant)


def working_calendar() -> WorkCalendar:
    """Opening hours, holidays and make-up days, in the city's zone."""
    return configuration().calendar


def terms() -> Terms:
    """How long each stage may take."""
    return configuration().terms


def ladder_terms() -> Ladder:
    """How long each level has before a case climbs on."""
    return configuration().ladder


def limits() -> Limits:
    """The numbers that decide."""
    return configuration().limits


def reasons(action: str) -> tuple[ReasonRow, ...]:
    """The reasons to choose from for an action, in their order; empty for one that has none."""
    return configuration().reasons.get(action, ())


def responsibility() -> tuple[Rule, ...]:
    """Which department answers for what, first match first."""
    return configuration().responsibility
