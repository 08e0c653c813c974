"""The demonstration city: Foshan, a cast of eight, and labelled synthetic cases."""

from flask import Flask

from app.demo import cli


def init_app(app: Flask) -> None:
    app.cli.add_command(cli.demo)
