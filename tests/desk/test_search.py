import re
from datetime import UTC, datetime
from html import unescape
from urllib.parse import quote

import pytest

from app.cases.parameters import FILTERS
from tests.cast import BUREAU, COMMUNITY, DISTRICT, Caller, bring_to
from tests.desk.pages import filled_in, page, rows

Cast = dict[str, Caller]
DAY = "2026-01-02"
SAID = {
    "within": COMMUNITY,
    "status": "open",
    "category": "E0102",
    "department": BUREAU,
    "holder": COMMUNITY,
    "no_unit_at": "grid",
    "bbox": "113.0,23.0,113.2,23.1",
    "hexagon": "113.1,23.0,500,1,2",
    "q": "rubbish",
    "card": "red",
    "task": "handle",
    "owed_by": COMMUNITY,
    "assisting": BUREAU,
    "climbed_to": "town",
    "climbed_for": "handle",
    "channel": "inspector",
    "rated": "satisfied",
    "filed_by": "00000000-0000-0000-0000-000000000000",
    "sort": "due_at",
} | dict.fromkeys(("overdue", "raised", "returned", "unplaced", "near", "supervised"), "true")
SAID |= dict.fromkeys(("registered", "on_time", "reworked"), "true")
SAID |= dict.fromkeys(("from", "to", "as_of", "due_before", "due_from", "ended_from", "ended_to"), DAY)
SAID |= dict.fromkeys(("climbed_since", "climbed_before", "accepted_from", "accepted_to"), DAY)
SAID |= dict.fromkeys(("deadline_from", "deadline_to", "reopened_from", "reopened_to"), DAY)
ZONE = {"how": "circle", "lon": "113.1", "lat": "23.03", "metres": "500"}
QUERIES = (
    "",
    f"within={COMMUNITY}",
    "status=open",
    "status=closed",
    "category=E0102&level=community",
    f"department={BUREAU}&sort=due_at",
    "overdue=true",
    "q=garbage",
    "raised=true",
    "from=2020-01-01&to=2030-01-01",
    "bbox=113.0,23.0,113.2,23.1",
)


@pytest.fixture
def filled(cast: Cast) -> Cast:
    for status in ("filed", "accepted", "in_progress", "closed"):
        bring_to(status, cast)
    return cast


@pytest.mark.parametrize("query", QUERIES)
def test_the_page_shows_what_the_api_lists(filled: Cast, query: str) -> None:
    told = filled["dana"].get(f"/api/v1/cases?{query}").json
    assert told is not None
    assert rows(page(filled["dana"], f"/desk/cases?{query}")) == [item["id"] for item in told["items"]]


def test_a_link_with_its_instant_keeps_its_number_and_says_what_came_since(filled: Cast) -> None:
    then = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    bring_to("filed", filled)
    html = page(filled["dana"], f"/desk/cases?as_of={then}")
    assert len(rows(html)) == 4
    assert "1 changed since" in html
    fresh = re.search(r'<a href="([^"]+)">1 changed since', html)
    assert fresh is not None
    assert len(rows(page(filled["dana"], unescape(fresh.group(1))))) == 5


def test_a_filter_that_cannot_be_read_is_named_beside_its_field(filled: Cast) -> None:
    response = filled["dana"].get("/desk/cases?within=nowhere&from=yesterday")
    assert response.status_code == 422
    assert "There is no area nowhere." in response.text
    assert 'name="from" type="date" value="yesterday" aria-invalid="true"' in response.text


def test_filters_without_a_field_can_be_taken_away(filled: Cast) -> None:
    html = page(filled["dana"], f"/desk/cases?raised=true&within={DISTRICT}")
    assert "No case matches" in html
    chip = re.search(r'<a class="chip" href="([^"]+)"', html)
    assert chip is not None
    assert len(rows(page(filled["dana"], unescape(chip.group(1))))) == 4


def test_the_form_keeps_every_filter_when_one_is_changed(filled: Cast) -> None:
    """A list that forgets what it was narrowed by shows other cases without saying so."""
    drawn = filled["dana"].open("POST", "/desk/explore/zone", data=ZONE)
    (zone,) = re.findall(r"zone=([0-9a-f-]{36})", drawn.headers["Location"])
    for name, value in (SAID | {"zone": zone}).items():
        html = page(filled["dana"], f"/desk/cases?{name}={quote(value)}")
        assert (name, value) in filled_in(html.split('role="search"')[1].split("</form>")[0])
    assert {*SAID, "zone"} == {parameter["name"] for parameter in FILTERS}


def test_the_export_is_the_list(filled: Cast) -> None:
    html = page(filled["dana"], "/desk/cases?status=open")
    link = re.search(r'href="(/api/v1/cases[^"]*csv[^"]+)"', html)
    assert link is not None
    lines = filled["dana"].get(unescape(link.group(1))).text.strip().splitlines()
    assert len(lines) == 1 + len(rows(html))


def test_nobody_sees_over_the_fence(filled: Cast) -> None:
    assert rows(page(filled["otto"], f"/desk/cases?within={COMMUNITY}")) == []
    assert (
        "no posting today" in page(filled["ada"], "/desk/cases")
        or rows(page(filled["ada"], "/desk/cases")) == []
    )
