"""The ground floor: settings, session and commit point, clock, problems, policy, page layout."""

from flask import Flask

from app.core import access, api, cli, db, health, language, logs, pages, problems, stamps


def init_app(app: Flask) -> None:
    logs.init_app(app)
    db.init_app(app)
    stamps.init_app(app)
    language.init_app(app)
    pages.init_app(app)
    api.init_app(app)
    problems.init_app(app)  # after the API library, whose own error pages it replaces
    health.init_app(app)
    cli.init_app(app)


__all__ = ["access", "init_app"]
