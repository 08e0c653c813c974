"""`flask escalation sweep`, `list`."""

import click
from flask.cli import AppGroup

from app.areas.index import areas
from app.core.clock import rfc3339
from app.core.db import database_now
from app.core.policy import EVERYTHING
from app.escalation import queries
from app.escalation.sweep import sweep

escalation = AppGroup("escalation", help="Cases whose limits have passed.")


@escalation.command("sweep")
def sweep_now() -> None:
    """Deal with everything that is due, now."""
    swept = sweep()
    click.echo(f"{swept.found} tasks were due: {swept.raised} limits passed, {swept.warned} notices")
    for case_id, fault in swept.failed.items():
        click.echo(f"✗ case {case_id}: {fault}")
    if swept.failed:
        raise SystemExit(1)


@escalation.command("list")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, help="How many at most.")
def list_at_the_top(limit: int) -> None:
    """The city list: overdue cases that nobody stands above, longest overdue first."""
    now = database_now()
    for case in queries.city_list(now, within=EVERYTHING, limit=limit):
        place = areas().by_id[case.community_id].name if case.community_id else "–"
        click.echo(f"{case.number}  {case.status}  {case.card or '–'}  {rfc3339(case.due_at)}  {place}")
    click.echo(f"{queries.count_city_list(now, within=EVERYTHING)} cases")
