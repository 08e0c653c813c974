"""The phone without a signal: what opens, what is kept, whose it is, and that all of it arrives once."""

import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest
from playwright.sync_api import Browser, Dialog, Page, expect
from playwright.sync_api import Error as PlaywrightError
from werkzeug.serving import make_server

from app.core.db import begin_write, commit
from app.core.roles import Role
from app.field.routes import worker
from app.people.queries import person
from tests.areas import tiny_city
from tests.browser.conftest import PHONE, Site, Visit, sign_in
from tests.cast import GRID, add_someone

Axe = Callable[[Page], list[str]]
SENDING = "**/api/v1/cases/**"
NO_SIGNAL = ("ERR_INTERNET_DISCONNECTED", "ERR_FAILED")
UNTIL = """async (given) => {
  for (const end = Date.now() + 60_000; Date.now() < end; ) {
    if (await CONDITION(given)) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const { status } = await import("wangge/field/sync");
  const { list } = await import("wangge/field/queue");
  throw new Error(`waited in vain: ${JSON.stringify([status(), await list()])}`);
}"""
READY = """async () => {
  const { session } = await import("wangge/field/session");
  return navigator.serviceWorker.controller !== null && (await (await session()).bundle()) !== null;
}"""
STATES = """async (wanted) => {
  const items = await (await import("wangge/field/queue")).list();
  return items.map((item) => item.state).join() === wanted.join();
}"""
KEPT = """async () => {
  const db = await (await import("wangge/field/store")).open();
  return JSON.stringify(await db.getAll("drafts"));
}"""
ONLY_NEXT = """async () => {
  const versions = (await caches.keys()).filter((name) => name.startsWith("wangge-app-"));
  return versions.join() === "wangge-app-next";
}"""
ITEMS = "async () => (await import('wangge/field/queue')).list()"
DRAFT = """async ({ title, colours, queued }) => {
  const { addPhoto, begin, enqueue } = await import("wangge/field/queue");
  const draft = await begin("case", { title });
  for (const colour of colours) {
    const canvas = new OffscreenCanvas(60, 40);
    const brush = canvas.getContext("2d");
    brush.fillStyle = colour;
    brush.fillRect(0, 0, 60, 40);
    brush.fillText(draft.id, 0, 20);
    const blob = await canvas.convertToBlob({ type: "image/jpeg" });
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", await blob.arrayBuffer()));
    const sha256 = [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    await addPhoto(draft, { blob, sha256, kind: "before" });
  }
  const body = { category: "E0102", area: AREA, observed_at: draft.begunAt, channel: "inspector" };
  if (queued) await enqueue(draft, { body: { ...body, ...queued } });
  return draft.id;
}""".replace("AREA", f'"{GRID}"')


def until(page: Page, condition: str, given: Any = None) -> None:
    """Wait for an asynchronous condition, which Playwright's own waiting would take for true at once."""
    page.evaluate(UNTIL.replace("CONDITION", f"({condition})"), given)


def phone(visit: Visit, path: str = "/field/", *, leaves: bool = False, **more: Any) -> Page:
    """A page of Ines' whose phone is ready for a day without a signal; `leaves`: she will sign out."""
    more["expected"] = (*NO_SIGNAL, *more.get("expected", ()))
    page = visit(None if leaves else "ines", "/sign-in" if leaves else path, **more)
    if leaves:
        sign_in(page, "ines")
        page.goto(path)
    until(page, READY)
    return page


def draft(page: Page, title: str = "暴露垃圾", *colours: str, queued: Any = None) -> str:
    """Keep a draft on the phone; `queued`: a dict (also an empty one) lets it go, with these changes."""
    given = {"title": title, "colours": list(colours), "queued": queued}
    made: str = page.evaluate(DRAFT, given)
    return made


def until_loaded_anew(page: Page, condition: str) -> None:
    """The same while the page goes away and comes back, which ends whatever it was asked."""
    for _attempt in range(3):
        with suppress(PlaywrightError):
            return until(page, condition)
    return until(page, condition)


def unsent(page: Page, title: str) -> str:
    """A draft that was let go and finds a signal, but no server."""
    page.route(SENDING, lambda route: route.abort())
    page.context.set_offline(True)
    made = draft(page, title, "green", queued={})
    page.context.set_offline(False)
    return made


