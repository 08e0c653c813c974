"""The case and its tasks: file it, act on it, list it."""

from flask import Flask
from flask_babel import lazy_gettext as _l

from app.cases import models
from app.cases.api import bp, tiles
from app.cases.photos import api as photos_api
from app.cases.queries import grants
from app.core.api import rest
from app.maps.layers import Layer, register


def init_app(app: Flask) -> None:
    rest.register_blueprint(bp)
    rest.register_blueprint(tiles)
    register(
        Layer(
            code="cases",
            label=_l("Cases"),
            legend=_l(
                "One circle for each unit with the number of its cases; near by, one dot for each case."
            ),
            tiles="/tiles/cases/{z}/{x}/{y}.mvt",
            source_layer="cases",
            draw="case",
        )
    )


__all__ = ["grants", "init_app", "models", "photos_api"]
