"""Events: collected during a write, chained at its end, delivered afterwards."""

from datetime import timedelta

from flask import Flask

from app.events import cli, models
from app.events.cleaning import clean_up
from app.events.delivery import Listener, deliver_all, listen
from app.events.service import append
from app.jobs import Job, register


def init_app(app: Flask) -> None:
    app.cli.add_command(cli.events)
    register(Job("events.deliver", timedelta(seconds=2), deliver_all))
    register(Job("events.clean", timedelta(hours=1), clean_up))


__all__ = ["Listener", "append", "init_app", "listen", "models"]
