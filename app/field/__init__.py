"""The inspector's phone: file a case, see what became of it, check on the spot."""

from flask import Flask
from flask_babel import lazy_gettext as _l

from app.core.pages import MenuItem, menu
from app.core.roles import Role
from app.field import keys_api
from app.field.routes import bp


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
    app.register_blueprint(keys_api.bp)
    inspectors = frozenset({Role.INSPECTOR})
    menu.add(MenuItem("field", _l("My day"), "field.home", inspectors, order=1))
    menu.add(MenuItem("file", _l("File a case"), "field.file", inspectors, order=2))
    menu.add(MenuItem("mine", _l("My cases"), "field.cases", inspectors, order=3))


__all__ = ["init_app"]
