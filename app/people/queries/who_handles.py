"""Departments: what they serve, and whom they stand under."""

from dataclasses import dataclass

from sqlalchemy import select

from app.areas.models import Area
from app.core.db import db
from app.core.stamps import Stamped
from app.people.models import Department


@dataclass(frozen=True)
class DepartmentRow:
    """A department as lists and forms show it; `area_path` says what it serves."""

    id: int
    code: str
    name: str
    name_en: str | None
    area_id: int
    area_code: str
    area_path: str
    parent_id: int | None


def _load_departments() -> dict[int, DepartmentRow]:
    rows = select(
        Department.id,
        Department.code,
        Department.name,
        Department.name_en,
        Department.area_id,
        Area.code,
        Area.path,
        Department.parent_id,
    ).join(Area, Area.id == Department.area_id)
    return {row.id: DepartmentRow(*row) for row in db.session.execute(rows.order_by(Department.code))}


_departments = Stamped("departments", _load_departments)


def departments() -> dict[int, DepartmentRow]:
    """Every department by id, in order of code; kept in memory."""
    return _departments.get()


def department(code: str) -> DepartmentRow | None:
    return next((found for found in departments().values() if found.code == code), None)


def departments_for(path: str) -> list[DepartmentRow]:
    """The departments that serve a place (a scope path): nearest first."""
    serving = [found for found in departments().values() if path.startswith(found.area_path)]
    return sorted(serving, key=lambda found: (-len(found.area_path), found.code))


def department_line(department_id: int) -> tuple[int, ...]:
    """The department and its superiors, nearest first; a circle is walked once."""
    found = departments()
    line: dict[int, None] = {}
    at: int | None = department_id
    while at is not None and at in found and at not in line:
        line[at] = None
        at = found[at].parent_id
    return tuple(line)
