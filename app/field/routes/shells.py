"""The pages that a phone keeps: the same for everybody, so that they may lie on a shared phone.

What is personal in them is put there by their scripts, from what the phone keeps sealed.
"""

import gzip
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from flask import Response, make_response, request
from flask_babel import force_locale

from app.core.access import ANYONE, allow
from app.core.assets import pack
from app.core.language import LOCALES, code
from app.core.pages import render
from app.field import duty_words, queue_words
from app.field.routes import bp
from app.field.words import filing_words


@dataclass(frozen=True)
class Shell:
    """A page's template, and what its scripts say; both know nobody and ask no database."""

    endpoint: str
    template: str
    words: Callable[[], Mapping[str, Any]]


SHELLS: dict[str, Shell] = {
    "/field/": Shell("field.home", "field/home.html", duty_words.home_words),
    "/field/case": Shell("field.duty", "field/duty.html", duty_words.duty_words),
    "/field/file": Shell("field.file", "field/file.html", filing_words),
    "/field/tray": Shell("field.tray", "field/tray.html", queue_words.tray_words),
}


@bp.get("/")
@allow(ANYONE)
def home() -> Response:
    return shell("/field/")


@bp.get("/case")
@allow(ANYONE)
def duty() -> Response:
    return shell("/field/case")


@bp.get("/file")
@allow(ANYONE)
def file() -> Response:
    return shell("/field/file")


@bp.get("/tray")
@allow(ANYONE)
def tray() -> Response:
    return shell("/field/tray")


def shell(path: str) -> Response:
    """The page in the reader's language, or in the one that `?lang=` names (for the phone's own copies)."""
    wanted = request.args.get("lang", "")
    with force_locale(LOCALES.get(wanted, LOCALES[code()])):
        text = page(path)
        response = make_response(text)
        response.headers["Content-Language"] = code()
    response.headers["Cache-Control"] = "no-cache"
    response.vary.update(("Accept-Language", "Cookie"))
    return pack(response, _packed(text))


@lru_cache(maxsize=32)
def _packed(text: str) -> bytes:
    return gzip.compress(text.encode(), mtime=0)


def page(path: str) -> str:
    """The HTML of a shell in the present language, the same whoever asks and from wherever."""
    found = SHELLS[path]
    return render(found.template, shell=True, here=found.endpoint, words=found.words())
