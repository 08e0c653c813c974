"""The inspector's day in a real browser: its list, walk and map, and every page of cases on the phone."""

import gzip
import re

import pytest
from playwright.sync_api import Page, Request, expect

from tests.areas import tiny_city
from tests.browser.conftest import DESK, PHONE, Site, Visit
from tests.browser.duties import (
    ALL_KEPT,
    CUT_OFF,
    Axe,
    becomes,
    cut_off,
    duty,
    home,
    keys,  # noqa: F401  (a fixture of this file's tests)
    report,
)
from tests.cast import GRID, bring_to

MOST_FIRST_LOAD = 200 * 1024
SMALL = """() => [...document.querySelectorAll(
  "a, button, summary, label.button, select, textarea, input:not([type=radio], [type=file], [type=hidden])")]
  .filter((e) => e.checkVisibility() && !e.matches(".skip") && e.offsetWidth)
  .map((e) => [e.getBoundingClientRect(), e])
  .filter(([box]) => box.width < 44 || box.height < 44)
  .map(([box, e]) => `${box.width}x${box.height} ${e.outerHTML.slice(0, 120)}`)"""
MAP_DRAWN = """(id) => {
  const map = document.getElementById(id)?.wanggeMap;
  return Boolean(map?.loaded()) && map.getStyle().layers.length > 1;
}"""
SAID_INSTEAD = """(text) => {
  const box = document.getElementById("pin-map");
  return box.matches(":empty") && getComputedStyle(box, "::before").content === JSON.stringify(text);
}"""
FORGET_THE_MAP = """async () => {
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const { url } of await cache.keys()) if (url.includes("maplibre-gl")) await cache.delete(url);
  }
}"""
NEVER_AFTER_A_WHILE = """
  const real = setTimeout;
  window.setTimeout = (work, wait, ...more) => (wait >= 5000 ? 0 : real(work, wait, ...more));
"""
"""A map that is on the phone waits for no touch; nor for the time after which one comes anyway."""
UNFOLD = """() => document.querySelectorAll("main details").forEach((e) => {
  e.removeAttribute("name");
  e.open = true;
})"""


def test_her_duties_are_a_list_by_due_time_or_a_short_walk_and_a_map(site: Site, visit: Visit) -> None:
    west = (tiny_city.MIDDLE[0] - 0.003, tiny_city.MIDDLE[1])
    near, far = report(site), report(site, west)
    page = home(visit, lang="en")
    rows = page.locator("#duty-rows li")
    due = [row.get_attribute("data-id") for row in rows.all()]
    assert due.index(near) < due.index(far)
    page.context.set_geolocation({"longitude": west[0], "latitude": west[1], "accuracy": 5})
    page.locator("[data-order=walk]").click()
    expect(rows.first).to_have_attribute("data-id", far)
    expect(rows.first).to_contain_text("0 m away")
    expect(page.locator("#order-says")).to_contain_text("straight lines")
    page.locator("[data-view=map]").click()
    expect(page.locator(f".duty-sign[href='/field/case#{far}']")).to_have_text("1")
    expect(page.locator(".duty-sign")).to_have_count(rows.count())
    expect(rows.first).to_be_visible()
    page.reload()
    expect(page.locator("[data-order=walk]")).to_have_attribute("aria-pressed", "true")
    expect(rows.first).to_have_attribute("data-id", far)
    page.locator("[data-order=due]").click()
    expect(rows.first).to_have_attribute("data-id", str(due[0]))


def test_the_map_opens_in_flight_mode_though_it_was_never_opened_before(site: Site, visit: Visit) -> None:
    uuid, _other = report(site), report(site)
    page = home(visit, lang="en", expected=CUT_OFF)
    becomes(page, ALL_KEPT)
    cut_off(page)
    page.close()
    page = page.context.new_page()
    page.goto("/field/")
    page.locator("[data-view=map]").click()
    expect(page.locator(f".duty-sign[href='/field/case#{uuid}']")).to_be_visible()
    becomes(page, MAP_DRAWN, "duty-map")
    duty(page, uuid).click()
    becomes(page, MAP_DRAWN, "place-map")
    page.add_init_script(NEVER_AFTER_A_WHILE)
    page.goto("/field/file")
    becomes(page, MAP_DRAWN, "pin-map")


def test_where_the_map_belongs_stands_what_it_waits_for_and_why_it_is_not_there(
    site: Site, visit: Visit
) -> None:
    page = home(visit, lang="en", expected=CUT_OFF)
    becomes(page, ALL_KEPT)
    page.evaluate(FORGET_THE_MAP)
    page.context.new_cdp_session(page).send("Network.clearBrowserCache")
    cut_off(page)
    page.add_init_script(NEVER_AFTER_A_WHILE)
    page.goto("/field/file")
    becomes(page, SAID_INSTEAD, "Tap to see the map")
    page.locator("#pin-map").click()
    becomes(
        page, SAID_INSTEAD, "The map cannot be loaded now. Your position counts; or choose the grid below."
    )


