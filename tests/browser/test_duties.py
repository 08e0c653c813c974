"""The inspector's day in a real browser: what waits for her, done with and without a signal."""

import gzip
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.areas import tiny_city
from tests.browser.conftest import DESK, PHONE, Site, Visit, sign_in
from tests.browser.filing import jpeg
from tests.cast import GRID, bring_to

Axe = Callable[[Page], list[str]]
CUT_OFF = ("ERR_INTERNET_DISCONNECTED", "ERR_FAILED")
AWAY = (tiny_city.MIDDLE[0] + 0.03, tiny_city.MIDDLE[1])
"""Some three kilometres east of the inspector's grid."""
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
THUMB_KEPT = """async (uuid) => {
  const name = (await caches.keys()).find((each) => each.startsWith("wangge-person-"));
  const cache = name && (await caches.open(name));
  const kept = cache && (await cache.keys()).find(({ url }) => url.includes(uuid));
  return Boolean(kept) && (await (await cache.match(kept)).blob()).size > 0;
}"""
WORKER = "async () => Boolean((await navigator.serviceWorker.ready).active)"


@pytest.fixture(scope="module", autouse=True)
def keys(site: Site, chromium: Browser) -> None:
    """She has used a phone before: her keys are kept for the next one."""
    context = chromium.new_context(base_url=site.url)
    page = context.new_page()
    sign_in(page, "ines")
    page.goto("/field/")
    expect(page.locator("#as-of")).to_be_visible(timeout=30_000)
    context.close()


def report(site: Site, point: tuple[float, float] = tiny_city.MIDDLE) -> str:
    """A report of the public in her grid, taken down by the town."""
    where = {"type": "Point", "coordinates": list(point)}
    filed = site.cast["teng"].file(channel="12345", geometry=where).json
    assert filed is not None
    return str(filed["id"])


def home(visit: Visit, **more: Any) -> Page:
    """Her day, with what the phone has fetched."""
    page = visit("ines", "/field/", **more)
    fetched(page)
    return page


def fetched(page: Page) -> None:
    expect(page.locator("#as-of")).to_be_visible()
    expect(page.locator("#fetch")).to_be_enabled()


def becomes(page: Page, asked: str, said: str | None = None) -> None:
    """Ask until the answer is yes; unlike the page's own waiting, this waits for promises."""
    for _attempt in range(150):
        if page.evaluate(asked, said):
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"never became so: {asked}")


def cut_off(page: Page) -> None:
    """No signal from now on, as soon as the phone keeps its pages and the pictures of the day."""
    becomes(page, WORKER)
    page.context.set_offline(True)


def duty(page: Page, uuid: str) -> Locator:
    return page.locator(f"#duty-rows [data-id='{uuid}'] a")


def form(page: Page, action: str) -> Locator:
    return page.locator(f"form[data-action={action}]")


def unfold(page: Page, action: str) -> Locator:
    page.locator(f"details:has(form[data-action={action}]) summary").click()
    return form(page, action)


def confirm(page: Page, action: str) -> None:
    form(page, action).locator("button.primary").click()


def state(page: Page, name: str) -> Locator:
    return page.locator(f"#decisions [data-state={name}]")


def present(site: Site, uuid: str) -> dict[str, Any]:
    found = site.cast["ines"].get(f"/api/v1/cases/{uuid}").json
    assert found is not None
    return dict(found)


def test_a_check_and_a_verification_are_done_without_a_signal_and_arrive(site: Site, visit: Visit) -> None:
    checked, verified = bring_to("handled", site.cast), report(site)
    page = home(visit, expected=CUT_OFF)
    expect(duty(page, checked)).to_be_visible()
    cut_off(page)
    duty(page, checked).click()
    unfold(page, "check_pass")
    page.set_input_files("#check_pass-photos-camera", jpeg("teal"))
    expect(page.locator(".strip-photos img")).to_have_count(1)
    confirm(page, "check_pass")
    expect(state(page, "queued")).to_contain_text(re.compile("[2-9A-Z]{4}"))
    page.goto("/field/")
    expect(duty(page, verified)).to_be_visible()
    expect(duty(page, checked)).to_have_count(0)
    duty(page, verified).click()
    unfold(page, "verify_pass")
    confirm(page, "verify_pass")
    expect(state(page, "queued")).to_be_visible()
    assert (present(site, checked)["status"], present(site, verified)["status"]) == ("handled", "verifying")

    page.context.set_offline(False)
    expect(state(page, "confirmed")).to_be_visible()
    case = present(site, checked)
    assert case["status"] == "closed"
    assert "check" in {photo["kind"] for photo in case["photos"]}
    assert present(site, verified)["status"] == "filed"
    page.goto("/field/")
    fetched(page)
    expect(duty(page, verified)).to_have_count(0)
    expect(page.locator(f"#duty-rows [data-id='{checked}']")).to_have_count(0)


