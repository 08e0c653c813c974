"""Where a case is: what the phone finds, doubts, and lets her say."""

import re

import pytest
from playwright.sync_api import expect

from tests.areas import tiny_city
from tests.browser.conftest import Site, Visit
from tests.browser.filing import (
    begin,
    case_of,
    category,
    choose,
    jpeg,
    number,
    phone,
    placed_exif,
    take,
)
from tests.cast import GRID

BEYOND = "990001001002"
"""The community across the border of `tiny_city.BORDER`."""
BY_THE_BORDER = (tiny_city.BORDER[0] - 0.0001, tiny_city.BORDER[1])
BY_A_GRID = (tiny_city.MIDDLE[0], 23.0099)
"""In `GRID`, ten metres from the next grid of the same community."""
GEOLOCATION = """() => {
  const fail = (done, lost) => setTimeout(() => lost({code: CODE, PERMISSION_DENIED: 1, TIMEOUT: 3}), 0);
  navigator.geolocation.watchPosition = (done, lost) => (fail(done, lost), 1);
  navigator.geolocation.getCurrentPosition = fail;
}"""


def test_by_a_community_border_she_picks(site: Site, visit: Visit) -> None:
    page = begin(visit, at=BY_THE_BORDER)
    page.locator("#place-communities").get_by_label("第2社区").check()
    take(page, "green")
    category(page, "E0102").tap()
    page.locator("#send").tap()
    assert case_of(site, number(page))["areas"]["community"] == BEYOND


def test_by_a_grid_border_the_neighbour_is_named(visit: Visit) -> None:
    page = begin(visit, at=BY_A_GRID)
    expect(page.locator("#place-near")).to_contain_text("第2网格")
    expect(page.locator("#place-communities")).to_be_hidden()


def test_a_rough_position_is_waited_for_or_accepted(site: Site, visit: Visit) -> None:
    page = begin(visit)
    page.context.set_geolocation(
        {"longitude": tiny_city.MIDDLE[0], "latitude": tiny_city.MIDDLE[1], "accuracy": 300}
    )
    page.locator("#locate").tap()
    expect(page.locator("#place-coarse")).to_contain_text("300")
    category(page, "E0102").tap()
    page.locator("#send").tap()
    expect(page.locator("#place-accept")).to_be_focused()
    page.locator("#place-accept").tap()
    expect(page.locator("#place-coarse")).to_be_hidden()
    page.locator("#send").tap()
    assert case_of(site, number(page))["accuracy_m"] == 300


def test_a_better_fix_takes_the_doubt_away(visit: Visit) -> None:
    page = begin(visit)
    where = {"longitude": tiny_city.MIDDLE[0], "latitude": tiny_city.MIDDLE[1]}
    page.context.set_geolocation(where | {"accuracy": 300})
    page.locator("#locate").tap()
    expect(page.locator("#place-coarse")).to_be_visible()
    page.context.set_geolocation(where | {"accuracy": 20})
    expect(page.locator("#place-coarse")).to_be_hidden()
    expect(page.locator("#place-name")).to_contain_text("±20")


def test_a_photo_from_elsewhere_and_another_day_is_told_and_may_give_the_place(
    site: Site, visit: Visit
) -> None:
    page = begin(visit)
    exif = placed_exif(tiny_city.MIDDLE[0], tiny_city.MIDDLE[1] + 0.003, "2020:01:02 03:04:05")
    page.set_input_files("#photo-camera", jpeg("green", exif=exif))
    expect(page.locator("#place-photo-says")).to_contain_text(re.compile(r"33\d"))
    expect(page.locator("#place-photo")).to_contain_text(re.compile("天|days"))
    page.locator("#place-from-photo").tap()
    expect(page.locator("#place-photo-says")).not_to_contain_text(re.compile(r"33\d"))
    category(page, "E0102").tap()
    page.locator("#send").tap()
    case = case_of(site, number(page))
    assert case["geometry"]["coordinates"] == pytest.approx([113.115, 23.008], abs=1e-6)
    assert case["accuracy_m"] is None


