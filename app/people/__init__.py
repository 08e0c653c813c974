"""Accounts, postings, departments, sign-in, tokens."""

from datetime import timedelta

from flask import Flask

from app.core.api import rest
from app.jobs import Job, register
from app.people import cli, models, signing_in
from app.people.api import bp as people_api
from app.people.cleaning import clean_up
from app.people.routes import bp


def init_app(app: Flask) -> None:
    signing_in.init_app(app)
    app.register_blueprint(bp)
    rest.register_blueprint(people_api)
    app.cli.add_command(cli.people)
    register(Job("people.clean", timedelta(hours=1), clean_up))


__all__ = ["init_app", "models"]
