"""Accounts, postings, departments, sign-in, tokens."""

from flask import Flask

from app.core.api import rest
from app.people import cli, models, signing_in
from app.people.api import bp as people_api
from app.people.routes import bp


def init_app(app: Flask) -> None:
    signing_in.init_app(app)
    app.register_blueprint(bp)
    rest.register_blueprint(people_api)
    app.cli.add_command(cli.people)


__all__ = ["init_app", "models"]
