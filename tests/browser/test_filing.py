"""Filing on the inspector's phone, with a signal and without."""

import gzip
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, PHONE, Site, Visit
from tests.browser.filing import (
    all_sent,
    begin,
    case_of,
    category,
    choose,
    jpeg,
    number,
    phone,
    ready,
    take,
)
from tests.cast import GRID

Axe = Callable[[Page], list[str]]
MOST_FIRST_LOAD = 200 * 1024
SMALL = """() => [...document.querySelectorAll(
  "a, button, summary, label.button, select, textarea, input:not([type=radio], [type=file], [type=hidden])")]
  .filter((e) => e.checkVisibility() && !e.matches(".skip") && e.offsetWidth)
  .map((e) => [e.getBoundingClientRect(), e])
  .filter(([box]) => box.width < 44 || box.height < 44)
  .map(([box, e]) => `${box.width}x${box.height} ${e.outerHTML.slice(0, 120)}`)"""


def test_from_photo_to_kept_in_two_taps_and_then_to_its_number(site: Site, visit: Visit) -> None:
    page = phone(visit, "/field/")
    page.get_by_role("link", name="上报案件").first.tap()
    ready(page)
    expect(page.locator("#place-name")).to_contain_text("±8")
    take(page, "green", "blue")

    taps = [category(page, "E0504"), page.locator("#send")]
    for each in taps:
        each.tap()
    expect(page.locator("#sent-title")).to_be_focused()
    assert len(taps) <= 3

    case = case_of(site, number(page))
    assert case["category"] == "E0504"
    assert case["areas"]["grid"] == GRID
    assert case["accuracy_m"] == 8
    assert len(case["photos"]) == 2


def test_without_a_signal_it_is_kept_with_a_receipt_and_sent_later(site: Site, visit: Visit) -> None:
    page = begin(visit, expected=("ERR_INTERNET_DISCONNECTED", "ERR_FAILED"))
    page.evaluate("async () => { await navigator.serviceWorker.ready; }")
    page.context.set_offline(True)
    page.goto("/field/file")
    ready(page)
    take(page, "maroon", "navy")
    category(page, "E0102").tap()
    page.locator("#send").tap()
    expect(page.locator("#sent[data-state=queued]")).to_be_visible()
    assert re.search(r"[2-9A-Z]{4}$", page.locator("#sent-number").inner_text())
    page.context.set_offline(False)
    case = case_of(site, number(page))
    assert (len(case["photos"]), case["areas"]["grid"]) == (2, GRID)


def test_nothing_is_asked_but_place_and_category(visit: Visit) -> None:
    page = begin(visit)
    page.locator("#send").tap()
    expect(page.locator("#category-error")).to_be_visible()
    category(page, "E0102").tap()
    expect(page.locator("#category-error")).to_be_hidden()
    page.locator("#send").tap()
    number(page)


def test_what_the_server_refuses_is_mended_at_the_field(site: Site, visit: Visit) -> None:
    page = begin(visit, expected=("422",))
    page.locator("#no-map summary").tap()
    page.locator("#unit-code").fill("12345")
    take(page, "green")
    category(page, "E0102").tap()
    page.locator("#send").tap()
    expect(page.locator("#sent-problem")).to_contain_text("12345")
    page.locator("#sent-mend").tap()
    expect(page.locator("#place-error")).to_contain_text("12345")
    expect(page.locator("#file .strip-photos img")).to_have_count(1)
    expect(category(page, "E0102")).to_have_attribute("aria-pressed", "true")
    page.locator("#unit-code").fill("")
    expect(page.locator("#place-name")).to_contain_text("第4网格")
    page.locator("#send").tap()
    assert len(case_of(site, number(page))["photos"]) == 1


