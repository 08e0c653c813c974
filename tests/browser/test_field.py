"""The inspector's phone in a real browser."""

import gzip
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.areas import tiny_city
from tests.browser.conftest import DESK, PHONE, Site, Visit
from tests.browser.filing import jpeg
from tests.cast import GRID, bring_to

MOST_FIRST_LOAD = 200 * 1024
SMALL = """() => [...document.querySelectorAll(
  "a, button, summary, label.button, select, textarea, input:not([type=radio], [type=file], [type=hidden])")]
  .filter((e) => e.checkVisibility() && !e.matches(".skip") && e.offsetWidth)
  .map((e) => [e.getBoundingClientRect(), e])
  .filter(([box]) => box.width < 44 || box.height < 44)
  .map(([box, e]) => `${box.width}x${box.height} ${e.outerHTML.slice(0, 120)}`)"""
UNFOLD = """() => document.querySelectorAll("main details").forEach((e) => {
  e.removeAttribute("name");
  e.open = true;
})"""


def test_a_check_passes_with_a_photo_and_closes_the_case(site: Site, visit: Visit) -> None:
    uuid = bring_to("handled", site.cast)
    page = visit("ines", "/field/")
    page.locator(f"section:has(#duties) a[href$='{uuid}']").tap()
    page.locator("summary", has_text="核查通过").tap()
    page.set_input_files("#check_pass-photos-camera", jpeg("teal"))  # type: ignore[arg-type]
    expect(page.locator(".strip-photos img")).to_have_count(1)
    page.locator("form[data-action=check_pass] button:not([aria-label])").tap()
    expect(page.locator("#case-done")).to_be_visible()
    case = site.cast["ines"].get(f"/api/v1/cases/{uuid}").json
    assert case is not None and case["status"] == "closed"
    assert "check" in {photo["kind"] for photo in case["photos"]}


def test_a_failed_check_needs_its_reason(site: Site, visit: Visit) -> None:
    uuid = bring_to("handled", site.cast)
    page = visit("ines", f"/field/cases/{uuid}", expected=("422",))
    page.locator("summary", has_text="核查不通过").tap()
    form = page.locator("form[data-action=check_fail]")
    form.locator("button").tap()
    expect(form.locator("[data-error=reason]")).to_be_visible()
    form.locator("textarea[name=reason]").fill("还有一半没有清走")
    form.locator("button").tap()
    expect(page.locator(".story li").first).to_contain_text("还有一半没有清走")
    case = site.cast["ines"].get(f"/api/v1/cases/{uuid}").json
    assert case is not None and (case["status"], case["reworks"]) == ("in_progress", 1)


def test_who_was_faster_is_said_and_the_words_are_kept(site: Site, visit: Visit) -> None:
    uuid = bring_to("accepted", site.cast)
    page = visit("ines", f"/field/cases/{uuid}", expected=("412",))
    site.cast["mara"].act(uuid, "comment", text="I go there myself")
    page.locator("summary", has_text="留言").tap()
    page.locator("#comment-text").fill("我也看见了")
    page.locator("form[data-action=comment] button").tap()
    expect(page.locator(".note.near")).to_contain_text("Mara")
    expect(page.locator("#comment-text")).to_have_value("我也看见了")
    page.locator("form[data-action=comment] button").tap()
    expect(page.locator(".story li").first).to_contain_text("我也看见了")


AWAY = (tiny_city.MIDDLE[0] + 0.03, tiny_city.MIDDLE[1])
"""Some three kilometres east of the inspector's grid."""


def report(site: Site) -> str:
    """A report of the public in her grid, taken down by the town."""
    filed = site.cast["teng"].file(channel="12345").json
    assert filed is not None
    return str(filed["id"])


@pytest.mark.parametrize("action", ["verify_pass", "check_pass", "check_fail"])
def test_away_from_the_grid_she_is_asked_why_and_keeps_everything(
    site: Site, visit: Visit, axe: Callable[[Page], list[str]], action: str
) -> None:
    uuid = report(site) if action == "verify_pass" else bring_to("handled", site.cast)
    page = visit("ines", f"/field/cases/{uuid}", at=AWAY, expected=("422",))
    form = page.locator(f"form[data-action={action}]")
    page.locator(f"details:has(form[data-action={action}]) summary").tap()
    expect(form.locator("[data-position]")).to_contain_text("8")
    words = "#check_fail-reason" if action == "check_fail" else None
    if words:
        page.locator("#check_fail-reason_code").select_option("partly_done")
        expect(page.locator(words)).to_have_value("处置不彻底")
    else:
        page.set_input_files(f"#{action}-photos-camera", jpeg("olive"))  # type: ignore[arg-type]
        expect(form.locator(".strip-photos img")).to_have_count(1)
    form.locator("button:not([aria-label])").tap()

    why = form.locator("textarea[name=off_site_reason]")
    expect(why).to_be_focused()
    expect(form.locator("[data-error=off_site_reason]")).to_be_visible()
    assert axe(page) == []
    if words:
        expect(page.locator(words)).to_have_value("处置不彻底")
    else:
        expect(form.locator(".strip-photos img")).to_have_count(1)
    why.fill("在桥上看得很清楚")
    form.locator("button:not([aria-label])").tap()
    expect(page.locator("#case-done")).to_be_visible()
    expect(page.locator(".story")).to_contain_text("在桥上看得很清楚")
    case = site.cast["ines"].get(f"/api/v1/cases/{uuid}").json
    after = {"verify_pass": "filed", "check_pass": "closed", "check_fail": "in_progress"}
    assert case is not None and case["status"] == after[action]


