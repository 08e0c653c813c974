"""Who answers for a case now, since when and why: in words, for whoever reads it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.areas.index import areas
from app.cases.clock_words import Clock, clock_of, paused_clock
from app.cases.models import Case, Task
from app.core.language import gettext as _
from app.core.language import instant, name_of, ngettext
from app.core.policy import LEVEL_FIELDS
from app.desk.presence import Presence, presences
from app.events.queries import Told
from app.people.queries import departments
from app.workflow.levels import Level, ladder
from app.workflow.statuses import ENDED
from app.workflow.tasks import TaskKind


@dataclass(frozen=True)
class Rung:
    """One level that can answer for the case; `here` is where it stands, `reached_at` since when (last)."""

    level: str
    name: str
    here: bool
    reached_at: datetime | None
    by_clock: bool


@dataclass(frozen=True)
class Owed:
    """An open task in words."""

    kind: str
    who: str
    presence: Presence
    why: str
    clock: Clock
    missed: str


def ladder_of(case: Case, events: Sequence[Told]) -> list[Rung]:
    """From the community up to the city, with when the case came to each."""
    lineage = {level: getattr(case, LEVEL_FIELDS[level]) for level in Level}
    index, reached = areas(), _arrivals(events)
    return [
        Rung(
            level,
            name_of(index.by_id[lineage[level]]),
            case.level == level,
            *reached.get(level, (None, False)),
        )
        for level in ladder(lineage)
    ]


def _arrivals(events: Sequence[Told]) -> Mapping[str, tuple[datetime, bool]]:
    """Level → when the case last came there, and whether the clock brought it."""
    found: dict[str, tuple[datetime, bool]] = {}
    before = None
    for event in events:
        level = (event.body or {}).get("level", before)
        if level is not None and level != before:
            found[level] = (event.at, event.action == "case.climbed")
        before = level
    return found


def duties_of(case: Case, tasks: Sequence[Task], at: datetime) -> list[Owed]:
    """The open ones, the most pressing first."""
    there = presences(case, tasks, at)
    owed = [task for task in tasks if task.closed_at is None]
    owed.sort(key=lambda task: (task.due_at is None, task.due_at or task.opened_at, task.id))
    return [
        Owed(task.kind, _owner(task), there[task.id], _why(case, task), _clock(task, at), _missed(task))
        for task in owed
    ]


def _clock(task: Task, at: datetime) -> Clock:
    if task.paused_at is not None:
        return paused_clock(task.paused_at)
    return clock_of(task.opened_at, task.due_at, at)


def _missed(task: Task) -> str:
    if not task.rung:
        return ""
    return ngettext("Its limit was passed %(num)d time.", "Its limits were passed %(num)d times.", task.rung)


def _owner(task: Task) -> str:
    if task.department_id is not None:
        return name_of(departments().get(task.department_id))
    return name_of(areas().by_id.get(task.area_id or 0))


def _why(case: Case, task: Task) -> str:
    since = _("Since %(time)s", time=instant(task.opened_at))
    return f"{since}: {_REASONS[TaskKind(task.kind)](case)}"


def _why_accept(case: Case) -> str:
    if case.escalations:
        return _("raised from below, so this level answers.")
    return _("a new case goes to the unit it lies in.")


def _why_dispatch(case: Case) -> str:
    if case.reopens:
        return _("the case was reopened; this unit dispatches it anew.")
    if case.returns:
        return _("the department gave it back; this unit dispatches it anew.")
    return _("accepted; this unit dispatches it to a department.")


_REASONS: dict[TaskKind, Callable[[Case], str]] = {
    TaskKind.VERIFY: lambda _case: _("what the public reports is looked at on the spot first."),
    TaskKind.ACCEPT: _why_accept,
    TaskKind.DISPATCH: _why_dispatch,
    TaskKind.HANDLE: lambda _case: _("the case was dispatched to this department."),
    TaskKind.ASSIST: lambda _case: _("asked to assist the department that leads."),
    TaskKind.RESPOND: lambda _case: _("summoned by the unit that answers for the case."),
    TaskKind.CHECK: lambda _case: _("the grid's inspector checks, never whoever handled it."),
    TaskKind.APPROVE: lambda _case: _("an application is decided above whoever asked."),
    TaskKind.REVIEW: lambda _case: _("suspended; this unit looks at it again by then."),
    TaskKind.ANSWER: lambda _case: _("a unit above supervises the case and waits for an answer."),
    TaskKind.ACKNOWLEDGE: lambda _case: _("an emergency: this unit is alerted at once."),
}


def cannot_why(case: Case, tasks: Sequence[Task]) -> str:
    """Why the reader has no decision to make."""
    if case.status in ENDED:
        return _("The case has ended. You can still leave a comment.")
    owed = [_owner(task) for task in tasks if task.closed_at is None]
    who = ", ".join(dict.fromkeys(owed)) or name_of(areas().by_id[case.holder_id])
    return _("The next step is with %(who)s. You can follow it and leave a comment.", who=who)
