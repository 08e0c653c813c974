"""A model of the grammar, written apart from the tables, walks every status, action, role and level.

Whatever the model allows must be done and lead where it says; whatever it forbids must be refused, as a
conflict or as absent, and change nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test
from sqlalchemy import select

from app.cases.commands import Act, read_filing
from app.cases.models import Case, Task
from app.cases.service import act, attach_photo, file_case, plan_filing
from app.core import db as database
from app.core.db import db
from app.core.policy import Actor
from app.core.problems import Conflict, Invalid, NotFound
from app.events.queries import last_seq
from app.media.rules import Shot
from app.people.queries import actor_by_username
from app.workflow.actions import Action
from tests.cast import BUREAU, COMMUNITY, DISTRICT, TOWN, filing
from tests.workflow.test_moves import ALLOWED, DECIDED

START = datetime(2026, 3, 2, 2, tzinfo=UTC)
LEVELS = ("community", "town", "district", "city")
POSTED = {"mara": "community", "teng": "town", "dana": "district", "cai": "city"}
CAST = ("ines", "mara", "teng", "hana", "dana", "cai", "otto")
BELOW = {"city": DISTRICT, "district": TOWN, "town": COMMUNITY}
CREW = f"{TOWN}-CE"
APPLIES = {
    "request_extension": "extend",
    "request_suspension": "suspend",
    "request_reclassification": "reclassify",
    "request_void": "void",
    "request_restore": "restore",
}
BY_HOLDER = {"accept", "reject", "dispatch", "escalate", "delegate", "whistle", "answer", "resume"}
BY_HANDLER = {"start", "handle", "return_to_dispatcher"}
PHOTO = "ab" * 32
PLAIN = [column.key for column in Case.__table__.c if column.key != "geom"]
CLOCKED = {"filed": "holder", "accepted": "holder", "dispatched": "handler", "in_progress": "handler"}


@dataclass
class Model:
    """What the rules say of one case, and nothing of how they are carried out."""

    status: str = "filed"
    level: str = "community"
    lead: str | None = None
    granted: bool = False
    owes: set[str] = field(default_factory=set)
    watched: bool = False
    applied: str | None = None
    asked_by: str = ""
    decided_at: str = ""
    back: str = "filed"
    returns: int = 0
    extensions: int = 0

    def reads(self, who: str) -> bool:
        return who in POSTED or who == "ines" or (who == "hana" and (self.lead == BUREAU or self.granted))

    def allows(self, who: str, action: str) -> bool:
        if not self._in_table(action):
            return False
        ties = {
            **dict.fromkeys(BY_HOLDER | {"request_restore"}, self._holds(who)),
            **dict.fromkeys(BY_HANDLER, self._handles(who)),
            **dict.fromkeys(set(APPLIES) - {"request_restore"}, self._holds(who) or self._handles(who)),
            **dict.fromkeys(("check_pass", "check_fail", "verify_pass", "verify_fail"), who == "ines"),
            **dict.fromkeys(("urge", "reopen"), self._holds(who) or self._above(who)),
            **dict.fromkeys(("approve", "deny"), POSTED.get(who) == self.decided_at and who != self.asked_by),
            "supervise": self._above(who),
            "respond": who == "hana" and BUREAU in self.owes,
            "close_on_spot": False,  # the category of these cases is not settled on the spot
            "acknowledge": False,  # nor an emergency
            "comment": True,
        }
        return ties[action] and self._guard(who, action)

    def _in_table(self, action: str) -> bool:
        if action in ("approve", "deny"):
            legal = self.applied and (action == "deny" or self.status in DECIDED[self.applied])
            return bool(legal)
        barred = (action == "escalate" and self.level == "city") or (
            action == "delegate" and self.level == "community"
        )
        return (self.status, action) in ALLOWED and not barred

    def _guard(self, who: str, action: str) -> bool:
        if action in APPLIES and self.applied:
            return False
        if action == "request_extension":
            mine = self._holds(who) if CLOCKED[self.status] == "holder" else self._handles(who)
            return mine and self.extensions < 3
        return {"check_pass": not self.owes, "answer": self.watched}.get(action, True)

    def _holds(self, who: str) -> bool:
        return POSTED.get(who) == self.level

    def _handles(self, who: str) -> bool:
        return who == "hana" and self.lead == BUREAU

    def _above(self, who: str) -> bool:
        return who in POSTED and LEVELS.index(POSTED[who]) > LEVELS.index(self.level)

    def done(self, who: str, action: str, said: dict[str, Any]) -> None:
        before = self.status
        self._carry_out(who, action, said)
        if action not in ("approve", "deny", "resume"):
            self.status = ALLOWED[before, action]
        if before not in ("closed", "rejected", "voided") and self.status in ("closed", "rejected", "voided"):
            self.applied, self.owes, self.watched = None, set(), False

    def _carry_out(self, who: str, action: str, said: dict[str, Any]) -> None:
        match action:
            case "dispatch":
                self.lead = said["department"]
                self._ask(said.get("assisting", []))
            case "whistle":
                self._ask(said["departments"])
            case "respond":
                self.owes.discard(BUREAU)
            case "return_to_dispatcher":
                self.lead, self.returns = None, self.returns + 1
                if self.returns >= 2 and self.level != "city":
                    self._raise()
            case "escalate":
                self._raise()
            case "delegate":
                self.level = LEVELS[LEVELS.index(self.level) - 1]
            case "supervise" | "answer":
                self.watched = action == "supervise"
            case _:
                self._of_its_course(who, action)

    def _of_its_course(self, who: str, action: str) -> None:
        match action:
            case "approve" | "deny":
                self._decide(action == "approve")
            case "resume":
                self.status = self.back
            case "reopen":
                self.lead = None
            case _ if action in APPLIES:
                self._apply(who, APPLIES[action])

    def _ask(self, departments: list[str]) -> None:
        self.owes |= set(departments)
        self.granted = self.granted or BUREAU in departments

    def _raise(self) -> None:
        self.level = LEVELS[LEVELS.index(self.level) + 1]

    def _apply(self, who: str, kind: str) -> None:
        higher = int(self._holds(who)) + int(kind == "extend" and self.extensions > 0)
        at = min(LEVELS.index(self.level) + higher, len(LEVELS) - 1)
        self.applied, self.asked_by, self.decided_at = kind, who, LEVELS[at]

    def _decide(self, approved: bool) -> None:
        kind, self.applied = str(self.applied), None
        if not approved:
            return
        before = self.status
        self.extensions += kind == "extend"
        if kind == "restore":
            self.status = self.back if before == "voided" else "filed"
        else:
            self.status = DECIDED[kind][before]
        if kind in ("suspend", "void"):
            self.back = before


@dataclass
class City:
    """The real thing, driven by the same words."""

    actors: dict[str, Actor]

    def file(self, at: datetime) -> UUID:
        uuid = uuid4()
        plan = plan_filing(read_filing(uuid, filing()))
        database.begin_write()
        file_case(plan, actor=self.actors["ines"], now=at)
        database.commit()
        case = self.case(uuid)
        database.begin_write()
        shot = Shot("image/jpeg", 64, 48)
        attach_photo(case, PHOTO, "after", shot, 900, actor=self.actors["ines"], now=at)
        database.commit()
        return uuid

    def case(self, uuid: UUID) -> Case:
        return db.session.scalars(select(Case).where(Case.uuid == uuid)).one()

    def act(self, uuid: UUID, who: str, action: str, said: dict[str, Any], at: datetime) -> bool:
        """Whether it was done; refused is a conflict, an absent case, or a unit that does not exist."""
        version = self.case(uuid).version
        db.session.rollback()
        database.begin_write()
        try:
            act(uuid, Act(uuid4(), action, said), version=version, actor=self.actors[who], now=at)
        except (Conflict, Invalid, NotFound):
            database.rollback()
            return False
        database.commit()
        return True

    def stored(self, uuid: UUID) -> tuple[Any, ...]:
        """Everything that an action could change."""
        db.session.rollback()
        db.session.expire_all()
        case = self.case(uuid)
        row = {name: getattr(case, name) for name in PLAIN}
        tasks = db.session.execute(select(Task.__table__).where(Task.case_id == case.id)).all()
        return row, sorted(tasks), last_seq()


def machine(city: City, model: Callable[[], Model]) -> type[RuleBasedStateMachine]:
    class Walk(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.at, self.model = START, model()
            self.uuid = city.file(self.at)

        @rule(
            who=st.sampled_from(CAST),
            action=st.sampled_from([action.value for action in Action if action is not Action.TRANSFER]),
            lead=st.sampled_from((BUREAU, CREW)),
        )
        def somebody_does_something(self, who: str, action: str, lead: str) -> None:
            self._try(who, action, lead)

        @rule(data=st.data(), lead=st.sampled_from((BUREAU, BUREAU, CREW)))
        def somebody_goes_on(self, data: st.DataObject, lead: str) -> None:
            """Chance alone seldom finds the way; this one takes an allowed step."""
            steps = [
                (who, action.value)
                for who in CAST
                for action in Action
                if action not in (Action.TRANSFER, Action.COMMENT, Action.URGE)
                and self.model.reads(who)
                and self.model.allows(who, action.value)
            ]
            if steps:
                self._try(*data.draw(st.sampled_from(steps)), lead)

        def _try(self, who: str, action: str, lead: str) -> None:
            self.at += timedelta(minutes=7)
            said = self._said(action, lead)
            before = city.stored(self.uuid)
            expected = self.model.reads(who) and self.model.allows(who, action)
            told = f"{who} {action} while {self.model}"
            assert city.act(self.uuid, who, action, said, self.at) is expected, told
            after = city.stored(self.uuid)
            if not expected:
                assert after == before, told
                return
            self.model.done(who, action, said)
            row, tasks, _seq = after
            assert (row["status"], row["level"]) == (self.model.status, self.model.level), told
            assert row["applied"] == self.model.applied, told
            assert row["version"] == before[0]["version"] + 1, told
            assert (row["ended_at"] is not None) is (row["status"] in ("closed", "rejected", "voided")), told
            left = {task.kind for task in tasks if task.closed_at is None}
            assert row["ended_at"] is None or left <= {"approve"}, told
            assert row["ended_at"] or left, f"nobody's: {told}"

        def _said(self, action: str, lead: str) -> dict[str, Any]:
            other = [CREW if lead == BUREAU else BUREAU]
            said: dict[str, Any] = {
                "dispatch": {"department": lead, "assisting": other},
                "whistle": {"departments": [lead], "reason": "x"},
                "delegate": {"to": BELOW.get(self.model.level, COMMUNITY)},
                "handle": {"note": "x", "photos": [PHOTO]},
                "close_on_spot": {"note": "x", "photos": [PHOTO]},
                "comment": {"text": "x"},
                "answer": {"text": "x"},
                "respond": {"note": "x"},
                "request_extension": {"reason": "x", "due_at": self._later()},
                "request_suspension": {"reason": "x", "review_at": self.at + timedelta(days=9)},
                "request_reclassification": {"reason": "x", "category": self._another()},
            }.get(action, {"reason": "x"})
            return said

        def _later(self) -> datetime:
            tasks = city.stored(self.uuid)[1]
            due = [
                t.due_at for t in tasks if t.closed_at is None and t.kind in ("accept", "dispatch", "handle")
            ]
            return max([self.at, *filter(None, due)]) + timedelta(days=3)

        def _another(self) -> str:
            return "E0103" if city.case(self.uuid).category == "E0102" else "E0102"

    return Walk


def walk(app: Flask, *, examples: int, steps: int, model: Callable[[], Model] = Model) -> None:
    actors = {who: actor_by_username(who, START) for who in CAST}
    city = City({who: actor for who, actor in actors.items() if actor is not None})
    how = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        derandomize=True,
        phases=(Phase.generate,),
        report_multiple_bugs=False,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(machine(city, model), settings=how)  # type: ignore[no-untyped-call]


def test_the_grammar_does_what_the_model_says_and_nothing_else(city: Flask) -> None:
    walk(city, examples=25, steps=40)


class Holed(Model):
    """Who applied may decide: the model is wrong on purpose, so the walk must notice."""

    def allows(self, who: str, action: str) -> bool:
        mine = action == "approve" and self.applied == "void" and who == self.asked_by
        return (mine and self.status in DECIDED["void"]) or super().allows(who, action)


def test_a_difference_between_model_and_grammar_is_found(city: Flask) -> None:
    with pytest.raises(AssertionError):
        walk(city, examples=40, steps=40, model=Holed)
