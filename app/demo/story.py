"""Two years of labelled, seeded, synthetic cases, made through the services in the order of time.

Limits count in it: whatever is not done in time climbs by the clock before anybody acts again.
"""

import heapq
import random
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select

from app.cases.models import Task
from app.cases.service.raising import climb
from app.catalogue.queries import CategoryRow, categories
from app.core import db as database
from app.core.db import db
from app.core.problems import Problem
from app.demo.deeds import LABEL, Deeds
from app.demo.pace import next_deed, soon
from app.demo.pictures import Picture
from app.demo.places import Places
from app.demo.plots import Plot, draw
from app.demo.scenes import NUMBER, plots_of_scenes
from app.demo.staff import VACANT

__all__ = ["BATCH", "LABEL", "Story"]
SEED = 440600
YEARS = timedelta(days=730)
MONTH = timedelta(days=30)
HISTORY = timedelta(days=150)
"""So long ago somebody was still posted everywhere."""
BATCH = 250
BEGINNINGS = ("file", "report")
TICK, SECOND = timedelta(seconds=40), timedelta(seconds=1)
"""After a limit has passed, until the clock acts; and at the soonest."""


@dataclass(order=True)
class Step:
    """Something that happens to a case at an instant."""

    at: datetime
    order: int
    run: Callable[[datetime], None] = field(compare=False)


class Story:
    """Plays the cases; `play` yields the number of steps done so far. Few cases are told without scenes.

    `refused`: deeds that the services did not take; each is a fault of the story.
    """

    def __init__(self, count: int, pictures: list[Picture], now: datetime, seed: int = SEED) -> None:
        self.random, self.now = random.Random(seed), now
        self.steps: list[Step] = []
        self.refused: list[str] = []
        self.order = 0
        self.places = Places(self.random)
        self.deeds = Deeds(self.random, pictures, self.places, now)
        scenes = count > NUMBER
        for plot in self._ordinary(count - NUMBER if scenes else count):
            self._later(self._filing_time(plot), self._doing(plot))
        for plot in plots_of_scenes(self.random, self.places, now) if scenes else ():
            self._later(plot.times.popleft(), self._doing(plot))

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
        db.session.flush()
        while climb(now=self.now, limit=BATCH).found:
            pass
        database.commit()
        yield done

    def _later(self, at: datetime, run: Callable[[datetime], None]) -> None:
        self.order += 1
        heapq.heappush(self.steps, Step(at, self.order, run))

    def _ordinary(self, count: int) -> Iterator[Plot]:
        kinds = [row for row in categories().values() if not row.code.endswith("9999")]
        for _case in range(count):
            category = kinds[int(self.random.triangular(0, len(kinds) - 1, 90))]
            yield self._plot(category)

    def _plot(self, category: CategoryRow) -> Plot:
        return Plot(
            uuid=UUID(int=self.random.getrandbits(128), version=4),
            grid=self.places.any_grid(),
            category=category,
            urgency=self.random.choice(("normal", "normal", "normal", "low", "high", "urgent")),
            deeds=deque(draw(self.random, category)),
        )

    def _filing_time(self, plot: Plot) -> datetime:
        """A third within the last month, the rest over two years; where a post is vacant, before it was."""
        span = MONTH if self.random.random() < 0.3 else YEARS
        at = self.now - span * self.random.random()
        if plot.grid.code[:12] in VACANT and at > self.now - HISTORY:
            plot.grid = self.places.any_grid(without=VACANT)
        return at

    def _doing(self, plot: Plot) -> Callable[[datetime], None]:
        def run(at: datetime) -> None:
            deed = plot.deeds.popleft()
            try:
                self.deeds.do(plot, deed, at)
            except Problem as refused:  # before anything was changed: this one case is told no further
                self.refused.append(f"{deed} at {at}: {refused.detail} {refused.errors}")
                plot.deeds.clear()
                plot.case = None
                if deed in BEGINNINGS:
                    return
            self._plan(plot, at)
            self._watch(plot, at)

        return run

    def _plan(self, plot: Plot, at: datetime) -> None:
        """When the next deed happens."""
        plot.next_at = None
        if not plot.deeds:
            return
        case = self.deeds.case(plot)
        if plot.times:
            plot.next_at = plot.times.popleft()
        elif case.due_at is None or case.clock_from is None:
            plot.next_at = soon(self.random, at)
        else:
            plot.next_at = next_deed(self.random, case.clock_from, case.due_at, at)
        self._later(plot.next_at, self._doing(plot))

    def _watch(self, plot: Plot, at: datetime) -> None:
        """Let the clock act if a limit passes before the next deed."""
        if self._calm(plot):
            return
        case = self.deeds.case(plot)
        mine = (Task.case_id == case.id, Task.closed_at.is_(None), Task.paused_at.is_(None))
        wake = db.session.scalar(select(func.min(Task.wake_at)).where(*mine))
        if wake is not None and (plot.next_at is None or wake < plot.next_at):
            plot.watched_at = max(wake + TICK, at + SECOND)
            self._later(plot.watched_at, lambda now: self._sweep(plot, now))

    def _calm(self, plot: Plot) -> bool:
        """Whether the one clock that runs leaves time enough; asks nothing of the database."""
        case = self.deeds.case(plot)
        if case.ended_at is not None:
            return not plot.more
        first = case.near_at or case.due_at
        return not plot.more and plot.next_at is not None and first is not None and plot.next_at <= first

    def _sweep(self, plot: Plot, at: datetime) -> None:
        """What the worker does every minute, for this case; what is in memory is read anew."""
        if at != plot.watched_at:
            return
        case_id = self.deeds.case(plot).id
        db.session.flush()
        climb(now=at, limit=BATCH, only=case_id)
        tasks = select(Task).where(Task.case_id == case_id)
        db.session.scalars(tasks.execution_options(populate_existing=True)).all()
        plot.case = None
        self._watch(plot, at)
