"""Two years of labelled, seeded, synthetic cases, made through the services in the order of time."""

import heapq
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import numpy as np
import shapely
from sqlalchemy import select

from app import spatial
from app.areas.index import AreaEntry, areas
from app.areas.models import AreaShape
from app.cases.commands import Act, FileCase
from app.cases.models import Case
from app.cases.queries.one import locked_case
from app.cases.service import act, attach_photo, file_case, plan_filing
from app.catalogue.queries import categories
from app.core import db as database
from app.core.db import db
from app.core.policy import SYSTEM, Actor
from app.core.roles import Role
from app.demo.cast import SINCE
from app.demo.pictures import Picture
from app.people import service as people_service
from app.people.queries import actor_by_username, departments_for

SEED = 440600
YEARS = timedelta(days=730)
BATCH = 250
LABEL = "【演示】"
HOME = ("440604012052009", "440604012052", "440604012", "440604")
STREET = ("-UM", "-CE")
"""Departments that most of what lies in the street goes to."""
WORDS = (
    "路边发现，影响行人通行。",
    "居民反映多次，请尽快处理。",
    "雨后更加明显，有安全隐患。",
    "临街商铺门前，早晚高峰尤甚。",
    "巡查时发现，已拍照。",
)


@dataclass(order=True)
class Step:
    """Something that happens to a case at an instant."""

    at: datetime
    order: int
    run: Callable[[datetime], None] = field(compare=False)


@dataclass
class Plot:
    """What fate has in store for one case."""

    uuid: UUID
    grid: AreaEntry
    rejected: bool
    climbs: int
    returned: bool
    reworked: bool
    stalls_at: str | None
    case: Case | None = None


