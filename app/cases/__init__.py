"""The case and its tasks: file it, act on it, list it."""

from flask import Flask

from app.cases import models
from app.cases.api import bp
from app.core.api import rest


def init_app(app: Flask) -> None:
    rest.register_blueprint(bp)


__all__ = ["init_app", "models"]
