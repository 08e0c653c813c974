"""The life of a case, told over HTTP."""

from flask import Flask

from app.events import queries as chain
from tests.cast import BUREAU, Caller, bring_to

Cast = dict[str, Caller]


def test_a_case_goes_from_the_street_to_closed(cast: Cast, city: Flask) -> None:
    uuid = bring_to("closed", cast)
    found = cast["dana"].get(f"/api/v1/cases/{uuid}").json
    assert found is not None
    assert (found["status"], found["version"]) == ("closed", 6)
    told = cast["dana"].get(f"/api/v1/cases/{uuid}/events").json
    assert told is not None
    assert [event["action"] for event in told["items"]] == [
        "case.filed",
        "case.accept",
        "case.dispatch",
        "case.start",
        "case.photo_added",
        "case.handle",
        "case.check_pass",
    ]
    assert chain.verify() == []


def test_a_failed_check_is_a_rework_and_goes_back_to_the_handler(cast: Cast) -> None:
    uuid = bring_to("handled", cast)
    found = cast["ines"].act(uuid, "check_fail", reason="still there").json
    assert found is not None
    assert (found["status"], found["reworks"]) == ("in_progress", 1)
    assert [task["kind"] for task in found["tasks"] if task["closed_at"] is None] == ["handle"]


def test_who_handled_never_checks(cast: Cast) -> None:
    uuid = bring_to("handled", cast)
    assert cast["hana"].act(uuid, "check_pass").status_code == 409


def test_a_raised_case_is_acted_on_above_and_sent_down_again(cast: Cast) -> None:
    uuid = bring_to("accepted", cast)
    raised = cast["mara"].act(uuid, "escalate", reason="too big for us").json
    assert raised is not None and raised["level"] == "town"
    assert cast["mara"].act(uuid, "dispatch", department=BUREAU).status_code == 409
    assert cast["teng"].act(uuid, "escalate", reason="too big", to_level="city").json["level"] == "city"  # type: ignore[index]
    assert cast["cai"].act(uuid, "escalate", reason="higher").status_code == 409
    sent = cast["cai"].act(uuid, "delegate", to="990001001001")
    assert sent.status_code == 200, sent.json
    assert cast["mara"].act(uuid, "dispatch", department=BUREAU).status_code == 200


def test_otto_from_the_other_district_sees_none_of_it(cast: Cast) -> None:
    uuid = bring_to("accepted", cast)
    for path in ("", "/events", f"/photos/{'0' * 64}"):
        assert cast["otto"].get(f"/api/v1/cases/{uuid}{path}").status_code == 404
    assert cast["otto"].act(uuid, "comment", version=2, text="hm").status_code == 404
    assert cast["otto"].get("/api/v1/cases").json["total"] == 0  # type: ignore[index]
