"""Steps of an inspector's day that several browser tests take."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.areas import tiny_city
from tests.browser.conftest import Site, Visit, sign_in

Axe = Callable[[Page], list[str]]
CUT_OFF = ("ERR_INTERNET_DISCONNECTED", "ERR_FAILED")
WORKER = "async () => Boolean((await navigator.serviceWorker.ready).active)"
ALL_KEPT = """async () => {
  const [, app] = /^const APP = (.*);$/m.exec(await (await fetch("/field/sw.js")).text());
  const { version, later } = JSON.parse(app);
  const cache = await caches.open(`wangge-app-${version}`);
  return (await Promise.all(later.map((url) => cache.match(url)))).every(Boolean);
}"""


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
