"""The frame every page hangs in: menu, language, security headers, errors that name a next step."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Flask, Response, g, make_response, render_template, request
from flask_babel import gettext as _

from app.core import assets, language, words
from app.core.access import NOBODY, current_actor
from app.core.config import settings
from app.core.policy import Actor
from app.core.problems import Problem
from app.core.roles import Role


@dataclass(frozen=True)
class MenuItem:
    """One entry of the top bar. No roles: everybody who is signed in."""

    code: str
    label: Any
    endpoint: str
    roles: frozenset[Role] = frozenset()
    order: int = 100


@dataclass
class Menu:
    """Rooms add their entries when they start."""

    items: dict[str, MenuItem] = field(default_factory=dict)

    def add(self, item: MenuItem) -> None:
        self.items[item.code] = item

    def shown_to(self, actor: Actor) -> list[MenuItem]:
        if actor.id is None:
            return []
        mine = (item for item in self.items.values() if not item.roles or actor.has(*item.roles))
        return sorted(mine, key=lambda item: (item.order, item.code))


menu = Menu()


def init_app(app: Flask) -> None:
    assets.init_app(app)
    words.init_app(app)
    app.jinja_env.add_extension("jinja2.ext.do")
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals["has_page"] = lambda endpoint: endpoint in app.view_functions
    app.register_blueprint(Blueprint("core", __name__, template_folder="templates"))
    posted_at_with(app, lambda: "")
    app.context_processor(_context)
    app.after_request(_secure)


def render(template: str, **context: Any) -> str:
    """A page in the frame, in the reader's language."""
    return render_template(template, **context)


def posted_at_with(app: Flask, describe: Callable[[], str]) -> None:
    """A room that knows units and departments says in words where the signed-in person is posted."""
    app.jinja_env.globals["posted_at"] = describe


def problem_page(problem: Problem) -> Response:
    """The problem as a page that says what to do next.

    It must show even when the database cannot say who asks, so it does not start to find out.
    """
    g.setdefault("actor", NOBODY)
    title, step = _next_step(problem.status)
    page = render_template("core/problem.html", problem=problem, title=title, step=step)
    response = make_response(page, problem.status)
    response.headers["Cache-Control"] = "no-store"
    return response


def _next_step(status: int) -> tuple[str, str]:
    """Title and next step in the reader's language."""
    steps = {
        400: (_("This request cannot be read"), _("Go back, reload the page and try again.")),
        401: (_("Please sign in"), _("Your session has ended. Sign in and do it again.")),
        403: (_("Not allowed"), _("Your posting does not include this. Ask your unit's administrator.")),
        404: (_("Not found"), _("Check the address, or look for it in the list of cases.")),
        412: (_("Changed meanwhile"), _("Somebody was faster. Look at the present state and decide again.")),
        413: (_("Too large"), _("Send fewer or smaller files.")),
        422: (_("Cannot be used"), _("Go back and correct what is named here.")),
        429: (_("Too many attempts"), _("Wait a moment, then try again.")),
        503: (_("Busy"), _("Nothing was changed. Wait a moment, then try again.")),
    }
    if status >= 500 and status not in steps:
        return _("Something went wrong"), _(
            "Nothing was changed. If it happens again, tell your administrator."
        )
    return steps.get(status, (_("That did not work"), _("Go back and try again.")))


def _context() -> dict[str, Any]:
    actor = current_actor()
    return {
        "actor": actor,
        "menu_items": menu.shown_to(actor),
        "here": request.endpoint or "",
        "language_code": language.code(),
        "basemap": _basemap(),
    }


def _basemap() -> dict[str, str] | None:
    url = settings().basemap_url
    return {"url": url, "crs": settings().basemap_crs} if url else None


def _secure(response: Response) -> Response:
    headers, page = response.headers, response.mimetype == "text/html"
    if page:  # never in a shared cache, always asked for again
        headers.setdefault("Cache-Control", "private, no-cache")
    headers.setdefault("Content-Security-Policy", content_security_policy(with_importmap=page))
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("X-Frame-Options", "DENY")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    headers.setdefault("Permissions-Policy", "geolocation=(self), camera=(self), microphone=(self)")
    return response


def content_security_policy(*, with_importmap: bool) -> str:
    """Nothing from outside, nothing inline but a page's import map; a configured basemap may be fetched."""
    importmap = f" {assets.importmap_source()}" if with_importmap else ""
    basemap = _origin(settings().basemap_url)
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src 'self'{importmap}",
            "style-src 'self'",
            f"img-src 'self' data: blob:{basemap}",
            "media-src 'self' blob:",
            f"connect-src 'self'{basemap}",
            "worker-src 'self'",
            "font-src 'self'",
            "manifest-src 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
        )
    )


def _origin(url: str | None) -> str:
    if not url:
        return ""
    parts = urlsplit(url)
    return f" {parts.scheme}://{parts.netloc}" if parts.netloc else ""
