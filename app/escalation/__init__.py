"""The sweep, its oracle, and what operators see of them."""

from flask import Flask

from app.core.health import ready_when
from app.escalation import cli, models, queries, sweep
from app.jobs import Job, register


def init_app(app: Flask) -> None:
    app.cli.add_command(cli.escalation)
    register(Job(queries.JOB, queries.TICK, sweep.run))
    ready_when("escalation", queries.why_late)


__all__ = ["init_app", "models"]
