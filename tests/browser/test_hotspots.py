"""The hot-spot page in a real browser: a planted cluster is drawn, told, and followed to its cases."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.areas import tiny_city
from tests.browser.conftest import DESK, PHONE, Site, Visit

OWN = "P0104"
"""Of which no other test files a case here: the site is everybody's."""
Axe = Callable[[Page], list[str]]
PLANTED = ((4, 1), (5, 1), (4, 2), (5, 2), (6, 1), (6, 2))
"""Columns and rows of neighbouring cells in the middle of the second district."""
HOT = ((140, 81, 10), (191, 129, 45), (226, 196, 139))
"""The colours of hot units, 99 % to 90 %."""
STILL = """() => {
  const map = document.getElementById("hotspot-map").wanggeMap;
  return map.loaded() && !map.isMoving();
}"""
DRAWN = "() => document.getElementById('hotspot-map')?.dataset.drawn"


@pytest.fixture(scope="module")
def planted(site: Site) -> Site:
    """Thirty grids with a case or none, six neighbours with nine each."""
    for column in range(8):
        for row in range(4):
            for step in range(9 if (column, row) in PLANTED else column % 2):
                assert (
                    site.cast["ines"].file(category=OWN, geometry=place(column, row, step)).status_code == 201
                )
    return site


def place(column: int, row: int, step: int) -> dict[str, Any]:
    lon = tiny_city.WEST + (column + 0.1 + step / 12) * tiny_city.CELL
    lat = tiny_city.SOUTH + (row + 0.4) * tiny_city.CELL
    return {"type": "Point", "coordinates": [round(lon, 6), round(lat, 6)]}


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("screen", [PHONE, DESK], ids=["phone", "desk"])
def test_the_page_fits_and_is_accessible(
    planted: Site, visit: Visit, axe: Axe, screen: dict[str, int], lang: str
) -> None:
    path = "/desk/hotspots?units=grid&draws=999"
    page = visit("cai", path, screen=screen, lang=lang, expected=("status of 422",))
    for query in (
        "units=grid",
        "units=square&size=1000",
        "units=hexagon&size=500&statistic=local_moran",
        "units=district",
        "period=own&from=2020-01-01&to=2020-02-01",
    ):
        page.goto(f"/desk/hotspots?{query}&draws=999")
        assert axe(page) == [], query
        assert page.evaluate("() => document.documentElement.scrollWidth - innerWidth") <= 0, query
    page.goto("/desk/hotspots?from=nonsense&period=own")
    assert axe(page) == []


def test_the_planted_cluster_is_drawn_and_followed_to_its_cases(planted: Site, visit: Visit) -> None:
    page = visit("cai", f"/desk/hotspots?units=grid&draws=9999&category={OWN}", screen=DESK, lang="en")
    expect(page.locator("#hotspot-table tbody tr").first).to_contain_text("hot")
    page.wait_for_function(DRAWN)
    assert int(page.evaluate(DRAWN)) >= 2
    link = page.locator("#hotspot-table tbody td a").first
    said = int(link.inner_text())
    link.focus()
    expect(page.locator("#hotspot-table tr.chosen")).to_have_count(1)
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/cases?**within=**")
    expect(page.locator("a.row")).to_have_count(said)


def hot_share(page: Page) -> float:
    """How much of the map is drawn in a colour that means hot."""
    page.wait_for_function(STILL)
    seen = np.asarray(Image.open(BytesIO(page.locator("#hotspot-map canvas").screenshot())).convert("RGB"))
    near = [np.abs(seen.astype(int) - colour).max(axis=2) <= 4 for colour in HOT]
    return float(np.mean(np.any(near, axis=0)))


@pytest.mark.parametrize("units", ["grid", "square&size=500", "hexagon&size=1000"])
def test_what_is_hot_is_seen_whatever_lies_around(planted: Site, visit: Visit, units: str) -> None:
    """Land where too little came is hatched; the hatch once covered the hot units, too."""
    path = f"/desk/hotspots?units={units}&draws=9999&category={OWN}"
    page = visit("cai", path, screen=DESK, lang="en")
    page.wait_for_function(DRAWN)
    whole = hot_share(page)
    assert whole > 0.005
    page.get_by_role("button", name="Zoom to what stands out").click()
    assert hot_share(page) > 1.5 * whole
    page.get_by_role("button", name="Show the whole area").click()
    expect(page.get_by_role("button", name="Zoom to what stands out")).to_be_visible()


def test_the_result_has_an_address_of_its_own_that_shows_the_same(planted: Site, visit: Visit) -> None:
    page = visit("cai", f"/desk/hotspots?units=grid&draws=999&category={OWN}", screen=DESK, lang="en")
    before = page.locator("#hotspot-table").inner_text()
    page.locator(".spot-method a").click()
    page.wait_for_url("**/desk/hotspots/*-*")
    assert page.locator("#hotspot-table").inner_text() == before
    page.locator("select[name=statistic]").select_option("local_moran")
    page.wait_for_url("**statistic=local_moran**")
    expect(page.locator(".spot-method")).to_contain_text("Local Moran's I")