def test_the_day_is_there_after_a_cold_start_in_flight_mode(site: Site, visit: Visit) -> None:
    uuid = bring_to("handled", site.cast)
    page = home(visit, expected=CUT_OFF)
    image = duty(page, uuid).locator("img.thumb")
    expect(image).to_have_attribute("src", re.compile("."))
    page.wait_for_function(
        "async () => (await caches.keys()).some((name) => name.startsWith('wangge-person-'))"
    )
    page.wait_for_function(
        """async (uuid) => {
          const [name] = (await caches.keys()).filter((each) => each.startsWith("wangge-person-"));
          return (await (await caches.open(name)).keys()).some(({url}) => url.includes(uuid));
        }""",
        arg=uuid,
    )
    cut_off(page)
    page.close()
    page = page.context.new_page()
    page.goto("/field/")
    expect(duty(page, uuid)).to_contain_text("核查")
    expect(duty(page, uuid).locator(".light")).to_contain_text("还剩")
    expect(duty(page, uuid).locator("img.thumb")).to_have_attribute("src", re.compile("^blob:"))
    expect(page.locator("#as-of-offline")).to_be_visible()
    duty(page, uuid).click()
    expect(page.locator("#photos img")).to_have_attribute("src", re.compile("^blob:"))
    expect(page.locator("#story-rows li").first).to_contain_text("Hana")
    expect(form(page, "check_pass")).to_have_count(1)


def test_who_was_faster_is_said_and_she_does_it_on_the_present_state(
    site: Site, visit: Visit, axe: Axe
) -> None:
    uuid = bring_to("handled", site.cast)
    page = home(visit, expected=(*CUT_OFF, "412"))
    cut_off(page)
    duty(page, uuid).click()
    unfold(page, "check_fail").locator("textarea[name=reason]").fill("还有一半没有清走")
    confirm(page, "check_fail")
    expect(state(page, "queued")).to_be_visible()
    site.cast["mara"].act(uuid, "comment", text="I go there myself")
    page.context.set_offline(False)
    conflict = state(page, "conflict")
    expect(conflict).to_contain_text("Mara")
    expect(conflict).to_contain_text("还有一半没有清走")
    assert axe(page) == []
    assert present(site, uuid)["status"] == "handled"

    page.goto("/field/")
    fetched(page)
    expect(page.locator("#need-rows a")).to_have_attribute("href", f"/field/case#{uuid}")
    expect(duty(page, uuid)).to_be_visible()
    page.locator("#need-rows a").click()
    state(page, "conflict").locator("button.primary").click()
    expect(state(page, "confirmed")).to_be_visible()
    assert (present(site, uuid)["status"], present(site, uuid)["reworks"]) == ("in_progress", 1)


def test_what_has_become_impossible_is_kept_as_a_comment_or_discarded(site: Site, visit: Visit) -> None:
    uuid = report(site)
    page = home(visit, expected=(*CUT_OFF, "412"))
    cut_off(page)
    duty(page, uuid).click()
    unfold(page, "verify_fail").locator("textarea[name=reason]").fill("没有找到")
    confirm(page, "verify_fail")
    expect(state(page, "queued")).to_be_visible()
    other = site.cast["ines"].act(uuid, "verify_pass")
    assert other.status_code == 200
    page.context.set_offline(False)
    conflict = state(page, "conflict")
    expect(conflict.locator("button.primary")).to_have_count(0)
    conflict.get_by_role("button").first.click()
    expect(state(page, "confirmed")).to_be_visible()
    expect(state(page, "conflict")).to_have_count(0)
    events = site.cast["mara"].get(f"/api/v1/cases/{uuid}/events").json
    assert events is not None
    assert [e["body"].get("text") for e in events["items"] if e["action"] == "case.comment"] == ["没有找到"]


