"""A synthetic city written into the database, with its answer key."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count

from sqlalchemy import func, select

from app.cases.models import Case
from app.core import db as database
from app.core.clock import day_start
from app.core.db import db
from app.demo.generate.land import loaded_ground
from app.demo.generate.life import Life
from app.demo.generate.rows import Filing, Placement
from app.demo.generate.staff import Staff, staff_a_bare_city
from app.demo.generate.writing import CASES, TASKS, everybody_has_heard, first_free, write
from app.demo.synthetic import City, Plan, make_city
from app.demo.synthetic.key import answer_key, as_bytes
from app.events.queries import last_seq
from app.people.models import Person

CHUNK = 2000
"""Cases that share a commit."""

__all__ = ["CHUNK", "AlreadyThere", "Generated", "generate", "real_cases"]


class AlreadyThere(Exception):
    """A city of this seed is in the database."""


@dataclass
class Generated:
    """What was written: so many tasks and escalations, and the unit that each case was put in."""

    city: City
    placed: list[str | None] = field(default_factory=list)
    tasks: int = 0
    escalations: int = 0

    def count(self, placed: list[Placement], lives: list[Life]) -> None:
        self.placed += [each.unit.code if each.unit else None for each in placed]
        self.tasks += sum(len(life.tasks) for life in lives)
        self.escalations += sum(len(life.rungs) for life in lives)

    @property
    def key(self) -> bytes:
        return as_bytes(answer_key(self.city, self.placed))


def _nobody(_done: int) -> None:
    """Nobody wants to hear."""


def real_cases() -> int:
    """Cases that somebody filed who is not synthetic."""
    filed = select(func.count()).select_from(Case).join(Person, Person.id == Case.filed_by_id)
    return db.session.scalar(filed.where(Person.synthetic.is_(False))) or 0


def generate(
    plan: Plan, seed: int, *, now: datetime, history: bool = False, told: Callable[[int], None] = _nobody
) -> Generated:
    """Draw a city on the loaded hierarchy and write it; commits every `CHUNK` cases.

    The lives stop where the plan's last day ends; what is open then is left to the sweep. `told` hears how
    many cases are written. Raises AlreadyThere.
    """
    city = make_city(loaded_ground(), plan, seed)
    if db.session.scalar(select(Case.id).where(Case.uuid == city.uuids[0])):
        raise AlreadyThere
    database.begin_write()
    staff_a_bare_city(now)
    database.commit()
    filing = Filing(city, day_start(plan.start), day_start(plan.end), Staff(now))
    made, before = Generated(city), last_seq()
    first, task_ids = first_free(CASES), count(first_free(TASKS))
    for begin in range(0, len(city.drawn), CHUNK):
        database.begin_write()
        cases = range(begin, min(begin + CHUNK, len(city.drawn)))
        placed = [filing.placement(case) for case in cases]
        lives = [filing.lived(c, first + c, p, task_ids) for c, p in zip(cases, placed, strict=True)]
        write(lives, history=history)
        database.commit()
        db.session.expunge_all()
        made.count(placed, lives)
        told(len(made.placed))
    database.begin_write()
    everybody_has_heard(before)
    database.commit()
    return made
