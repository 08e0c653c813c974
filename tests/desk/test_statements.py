"""A longer list asks the database no more often, and a map of many units stays light."""

from dataclasses import replace

import pytest

from app.areas.index import areas
from app.cases.queries import statistics
from app.cases.queries.statistics import UnitNumbers
from app.desk.queries import Below, Extents
from tests.cast import GRID, Caller, bring_to
from tests.desk.pages import page
from tests.statements import statements


@pytest.mark.parametrize("path", ["/desk/?tab=all", "/desk/cases", "/desk/map?level=grid"])
def test_the_statements_of_a_list_do_not_grow_with_it(cast: dict[str, Caller], path: str) -> None:
    uuid = bring_to("closed", cast)
    page(cast["dana"], path)  # what is kept in memory is read once
    with statements() as few:
        page(cast["dana"], path)
    for _n in range(5):
        cast["ines"].photo(bring_to("handled", cast), "check")
    with statements() as many:
        html = page(cast["dana"], path)
    assert uuid in html or "table" in html
    assert len(many) <= len(few)
    assert len(many) <= 18, "\n".join(many)


def test_a_map_of_a_thousand_units_is_a_light_page(
    cast: dict[str, Caller], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As many units as a table may have, each named, placed and with cases."""
    grid = areas().by_code[GRID]
    units = [
        replace(grid, id=10_000 + n, code=f"{GRID[:-4]}{n:04}", name="第十九网格社区") for n in range(1000)
    ]
    numbers = [UnitNumbers(unit.id, 19, 12, 3, 2, 11, 9, 7.5) for unit in units]
    points = {unit.code: [113.1234, 23.1234] for unit in units}
    page(cast["dana"], "/desk/map?level=grid")
    monkeypatch.setattr(Below, "of", lambda *_args: {"grid": units})
    monkeypatch.setattr(Extents, "points", lambda *_args: points)
    monkeypatch.setattr(statistics, "by_unit", lambda *_args, **_more: numbers)
    with statements() as said:
        html = page(cast["dana"], "/desk/map?level=grid&period=30&category=E0102&show=on_time")
    assert "1–100 of 1,000" in html
    assert len(html.encode()) < 250_000
    assert len(said) <= 12, "\n".join(said)
