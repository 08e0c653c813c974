"""Notices: who is told of what, in the in-app inbox and by mail."""

from datetime import timedelta

from flask import Flask

from app.core.config import Settings
from app.events import Listener, listen
from app.jobs import Job, register
from app.notify import models
from app.notify.channels import open_channel
from app.notify.routing import routes
from app.notify.sending import deliver_mail
from app.notify.service import tell


def init_app(app: Flask) -> None:
    settings: Settings = app.extensions["wangge"]
    open_channel(settings).close()  # an address that cannot be read is said at once
    listen(Listener("notify", tuple(routes()), tell))
    register(Job("notify.mail", timedelta(seconds=5), deliver_mail))


__all__ = ["init_app", "models"]
