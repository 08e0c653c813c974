"""The forms of the whole grammar: what they offer, what they send, and where they say what is wrong."""

import re
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from app.core.clock import now
from app.core.roles import Role
from tests.areas import tiny_city
from tests.cast import BUREAU, COMMUNITY, TOWN, Caller, bring_to
from tests.desk.pages import actions, page, rows, send, tabs
from tests.desk.test_tabs import ENFORCERS, newcomer

Cast = dict[str, Caller]
SOON = (now() + timedelta(days=10)).date()
CITY_TIME = ZoneInfo("Asia/Shanghai")


def case_of(who: Caller, uuid: str) -> dict[str, Any]:
    found: Any = who.get(f"/api/v1/cases/{uuid}").json
    assert isinstance(found, dict)
    return found


def error_at(html: str, field: str) -> str:
    """What the form says is wrong with a field; the field's control must point there."""
    found = re.search(rf'id="{field}-error">.*?<span>(.*?)</span>', html, re.DOTALL)
    assert found is not None, f"no error stands at {field}"
    return found.group(1)


def test_departments_assist_and_are_informed_by_the_dispatch_form(cast: Cast) -> None:
    uuid = bring_to("accepted", cast)
    enno = newcomer(cast, "enno", Role.HANDLER, department=ENFORCERS)
    assert send(cast["mara"], uuid, "dispatch", department=BUREAU, assisting=[ENFORCERS]).status_code == 303
    html = page(cast["mara"], f"/desk/cases/{uuid}")
    assert "assisted by 第1镇执法" in html
    assert "asked to assist the department that leads." in html
    assert [n for _url, label, n in tabs(page(enno, "/desk/")) if label == "To assist"] == [1]
    assert rows(page(enno, "/desk/?tab=assist")) == [uuid]
    assert "respond" in actions(page(enno, f"/desk/cases/{uuid}"))
    assert send(enno, uuid, "respond", note="stalls cleared").status_code == 303
    assert rows(page(enno, "/desk/?tab=assist")) == []


def test_a_check_waits_for_those_who_assist(cast: Cast) -> None:
    uuid = bring_to("accepted", cast)
    send(cast["mara"], uuid, "dispatch", department=BUREAU, assisting=[ENFORCERS])
    cast["hana"].act(uuid, "start")
    cast["hana"].act(uuid, "handle", note="done", photos=[cast["hana"].photo(uuid, "after")])
    html = page(cast["ines"], f"/desk/cases/{uuid}")
    assert "check_pass" not in actions(html)
    assert "Departments that assist or were summoned have not answered yet." in html
    assert "have not answered yet" not in page(cast["mara"], f"/desk/cases/{uuid}")


def test_only_the_assisting_department_reads_the_case(cast: Cast) -> None:
    uuid = bring_to("accepted", cast)
    assisting = newcomer(cast, "enno", Role.HANDLER, department=ENFORCERS)
    other = newcomer(cast, "olga", Role.HANDLER, department="990002-UM")
    for who in (assisting, other):
        assert who.get(f"/desk/cases/{uuid}").status_code == 404
    send(cast["mara"], uuid, "dispatch", department=BUREAU, assisting=[ENFORCERS])
    assert assisting.get(f"/desk/cases/{uuid}").status_code == 200
    assert other.get(f"/desk/cases/{uuid}").status_code == 404
    assert rows(page(other, "/desk/?tab=assist")) == []


def test_the_summoned_answer_and_the_story_names_them(cast: Cast) -> None:
    uuid = bring_to("accepted", cast)
    said = {"departments": [ENFORCERS, BUREAU], "reason": "three owners"}
    assert send(cast["mara"], uuid, "whistle", **said).status_code == 303
    html = page(cast["mara"], f"/desk/cases/{uuid}")
    assert "summoned: 第1镇执法, 西区城管" in html
    assert html.count("summoned by the unit that answers for the case.") == 2


