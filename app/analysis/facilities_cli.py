"""`flask facilities load` and `list`."""

from pathlib import Path

import click
from flask.cli import AppGroup

from app.analysis.facilities import BadFacilities, kinds, load_facilities, read_facilities
from app.core import db as database
from app.core.clock import now
from app.core.policy import SYSTEM
from app.spatial.datum import DATUMS

facilities = AppGroup("facilities", help="Places that cases can be near: schools, markets, stations.")


@facilities.command("load")
@click.argument("kind")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--crs", type=click.Choice(DATUMS), required=True, help="Of lon and lat.")
@click.option("--source", required=True, help="Where the file comes from; shown beside every result.")
@click.option("--dry-run", is_flag=True, help="Only check the file.")
def load(kind: str, file: Path, crs: str, source: str, dry_run: bool) -> None:
    """Replace all facilities of KIND by those of FILE (CSV: name,lon,lat)."""
    try:
        found = read_facilities(file.read_text(encoding="utf-8"))
    except (BadFacilities, UnicodeDecodeError) as bad:
        raise click.ClickException(str(bad)) from None
    if not dry_run:
        database.begin_write()
        load_facilities(kind, found, crs=crs, source=source, actor=SYSTEM, now=now())
        database.commit()
    click.echo(f"{len(found)} facilities of kind {kind}{', checked only' if dry_run else ''}")


@facilities.command("list")
def show() -> None:
    """Every kind and how many there are of it."""
    for kind, count in kinds().items():
        click.echo(f"{kind}: {count}")
