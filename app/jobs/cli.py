"""`flask jobs work`, `flask jobs run`, `flask jobs list`."""

import click
from flask import current_app
from flask.cli import AppGroup

from app.core import clock
from app.jobs import worker

jobs = AppGroup("jobs", help="The worker and its jobs.")


@jobs.command()
def work() -> None:
    """Run every job on its timer until interrupted."""
    worker.work(current_app._get_current_object())  # type: ignore[attr-defined]


@jobs.command("run")
@click.argument("code", type=str)
def run_now(code: str) -> None:
    """Run one job now."""
    if code not in worker.JOBS:
        raise click.ClickException(f"no job {code}; there are {', '.join(sorted(worker.JOBS))}")
    items = worker.run_once(worker.JOBS[code], clock.now())
    click.echo("another worker has it" if items is None else f"{items} items")


@jobs.command("list")
def list_jobs() -> None:
    """The registered jobs."""
    for job in sorted(worker.JOBS.values(), key=lambda job: job.code):
        click.echo(f"{job.code}  every {job.every.total_seconds():.0f} s")
