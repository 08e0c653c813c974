"""The desk in a real browser: both languages, both sizes, keyboard, map, back button, print."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from app.core.clock import now
from app.spatial.datum import from_wgs84
from tests.areas import tiny_city
from tests.browser.conftest import DESK, PHONE, Site, Visit
from tests.cast import BUREAU, COMMUNITY, bring_to, picture

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


@pytest.mark.parametrize("screen", [PHONE, DESK], ids=["phone", "desk"])
def test_every_form_of_a_case_fits_and_is_accessible(
    site: Site, visit: Visit, axe: Axe, screen: dict[str, int]
) -> None:
    uuid = bring_to("accepted", site.cast)
    page = visit("mara", f"/desk/cases/{uuid}", screen=screen, lang="en")
    page.evaluate(
        "() => document.querySelectorAll('.acts details').forEach("
        "(each) => { each.removeAttribute('name'); each.open = true; })"
    )
    assert axe(page) == []
    assert width_of_overflow(page) <= 0


@pytest.mark.parametrize("screen", [PHONE, DESK], ids=["phone", "desk"])
def test_an_official_opens_the_list_behind_a_number(
    site: Site, visit: Visit, axe: Axe, screen: dict[str, int]
) -> None:
    uuid = bring_to("accepted", site.cast)
    site.cast["teng"].act(uuid, "supervise", reason="too slow", card="red")
    page = visit("dana", "/desk/supervision", screen=screen, lang="en")
    assert axe(page) == []
    assert width_of_overflow(page) <= 0
    number = page.locator("[data-count=red]")
    shown = number.locator("b").inner_text()
    number.click()
    page.wait_for_url("**card=red**")
    expect(page.locator("a.row")).to_have_count(int(shown))
    expect(page.locator(f"a.row[data-id='{uuid}'] .card-badge.red")).to_be_visible()
    assert axe(page) == []


def test_the_tab_that_is_shown_is_in_view(site: Site, visit: Visit) -> None:
    bring_to("filed", site.cast)
    page = visit("mara", "/desk/?tab=all", screen=PHONE, lang="en")
    expect(page.locator(".inbox-tabs [aria-current]")).to_be_in_viewport(ratio=1)


def test_a_suspension_is_asked_for_and_approved_by_the_pages(site: Site, visit: Visit, axe: Axe) -> None:
    uuid = bring_to("accepted", site.cast)
    page = visit("mara", f"/desk/cases/{uuid}#do-request_suspension", screen=DESK, lang="en")
    form = page.locator("#do-request_suspension")
    form.get_by_label("Looked at again on").fill((now() + timedelta(days=9)).date().isoformat())
    form.get_by_label("Reason", exact=True).select_option(index=1)
    form.get_by_label("In your own words").fill("waits for a part")
    form.get_by_role("button", name="Ask to suspend").click()
    expect(page.locator(".asked")).to_contain_text("asks for: suspension")
    page = visit("teng", f"/desk/cases/{uuid}", screen=PHONE, lang="en")
    assert axe(page) == []
    page.locator(".asked summary", has_text="Approve").click()
    page.locator(".asked").get_by_role("button", name="Approve").click()
    expect(page.locator(".case-head")).to_contain_text("review on")
    expect(page.locator(".duties")).to_contain_text("stands still since")


def test_the_checker_says_where_they_stand(site: Site, visit: Visit) -> None:
    uuid = bring_to("handled", site.cast)
    away = (tiny_city.MIDDLE[0] + 0.5, tiny_city.MIDDLE[1])
    page = visit("ines", f"/desk/cases/{uuid}", screen=PHONE, lang="en", at=away, expected=("422",))
    page.locator("#do-check_pass > summary").click()
    form = page.locator("#do-check_pass")
    form.get_by_role("button", name="Use my position").click()
    expect(form.get_by_role("status")).to_contain_text("±8 m")
    form.get_by_role("button", name="Passed the check").click()
    expect(form.locator(".field-error")).to_contain_text("away from the grid")
    form.get_by_label("Why you check from elsewhere").fill("seen from the bridge")
    form.get_by_role("button", name="Passed the check").click()
    expect(page.locator(".timeline li").first).to_contain_text("not on the spot: seen from the bridge")


def test_typing_narrows_the_categories(site: Site, visit: Visit) -> None:
    uuid = bring_to("filed", site.cast)
    page = visit("mara", f"/desk/cases/{uuid}#do-request_reclassification", screen=DESK, lang="en")
    form = page.locator("#do-request_reclassification")
    form.get_by_label("Type to narrow the list").fill("manhole")
    expect(form.locator("select[name=category]")).not_to_have_value("")
    chosen = form.locator("select[name=category] option:checked").inner_text()
    assert "manhole" in chosen.lower()


def test_the_keyboard_walks_the_inbox_and_opens_a_case(site: Site, visit: Visit) -> None:
    newest = bring_to("filed", site.cast)
    page = visit("mara", "/desk/?tab=new", screen=DESK)
    drawn(page, ".side-map .map")
    page.keyboard.press("o")  # outside the list keys mean nothing
    page.get_by_label("编号或关键词").press("o")
    expect(page).to_have_url(re.compile("/desk/.tab=new$"))
    page.locator("a.row").first.focus()
    page.keyboard.press("j")
    page.keyboard.press("k")
    expect(page.locator("a.row.chosen")).to_have_count(1)
    page.keyboard.press("o")
    page.wait_for_url(f"**/desk/cases/{newest}")
    page.go_back()
    expect(page.locator("a.row").first).to_be_visible()


@pytest.mark.parametrize(
    ("status", "key", "focused"), [("filed", "a", "受理"), ("filed", "r", "理由"), ("accepted", "d", "部门")]
)
def test_a_key_opens_the_form_of_its_decision(
    site: Site, visit: Visit, status: str, key: str, focused: str
) -> None:
    uuid = bring_to(status, site.cast)
    page = visit("mara", "/desk/?tab=all", screen=DESK)
    page.locator(f"a.row[data-id='{uuid}']").focus()
    if key == "d":
        page.keyboard.press("a")  # accepted already
        expect(page.locator(".key-answer")).to_have_text("此案件目前不能这样操作。")
    page.keyboard.press(key)
    page.wait_for_url(f"**/desk/cases/{uuid}#do-*")
    form = page.locator(".acts .act:target")
    by_label = form.get_by_label(focused, exact=True)
    target = form.get_by_role("button", name=focused) if key == "a" else by_label
    expect(target).to_be_focused()


def test_several_cases_are_accepted_at_once(site: Site, visit: Visit, axe: Axe) -> None:
    uuids = [bring_to("filed", site.cast) for _n in range(11)]
    page = visit("mara", "/desk/?tab=new", screen=PHONE, lang="en")
    page.get_by_label("Select all on this page").check()
    for uuid in uuids[2:]:
        expect(page.locator(f"input[name=case][value^='{uuid}']")).to_be_checked()
    page.get_by_role("button", name="Accept selected").click()
    expect(page.get_by_role("heading")).to_contain_text("Accept ")
    assert axe(page) == []
    site.cast["mara"].act(uuids[0], "comment", text="look twice")
    page.get_by_role("button", name="Accept them all").click()
    expect(page.get_by_role("alert")).to_contain_text("1 case was left as it is")
    assert axe(page) == []
    assert width_of_overflow(page) <= 0
    page.get_by_role("link", name="Back to the inbox").click()
    expect(page.locator("a.row")).to_have_count(1)


def test_before_and_after_are_compared_by_a_slider(site: Site, visit: Visit, axe: Axe) -> None:
    uuid = bring_to("filed", site.cast)
    site.cast["ines"].photo(uuid, "before", picture("red"))
    site.cast["mara"].act(uuid, "accept")
    site.cast["mara"].act(uuid, "dispatch", department=BUREAU)
    site.cast["hana"].act(uuid, "start")
    site.cast["hana"].act(uuid, "handle", note="done", photos=[site.cast["hana"].photo(uuid, "after")])
    page = visit("mara", f"/desk/cases/{uuid}", screen=PHONE, lang="en")
    slider = page.get_by_role("slider")
    slider.focus()
    page.keyboard.press("End")
    cut = "() => getComputedStyle(document.querySelector('#compare figure + figure')).clipPath"
    assert page.evaluate(cut) == "inset(0px 0px 0px 100%)"
    page.keyboard.press("Home")
    assert page.evaluate(cut) == "inset(0px 0px 0px 0%)"
    assert axe(page) == []


def test_mara_accepts_and_dispatches_by_the_page(site: Site, visit: Visit) -> None:
    uuid = bring_to("filed", site.cast)
    page = visit("mara", f"/desk/cases/{uuid}", screen=DESK, lang="en")
    drawn(page, "#case-map")
    page.get_by_role("button", name="Accept").click()
    page.locator("summary", has_text="Dispatch").click()
    page.get_by_label("Department", exact=True).select_option(BUREAU)
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