def states(page: Page) -> list[str]:
    return [item["state"] for item in page.evaluate(ITEMS)]


def wait_for(page: Page, *wanted: str) -> None:
    until(page, STATES, list(wanted))


def photos_of(site: Site, uuid: str) -> int:
    found = site.cast["ines"].get(f"/api/v1/cases/{uuid}").json
    assert found is not None
    return len(found["photos"])


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_page_of_the_app_opens_in_flight_mode(visit: Visit, axe: Axe, lang: str) -> None:
    page = phone(visit, lang=lang)
    context = page.context
    page.close()
    context.set_offline(True)
    for path in ("/field/", "/field/file", "/field/tray", "/field/case"):
        page = context.new_page()
        page.goto(path)
        expect(page.locator("#going")).to_have_attribute("data-phase", "offline")
        expect(page.locator("html")).to_have_attribute("lang", {"zh": "zh-Hans-CN", "en": "en"}[lang])
        expect(page.locator("#frame-name")).to_have_text("Ines")
        page.close()
    page = context.new_page()
    page.goto("/field/cases/00000000-0000-4000-8000-000000000000")
    page.wait_for_url("**/field/case#00000000-0000-4000-8000-000000000000")


def test_the_phone_knows_its_grids_and_categories_in_flight_mode(visit: Visit) -> None:
    page = phone(visit)
    page.context.set_offline(True)
    page.goto("/field/tray")
    bundle = page.evaluate("async () => (await (await import('wangge/field/session')).session()).bundle()")
    mine = [grid for grid in bundle["grids"] if grid["mine"]]
    assert [grid["code"] for grid in mine] == [GRID]
    assert len(bundle["grids"]) > 1
    assert len(bundle["categories"]["items"]) > 100


def test_filed_in_flight_mode_it_goes_by_itself_and_once(site: Site, visit: Visit, axe: Axe) -> None:
    page = phone(visit, "/field/tray")
    page.context.set_offline(True)
    made = [draft(page, f"暴露垃圾 {n}", "green", "blue", queued={}) for n in range(3)]
    expect(page.locator("#tray-moving .count")).to_have_text("3")
    page.close()
    page = page.context.new_page()  # another day, still without a signal
    page.goto("/field/tray")
    expect(page.locator("#tray-moving li")).to_have_count(3)
    page.context.set_offline(False)
    expect(page.locator("#tray-arrived li")).to_have_count(3, timeout=30_000)
    expect(page.locator("#going")).to_have_attribute("data-phase", "idle")
    assert [photos_of(site, uuid) for uuid in made] == [2, 2, 2]
    left = page.evaluate("async () => (await (await import('wangge/field/store')).open()).count('photos')")
    assert left == 0


def test_two_tabs_send_each_item_once(site: Site, visit: Visit) -> None:
    page = phone(visit, "/field/tray")
    other = page.context.new_page()
    other.goto("/field/tray")
    asked: list[str] = []
    page.context.on("request", lambda request: asked.append(f"{request.method} {request.url}"))
    made = [draft(each, "两个标签页", "green", queued={}) for each in (page, other, page, other)]
    wait_for(page, *["confirmed"] * 4)
    for uuid in made:
        assert len([line for line in asked if line.startswith("PUT") and line.endswith(uuid)]) == 1


def second_inspector(site: Site) -> None:
    def add() -> None:
        if person("ivan") is None:
            begin_write()
            add_someone("ivan", Role.INSPECTOR, area=tiny_city.GRID)
            commit()

    site.run(add)


def sign_out(page: Page) -> None:
    page.locator(".top-menu summary").click()
    page.locator("#frame-leave").click()


def test_two_people_on_one_phone_never_see_each_others_drafts(site: Site, visit: Visit, axe: Axe) -> None:
    second_inspector(site)
    page = phone(visit, "/field/tray", leaves=True)
    hers = unsent(page, "河边的孩子")
    sign_out(page)
    page.locator("#leave-keep").click()
    page.wait_for_url("**/sign-in")

    sign_in(page, "ivan")
    page.goto("/field/tray")
    until(page, READY)
    expect(page.locator("#frame-name")).to_have_text("Ivan")
    expect(page.locator("#tray-others")).to_contain_text("1")
    expect(page.locator("#tray-moving")).to_be_hidden()
    assert "河边" not in page.content()
    assert axe(page) == []
    assert "河边" not in page.evaluate(KEPT)
    sign_out(page)
    page.wait_for_url("**/sign-in")

    page.unroute(SENDING)
    sign_in(page, "ines")
    page.goto("/field/tray")
    expect(page.locator("#tray-arrived")).to_contain_text("河边的孩子", timeout=30_000)
    assert photos_of(site, hers) == 1


