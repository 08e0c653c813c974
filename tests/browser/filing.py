"""Steps on the filing page that several browser tests take."""

import io
from typing import Any

from PIL import Image
from playwright.sync_api import FilePayload, Locator, Page, expect

from tests.browser.conftest import Site, Visit


def jpeg(
    colour: str = "green", size: tuple[int, int] = (3000, 2000), exif: Image.Exif | None = None
) -> FilePayload:
    """A photo as a phone takes it: with the device in its EXIF."""
    said = Image.Exif() if exif is None else exif
    said[0x010F] = "Camera of the tests"
    buffer = io.BytesIO()
    Image.new("RGB", size, colour).save(buffer, "JPEG", exif=said)
    return {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": buffer.getvalue()}


def placed_exif(lon: float, lat: float, taken: str = "") -> Image.Exif:
    """EXIF that says where (north-east of the zero) and when (`2026:11:20 10:42:00`)."""
    exif = Image.Exif()
    gps = exif.get_ifd(0x8825)
    gps[1], gps[3] = "N", "E"
    gps[2], gps[4] = ((degrees, 0.0, 0.0) for degrees in (lat, lon))
    if taken:
        exif.get_ifd(0x8769)[0x9003] = taken
    return exif


def take(page: Page, *colours: str, strip: str = "photo") -> None:
    """Take photos; wait until the page shows them."""
    images = page.locator(f"[data-strip={strip}] .strip-photos img")
    shown = images.count()
    page.set_input_files(f"#{strip}-camera", [jpeg(colour) for colour in colours])
    expect(images).to_have_count(shown + len(colours))


def begin(visit: Visit, **more: Any) -> Page:
    """The filing page with its categories, the place found."""
    page = phone(visit, **more)
    ready(page)
    return page


def phone(visit: Visit, path: str = "/field/file", **more: Any) -> Page:
    """A page of Ines's phone."""
    return visit("ines", path, **more)


def ready(page: Page) -> None:
    expect(page.locator("#category-chips button").first).to_be_visible()
    expect(page.locator("#place-name")).to_contain_text("第")


def category(page: Page, code: str) -> Locator:
    return page.locator(f"#category-chips [data-code={code}]")


def choose(page: Page, code: str) -> None:
    """Any category, by its code."""
    page.locator("#category-search").fill(code)
    page.keyboard.press("Enter")


def number(page: Page) -> str:
    """The number of what was sent, when the case and every photo have arrived."""
    expect(page.locator("#sent[data-state=confirmed]")).to_be_visible()
    return page.locator("#sent-number").inner_text()


def all_sent(page: Page) -> None:
    """The queue holds nothing any more but what has arrived."""
    page.evaluate("""async () => {
      const { list } = await import("wangge/field/queue");
      while (!(await list()).every(({ state }) => state === "confirmed")) {
        await new Promise((again) => setTimeout(again, 50));
      }
    }""")


def case_of(site: Site, filed: str) -> dict[str, Any]:
    """The case with a number, as its filer reads it."""
    found = site.cast["ines"].get(f"/api/v1/cases?q={filed}").json
    assert found is not None and found["total"] == 1, found
    whole = site.cast["ines"].get(f"/api/v1/cases/{found['items'][0]['id']}").json
    assert whole is not None
    return dict(whole)
