import re

import pytest

from app.areas.index import areas
from app.core.clock import now
from app.core.db import begin_write, commit
from app.core.roles import Role
from app.people.queries import person
from app.people.service import make_token, post
from tests.cast import COMMUNITY, NAMES, NEXT_DOOR, SINCE, Caller, add_someone, bring_to
from tests.desk.pages import page, rows, tabs

Cast = dict[str, Caller]


@pytest.fixture
def busy(cast: Cast) -> Cast:
    """Cases in every state, one raised to the town, one given back, one overdue, one near due."""
    for status in (
        "filed",
        "filed",
        "accepted",
        "dispatched",
        "in_progress",
        "handled",
        "closed",
        "rejected",
    ):
        bring_to(status, cast)
    raised = bring_to("filed", cast)
    cast["mara"].act(raised, "escalate", reason="not ours")
    returned = bring_to("dispatched", cast)
    cast["hana"].act(returned, "return_to_dispatcher", reason="not us")
    return cast


@pytest.mark.parametrize("name", NAMES)
def test_the_count_of_every_tab_is_the_length_of_its_list(busy: Cast, name: str) -> None:
    offered = tabs(page(busy[name], "/desk/"))
    assert offered
    for url, label, count in offered:
        assert len(rows(page(busy[name], url))) == count, label


def test_each_person_finds_their_work(busy: Cast) -> None:
    found = {name: {label: n for _url, label, n in tabs(page(busy[name], "/desk/"))} for name in NAMES}
    assert found["mara"] == {
        "New to me": 2, "Near due": 0, "Overdue": 0, "Returned": 1, "Raised to us": 0, "To decide": 0,
        "In progress": 4, "To check": 1, "All": 10,
    }  # fmt: skip
    assert found["teng"]["New to me"] == found["teng"]["Raised to us"] == 1
    assert found["hana"] == {
        "New": 1, "Near due": 0, "Overdue": 0, "To assist": 0, "In progress": 1,
        "Waiting for the check": 1, "All": 4,
    }  # fmt: skip
    assert found["ines"] == {"To verify": 0, "To check": 1, "All": 10}
    assert found["otto"]["All"] == found["ada"]["All"] == 0


def test_it_opens_where_work_waits(busy: Cast) -> None:
    assert re.search(r'tab=new"\s+aria-current', page(busy["mara"], "/desk/"))
    assert re.search(r'tab=check"\s+aria-current', page(busy["ines"], "/desk/"))


def test_a_tab_can_be_filtered_and_an_empty_one_says_why(busy: Cast) -> None:
    assert len(rows(page(busy["mara"], "/desk/?tab=all&category=E0102"))) == 10
    assert "Nothing matches this filter" in page(busy["mara"], "/desk/?tab=all&category=E0101")
    assert "Nothing is overdue" in page(busy["mara"], "/desk/?tab=overdue")


def test_the_map_holds_exactly_the_rows(busy: Cast) -> None:
    html = page(busy["mara"], "/desk/?tab=all")
    dots = re.search(r'id="row-points">(.*?)</script>', html, re.DOTALL)
    assert dots is not None
    assert sorted(re.findall(r'"id": ?"([0-9a-f-]{36})"', dots.group(1))) == sorted(rows(html))


@pytest.fixture
def both(busy: Cast) -> Caller:
    """Someone who answers for two communities."""
    begin_write()
    add_someone("bo", Role.MANAGER, area=COMMUNITY, restricted=True)
    bo = person("bo")
    assert bo is not None
    post(bo.id, Role.MANAGER, area_id=areas().by_code[NEXT_DOOR].id, restricted=True, starts_on=SINCE)
    token = make_token(bo, "test", now=now())
    commit()
    return Caller(busy["mara"].client, token)


def test_whoever_answers_for_two_units_has_an_inbox_of_each(both: Caller, busy: Cast) -> None:
    html = page(both, "/desk/")
    switch = re.findall(r'<a class="chip" href="([^"]+)"( aria-current="true")?>', html)
    assert switch == [("/desk/", ' aria-current="true"'), (f"/desk/?unit={NEXT_DOOR}", "")]
    for (url, _here), alone in zip(switch, ("mara", "otto"), strict=True):
        offered = tabs(page(both, url))
        assert [tab[1:] for tab in offered] == [tab[1:] for tab in tabs(page(busy[alone], "/desk/"))]
        for address, label, count in offered:
            assert len(rows(page(both, address))) == count, label


def test_one_unit_needs_no_switch_and_anothers_is_not_opened(busy: Cast) -> None:
    html = page(busy["mara"], f"/desk/?unit={NEXT_DOOR}&tab=all")
    assert 'class="switch"' not in html
    assert len(rows(html)) == 10


def test_in_chinese_no_english_is_left(busy: Cast) -> None:
    html = busy["mara"].get("/desk/?tab=all", headers={"Accept-Language": "zh-CN"}).text
    words = re.sub(r"<script.*?</script>|<[^>]+>", " ", html, flags=re.DOTALL)
    assert "待办" in words
    assert set(re.findall(r"[A-Za-z]{2,}", words)) <= {"English", "Mara", "mara"}