def test_writing_goes_on_after_the_sign_in_has_expired(site: Site, visit: Visit, axe: Axe) -> None:
    page = phone(visit, "/field/tray", expected=("400", "401"))
    page.context.clear_cookies()
    page.reload()
    made = draft(page, "登录已过期", "green", queued={})
    expect(page.locator("#going")).to_have_attribute("data-phase", "signin")
    expect(page.locator("#tray-signin")).to_be_visible()
    assert axe(page) == []
    assert states(page) == ["queued"]
    other = page.context.new_page()
    sign_in(other, "ines")
    page.locator("#tray-moving").wait_for()
    page.evaluate("async () => (await import('wangge/field/queue')).sendNow()")
    wait_for(page, "confirmed")
    assert photos_of(site, made) == 1


def test_signing_out_with_unsent_items_asks(visit: Visit, axe: Axe) -> None:
    page = phone(visit, "/field/tray", leaves=True)
    unsent(page, "未发送")
    sign_out(page)
    expect(page.locator("#leave")).to_be_visible()
    assert axe(page) == []
    with page.expect_download() as exported:
        page.locator("#leave-export").click()
    assert exported.value.suggested_filename.endswith(".queue")
    page.locator("#leave-stay").click()
    page.unroute(SENDING)
    sign_out(page)
    page.locator("#leave-send").click()
    page.wait_for_url("**/field/tray")
    wait_for(page, "confirmed")


def test_signed_out_without_a_signal_nothing_of_hers_is_shown(visit: Visit, axe: Axe) -> None:
    page = phone(visit, leaves=True)
    page.context.set_offline(True)
    sign_out(page)
    expect(page.locator("#nobody")).to_be_visible()
    expect(page.locator("#frame-name")).to_have_text("")
    assert axe(page) == []
    page.context.set_offline(False)
    page.reload()
    page.wait_for_url("**/sign-in**")
    page.goto("/field/tray")  # the sign-in ended at the server, too
    page.wait_for_url("**/sign-in**")


def sign_out_at_the_desk(page: Page) -> None:
    page.goto("/notices")
    page.locator(".person summary").click()
    page.locator("#sign-out button").click()


HELD = """async () => {
  const { open } = await import("wangge/field/store");
  const database = await open();
  const names = (await database.getAllKeys("kept")).filter((name) => name.includes(":"));
  return { keys: (await database.getAll("keys")).map(({ privateKey }) => privateKey !== null), names };
}"""


def test_signing_out_on_a_page_of_the_desk_takes_the_key_off_the_phone(visit: Visit) -> None:
    page = phone(visit, "/field/tray", leaves=True)
    assert page.evaluate(HELD)["keys"] == [True]
    sign_out_at_the_desk(page)
    page.wait_for_url("**/sign-in")
    assert page.evaluate(HELD) == {"keys": [False], "names": []}


def test_signing_out_on_a_page_of_the_desk_asks_about_what_is_unsent(visit: Visit, axe: Axe) -> None:
    page = phone(visit, "/field/tray", leaves=True)
    unsent(page, "桌面退出")
    sign_out_at_the_desk(page)
    expect(page.locator("#leave")).to_be_visible()
    expect(page.locator("#leave-says")).to_contain_text("1")
    assert axe(page) == []
    page.locator("#leave-keep").click()
    page.wait_for_url("**/sign-in")
    assert page.evaluate(HELD)["keys"] == [False]


