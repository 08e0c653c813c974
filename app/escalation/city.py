"""The city as the oracle asks about it: configuration and catalogue at any instant, units by code."""

from bisect import bisect_right
from collections.abc import Mapping
from datetime import datetime
from functools import cached_property

from sqlalchemy import select

from app.areas.index import areas
from app.catalogue.configuration import Configuration, configuration_at
from app.catalogue.models import CatalogueVersion, ConfigurationVersion
from app.catalogue.queries import CategoryRow, categories_of
from app.core.db import db
from app.workflow.levels import Level


class City:
    """Read once, then kept: make a new one for each audit."""

    def __init__(self) -> None:
        self._configurations: dict[int, Configuration] = {}
        self._categories: dict[int, Mapping[str, CategoryRow]] = {}

    def configuration(self, at: datetime) -> Configuration:
        between = bisect_right(self._changes, at)
        if between not in self._configurations:
            self._configurations[between] = configuration_at(at)
        return self._configurations[between]

    @cached_property
    def _changes(self) -> list[datetime]:
        """When the configuration changed, rising."""
        catalogues = [begun for begun, _version in self._catalogues]
        rows = select(ConfigurationVersion.activated_at).distinct()
        return sorted({*catalogues, *db.session.scalars(rows)})

    @cached_property
    def _catalogues(self) -> list[tuple[datetime, int]]:
        rows = select(CatalogueVersion.activated_at, CatalogueVersion.id).order_by(CatalogueVersion.id)
        return [(row.activated_at, row.id) for row in db.session.execute(rows)]

    def category(self, code: str, at: datetime) -> CategoryRow | None:
        begun = bisect_right([begun for begun, _version in self._catalogues], at)
        version = self._catalogues[max(begun - 1, 0)][1]
        if version not in self._categories:
            self._categories[version] = categories_of(version)
        return self._categories[version].get(code)

    @cached_property
    def units(self) -> dict[str, Mapping[Level, str]]:
        """The lineage of every unit, by code."""
        index = areas()
        return {
            unit.code: {
                Level(name.removesuffix("_id")): index.by_id[ident].code
                for name, ident in unit.lineage.items()
                if ident is not None
            }
            for unit in index.entries
        }

    def level(self, unit: str) -> Level:
        return Level(areas().by_code[unit].level)

    def lineage(self, unit: str) -> Mapping[Level, str]:
        return self.units[unit]

    def top(self) -> str:
        return areas().city.code
