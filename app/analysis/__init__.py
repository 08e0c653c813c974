"""Spatial aggregation and decision support over plain query rows."""

from datetime import timedelta

from flask import Flask

from app.analysis import indicators, models, results
from app.analysis.api import bp
from app.core.api import rest
from app.jobs import Job, register


def init_app(app: Flask) -> None:
    rest.register_blueprint(bp)
    register(Job("results", timedelta(hours=1), results.prune))


__all__ = ["indicators", "init_app", "models"]
