"""`flask catalogue …`."""

import click
from flask.cli import AppGroup

from app.catalogue.rules import BadCatalogue
from app.catalogue.service import sync_catalogue
from app.core import clock
from app.core import db as database

catalogue = AppGroup("catalogue", help="Kinds of case.")


@catalogue.command()
def sync() -> None:
    """Make the data file the active version of the catalogue, if it says something new."""
    database.begin_write()
    try:
        result = sync_catalogue(clock.now())
    except BadCatalogue as bad:
        database.rollback()
        raise click.ClickException(str(bad)) from None
    database.commit()
    if not result.created:
        click.echo(f"version {result.version_id} is up to date")
        return
    counts = f"{len(result.added)} added, {len(result.changed)} changed, {len(result.removed)} removed"
    click.echo(f"version {result.version_id}: {counts}")
