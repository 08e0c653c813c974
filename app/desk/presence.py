"""Who answers in person today for each open duty of a case; if nobody does, who does instead."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.areas.index import areas
from app.cases.models import Case, Task
from app.core.clock import local_day
from app.core.language import gettext as _
from app.core.language import name_of
from app.core.policy import LEVEL_FIELDS
from app.people.queries import (
    PersonRow,
    answering,
    department_line,
    departments,
    handlers_of,
    inspectors_of,
)
from app.workflow.tasks import TaskKind

ON_THE_SPOT = frozenset({TaskKind.VERIFY.value, TaskKind.CHECK.value})
MOST_NAMED = 3
People = Mapping[int, tuple[PersonRow, ...]]


@dataclass(frozen=True)
class Presence:
    """The people in words; `instead` says who sees to it when nobody is there."""

    people: str
    instead: str = ""


def presences(case: Case, tasks: Sequence[Task], at: datetime) -> dict[int, Presence]:
    """By the id of each open task. Three statements at most."""
    owed = [task for task in tasks if task.closed_at is None]
    if not owed:
        return {}
    handled = frozenset(task.person_id for task in tasks if task.person_id is not None)
    there = _There(case, owed, at)
    return {task.id: there.presence(task, handled) for task in owed}


class _There:
    """Everybody at work today in the units and departments that the duties of one case concern."""

    def __init__(self, case: Case, owed: Sequence[Task], at: datetime) -> None:
        self._case, day = case, local_day(at)
        units = {case.holder_id, case.community_id, *(task.area_id for task in owed)} - {None}
        line = {ident for unit in units for ident in areas().by_id[unit or 0].lineage.values() if ident}
        self._holders = answering(line, day)
        on_the_spot = {case.grid_id or 0} if any(task.kind in ON_THE_SPOT for task in owed) else set()
        self._inspectors = inspectors_of(on_the_spot, day) if on_the_spot else {}
        leading = {task.department_id for task in owed if task.department_id is not None}
        over = {ident for leader in leading for ident in department_line(leader)}
        self._handlers = handlers_of(over, day) if over else {}

    def presence(self, task: Task, handled: Collection[int]) -> Presence:
        if task.department_id is not None:
            return self._of_department(task.department_id)
        if task.kind in ON_THE_SPOT:
            barred = handled if task.kind == TaskKind.CHECK else ()
            return self._on_the_spot(barred)
        return self._of_unit(task.area_id or self._case.holder_id)

    def _of_unit(self, unit_id: int) -> Presence:
        found = self._cleared(self._holders, unit_id)
        if found:
            return Presence(_named(found))
        unit = areas().by_id[unit_id]
        for above in self._units_above(unit_id):
            if self._cleared(self._holders, above):
                instead = _(
                    "Nobody answers for %(unit)s today; it goes to %(above)s.",
                    unit=name_of(unit),
                    above=name_of(areas().by_id[above]),
                )
                return Presence("", instead)
        return Presence("", _("Nobody answers for %(unit)s today, nor above it.", unit=name_of(unit)))

    def _units_above(self, unit_id: int) -> list[int]:
        """Nearest first."""
        lineage = areas().by_id[unit_id].lineage
        line = [lineage[name] for name in reversed(LEVEL_FIELDS.values())]
        known = [ident for ident in line if ident is not None]
        return known[known.index(unit_id) + 1 :]

    def _of_department(self, department_id: int) -> Presence:
        line = department_line(department_id)
        found = self._cleared(self._handlers, department_id)
        if found:
            return Presence(_named(found))
        department = departments()[department_id]
        above = next((ident for ident in line[1:] if self._cleared(self._handlers, ident)), None)
        over = departments()[above] if above else areas().by_id[department.area_id]
        instead = _(
            "Nobody is at work in %(department)s today; above it stands %(above)s.",
            department=name_of(department),
            above=name_of(over),
        )
        return Presence("", instead)

    def _on_the_spot(self, barred: Collection[int]) -> Presence:
        """The grid's inspectors, else who answers for the community, else for the holder of the case."""
        places = (
            (self._inspectors, self._case.grid_id),
            (self._holders, self._case.community_id),
            (self._holders, self._case.holder_id),
        )
        for people, place in places:
            found = [row for row in self._cleared(people, place or 0) if row.id not in barred]
            if found:
                return Presence(_named(found))
        return self._of_unit(self._case.holder_id)

    def _cleared(self, people: People, place: int) -> list[PersonRow]:
        return [row for row in people.get(place, ()) if row.cleared or not self._case.restricted]


def _named(people: Sequence[PersonRow]) -> str:
    """Up to three names, stand-ins marked."""
    shown = [
        _("%(name)s (stand-in)", name=name_of(row)) if row.stand_in else name_of(row)
        for row in people[:MOST_NAMED]
    ]
    more = len(people) - len(shown)
    names = ", ".join(shown)
    return _("%(names)s and %(n)s more", names=names, n=more) if more else names
