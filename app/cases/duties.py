"""Who may make which move on a case: the table's duties, tied to people."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select

from app.cases.models import Case, Task
from app.core.clock import now as present
from app.core.db import db
from app.core.policy import Actor
from app.core.roles import HOLDER_ROLES, Role
from app.people import queries as people
from app.people.models import PersonPosting
from app.workflow.levels import Level
from app.workflow.moves import Duty, Move, moves_at
from app.workflow.statuses import Status


@dataclass
class Duties:
    """An actor's ties to one case; each is looked up at most once, and only if asked for."""

    case: Case
    actor: Actor
    now: datetime = field(default_factory=present)
    _checkers: frozenset[int] | None = None

    def may(self, duty: Duty) -> bool:
        match duty:
            case Duty.HOLDER:
                return self.actor.system or self.actor.holds(self.case.holder_id)
            case Duty.HANDLER:
                return self._handles()
            case Duty.CHECKER:
                return self.actor.id in self.checkers()
            case Duty.READER:
                return True

    def moves(self) -> tuple[Move, ...]:
        """The moves open to the actor now, in the table's order."""
        open_moves = moves_at(Status(self.case.status), Level(self.case.level))
        return tuple(move for move in open_moves if self.may(move.who))

    def _handles(self) -> bool:
        return any(
            p.role is Role.HANDLER and p.department_id == self.case.department_id
            for p in self.actor.postings
            if p.department_id is not None
        )

    def checkers(self) -> frozenset[int]:
        """Who may check on the spot: the grid's inspectors; where there is none, the community's manager;
        where there is none either, whoever answers for the holder unit. Never whoever handled.
        """
        if self._checkers is None:
            self._checkers = self._find_checkers()
        return self._checkers

    def _find_checkers(self) -> frozenset[int]:
        handled = set(
            db.session.scalars(
                select(Task.person_id).where(Task.case_id == self.case.id, Task.person_id.is_not(None))
            )
        )
        choices = (
            (self.case.grid_id, (Role.INSPECTOR,)),
            (self.case.community_id, (Role.MANAGER,)),
            (self.case.holder_id, tuple(HOLDER_ROLES)),
        )
        for area_id, roles in choices:
            found = self._posted(area_id, roles) - handled
            if found:
                return frozenset(found)
        return frozenset()

    def _posted(self, area_id: int | None, roles: tuple[Role, ...]) -> set[int]:
        if area_id is None:
            return set()
        there = PersonPosting.area_id == area_id
        if self.case.restricted:
            there &= PersonPosting.restricted
        return {person.id for role in roles for person in people.posted(role, there, self.now)}
