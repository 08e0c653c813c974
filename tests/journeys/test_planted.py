"""The synthetic city as oracle: what its key says was planted, an official finds on the map of hot spots."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flask import Flask

from app.analysis import hotspot_runs
from app.analysis.hotspot_runs import GI_STAR, Question
from app.areas.index import areas
from app.cases.queries.filters import Filters
from app.core.clock import day_start, now
from app.core.policy import EVERYTHING

CASES, SEED, DRAWS = 12_000, 7, 99_999
WINDOW = ("2026-08-24", "2026-11-16")
FEWEST_FOUND = 7  # of eight
Hot = set[str]


@pytest.fixture
def key(app: Flask, tmp_path: Path) -> dict[str, Any]:
    """Foshan with its grids, filled by the generator; what was planted in it."""
    file = tmp_path / "key.json"
    run = app.test_cli_runner()
    drawn = ["--cases", str(CASES), "--seed", str(SEED), "--from", WINDOW[0], "--to", WINDOW[1]]
    for command in (["build", "--cases", "0"], ["generate", *drawn, "--key", str(file)]):
        done = run.invoke(args=["demo", *command])
        assert done.exit_code == 0, done.output
    found: dict[str, Any] = json.loads(file.read_text())
    return found


def hot_grids(category: str, start: str, end: str) -> Hot:
    """The grids that the map of hot spots would show as hot, in the whole city."""
    filters = Filters(
        categories=frozenset({category}),
        start=day_start(date.fromisoformat(start)),
        end=day_start(date.fromisoformat(end)),
    )
    asked = Question(areas().city, "grid", None, filters, None, GI_STAR, DRAWS, SEED)
    told = hotspot_runs.run(asked, within=EVERYTHING, now=now())
    return {code for code, mark in zip(told["codes"], told["class"], strict=True) if mark.startswith("hot")}


def found_in(key: dict[str, Any]) -> int:
    """How many of the planted clusters have a hot grid in their category and time."""
    return sum(
        bool(hot_grids(each["category"], each["from"], each["to"]) & set(each["grids"]))
        for each in key["clusters"]
    )


def test_what_was_planted_is_found_and_nothing_where_nothing_was(
    app: Flask, key: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    with app.app_context():
        assert len(key["clusters"]) == 8
        found = found_in(key)
        print(f"seed {SEED}, {CASES} cases: {found} of {len(key['clusters'])} planted clusters found")
        assert found >= FEWEST_FOUND

        count = hotspot_runs.count

        def mislaid(*asked: Any, **more: Any) -> Any:
            """The fault: every number is written to another grid than its own."""
            counted = count(*asked, **more)
            np.random.default_rng(SEED).shuffle(counted.cases)
            return counted

        monkeypatch.setattr(hotspot_runs, "count", mislaid)
        assert found_in(key) < FEWEST_FOUND