def test_without_a_map_the_list_says_the_same(site: Site, visit: Visit) -> None:
    report(site), report(site)
    page = home(visit, lang="en", expected=CUT_OFF)
    page.context.route("**/vendor/maplibre-gl/**", lambda route: route.abort())
    page.locator("[data-view=map]").click()
    expect(page.locator("#duty-map")).to_contain_text("the list says the same")
    expect(page.locator("#duty-rows li").first).to_be_visible()


def test_what_i_filed_stands_in_one_list_with_what_is_on_its_way(site: Site, visit: Visit) -> None:
    filed = site.cast["ines"].file().json
    assert filed is not None
    page = home(visit, lang="en", expected=CUT_OFF)
    expect(page.locator("#recent-rows li").first).to_contain_text(filed["number"])
    cut_off(page)
    page.evaluate(
        """async () => {
          const { begin, enqueue } = await import("wangge/field/queue");
          const draft = await begin("case", { title: "暴露垃圾" });
          const geometry = { type: "Point", coordinates: [113.115, 23.005] };
          const body = { category: "E0102", geometry, crs: "wgs84", observed_at: new Date().toISOString(),
            urgency: "normal", channel: "inspector" };
          await enqueue(draft, { body });
        }"""
    )
    first = page.locator("#recent-rows li").first
    expect(first).to_contain_text("暴露垃圾")
    expect(first).to_contain_text("Receipt")
    page.context.set_offline(False)
    expect(first).to_contain_text(re.compile(r"990000-\d{8}-\d{6}"))


def test_a_case_that_is_not_kept_says_so_and_where_it_is(site: Site, visit: Visit) -> None:
    page = home(visit)
    uuid = "00000000-0000-4000-8000-000000000000"
    page.goto(f"/field/case#{uuid}")
    expect(page.locator("#gone-fetch")).to_have_attribute("href", f"/field/cases/{uuid}")
    expect(page.locator("#duty")).to_be_hidden()


PAGES = (
    "/field/",
    "/field/cases",
    f"/field/cases?tab={GRID}",
    "/field/cases?q=nothing",
    "/field/cases?tab=settled",
)


def pages_of(*cases: str) -> tuple[str, ...]:
    return (*PAGES, *(f"/field/case#{uuid}" for uuid in cases), *(f"/field/cases/{uuid}" for uuid in cases))


def settle(page: Page) -> None:
    page.wait_for_load_state("networkidle")
    expect(page.locator(".case-rows:visible, #act-forms details, .empty:visible").first).to_be_visible()


@pytest.mark.parametrize("screen", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_pages_are_accessible_and_fit(
    site: Site, visit: Visit, axe: Axe, lang: str, screen: dict[str, int]
) -> None:
    uuid, other = bring_to("handled", site.cast), report(site)
    page = home(visit, lang=lang, screen=screen)
    for path in pages_of(uuid, other):
        page.goto(path)
        settle(page)
        page.evaluate(UNFOLD)
        assert axe(page) == [], path
        assert page.evaluate(SMALL) == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= screen["width"], path


def test_the_map_of_the_day_is_accessible(site: Site, visit: Visit, axe: Axe) -> None:
    report(site), report(site)
    page = home(visit)
    page.locator("[data-order=walk]").click()
    page.locator("[data-view=map]").click()
    expect(page.locator(".duty-sign").first).to_be_visible()
    assert axe(page) == []


@pytest.mark.parametrize("theme", ["dark", "sun"])
def test_themes_are_kept_and_readable(site: Site, visit: Visit, axe: Axe, theme: str) -> None:
    uuid = bring_to("handled", site.cast)
    page = home(visit)
    page.locator(".top-menu summary").click()
    page.locator(f"[data-theme-choice={theme}]").click()
    for path in pages_of(uuid):
        page.goto(path)
        settle(page)
        assert page.evaluate("document.documentElement.dataset.theme") == theme
        assert axe(page) == [], path


def test_a_phone_set_to_night_gets_the_night_theme(visit: Visit) -> None:
    page = visit("ines", "/field/")
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    page.emulate_media(color_scheme="dark")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_the_first_load_is_light(visit: Visit) -> None:
    page = visit("ines", "/healthz", expected=("404",))
    loaded: dict[str, int] = {}

    def weigh(request: Request) -> None:
        answer = request.response()
        if answer and "maplibre" not in request.url and "/tiles/" not in request.url:
            loaded[request.url] = len(gzip.compress(answer.body()))

    page.on("requestfinished", weigh)
    page.goto("/field/case")
    page.wait_for_load_state("networkidle")
    assert len(loaded) > 10
    assert sum(loaded.values()) < MOST_FIRST_LOAD, loaded


def test_other_roles_are_led_to_their_own_pages(visit: Visit) -> None:
    page = visit("mara", "/field/")
    page.wait_for_url(lambda url: "/field/" not in url)
    expect(page.locator("h1").first).to_be_visible()
