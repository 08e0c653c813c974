"""Lists and statistics asked as of an earlier instant say what they said then."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from app.areas.index import areas
from app.cases.commands import Act, read_filing
from app.cases.duties import Duties
from app.cases.models import Case, CaseGrant
from app.cases.queries import listing, source
from app.cases.queries.filters import Filters
from app.cases.queries.statistics import by_unit
from app.cases.service import act, file_case, plan_filing
from app.core import db as database
from app.core.db import db
from app.core.policy import Actor
from app.people.queries import actor_by_username
from tests.areas import tiny_city
from tests.cast import BUREAU, COMMUNITY, DISTRICT, TOWN, filing

START = datetime(2026, 3, 1, 1, tzinfo=UTC)
STEPS, EVERY = 88, 4
CAST = ("ines", "mara", "teng", "hana", "dana", "cai")
VIEWERS = ("mara", "dana", "cai")
PLACES = (tiny_city.MIDDLE, (113.115, 23.015), (113.115, 23.025), tiny_city.OUTSIDE)
FILTERS = {
    "all": Filters(),
    "open": Filters(statuses=frozenset({"filed", "accepted", "dispatched", "in_progress", "handled"})),
    "closed": Filters(statuses=frozenset({"closed"})),
    "overdue": Filters(overdue=True),
    "not overdue": Filters(overdue=False),
    "raised": Filters(raised=True),
    "at the town": Filters(level="town"),
    "returned": Filters(returned=True, sort="due_at"),
}
ONWARD = ("dispatch", "start", "handle", "check_pass", "return_to_dispatcher")
Snapshot = dict[str, Any]


@dataclass
class Story:
    """A city in which somebody does something every few hours, always the same."""

    actors: dict[str, Actor]
    chance: Random
    at: datetime = START
    serial: int = 0

    def step(self) -> None:
        self.at += timedelta(minutes=self.chance.randint(5, 60 * 30))
        moves = [(case, who, action) for case in self._open() for who, action in self._moves(case)]
        if not moves or self.chance.random() < 0.15:
            self._file()
        else:
            onward = [step for step in moves if step[2] in ONWARD]
            self._move(*self.chance.choice(onward if onward and self.chance.random() < 0.85 else moves))

    def _open(self) -> list[Case]:
        db.session.rollback()
        return list(db.session.scalars(select(Case).where(Case.ended_at.is_(None)).order_by(Case.id)))

    def _moves(self, case: Case) -> list[tuple[str, str]]:
        found = [
            (who, move.action.value)
            for who in CAST
            for move in Duties(case, self.actors[who], self.at).moves()
        ]
        # what was handed over is out of sight, its past too
        barred = {"comment", "urge", "transfer"} | (set() if case.district_id else {"dispatch", "whistle"})
        return [(who, action) for who, action in found if action not in barred]

    def _file(self) -> None:
        place = self.chance.choice(PLACES)
        body = filing() | {"geometry": {"type": "Point", "coordinates": list(place)}}
        filed = read_filing(self._uuid(), body)
        plan = plan_filing(filed)
        database.begin_write()
        file_case(plan, actor=self.actors["ines"], now=self.at)
        database.commit()

    def _move(self, case: Case, who: str, action: str) -> None:
        uuid, version = case.uuid, case.version
        fields: dict[str, Any] = {
            "reject": {"reason": "x"},
            "dispatch": {
                "department": BUREAU,
                "due_at": self.at + timedelta(hours=self.chance.randint(1, 90)),
            },
            "handle": {"note": "x"},
            "return_to_dispatcher": {"reason": "x"},
            "check_fail": {"reason": "x"},
            "escalate": {"reason": "x"},
            "delegate": {"to": self._below(case)},
            "whistle": {"departments": [BUREAU], "reason": "x"},
            "respond": {"note": "x"},
            "supervise": {"reason": "x", "card": "red"},
            "answer": {"text": "x"},
            "request_extension": {"reason": "x", "due_at": self._later(case, who)},
            "request_suspension": {"reason": "x", "review_at": self.at + timedelta(days=9)},
            "request_reclassification": {"reason": "x", "category": self._another(case)},
            "request_void": {"reason": "x"},
            "deny": {"reason": "x"},
        }.get(action, {})
        db.session.rollback()
        database.begin_write()
        what = Act(self._uuid(), action, fields)
        act(uuid, what, version=version, actor=self.actors[who], now=self.at)
        database.commit()

    def _below(self, case: Case) -> str:
        if case.district_id is None:
            return DISTRICT
        at_town = case.level == "town"
        lower = case.community_id if at_town else case.town_id
        return areas().by_id[lower].code if lower else (COMMUNITY if at_town else TOWN)

    def _later(self, case: Case, who: str) -> datetime:
        task = Duties(case, self.actors[who], self.at).clocked_task()
        return max(self.at, task.due_at if task and task.due_at else self.at) + timedelta(days=3)

    def _another(self, case: Case) -> str:
        return "E0103" if case.category == "E0102" else "E0102"

    def _uuid(self) -> UUID:
        self.serial += 1
        return UUID(int=self.serial)


@pytest.fixture
def story(city: Flask, monkeypatch: pytest.MonkeyPatch) -> Story:
    monkeypatch.setattr("app.cases.service.needs._refuse_missing", lambda step, need: None)  # no photos here
    actors = {who: actor_by_username(who, START) for who in CAST}
    return Story({who: actor for who, actor in actors.items() if actor is not None}, Random(20261121))


def seen(actor: Actor, now: datetime, as_of: datetime | None = None) -> Snapshot:
    """Everything that one viewer is told."""
    found: Snapshot = {}
    for name, plain in FILTERS.items():
        filters = plain.but(as_of=as_of)
        within = listing.scope_for(actor, filters)
        rows = listing.everything(filters, within=within, now=now, batch=7)
        found[name] = [(row.number, row.status, row.level, row.due_at, row.department_id) for row in rows]
        found[f"total {name}"] = listing.total(filters, within=within, now=now)
    for level in ("district", "community"):
        filters = Filters(as_of=as_of)
        units = by_unit(level, filters, within=listing.scope_for(actor, filters), now=now)
        found[level] = sorted(units, key=lambda unit: unit.area_id or 0)
    return found


def test_an_earlier_instant_is_told_as_it_was(story: Story) -> None:
    told: list[tuple[datetime, str, Snapshot]] = []
    for _n in range(0, STEPS, EVERY):
        for _ in range(EVERY):
            story.step()
        later = story.at + timedelta(minutes=2)
        told += [(later, who, seen(story.actors[who], later)) for who in VIEWERS]
    end = story.at + timedelta(days=400)
    for at, who, then in told:
        assert seen(story.actors[who], end, as_of=at) == then, f"{who} at {at}"
    assert [name for name in FILTERS if not any(then[name] for _, _, then in told)] == []


@pytest.mark.parametrize("forgotten", ["status", "due_at", "ended_at", "escalations", "level"])
def test_what_the_past_forgets_is_missed(
    story: Story, monkeypatch: pytest.MonkeyPatch, forgotten: str
) -> None:
    told: list[tuple[datetime, Snapshot]] = []
    for _n in range(0, STEPS, EVERY):
        for _ in range(EVERY):
            story.step()
        told.append((story.at, seen(story.actors["cai"], story.at)))
    kept = tuple(name for name in source.PAST_FIELDS if name != forgotten)
    monkeypatch.setattr(source, "PAST_FIELDS", kept)
    assert any(seen(story.actors["cai"], story.at, as_of=at) != then for at, then in told)


def hers_alone(story: Story) -> Case | None:
    """A case that Hana reads only as long as her department leads."""
    granted = set(db.session.scalars(select(CaseGrant.case_id)))
    return next((case for case in story._open() if case.department_id and case.id not in granted), None)


def test_who_may_no_longer_see_a_case_does_not_see_its_past(story: Story) -> None:
    while (case := hers_alone(story)) is None:
        story.step()
    hers, at = story.actors["hana"], story.at
    before = seen(hers, at)["total all"]
    story.at += timedelta(hours=1)
    story._move(case, "hana", "return_to_dispatcher")
    assert seen(hers, story.at)["total all"] == before - 1
    assert seen(hers, story.at, as_of=at)["total all"] == before - 1
    assert seen(story.actors["dana"], story.at, as_of=at) == seen(story.actors["dana"], at, as_of=at)


def test_a_clock_set_back_turns_no_history_round(story: Story) -> None:
    story.step()
    case = story._open()[0]
    filed_at, story.at = case.filed_at, case.filed_at - timedelta(hours=3)
    story._move(case, "mara" if case.level == "community" else "cai", "accept")
    db.session.rollback()
    after = db.session.scalars(select(Case)).one()
    assert (after.changed_at, after.accepted_at) == (filed_at, filed_at)
