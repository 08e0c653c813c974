"""Notices: who is told of what, in the in-app inbox and by mail."""

from datetime import timedelta

from flask import Flask
from flask_babel import lazy_gettext as _l

from app.core.config import Settings
from app.core.pages import MenuItem, menu
from app.core.roles import Role
from app.events import Listener, listen
from app.jobs import Job, register
from app.notify import cli, models
from app.notify.channels import open_channel
from app.notify.routes import bp, unread
from app.notify.routing import routes
from app.notify.sending import run
from app.notify.service import tell


def init_app(app: Flask) -> None:
    settings: Settings = app.extensions["wangge"]
    app.register_blueprint(bp)
    app.cli.add_command(cli.notify)
    app.jinja_env.globals["unread_notices"] = unread
    # On the phone's pages, which have no bell, the menu leads there.
    menu.add(MenuItem("notices", _l("Notices"), "notify.page", frozenset({Role.INSPECTOR}), order=40))
    open_channel(settings).close()  # an address that cannot be read is said at once
    listen(Listener("notify", tuple(routes()), tell))
    register(Job("notify.mail", timedelta(seconds=5), run))


__all__ = ["init_app", "models"]