def test_a_category_that_is_gone_is_chosen_anew(visit: Visit) -> None:
    page = begin(visit, expected=("422", "ERR_FAILED"))
    page.evaluate("""async () => {
      const { keepSealed, session } = await import("wangge/field/session");
      const bundle = await (await session()).bundle();
      bundle.categories.items[0][0] = "X9999";
      bundle.categories.frequent[0] = "X9999";
      bundle.at = "2020-01-01T00:00:00Z";
      await keepSealed("bundle", bundle);
    }""")
    page.route("**/field/bundle.json", lambda route: route.abort())
    page.reload()
    category(page, "X9999").tap()
    page.locator("#send").tap()
    expect(page.locator("#sent-problem")).to_be_visible()
    page.unroute("**/field/bundle.json")
    page.locator("#sent-mend").tap()
    expect(page.locator("#category-error")).to_be_visible()
    choose(page, "E0503")
    page.locator("#send").tap()
    number(page)


def test_a_half_filled_draft_is_offered_again(site: Site, visit: Visit) -> None:
    page = begin(visit)
    take(page, "olive")
    choose(page, "E0503")
    page.locator(".more summary").tap()
    page.locator("#description").fill("半个井盖")
    page.locator("input[name=urgency][value=high]").check(force=True)
    page.wait_for_timeout(600)
    page.goto("/field/file")
    page.locator("#drafts-list button").first.tap()
    expect(page.locator("#file .strip-photos img")).to_have_count(1)
    expect(page.locator("#description")).to_have_value("半个井盖")
    expect(category(page, "E0503")).to_have_attribute("aria-pressed", "true")
    page.locator("#send").tap()
    case = case_of(site, number(page))
    assert (case["description"], case["urgency"], len(case["photos"])) == ("半个井盖", "high", 1)
    page.goto("/field/file")
    ready(page)
    expect(page.locator("#drafts")).to_be_hidden()


def test_a_draft_is_thrown_away_only_after_a_question(visit: Visit) -> None:
    page = begin(visit)
    take(page, "olive")
    page.goto("/field/file")
    lines = page.locator("#drafts-list li")
    lines.locator("button").nth(1).tap()
    lines.locator("button").nth(1).tap()
    expect(lines.locator("button")).to_have_count(2)
    lines.locator("button").nth(1).tap()
    lines.locator("button").nth(0).tap()
    expect(page.locator("#drafts")).to_be_hidden()


