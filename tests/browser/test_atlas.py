"""The escalation map, the dashboard and the wall in a real browser: keyboard, weeks, two maps, print."""

import re
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from app.core.clock import local_day, now
from tests.areas import tiny_city
from tests.browser.conftest import DESK, PHONE, Site, Visit
from tests.browser.test_desk import Axe, drawn, width_of_overflow
from tests.cast import bring_to
from tests.desk.test_supervision import let_run_out

PAGES = (
    "/desk/map?compare=period&period=30",
    "/desk/map?show=overdue_share&cut=equal",
    "/desk/dashboard",
    "/desk/wall",
    "/desk/analysis",
)


@pytest.fixture
def climbed(site: Site) -> str:
    uuid = bring_to("accepted", site.cast)
    site.run(let_run_out, uuid)
    return uuid


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("screen", [PHONE, DESK], ids=["phone", "desk"])
def test_every_page_fits_and_is_accessible(
    climbed: str, visit: Visit, axe: Axe, screen: dict[str, int], lang: str
) -> None:
    page = visit("dana", "/desk/map", screen=screen, lang=lang)
    for path in PAGES:
        page.goto(path)
        assert axe(page) == [], path
        assert width_of_overflow(page) <= 0, path
        menu = page.locator(".menu")
        if menu.count():
            assert menu.evaluate("(bar) => bar.scrollWidth - bar.clientWidth") <= 0, path


def test_the_map_is_walked_by_keyboard_alone(climbed: str, visit: Visit) -> None:
    page = visit("cai", "/desk/map?show=filed", screen=DESK, lang="en")
    for level, code in (("town", "990001"), ("community", "990001001"), ("grid", "990001001001")):
        page.locator(f"#atlas-table tr[data-code='{code}'] th a").focus()
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile(f"area={code}(&|$)"))
        assert "show=filed" in page.url
        expect(page.get_by_label("Units", exact=True)).to_have_value(level)
    page.locator("h1").click()
    for code in ("990001001", "990001", "990000"):
        page.keyboard.press("Escape")
        page.wait_for_url(re.compile(f"area={code}(&|$)"))


def test_a_week_is_a_state_of_the_address_and_the_table_follows(
    site: Site, climbed: str, visit: Visit
) -> None:
    page = visit("dana", "/desk/map?show=filed", screen=DESK, lang="en")
    drawn(page, "#atlas-map")
    today = _total(page)
    page.evaluate("() => { globalThis.stays = true; }")
    page.get_by_role("slider", name="Week").focus()
    page.keyboard.press("ArrowLeft")
    week = (site.run(local_day, now()) - timedelta(weeks=1)).isoformat()
    page.wait_for_url(f"**at={week}*")
    expect(page.locator(".weeks-now strong")).to_contain_text("as of")
    assert _total(page) < today
    assert page.evaluate("() => globalThis.stays") is True
    page.get_by_role("link", name="a week later").click()
    page.wait_for_url(re.compile(r"/desk/map\?((?!at=).)*$"))
    expect(page.locator("#atlas-table tfoot td").first).to_have_text(str(today))
    page.go_back()
    page.wait_for_url(f"**at={week}*")
    expect(page.locator("#atlas-table tfoot td").first).not_to_have_text(str(today))


def _total(page: Page) -> int:
    return int(page.locator("#atlas-table tfoot td").first.inner_text())


def test_playing_goes_through_the_weeks_and_stops_at_now(climbed: str, visit: Visit) -> None:
    page = visit("dana", "/desk/map?period=30", screen=DESK, lang="en")
    drawn(page, "#atlas-map")
    page.get_by_role("button", name="Play the weeks").click()
    page.wait_for_url("**at=*")
    expect(page.get_by_role("button", name="Stop")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_role("button", name="Play the weeks")).to_be_visible()


def test_zooming_shows_the_next_level_unless_it_is_kept(climbed: str, visit: Visit) -> None:
    page = visit("cai", "/desk/map", screen=DESK, lang="en")
    drawn(page, "#atlas-map")
    _zoom(page)
    page.wait_for_url("**level=town*")
    expect(page.locator("#atlas-table thead th").first).to_have_text("Town")
    page.goto("/desk/map?pin=1")
    drawn(page, "#atlas-map")
    _zoom(page)
    drawn(page, "#atlas-map")
    assert "level=" not in page.url