def test_a_comment_only_adds_and_goes_on_where_the_case_has_changed(site: Site, visit: Visit) -> None:
    uuid = bring_to("handled", site.cast)
    page = home(visit, expected=(*CUT_OFF, "412"))
    cut_off(page)
    duty(page, uuid).click()
    unfold(page, "comment").locator("textarea").fill("我也看见了")
    confirm(page, "comment")
    expect(state(page, "queued")).to_be_visible()
    expect(form(page, "check_pass")).to_have_count(1)
    site.cast["mara"].act(uuid, "comment", text="I go there myself")
    page.context.set_offline(False)
    expect(state(page, "confirmed")).to_be_visible()
    events = site.cast["mara"].get(f"/api/v1/cases/{uuid}/events").json
    assert events is not None
    texts = [e["body"].get("text") for e in events["items"] if e["action"] == "case.comment"]
    assert texts == ["I go there myself", "我也看见了"]
    page.goto("/field/")
    fetched(page)
    expect(page.locator("#begun")).to_be_hidden()


def test_nothing_is_discarded_by_one_tap(site: Site, visit: Visit) -> None:
    uuid = bring_to("handled", site.cast)
    page = home(visit, expected=(*CUT_OFF, "412"))
    cut_off(page)
    duty(page, uuid).click()
    unfold(page, "check_pass")
    confirm(page, "check_pass")
    expect(state(page, "queued")).to_be_visible()
    site.cast["mara"].act(uuid, "comment", text="wait")
    page.context.set_offline(False)
    discard = state(page, "conflict").get_by_role("button").last
    discard.click()
    expect(state(page, "conflict")).to_be_visible()
    discard.click()
    expect(state(page, "conflict")).to_have_count(0)
    expect(form(page, "check_pass")).to_have_count(1)
    assert present(site, uuid)["status"] == "handled"


def test_what_was_begun_is_there_again_after_the_page_was_killed(site: Site, visit: Visit) -> None:
    uuid = bring_to("handled", site.cast)
    page = home(visit)
    duty(page, uuid).click()
    unfold(page, "check_fail").locator("textarea[name=reason]").fill("门口还有")
    page.wait_for_timeout(1000)  # longer than the pause after which what was written is kept
    context = page.context
    page.close()
    page = context.new_page()
    page.goto(f"/field/case#{uuid}")
    expect(form(page, "check_fail").locator("textarea[name=reason]")).to_have_value("门口还有")


@pytest.mark.parametrize("path", ["/field/case#{}", "/field/cases/{}"], ids=["kept", "online"])
@pytest.mark.parametrize("action", ["verify_pass", "check_pass", "check_fail"])
def test_away_from_the_grid_she_is_asked_why_and_keeps_everything(
    site: Site, visit: Visit, axe: Axe, action: str, path: str
) -> None:
    uuid = report(site) if action == "verify_pass" else bring_to("handled", site.cast)
    page = home(visit, at=AWAY)
    page.goto(path.format(uuid))
    found = unfold(page, action)
    expect(found.locator("[data-position]")).to_contain_text("8")
    if action == "check_fail":
        page.locator("#check_fail-reason_code").select_option("partly_done")
        expect(page.locator("#check_fail-reason")).to_have_value("处置不彻底")
    else:
        page.set_input_files(f"#{action}-photos-camera", jpeg("olive"))
        expect(found.locator(".strip-photos img")).to_have_count(1)
    confirm(page, action)
    why = found.locator("textarea[name=off_site_reason]")
    expect(why).to_be_focused()
    expect(found.locator("[data-error=off_site_reason]")).to_be_visible()
    assert axe(page) == []
    why.fill("在桥上看得很清楚")
    confirm(page, action)
    expect(page.locator("#case-done:visible, #decisions [data-state=confirmed]").first).to_be_visible()
    after = {"verify_pass": "filed", "check_pass": "closed", "check_fail": "in_progress"}
    assert present(site, uuid)["status"] == after[action]
    events = site.cast["mara"].get(f"/api/v1/cases/{uuid}/events").json
    assert events is not None
    assert events["items"][-1]["body"]["off_site_reason"] == "在桥上看得很清楚"


