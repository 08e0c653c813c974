"""Filling in the forms of the settings pages as a person does."""

import io
import re
from datetime import datetime
from html import unescape
from typing import Any

from werkzeug.test import TestResponse

from app.catalogue.configuration import Kind, content_of
from app.catalogue.configuration.changing import sync_configuration
from app.core import db as database
from app.core.clock import now
from tests.cast import Caller
from tests.desk.pages import page

FORMS = ("week", "day", "holiday", "term", "grace", "limits", "reason", "rule")


def first_versions() -> None:
    """What `flask catalogue sync` does for the configuration."""
    database.begin_write()
    sync_configuration(now())
    database.commit()


def fields(html: str) -> dict[str, str]:
    """What the form of the page holds."""
    form = html.split('<form class="panel', 1)[1].split("</form>")[0]
    found = {
        name: unescape(value)
        for tag in re.findall(r"<input[^>]*>", form)
        for name, value in [(_attribute(tag, "name"), _attribute(tag, "value"))]
    }
    for name, options in re.findall(r'<select[^>]* name="(\w+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', options) or re.search(r'value="([^"]*)"', options)
        found[name] = unescape(chosen[1]) if chosen else ""
    note = re.search(r'<textarea[^>]* name="note"[^>]*>(.*?)</textarea>', form, re.DOTALL)
    return found | {"note": unescape(note[1]) if note else ""}


def _attribute(tag: str, name: str) -> str:
    found = re.search(rf'\b{name}="([^"]*)"', tag)
    return found[1] if found else ""


def edit(who: Caller, form: str, row: int | None = None, **said: str) -> Any:
    """Open the form, fill it in, send it."""
    query = f"?row={row}" if row is not None else ""
    sent = fields(page(who, f"/settings/edit/{form}{query}")) | {"note": "as agreed", "do": "save"} | said
    return who.open("POST", f"/settings/edit/{form}", data=sent)


def send_file(who: Caller, kind: Kind, data: bytes) -> TestResponse:
    sent = {"version": str(content_of(kind)[0]), "note": "from a file", "file": (io.BytesIO(data), "x.json")}
    return who.open("POST", f"/settings/import/{kind}", data=sent, content_type="multipart/form-data")


def row_of(kind: Kind, rows: str, **wanted: str) -> int:
    content = content_of(kind)[1][rows]
    return next(at for at, row in enumerate(content) if wanted.items() <= row.items())


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))
