"""Fifty cases with two photos each, filed without a signal; on the way everything goes wrong that can.

The ledger is kept here, not in the page. The control keeps photos by name, as others do, and loses half.
"""

import base64
import io
import random
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask_migrate import upgrade
from PIL import Image
from playwright.sync_api import BrowserContext, Page, Playwright, expect
from playwright.sync_api import Error as BrowserError

from app import create_app
from app.core.clock import now
from app.core.config import Settings
from app.core.db import begin_write, commit, db
from app.people.queries import person
from app.people.service import make_token
from tests.areas import tiny_city
from tests.browser.conftest import CHROMIUM, PHONE, SWITCHES, sign_in
from tests.browser.drill import Ledger, Line, Server, digest
from tests.cast import Caller, build_city

SEED, DRAFTS = 20261121, 50
TAB_KILLS, SERVER_KILLS = 10, 5
CATEGORIES = ("E0102", "E0504")
TAKEN = """async (id) =>
  (await (await import("wangge/field/queue")).get(id)).photos.map(({ sha256 }) => sha256)"""
HELD = """async (id) => {
  const { get, blobOf } = await import("wangge/field/queue");
  const draft = await get(id);
  const bytes = await Promise.all(draft.photos.map(async ({ sha256 }) => {
    const blob = await blobOf(draft, sha256);
    const all = new Uint8Array(await blob.arrayBuffer());
    let text = "";
    for (let at = 0; at < all.length; at += 9999) text += String.fromCharCode(...all.subarray(at, at + 9999));
    return btoa(text);
  }));
  return bytes;
}"""
ITEMS = """async () => (await (await import("wangge/field/queue")).list())
  .map(({ id, state, receipt, number, problem }) => ({ id, state, receipt, number, problem }))"""
LEFT = """async () => {
  const { open } = await import("wangge/field/store");
  return (await (await open()).getAllKeys("photos")).length;
}"""
NUDGE = "() => dispatchEvent(new Event('online'))"