def test_a_review_day_ends_with_its_working_hours(cast: Cast) -> None:
    uuid = bring_to("accepted", cast)
    send(cast["mara"], uuid, "request_suspension", review_at=SOON.isoformat(), reason="waits for parts")
    html = page(cast["teng"], f"/desk/cases/{uuid}")
    assert "Mara asks for: suspension" in html
    assert "waits for parts" in html
    assert "to be decided by" in html
    assert "until" not in html.split("asked to suspend it")[1].split("</li>")[0]
    assert actions(html)[:2] == ["approve", "deny"]
    assert send(cast["teng"], uuid, "approve").status_code == 303
    case = case_of(cast["mara"], uuid)
    review = datetime.fromisoformat(case["due_at"]).astimezone(CITY_TIME)
    assert case["status"] == "suspended"
    assert review.date() >= SOON
    assert (review.hour, review.minute) != (0, 0)
    html = page(cast["mara"], f"/desk/cases/{uuid}")
    assert "The clocks of this case stand still since" in html
    assert "stands still since" in html
    assert rows(page(cast["mara"], "/desk/?tab=suspended")) == [uuid]


def test_who_applied_does_not_decide(cast: Cast) -> None:
    uuid = bring_to("accepted", cast)
    send(cast["mara"], uuid, "request_void", reason="filed twice")
    offered = actions(page(cast["mara"], f"/desk/cases/{uuid}"))
    assert not {"approve", "deny"} & set(offered)
    assert rows(page(cast["teng"], "/desk/?tab=decide")) == [uuid]
    assert rows(page(cast["mara"], "/desk/?tab=decide")) == []


def test_an_extension_shows_the_jump_of_the_clock(cast: Cast) -> None:
    uuid = bring_to("in_progress", cast)
    later = f"{SOON + timedelta(days=5)}T12:00"
    send(cast["hana"], uuid, "request_extension", due_at=later, reason="rain")
    send(cast["mara"], uuid, "approve")
    assert re.search(r"due [^<]+\(before: [^<]+\)", page(cast["hana"], f"/desk/cases/{uuid}"))


def test_a_case_is_handed_to_a_unit_beside(cast: Cast) -> None:
    uuid = bring_to("filed", cast)
    html = page(cast["mara"], f"/desk/cases/{uuid}")
    offered = re.findall(r'<option value="(\d+)"', html.split('id="transfer-to"')[1].split("</select>")[0])
    assert COMMUNITY not in offered
    assert offered
    assert send(cast["mara"], uuid, "transfer", to=offered[0], reason="over the road").status_code == 303
    assert case_of(cast["teng"], uuid)["holder"]["code"] == offered[0]


def test_reasons_are_chosen_before_they_are_told(cast: Cast) -> None:
    uuid = bring_to("filed", cast)
    html = page(cast["mara"], f"/desk/cases/{uuid}").split('id="do-reject"')[1].split("</details>")[0]
    assert html.index('name="reason_code"') < html.index('name="reason"')
    code = re.findall(r'<option value="(\w+)"', html)[0]
    assert send(cast["mara"], uuid, "reject", reason_code=code, reason="seen").status_code == 303


def test_supervision_is_shown_and_answered(cast: Cast) -> None:
    uuid = bring_to("accepted", cast)
    assert send(cast["teng"], uuid, "supervise", reason="why so slow", card="yellow").status_code == 303
    html = page(cast["mara"], f"/desk/cases/{uuid}")
    assert "card-badge yellow" in html
    assert actions(html)[0] == "answer"
    assert rows(page(cast["mara"], "/desk/?tab=supervised")) == [uuid]
    assert send(cast["mara"], uuid, "answer", text="tomorrow").status_code == 303


def test_a_check_from_elsewhere_needs_its_reason(cast: Cast) -> None:
    uuid = bring_to("handled", cast)
    away = {"position_lon": "113.0", "position_lat": "22.0", "position_accuracy": "9"}
    refused = send(cast["ines"], uuid, "check_pass", **away)
    assert refused.status_code == 422
    assert "away from the grid" in error_at(refused.text, "check_pass-off_site_reason")
    lon, lat = tiny_city.MIDDLE
    there = {"position_lon": str(lon), "position_lat": str(lat), "position_accuracy": "9"}
    assert send(cast["ines"], uuid, "check_pass", **there).status_code == 303


