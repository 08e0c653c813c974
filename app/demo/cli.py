"""`flask demo build` and `flask demo accounts`."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from time import perf_counter

import click
from flask.cli import AppGroup
from sqlalchemy import func, select

from app.areas.importer import activate_generation, check_records, load_generation
from app.areas.index import areas
from app.areas.sources import read_sources
from app.cases.models import Case
from app.catalogue.service import sync_catalogue
from app.core import clock
from app.core import db as database
from app.core.db import db
from app.core.policy import SYSTEM
from app.demo import cast, staff
from app.demo.generate import CHUNK, AlreadyThere, real_cases
from app.demo.generate import generate as generate_city
from app.demo.pictures import make_pictures
from app.demo.story import BATCH, Story
from app.demo.synthetic import Plan
from app.events.delivery import reading_states
from app.events.models import Event, Reading
from app.people.queries import departments

demo = AppGroup("demo", help="The demonstration city.")
TOLD = timedelta(days=3)
YEARS = timedelta(days=730)
DAY = click.DateTime(["%Y-%m-%d"])
FOSHAN = Path(__file__).resolve().parents[2] / "geodata" / "foshan"


@demo.command()
@click.option("--cases", default=3000, show_default=True, help="How many cases to make.")
def build(cases: int) -> None:
    """Load Foshan, the catalogue, the cast and demonstration cases; what is there already is kept."""
    _step("catalogue", _catalogue)
    _step("boundaries of Foshan", _boundaries)
    _step("departments, cast and synthetic staff", _people)
    made = db.session.scalar(select(func.count()).select_from(Case)) or 0
    if made == 0 and cases:
        _step(f"{cases} demonstration cases", lambda: _cases(cases))


def _step(words: str, run: Callable[[], str]) -> None:
    began = perf_counter()
    click.echo(f"      {words} … ", nl=False)
    click.echo(f"{run()}, {perf_counter() - began:.1f} s")


def _catalogue() -> str:
    database.begin_write()
    result = sync_catalogue(clock.now())
    database.commit()
    return f"{len(result.added)} categories new, {len(result.changed)} changed"


def _boundaries() -> str:
    if areas().by_id:
        return "there"
    records = read_sources([FOSHAN], "wgs84")
    findings = check_records(records)
    if findings:
        raise click.ClickException(f"the boundaries of Foshan are not clean: {findings[0].message}")
    database.begin_write()
    generation = load_generation(
        records=records,
        findings=findings,
        label="Foshan",
        source="geodata/foshan",
        crs="wgs84",
        actor=SYSTEM,
        now=clock.now(),
    )
    activate_generation(generation_id=generation.id, actor=SYSTEM, now=clock.now())
    database.commit()
    return f"{len(records)} units, clean"


def _people() -> str:
    if cast.is_cast():
        return "there"
    database.begin_write()
    made = cast.make_departments()
    database.commit()
    database.begin_write()
    by_code = {row.code: row for row in departments().values()}
    cast.make_cast(by_code, clock.now())
    staff.make_staff(by_code, clock.now())
    database.commit()
    return f"{made} departments"


def _cases(count: int) -> str:
    steps, story = 0, Story(count, make_pictures(), clock.now())
    for steps in story.play():
        if steps % (BATCH * 8) == 0:
            click.echo(f"{steps} … ", nl=False)
    _told_long_ago(clock.now() - TOLD)
    for refused in story.refused:
        click.echo(f"\n        refused: {refused}")
    return f"{steps} steps"


def _told_long_ago(until: datetime) -> None:
    """Every listener has heard of what happened before; a worker that starts hears of the last days only."""
    database.begin_write()
    seq = db.session.scalar(select(func.max(Event.seq)).where(Event.at < until))
    for state in reading_states():
        if seq is not None and db.session.get(Reading, state.name) is None:
            db.session.add(Reading(listener=state.name, seq=seq))
    database.commit()


@demo.command()
def accounts() -> None:
    """How to sign in as each of the cast."""
    if not cast.is_cast():
        raise click.ClickException("there is no cast: flask demo build makes it")
    click.echo(f"password of everyone below: {cast.demo_password()}")
    for member in cast.CAST:
        place = member.department or member.area or "–"
        click.echo(
            f"  {member.username:<6} {member.role.value:<14} {place:<17} {member.name} · {member.name_en}"
        )


@demo.command()
@click.option("--cases", default=10_000, show_default=True, type=click.IntRange(1), help="How many cases.")
@click.option(
    "--seed", default=1, show_default=True, type=click.IntRange(0), help="Another one, another city."
)
@click.option(
    "--from", "start", type=DAY, help="First local day of filing.  [default: two years before --to]"
)
@click.option("--to", "end", type=DAY, help="The day before which filing ends.  [default: today]")
@click.option("--key", type=click.Path(dir_okay=False, path_type=Path), help="File for the answer key.")
@click.option("--quiet", is_flag=True, help="Plant no clusters and no drift.")
@click.option("--history", is_flag=True, help="Tell every deed as an event, not the filing alone.")
@click.option("--into-existing", is_flag=True, help="Also where people have filed cases of their own.")
def generate(
    cases: int,
    seed: int,
    start: datetime | None,
    end: datetime | None,
    key: Path | None,
    quiet: bool,
    history: bool,
    into_existing: bool,
) -> None:
    """Draw a synthetic city on the loaded boundaries and write down what was hidden in it."""
    plan = _plan(cases, start, end)
    if not into_existing and (real := real_cases()):
        raise click.ClickException(
            f"this database holds {real} cases that people have filed; generated ones would mix with them"
            " for good. Use another database, or say --into-existing."
        )
    if key is not None and key.exists():
        raise click.ClickException(f"{key} is there already")
    began = perf_counter()
    plan = plan.quiet() if quiet else plan
    try:
        made = generate_city(plan, seed, now=clock.now(), history=history, told=_every_tenth(cases))
    except AlreadyThere:
        raise click.ClickException(f"the city of seed {seed} is in this database already") from None
    if key is not None:
        key.write_bytes(made.key)
    click.echo(
        f"{len(made.placed)} cases, {made.tasks} tasks, {made.escalations} escalations,"
        f" {perf_counter() - began:.1f} s; {'key in ' + str(key) if key else 'no key was asked for'}"
    )


def _plan(cases: int, start: datetime | None, end: datetime | None) -> Plan:
    today = clock.local_day(clock.now())
    last = end.date() if end else today
    first = start.date() if start else last - YEARS
    if not first < last <= today:
        raise click.ClickException("--from must lie before --to, and --to not in the future")
    return Plan(cases, first, last)


def _every_tenth(cases: int) -> Callable[[int], None]:
    steps = max(1, cases // 10)

    def told(done: int) -> None:
        if done // steps > (done - CHUNK) // steps:
            click.echo(f"{done} … ", nl=False)

    return told
