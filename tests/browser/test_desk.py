"""The desk in a real browser: both languages, both sizes, keyboard, map, back button, print."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from app.spatial.datum import from_wgs84
from tests.areas import tiny_city
from tests.browser.conftest import DESK, PHONE, Site, Visit
from tests.cast import BUREAU, COMMUNITY, bring_to

Axe = Callable[[Page], list[str]]


def drawn(page: Page, container: str) -> None:
    """Wait until the map in the container has nothing left to load."""
    page.wait_for_function(
        "(css) => { const map = document.querySelector(css)?.wanggeMap; return Boolean(map?.loaded()); }",
        arg=container,
    )


def width_of_overflow(page: Page) -> int:
    return int(page.evaluate("() => document.documentElement.scrollWidth - innerWidth"))


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("screen", [PHONE, DESK], ids=["phone", "desk"])
def test_every_page_fits_and_is_accessible(
    site: Site, visit: Visit, axe: Axe, screen: dict[str, int], lang: str
) -> None:
    uuid = bring_to("filed", site.cast)
    page = visit("mara", "/desk/?tab=all", screen=screen, lang=lang)
    for path in ("/desk/?tab=all", "/desk/?tab=overdue", "/desk/cases", f"/desk/cases/{uuid}", "/desk/map"):
        page.goto(path)
        assert axe(page) == [], path
        assert width_of_overflow(page) <= 0, path


def test_the_keyboard_walks_the_inbox_and_opens_a_case(site: Site, visit: Visit) -> None:
    newest = bring_to("filed", site.cast)
    page = visit("mara", "/desk/?tab=new", screen=DESK)
    drawn(page, ".side-map .map")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    expect(page.locator("a.row.chosen")).to_have_count(1)
    page.keyboard.press("o")
    page.wait_for_url(f"**/desk/cases/{newest}")
    page.go_back()
    expect(page.locator("a.row").first).to_be_visible()


def test_mara_accepts_and_dispatches_by_the_page(site: Site, visit: Visit) -> None:
    uuid = bring_to("filed", site.cast)
    page = visit("mara", f"/desk/cases/{uuid}", screen=DESK, lang="en")
    drawn(page, "#case-map")
    page.get_by_role("button", name="Accept").click()
    page.locator("summary", has_text="Dispatch").click()
    page.get_by_label("Department").select_option(BUREAU)
    page.get_by_role("button", name="Dispatch", exact=True).click()
    expect(page.locator(".duties")).to_contain_text("西区城管")
    expect(page.locator(".timeline li").first).to_contain_text("dispatched it")


def test_dana_drills_down_and_comes_back(site: Site, visit: Visit) -> None:
    bring_to("filed", site.cast)
    page = visit("dana", "/desk/map", screen=DESK, lang="en")
    drawn(page, "#atlas-map")
    page.locator("#atlas-table tbody a").first.click()
    page.wait_for_url("**area=990001001*")
    drawn(page, "#atlas-map")
    at = page.evaluate(
        "(lonlat) => { const map = document.querySelector('#atlas-map').wanggeMap, p = map.project(lonlat),"
        " box = map.getContainer().getBoundingClientRect(); return [box.x + p.x, box.y + p.y]; }",
        list(tiny_city.MIDDLE),
    )
    page.mouse.click(at[0], at[1])
    page.wait_for_url(f"**area={COMMUNITY}*")
    page.go_back()
    page.wait_for_url("**area=990001001*")
    page.keyboard.press("Escape")
    page.wait_for_url("**area=990001")


def test_the_map_is_coloured_like_its_table(site: Site, visit: Visit) -> None:
    bring_to("filed", site.cast)
    page = visit("dana", "/desk/map?level=grid&show=filed", screen=DESK)
    drawn(page, "#atlas-map")
    colour = page.evaluate(
        "(code) => document.querySelector('#atlas-map').wanggeMap.getFeatureState("
        "{source: 'areas', sourceLayer: 'areas', id: code}).colour",
        tiny_city.GRID,
    )
    assert colour == "#0f5c8a" or colour == "#6fadcf"
    page.locator(f"tr[data-code='{tiny_city.GRID}']").hover()
    expect(page.locator(".readout")).not_to_be_empty()
    page.locator("input[data-layer=cases]").check()
    page.wait_for_function(
        "() => Boolean(document.querySelector('#atlas-map').wanggeMap.getLayer('cases-dot'))"
    )
    drawn(page, "#atlas-map")


def test_changing_a_filter_changes_the_address(site: Site, visit: Visit) -> None:
    page = visit("dana", "/desk/map", screen=DESK, lang="en")
    page.get_by_label("Period").select_option("30")
    page.wait_for_url("**period=30*")
    expect(page.get_by_label("Period")).to_have_value("30")


def test_the_map_prints_on_one_page(site: Site, visit: Visit) -> None:
    page = visit("dana", "/desk/map", screen=DESK)
    drawn(page, "#atlas-map")
    printed = page.pdf(format="A4", prefer_css_page_size=True)
    assert printed.count(b"/Type /Page\n") + printed.count(b"/Type /Page ") == 1


def test_the_basemap_is_shifted_by_the_datum_of_the_server(site: Site, visit: Visit) -> None:
    page = visit("mara", "/desk/", screen=DESK)
    lon, lat = page.evaluate(
        "async (at) => (await import('wangge/maps/basemap')).toGcj02(...at)", list(tiny_city.MIDDLE)
    )
    expected = from_wgs84(*tiny_city.MIDDLE, "gcj02")
    assert (lon, lat) == pytest.approx([float(degrees) for degrees in expected], abs=1e-9)