@pytest.mark.parametrize(("code", "words"), [(1, "未允许定位"), (2, "设备无法定位"), (3, "时间过长")])
def test_each_failure_of_the_position_has_its_own_words(visit: Visit, code: int, words: str) -> None:
    page = phone(visit, "/field/")
    page.add_init_script(f"({GEOLOCATION.replace('CODE', str(code))})()")
    page.goto("/field/file")
    expect(page.locator("#place-trouble")).to_contain_text(words)


def test_a_browser_without_positions_says_so(visit: Visit) -> None:
    page = phone(visit, "/field/")
    page.add_init_script("delete Navigator.prototype.geolocation")
    page.goto("/field/file")
    expect(page.locator("#place-trouble")).to_contain_text("此浏览器无法定位")


def test_without_a_position_the_pin_is_set_by_hand(site: Site, visit: Visit) -> None:
    page = phone(visit, at=None)
    expect(page.locator("#place-trouble")).to_be_visible()
    expect(page.locator("#category-chips button").first).to_be_visible()
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
    page = phone(visit, at=None)
    page.locator("#no-map summary").tap()
    page.locator("#unit").select_option(GRID)
    page.locator("#place-text").fill("菜市场后面")
    expect(page.locator("#place-name")).to_contain_text("第4网格")
    category(page, "E0102").tap()
    page.locator("#send").tap()
    case = case_of(site, number(page))
    assert case["geometry"] is None
    assert case["areas"]["grid"] == GRID
    assert case["place_text"] == "菜市场后面"


def test_outside_the_grids_on_the_phone_it_can_be_filed(site: Site, visit: Visit) -> None:
    page = phone(visit, at=tiny_city.OUTSIDE, expected=("404",))
    expect(page.locator("#place-name")).to_contain_text("最近")
    category(page, "E0102").tap()
    page.locator("#send").tap()
    assert case_of(site, number(page))["placement"] == "unplaced"


@pytest.mark.parametrize(("kind", "taps", "expected"), [("line", 2, "LineString"), ("area", 3, "Polygon")])
def test_a_line_or_an_area_is_drawn(site: Site, visit: Visit, kind: str, taps: int, expected: str) -> None:
    page = begin(visit)
    page.locator("#drawing summary").tap()
    page.locator(f"input[name=shape][value={kind}]").check(force=True)
    choose(page, "E0503")
    page.locator("#send").tap()
    expect(page.locator("#place-error")).to_be_visible()
    for x, y in ((60, 30), (200, 40), (250, 120), (60, 120))[: taps + 1]:
        page.locator("#pin-map canvas").tap(position={"x": x, "y": y})
        page.wait_for_timeout(400)
    page.locator("#drawing-undo").tap()
    page.locator("#drawing-finish").tap()
    page.locator("#send").tap()
    geometry = case_of(site, number(page))["geometry"]
    assert geometry["type"] == expected
    corners = geometry["coordinates"] if kind == "line" else geometry["coordinates"][0][1:]
    assert len(corners) == taps


def test_corners_are_set_by_keyboard_alone(site: Site, visit: Visit) -> None:
    page = begin(visit)
    page.locator("#drawing summary").tap()
    page.locator("input[name=shape][value=line]").check(force=True)
    expect(page.locator("#drawing-corner")).to_be_enabled()
    for _corner in range(2):
        page.locator("#drawing-corner").press("Enter")
        page.locator("#pin-map canvas").press("ArrowRight")
        expect(page.locator("#place-name")).to_contain_text("手动")
    expect(page.locator("#drawing-finish")).to_be_visible()
    choose(page, "E0503")
    page.locator("#send").tap()
    assert len(case_of(site, number(page))["geometry"]["coordinates"]) == 2
