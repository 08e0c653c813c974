"""Reading the desk's pages as a person does: counts, rows, links, forms."""

import re
from html import unescape
from html.parser import HTMLParser

from werkzeug.test import TestResponse

from tests.cast import Caller

ROW = re.compile(r'<a class="row"[^>]* data-id="([0-9a-f-]+)"')
TAB = re.compile(r'<a href="([^"]+)"[^>]*>([^<]+)<span class="count">([\d,]+)</span>')
HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)">')


def page(who: Caller, path: str) -> str:
    response = who.get(path)
    assert response.status_code == 200, response.text
    return response.text


def rows(html: str) -> list[str]:
    """The UUIDs of the cases that a list shows."""
    return ROW.findall(html)


def tabs(html: str) -> list[tuple[str, str, int]]:
    """(address, label, count) of an inbox."""
    return [
        (unescape(url), label.strip(), int(count.replace(",", ""))) for url, label, count in TAB.findall(html)
    ]


def form(html: str, action: str) -> dict[str, str]:
    """The hidden fields of the form that carries out an action; the page must offer it."""
    for part in html.split("<form")[1:]:
        fields = dict(HIDDEN.findall(part.split("</form>")[0]))
        if fields.get("action") == action:
            return fields
    raise AssertionError(f"the page does not offer {action}")


def actions(html: str) -> list[str]:
    """The actions that a case page offers, in its order."""
    return re.findall(r'name="action" value="(\w+)"', html)


def send(who: Caller, uuid: str, action: str, *, html: str | None = None, **said: object) -> TestResponse:
    """Fill in the form of an action and send it, from the page as it stands or as it was (`html`)."""
    fields = form(html or page(who, f"/desk/cases/{uuid}"), action)
    return who.open("POST", f"/desk/cases/{uuid}/actions", data=fields | said)


class _Fields(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "select":
            self._select = said.get("name", "")
        if tag == "option" and "selected" in said:
            self.found.append((self._select, said.get("value", "")))
        if tag == "input":
            self.found.append((said.get("name", ""), said.get("value", "")))


def filled_in(html: str) -> list[tuple[str, str]]:
    """(name, value) of what a form would send as it stands."""
    parser = _Fields()
    parser.feed(html)
    return parser.found


class _Table(HTMLParser):
    """The cells of the first table: lists of (text, address or None)."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[list[tuple[str, str | None]]] = []
        self._link: str | None = None
        self._text: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self.lines.append([])
        elif tag in ("th", "td"):
            self._text, self._link = "", None
        elif tag == "a" and self._text is not None:
            self._link = dict(attrs).get("href")

    def handle_data(self, data: str) -> None:
        if self._text is not None:
            self._text += data

    def handle_endtag(self, tag: str) -> None:
        if tag in ("th", "td") and self._text is not None:
            self.lines[-1].append((self._text.strip(), self._link))
            self._text = None


def table(html: str) -> list[list[tuple[str, str | None]]]:
    """The lines of the page's table, its head first."""
    reader = _Table()
    reader.feed(html)
    return reader.lines
