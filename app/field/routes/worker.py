"""What makes the app installable: the service worker with its list of files, and the manifest."""

import hashlib
from typing import Any

import orjson
from flask import Response
from flask_babel import force_locale
from flask_babel import gettext as _

from app.core.access import ANYONE, allow
from app.core.api import json_response
from app.core.assets import asset
from app.core.language import LOCALES
from app.core.problems import NotFound
from app.field.precache import files_of, path_of, version_of
from app.field.routes import bp
from app.field.routes.shells import SHELLS, page

BAR, GROUND = "#0b3a57", "#f3f5f7"
ICONS = (("app-192.png", 192, "any"), ("app-512.png", 512, "any"), ("maskable-512.png", 512, "maskable"))


@bp.get("/sw.js")
@allow(ANYONE)
def service_worker() -> Response:
    """The worker's text; it changes whenever a page or a file that the phone keeps does."""
    source = path_of(asset("field/sw.js")).read_text("utf-8")
    response = Response(f"const APP = {orjson.dumps(release(source)).decode()};\n{source}")
    response.headers["Content-Type"] = "text/javascript; charset=utf-8"
    response.headers["Cache-Control"] = "no-cache"
    # A worker belongs to whom its own address lies under: else those of photos and map need a signal.
    response.headers["Service-Worker-Allowed"] = "/"
    return response


def release(source: str) -> dict[str, Any]:
    """`{version, pages: {address: SHA-256}, languages, files, later}`, as `source` (sw.js) reads it."""
    pages: dict[str, str] = {}
    for code in LOCALES:
        with force_locale(LOCALES[code]):
            pages |= {f"{path}?lang={code}": page(path) for path in SHELLS}
    found = files_of(pages.values())
    return {
        "version": version_of([source, *pages.values(), *found.first, *found.later]),
        "pages": {url: hashlib.sha256(text.encode()).hexdigest() for url, text in pages.items()},
        "languages": list(LOCALES),
        "files": found.first,
        "later": found.later,
    }


@bp.get("/manifest.<lang>.webmanifest")
@allow(ANYONE)
def manifest(lang: str) -> Response:
    """How the app is installed, in one language."""
    if lang not in LOCALES:
        raise NotFound
    with force_locale(LOCALES[lang]):
        said = _manifest(lang)
    return json_response(
        said, headers={"Content-Type": "application/manifest+json", "Cache-Control": "no-cache"}
    )


def _manifest(lang: str) -> dict[str, object]:
    sized = [
        {
            "src": asset(f"field/icons/{name}"),
            "sizes": f"{side}x{side}",
            "type": "image/png",
            "purpose": purpose,
        }
        for name, side, purpose in ICONS
    ]
    drawn = {"sizes": "any", "type": "image/svg+xml"}
    return {
        "id": "/field/",
        "name": _("Wangge, the inspector's app"),
        "short_name": _("Wangge"),
        "lang": {"zh": "zh-Hans-CN"}.get(lang, lang),
        "start_url": "/field/",
        "scope": "/field/",
        "display": "standalone",
        "background_color": GROUND,
        "theme_color": BAR,
        "icons": [
            *sized,
            {"src": asset("core/mark.svg"), "purpose": "any"} | drawn,
            {"src": asset("field/icons/maskable.svg"), "purpose": "maskable"} | drawn,
        ],
        "shortcuts": [
            {"name": _("File a case"), "url": "/field/file"},
            {"name": _("What is on its way"), "url": "/field/tray"},
        ],
    }
