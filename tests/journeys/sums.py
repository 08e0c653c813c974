"""Random questions about numbers, and whether map, statistics and list answer them alike."""

import json
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import shapely

from app.areas.index import areas
from app.areas.levels import LEVELS
from app.core.clock import rfc3339
from app.people.queries import departments
from app.workflow.statuses import Status
from tests.desk.pages import table

Ask = Callable[[str, str], str]
"""Who asks for which path; the body of the answer, which must be 200."""
ON_THE_MAP = {"within", "status", "category", "from", "to", "reached", "overdue"}
"""Filters that the desk's map has."""
COUNTED = {"open": {"status": "open"}, "overdue": {"overdue": "true"}, "escalated": {"raised": "true"}}
COUNTED |= {"closed": {"status": "closed"}}
"""What a list adds for the other numbers of a unit, where nothing else is said of it."""
SAID_BY = {"open": {"status", "overdue"}, "overdue": {"status", "overdue"}, "escalated": {"raised"}}
SAID_BY |= {"closed": {"status"}}


@dataclass(frozen=True)
class Combination:
    """One question: who asks, about units of which level, with which filters."""

    who: str
    level: str
    filters: Mapping[str, str]

    def path(self, route: str, **more: str) -> str:
        return f"{route}?{urlencode(dict(self.filters) | more)}"

    def __str__(self) -> str:
        return f"{self.who} {self.path('', level=self.level)}"


@dataclass(frozen=True)
class World:
    """What can be asked about. `end`: the instant after which nothing happened."""

    people: tuple[str, ...]
    categories: tuple[str, ...]
    start: datetime
    end: datetime


def combinations(world: World, count: int, seed: int) -> Iterator[Combination]:
    """The same ones for the same arguments."""
    draw = _Draw(random.Random(seed), world)
    for _number in range(count):
        filters = {name: make(draw) for name, share, make in FILTERS if draw.chance.random() < share}
        yield Combination(draw.chance.choice(world.people), draw.chance.choice(LEVELS), filters)


class _Draw:
    """Values of filters, by one source of chance."""

    def __init__(self, chance: random.Random, world: World) -> None:
        self.chance, self.world = chance, world
        self.units = [[unit.code for unit in areas().by_level[level]] for level in LEVELS]
        self.departments = sorted(row.code for row in departments().values())
        west, south, east, north = shapely.total_bounds(areas().land_of([areas().city]).geometries).tolist()
        self.sides = ((west, east), (south, north))

    def unit(self) -> str:
        return self.chance.choice(self.chance.choice([codes for codes in self.units if codes]))

    def several(self, values: Sequence[str]) -> str:
        return ",".join(self.chance.sample(values, self.chance.choice((1, 1, 2, 3))))

    def instant(self) -> str:
        """A day, or an instant, more often a late one."""
        at = self.world.end - (self.world.end - self.world.start) * self.chance.random() ** 2
        if self.chance.random() < 0.5:
            return at.date().isoformat()
        return str(rfc3339(at.replace(microsecond=0)))

    def box(self) -> str:
        (west, east), (south, north) = (
            sorted(self.chance.uniform(*side) for _ in range(2)) for side in self.sides
        )
        return f"{west:.5f},{south:.5f},{east:.5f},{north:.5f}"

    def flag(self) -> str:
        return self.chance.choice(("true", "false"))


FILTERS: tuple[tuple[str, float, Callable[[_Draw], str]], ...] = (
    ("within", 0.5, _Draw.unit),
    ("status", 0.35, lambda draw: draw.several(("open", *Status))),
    ("category", 0.35, lambda draw: draw.several(draw.world.categories)),
    ("from", 0.3, _Draw.instant),
    ("to", 0.2, _Draw.instant),
    ("as_of", 0.3, _Draw.instant),
    ("overdue", 0.15, _Draw.flag),
    ("raised", 0.1, _Draw.flag),
    ("returned", 0.05, _Draw.flag),
    ("unplaced", 0.08, _Draw.flag),
    ("near", 0.04, _Draw.flag),
    ("supervised", 0.05, _Draw.flag),
    ("reached", 0.12, lambda draw: draw.chance.choice(LEVELS[:-1])),
    ("no_unit_at", 0.08, lambda draw: draw.chance.choice(LEVELS)),
    ("department", 0.08, lambda draw: draw.chance.choice(draw.departments)),
    ("bbox", 0.05, _Draw.box),
    ("q", 0.04, lambda draw: draw.chance.choice(("演示", "居民", "雨后 隐患", "no such words"))),
    ("due_before", 0.04, _Draw.instant),
    ("climbed_since", 0.04, _Draw.instant),
    ("ended_from", 0.04, _Draw.instant),
)
"""Name, how often it is asked for, and with what; two or three together."""


