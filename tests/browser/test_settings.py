"""Settings and operations in a real browser: both sizes, both languages, keyboard, two editors at once."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, PHONE, Visit
from tests.desk.settings_forms import FORMS

Axe = Callable[[Page], list[str]]
PAGES = (
    "/settings/",
    "/settings/calendar",
    "/settings/terms?category=E0102",
    "/settings/ladder",
    "/settings/limits",
    "/settings/reasons",
    "/settings/responsibility",
    "/settings/history/terms",
    "/operations/",
)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("screen", [PHONE, DESK], ids=["phone", "desk"])
def test_every_page_fits_and_is_accessible(visit: Visit, axe: Axe, screen: dict[str, int], lang: str) -> None:
    page = visit("ada", "/settings/", screen=screen, lang=lang)
    for path in (*PAGES, *(f"/settings/edit/{form}" for form in FORMS)):
        page.goto(path)
        assert page.evaluate("() => document.documentElement.scrollWidth - innerWidth") <= 0, path
        assert axe(page) == [], path


def test_a_term_is_changed_by_keyboard_alone(visit: Visit, axe: Axe) -> None:
    page = visit("ada", "/settings/edit/grace?level=town&urgency=high", lang="en", expected=("422",))
    expect(page.get_by_label("Level")).to_have_value("town")
    page.get_by_label("Time allowed").focus()
    page.keyboard.type("0")
    page.get_by_label("Why").focus()
    page.keyboard.type("rain season")
    page.get_by_label("Time allowed").press("Enter")
    expect(page.get_by_text("at most 20000 hours or 2000 days")).to_be_visible()
    assert axe(page) == []
    field = page.get_by_label("Time allowed")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("Why")).to_have_value("rain season")
    field.focus()
    page.keyboard.press("Control+A")
    page.keyboard.type("6")
    page.keyboard.press("Tab")
    page.keyboard.type("hours")
    page.get_by_label("Time allowed").press("Enter")
    page.wait_for_url("**/settings/ladder")
    expect(page.get_by_role("row", name="Town")).to_contain_text("6 hours by the clock")
    expect(page.locator(".flashes")).to_contain_text("running clocks keep their term")


def test_the_second_of_two_editors_is_told(visit: Visit, axe: Axe) -> None:
    first = visit("ada", "/settings/edit/limits", screen=DESK, lang="en")
    second = visit("ada", "/settings/edit/limits", screen=PHONE, lang="en", expected=("412",))
    reopened = "A closed case may be reopened for (days)"
    for page, days, why in ((first, "21", "the first"), (second, "28", "the second")):
        page.get_by_label(reopened).fill(days)
        page.get_by_label("Why").fill(why)
        page.get_by_role("button", name="Save").click()
    second.wait_for_load_state()
    told = second.get_by_role("alert")
    for words in ("nothing of yours is saved yet", "the first", "21"):
        expect(told).to_contain_text(words)
    expect(second.get_by_label(reopened)).to_have_value("28")
    assert axe(second) == []
    second.get_by_role("button", name="Save").click()
    second.wait_for_url("**/settings/limits")
    second.goto("/settings/history/limits")
    expect(second.locator(".versions > li").first).to_contain_text("the second")
    second.get_by_text("count again …").first.click()
    second.locator(".revert[open] input[name=note]").fill("back to the first")
    second.get_by_role("button", name="Make it count again, as a new version").first.click()
    second.wait_for_url("**/settings/limits")
    expect(second.get_by_role("row", name=reopened)).to_contain_text("21")
