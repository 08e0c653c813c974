import io

import pytest

from tests.cast import BUREAU, TOWN, Caller, bring_to, picture
from tests.desk.pages import actions, form, page, rows, send

Cast = dict[str, Caller]


ASKS = "request_extension request_reclassification request_void"
ASKS_TO_SUSPEND = "request_extension request_suspension request_reclassification request_void"


@pytest.mark.parametrize(
    ("status", "name", "offered"),
    [
        ("filed", "mara", f"accept reject escalate transfer whistle {ASKS} urge comment"),
        ("filed", "ines", "comment"),
        ("filed", "teng", "urge supervise comment"),
        ("accepted", "mara", f"dispatch escalate transfer whistle {ASKS_TO_SUSPEND} urge comment"),
        ("dispatched", "hana", f"start return_to_dispatcher {ASKS_TO_SUSPEND} comment"),
        ("in_progress", "hana", f"handle return_to_dispatcher {ASKS_TO_SUSPEND} comment"),
        ("handled", "ines", "check_pass check_fail comment"),
        ("handled", "hana", "comment"),
        ("closed", "mara", "reopen comment"),
    ],
)
def test_a_page_offers_what_the_table_allows(cast: Cast, status: str, name: str, offered: str) -> None:
    """The next steps first, the comment last."""
    uuid = bring_to(status, cast)
    assert actions(page(cast[name], f"/desk/cases/{uuid}")) == offered.split()


def test_a_case_goes_its_way_by_forms_alone(cast: Cast) -> None:
    uuid = bring_to("filed", cast)
    assert send(cast["mara"], uuid, "accept").status_code == 303
    assert (
        send(cast["mara"], uuid, "dispatch", department=BUREAU, due_at="2099-01-01T12:00").status_code == 303
    )
    assert send(cast["hana"], uuid, "start").status_code == 303
    after = (io.BytesIO(picture("green")), "after.jpg")
    assert send(cast["hana"], uuid, "handle", note="cleared", photos=after).status_code == 303
    assert send(cast["ines"], uuid, "check_pass").status_code == 303
    case = cast["mara"].get(f"/api/v1/cases/{uuid}").json
    assert case is not None
    assert case["status"] == "closed"
    assert [photo["kind"] for photo in case["photos"]] == ["after"]


def test_the_due_time_of_a_form_is_local(cast: Cast) -> None:
    uuid = bring_to("accepted", cast)
    send(cast["mara"], uuid, "dispatch", department=BUREAU, due_at="2099-01-01T12:00")
    case = cast["mara"].get(f"/api/v1/cases/{uuid}").json
    assert case is not None
    assert case["due_at"] == "2099-01-01T04:00:00Z"


def test_a_stale_page_says_what_changed_and_keeps_the_words(cast: Cast) -> None:
    uuid = bring_to("filed", cast)
    old = page(cast["mara"], f"/desk/cases/{uuid}")
    cast["mara"].act(uuid, "comment", text="look twice")
    response = send(cast["mara"], uuid, "reject", html=old, reason="seen already")
    assert response.status_code == 412
    assert "This case was changed while you had it open" in response.text
    assert "Mara wrote a comment" in response.text
    assert "seen already</textarea>" in response.text
    assert cast["mara"].get(f"/api/v1/cases/{uuid}").json["status"] == "filed"  # type: ignore[index]


def test_an_error_stands_at_its_field_and_nothing_changes(cast: Cast) -> None:
    uuid = bring_to("accepted", cast)
    response = send(cast["mara"], uuid, "dispatch", department="", due_at="2001-01-01T00:00")
    assert response.status_code == 422
    assert 'aria-describedby="dispatch-department-error"' in response.text
    assert 'id="dispatch-due_at-error"' in response.text
    assert 'id="do-dispatch" name="act" open>' in response.text
    assert cast["mara"].get(f"/api/v1/cases/{uuid}").json["status"] == "accepted"  # type: ignore[index]


def test_a_photo_that_is_none_is_refused_at_its_field(cast: Cast) -> None:
    uuid = bring_to("in_progress", cast)
    fake = (io.BytesIO(b"no picture at all"), "after.jpg")
    response = send(cast["hana"], uuid, "handle", note="cleared", photos=fake)
    assert response.status_code == 422
    assert "This is not a photo." in response.text
    assert "cleared</textarea>" in response.text


def test_the_same_form_sent_twice_is_done_once(cast: Cast) -> None:
    uuid = bring_to("filed", cast)
    fields = form(page(cast["mara"], f"/desk/cases/{uuid}"), "comment") | {"text": "hello"}
    for _time in range(2):
        assert cast["mara"].open("POST", f"/desk/cases/{uuid}/actions", data=fields).status_code == 303
    assert page(cast["mara"], f"/desk/cases/{uuid}").count("hello") == 1


def test_a_move_that_is_not_ones_own_is_refused_in_words(cast: Cast) -> None:
    uuid = bring_to("filed", cast)
    fields = form(page(cast["mara"], f"/desk/cases/{uuid}"), "accept")
    response = cast["teng"].open("POST", f"/desk/cases/{uuid}/actions", data=fields)
    assert response.status_code == 409
    assert "Only the unit that answers for the case may do this." in response.text


def test_a_case_that_leaves_ones_sight_leads_to_the_inbox(cast: Cast) -> None:
    uuid = bring_to("dispatched", cast)
    response = send(cast["hana"], uuid, "return_to_dispatcher", reason="not us")
    assert response.location == "/desk/"
    assert uuid not in rows(page(cast["hana"], "/desk/?tab=all"))


def test_who_may_not_read_finds_nothing(cast: Cast) -> None:
    uuid = bring_to("filed", cast)
    for name in ("otto", "ada"):
        response = cast[name].get(f"/desk/cases/{uuid}")
        assert response.status_code == 404
        assert "garbage" not in response.text
    assert (
        cast["otto"].open("POST", f"/desk/cases/{uuid}/actions", data={"action": "accept"}).status_code == 404
    )


def test_the_filer_of_a_restricted_case_sees_its_receipt(cast: Cast) -> None:
    uuid = bring_to("filed", cast, category="S0102")
    html = page(cast["ines"], f"/desk/cases/{uuid}")
    assert "Your filing has arrived" in html
    assert "garbage" not in html


def test_the_ladder_and_the_duty_follow_the_case(cast: Cast) -> None:
    uuid = bring_to("filed", cast)
    send(cast["mara"], uuid, "escalate", reason="too big for us")
    html = page(cast["teng"], f"/desk/cases/{uuid}")
    assert '<li aria-current="step">Town' in html
    assert "raised from below" in html
    assert "too big for us" in html
    assert actions(html)[:1] == ["accept"]
    send(cast["teng"], uuid, "delegate", to=TOWN + "001")
    assert actions(page(cast["mara"], f"/desk/cases/{uuid}"))[:1] == ["accept"]
