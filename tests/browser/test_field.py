"""The inspector's phone in a real browser."""

import gzip
import hashlib
import io
import re
from collections.abc import Callable

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, Route, expect

from tests.areas import tiny_city
from tests.browser.conftest import DESK, PHONE, Site, Visit, sign_in
from tests.cast import GRID, bring_to

BEYOND = "990001001002"
"""The community across the border of `tiny_city.BORDER`."""
BY_THE_BORDER = (tiny_city.BORDER[0] - 0.0001, tiny_city.BORDER[1])
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
GEOLOCATION = """() => {
  const fail = (done, lost) => setTimeout(() => lost({code: CODE, PERMISSION_DENIED: 1, TIMEOUT: 3}), 0);
  navigator.geolocation.watchPosition = (done, lost) => (fail(done, lost), 1);
  navigator.geolocation.getCurrentPosition = fail;
}"""


def jpeg(colour: str = "green", size: tuple[int, int] = (3000, 2000)) -> dict[str, str | bytes]:
    """A large photo as a phone takes it: with the device and the place in its EXIF."""
    exif = Image.Exif()
    exif[0x010F] = "Camera of the tests"
    exif.get_ifd(0x8825)[1] = "N"
    buffer = io.BytesIO()
    Image.new("RGB", size, colour).save(buffer, "JPEG", exif=exif)
    return {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": buffer.getvalue()}


def take(page: Page, *colours: str) -> None:
    """Take photos; wait until the page shows them."""
    shown = page.locator(".strip-photos img").count()
    page.set_input_files("#photo-camera", [jpeg(colour) for colour in colours])  # type: ignore[list-item]
    expect(page.locator(".strip-photos img")).to_have_count(shown + len(colours))


def begin(visit: Visit, **more: object) -> Page:
    """The filing page, the place found."""
    page = visit("ines", "/field/file", **more)
    expect(page.locator("#place-name")).to_contain_text("第")
    return page


def category(page: Page, code: str) -> Locator:
    return page.locator(f"#category-chips [data-code={code}]")


def number(page: Page) -> str:
    expect(page.locator("#sent-photos")).to_have_text(re.compile("已全部送达|没有随附"))
    return page.locator("#sent-number").inner_text()


def case_of(site: Site, filed: str) -> dict[str, object]:
    """The case with a number, as its filer reads it."""
    found = site.cast["ines"].get(f"/api/v1/cases?q={filed}").json
    assert found is not None and found["total"] == 1, found
    whole = site.cast["ines"].get(f"/api/v1/cases/{found['items'][0]['id']}").json
    assert whole is not None
    return dict(whole)


def test_from_photo_to_number_in_two_taps(site: Site, visit: Visit) -> None:
    page = visit("ines", "/field/")
    page.get_by_role("link", name="上报案件").tap()
    expect(page.locator("#place-name")).to_contain_text("±8")
    take(page, "green", "blue")

    taps = [category(page, "E0504"), page.locator("#send")]
    for each in taps:
        each.tap()
    filed = number(page)

    assert len(taps) <= 3
    case = case_of(site, filed)
    assert case["category"] == "E0504"
    assert case["areas"]["grid"] == GRID  # type: ignore[index]
    assert case["accuracy_m"] == 8
    assert len(case["photos"]) == 2  # type: ignore[arg-type]
    page.locator("#sent .stack a").last.tap()
    expect(page.locator(".case-rows").last).to_contain_text(filed)
    page.get_by_role("link", name="我的全部案件").tap()
    expect(page.locator(".case-rows")).to_contain_text(filed)


def test_what_leaves_the_phone_is_small_and_says_nothing_of_the_device(site: Site, visit: Visit) -> None:
    page = begin(visit)
    take(page, "green")
    category(page, "E0102").tap()
    page.locator("#send").tap()
    case = case_of(site, number(page))
    sha256 = case["photos"][0]["sha256"]  # type: ignore[index]
    body = site.cast["mara"].get(f"/api/v1/cases/{case['id']}/photos/{sha256}?original=1").data
    assert hashlib.sha256(body).hexdigest() == sha256
    with Image.open(io.BytesIO(body)) as image:
        assert max(image.size) == 2048
        assert not image.getexif()


def test_at_most_five_photos_and_each_can_be_removed(visit: Visit) -> None:
    page = begin(visit)
    page.set_input_files("#photo-gallery", [jpeg(f"#{n}{n}{n}", (40, 30)) for n in range(6)])  # type: ignore[list-item]
    expect(page.locator(".strip-photos img")).to_have_count(5)
    expect(page.locator("#file .strip-says")).to_contain_text("5")
    page.get_by_role("button", name="移除照片 2").tap()
    expect(page.locator(".strip-photos img")).to_have_count(4)


def test_a_file_that_is_no_picture_is_refused_in_words(visit: Visit) -> None:
    page = begin(visit)
    page.set_input_files(
        "#photo-gallery", {"name": "a.heic", "mimeType": "image/heic", "buffer": b"no picture"}
    )
    expect(page.locator("#file .strip-says")).not_to_be_empty()
    expect(page.locator(".strip-photos img")).to_have_count(0)


def test_by_a_community_border_she_picks(site: Site, visit: Visit) -> None:
    page = begin(visit, at=BY_THE_BORDER)
    expect(page.locator("#place-near")).to_be_visible()
    page.locator("#place-communities").get_by_label("第2社区").check()
    take(page, "green")
    category(page, "E0102").tap()
    page.locator("#send").tap()
    assert case_of(site, number(page))["areas"]["community"] == BEYOND  # type: ignore[index]


@pytest.mark.parametrize(("code", "words"), [(1, "未允许定位"), (2, "设备无法定位"), (3, "时间过长")])
def test_each_failure_of_the_position_has_its_own_words(visit: Visit, code: int, words: str) -> None:
    page = visit("ines", "/field/")
    page.add_init_script(f"({GEOLOCATION.replace('CODE', str(code))})()")
    page.goto("/field/file")
    expect(page.locator("#place-trouble")).to_contain_text(words)


def test_a_browser_without_positions_says_so(visit: Visit) -> None:
    page = visit("ines", "/field/")
    page.add_init_script("delete Navigator.prototype.geolocation")
    page.goto("/field/file")
    expect(page.locator("#place-trouble")).to_contain_text("此浏览器无法定位")


def test_without_a_position_the_pin_is_set_by_hand(site: Site, visit: Visit) -> None:
    page = visit("ines", "/field/file", at=None)
    expect(page.locator("#place-trouble")).to_be_visible()
    page.locator("#send").tap()
    expect(page.locator("#place-error")).to_be_visible()

    page.locator("#pin-map canvas").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#place-name")).to_contain_text("手动")
    expect(page.locator("#place-trouble")).to_be_hidden()
    take(page, "green")
    category(page, "E0102").tap()
    page.locator("#send").tap()
    assert case_of(site, number(page))["accuracy_m"] is None


def test_the_place_can_be_said_without_the_map(site: Site, visit: Visit) -> None:
    page = visit("ines", "/field/file", at=None)
    page.locator("#no-map summary").tap()
    page.locator("#unit").select_option(GRID)
    page.locator("#place-text").fill("菜市场后面")
    expect(page.locator("#place-name")).to_contain_text("第4网格")
    category(page, "E0102").tap()
    page.locator("#send").tap()
    case = case_of(site, number(page))
    assert case["geometry"] is None
    assert case["areas"]["grid"] == GRID  # type: ignore[index]
    assert case["place_text"] == "菜市场后面"


def test_what_the_server_refuses_is_said_at_the_field(visit: Visit) -> None:
    page = begin(visit, expected=("422",))
    page.locator("#no-map summary").tap()
    page.locator("#unit-code").fill("12345")
    category(page, "E0102").tap()
    page.locator("#send").tap()
    expect(page.locator("#place-error")).to_contain_text("12345")
    page.locator("#unit-code").fill("")
    page.locator("#send").tap()
    number(page)


def test_nothing_is_asked_but_place_and_category(visit: Visit) -> None:
    page = begin(visit)
    page.locator("#send").tap()
    expect(page.locator("#category-error")).to_be_visible()
    category(page, "E0102").tap()
    expect(page.locator("#category-error")).to_be_hidden()
    page.locator("#send").tap()
    number(page)


def lose(times: int, after_arrival: bool) -> Callable[[Route], None]:
    """The first answers never arrive; with `after_arrival` the requests did."""
    lost = iter(range(times))

    def answer(route: Route) -> None:
        if next(lost, None) is None:
            route.continue_()
            return
        if after_arrival:
            route.fetch()
        route.abort()

    return answer


@pytest.mark.parametrize("after_arrival", [False, True])
def test_a_lost_connection_is_waited_out_and_files_once(
    site: Site, visit: Visit, after_arrival: bool
) -> None:
    page = begin(visit, expected=("ERR_FAILED",))
    take(page, "purple" if after_arrival else "orange")
    category(page, "E0102").tap()
    page.route("**/api/v1/cases/*", lose(1, after_arrival))
    page.route("**/photos/*", lose(1, after_arrival))
    page.locator("#send").tap()
    expect(page.locator("#send-says")).to_contain_text("连接不到")
    page.locator("#try-now").tap()
    assert len(case_of(site, number(page))["photos"]) == 1  # type: ignore[arg-type]


def test_busy_and_failing_servers_are_asked_again(visit: Visit) -> None:
    page = begin(visit, expected=("503", "500"))
    answers = iter([503, 500])

    def answer(route: Route) -> None:
        status = next(answers, None)
        route.fulfill(status=status, body="{}") if status else route.continue_()

    page.route("**/api/v1/cases/*", answer)
    category(page, "E0102").tap()
    page.locator("#send").tap()
    number(page)


def test_an_ended_session_loses_nothing(site: Site, visit: Visit) -> None:
    page = begin(visit, expected=("400", "401"))
    take(page, "green")
    category(page, "E0102").tap()
    page.context.clear_cookies()
    page.locator("#send").tap()
    expect(page.locator("#send-error")).to_contain_text("登录已过期")
    other = page.context.new_page()
    sign_in(other, "ines")
    page.locator("#send").tap()
    assert len(case_of(site, number(page))["photos"]) == 1  # type: ignore[arg-type]


def test_after_sending_another_here_or_of_the_same_category(site: Site, visit: Visit) -> None:
    page = begin(visit)
    category(page, "E0110").tap()
    page.locator("#send").tap()
    first = number(page)
    page.locator("#again-same").tap()
    expect(category(page, "E0110")).to_have_attribute("aria-pressed", "true")
    page.locator("#send").tap()
    expect(page.locator("#sent-number")).not_to_have_text(first)
    second = number(page)
    page.locator("#again-here").tap()
    expect(page.locator("#place-name")).to_contain_text("第4网格")
    expect(page.locator("#category-chips [aria-pressed=true]")).to_have_count(0)
    assert case_of(site, first)["id"] != case_of(site, second)["id"]


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
    page.locator("#category-search").fill("S0203")
    page.keyboard.press("Enter")
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


def test_a_check_passes_with_a_photo_and_closes_the_case(site: Site, visit: Visit) -> None:
    uuid = bring_to("handled", site.cast)
    page = visit("ines", "/field/")
    page.locator(f"section:has(#duties) a[href$='{uuid}']").tap()
    page.locator("summary", has_text="核查通过").tap()
    page.set_input_files("#check_pass-photos-camera", jpeg("teal"))  # type: ignore[arg-type]
    expect(page.locator(".strip-photos img")).to_have_count(1)
    page.locator("form[data-action=check_pass] button:not([aria-label])").tap()
    expect(page.locator("#case-done")).to_be_visible()
    case = site.cast["ines"].get(f"/api/v1/cases/{uuid}").json
    assert case is not None and case["status"] == "closed"
    assert "check" in {photo["kind"] for photo in case["photos"]}


def test_a_failed_check_needs_its_reason(site: Site, visit: Visit) -> None:
    uuid = bring_to("handled", site.cast)
    page = visit("ines", f"/field/cases/{uuid}", expected=("422",))
    page.locator("summary", has_text="核查不通过").tap()
    form = page.locator("form[data-action=check_fail]")
    form.locator("button").tap()
    expect(form.locator("[data-error=reason]")).to_be_visible()
    form.locator("textarea[name=reason]").fill("还有一半没有清走")
    form.locator("button").tap()
    expect(page.locator(".story li").first).to_contain_text("还有一半没有清走")
    case = site.cast["ines"].get(f"/api/v1/cases/{uuid}").json
    assert case is not None and (case["status"], case["reworks"]) == ("in_progress", 1)


def test_who_was_faster_is_said_and_the_words_are_kept(site: Site, visit: Visit) -> None:
    uuid = bring_to("accepted", site.cast)
    page = visit("ines", f"/field/cases/{uuid}", expected=("412",))
    site.cast["mara"].act(uuid, "comment", text="I go there myself")
    page.locator("summary", has_text="留言").tap()
    page.locator("#comment-text").fill("我也看见了")
    page.locator("form[data-action=comment] button").tap()
    expect(page.locator(".note.near")).to_contain_text("Mara")
    expect(page.locator("#comment-text")).to_have_value("我也看见了")
    page.locator("form[data-action=comment] button").tap()
    expect(page.locator(".story li").first).to_contain_text("我也看见了")


AWAY = (tiny_city.MIDDLE[0] + 0.03, tiny_city.MIDDLE[1])
"""Some three kilometres east of the inspector's grid."""


def report(site: Site) -> str:
    """A report of the public in her grid, taken down by the town."""
    filed = site.cast["teng"].file(channel="12345").json
    assert filed is not None
    return str(filed["id"])


@pytest.mark.parametrize("action", ["verify_pass", "check_pass", "check_fail"])
def test_away_from_the_grid_she_is_asked_why_and_keeps_everything(
    site: Site, visit: Visit, axe: Callable[[Page], list[str]], action: str
) -> None:
    uuid = report(site) if action == "verify_pass" else bring_to("handled", site.cast)
    page = visit("ines", f"/field/cases/{uuid}", at=AWAY, expected=("422",))
    form = page.locator(f"form[data-action={action}]")
    page.locator(f"details:has(form[data-action={action}]) summary").tap()
    expect(form.locator("[data-position]")).to_contain_text("8")
    words = "#check_fail-reason" if action == "check_fail" else None
    if words:
        page.locator("#check_fail-reason_code").select_option("partly_done")
        expect(page.locator(words)).to_have_value("处置不彻底")
    else:
        page.set_input_files(f"#{action}-photos-camera", jpeg("olive"))  # type: ignore[arg-type]
        expect(form.locator(".strip-photos img")).to_have_count(1)
    form.locator("button:not([aria-label])").tap()

    why = form.locator("textarea[name=off_site_reason]")
    expect(why).to_be_focused()
    expect(form.locator("[data-error=off_site_reason]")).to_be_visible()
    assert axe(page) == []
    if words:
        expect(page.locator(words)).to_have_value("处置不彻底")
    else:
        expect(form.locator(".strip-photos img")).to_have_count(1)
    why.fill("在桥上看得很清楚")
    form.locator("button:not([aria-label])").tap()
    expect(page.locator("#case-done")).to_be_visible()
    expect(page.locator(".story")).to_contain_text("在桥上看得很清楚")
    case = site.cast["ines"].get(f"/api/v1/cases/{uuid}").json
    after = {"verify_pass": "filed", "check_pass": "closed", "check_fail": "in_progress"}
    assert case is not None and case["status"] == after[action]


def test_on_the_spot_her_position_goes_along_and_nothing_is_asked(site: Site, visit: Visit) -> None:
    uuid = report(site)
    page = visit("ines", f"/field/cases/{uuid}")
    page.locator("details:has(form[data-action=verify_pass]) summary").tap()
    page.locator("form[data-action=verify_pass] button:not([aria-label])").tap()
    expect(page.locator("#case-done")).to_be_visible()
    events = site.cast["mara"].get(f"/api/v1/cases/{uuid}/events").json
    assert events is not None
    said = next(e["body"] for e in events["items"] if e["action"] == "case.verify_pass")
    assert (said["position"]["crs"], said["position"]["accuracy_m"]) == ("wgs84", 8)


def test_a_device_without_a_position_still_sends_the_check(site: Site, visit: Visit) -> None:
    uuid = bring_to("handled", site.cast)
    page = visit("ines", f"/field/cases/{uuid}", at=None)
    page.locator("details:has(form[data-action=check_pass]) summary").tap()
    expect(page.locator("form[data-action=check_pass] [data-position]")).not_to_be_empty()
    page.locator("form[data-action=check_pass] button:not([aria-label])").tap()
    expect(page.locator("#case-done")).to_be_visible()


def test_two_taps_settle_it_on_the_spot(site: Site, visit: Visit, axe: Callable[[Page], list[str]]) -> None:
    page = begin(visit)
    take(page, "brown")
    category(page, "E0504").tap()
    page.locator("#send").tap()
    filed = number(page)
    expect(page.locator("#settle")).to_be_visible()
    assert axe(page) == []
    page.set_input_files("#settle-camera", jpeg("lime"))  # type: ignore[arg-type]
    expect(page.locator("#settle .strip-photos img")).to_have_count(1)
    page.locator("#settle-send").tap()
    expect(page.locator("#settle-says")).not_to_be_empty()
    expect(page.locator("#settle-form")).to_be_hidden()

    case = case_of(site, filed)
    assert (case["status"], case["self_handled"]) == ("closed", True)
    assert sorted(photo["kind"] for photo in case["photos"]) == ["after", "before"]  # type: ignore[attr-defined]
    page.goto("/field/cases?tab=settled")
    expect(page.locator(".case-rows")).to_contain_text(filed)


def test_settling_needs_the_photo_of_how_it_looks_now(visit: Visit) -> None:
    page = begin(visit)
    take(page, "brown")
    category(page, "E0504").tap()
    page.locator("#send").tap()
    number(page)
    page.locator("#settle-send").tap()
    expect(page.locator("#settle-error")).to_be_visible()


def test_without_a_photo_from_before_nothing_is_settled(visit: Visit) -> None:
    page = begin(visit)
    category(page, "E0504").tap()
    page.locator("#send").tap()
    number(page)
    expect(page.locator("#settle-says")).to_be_visible()
    expect(page.locator("#settle-send")).to_be_hidden()


def test_other_categories_are_not_settled_on_the_spot(visit: Visit) -> None:
    page = begin(visit)
    take(page, "brown")
    category(page, "E0110").tap()
    page.locator("#send").tap()
    number(page)
    expect(page.locator("#settle")).to_be_hidden()


def test_her_duties_are_ordered_by_due_time_or_by_distance(site: Site, visit: Visit) -> None:
    west = (tiny_city.MIDDLE[0] - 0.003, tiny_city.MIDDLE[1])
    near, far = report(site), report_at(site, west)
    page = visit("ines", "/field/")
    rows = page.locator("#duty-rows .case-row")
    links = [row.get_attribute("href") for row in rows.all()]
    assert links.index(f"/field/cases/{near}") < links.index(f"/field/cases/{far}")
    page.context.set_geolocation({"longitude": west[0], "latitude": west[1], "accuracy": 5})
    page.locator("[data-order=near]").tap()
    expect(rows.first).to_have_attribute("href", f"/field/cases/{far}")
    expect(rows.first.locator("[data-away]")).to_contain_text("0")
    page.reload()
    expect(page.locator("[data-order=near]")).to_have_attribute("aria-pressed", "true")
    expect(rows.first).to_have_attribute("href", f"/field/cases/{far}")
    page.locator("[data-order=due]").tap()
    expect(rows.first).to_have_attribute("href", str(links[0]))


def report_at(site: Site, point: tuple[float, float]) -> str:
    where = {"type": "Point", "coordinates": list(point)}
    filed = site.cast["teng"].file(channel="12345", geometry=where).json
    assert filed is not None
    return str(filed["id"])


PAGES = ("/field/", "/field/file", "/field/cases", "/field/cases?tab=" + GRID, "/field/cases?q=nothing")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_pages_are_accessible(site: Site, visit: Visit, axe: Callable[[Page], list[str]], lang: str) -> None:
    uuid, other = bring_to("handled", site.cast), report(site)
    page = visit("ines", "/field/", lang=lang)
    for path in (*PAGES, "/field/cases?tab=settled", f"/field/cases/{uuid}", f"/field/cases/{other}"):
        page.goto(path)
        page.wait_for_load_state("networkidle")
        page.evaluate(UNFOLD)
        assert axe(page) == [], path
        assert page.evaluate(SMALL) == [], path


@pytest.mark.parametrize("theme", ["dark", "sun"])
def test_themes_are_kept_and_readable(
    site: Site, visit: Visit, axe: Callable[[Page], list[str]], theme: str
) -> None:
    uuid = bring_to("handled", site.cast)
    page = visit("ines", "/field/")
    page.locator(".top-menu summary").tap()
    page.locator(f"[data-theme-choice={theme}]").tap()
    for path in (*PAGES, f"/field/cases/{uuid}"):
        page.goto(path)
        assert page.evaluate("document.documentElement.dataset.theme") == theme
        page.wait_for_load_state("networkidle")
        assert axe(page) == [], path


def test_a_phone_set_to_night_gets_the_night_theme(visit: Visit) -> None:
    page = visit("ines", "/field/")
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    page.emulate_media(color_scheme="dark")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


@pytest.mark.parametrize("screen", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_nothing_runs_over_the_side(site: Site, visit: Visit, lang: str, screen: dict[str, int]) -> None:
    uuid = bring_to("handled", site.cast)
    page = visit("ines", "/field/", lang=lang, screen=screen)
    for path in (*PAGES, f"/field/cases/{uuid}"):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= screen["width"], path


def test_the_first_load_is_light(visit: Visit) -> None:
    page = visit("ines", "/field/")
    loaded: dict[str, int] = {}

    def weigh(url: str, body: bytes) -> None:
        if "maplibre" not in url and "/tiles/" not in url:
            loaded[url] = len(gzip.compress(body))

    page.on("requestfinished", lambda request: weigh(request.url, request.response().body()))  # type: ignore[union-attr]
    page.goto("/field/file")
    page.wait_for_load_state("networkidle")
    assert len(loaded) > 10
    assert sum(loaded.values()) < MOST_FIRST_LOAD, loaded


def test_other_roles_are_told_that_this_is_not_theirs(visit: Visit) -> None:
    page = visit("mara", "/field/", expected=("403",))
    expect(page.locator("h1")).to_be_visible()
    expect(page.locator("#duties")).to_have_count(0)
