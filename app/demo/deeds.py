"""The deeds of which stories are made, each done through the services by whoever's duty it is."""

from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import shapely
from sqlalchemy import select

from app.areas.index import areas
from app.cases.commands import Act, FileCase
from app.cases.models import Case, Task
from app.cases.queries.one import locked_case
from app.cases.service import act, attach_photo, file_case, plan_filing
from app.catalogue.configuration import configuration, reasons, working_calendar
from app.catalogue.configuration.responsibility import department_for
from app.catalogue.queries import categories
from app.core.db import db
from app.core.policy import LEVEL_FIELDS, SYSTEM, Actor
from app.demo.actors import Actors
from app.demo.pictures import Picture
from app.demo.places import Places
from app.demo.plots import Plot
from app.demo.staff import CLEARED, VACANT
from app.people.queries import DepartmentRow, departments_for
from app.workflow.tasks import TaskKind

LABEL = "【演示】"
WORDS = (
    "路边发现，影响行人通行。",
    "居民反映多次，请尽快处理。",
    "雨后更加明显，有安全隐患。",
    "临街商铺门前，早晚高峰尤甚。",
    "巡查时发现，已拍照。",
)
CHANNELS = ("12345", "12345", "wechat", "web")
SUSPENDED = (timedelta(days=8), timedelta(days=40))