def test_on_the_spot_her_position_goes_along_and_nothing_is_asked(site: Site, visit: Visit) -> None:
    uuid = report(site)
    page = visit("ines", f"/field/cases/{uuid}")
    page.locator("details:has(form[data-action=verify_pass]) summary").tap()
    page.locator("form[data-action=verify_pass] button:not([aria-label])").tap()
    expect(page.locator("#case-done")).to_be_visible()
    events = site.cast["mara"].get(f"/api/v1/cases/{uuid}/events").json
    assert events is not None
    said = next(e["body"] for e in events["items"] if e["action"] == "case.verify_pass")
    assert (said["position"]["crs"], said["position"]["accuracy_m"]) == ("wgs84", 8)


def test_a_device_without_a_position_still_sends_the_check(site: Site, visit: Visit) -> None:
    uuid = bring_to("handled", site.cast)
    page = visit("ines", f"/field/cases/{uuid}", at=None)
    page.locator("details:has(form[data-action=check_pass]) summary").tap()
    expect(page.locator("form[data-action=check_pass] [data-position]")).not_to_be_empty()
    page.locator("form[data-action=check_pass] button:not([aria-label])").tap()
    expect(page.locator("#case-done")).to_be_visible()


def test_her_duties_are_ordered_by_due_time_or_by_distance(site: Site, visit: Visit) -> None:
    west = (tiny_city.MIDDLE[0] - 0.003, tiny_city.MIDDLE[1])
    near, far = report(site), report_at(site, west)
    page = visit("ines", "/field/")
    rows = page.locator("#duty-rows .case-row")
    links = [row.get_attribute("href") for row in rows.all()]
    assert links.index(f"/field/cases/{near}") < links.index(f"/field/cases/{far}")
    page.context.set_geolocation({"longitude": west[0], "latitude": west[1], "accuracy": 5})
    page.locator("[data-order=near]").tap()
    expect(rows.first).to_have_attribute("href", f"/field/cases/{far}")
    expect(rows.first.locator("[data-away]")).to_contain_text("0")
    page.reload()
    expect(page.locator("[data-order=near]")).to_have_attribute("aria-pressed", "true")
    expect(rows.first).to_have_attribute("href", f"/field/cases/{far}")
    page.locator("[data-order=due]").tap()
    expect(rows.first).to_have_attribute("href", str(links[0]))


def report_at(site: Site, point: tuple[float, float]) -> str:
    where = {"type": "Point", "coordinates": list(point)}
    filed = site.cast["teng"].file(channel="12345", geometry=where).json
    assert filed is not None
    return str(filed["id"])


PAGES = ("/field/", "/field/file", "/field/cases", "/field/cases?tab=" + GRID, "/field/cases?q=nothing")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_pages_are_accessible(site: Site, visit: Visit, axe: Callable[[Page], list[str]], lang: str) -> None:
    uuid, other = bring_to("handled", site.cast), report(site)
    page = visit("ines", "/field/", lang=lang)
    for path in (*PAGES, "/field/cases?tab=settled", f"/field/cases/{uuid}", f"/field/cases/{other}"):
        page.goto(path)
        page.wait_for_load_state("networkidle")
        page.evaluate(UNFOLD)
        assert axe(page) == [], path
        assert page.evaluate(SMALL) == [], path


@pytest.mark.parametrize("theme", ["dark", "sun"])
def test_themes_are_kept_and_readable(
    site: Site, visit: Visit, axe: Callable[[Page], list[str]], theme: str
) -> None:
    uuid = bring_to("handled", site.cast)
    page = visit("ines", "/field/")
    page.locator(".top-menu summary").tap()
    page.locator(f"[data-theme-choice={theme}]").tap()
    for path in (*PAGES, f"/field/cases/{uuid}"):
        page.goto(path)
        assert page.evaluate("document.documentElement.dataset.theme") == theme
        page.wait_for_load_state("networkidle")
        assert axe(page) == [], path


def test_a_phone_set_to_night_gets_the_night_theme(visit: Visit) -> None:
    page = visit("ines", "/field/")
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    page.emulate_media(color_scheme="dark")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


@pytest.mark.parametrize("screen", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_nothing_runs_over_the_side(site: Site, visit: Visit, lang: str, screen: dict[str, int]) -> None:
    uuid = bring_to("handled", site.cast)
    page = visit("ines", "/field/", lang=lang, screen=screen)
    for path in (*PAGES, f"/field/cases/{uuid}"):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= screen["width"], path


def test_the_first_load_is_light(visit: Visit) -> None:
    page = visit("ines", "/field/")
    loaded: dict[str, int] = {}

    def weigh(url: str, body: bytes) -> None:
        if "maplibre" not in url and "/tiles/" not in url:
            loaded[url] = len(gzip.compress(body))

    page.on("requestfinished", lambda request: weigh(request.url, request.response().body()))  # type: ignore[union-attr]
    page.goto("/field/file")
    page.wait_for_load_state("networkidle")
    assert len(loaded) > 10
    assert sum(loaded.values()) < MOST_FIRST_LOAD, loaded


def test_other_roles_are_told_that_this_is_not_theirs(visit: Visit) -> None:
    page = visit("mara", "/field/", expected=("403",))
    expect(page.locator("h1")).to_be_visible()
    expect(page.locator("#duties")).to_have_count(0)
