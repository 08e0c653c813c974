"""Areas: lasting identities of administrative units, dated sets of their boundaries, and what lies where."""

from flask import Flask

from app.areas import cli, models
from app.areas.api import bp
from app.core.api import rest


def init_app(app: Flask) -> None:
    rest.register_blueprint(bp)
    app.cli.add_command(cli.areas)


__all__ = ["init_app", "models"]
