"""Who does what in the stories: the cast where it is posted and asked for, else synthetic staff."""

from datetime import UTC, datetime, time

from app.areas.index import AreaEntry, areas
from app.cases.models import Case
from app.core.policy import LEVEL_FIELDS, Actor
from app.core.roles import Role
from app.demo.cast import CAST
from app.demo.plots import Plot
from app.demo.staff import SINCE, holder_name, inspector_name, manager_name, on_leave, stand_in_name
from app.people import service as people_service
from app.people.queries import actor_by_username, departments
from app.workflow.levels import Level, is_above

EARLY = datetime.combine(SINCE, time(12), UTC)
"""A day on which everybody who ever was posted still is."""


class Actors:
    """People by what they are posted to, each read once."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.known: dict[str, Actor] = {}
        self.posted: set[int] = set()
        members = [m for m in CAST if actor_by_username(m.username, now) is not None]
        self.cast = {m.area or m.department: m.username for m in members}

    def at_unit(self, unit: AreaEntry, plot: Plot, at: datetime) -> Actor:
        """Whoever answers for a unit."""
        if plot.cast and unit.code in self.cast:
            return self._named(self.cast[unit.code])
        if unit.level == "community":
            return self.manager(areas().by_id[unit.parent_id or 0])
        if on_leave(unit, at, self.now):
            return self._named(stand_in_name(unit.code), self.now)
        return self._named(holder_name(unit.code))

    def manager(self, town: AreaEntry) -> Actor:
        """The synthetic manager of all communities of a town."""
        return self._named(manager_name(town.code))

    def handler(self, department_id: int, plot: Plot) -> Actor:
        code = departments()[department_id].code
        if plot.cast and code in self.cast:
            return self._named(self.cast[code])
        return self._named(holder_name(code))

    def inspector(self, plot: Plot) -> Actor:
        """The town's synthetic inspector, posted on the grid when first needed there.

        The actor need not know the new posting: who may verify and check is looked up.
        """
        if plot.cast and plot.grid.code in self.cast:
            return self._named(self.cast[plot.grid.code])
        found = self._named(inspector_name(areas().by_id[plot.grid.lineage["town_id"] or 0].code))
        if plot.grid.id not in self.posted:
            self.posted.add(plot.grid.id)
            assert found.id is not None
            people_service.post(found.id, Role.INSPECTOR, area_id=plot.grid.id, starts_on=SINCE)
        return found

    def above(self, case: Case, plot: Plot, level: str, at: datetime) -> Actor | None:
        """Whoever stands over the case: at that level, else at the next one up; None at the top."""
        over = [rung for rung in reversed(Level) if is_above(rung, Level(case.level))]
        wanted = [rung for rung in over if level in ("", rung)]
        for rung in wanted:
            unit_id = getattr(case, LEVEL_FIELDS[rung])
            if unit_id is not None:
                return self.at_unit(areas().by_id[unit_id], plot, at)
        return None

    def _named(self, username: str, at: datetime = EARLY) -> Actor:
        if username not in self.known:
            found = actor_by_username(username, at)
            assert found is not None, username
            self.known[username] = found
        return self.known[username]
