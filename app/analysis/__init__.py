"""Spatial aggregation and decision support over plain query rows."""

from datetime import timedelta

from flask import Flask

from app.analysis import backlog, briefs, cli, facilities_cli, indicators, models, results
from app.analysis.api import bp
from app.core.api import rest
from app.jobs import Job, register


def init_app(app: Flask) -> None:
    rest.register_blueprint(bp)
    app.cli.add_command(cli.analysis)
    app.cli.add_command(facilities_cli.facilities)
    register(Job("backlog", backlog.EVERY, backlog.take_snapshots))
    register(Job("briefs", timedelta(minutes=10), briefs.announce))
    register(Job("results", timedelta(hours=1), results.prune))


__all__ = ["indicators", "init_app", "models"]