class Phone:
    """A browser with its own profile: what it keeps outlives tabs."""

    def __init__(self, playwright: Playwright, profile: Path, url: str) -> None:
        self._playwright, self._profile, self.url = playwright, profile, url
        self.kills = 0
        self.context = self._open()
        self.page = self.context.new_page()

    def _open(self) -> BrowserContext:
        context = self._playwright.chromium.launch_persistent_context(
            str(self._profile),
            executable_path=CHROMIUM,
            args=SWITCHES,
            viewport=PHONE,
            has_touch=True,
            locale="en-GB",
            timezone_id="Asia/Shanghai",
            base_url=self.url,
            geolocation={"longitude": tiny_city.MIDDLE[0], "latitude": tiny_city.MIDDLE[1], "accuracy": 8},
            permissions=["geolocation"],
        )
        context.set_default_timeout(30_000)
        return context

    def kill_tab(self, path: str) -> None:
        """The renderer dies at once, without any farewell event; another tab opens."""
        dead, self.page = self.page, self.context.new_page()
        with suppress(BrowserError):
            dead.goto("chrome://crash", timeout=2_000)  # answers by dying
        with suppress(BrowserError):
            dead.close()
        self.kills += 1
        self.page.goto(path)

    def restart(self, path: str) -> None:
        """The whole browser is closed and opened again."""
        self.context.close()
        self.context = self._open()
        self.page = self.context.new_page()
        self.page.goto(path)

    def items(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.page.evaluate(ITEMS)
        return found


class Scene:
    """The server behind its line, the phone, the ledger."""

    def __init__(self, folder: Path, app: Flask, playwright: Playwright) -> None:
        self.app, self.chance = app, random.Random(SEED)
        self.server = Server(folder / "instance", folder / "code")
        self.line = Line(self.server.port)
        self.folder, self.ledger, self.playwright = folder, Ledger(), playwright
        self.mara = self._caller("mara")
        self.ines = self._caller("ines")

    def _caller(self, name: str) -> Caller:
        with self.app.app_context():
            begin_write()
            found = person(name)
            assert found is not None
            token = make_token(found, "drill", now=now())
            commit()
            db.session.remove()
        return Caller(self.app.test_client(), token)

    def begin(self) -> Phone:
        self.server.start()
        phone = Phone(self.playwright, self.folder / "profile", self.line.url)
        sign_in(phone.page, "ines")
        phone.page.goto("/field/file")
        ready(phone.page)
        phone.page.evaluate("async () => Boolean((await navigator.serviceWorker.ready).active)")
        return phone


@pytest.fixture
def scene(tmp_path: Path, driver: Playwright) -> Iterator[Scene]:
    instance = tmp_path / "instance"
    instance.mkdir()
    url = f"sqlite:///{instance / 'wangge.sqlite'}"
    app = create_app(Settings(instance=instance, database_url=url, secret_key="drill", testing=True))
    (instance / "secret.key").write_text("drill")
    with app.app_context():
        upgrade()
        build_city()
        db.session.remove()
    made = Scene(tmp_path, app, driver)
    yield made
    made.line.close()
    with suppress(ProcessLookupError, AssertionError):
        made.server.kill()
    with app.app_context():
        db.engine.dispose()


def ready(page: Page) -> None:
    expect(page.locator("#category-chips button").first).to_be_visible()
    expect(page.locator("#place-name")).to_contain_text("第")


def pictures(number: int) -> list[dict[str, Any]]:
    """Two different photos of the same name, as two cameras call theirs."""
    made = []
    for each in range(2):
        image = Image.new("RGB", (640, 480), ((number * 37) % 256, (number * 91) % 256, 80 + each * 100))
        buffer = io.BytesIO()
        image.save(buffer, "JPEG")
        made.append({"name": "image.jpg", "mimeType": "image/jpeg", "buffer": buffer.getvalue()})
    return made


def draft_with_photos(phone: Phone, count: int) -> str:
    """The id of the draft on the page, once that many photos are kept with it."""
    for _turn in range(100):
        for item in phone.items():
            if item["state"] == "draft" and len(phone.page.evaluate(TAKEN, item["id"])) == count:
                return str(item["id"])
        phone.page.wait_for_timeout(100)
    raise AssertionError("no draft was kept")


def file_one(scene: Scene, phone: Phone, number: int, *, killed: bool = False) -> None:
    """Two photos, a category, send; `killed`: the tab dies before, and the draft is taken up again."""
    page = phone.page
    page.set_input_files("#photo-camera", pictures(number))  # type: ignore[arg-type]
    expect(page.locator("[data-strip=photo] .strip-photos img")).to_have_count(2)
    if killed:
        draft = draft_with_photos(phone, 2)
        phone.kill_tab(f"/field/file#{draft}")
        page = phone.page
        expect(page.locator("[data-strip=photo] .strip-photos img")).to_have_count(2)
    page.locator(f"#category-chips [data-code={CATEGORIES[number % 2]}]").tap()
    page.locator("#send").tap()
    expect(page.locator("#sent[data-state=queued]")).to_be_visible()
    before = set(scene.ledger.photos)
    (new,) = [item["id"] for item in phone.items() if item["id"] not in before and item["state"] != "draft"]
    scene.ledger.photos[new] = page.evaluate(TAKEN, new)
    page.locator("#again-same" if number % 2 else "#again-here").tap()
    expect(page.locator("#photo-camera")).to_be_focused()


def file_all(scene: Scene, phone: Phone, drafts: int, kills: int) -> None:
    """Without a signal, over several lives of the tab and one of the browser."""
    scene.line.down = True
    phone.context.set_offline(True)
    phone.page.goto("/field/file")
    ready(phone.page)
    killed = set(scene.chance.sample(range(1, drafts), kills))
    for number in range(drafts):
        file_one(scene, phone, number, killed=number in killed)
        if number == drafts // 2:
            phone.restart("/field/file")
            phone.context.set_offline(True)
            ready(phone.page)


def send_all(scene: Scene, phone: Phone, kills: int) -> None:
    """With a signal that comes and goes: a third of the replies lost, server and tabs killed on the way."""
    phone.context.set_offline(False)
    scene.line.down, scene.line.cut_every, scene.line.too_large = False, 3, 1
    phone.page.goto("/field/tray")
    events = ["tab"] * kills + ["server"] * SERVER_KILLS + ["sign-in", "update"]
    scene.chance.shuffle(events)
    for turn in range(400):
        if not events and sent(scene, phone):
            break
        with suppress(BrowserError):
            phone.page.evaluate(NUDGE)
        phone.page.wait_for_timeout(300)
        check_confirmed(scene, phone)
        if turn % 4 == 3 and events:
            befall(events.pop(), scene, phone)
    assert not events, "it was over before everything had gone wrong"


def sent(scene: Scene, phone: Phone) -> bool:
    """Everything that was sent off has arrived; an empty page may have begun another draft."""
    return all(item["state"] == "confirmed" for item in phone.items() if item["id"] in scene.ledger.photos)


def befall(event: str, scene: Scene, phone: Phone) -> None:
    if event == "tab":
        phone.kill_tab("/field/tray")
    elif event == "server":
        scene.server.kill()
        phone.page.wait_for_timeout(200)
        scene.server.start()
    elif event == "sign-in":
        phone.context.clear_cookies()
        phone.page.evaluate(NUDGE)
        phone.page.wait_for_timeout(500)
        sign_in(phone.page, "ines")
        phone.page.goto("/field/tray")
    else:
        update_the_app(scene, phone)


def update_the_app(scene: Scene, phone: Phone) -> None:
    """Another version of the app on the server; the phone takes it over with its queue."""
    style = scene.server.code / "app/field/static/field/field.css"
    scene.server.kill()
    style.write_text(style.read_text() + "\n/* another version */\n")
    scene.server.start()
    phone.page.evaluate("async () => (await navigator.serviceWorker.getRegistration())?.update()")
    phone.page.reload()


def check_confirmed(scene: Scene, phone: Phone) -> None:
    """What the phone has let go of, the server has in full."""
    with suppress(BrowserError):
        for item in phone.items():
            if item["state"] == "confirmed":
                assert hashes_of(scene, item["id"]) == set(scene.ledger.photos[item["id"]])


def hashes_of(scene: Scene, uuid: str) -> set[str]:
    answer = scene.ines.get(f"/api/v1/cases/{uuid}")
    assert answer.status_code == 200, uuid
    return {photo["sha256"] for photo in answer.json["photos"]}  # type: ignore[index]


def losses(scene: Scene) -> list[str]:
    """What the ledger has and the server has not, and what the server has twice or nobody filed."""
    found = scene.ines.get("/api/v1/cases?limit=200").json
    assert found is not None
    filed = [item["id"] for item in found["items"]]
    faults = [f"case {uuid} missing" for uuid in scene.ledger.photos if uuid not in filed]
    faults += [f"case {uuid} nobody filed" for uuid in filed if uuid not in scene.ledger.photos]
    for uuid in set(filed) & set(scene.ledger.photos):
        for sha256 in scene.ledger.photos[uuid]:
            body = scene.mara.get(f"/api/v1/cases/{uuid}/photos/{sha256}?original=1")
            if body.status_code != 200 or digest(body.data) != sha256:
                faults.append(f"photo {sha256} of {uuid} missing or altered")
    return faults


def test_nothing_is_lost_and_nothing_doubled(scene: Scene) -> None:
    phone = scene.begin()
    file_all(scene, phone, DRAFTS, TAB_KILLS // 2)
    assert (len(scene.ledger.photos), scene.ledger.count) == (DRAFTS, 2 * DRAFTS)
    for draft, hashes in scene.ledger.photos.items():
        assert [digest(base64.b64decode(text)) for text in phone.page.evaluate(HELD, draft)] == hashes
    send_all(scene, phone, TAB_KILLS - TAB_KILLS // 2)
    assert phone.kills == TAB_KILLS and scene.line.cuts >= DRAFTS // 2 and scene.line.refused == 1
    assert losses(scene) == []
    assert sent(scene, phone)
    assert phone.page.evaluate(LEFT) == 0
    kills = f"{phone.kills} tabs and {SERVER_KILLS} servers killed, {scene.line.cuts} replies lost"
    print(f"seed {SEED}: {DRAFTS} cases, {scene.ledger.count} photos, {kills}: 0 lost, 0 doubled")
    phone.context.close()


def test_a_queue_keyed_by_name_loses_photos(scene: Scene) -> None:
    """The control: the same phone, its photos kept by their file's name. The ledger notices."""
    queue = scene.server.code / "app/field/static/field/queue.js"
    text = queue.read_text()
    for kept, by_name in (
        ("{ draft: draft.id, sha256, owner", '{ draft: draft.id, sha256: "image.jpg", owner'),
        ('.get("photos", [draft.id, sha256])', '.get("photos", [draft.id, "image.jpg"])'),
    ):
        assert kept in text
        text = text.replace(kept, by_name)
    queue.write_text(text)
    phone = scene.begin()
    scene.line.down = True
    for number in range(3):
        file_one(scene, phone, number)
    scene.line.down = False
    for _turn in range(60):
        phone.page.evaluate(NUDGE)
        phone.page.wait_for_timeout(300)
        if all(item["state"] in ("confirmed", "parked") for item in phone.items()):
            break
    lost = [fault for fault in losses(scene) if fault.startswith("photo")]
    assert len(lost) >= 3, lost
    phone.context.close()
