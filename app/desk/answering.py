"""Who answers for a case now, since when and why: in words, for whoever reads it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.areas.index import areas
from app.cases.models import Case, Task
from app.core.language import gettext as _
from app.core.language import instant, name_of
from app.core.policy import LEVEL_FIELDS
from app.people.queries import departments
from app.workflow.levels import Level, ladder
from app.workflow.statuses import ENDED


@dataclass(frozen=True)
class Rung:
    """One level that can answer for the case; `here` is where it stands."""

    level: str
    name: str
    here: bool


@dataclass(frozen=True)
class Owed:
    """An open task in words."""

    kind: str
    who: str
    why: str
    due_at: datetime | None
    near: datetime


def ladder_of(case: Case) -> list[Rung]:
    """From the community up to the city."""
    lineage = {level: getattr(case, LEVEL_FIELDS[level]) for level in Level}
    index = areas()
    return [
        Rung(level, name_of(index.by_id[lineage[level]]), case.level == level) for level in ladder(lineage)
    ]


def duties_of(case: Case, tasks: Sequence[Task], near: datetime) -> list[Owed]:
    return [Owed(task.kind, _owner(task), _why(case, task), task.due_at, near) for task in tasks]


def _owner(task: Task) -> str:
    if task.department_id is not None:
        return name_of(departments().get(task.department_id))
    return name_of(areas().by_id.get(task.area_id or 0))


def _why(case: Case, task: Task) -> str:
    since = instant(task.opened_at)
    if task.kind == "accept":
        if case.escalations:
            return _("Since %(time)s; raised from below, so this level answers.", time=since)
        return _("Since %(time)s; a new case goes to the unit it lies in.", time=since)
    if task.kind == "handle":
        return _("Since %(time)s; the case was dispatched to this department.", time=since)
    if task.kind == "check":
        return _("Since %(time)s; the grid's inspector checks, never whoever handled it.", time=since)
    return _("Since %(time)s", time=since)


def holder_why(case: Case) -> str:
    """Why the holder unit answers when no task is open."""
    if case.returns and case.department_id is None:
        return _("The department gave it back; this unit dispatches it anew.")
    return _("Accepted; this unit dispatches it to a department.")


def cannot_why(case: Case, tasks: Sequence[Task]) -> str:
    """Why the reader has no decision to make."""
    if case.status in ENDED:
        return _("The case has ended. You can still leave a comment.")
    who = ", ".join(_owner(task) for task in tasks) or name_of(areas().by_id[case.holder_id])
    return _("The next step is with %(who)s. You can follow it and leave a comment.", who=who)
