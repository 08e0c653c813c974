"""Notices: who is told of what, in the in-app inbox and by mail."""

from flask import Flask

from app.events import Listener, listen
from app.notify import models
from app.notify.routing import routes
from app.notify.service import tell


def init_app(app: Flask) -> None:
    listen(Listener("notify", tuple(routes()), tell))


__all__ = ["init_app", "models"]