def test_where_the_phone_knows_no_outline_the_server_asks_and_she_mends_it(site: Site, visit: Visit) -> None:
    uuid = bring_to("handled", site.cast)
    page = home(visit, at=AWAY, expected=("422", *CUT_OFF))
    page.evaluate(
        """async () => {
          const { session, keepSealed } = await import("wangge/field/session");
          const bundle = await (await session()).bundle();
          await keepSealed("bundle", { ...bundle, grids: [] });
        }"""
    )
    page.context.route("**/field/bundle.json", lambda route: route.abort())
    page.goto(f"/field/cases/{uuid}")
    unfold(page, "check_pass")
    expect(form(page, "check_pass").locator("[data-position]")).to_contain_text("8")
    confirm(page, "check_pass")
    parked = state(page, "parked")
    expect(parked).to_contain_text("米")
    parked.get_by_role("button").first.click()
    form(page, "check_pass").locator("textarea[name=off_site_reason]").fill("隔着河看")
    confirm(page, "check_pass")
    expect(page.locator("#case-done")).to_be_visible()
    assert present(site, uuid)["status"] == "closed"


def test_a_failed_check_needs_its_reason(site: Site, visit: Visit) -> None:
    uuid = bring_to("handled", site.cast)
    page = home(visit)
    duty(page, uuid).click()
    found = unfold(page, "check_fail")
    confirm(page, "check_fail")
    expect(found.locator("[data-error=reason]")).to_be_visible()
    expect(found.locator("textarea[name=reason]")).to_be_focused()
    assert present(site, uuid)["status"] == "handled"


def test_on_the_spot_her_position_goes_along_and_nothing_is_asked(site: Site, visit: Visit) -> None:
    uuid = report(site)
    page = home(visit)
    duty(page, uuid).click()
    unfold(page, "verify_pass")
    confirm(page, "verify_pass")
    expect(state(page, "confirmed")).to_be_visible()
    events = site.cast["mara"].get(f"/api/v1/cases/{uuid}/events").json
    assert events is not None
    said = next(e["body"] for e in events["items"] if e["action"] == "case.verify_pass")
    assert (said["position"]["crs"], said["position"]["accuracy_m"]) == ("wgs84", 8)


def test_a_device_without_a_position_still_sends_the_check(site: Site, visit: Visit) -> None:
    uuid = bring_to("handled", site.cast)
    page = home(visit, at=None)
    duty(page, uuid).click()
    unfold(page, "check_pass")
    confirm(page, "check_pass")
    expect(state(page, "confirmed")).to_be_visible()


def test_a_connection_lost_in_the_middle_of_the_online_page_loses_nothing(site: Site, visit: Visit) -> None:
    uuid = bring_to("handled", site.cast)
    page = home(visit, expected=CUT_OFF)
    page.goto(f"/field/cases/{uuid}")
    unfold(page, "check_pass")
    page.set_input_files("#check_pass-photos-camera", jpeg("gold"))
    expect(page.locator(".strip-photos img")).to_have_count(1)
    page.context.set_offline(True)
    confirm(page, "check_pass")
    expect(state(page, "queued")).to_be_visible()
    page.context.set_offline(False)
    expect(page.locator("#case-done")).to_be_visible()
    case = present(site, uuid)
    assert case["status"] == "closed" and "check" in {photo["kind"] for photo in case["photos"]}


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

    def weigh(url: str, body: bytes) -> None:
        if "maplibre" not in url and "/tiles/" not in url:
            loaded[url] = len(gzip.compress(body))

    page.on("requestfinished", lambda request: weigh(request.url, request.response().body()))  # type: ignore[union-attr]
    page.goto("/field/case")
    page.wait_for_load_state("networkidle")
    assert len(loaded) > 10
    assert sum(loaded.values()) < MOST_FIRST_LOAD, loaded


def test_other_roles_are_led_to_their_own_pages(visit: Visit) -> None:
    page = visit("mara", "/field/")
    page.wait_for_url(lambda url: "/field/" not in url)
    expect(page.locator("h1").first).to_be_visible()
