"""Notices in a real browser: the bell, reading by opening, settings; both sizes, both languages, keyboard."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from app.core.clock import now
from app.events import delivery
from tests.browser.conftest import DESK, PHONE, Site, Visit
from tests.cast import bring_to

Axe = Callable[[Page], list[str]]


def told(site: Site, status: str = "handled") -> str:
    """A case of which its people have been told; its UUID."""
    uuid = bring_to(status, site.cast)
    while site.run(delivery.deliver_all, now()):
        pass
    return uuid


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("screen", [PHONE, DESK], ids=["phone", "desk"])
def test_the_page_fits_and_is_accessible(
    site: Site, visit: Visit, axe: Axe, screen: dict[str, int], lang: str
) -> None:
    told(site)
    for who in ("mara", "otto"):  # one who has been told, one who has not
        page = visit(who, "/notices", screen=screen, lang=lang)
        expect(page.locator("a.bell")).to_be_visible()
        assert axe(page) == [], who
        assert page.evaluate("() => document.documentElement.scrollWidth - innerWidth") <= 0, who


def test_the_bell_leads_to_the_case_by_keyboard_and_what_was_opened_is_read(site: Site, visit: Visit) -> None:
    uuid = told(site)
    page = visit("mara", "/desk/cases", screen=DESK, lang="en")
    page.locator("a.bell").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/notices")
    unread = page.locator("li.notice.unread")
    before = unread.count()
    assert before >= 2
    page.get_by_role("link", name="The handling was recorded").first.focus()
    with page.expect_response(lambda answer: answer.url.endswith("/notices/read")):
        page.keyboard.press("Enter")
    page.wait_for_url(f"**/desk/cases/{uuid}")
    page.goto("/notices")
    expect(unread).to_have_count(before - 1)
    page.get_by_role("button", name="Mark all read").click()
    expect(unread).to_have_count(0)
    expect(page.locator("a.bell")).to_have_attribute("aria-label", "Notices, 0 unread")


def test_the_phones_menu_leads_an_inspector_there(site: Site, visit: Visit) -> None:
    uuid = told(site)
    page = visit("ines", "/field/", lang="en")
    page.get_by_label("Menu").first.click()
    page.get_by_role("link", name="Notices").click()
    page.wait_for_url("**/notices")
    page.get_by_role("link", name="To check on the spot").first.click()
    page.wait_for_url(f"**/field/cases/{uuid}")


def test_settings_are_kept_and_what_is_wrong_is_said_beside_its_field(
    site: Site, visit: Visit, axe: Axe
) -> None:
    page = visit("dana", "/notices", screen=PHONE, lang="en", expected=("422",))
    page.get_by_label("Mail address").fill("dana at home")
    page.get_by_role("button", name="Keep these settings").click()
    expect(page.locator("#address-error")).to_contain_text("not a mail address")
    assert axe(page) == []
    page.get_by_label("Mail address").fill("dana@example.org")
    page.get_by_label("What is not urgent").select_option("yes")
    page.get_by_label("from").fill("21:00")
    page.get_by_role("button", name="Keep these settings").click()
    expect(page.get_by_role("status")).to_contain_text("Your settings are kept.")
    expect(page.get_by_label("Mail address")).to_have_value("dana@example.org")
    expect(page.get_by_label("from")).to_have_value("21:00")
