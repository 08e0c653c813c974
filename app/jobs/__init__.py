"""The worker: a timer, lease rows, and a record of every run that did something."""

from flask import Flask

from app.core.health import ready_when
from app.jobs import cli, models, worker
from app.jobs.worker import Job, register


def init_app(app: Flask) -> None:
    app.cli.add_command(cli.jobs)
    ready_when("worker", worker.lag)


__all__ = ["Job", "init_app", "models", "register"]