def test_after_sending_another_here_or_of_the_same_category(site: Site, visit: Visit) -> None:
    page = begin(visit)
    choose(page, "E0503")
    page.locator("#send").tap()
    first = number(page)
    page.locator("#again-same").tap()
    expect(category(page, "E0503")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#place-name")).to_contain_text("第4网格")
    page.locator("#send").tap()
    expect(page.locator("#sent-number")).not_to_have_text(first)
    second = number(page)
    page.locator("#again-here").tap()
    expect(page.locator("#place-name")).to_contain_text("第4网格")
    expect(page.locator("#category-chips [aria-pressed=true]")).to_have_count(0)
    assert case_of(site, first)["id"] != case_of(site, second)["id"]


def test_a_street_is_walked_photo_by_photo(site: Site, visit: Visit, axe: Axe) -> None:
    page = begin(visit)
    category(page, "E0504").tap()
    page.locator(".more summary").tap()
    page.locator("#walk-start").tap()
    lons = (113.1130, 113.1140, 113.1150)
    for kept, (lon, colour) in enumerate(zip(lons, ("red", "green", "blue"), strict=True)):
        page.context.set_geolocation({"longitude": lon, "latitude": 23.005, "accuracy": 5})
        expect(page.locator("#walk-here")).to_contain_text("102" if kept else "±5")
        page.set_input_files("#photo-camera", jpeg(colour, (400, 300)))
        expect(page.locator("#walk-kept li")).to_have_count(kept)
        expect(page.locator("#file .strip-photos img")).to_have_count(1)
    assert axe(page) == []
    page.locator("#walk-finish").tap()
    lines = page.locator("#walk-kept li b")
    expect(lines).to_have_count(3)
    for line in lines.all():
        expect(line).to_contain_text("990000-")
    cases = [case_of(site, line.inner_text()) for line in reversed(lines.all())]
    assert [case["geometry"]["coordinates"] for case in cases] == [[lon, 23.005] for lon in lons]
    assert {case["category"] for case in cases} == {"E0504"}
    assert [len(case["photos"]) for case in cases] == [1, 1, 1]


def test_what_a_category_asks_is_answered_before_it_is_sent(site: Site, visit: Visit, axe: Axe) -> None:
    page = begin(visit)
    choose(page, "P0103")
    asked = page.locator("[data-question]")
    expect(asked.and_(page.locator(":visible"))).to_have_count(2)
    page.locator("#send").tap()
    expect(page.locator("#question-state-error")).to_be_visible()
    page.locator("[name=question-state][value=missing]").check()
    expect(asked.and_(page.locator(":visible"))).to_have_count(4)
    expect(page.locator("[data-question=state] a[href='tel:110']")).to_be_visible()
    assert axe(page) == []
    page.locator("[name=question-road][value=footway]").check()
    page.locator("[name=question-guarded][value=no]").check()
    page.locator("#question-owner_mark").fill("禅城 7")
    page.locator("[name=question-state][value=overflow]").check()
    page.locator("#send").tap()
    case = case_of(site, number(page))
    event = site.cast["mara"].get(f"/api/v1/cases/{case['id']}/events").json["items"][0]  # type: ignore[index]
    assert event["body"]["extra"]["answers"] == {"state": "overflow", "owner_mark": "禅城 7"}
    assert event["body"]["extra"]["device"]["source"] == "gps"


def test_an_emergency_says_whom_to_call(visit: Visit) -> None:
    page = begin(visit)
    choose(page, "E0403")
    expect(page.locator("#emergency a[href='tel:119']")).to_be_visible()
    category(page, "E0102").tap()
    expect(page.locator("#emergency")).to_be_hidden()


@pytest.mark.parametrize(
    ("query", "code"),
    [("暴露", "E0102"), ("bllj", "E0102"), ("e0102", "E0102"), ("exposed", "E0102"), ("窨井盖", "P0101")],
)
def test_categories_are_found_by_whatever_comes_to_mind(visit: Visit, query: str, code: str) -> None:
    page = begin(visit)
    page.locator("#category-search").fill(query)
    expect(page.locator(f"#category-found [data-code={code}]")).to_be_visible()
    assert page.locator("#category-found button").count() <= 20


def test_the_category_used_last_comes_first(visit: Visit) -> None:
    page = begin(visit)
    choose(page, "S0203")
    expect(category(page, "S0203")).to_be_focused()
    page.locator("#send").tap()
    number(page)
    page.goto("/field/file")
    expect(page.locator("#category-chips button").first).to_have_attribute("data-code", "S0203")


def test_filing_by_keyboard_alone(visit: Visit) -> None:
    page = begin(visit, screen=DESK)
    page.locator("#photo-camera").focus()
    for _step in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.dataset.code === 'E0102'"):
            break
    page.keyboard.press("Space")
    for _step in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id === 'send'"):
            break
    page.keyboard.press("Enter")
    expect(page.locator("#sent-title")).to_be_focused()


def test_the_send_button_and_what_is_typed_stay_in_sight_above_a_keyboard(visit: Visit) -> None:
    page = begin(visit)
    page.locator(".more summary").tap()
    page.set_viewport_size({"width": 390, "height": 430})
    page.locator("#description").focus()
    send, words = page.locator("#send").bounding_box(), page.locator("#description").bounding_box()
    assert send is not None and words is not None
    assert send["y"] + send["height"] <= 430
    assert words["y"] + words["height"] <= page.locator(".send-bar").bounding_box()["y"]  # type: ignore[index]


def test_two_taps_settle_it_on_the_spot_without_a_signal(site: Site, visit: Visit, axe: Axe) -> None:
    page = begin(visit, expected=("ERR_INTERNET_DISCONNECTED", "ERR_FAILED"))
    page.context.set_offline(True)
    take(page, "brown")
    category(page, "E0504").tap()
    page.locator("#send").tap()
    expect(page.locator("#settle")).to_be_visible()
    assert axe(page) == []
    take(page, "lime", strip="settle")
    page.locator("#settle-send").tap()
    expect(page.locator("#settle-says")).not_to_be_empty()
    expect(page.locator("#settle-form")).to_be_hidden()
    page.context.set_offline(False)
    filed = number(page)
    all_sent(page)
    assert filed in site.cast["ines"].get("/field/cases?tab=settled").text
    case = case_of(site, filed)
    assert (case["status"], case["self_handled"]) == ("closed", True)
    assert sorted(photo["kind"] for photo in case["photos"]) == ["after", "before"]


def test_settling_needs_the_photo_of_how_it_looks_now(visit: Visit) -> None:
    page = begin(visit)
    take(page, "brown")
    category(page, "E0504").tap()
    page.locator("#send").tap()
    page.locator("#settle-send").tap()
    expect(page.locator("#settle-error")).to_be_visible()


def test_without_a_photo_from_before_nothing_is_settled(visit: Visit) -> None:
    page = begin(visit)
    category(page, "E0504").tap()
    page.locator("#send").tap()
    expect(page.locator("#settle-says")).to_be_visible()
    expect(page.locator("#settle-send")).to_be_hidden()


def test_other_categories_are_not_settled_on_the_spot(visit: Visit) -> None:
    page = begin(visit)
    take(page, "brown")
    choose(page, "E0503")
    page.locator("#send").tap()
    number(page)
    expect(page.locator("#settle")).to_be_hidden()


def test_a_clock_that_is_days_off_is_told_and_hinders_nothing(site: Site, visit: Visit) -> None:
    page = phone(visit, "/healthz", expected=("404",))  # JSON names no icon
    page.clock.install(time=datetime.now(UTC) + timedelta(days=3))
    page.goto("/field/file")
    ready(page)
    expect(page.locator("#clock-note")).to_contain_text(re.compile("43[12]"))
    category(page, "E0102").tap()
    page.locator("#send").tap()
    number(page)


def test_a_phone_that_knows_nothing_yet_keeps_what_is_photographed(visit: Visit) -> None:
    page = phone(visit, "/field/", expected=("bundle.json", "ERR_FAILED", "Failed to fetch"))
    page.route("**/field/bundle.json", lambda route: route.abort())
    page.evaluate("indexedDB.deleteDatabase('wangge-field')")
    page.goto("/field/file")
    expect(page.locator("#no-bundle")).to_be_visible()


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("screen", [PHONE, DESK], ids=["phone", "desk"])
def test_the_page_with_everything_open_is_accessible(
    visit: Visit, axe: Axe, lang: str, screen: dict[str, int]
) -> None:
    page = phone(visit, lang=lang, screen=screen)
    expect(page.locator("#category-chips button").first).to_be_visible()
    page.set_input_files("#photo-camera", jpeg("green"))
    expect(page.locator("#file .strip-photos img")).to_have_count(1)
    page.evaluate("() => document.querySelectorAll('main details').forEach((e) => (e.open = true))")
    page.locator("input[name=shape][value=area]").check(force=True)
    assert axe(page) == []
    assert page.evaluate(SMALL) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= screen["width"]
    page.locator("input[name=shape][value=point]").check(force=True)
    category(page, "E0504").click()
    page.locator("#send").click()
    expect(page.locator("#sent")).to_be_visible()
    assert axe(page) == []


def test_the_first_load_is_light(visit: Visit) -> None:
    page = phone(visit, "/healthz")
    loaded: dict[str, int] = {}

    def weigh(url: str, body: bytes) -> None:
        if "maplibre" not in url and "/maps/" not in url:
            loaded[url] = len(gzip.compress(body))

    page.on("requestfinished", lambda request: weigh(request.url, request.response().body()))  # type: ignore[union-attr]
    page.goto("/field/file")
    page.wait_for_load_state("networkidle")
    assert len(loaded) > 10
    assert sum(loaded.values()) < MOST_FIRST_LOAD, loaded
