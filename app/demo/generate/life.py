"""One case lived through on the product's own clocks and ladder, as rows and events instead of deeds.

What the services do to a case one action at a time is told here for many at once, for the few actions that
generated cases know; `flask escalation audit` finds no difference (tests/demo/test_generate.py).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from app.areas.index import areas
from app.cases.models import PAST_FIELDS
from app.cases.service.clocks import clock_for
from app.catalogue.configuration import Configuration
from app.catalogue.queries import CategoryRow
from app.core.clock import rfc3339
from app.core.policy import LEVEL_FIELDS, SYSTEM, Actor
from app.people.queries import DepartmentRow, departments
from app.workflow.actions import Action
from app.workflow.ladder import Breach, Ground, TaskClock, due_steps
from app.workflow.levels import Level
from app.workflow.statuses import ENDED, Status
from app.workflow.tasks import BY_ACTION, FOLLOWS_HOLDER, TaskKind

LOOKED = timedelta(seconds=30)
"""After a limit has passed, until the sweep looks."""
STATUS_AFTER = {
    "verify_pass": Status.FILED,
    "verify_fail": Status.FILED,
    "accept": Status.ACCEPTED,
    "reject": Status.REJECTED,
    "dispatch": Status.DISPATCHED,
    "start": Status.IN_PROGRESS,
    "handle": Status.HANDLED,
    "return_to_dispatcher": Status.ACCEPTED,
    "check_fail": Status.IN_PROGRESS,
    "check_pass": Status.CLOSED,
}
REASON = "演示"

Row = dict[str, Any]
Told = tuple[datetime, str, Row, Actor]
"""When, the action, what the event says, by whom."""


@dataclass
class Life:
    """`case` is the row as it was filed and becomes the row as it stands; the rest is what led there.

    `ids` numbers the tasks.
    """

    case: Row
    category: CategoryRow
    known: Configuration
    ids: Iterator[int]
    tasks: list[Row] = field(default_factory=list)
    past: list[Row] = field(default_factory=list)
    rungs: list[Row] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)

    def __post_init__(self) -> None:
        index = areas()
        over = index.by_id[self.case["holder_id"]].lineage
        found = {Level(level): self.case[name] or over[name] for level, name in LEVEL_FIELDS.items()}
        found.pop(Level.GRID)
        self.lineage = {level: unit for level, unit in found.items() if unit} | {Level.CITY: index.city.id}

    def file(self, actor: Actor, said: Row) -> None:
        """The beginning: the first duty opens, and the event tells what was filed."""
        kind = TaskKind.VERIFY if self.case["status"] == Status.VERIFYING else TaskKind.ACCEPT
        self._open(kind, self.case["filed_at"])
        self._show_clock()
        self.told.append((self.case["filed_at"], "filed", said, actor))

    def act(self, action: str, at: datetime, actor: Actor, department: DepartmentRow | None = None) -> None:
        """What somebody does at an instant, after whatever the clock has done before."""
        self.wait(at)
        self._version(at)
        self._close(action, at)
        said = self._effect(action, at, actor, department)
        self.case["status"] = STATUS_AFTER[action].value
        opens = BY_ACTION[Action(action)].opens if Action(action) in BY_ACTION else None
        if opens is not None:
            self._open(opens, at)
        if self.case["status"] in ENDED:
            self._end(at)
        self._show_clock()
        self.told.append(
            (at, action, said | self._stands() | {"due_at": rfc3339(self.case["due_at"])}, actor)
        )

    def wait(self, until: datetime) -> None:
        """Notices and climbs of the open duty that come before an instant."""
        task = self.tasks[-1]
        while task["closed_at"] is None and task["wake_at"] is not None:
            at = max(task["wake_at"], self.case["changed_at"]) + LOOKED
            if at >= until:
                return
            self._look(task, at)

    def _look(self, task: Row, at: datetime) -> None:
        """One look of the sweep: every step that is due on the task."""
        grace = partial(self.known.ladder.grace, urgency=self.case["urgency"])
        ground = Ground(self.lineage.keys(), self.lineage.keys(), self.known.calendar, grace)
        clock = _clock(task)
        for step in due_steps(Level(self.case["level"]), self.case["card"], [clock], ground, at):
            if isinstance(step, Breach):
                self._climb(task, step, at)
            else:
                task["warned_at"] = at
                self.told.append((at, "near_due", self._of(task) | self._swept(), SYSTEM))
            task |= {
                name: getattr(step.after, name) for name in ("wake_at", "rung", "base_level", "base_rung")
            }

    def _climb(self, task: Row, step: Breach, at: datetime) -> None:
        before, after = self.case["holder_id"], self.lineage[step.level]
        after = after if step.moves else before
        self._version(at)
        self.case |= {
            "level": step.level.value,
            "holder_id": after,
            "card": step.card.value,
            "escalations": self.case["escalations"] + step.moves,
        }
        self.rungs.append(
            {
                "task_id": task["id"],
                "rung": step.after.rung,
                "case_id": self.case["id"],
                "kind": task["kind"],
                "at": at,
                "due_at": step.at,
                "from_level": step.from_level.value,
                "to_level": step.level.value,
                "from_holder_id": before,
                "to_holder_id": after,
                "card": step.card.value,
                "top": step.top,
            }
        )
        if step.moves and TaskKind(task["kind"]) in FOLLOWS_HOLDER:
            task["area_id"] = after
        said: Row = {
            "rung": step.after.rung,
            "passed_at": rfc3339(step.at),
            "from_level": step.from_level,
            "to_level": step.level,
            "unit": areas().by_id[after].code,
            "card": step.card,
            "top": step.top,
            "vacant": [],
        }
        self.told.append((at, "climbed", self._of(task) | said | self._swept(), SYSTEM))

    def _version(self, at: datetime) -> None:
        """Keep where the case stood until now, and begin a new version."""
        span = {"case_id": self.case["id"], "version": self.case["version"], "since": self.case["changed_at"]}
        self.past.append({name: self.case[name] for name in PAST_FIELDS} | span | {"until": at})
        self.case["version"] += 1
        self.case["changed_at"] = at

    def _close(self, action: str, at: datetime) -> None:
        change = BY_ACTION.get(Action(action))
        task = self.tasks[-1]
        if change is not None and task["kind"] == change.closes:
            task |= {"closed_at": at, "outcome": action, "wake_at": None}

    def _effect(self, action: str, at: datetime, actor: Actor, department: DepartmentRow | None) -> Row:
        """What the action does to the case besides its status; what its event says of it."""
        match action:
            case "accept":
                self.case["accepted_at"] = at
            case "dispatch":
                assert department is not None
                self.case["department_id"] = department.id
                return {"department": department.code}
            case "handle":
                self.case["handled_by_id"] = self.tasks[-1]["person_id"] = actor.id
                return {"note": REASON}
            case "return_to_dispatcher":
                self.case |= {"returns": self.case["returns"] + 1, "department_id": None}
            case "check_fail":
                self.case["reworks"] += 1
        needs_reason = action in ("reject", "return_to_dispatcher", "check_fail", "verify_fail")
        return {"reason": REASON} if needs_reason else {}

    def _open(self, kind: TaskKind, at: datetime) -> None:
        case = self.case
        mine = {"area_id": case["holder_id"], "department_id": None}
        due_at = None
        if kind is TaskKind.HANDLE:
            mine, due_at = {"area_id": None, "department_id": case["department_id"]}, self._due_before()
        elif kind in (TaskKind.VERIFY, TaskKind.CHECK):
            mine["area_id"] = case["grid_id"] or case["holder_id"]
        clock = clock_for(kind, self.category, case["level"], case["urgency"], start=at, due_at=due_at)
        self.tasks.append(
            mine
            | dict.fromkeys(("person_id", "warned_at", "closed_at", "outcome", "paused_at"))
            | dict.fromkeys(("rung", "base_rung", "paused_s"), 0)
            | {
                "id": next(self.ids),
                "case_id": case["id"],
                "kind": kind.value,
                "opened_at": at,
                "term": clock.term,
                "due_at": clock.due_at,
                "near_at": clock.near_at,
                "wake_at": clock.wake_at,
                "base_level": case["level"],
            }
        )

    def _due_before(self) -> datetime | None:
        """For rework the department keeps the due time that it had."""
        if self.case["status"] != Status.IN_PROGRESS:
            return None
        handled = [task for task in self.tasks if task["outcome"] == "handle"]
        return handled[-1]["due_at"] if handled else None

    def _end(self, at: datetime) -> None:
        self.case["ended_at"] = at
        if self.case["status"] == Status.CLOSED:
            self.case["took_s"] = int((at - self.case["filed_at"]).total_seconds())
            self.case["on_time"] = all(
                task["due_at"] is None or task["closed_at"] <= task["due_at"] for task in self.tasks
            )

    def _show_clock(self) -> None:
        task = self.tasks[-1]
        runs = task["closed_at"] is None and task["due_at"] is not None
        for name, of in (("due_at", "due_at"), ("clock_from", "opened_at"), ("near_at", "near_at")):
            self.case[name] = task[of] if runs else None

    def _stands(self) -> Row:
        """What every event says of the case."""
        named = {name: self.case[name] for name in ("version", "status", "level")}
        return named | {"holder": areas().by_id[self.case["holder_id"]].code}

    def _swept(self) -> Row:
        return self._stands() | {"due_at": rfc3339(self.case["due_at"])}

    def _of(self, task: Row) -> Row:
        """Which duty an event of the sweep speaks of."""
        said = {"opened_at": rfc3339(task["opened_at"]), "task_due_at": rfc3339(task["due_at"])}
        found = departments().get(task["department_id"])
        return {"task": task["kind"]} | said | ({"department": found.code} if found else {})


def _clock(task: Row) -> TaskClock:
    return TaskClock(
        ident=task["id"],
        kind=TaskKind(task["kind"]),
        due_at=task["due_at"],
        near_at=task["near_at"],
        wake_at=task["wake_at"],
        rung=task["rung"],
        base_level=Level(task["base_level"]),
        base_rung=task["base_rung"],
    )
