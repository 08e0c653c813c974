"""The catalogue: categories and their terms, as versioned configuration."""

from flask import Flask

from app.catalogue import cli, models
from app.catalogue.api import bp
from app.core.api import rest


def init_app(app: Flask) -> None:
    rest.register_blueprint(bp)
    app.cli.add_command(cli.catalogue)


__all__ = ["init_app", "models"]
