"""Cases filed and acted on at chosen instants, and the sweep at any hour."""

from collections.abc import Callable
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select

from app.areas.index import areas
from app.cases.commands import read_act, read_filing
from app.cases.escalations import Escalation
from app.cases.models import Case, Task
from app.cases.service import act, attach_photo, file_case, plan_filing
from app.cases.service.raising import Climbed, climb
from app.core import db as database
from app.core.db import db
from app.core.policy import Actor
from app.events.queries import Told, history
from app.media.rules import Shot
from app.people.queries import actor_by_username
from tests.cast import BUREAU, CITY, COMMUNITY, DISTRICT, TOWN, filing

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
SHA = "0" * 64
FRIDAY = datetime(2026, 11, 20, 1, tzinfo=UTC)
"""Nine in the morning of an ordinary working day, in the city's time."""


def someone(username: str, at: datetime) -> Actor:
    actor = actor_by_username(username, at)
    assert actor is not None
    return actor


@contextmanager
def writing() -> Any:
    database.begin_write()
    try:
        yield
        database.commit()
    except BaseException:
        database.rollback()
        raise


def file_at(at: datetime, **changes: Any) -> UUID:
    """Ines files exposed garbage at an instant; the case's UUID."""
    uuid = uuid4()
    body = {name: value for name, value in (filing() | changes).items() if value is not None}
    plan = plan_filing(read_filing(uuid, body))
    with writing():
        file_case(plan, actor=someone("ines", at), now=at)
    return uuid


def act_at(at: datetime, uuid: UUID, who: str, action: str, **said: Any) -> Case:
    what = read_act({"id": str(uuid4()), "action": action, **said})
    with writing():
        done = act(uuid, what, version=case_of(uuid).version, actor=someone(who, at), now=at)
    return done.case


def look(at: datetime, **asked: Any) -> Climbed:
    """One look of the sweep at an instant of our choice."""
    with writing():
        return climb(now=at, **({"limit": 500} | asked))


def case_of(uuid: UUID) -> Case:
    found = db.session.scalar(select(Case).where(Case.uuid == uuid).execution_options(populate_existing=True))
    assert found is not None
    return found


def tasks_of(uuid: UUID) -> list[Task]:
    rows = select(Task).where(Task.case_id == case_of(uuid).id).order_by(Task.id)
    return list(db.session.scalars(rows.execution_options(populate_existing=True)))


def open_task(uuid: UUID, kind: str) -> Task:
    return next(task for task in tasks_of(uuid) if task.kind == kind and task.closed_at is None)


def rungs_of(uuid: UUID) -> list[Escalation]:
    rows = select(Escalation).where(Escalation.case_id == case_of(uuid).id).order_by(Escalation.id)
    return list(db.session.scalars(rows.execution_options(populate_existing=True)))


def told(uuid: UUID, *actions: str) -> list[Told]:
    return [event for event in history(f"case:{uuid}") if event.action.removeprefix("case.") in actions]


def climb_to_the_top(uuid: UUID, looked: Callable[[datetime], None] | None = None) -> list[datetime]:
    """Look at every instant at which something is due, until nothing is; the instants."""
    instants = []
    while waking := [task.wake_at for task in tasks_of(uuid) if task.wake_at and not task.closed_at]:
        look(min(waking))
        instants.append(min(waking))
    return instants


class Story:
    """One case, an hour for each action, the sweep looking in between."""

    def __init__(self, **filed: Any) -> None:
        self.at = FRIDAY
        self.uuid = file_at(self.at, **filed)

    def later(self, passing: timedelta = HOUR) -> datetime:
        self.at += passing
        return self.at

    def do(self, who: str, action: str, **said: Any) -> "Story":
        act_at(self.later(), self.uuid, self.holder if who == "holder" else who, action, **said)
        return self

    def wait(self, passing: timedelta) -> "Story":
        look(self.later(passing))
        return self

    def photo(self, kind: str) -> list[str]:
        """Ines puts a picture to the case; its hash."""
        with writing():
            shot, ines = Shot("image/jpeg", 64, 48), someone("ines", self.at)
            attach_photo(case_of(self.uuid), SHA, kind, shot, 1, actor=ines, now=self.at)
        return [SHA]

    def pictured(self) -> "Story":
        self.photo("after")
        return self

    @property
    def holder(self) -> str:
        """Who answers for the case now."""
        posted = {COMMUNITY: "mara", TOWN: "teng", DISTRICT: "dana", CITY: "cai"}
        return posted[areas().by_id[case_of(self.uuid).holder_id].code]

    def handled(self) -> "Story":
        self.do("mara", "accept").do("mara", "dispatch", department=BUREAU).do("hana", "start")
        return self.do("hana", "handle", note="done", photos=self.photo("after"))

    def dispatched(self, **said: Any) -> "Story":
        return self.do("mara", "accept").do("mara", "dispatch", department=BUREAU, **said)

    def soon(self, days: float = 9) -> str:
        return (self.at + days * DAY).isoformat()
