"""Who has how much to do: each department, and each inspector, by the indicators' own definitions."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from app.analysis.indicators.reading import Question, Tally, measure
from app.analysis.indicators.registry import Indicator
from app.analysis.indicators.values import Value, value_of
from app.core.db import db
from app.people.models import Person
from app.people.queries import DepartmentRow, departments

OF_DEPARTMENTS = ("due", "closing_rate", "on_time_rate", "rework", "open", "overdue", "overdue_multiple")
OF_INSPECTORS = ("patrol_found", "patrol_effective", "open", "overdue")


@dataclass(frozen=True)
class Load:
    """One department or person with its values in the order of the indicators."""

    who: "DepartmentRow | Worker"
    tally: Tally
    values: tuple[Value, ...]


@dataclass(frozen=True)
class Worker:
    """An inspector, or somebody else who filed."""

    id: int
    public_id: UUID
    name: str
    name_en: str | None


def chosen(indicators: Mapping[str, Indicator], codes: tuple[str, ...]) -> list[Indicator]:
    """Those of the codes that the definitions know."""
    return [indicators[code] for code in codes if code in indicators]


def by_department(indicators: list[Indicator], asked: Question) -> list[Load]:
    """Departments that had anything to do with a case of the question, by code: not by how much."""
    known = departments()
    found = measure(indicators, "department", asked)
    rows = [(known[i], tally) for i, tally in found.items() if i is not None and i in known]
    ordered = sorted(rows, key=lambda row: row[0].code)
    return [Load(who, tally, _values(indicators, tally)) for who, tally in ordered]


def by_inspector(indicators: list[Indicator], asked: Question) -> list[Load]:
    """People who filed a case of the question, by name: not by how many. One statement more for the names."""
    found = {i: tally for i, tally in measure(indicators, "filer", asked).items() if i is not None}
    rows = select(Person.id, Person.public_id, Person.name, Person.name_en).where(
        Person.id.in_(sorted(found))
    )
    people = [Worker(*row) for row in db.session.execute(rows)] if found else []
    ordered = sorted(people, key=lambda each: (each.name, each.id))
    return [Load(each, found[each.id], _values(indicators, found[each.id])) for each in ordered]


def _values(indicators: list[Indicator], tally: Tally) -> tuple[Value, ...]:
    return tuple(value_of(each, tally) for each in indicators)
