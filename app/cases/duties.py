"""Who may make which move on a case: the table's duties, tied to people."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select

from app.areas.index import areas
from app.cases.models import Case, CaseApplication, CasePhoto, Task
from app.cases.queries.one import tasks_of
from app.catalogue.configuration import limits
from app.catalogue.queries import categories
from app.core.clock import local_day
from app.core.clock import now as present
from app.core.db import db
from app.core.policy import LEVEL_FIELDS, Actor
from app.core.roles import Role
from app.people import queries as people
from app.workflow.actions import Action
from app.workflow.guards import Facts, Refusal, refusal
from app.workflow.levels import Level, is_above
from app.workflow.moves import Application, Duty, Move, moves_at
from app.workflow.statuses import Status
from app.workflow.tasks import BESIDE, TaskKind

DAY = 86_400.0


@dataclass
class Duties:
    """An actor's ties to one case; each is looked up at most once, and only if asked for."""

    case: Case
    actor: Actor
    now: datetime = field(default_factory=present)
    tasks: Sequence[Task] | None = None
    _checkers: frozenset[int] | None = None
    _application: CaseApplication | None = None

    def may(self, duty: Duty) -> bool:
        return _TIES[duty](self)

    def moves(self) -> tuple[Move, ...]:
        """The moves open to the actor now, in the table's order."""
        open_moves = moves_at(Status(self.case.status), Level(self.case.level), self.applied())
        return tuple(move for move in open_moves if self.may(move.who) and self.refusal(move.action) is None)

    def refusal(self, action: Action) -> Refusal | None:
        """Why the action cannot be taken although table and duty allow it."""
        return refusal(action, self._facts(action))

    def applied(self) -> Application | None:
        return Application(self.case.applied) if self.case.applied else None

    def application(self) -> CaseApplication | None:
        """The pending application."""
        if self._application is None and self.case.applied:
            pending = (CaseApplication.case_id == self.case.id, CaseApplication.state == "pending")
            self._application = db.session.scalar(select(CaseApplication).where(*pending))
        return self._application

    def open_tasks(self) -> list[Task]:
        if self.tasks is None:
            self.tasks = tasks_of(self.case.id)
        return [task for task in self.tasks if task.closed_at is None]

    def clocked_task(self) -> Task | None:
        """The open duty that the actor could ask more time for."""
        for task in self.open_tasks():
            mine = self.handles() if task.kind == TaskKind.HANDLE else self.holds()
            if mine and task.due_at is not None and task.kind in _EXTENDED:
                return task
        return None

    def _facts(self, action: Action) -> Facts:
        case, category = self.case, categories().get(self.case.category)
        on_spot = category is not None and category.on_spot
        ended = (self.now - case.ended_at).total_seconds() / DAY if case.ended_at else None
        return Facts(
            open=frozenset(TaskKind(task.kind) for task in self.open_tasks()),
            applied=self.applied(),
            ended_days=ended,
            reopen_days=limits().reopen_days,
            on_spot=on_spot,
            photo_before=on_spot and action is Action.CLOSE_ON_SPOT and self._photo_before(),
            extensions=case.extensions,
            extensions_most=limits().extensions_most,
            clocked=action is Action.REQUEST_EXTENSION and self.clocked_task() is not None,
        )

    def _photo_before(self) -> bool:
        one = select(CasePhoto.id).where(CasePhoto.case_id == self.case.id, CasePhoto.kind == "before")
        return db.session.scalar(one.limit(1)) is not None

    def holds(self) -> bool:
        return self.actor.system or self.actor.holds(self.case.holder_id)

    def handles(self) -> bool:
        return self.case.department_id in self._handling()

    def works(self) -> bool:
        return self.holds() or self.handles()

    def assists(self) -> bool:
        """A department of the actor's owes something beside the lead."""
        mine = self._handling()
        return bool(mine) and any(
            task.kind in BESIDE and task.department_id in mine for task in self.open_tasks()
        )

    def assisting_tasks(self) -> list[Task]:
        mine = self._handling()
        return [t for t in self.open_tasks() if t.kind in BESIDE and t.department_id in mine]

    def stands_above(self) -> bool:
        """Posted to decide, at a unit that the case lies in, over the level where it stands."""
        for level in Level:
            over = is_above(level, Level(self.case.level))
            if over and self.actor.holds(getattr(self.case, LEVEL_FIELDS[level])):
                return True
        return False

    def oversees(self) -> bool:
        return self.holds() or self.stands_above()

    def decides(self) -> bool:
        """Posted at the unit that decides the application; who applied never does."""
        asked = self.application()
        if asked is None or asked.asked_by_id == self.actor.id:
            return False
        return any(t.id == asked.task_id and self.actor.holds(t.area_id) for t in self.open_tasks())

    def alerted(self) -> bool:
        kind = TaskKind.ACKNOWLEDGE
        return any(t.kind == kind and self.actor.holds(t.area_id) for t in self.open_tasks())

    def found_it(self) -> bool:
        return self.case.filed_by_id == self.actor.id and self.actor.has(Role.INSPECTOR)

    def checks(self) -> bool:
        return self.actor.id in self.checkers()

    def verifies(self) -> bool:
        return self.actor.id in self._find_checkers(frozenset())

    def reads(self) -> bool:
        return True

    def _handling(self) -> frozenset[int]:
        return frozenset(
            p.department_id
            for p in self.actor.postings
            if p.role is Role.HANDLER and p.department_id is not None
        )

    def checkers(self) -> frozenset[int]:
        """Who may check on the spot: the grid's inspectors; where there is none, the community's manager;
        where there is none either, whoever answers for the holder unit. Never whoever handled.
        """
        if self._checkers is None:
            self._checkers = self._find_checkers(self._who_handled())
        return self._checkers

    def _who_handled(self) -> frozenset[int]:
        theirs = (Task.case_id == self.case.id, Task.person_id.is_not(None))
        return frozenset(filter(None, db.session.scalars(select(Task.person_id).where(*theirs))))

    def _find_checkers(self, barred: frozenset[int]) -> frozenset[int]:
        """Whoever is on leave today is passed over."""
        day = local_day(self.now)
        for area_id, posted in (
            (self.case.grid_id, people.inspectors_of),
            (self.case.community_id, people.answering),
            (self.case.holder_id, people.answering),
        ):
            if area_id is None:
                continue
            there = posted([area_id], day)[area_id]
            found = {person.id for person in there if person.cleared or not self.case.restricted} - barred
            if found:
                return frozenset(found)
        return frozenset()


_EXTENDED = frozenset({TaskKind.ACCEPT, TaskKind.DISPATCH, TaskKind.HANDLE})
_TIES = {
    Duty.HOLDER: Duties.holds,
    Duty.HANDLER: Duties.handles,
    Duty.WORKER: Duties.works,
    Duty.ASSISTANT: Duties.assists,
    Duty.VERIFIER: Duties.verifies,
    Duty.CHECKER: Duties.checks,
    Duty.FINDER: Duties.found_it,
    Duty.SUPERIOR: Duties.stands_above,
    Duty.OVERSEER: Duties.oversees,
    Duty.APPROVER: Duties.decides,
    Duty.ALERTED: Duties.alerted,
    Duty.READER: Duties.reads,
}


def approver_of(case: Case, *, steps: int, staffed: frozenset[int]) -> int:
    """The unit `steps` levels above the case's holder; a vacant one is passed over, the city never is."""
    over = [level for level in reversed(Level) if is_above(level, Level(case.level))]
    above: list[int] = [u for level in over if (u := getattr(case, LEVEL_FIELDS[level])) is not None]
    chosen = [case.holder_id, *above][steps:] or [areas().city.id]
    return next((unit for unit in chosen if unit in staffed), chosen[-1])