def _zoom(page: Page) -> None:
    page.evaluate(
        "() => { const map = document.querySelector('#atlas-map').wanggeMap;"
        " map.jumpTo({zoom: map.getZoom() + 1.6}, {byHand: true}); }"
    )


def test_two_maps_share_one_legend_and_move_together(climbed: str, visit: Visit) -> None:
    page = visit("dana", "/desk/map?compare=period&period=30&show=filed", screen=DESK, lang="en")
    drawn(page, "#atlas-map")
    drawn(page, "#atlas-map1")
    assert page.locator(".legend").count() == 1
    page.evaluate("() => document.querySelector('#atlas-map').wanggeMap.jumpTo({center: [113.11, 23.01]})")
    there: Any = page.evaluate("() => document.querySelector('#atlas-map1').wanggeMap.getCenter().toArray()")
    assert there == pytest.approx([113.11, 23.01], abs=1e-6)
    expect(page.locator("#atlas-table thead th")).to_have_count(4)


def test_the_highest_class_has_dots_and_the_heat_says_what_it_is(climbed: str, visit: Visit) -> None:
    page = visit("dana", "/desk/map?level=grid&show=filed&cut=fixed", screen=DESK, lang="en")
    drawn(page, "#atlas-map")
    page.get_by_label("Heat").check()
    expect(page.locator("#layer-heat")).to_contain_text("neither how many nor whether that is unusual")
    page.wait_for_function("() => Boolean(document.querySelector('#atlas-map').wanggeMap.getLayer('heat'))")
    page.get_by_label("Heat").uncheck()
    expect(page.locator("#layer-heat")).to_be_hidden()


@pytest.mark.parametrize("query", ["", "?compare=period&period=30", "?level=grid"])
def test_paper_is_one_page(climbed: str, visit: Visit, query: str) -> None:
    page = visit("cai", f"/desk/map{query}", screen=DESK)
    drawn(page, "#atlas-map")
    printed = page.pdf(format="A4", prefer_css_page_size=True)
    assert printed.count(b"/Type /Page\n") + printed.count(b"/Type /Page ") == 1


def test_charts_are_fetched_when_they_are_looked_at(climbed: str, visit: Visit) -> None:
    asked: list[str] = []
    page = visit("dana", "/desk/analysis", screen=DESK, lang="en")
    page.on("request", lambda request: asked.append(request.url))
    page.goto("/desk/dashboard")
    expect(page.locator(".drawn-map a").first).to_be_visible()
    page.locator("[data-chart='2']").scroll_into_view_if_needed()
    expect(page.locator("[data-chart][data-drawn]")).to_have_count(3)
    assert sum("echarts" in url for url in asked) == 1
    page.locator(".chart-table summary").first.click()
    expect(page.locator(".chart-table table").first).to_be_visible()


def test_the_wall_says_loudly_that_the_connection_is_lost(climbed: str, visit: Visit) -> None:
    page = visit("dana", "/desk/wall", screen=DESK, lang="en", expected=("ERR_INTERNET_DISCONNECTED",))
    expect(page.locator(".drawn-map a").first).to_be_visible()
    page.context.set_offline(True)
    page.get_by_role("button", name="Refresh", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("No connection")
    page.context.set_offline(False)
    page.get_by_role("button", name="Refresh", exact=True).click()
    expect(page.locator("[data-lost]")).to_be_hidden()


def test_the_wall_takes_new_numbers_and_begins_paused_where_motion_is_unwanted(
    site: Site, climbed: str, visit: Visit
) -> None:
    page = visit("dana", "/desk/wall", screen=DESK, lang="en")
    expect(page.locator(".drawn-map a").first).to_be_visible()
    before = int(page.locator("[data-count=open] b").inner_text())
    bring_to("filed", site.cast)
    page.get_by_role("button", name="Refresh", exact=True).click()
    expect(page.locator("[data-count=open] b")).to_have_text(str(before + 1))
    page.emulate_media(reduced_motion="reduce")
    page.reload()
    expect(page.locator("[data-pause]")).to_have_attribute("aria-pressed", "true")
    assert tiny_city.GRID not in page.content()
