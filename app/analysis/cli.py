"""`flask analysis …`: definitions of indicators, denominators, daily counts."""

from pathlib import Path

import click
from flask.cli import AppGroup

from app.analysis.backlog import take_snapshots
from app.analysis.denominators import keep_figures, read_figures
from app.analysis.indicators.versions import history, import_definitions, read_file, sync_definitions
from app.core import clock
from app.core import db as database
from app.core.policy import SYSTEM
from app.core.problems import Invalid

analysis = AppGroup("analysis", help="Indicators and what they divide by.")
indicators = AppGroup("indicators", help="Definitions and targets, in versions.")
figures = AppGroup("figures", help="Residents and patrol hours of units.")
analysis.add_command(indicators)
analysis.add_command(figures)

FILE = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
DRY_RUN = click.option("--dry-run", is_flag=True, help="Check only; keep nothing.")


@indicators.command()
def sync() -> None:
    """Keep the shipped definitions as a version, where they say something new; targets set by hand stay."""
    database.begin_write()
    version = sync_definitions(clock.now())
    database.commit()
    click.echo(f"version {version} is new" if version else "up to date")


@indicators.command("import")
@FILE
@click.option("--note", required=True, help="Why: others will read it in the history.")
@DRY_RUN
def import_file(file: Path, note: str, dry_run: bool) -> None:
    """Make the definitions of a CSV or JSON file the active version."""
    if not dry_run:
        database.begin_write()
    try:
        found = import_definitions(
            read_file(file), actor=SYSTEM, now=clock.now(), note=note, keep=not dry_run
        )
    except Invalid as bad:
        database.rollback()
        raise click.ClickException(_in_lines(bad)) from None
    if not dry_run:
        database.commit()
    click.echo(f"{len(found)} indicators {'would be' if dry_run else 'are'} active")


@indicators.command("history")
def list_history() -> None:
    """Every version, the newest first."""
    for each in history():
        begun = clock.rfc3339(each.activated_at) or "shipped"
        click.echo(f"{each.version}  {begun}  {len(each.indicators)} indicators  {each.note}")


@figures.command("import")
@FILE
@DRY_RUN
def import_figures(file: Path, dry_run: bool) -> None:
    """Read residents and patrol hours from a CSV file: area, kind, value, from, to, source."""
    try:
        found = read_figures(file)
    except Invalid as bad:
        raise click.ClickException(_in_lines(bad)) from None
    if dry_run:
        click.echo(f"{len(found)} lines fit; nothing was kept")
        return
    database.begin_write()
    added, replaced = keep_figures(found, actor=SYSTEM, now=clock.now())
    database.commit()
    click.echo(f"{added} figures added, {replaced} replaced")


@analysis.command()
def backlog() -> None:
    """Count what was open at the end of each day that was not counted yet (the worker does so, too)."""
    click.echo(f"{take_snapshots(clock.now())} days counted")


def _in_lines(bad: Invalid) -> str:
    return "\n".join(f"{where}: {' '.join(said)}" for where, said in bad.errors.items())
