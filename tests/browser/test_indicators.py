"""Indicators in a real browser: both sizes and languages, keyboard; formulas on demand, numbers and lists."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from app.analysis.backlog import take_snapshots
from app.core.clock import now
from tests.analysis.indicators_city import DAY, GRIDS, HOUR, put
from tests.browser.conftest import DESK, PHONE, Site, Visit
from tests.cast import bring_to

Axe = Callable[[Page], list[str]]


@pytest.fixture(scope="module")
def worked(site: Site) -> str:
    """Some weeks of work; the address of a closed case's rating."""
    closed = bring_to("closed", site.cast)
    site.run(_work)
    return f"/desk/cases/{closed}/rating"


def _work() -> None:
    at = now()
    for n, grid in enumerate(GRIDS):
        filed = at - (6 + n) * DAY
        put(
            14 + n, filed=filed, accepted=filed + HOUR, due=filed + 2 * DAY, closed=filed + n * DAY, grid=grid
        )
        put(4, filed=filed, accepted=filed + HOUR, due=filed + 2 * DAY, grid=grid)
    take_snapshots(at)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("screen", [PHONE, DESK], ids=["phone", "desk"])
def test_every_page_fits_and_is_accessible(
    visit: Visit, axe: Axe, worked: str, screen: dict[str, int], lang: str
) -> None:
    page = visit("cai", "/desk/indicators", screen=screen, lang=lang)
    paths = (
        "/desk/indicators?level=community&show=filed&per=square_km",
        "/desk/indicators?show=filed&per=residents",
        "/desk/indicators?period=own&from=1999-01-01&to=1999-02-01",
        "/desk/indicators/definitions",
    )
    for path in ("/desk/indicators", *paths):
        page.goto(path)
        assert page.evaluate("() => document.documentElement.scrollWidth - innerWidth") <= 0, path
        assert axe(page) == [], path
    rating = visit("mara", worked, screen=screen, lang=lang)
    assert axe(rating) == []
    targets = visit("ada", "/desk/indicators/definitions", screen=screen, lang=lang)
    assert axe(targets) == []


def test_a_formula_and_a_list_by_keyboard(visit: Visit, axe: Axe, worked: str) -> None:
    page = visit("cai", "/desk/indicators?level=community", screen=DESK, lang="en")
    line = page.locator('tr[data-code="closing_rate"]')
    line.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(line.get_by_text("due − suspended")).to_be_visible()
    assert axe(page) == []
    number = page.locator('tr[data-code="open"] td b a')
    count = number.inner_text()
    number.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/cases?**")
    expect(page.locator(".page-head strong.number")).to_have_text(f"{count} cases")


def test_the_page_prints_every_formula(visit: Visit, worked: str) -> None:
    page = visit("cai", "/desk/indicators", screen=DESK, lang="en")
    page.evaluate("() => dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    expect(page.get_by_text("closed among those due")).to_be_visible()
    expect(page.locator("form.indicator-filters")).to_be_hidden()
