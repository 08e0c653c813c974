"""Spatial aggregation and decision support over plain query rows."""

from flask import Flask

from app.analysis import indicators
from app.analysis.api import bp
from app.core.api import rest


def init_app(app: Flask) -> None:
    rest.register_blueprint(bp)


__all__ = ["indicators", "init_app"]
