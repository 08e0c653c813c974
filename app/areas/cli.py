"""`flask areas load | check | activate`."""

import sys
from collections import Counter
from pathlib import Path

import click
from flask.cli import AppGroup
from sqlalchemy import select

from app.areas.importer import activate_generation, check_records, load_generation
from app.areas.levels import LEVELS
from app.areas.models import Finding, Generation
from app.areas.rules import Finding as Found
from app.areas.sources import Record, read_sources
from app.core.clock import now
from app.core.db import begin_write, commit, db, rollback
from app.core.policy import SYSTEM
from app.core.problems import Problem
from app.spatial.datum import DATUMS
from app.spatial.shapes import BadShape

SHOWN = 20

datum_option = click.option(
    "--crs", default="wgs84", show_default=True, type=click.Choice(DATUMS), help="Datum of the files."
)
areas = AppGroup("areas", help="Boundaries: load, check, activate.")


@areas.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option(
    "--crs", default="wgs84", show_default=True, type=click.Choice(DATUMS), help="Datum of the files."
)
@click.option("--label", default=None, help="Name of this set of boundaries.")
@click.option("--activate", is_flag=True, help="Activate at once if nothing is wrong.")
def load(paths: tuple[Path, ...], crs: str, label: str | None, activate: bool) -> None:
    """Read folders or files of boundaries into the draft generation and check them; exit 1 on faults."""
    try:
        records = read_sources(paths, crs)
    except BadShape as error:
        raise click.ClickException(error.message) from error
    findings = check_records(records)
    begin_write()
    generation = load_generation(
        records=records,
        findings=findings,
        label=label or paths[0].resolve().name,
        source=", ".join(path.name for path in paths),
        crs=crs,
        actor=SYSTEM,
        now=now(),
    )
    if activate and not findings:
        activate_generation(generation_id=generation.id, actor=SYSTEM, now=now())
    commit()
    click.echo(f"generation {generation.id} ({generation.state}): {_counted(records)}")
    _report([found.message for found in findings])


@areas.command()
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option(
    "--crs", default="wgs84", show_default=True, type=click.Choice(DATUMS), help="Datum of the files."
)
def check(paths: tuple[Path, ...], crs: str) -> None:
    """Say what is wrong: with files, without loading them, or with the draft generation; exit 1 on faults."""
    if not paths:
        _report([finding.message for finding in _draft_findings()])
        return
    try:
        found: list[Found] = check_records(read_sources(paths, crs))
    except BadShape as error:
        raise click.ClickException(error.message) from error
    _report([finding.message for finding in found])


@areas.command()
@click.argument("generation_id", type=int, required=False)
def activate(generation_id: int | None) -> None:
    """Make the clean draft (or the generation of this number) the boundaries of today."""
    wanted = generation_id if generation_id is not None else _draft().id
    begin_write()
    try:
        generation = activate_generation(generation_id=wanted, actor=SYSTEM, now=now())
    except Problem as problem:
        rollback()
        raise click.ClickException(problem.detail) from problem
    commit()
    click.echo(f"generation {generation.id} is active")


def _draft() -> Generation:
    draft = db.session.scalar(select(Generation).where(Generation.state == "draft"))
    if draft is None:
        raise click.ClickException("there is no draft; load boundaries first")
    return draft


def _draft_findings() -> list[Finding]:
    wanted = select(Finding).where(Finding.generation_id == _draft().id).order_by(Finding.id)
    return list(db.session.scalars(wanted))


def _counted(records: list[Record]) -> str:
    units = Counter(record.unit.level for record in records)
    bare = sum(1 for record in records if record.unit.geometry is None)
    return ", ".join(f"{units[level]:,} {level}" for level in LEVELS) + f"; {bare} without geometry"


def _report(messages: list[str]) -> None:
    for message in messages[:SHOWN]:
        click.echo(f"✗ {message}", err=True)
    if len(messages) > SHOWN:
        click.echo(f"… and {len(messages) - SHOWN:,} more", err=True)
    if messages:
        click.echo(f"{len(messages):,} faults: this set cannot be activated", err=True)
        sys.exit(1)
    click.echo("✓ valid, nested, no gap, no overlap")