class Story:
    """Plays the cases; `play` yields the number of steps done so far."""

    def __init__(self, count: int, pictures: list[Picture], now: datetime, seed: int = SEED) -> None:
        self.random, self.now, self.pictures = random.Random(seed), now, pictures
        self.steps: list[Step] = []
        self.order = 0
        self.actors: dict[str, Actor] = {}
        self.posted: set[int] = set()
        self.places = Places(self.random)
        kinds = [row for row in categories().values() if not row.code.endswith("9999")]
        self.kinds = [kinds[int(self.random.triangular(0, len(kinds) - 1, 90))] for _ in range(count)]
        for kind in self.kinds:
            self._later(self._filing_time(), self._filing(self._plot(), kind))

    def play(self) -> Iterator[int]:
        done = 0
        database.begin_write()
        while self.steps and self.steps[0].at <= self.now:
            step = heapq.heappop(self.steps)
            step.run(step.at)
            done += 1
            if done % BATCH == 0:
                database.commit()
                db.session.expunge_all()
                yield done
                database.begin_write()
        database.commit()
        yield done

    def _later(self, at: datetime, run: Callable[[datetime], None]) -> None:
        self.order += 1
        heapq.heappush(self.steps, Step(at, self.order, run))

    def _filing_time(self) -> datetime:
        """A third within the last month, the rest over two years, mostly by day."""
        span = timedelta(days=30) if self.random.random() < 0.3 else YEARS
        return self.now - span * self.random.random()

    def _plot(self) -> Plot:
        chance = self.random.random
        climbs = 0
        while climbs < 3 and chance() < (0.14, 0.4, 0.35)[climbs]:
            climbs += 1
        stalls = (
            self.random.choice(("accept", "dispatch", "start", "handle", "check")) if chance() < 0.1 else None
        )
        return Plot(
            uuid=UUID(int=self.random.getrandbits(128), version=4),
            grid=self.places.any_grid(),
            rejected=chance() < 0.05,
            climbs=climbs,
            returned=chance() < 0.05,
            reworked=chance() < 0.07,
            stalls_at=stalls,
        )

    def _filing(self, plot: Plot, kind: Any) -> Callable[[datetime], None]:
        def run(at: datetime) -> None:
            lon, lat = self.places.point_in(plot.grid)
            filing = FileCase(
                uuid=plot.uuid,
                category=kind.code,
                observed_at=at - timedelta(minutes=self.random.randint(1, 20)),
                geometry=shapely.Point(lon, lat),
                raw_geometry={"type": "Point", "coordinates": [lon, lat]},
                crs="wgs84",
                accuracy_m=float(self.random.randint(3, 40)),
                description=f"{LABEL}{kind.name}。{self.random.choice(WORDS)}",
                urgency=self.random.choice(("normal", "normal", "normal", "low", "high", "urgent")),
                extra={"demo": True},
            )
            file_case(plan_filing(filing), actor=self._inspector(plot.grid), now=at)
            self._add_photo(plot, "before", self._inspector(plot.grid), at)
            self._then(at, plot, "accept", (0.3, 20))

        return run

    def _then(self, at: datetime, plot: Plot, what: str, hours: tuple[float, float]) -> None:
        """Go on after some hours, unless this case gets stuck here."""
        if plot.stalls_at == what:
            return
        delay = timedelta(hours=self.random.uniform(*hours))
        self._later(at + delay, lambda now: getattr(self, f"_{what}")(plot, now))

    def _accept(self, plot: Plot, at: datetime) -> None:
        if plot.rejected:
            self._act(plot, "reject", self._holder(plot), at, reason="重复或不属实（演示）")
            return
        self._act(plot, "accept", self._holder(plot), at)
        self._then(at, plot, "climb" if plot.climbs else "dispatch", (0.2, 30))

    def _climb(self, plot: Plot, at: datetime) -> None:
        self._act(plot, "escalate", self._holder(plot), at, reason="本级无法解决（演示）")
        plot.climbs -= 1
        self._then(at, plot, "climb" if plot.climbs else "dispatch", (2, 60))

    def _dispatch(self, plot: Plot, at: datetime) -> None:
        case = self._case(plot)
        serving = departments_for(case.scope_path)
        if case.restricted:
            serving = [found for found in serving if found.code.endswith(("-PS", "-CA", "-SG"))]
        street = [found for found in serving if found.code.endswith(STREET)]
        department = self.random.choice(street if street and self.random.random() < 0.6 else serving)
        due = at + timedelta(hours=self.random.choice((12, 24, 48, 72, 120, 240)))
        self._act(plot, "dispatch", self._holder(plot), at, department=department.code, due_at=due)
        self._then(at, plot, "start", (0.5, 24))

    def _start(self, plot: Plot, at: datetime) -> None:
        if plot.returned:
            plot.returned = False
            self._act(
                plot, "return_to_dispatcher", self._handler(plot), at, reason="不属于本部门职责（演示）"
            )
            self._then(at, plot, "dispatch", (1, 20))
            return
        self._act(plot, "start", self._handler(plot), at)
        self._then(at, plot, "handle", (2, 110))

    def _handle(self, plot: Plot, at: datetime) -> None:
        handler = self._handler(plot)
        photo = self._add_photo(plot, "after", handler, at)
        self._act(plot, "handle", handler, at, note="已现场处理（演示）", photos=[photo])
        self._then(at, plot, "check", (1, 50))

    def _check(self, plot: Plot, at: datetime) -> None:
        case = self._case(plot)
        checker = self._actor(f"demo-{self._town(plot)}-manager")
        if not case.restricted:
            checker = self._inspector(plot.grid)
        if plot.reworked:
            plot.reworked = False
            self._act(plot, "check_fail", checker, at, reason="现场仍未解决（演示）")
            self._then(at, plot, "handle", (4, 60))
            return
        self._act(plot, "check_pass", checker, at)

    def _act(self, plot: Plot, action: str, actor: Actor, at: datetime, **said: Any) -> None:
        ident = UUID(int=self.random.getrandbits(128), version=4)
        version = self._case(plot).version
        plot.case = act(plot.uuid, Act(ident, action, said), version=version, actor=actor, now=at).case

    def _add_photo(self, plot: Plot, kind: str, actor: Actor, at: datetime) -> str:
        picture = self.random.choice([p for p in self.pictures if p.kind == kind])
        attach_photo(
            self._case(plot), picture.sha256, kind, picture.shot, picture.length, actor=actor, now=at
        )
        return picture.sha256

    def _case(self, plot: Plot) -> Case:
        """As it stands after the last step; nobody else acts on it."""
        plot.case = plot.case or locked_case(plot.uuid, SYSTEM)
        return plot.case

    def _town(self, plot: Plot) -> str:
        return areas().by_id[plot.grid.lineage["town_id"] or 0].code

    def _holder(self, plot: Plot) -> Actor:
        holder = areas().by_id[self._case(plot).holder_id]
        if holder.level == "community":
            return self._actor(f"demo-{self._town(plot)}-manager")
        return self._actor(f"demo-{holder.code}")

    def _handler(self, plot: Plot) -> Actor:
        department_id = self._case(plot).department_id
        found = next(d for d in departments_for(plot.grid.path) if d.id == department_id)
        return self._actor(f"demo-{found.code}")

    def _inspector(self, grid: AreaEntry) -> Actor:
        """The town's synthetic inspector, posted on the grid when first needed there.

        The actor need not know the new posting: what he files he may read, and who may check is looked up.
        """
        actor = self._actor(f"demo-{areas().by_id[grid.lineage['town_id'] or 0].code}-inspector")
        if grid.id not in self.posted:
            self.posted.add(grid.id)
            assert actor.id is not None
            people_service.post(actor.id, Role.INSPECTOR, area_id=grid.id, starts_on=SINCE)
        return actor

    def _actor(self, username: str) -> Actor:
        if username not in self.actors:
            found = actor_by_username(username, self.now)
            assert found is not None, username
            self.actors[username] = found
        return self.actors[username]


class Places:
    """Grids to choose from, more often near home, and points inside them."""

    def __init__(self, chance: random.Random) -> None:
        self.random = chance
        self.shapes: dict[int, Any] = {
            row.area_id: row.geom
            for row in db.session.execute(
                select(AreaShape.area_id, AreaShape.geom).where(
                    AreaShape.level == "grid", AreaShape.generation_id == areas().generation_id
                )
            )
        }
        grids = [areas().by_id[ident] for ident in sorted(self.shapes)]
        self.rings = [[grid for grid in grids if f"/{code}/" in grid.path] for code in HOME] + [grids]
        self.rings = [ring for ring in self.rings if ring] or [grids]

    def any_grid(self) -> AreaEntry:
        weights = np.array([0.01, 0.04, 0.12, 0.3, 0.53][-len(self.rings) :])
        ring = self.random.choices(self.rings, weights=weights.tolist())[0]
        return self.random.choice(ring)

    def point_in(self, grid: AreaEntry) -> tuple[float, float]:
        """A point inside the grid, rounded to a decimetre; its representative point if chance fails."""
        shape = spatial.from_db(self.shapes[grid.id])
        west, south, east, north = shape.bounds
        for _attempt in range(40):
            lon = round(self.random.uniform(west, east), 6)
            lat = round(self.random.uniform(south, north), 6)
            if areas().tree.grid_at(lon, lat) == grid.id:
                return lon, lat
        inside = shape.representative_point()
        return round(inside.x, 6), round(inside.y, 6)
