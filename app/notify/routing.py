"""Who is told what of which event, as data: `data/routing.csv`, read and checked when the program starts.

One line: event, condition, audience, channels, template, urgency, whether it may be collapsed with others.
For a person the first line that reaches them says the template; further lines with the same template only add
channels.
"""

import csv
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from app.notify.audiences import AUDIENCES, CONDITIONS
from app.notify.rules import Urgency
from app.notify.texts import TEXTS
from app.workflow.actions import Action

DATA = Path(__file__).with_name("data") / "routing.csv"
INBOX, MAIL = "inbox", "mail"
CHANNELS = (INBOX, MAIL)
EVENTS = frozenset(f"case.{action}" for action in Action) | {
    "case.filed",
    "case.photo_added",
    "case.near_due",
    "case.climbed",
    "brief.made",
    "notice.vacant",
    "notice.dead",
    "notice.test",
}
COLUMNS = ("event", "when", "audience", "channels", "template", "urgency", "collapse")


class BadRouting(ValueError):
    """The file cannot be used; every line that is wrong is named."""


@dataclass(frozen=True)
class Route:
    """One line. `when` is the name of a condition, empty for always."""

    event: str
    when: str
    audience: str
    channels: tuple[str, ...]
    template: str
    urgency: Urgency
    collapses: bool


def read_routes(text: str) -> tuple[Route, ...]:
    """The lines in their order; raises BadRouting."""
    rows = list(csv.reader(text.lstrip("\ufeff").splitlines()))
    if not rows or tuple(rows[0]) != COLUMNS:
        raise BadRouting(f"line 1: the columns are {','.join(COLUMNS)}")
    faults, routes = [], []
    for number, row in enumerate(rows[1:], start=2):
        found = _faults(row)
        faults += [f"line {number}: {fault}" for fault in found]
        if not found:
            routes.append(_route(row))
    faults += _doubled(routes)
    if faults:
        raise BadRouting("\n".join(faults))
    return tuple(routes)


def _known(names: Collection[str]) -> Callable[[str], bool]:
    return lambda value: value in names


_CHECKS: Mapping[str, Callable[[str], bool]] = {
    "event": _known(EVENTS),
    "when": _known({"", *CONDITIONS}),
    "audience": _known(AUDIENCES),
    "channels": lambda value: value in (INBOX, f"{INBOX} {MAIL}"),
    "template": _known(TEXTS),
    "urgency": _known({urgency.value for urgency in Urgency}),
    "collapse": _known({"yes", "no"}),
}


def _faults(row: list[str]) -> list[str]:
    if len(row) != len(COLUMNS):
        return [f"{len(row)} cells instead of {len(COLUMNS)}"]
    cells = zip(COLUMNS, row, strict=True)
    return [f"{name} {value!r} is not known" for name, value in cells if not _CHECKS[name](value)]


def _doubled(routes: Iterable[Route]) -> list[str]:
    seen: dict[tuple[str, str, str, str], int] = defaultdict(int)
    for route in routes:
        seen[route.event, route.when, route.audience, route.template] += 1
    return [f"{' '.join(filter(None, key))} stands there {n} times" for key, n in seen.items() if n > 1]


def _route(row: list[str]) -> Route:
    event, when, audience, channels, template, urgency, collapse = row
    return Route(
        event, when, audience, tuple(channels.split()), template, Urgency(urgency), collapse == "yes"
    )


@cache
def routes() -> Mapping[str, tuple[Route, ...]]:
    """The product's own lines by event."""
    found: dict[str, list[Route]] = defaultdict(list)
    for route in read_routes(DATA.read_text(encoding="utf-8")):
        found[route.event].append(route)
    return {event: tuple(lines) for event, lines in found.items()}