@dataclass
class Asked:
    """How much was compared: combinations, cases in them, maps, lists that numbers opened."""

    combinations: int = 0
    cases: int = 0
    maps: int = 0
    opened: int = 0


def differences(ask: Ask, asked: Combination, seen: Asked, *, chance: random.Random) -> list[str]:
    """Where the numbers of one combination are not those of the list; empty when all agree."""
    stats = json.loads(ask(asked.who, asked.path("/api/v1/stats/areas", level=asked.level)))
    listed = _total(ask, asked.who, dict(asked.filters))
    summed = sum(item["filed"] for item in stats["items"])
    seen.combinations += 1
    seen.cases += listed
    found = [] if summed == listed else [f"{asked}: the units sum to {summed}, the list has {listed}"]
    pinned = dict(asked.filters) | {"as_of": stats["as_of"]}
    found += _of_all(ask, asked, pinned, stats["items"])
    found += _of_one(ask, asked, pinned, stats["items"], seen, chance)
    if asked.filters.keys() <= ON_THE_MAP:
        found += _on_the_map(ask, asked, seen)
    return found


def _total(ask: Ask, who: str, filters: Mapping[str, str]) -> int:
    return int(json.loads(ask(who, f"/api/v1/cases?{urlencode({**filters, 'limit': '1'})}"))["total"])


def _of_all(
    ask: Ask, asked: Combination, pinned: dict[str, str], items: list[dict[str, Any]]
) -> Iterator[str]:
    """The other numbers of all units together."""
    for number, more in COUNTED.items():
        if not SAID_BY[number] & asked.filters.keys():
            summed, listed = sum(item[number] for item in items), _total(ask, asked.who, pinned | more)
            if summed != listed:
                yield f"{asked}: {number} sums to {summed}, the list has {listed}"


def _of_one(
    ask: Ask,
    asked: Combination,
    pinned: dict[str, str],
    items: list[dict[str, Any]],
    seen: Asked,
    chance: random.Random,
) -> Iterator[str]:
    """The number of one unit, and of the cases that lie in none."""
    filled = [item for item in items if item["filed"]]
    nowhere = [item for item in filled if item["code"] is None and "no_unit_at" not in asked.filters]
    some = [item for item in filled if item["code"] is not None]
    for item in [*nowhere, *(chance.sample(some, 1) if some else [])]:
        unit = _list_of(asked, item["code"])
        listed = _total(ask, asked.who, pinned | unit)
        seen.opened += 1
        if listed != item["filed"]:
            yield f"{asked}: {item['code']} has {item['filed']}, its list {listed}"


def _list_of(asked: Combination, code: str | None) -> dict[str, str]:
    """What a list of one unit's cases adds; nothing for a unit around the place that was asked about."""
    if code is None:
        return {"no_unit_at": asked.level}
    within = areas().by_code.get(asked.filters.get("within", ""))
    return {"within": code} if within is None or areas().by_code[code].lies_in(within) else {}


def _on_the_map(ask: Ask, asked: Combination, seen: Asked) -> Iterator[str]:
    """The totals of the desk's map, and the lists that they open."""
    filters = dict(asked.filters)
    place = filters.pop("within", areas().city.code)
    more = {"period": "own"} if filters.keys() & {"from", "to"} else {}
    path = urlencode({**filters, **more, "area": place, "level": asked.level})
    heads, totals = _table(ask(asked.who, f"/desk/map?{path}"))
    seen.maps += 1
    for head, (text, url) in zip(heads, totals, strict=True):
        if url is not None:
            opened = _total(ask, asked.who, dict(parse_qsl(urlsplit(url).query)))
            seen.opened += 1
            if opened != _number(text):
                yield f"{asked}: the map says {head} {text}, {url} has {opened}"
    if not {"status", "overdue"} & filters.keys():
        shown = totals[heads.index("Open")][0]
        listed = _total(ask, asked.who, dict(asked.filters) | {"status": "open"})
        if listed != _number(shown):
            yield f"{asked}: the map says {shown} are open, the list has {listed}"


def _table(html: str) -> tuple[list[str], list[tuple[str, str | None]]]:
    """The heads and the totals of the page's table of units."""
    above, foot = html.split("<tfoot>")[0], html.split("<tfoot>")[1]
    (heads,) = table(above.rpartition("<thead>")[2].partition("</thead>")[0])
    (totals,) = table(foot.partition("</tfoot>")[0])
    return [text.split()[0] for text, _url in heads], totals


def _number(text: str) -> int:
    return int(text.replace(",", ""))
