"""`flask catalogue …`."""

import click
from flask.cli import AppGroup

from app.catalogue.configuration import Changed, sync_configuration
from app.catalogue.rules import BadCatalogue
from app.catalogue.service import SyncResult, sync_catalogue
from app.core import clock
from app.core import db as database
from app.core.problems import Invalid

catalogue = AppGroup("catalogue", help="Kinds of case.")


@catalogue.command()
def sync() -> None:
    """Make the data files the active versions, where they say something new and nobody changed it by hand."""
    database.begin_write()
    try:
        result = sync_catalogue(clock.now())
        settings = sync_configuration(clock.now())
    except (BadCatalogue, Invalid) as bad:
        database.rollback()
        raise click.ClickException(_in_words(bad)) from None
    database.commit()
    click.echo(_told(result))
    for changed in settings:
        click.echo(f"{changed.kind}: {_state(changed)}")


def _told(result: SyncResult) -> str:
    if not result.created:
        return f"version {result.version_id} is up to date"
    counts = f"{len(result.added)} added, {len(result.changed)} changed, {len(result.removed)} removed"
    return f"version {result.version_id}: {counts}"


def _state(changed: Changed) -> str:
    if changed.kept_by_hand:
        return f"version {changed.version} was made by hand and stays"
    return f"version {changed.version} is {'new' if changed.created else 'up to date'}"


def _in_words(bad: BadCatalogue | Invalid) -> str:
    if isinstance(bad, BadCatalogue):
        return str(bad)
    return "\n".join(f"{where}: {' '.join(said)}" for where, said in bad.errors.items())
