"""Who files and handles generated cases: synthetic staff, who cannot sign in."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select

from app.areas.index import areas
from app.core.db import db
from app.core.policy import Actor
from app.demo.cast import make_departments
from app.demo.staff import holder_name, inspector_name, make_staff
from app.people.models import Person
from app.people.queries import departments
from app.people.service import add_person


def staff_a_bare_city(now: datetime) -> bool:
    """In a city with nobody in it: departments, and synthetic staff in every post. Says whether it did."""
    if db.session.scalar(select(func.count()).select_from(Person)):
        return False
    make_departments()
    make_staff({row.code: row for row in departments().values()}, now)
    return True


@dataclass
class Staff:
    """Synthetic people by user name; whoever is missing is added, without any post."""

    now: datetime
    known: dict[str, Actor] = field(default_factory=dict)

    def inspector(self, town: str) -> Actor:
        return self._named(inspector_name(town), town)

    def holder(self, code: str) -> Actor:
        """Whoever answers for a unit or a department."""
        return self._named(holder_name(code), code)

    def _named(self, username: str, code: str) -> Actor:
        if username not in self.known:
            person = db.session.scalar(select(Person).where(Person.username == username))
            person = person or self._add(username, code)
            self.known[username] = Actor(person.id, person.public_id, person.username, person.name)
        return self.known[username]

    def _add(self, username: str, code: str) -> Person:
        unit = areas().by_code.get(code)
        name = unit.name if unit else code
        return add_person(username=username, name=f"{name}（演示）", now=self.now, synthetic=True)
