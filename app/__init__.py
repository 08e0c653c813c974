"""Wangge (网格): grid-based case management. `create_app` goes through the list of rooms; nothing else."""

from datetime import timedelta
from importlib import import_module

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from app.core.access import check_routes
from app.core.config import Settings, load_settings

ROOMS = (
    "core",
    "jobs",
    "spatial",
    "events",
    "maps",
    "areas",
    "media",
    "forms",
    "catalogue",
    "people",
    "cases",
    "notify",
    "escalation",
    "analysis",
    "desk",
    "field",
    "demo",
)


def create_app(settings: Settings | None = None) -> Flask:
    """The application, with every room moved in."""
    settings = settings or load_settings()
    app = Flask(__name__, static_folder="static", static_url_path="/static")
    app.extensions["wangge"] = settings
    app.config.update(
        SECRET_KEY=settings.secret_key,
        TESTING=settings.testing,
        MAX_CONTENT_LENGTH=settings.photo_limit * 6,
        SESSION_COOKIE_NAME="wangge",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        PERMANENT_SESSION_LIFETIME=timedelta(days=settings.session_days),
        SESSION_REFRESH_EACH_REQUEST=False,
    )
    if settings.proxies:
        hops = settings.proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    for room in ROOMS:
        module = import_module(f"app.{room}")
        if hasattr(module, "init_app"):
            module.init_app(app)
    check_routes(app)
    return app