@pytest.mark.parametrize(
    ("status", "name", "action", "said", "field"),
    [
        ("filed", "mara", "whistle", {"reason": "so"}, "departments"),
        ("filed", "mara", "whistle", {"reason": "so", "departments": ["nowhere"]}, "departments"),
        ("filed", "mara", "whistle", {"reason": "so", "departments": ["x" * 50]}, "departments"),
        ("accepted", "mara", "dispatch", {"department": BUREAU, "assisting": [BUREAU]}, "assisting"),
        ("accepted", "mara", "request_suspension", {"reason": "so"}, "review_at"),
        ("accepted", "mara", "request_suspension", {"reason": "so", "review_at": "soon"}, "review_at"),
        ("accepted", "mara", "request_suspension", {"reason": "so", "review_at": "0001-01-01"}, "review_at"),
        ("accepted", "mara", "request_suspension", {"reason": "so", "review_at": "9999-12-31"}, "review_at"),
        ("accepted", "mara", "request_suspension", {"reason": "so", "review_at": "2001-01-01"}, "review_at"),
        ("filed", "mara", "request_extension", {"reason": "so", "due_at": "2001-01-01T00:00"}, "due_at"),
        ("filed", "mara", "request_reclassification", {"reason": "so", "category": "Z9"}, "category"),
        ("filed", "mara", "reject", {"reason": "so", "reason_code": "no-such"}, "reason_code"),
        ("filed", "mara", "transfer", {"reason": "so", "to": TOWN}, "to"),
        ("filed", "teng", "supervise", {"reason": "so", "card": "green"}, "card"),
        ("handled", "ines", "check_pass", {"position_lon": "x", "position_lat": "22"}, "position"),
        ("handled", "ines", "check_pass", {"position_lon": "nan", "position_lat": "22"}, "position"),
        ("handled", "ines", "check_pass", {"position_lon": "500", "position_lat": "22"}, "position"),
    ],
)
def test_bad_input_stands_at_its_field_and_changes_nothing(
    cast: Cast, status: str, name: str, action: str, said: dict[str, Any], field: str
) -> None:
    uuid = bring_to(status, cast)
    version = case_of(cast["mara"], uuid)["version"]
    refused = send(cast[name], uuid, action, **said)
    assert refused.status_code == 422
    assert error_at(refused.text, f"{action}-{field}")
    assert f'id="do-{action}" name="act" open>' in refused.text
    assert case_of(cast["mara"], uuid)["version"] == version


def test_a_stale_form_keeps_what_was_chosen(cast: Cast) -> None:
    uuid = bring_to("accepted", cast)
    old = page(cast["mara"], f"/desk/cases/{uuid}")
    cast["teng"].act(uuid, "urge", text="quickly")
    day = date.today() + timedelta(days=9)
    sent = {"departments": [ENFORCERS], "reason": "stalls"}
    stale = send(cast["mara"], uuid, "whistle", html=old, **sent)
    assert stale.status_code == 412
    assert "Teng urged" in stale.text
    assert f'value="{ENFORCERS}" checked' in stale.text
    stale = send(cast["mara"], uuid, "request_suspension", html=old, reason="x", review_at=day.isoformat())
    assert f'value="{day.isoformat()}"' in stale.text


def test_the_department_of_the_rules_is_proposed_and_can_be_changed(cast: Cast) -> None:
    uuid = bring_to("accepted", cast)
    html = page(cast["mara"], f"/desk/cases/{uuid}")
    assert f'<option value="{BUREAU}" selected' in html
    assert "Proposed by the rules of responsibility." in html
    assert send(cast["mara"], uuid, "dispatch", department=ENFORCERS).status_code == 303
