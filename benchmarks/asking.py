"""The requests that are measured, drawn from what the database holds; the same seed asks the same."""

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import cycle
from urllib.parse import urlencode
from uuid import UUID

from flask import Flask
from sqlalchemy import func, select

from app.areas.index import areas
from app.cases.models import Case
from app.core.db import db
from benchmarks import bulk
from benchmarks.client import get, put
from benchmarks.databases import EPOCH, FILERS, Filled
from benchmarks.inside import asked

PAGE = 100
MOST_FILINGS = 4000  # a round
Spot = tuple[float, float, str]
"""Longitude, latitude, category."""


@dataclass(frozen=True)
class Filter:
    """Area, status and category, of which there are more cases than one page."""

    area: str
    level: str
    status: str
    category: str

    @property
    def query(self) -> dict[str, str]:
        return {"within": self.area, "status": self.status, "category": self.category}


def filters(levels: tuple[str, ...] = ("city", "district", "town")) -> list[Filter]:
    """Every area × status × category of these levels that fills a page, in a random order."""
    found: list[Filter] = []
    for level in levels:
        unit = Case.__table__.c[f"{level}_id"]
        groups = select(unit, Case.status, Case.category).group_by(unit, Case.status, Case.category)
        for area_id, status, category in db.session.execute(groups.having(func.count() > PAGE * 1.3)):
            if area_id is not None:
                found.append(Filter(areas().by_id[area_id].code, level, status, category))
    found.sort(key=lambda each: (each.level, each.area, each.status, each.category))
    random.Random(bulk.SEED).shuffle(found)
    return found


def first_pages(filled: Filled, chosen: list[Filter]) -> list[bytes]:
    return [get(list_path(each), filled.tokens["cai"]) for each in chosen]


def following_pages(filled: Filled, chosen: list[Filter]) -> list[bytes]:
    """The second page of each list, by the cursor of its first."""
    token = filled.tokens["cai"]
    return [get(after_first(filled.app, list_path(each), token), token) for each in chosen]


def after_first(app: Flask, path: str, token: str) -> str:
    """The path of the page after the first."""
    cursor = json.loads(asked(app, path, token)())["next"]
    if cursor is None:
        raise RuntimeError(f"{path} has no second page")
    return f"{path}&cursor={cursor}"


def list_path(each: Filter) -> str:
    return f"/api/v1/cases?{urlencode({**each.query, 'limit': PAGE})}"


def statistics_paths(level: str) -> list[str]:
    days = {"from": f"{EPOCH - timedelta(days=30):%Y-%m-%d}", "to": f"{EPOCH:%Y-%m-%d}"}
    codes = db.session.scalars(
        select(Case.category).group_by(Case.category).order_by(func.count().desc()).limit(6)
    )
    city = areas().city.code
    asked = ({"level": level, "within": city, "category": code, **days} for code in codes)
    return [f"/api/v1/stats/areas?{urlencode(each)}" for each in asked]


TILE = (12, 3334, 1778)


def tile(filled: Filled) -> bytes:
    """The tile over Chancheng with its grids."""
    return get(f"/tiles/areas/{'/'.join(map(str, TILE))}.mvt?level=grid", filled.tokens["dana"])


def filings(filled: Filled, spots: list[Spot], rng: random.Random) -> Iterator[bytes]:
    """New cases somewhere in the city, without photos."""
    tokens = cycle(filled.tokens[name] for name in FILERS)
    requests = []
    for _ in range(MOST_FILINGS):
        body = json.dumps(_filing(rng, rng.choice(spots)), ensure_ascii=False).encode()
        requests.append(put(f"/api/v1/cases/{UUID(int=rng.getrandbits(128), version=4)}", next(tokens), body))
    return iter(requests)


def spots() -> list[Spot]:
    """Where the first cases of the bulk data lie, and their categories."""
    rows = select(Case.lon, Case.lat, Case.category).where(Case.id <= 5000).order_by(Case.id)
    return [(row.lon, row.lat, row.category) for row in db.session.execute(rows)]


def _filing(rng: random.Random, spot: Spot) -> dict[str, object]:
    return {
        "category": spot[2],
        "geometry": {"type": "Point", "coordinates": [spot[0], spot[1]]},
        "crs": "wgs84",
        "accuracy_m": rng.randint(3, 30),
        "observed_at": (EPOCH + timedelta(seconds=rng.randint(0, 3600))).isoformat(),
        "description": f"{rng.choice(bulk.SAID)}，{rng.choice(bulk.WHERE)}，请尽快处理",
        "urgency": "normal",
        "channel": "inspector",
    }
