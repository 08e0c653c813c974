"""What runs by itself, as its operators see it: the worker's jobs, events on their way, mail, the chain."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import func, select

from app.areas.index import areas
from app.areas.models import Generation
from app.cases.models import Case
from app.catalogue.configuration import Kind, configuration
from app.catalogue.queries import newest_version
from app.core.clock import local_day
from app.core.db import db
from app.core.health import MIGRATIONS
from app.core.language import name_of
from app.events.chain import Fault
from app.events.delivery import ReadingState, reading_states
from app.events.models import ChainHead
from app.events.queries import verify_newest
from app.jobs.models import JobRun, Lease
from app.jobs.worker import JOBS, LATE, Job
from app.people.queries import Vacancy, vacancies

VERIFIED = 500
"""So many of the newest lines of the chain are worked out again whenever the page is looked at."""
SAID = 200
"""Characters of an error that are shown; the whole of it stands in the log."""


@dataclass(frozen=True)
class JobState:
    """A job, when it last ended well, and its last run that did something or failed."""

    job: Job
    ran_at: datetime | None
    run: JobRun | None
    late: bool

    @property
    def error(self) -> str:
        """What the last run failed of; empty once a later one ended well."""
        if self.run is None or not self.run.error:
            return ""
        mended = self.ran_at is not None and self.ran_at > self.run.began_at
        return "" if mended else first_line(self.run.error)

    @property
    def took(self) -> timedelta | None:
        return self.run.ended_at - self.run.began_at if self.run and self.run.ended_at else None


@dataclass(frozen=True)
class Chain:
    """The head, and what is wrong with the newest lines."""

    seq: int
    hash: str
    checked: int
    faults: list[Fault]


@dataclass(frozen=True)
class Bare:
    """A unit that nobody answers for, with the open cases that it holds."""

    vacancy: Vacancy
    cases: int

    @property
    def name(self) -> str:
        return name_of(self.vacancy.unit)


@dataclass(frozen=True)
class Versions:
    """What this system runs on. `configuration`: kind → version, for the kinds that were ever stored."""

    migration: str | None
    program: str | None
    generation: str
    catalogue: str
    configuration: Mapping[Kind, int]


def first_line(text: str) -> str:
    """The beginning of an error: what follows it may speak of a case's content."""
    return text.partition("\n")[0][:SAID]


def job_states(now: datetime) -> list[JobState]:
    """Every registered job, by its code. Two statements."""
    leases = {lease.job: lease.ran_at for lease in db.session.scalars(select(Lease))}
    newest = select(func.max(JobRun.id)).group_by(JobRun.job)
    runs = {run.job: run for run in db.session.scalars(select(JobRun).where(JobRun.id.in_(newest)))}
    return [
        JobState(job, leases.get(code), runs.get(code), _late(job, leases.get(code), now))
        for code, job in sorted(JOBS.items())
    ]


def _late(job: Job, ran_at: datetime | None, now: datetime) -> bool:
    return ran_at is None or now - ran_at > max(LATE, 3 * job.every)


def chain_state() -> Chain:
    head = db.session.execute(select(ChainHead.seq, ChainHead.hash)).one_or_none()
    seq, digest = (head.seq, head.hash) if head else (0, "")
    return Chain(seq, digest, min(seq, VERIFIED), verify_newest(VERIFIED))


def bare_units(now: datetime) -> list[Bare]:
    """Units without anybody that hold open cases, the most first. The others have nothing to wait for."""
    vacant = {vacancy.unit.id: vacancy for vacancy in vacancies(local_day(now))}
    held = _open_by_holder(vacant.keys())
    found = [Bare(vacant[unit_id], count) for unit_id, count in held.items()]
    return sorted(found, key=lambda bare: (-bare.cases, bare.vacancy.unit.code))


def _open_by_holder(unit_ids: Iterable[int]) -> dict[int, int]:
    """How many open cases each of the units holds; without those that hold none."""
    wanted = set(unit_ids)
    if not wanted:
        return {}
    rows = select(Case.holder_id, func.count()).where(Case.ended_at.is_(None)).group_by(Case.holder_id)
    return {unit_id: count for unit_id, count in db.session.execute(rows) if unit_id in wanted}


def deliveries() -> list[ReadingState]:
    """How far each listener has read, with what it has before it."""
    return reading_states()


def versions() -> Versions:
    catalogue = newest_version()
    return Versions(
        migration=MigrationContext.configure(db.session.connection()).get_current_revision(),
        program=ScriptDirectory(str(MIGRATIONS)).get_current_head(),
        generation=_generation(),
        catalogue=f"{catalogue.id} · {catalogue.source}" if catalogue else "",
        configuration=configuration().versions,
    )


def _generation() -> str:
    index = areas()
    found = db.session.get(Generation, index.generation_id) if index.generation_id else None
    return f"{found.id} · {found.label}" if found else ""
