"""From the question to the numbers: what is set against the cases, and when there are too few."""

from datetime import date

import numpy as np
import pytest
from flask import Flask

from app.analysis import hotspot_runs
from app.analysis.denominators import Base
from app.analysis.neighbours import weights_of
from app.analysis.units import cells_over, units_at
from app.areas.index import areas
from tests.areas import tiny_city


def test_too_few_needs_both_few_cases_and_few_expected() -> None:
    row = weights_of(4, np.array([0, 1, 1, 2]), np.array([1, 0, 2, 1]))
    few = lambda *cases: hotspot_runs.too_few(np.array(cases, dtype=float), row).tolist()  # noqa: E731
    assert few(1, 1, 1, 1) == [True] * 4
    assert few(4, 1, 0, 0) == [False, False, True, True]  # five around the first two
    assert few(9, 9, 0, 9) == [False, False, False, False]  # 6.75 a unit were to be expected
    assert hotspot_runs.too_few(np.empty(0), weights_of(0, np.empty(0, int), np.empty(0, int))).size == 0


def test_what_is_not_known_is_no_denominator(city: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    units = units_at("grid", areas().city)
    known = {entry.id: Base(None) for entry in units.entries} | {units.entries[3].id: Base(120.0)}
    monkeypatch.setattr(hotspot_runs, "bases", lambda *_asked: known)
    residents = hotspot_runs.exposure_of(hotspot_runs.RESIDENTS, units, date(2026, 11, 1))
    assert residents[3] == 120 and np.isnan(np.delete(residents, 3)).all()
    km2 = hotspot_runs.exposure_of(hotspot_runs.KM2, units, date(2026, 11, 1))
    assert km2[0] == pytest.approx(1.02 * 1.11, rel=0.2) and (km2 > 0).all()


def test_units_of_an_area_keep_their_neighbours_inside_it(city: Flask) -> None:
    whole, part = (units_at("grid", unit) for unit in (areas().city, areas().by_code[tiny_city.TOWNS[0]]))
    assert len(part) == 8 and len(whole) > len(part)
    for i, code in enumerate(part.codes):
        near = {whole.codes[j] for j in whole.weights.of(whole.codes.index(code))}
        assert {part.codes[j] for j in part.weights.of(i)} == near & set(part.codes)


def test_an_area_without_land_has_no_cells(city: Flask) -> None:
    assert len(cells_over(areas().by_code[tiny_city.EMPTY_TOWN], "square", 500)) == 0
    assert len(cells_over(areas().city, "hexagon", 500)) > 100