class Deeds:
    """`do` carries out one deed of a plot; the rest is one method for each of them."""

    def __init__(self, chance: Random, pictures: list[Picture], places: Places, now: datetime) -> None:
        self.random, self.pictures, self.places = chance, pictures, places
        self.actors = Actors(now)

    def do(self, plot: Plot, deed: str, at: datetime) -> None:
        """Raises what the services raise: a story that they refuse is a fault in the story."""
        name, _sep, about = deed.partition(":")
        getattr(self, f"_{name}")(plot, at, about)

    def case(self, plot: Plot) -> Case:
        """As it stands after the last deed; nobody else acts on it."""
        plot.case = plot.case or locked_case(plot.uuid, SYSTEM)
        return plot.case

    # how it begins

    def _file(self, plot: Plot, at: datetime, _about: str) -> None:
        self._put(plot, at, self.actors.inspector(plot), "inspector", None)

    def _report(self, plot: Plot, at: datetime, _about: str) -> None:
        """Somebody calls or writes; the town's office takes it down."""
        town = areas().by_id[plot.grid.lineage["town_id"] or plot.grid.lineage["city_id"] or 0]
        channel = self.random.choice(CHANNELS)
        self._put(plot, at, self.actors.at_unit(town, plot, at), channel, {"name": "市民（演示）"})

    def _put(
        self, plot: Plot, at: datetime, filer: Actor, channel: str, reporter: dict[str, Any] | None
    ) -> None:
        lon, lat = self.places.point_in(plot.grid)
        filing = FileCase(
            uuid=plot.uuid,
            category=plot.category.code,
            observed_at=at - timedelta(minutes=self.random.randint(1, 20)),
            geometry=shapely.Point(lon, lat),
            raw_geometry={"type": "Point", "coordinates": [lon, lat]},
            crs="wgs84",
            accuracy_m=float(self.random.randint(3, 40)),
            description=f"{LABEL}{plot.category.name}。{self.random.choice(WORDS)}",
            urgency=plot.urgency,
            channel=channel,
            reporter=reporter,
            extra={"demo": True},
        )
        plot.case = file_case(plan_filing(filing), actor=filer, now=at).case
        plot.more += plot.category.emergency
        self._photo(plot, "before", filer, at)

    def _acknowledge(self, plot: Plot, at: datetime, _about: str) -> None:
        self._act(plot, "acknowledge", self._owing(plot, TaskKind.ACKNOWLEDGE, at), at)
        plot.more -= 1

    def _verify_pass(self, plot: Plot, at: datetime, _about: str) -> None:
        self._act(plot, "verify_pass", self.actors.inspector(plot), at, note="现场属实（演示）")

    def _verify_fail(self, plot: Plot, at: datetime, _about: str) -> None:
        reason = self._reason("verify_fail")["reason"]
        self._act(plot, "verify_fail", self.actors.inspector(plot), at, reason=reason)

    def _settle(self, plot: Plot, at: datetime, _about: str) -> None:
        inspector = self.actors.inspector(plot)
        photo = self._photo(plot, "after", inspector, at)
        self._act(plot, "close_on_spot", inspector, at, note="已当场处理（演示）", photos=[photo])

    # the unit that answers for it

    def _accept(self, plot: Plot, at: datetime, _about: str) -> None:
        self._act(plot, "accept", self._holder(plot, at), at)

    def _reject(self, plot: Plot, at: datetime, code: str) -> None:
        self._act(plot, "reject", self._holder(plot, at), at, **self._reason("reject", code))

    def _escalate(self, plot: Plot, at: datetime, level: str) -> None:
        if self.case(plot).level == "city":
            return  # its time ran out before, and the clock has raised it
        said = {"reason": self._reason("escalate")["reason"]} | ({"to_level": level} if level else {})
        self._act(plot, "escalate", self._holder(plot, at), at, **said)

    def _delegate(self, plot: Plot, at: datetime, level: str) -> None:
        unit = areas().by_id[getattr(self.case(plot), f"{level}_id")]
        said = {"to": unit.code, "reason": "属下级职权（演示）"}
        self._act(plot, "delegate", self._holder(plot, at), at, **said)

    def _transfer(self, plot: Plot, at: datetime, _about: str) -> None:
        holder = areas().by_id[self.case(plot).holder_id]
        beside = [unit for unit in areas().children.get(holder.parent_id, []) if unit.id != holder.id]
        beside = [unit for unit in beside if unit.code not in VACANT and unit.level == holder.level]
        if holder.level == "community" and beside:
            to = self.random.choice(beside).code
            self._act(plot, "transfer", self._holder(plot, at), at, to=to, **self._reason("transfer"))

    def _whistle(self, plot: Plot, at: datetime, about: str) -> None:
        """`about`: who is summoned, as `UM+TP`; else the two nearest."""
        called = self._offices(plot, about) or self._serving(plot)[:2]
        plot.more += 1
        said = {"departments": [row.code for row in called], "reason": self._reason("whistle")["reason"]}
        self._act(plot, "whistle", self._holder(plot, at), at, **said)

    def _dispatch(self, plot: Plot, at: datetime, about: str) -> None:
        """`about`: who leads, who assists and is informed, as `UM+TP`; `+` for somebody who assists."""
        lead, *beside = self._offices(plot, about) or [self._lead(plot)]
        said: dict[str, Any] = {"department": lead.code}
        if "+" in about:
            others = beside or [row for row in self._serving(plot) if row.id != lead.id]
            plot.more += 1
            said |= {"assisting": [others[0].code], "informed": [row.code for row in others[1:2]]}
        self._act(plot, "dispatch", self._holder(plot, at), at, **said)

    def _urge(self, plot: Plot, at: datetime, _about: str) -> None:
        self._act(plot, "urge", self._holder(plot, at), at, text="请抓紧办理（演示）")

    def _comment(self, plot: Plot, at: datetime, _about: str) -> None:
        self._act(plot, "comment", self._holder(plot, at), at, text="已与相关单位沟通（演示）")

    def _supervise(self, plot: Plot, at: datetime, about: str) -> None:
        """`about`: from which level, and with which card, as `district+red`."""
        level, _sep, card = about.partition("+")
        superior = self.actors.above(self.case(plot), plot, level, at)
        if superior is None:
            return
        plot.more += 1
        said = {"reason": self._reason("supervise")["reason"]} | ({"card": card} if card else {})
        self._act(plot, "supervise", superior, at, **said)

    def _answer(self, plot: Plot, at: datetime, _about: str) -> None:
        if self._open(plot, TaskKind.ANSWER):
            self._act(plot, "answer", self._holder(plot, at), at, text="已督促责任部门，限期办结（演示）")
            plot.more -= 1

    def _resume(self, plot: Plot, at: datetime, _about: str) -> None:
        self._act(plot, "resume", self._holder(plot, at), at, reason="条件具备，恢复办理（演示）")

    def _reopen(self, plot: Plot, at: datetime, _about: str) -> None:
        reason = self._reason("reopen")["reason"]
        self._act(plot, "reopen", self._holder(plot, at), at, reason=reason)

    # applications

    def _ask_extension(self, plot: Plot, at: datetime, about: str) -> None:
        asker = self._asker(plot, at, about)
        present = self._open(plot, TaskKind.HANDLE)[0].due_at
        due = max(at, present or at) + timedelta(days=self.random.randint(2, 8))
        said = {"due_at": due.replace(microsecond=0), "reason": self._reason("request_extension")["reason"]}
        self._apply(plot, "request_extension", asker, at, said)

    def _ask_suspension(self, plot: Plot, at: datetime, about: str) -> None:
        away = self.random.uniform(*(length.total_seconds() for length in SUSPENDED))
        review_at = working_calendar().add(at + timedelta(seconds=away), timedelta(hours=2))
        said = {"review_at": review_at.replace(microsecond=0)} | self._reason("request_suspension")
        self._apply(plot, "request_suspension", self._asker(plot, at, about), at, said)

    def _ask_category(self, plot: Plot, at: datetime, about: str) -> None:
        alike = [c.code for c in categories().values() if c.kind == plot.category.kind]
        same = [c for c in alike if categories()[c].restricted == plot.category.restricted]
        other = self.random.choice([code for code in same if code != self.case(plot).category])
        said = {"category": other, "reason": "分类错误（演示）"}
        self._apply(plot, "request_reclassification", self._asker(plot, at, about), at, said)

    def _ask_void(self, plot: Plot, at: datetime, about: str) -> None:
        if self.case(plot).level == "city":
            return  # nobody is above it
        asker = self._asker(plot, at, about or "holder")
        self._apply(plot, "request_void", asker, at, self._reason("request_void"))

    def _ask_restore(self, plot: Plot, at: datetime, _about: str) -> None:
        said = {"reason": self._reason("request_restore")["reason"]}
        self._apply(plot, "request_restore", self._holder(plot, at), at, said)

    def _apply(self, plot: Plot, action: str, asker: Actor, at: datetime, said: dict[str, Any]) -> None:
        plot.more += 1
        self._act(plot, action, asker, at, **said)

    def _asker(self, plot: Plot, at: datetime, about: str) -> Actor:
        case = self.case(plot)
        if about == "holder" or case.department_id is None:
            return self._holder(plot, at)
        return self.actors.handler(case.department_id, plot)

    def _approve(self, plot: Plot, at: datetime, _about: str) -> None:
        self._decide(plot, at, "approve", note="同意（演示）")

    def _deny(self, plot: Plot, at: datetime, _about: str) -> None:
        self._decide(plot, at, "deny", reason="理由不充分（演示）")

    def _decide(self, plot: Plot, at: datetime, action: str, **said: str) -> None:
        if self.case(plot).applied is not None:
            self._act(plot, action, self._owing(plot, TaskKind.APPROVE, at), at, **said)
            plot.more -= 1

    # departments, and the check

    def _start(self, plot: Plot, at: datetime, _about: str) -> None:
        self._act(plot, "start", self._handler(plot), at)

    def _return(self, plot: Plot, at: datetime, _about: str) -> None:
        said = self._reason("return_to_dispatcher")
        self._act(plot, "return_to_dispatcher", self._handler(plot), at, **said)

    def _handle(self, plot: Plot, at: datetime, _about: str) -> None:
        handler = self._handler(plot)
        photo = self._photo(plot, "after", handler, at)
        self._act(plot, "handle", handler, at, note="已现场处理（演示）", photos=[photo])

    def _respond(self, plot: Plot, at: datetime, _about: str) -> None:
        """Every department that owes something beside the lead."""
        for task in self._open(plot, TaskKind.ASSIST, TaskKind.RESPOND):
            assert task.department_id is not None
            helper = self.actors.handler(task.department_id, plot)
            self._act(plot, "respond", helper, at, note="已到场配合（演示）")
        plot.more -= 1

    def _check_pass(self, plot: Plot, at: datetime, _about: str) -> None:
        self._act(plot, "check_pass", self._checker(plot), at)

    def _check_fail(self, plot: Plot, at: datetime, _about: str) -> None:
        self._act(plot, "check_fail", self._checker(plot), at, **self._reason("check_fail"))

    # what all of them need

    def _act(self, plot: Plot, action: str, actor: Actor, at: datetime, **said: Any) -> None:
        ident = UUID(int=self.random.getrandbits(128), version=4)
        version = self.case(plot).version
        plot.case = act(plot.uuid, Act(ident, action, said), version=version, actor=actor, now=at).case

    def _photo(self, plot: Plot, kind: str, actor: Actor, at: datetime) -> str:
        picture = self.random.choice([p for p in self.pictures if p.kind == kind])
        case = self.case(plot)
        attach_photo(case, picture.sha256, kind, picture.shot, picture.length, actor=actor, now=at)
        return picture.sha256

    def _reason(self, action: str, code: str = "") -> dict[str, str]:
        known = [row for row in reasons(action) if code in ("", row.code)]
        chosen = self.random.choice(known)
        return {"reason": f"{chosen.name}（演示）", "reason_code": chosen.code}

    def _holder(self, plot: Plot, at: datetime) -> Actor:
        return self.actors.at_unit(areas().by_id[self.case(plot).holder_id], plot, at)

    def _handler(self, plot: Plot) -> Actor:
        department_id = self.case(plot).department_id
        assert department_id is not None
        return self.actors.handler(department_id, plot)

    def _checker(self, plot: Plot) -> Actor:
        """The grid's inspector; the community's manager where a case is restricted or its grid unknown."""
        case = self.case(plot)
        if case.grid_id is not None and not case.restricted:
            return self.actors.inspector(plot)
        return self.actors.manager(areas().by_id[case.town_id or 0])

    def _open(self, plot: Plot, *kinds: TaskKind) -> list[Task]:
        mine = (Task.case_id == self.case(plot).id, Task.closed_at.is_(None), Task.kind.in_(kinds))
        return list(db.session.scalars(select(Task).where(*mine).order_by(Task.id)))

    def _owing(self, plot: Plot, kind: TaskKind, at: datetime) -> Actor:
        """Whoever answers for the unit that owes a duty."""
        unit = areas().by_id[self._open(plot, kind)[0].area_id or 0]
        return self.actors.at_unit(unit, plot, at)

    def _serving(self, plot: Plot) -> list[DepartmentRow]:
        case = self.case(plot)
        serving = departments_for(case.scope_path)
        return [row for row in serving if not case.restricted or row.code.endswith(CLEARED)]

    def _offices(self, plot: Plot, suffixes: str) -> list[DepartmentRow]:
        """The nearest departments by the ends of their codes, as `UM+TP`."""
        serving = self._serving(plot)
        found = (
            next((row for row in serving if row.code.endswith(f"-{suffix}")), None)
            for suffix in suffixes.split("+")
            if suffix
        )
        return [row for row in found if row is not None]

    def _lead(self, plot: Plot) -> DepartmentRow:
        """By the rules of responsibility, unless it came back from there."""
        case, serving = self.case(plot), self._serving(plot)
        lineage = {level: _code(getattr(case, name)) for level, name in LEVEL_FIELDS.items()}
        code = department_for(
            configuration().responsibility,
            category=case.category,
            kind=plot.category.kind,
            lineage=lineage,
            departments={row.code for row in serving},
        )
        known = [row for row in serving if row.code == code and not case.returns]
        return known[0] if known else self.random.choice(serving)


def _code(area_id: int | None) -> str | None:
    return areas().by_id[area_id].code if area_id is not None else None
