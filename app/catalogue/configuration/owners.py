"""Responsibility, asked about the units and categories that there are."""

from collections.abc import Collection, Mapping, Sequence

from app.areas.index import AreaEntry, areas
from app.catalogue.configuration.active import responsibility
from app.catalogue.configuration.responsibility import Review, department_for, review
from app.catalogue.configuration.values import Rule
from app.catalogue.queries import CategoryRow, categories


def proposed_department(category: CategoryRow, unit: AreaEntry, departments: Collection[str]) -> str | None:
    """The code of the department to propose for a case in a unit; `departments`: the codes that there are."""
    return department_for(
        responsibility(),
        category=category.code,
        kind=category.kind,
        lineage=_lineage(unit),
        departments=departments,
    )


def responsibility_review(departments: Collection[str], rules: Sequence[Rule] | None = None) -> Review:
    """Rules that no case reaches, and who has no owner; of the active rules or of those given."""
    return review(
        responsibility() if rules is None else rules,
        categories={row.code: row.kind for row in categories().values()},
        places={unit.code: _lineage(unit) for unit in areas().entries},
        departments=departments,
    )


def _lineage(unit: AreaEntry) -> Mapping[str, str | None]:
    """Level → code of the unit's ancestors and itself."""
    return {level: found.code if found else None for level, found in areas().ancestors(unit)}