def test_another_language_needs_a_signal_and_says_so(visit: Visit) -> None:
    page = phone(visit)
    page.context.set_offline(True)
    page.locator(".top-menu summary").tap()
    page.locator("#frame-language button[value=en]").tap()
    expect(page.locator("#frame-language-says")).to_be_visible()
    page.context.set_offline(False)
    page.locator("#frame-language button[value=en]").tap()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.context.set_offline(True)
    page.goto("/field/tray")
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_the_file_of_another_phone_is_taken_in(site: Site, visit: Visit) -> None:
    page = phone(visit, "/field/tray")
    page.context.set_offline(True)
    made = draft(page, "另一部手机", "green", "red", queued={})
    with page.expect_download() as exported:
        page.locator("#tray-export").click()
    other = phone(visit, "/field/tray")
    other.set_input_files("#tray-import", exported.value.path())
    expect(other.locator("#tray-arrived")).to_contain_text("另一部手机")
    assert photos_of(site, made) == 2
    page.context.set_offline(False)
    wait_for(page, "confirmed")
    assert photos_of(site, made) == 2


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_tray_says_what_needs_her_and_what_she_can_do(
    site: Site, visit: Visit, axe: Axe, lang: str
) -> None:
    page = phone(visit, "/field/tray", lang=lang, expected=("422", "412"))
    draft(page, "未完成的草稿")
    refused = draft(page, "被退回的上报", "green", queued={"category": "X9999"})
    arrived = draft(page, "已送达的上报", "green", queued={})
    wait_for(page, "draft", "parked", "confirmed")
    version = site.cast["ines"].get(f"/api/v1/cases/{arrived}").json["version"]  # type: ignore[index]
    site.cast["mara"].act(arrived, "accept")
    page.evaluate(
        """async ({ caseId, version }) => {
          const { begin, enqueue } = await import("wangge/field/queue");
          const act = await begin("act", { title: "留言 · 暴露垃圾" });
          await enqueue(act, { body: { id: act.id, action: "comment", text: "我在现场" }, caseId, version });
        }""",
        {"caseId": arrived, "version": version},
    )
    expect(page.locator("#tray-attention [data-id]")).to_have_count(2)
    expect(page.locator("[data-state=parked]")).to_contain_text("X9999")
    expect(page.locator("[data-state=conflict] .tray-changed")).to_contain_text("Mara")
    mend = page.locator(f"[data-id='{refused}'] a.primary")
    expect(mend).to_have_attribute("href", f"/field/file#{refused}")
    expect(page.locator("#going")).to_have_attribute("data-phase", "attention")
    assert axe(page) == []
    page.locator(".top-menu summary").tap()
    page.locator("[data-theme-choice=sun]").tap()
    page.keyboard.press("Escape")
    assert axe(page) == []

    page.on("dialog", lambda dialog: _accept(dialog, "被退回的上报"))
    page.locator(f"[data-id='{refused}'] button").last.tap()
    expect(page.locator("[data-state=parked]")).to_have_count(0)


def _accept(dialog: Dialog, said: str) -> None:
    assert said in dialog.message
    dialog.accept()


@pytest.fixture
def own_server(site: Site) -> Iterator[str]:
    """The same city, served from within the test, which so can bring a new version of the app."""
    server = make_server("127.0.0.1", 0, site.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join(10)


def test_a_new_version_waits_until_she_takes_it_and_drops_nothing(
    chromium: Browser, own_server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = chromium.new_context(viewport=PHONE, has_touch=True, locale="zh-CN", base_url=own_server)
    page = context.new_page()
    sign_in(page, "ines")
    page.goto("/field/tray")
    until(page, READY)
    unsent(page, "更新之前")
    expect(page.locator("#fresh")).to_be_hidden()

    monkeypatch.setattr(worker, "version_of", lambda _parts: "next")
    page.reload()
    expect(page.locator("#fresh")).to_be_visible()
    assert "wangge-app-next" in page.evaluate("() => caches.keys()")
    page.locator("#fresh-take").tap()
    until_loaded_anew(page, ONLY_NEXT)
    expect(page.locator("#fresh")).to_be_hidden()
    assert states(page) == ["queued"]
    page.unroute(SENDING)
    page.reload()
    wait_for(page, "confirmed")
    context.close()


def test_no_answer_with_anybodys_data_is_cached(visit: Visit) -> None:
    page = phone(visit)
    page.goto("/field/cases")
    page.goto("/field/tray")
    kept = page.evaluate(
        """async () => {
          const found = [];
          for (const name of await caches.keys()) {
            if (!name.startsWith("wangge-person-")) found.push(...(await (await caches.open(name)).keys()));
          }
          return found.map(({ url }) => new URL(url).pathname);
        }"""
    )
    shells = {"/field/", "/field/case", "/field/file", "/field/tray", "/field/language"}
    assert {path for path in kept if not path.startswith("/static/")} == shells
