"""A voice note, recorded by a browser whose microphone beeps."""

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import Site, Visit
from tests.browser.filing import begin, case_of, category, number

REFUSED = """navigator.mediaDevices.getUserMedia = async () => {
  throw new DOMException("no", "NotAllowedError");
}"""


@pytest.fixture(scope="module")
def chromium(chromium: Browser) -> Iterator[Browser]:
    """The same browser with a microphone of its own."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    flags = ["--no-sandbox", "--disable-background-networking"]
    flags += ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
    browser = chromium.browser_type.launch(args=flags, executable_path=found)
    yield browser
    browser.close()


def test_a_voice_note_goes_with_the_case(site: Site, visit: Visit) -> None:
    page = begin(visit)
    page.locator(".more summary").tap()
    page.locator("#voice-record").tap()
    expect(page.locator("#voice-says")).to_contain_text("58")
    page.locator("#voice-record").tap()
    expect(page.locator("#voice-play")).to_be_visible()
    category(page, "E0102").tap()
    page.locator("#send").tap()
    case = case_of(site, number(page))
    assert [photo["kind"] for photo in case["photos"]] == ["voice"]


def test_a_recording_under_way_is_finished_by_sending(site: Site, visit: Visit) -> None:
    page = begin(visit)
    category(page, "E0102").tap()
    page.locator(".more summary").tap()
    page.locator("#voice-record").tap()
    expect(page.locator("#voice-says")).to_contain_text("58")
    page.locator("#send").tap()
    assert len(case_of(site, number(page))["photos"]) == 1


def test_a_voice_note_can_be_thrown_away(site: Site, visit: Visit) -> None:
    page = begin(visit)
    page.locator(".more summary").tap()
    page.locator("#voice-record").tap()
    expect(page.locator("#voice-says")).to_contain_text("58")
    page.locator("#voice-record").tap()
    page.locator("#voice-drop").tap()
    expect(page.locator("#voice-record")).to_be_focused()
    category(page, "E0102").tap()
    page.locator("#send").tap()
    assert case_of(site, number(page))["photos"] == []


def test_a_microphone_that_is_refused_is_said(visit: Visit) -> None:
    page = begin(visit)
    page.add_init_script(REFUSED)
    page.reload()
    page.locator(".more summary").tap()
    page.locator("#voice-record").tap()
    expect(page.locator("#voice-says")).not_to_be_empty()


def test_a_browser_that_records_nothing_says_so(visit: Visit) -> None:
    page = begin(visit)
    page.add_init_script("delete window.MediaRecorder")
    page.reload()
    page.locator(".more summary").tap()
    expect(page.locator("#voice-says")).not_to_be_empty()
    expect(page.locator("#voice-record")).to_be_disabled()
