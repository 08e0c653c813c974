import re
from datetime import UTC, datetime
from html import unescape

import pytest

from tests.cast import BUREAU, COMMUNITY, DISTRICT, Caller, bring_to
from tests.desk.pages import page, rows

Cast = dict[str, Caller]
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
