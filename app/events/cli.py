"""`flask events verify`."""

import sys

import click
from flask.cli import AppGroup

from app.events import queries

events = AppGroup("events", help="The chain of events.")


@events.command()
def verify() -> None:
    """Recompute the whole chain; exit 1 and name each fault if it does not hold."""
    faults = queries.verify()
    for fault in faults[:50]:
        click.echo(f"✗ {fault.seq}: {fault.what}")
    if faults:
        click.echo(f"{len(faults)} faults")
        sys.exit(1)
    click.echo(f"✓ {queries.last_seq()} events, one unbroken chain")
