"""Several new cases accepted at once: all that can be, and not one lost silently."""

import re

import pytest

from tests.cast import Caller, bring_to
from tests.desk.pages import page
from tests.statements import statements

Cast = dict[str, Caller]
PICK = re.compile(r'name="case" value="([^"]+)"')


def picks(html: str) -> list[str]:
    return PICK.findall(html)


def status_of(cast: Cast, uuid: str) -> str:
    case = cast["mara"].get(f"/api/v1/cases/{uuid}").json
    assert case is not None
    return str(case["status"])


def accept(who: Caller, chosen: list[str], **more: str) -> str:
    response = who.open("POST", "/desk/accept", data={"case": chosen} | more)
    assert response.status_code == 200, response.text
    return response.text


def test_only_what_the_reader_may_accept_has_a_box(cast: Cast) -> None:
    new = bring_to("filed", cast)
    bring_to("accepted", cast)
    offered = picks(page(cast["mara"], "/desk/?tab=all"))
    assert [text.split(".")[0] for text in offered] == [new]
    for name in ("teng", "dana", "ines", "hana"):
        assert picks(page(cast[name], "/desk/?tab=all")) == []


def test_all_selected_cases_are_accepted_and_named(cast: Cast) -> None:
    uuids = [bring_to("filed", cast) for _n in range(3)]
    html = accept(cast["mara"], picks(page(cast["mara"], "/desk/")))
    assert "3 cases accepted" in html
    assert "left as" not in html
    assert {status_of(cast, uuid) for uuid in uuids} == {"accepted"}
    assert all(f"/desk/cases/{uuid}" in html for uuid in uuids)


def test_what_changed_meanwhile_is_named_and_left_alone(cast: Cast) -> None:
    changed, gone, fine = (bring_to("filed", cast) for _n in range(3))
    chosen = picks(page(cast["mara"], "/desk/"))
    cast["mara"].act(changed, "comment", text="look twice")
    cast["mara"].act(gone, "escalate", reason="not ours")
    html = accept(cast["mara"], chosen)
    assert "1 case accepted" in html
    assert "2 cases were left as they are" in html
    assert html.count("It changed while you had the inbox open.") == 2
    assert [status_of(cast, uuid) for uuid in (changed, gone, fine)] == ["filed", "filed", "accepted"]


def test_the_same_form_sent_twice_accepts_once(cast: Cast) -> None:
    uuid = bring_to("filed", cast)
    chosen = picks(page(cast["mara"], "/desk/"))
    for _time in range(2):
        assert "1 case accepted" in accept(cast["mara"], chosen)
    assert cast["mara"].get(f"/api/v1/cases/{uuid}").headers["ETag"] == '"2"'


def test_others_can_accept_nothing_by_this_way(cast: Cast) -> None:
    uuid = bring_to("filed", cast)
    chosen = picks(page(cast["mara"], "/desk/"))
    assert "Only the unit that answers for the case may do this." in accept(cast["dana"], chosen)
    html = accept(cast["otto"], chosen)
    assert "A case out of your sight" in html
    assert uuid not in html
    assert status_of(cast, uuid) == "filed"


def test_more_than_ten_are_asked_about(cast: Cast) -> None:
    uuids = [bring_to("filed", cast) for _n in range(11)]
    chosen = picks(page(cast["mara"], "/desk/"))
    asked = accept(cast["mara"], chosen)
    assert "Accept 11 cases?" in asked
    assert {status_of(cast, uuid) for uuid in uuids} == {"filed"}
    assert sorted(picks(asked)) == sorted(chosen)
    assert "11 cases accepted" in accept(cast["mara"], picks(asked), sure="yes")


@pytest.mark.parametrize("text", ["", "x", "1.2.3", "00000000-0000-0000-0000-000000000000.x.y", "a.b.c.d"])
def test_a_broken_selection_is_refused(cast: Cast, text: str) -> None:
    assert cast["mara"].open("POST", "/desk/accept", data={"case": [text]}).status_code == 422
    assert cast["mara"].open("POST", "/desk/accept", data={"case": ["x"] * 201}).status_code == 422


def test_nothing_selected_leads_back_to_the_same_inbox(cast: Cast) -> None:
    for back, target in (("/desk/?tab=new", "/desk/?tab=new"), ("https://elsewhere.test/", "/desk/")):
        response = cast["mara"].open("POST", "/desk/accept", data={"back": back})
        assert (response.status_code, response.location) == (303, target)


def test_each_case_costs_the_same_few_statements(cast: Cast) -> None:
    costs = []
    for many in (1, 9):
        for _n in range(many):
            bring_to("filed", cast)
        chosen = picks(page(cast["mara"], "/desk/"))
        with statements() as said:
            accept(cast["mara"], chosen)
        costs.append(len(said))
    one, nine = costs
    assert (nine - one) / 8 <= 9
    assert one <= 24
