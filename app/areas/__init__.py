"""Areas: lasting identities of administrative units, dated sets of their boundaries, and what lies where."""

from flask import Flask
from flask_babel import lazy_gettext as _l

from app.areas import cli, models
from app.areas.api import bp
from app.core.api import rest
from app.maps.layers import Layer, register


def init_app(app: Flask) -> None:
    rest.register_blueprint(bp)
    app.cli.add_command(cli.areas)
    register(
        Layer(
            code="areas",
            label=_l("Areas"),
            legend=_l("Units of one level with their names; the page colours them by its numbers."),
            tiles="/tiles/areas/{z}/{x}/{y}.mvt?level={level}",
            source_layer="areas",
            draw="area",
        )
    )


__all__ = ["init_app", "models"]
