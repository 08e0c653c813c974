"""Exploring and the weekly brief, as an official meets them."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from app.analysis.briefs import Week, last_week
from app.core.clock import now
from tests.browser.conftest import DESK, PHONE, Site, Visit
from tests.cast import DISTRICT, bring_to

Axe = Callable[[Page], list[str]]


@pytest.fixture
def cases(site: Site) -> Site:
    for status in ("filed", "accepted", "closed"):
        bring_to(status, site.cast)
    return site


def test_ground_is_drawn_asked_about_and_taken_along(cases: Site, visit: Visit) -> None:
    page = visit("dana", "/desk/explore", screen=DESK, lang="en")
    page.locator("[data-draw]").click()
    box = page.locator("#ground-map").bounding_box()
    assert box is not None
    for x, y in ((0.03, 0.04), (0.75, 0.04), (0.75, 0.97), (0.03, 0.97)):
        page.mouse.click(box["x"] + box["width"] * x, box["y"] + box["height"] * y)
        page.wait_for_timeout(350)  # two quick clicks are one that zooms
    page.keyboard.press("Enter")
    expect(page.locator("#draw-says")).to_contain_text("is drawn")
    page.get_by_role("button", name="Ask about this ground").first.click()
    page.wait_for_url("**/desk/explore?zone=*")
    said = page.locator(".explore-sum a").first
    count = int(said.inner_text().split()[0].replace(",", ""))
    assert count > 0
    with page.expect_download() as taken:
        page.get_by_role("link", name="XLSX").click()
    assert taken.value.suggested_filename.endswith(".xlsx")
    said.click()
    expect(page.locator("main")).to_contain_text(str(count))


def test_the_circle_works_without_the_map_and_by_keyboard(cases: Site, visit: Visit) -> None:
    page = visit("dana", "/desk/explore", screen=DESK, lang="en")
    page.get_by_text("Around a point").focus()
    page.keyboard.press("Enter")
    page.locator("#lon").fill("113.115")
    page.locator("#lat").fill("23.005")
    page.locator("#metres").fill("12")
    page.locator("#metres").press("Enter")
    page.wait_for_url("**/desk/explore?zone=*")
    expect(page.locator(".explore-ground")).to_contain_text("within 12 m of a point")
    page.get_by_role("link", name="Ask without it").click()
    expect(page.locator(".explore-ground")).to_contain_text("No ground chosen")


@pytest.mark.parametrize("path", ["/desk/explore", "/desk/map", "/desk/hotspots", "/desk/indicators"])
def test_the_print_button_prints(cases: Site, visit: Visit, path: str) -> None:
    page = visit("dana", path, screen=DESK, lang="en")
    page.evaluate("() => { globalThis.print = () => (globalThis.printed = (globalThis.printed ?? 0) + 1); }")
    page.locator("[data-print]").first.click()
    assert page.evaluate("() => globalThis.printed") == 1


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("screen", [PHONE, DESK], ids=["phone", "desk"])
def test_axe(cases: Site, visit: Visit, axe: Axe, screen: dict[str, int], lang: str) -> None:
    week = Week(cases.run(last_week, now()).monday - timedelta(days=7))
    page = visit("dana", "/desk/explore?rows=unit:community&columns=status", screen=screen, lang=lang)
    expect(page.locator(".explore-lines")).to_be_visible()
    assert axe(page) == []
    for path in ("/desk/briefs", f"/desk/brief/{DISTRICT}/{week.code}"):
        page.goto(path)
        assert axe(page) == []
