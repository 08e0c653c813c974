"""What an inspector does on the spot, in a real browser: with a signal, without one, and overtaken."""

import re

import pytest
from playwright.sync_api import expect

from tests.areas import tiny_city
from tests.browser.conftest import Site, Visit
from tests.browser.duties import (
    CUT_OFF,
    Axe,
    becomes,
    confirm,
    cut_off,
    duty,
    fetched,
    form,
    home,
    keys,  # noqa: F401  (a fixture of this file's tests)
    present,
    report,
    state,
    unfold,
)
from tests.browser.filing import jpeg
from tests.cast import bring_to

AWAY = (tiny_city.MIDDLE[0] + 0.03, tiny_city.MIDDLE[1])
"""Some three kilometres east of the inspector's grid."""
THUMB_KEPT = """async (uuid) => {
  const name = (await caches.keys()).find((each) => each.startsWith("wangge-person-"));
  const cache = name && (await caches.open(name));
  const kept = cache && (await cache.keys()).find(({ url }) => url.includes(uuid));
  return Boolean(kept) && (await (await cache.match(kept)).blob()).size > 0;
}"""


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
    becomes(page, THUMB_KEPT, uuid)
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
