"""The whole grammar of actions, told over HTTP by the cast."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from app.cases.service import applications
from app.catalogue.queries import categories
from app.core.clock import now
from tests.areas import tiny_city
from tests.cast import BUREAU, COMMUNITY, DISTRICT, GRID, TOWN, Caller, bring_to

Cast = dict[str, Caller]
CREW = f"{TOWN}-CE"


def done(response: Any) -> dict[str, Any]:
    assert response.status_code == 200, response.json
    found: dict[str, Any] = response.json
    return found


def open_tasks(case: dict[str, Any]) -> list[str]:
    return sorted(task["kind"] for task in case["tasks"] if task["closed_at"] is None)


def soon(**ahead: float) -> str:
    return (now() + timedelta(**ahead)).isoformat()


def position(lon: float, lat: float) -> dict[str, Any]:
    return {"lon": lon, "lat": lat, "crs": "wgs84", "accuracy_m": 10}


def offered(case: dict[str, Any]) -> set[str]:
    return {row["action"] for row in case["actions"]}


def test_what_the_public_reports_is_verified_before_it_is_registered(cast: Cast) -> None:
    found = cast["mara"].file(channel="hotline").json
    assert found is not None
    assert (found["status"], open_tasks(found)) == ("verifying", ["verify"])
    assert cast["mara"].act(found["id"], "accept").status_code == 409
    assert cast["mara"].act(found["id"], "verify_pass").status_code == 409
    verified = done(cast["ines"].act(found["id"], "verify_pass", note="it is there"))
    assert (verified["status"], open_tasks(verified)) == ("filed", ["accept"])
    done(cast["mara"].act(found["id"], "accept"))


def test_a_report_that_was_not_found_goes_to_the_manager_to_decide(cast: Cast) -> None:
    uuid = cast["mara"].file(channel="citizen").json["id"]  # type: ignore[index]
    assert done(cast["ines"].act(uuid, "verify_fail", reason="nothing there"))["status"] == "filed"
    assert done(cast["mara"].act(uuid, "reject", reason="not confirmed"))["status"] == "rejected"


def test_every_stage_has_its_own_clock(cast: Cast) -> None:
    uuid = bring_to("handled", cast)
    found = done(cast["dana"].get(f"/api/v1/cases/{uuid}"))
    clocks = {task["kind"]: (task["term"], task["due_at"]) for task in found["tasks"]}
    assert set(clocks) == {"accept", "dispatch", "handle", "check"}
    assert all(term and due for term, due in clocks.values()), clocks
    assert found["due_at"] == clocks["check"][1]


def test_words_never_move_a_clock(cast: Cast) -> None:
    uuid = bring_to("dispatched", cast)
    before = done(cast["mara"].get(f"/api/v1/cases/{uuid}"))
    for who, action, said in (
        ("mara", "comment", {"text": "any news?"}),
        ("hana", "comment", {"text": "tomorrow"}),
        ("teng", "urge", {"text": "please"}),
        ("teng", "supervise", {"reason": "second time this month"}),
        ("mara", "whistle", {"departments": [CREW], "reason": "needs both"}),
    ):
        done(cast[who].act(uuid, action, **said))
    cast["mara"].photo(uuid, "other")
    after = done(cast["mara"].get(f"/api/v1/cases/{uuid}"))
    clock = {task["kind"]: task["due_at"] for task in before["tasks"]}
    assert {task["kind"]: task["due_at"] for task in after["tasks"] if task["kind"] in clock} == clock


def test_departments_beside_the_lead_must_answer_before_the_check(cast: Cast) -> None:
    uuid = bring_to("accepted", cast)
    sent = done(cast["mara"].act(uuid, "dispatch", department=CREW, assisting=[BUREAU]))
    assert open_tasks(sent) == ["assist", "handle"]
    assert done(cast["hana"].get(f"/api/v1/cases/{uuid}"))["department"]["code"] == CREW
    assert cast["hana"].act(uuid, "start").status_code == 409, "who assists does not lead"
    answered = done(cast["hana"].act(uuid, "respond", note="our part is done"))
    assert open_tasks(answered) == ["handle"]
    assert cast["hana"].act(uuid, "respond", note="again").status_code == 409


def test_the_whistle_summons_departments_and_holds_the_check_until_they_answer(cast: Cast) -> None:
    uuid = bring_to("in_progress", cast)
    done(cast["mara"].act(uuid, "whistle", departments=[BUREAU], reason="come and see"))
    handled = done(cast["hana"].act(uuid, "handle", note="done", photos=[cast["hana"].photo(uuid, "after")]))
    assert (handled["status"], open_tasks(handled)) == ("handled", ["respond"])
    assert cast["ines"].act(uuid, "check_pass").status_code == 409
    assert open_tasks(done(cast["hana"].act(uuid, "respond", note="seen"))) == ["check"]
    assert done(cast["ines"].act(uuid, "check_pass"))["status"] == "closed"


def test_whom_a_grant_lets_in_and_whom_not(cast: Cast) -> None:
    uuid = bring_to("accepted", cast)
    assert cast["hana"].get(f"/api/v1/cases/{uuid}").status_code == 404
    done(cast["mara"].act(uuid, "dispatch", department=CREW, informed=[BUREAU]))
    assert cast["hana"].get(f"/api/v1/cases/{uuid}").status_code == 200
    listed = done(cast["hana"].get("/api/v1/cases"))
    assert [item["id"] for item in listed["items"]] == [uuid]
    assert cast["otto"].get(f"/api/v1/cases/{uuid}").status_code == 404


def test_a_second_return_is_decided_one_level_up(cast: Cast) -> None:
    uuid = bring_to("dispatched", cast)
    done(cast["hana"].act(uuid, "return_to_dispatcher", reason="not ours"))
    first = done(cast["mara"].get(f"/api/v1/cases/{uuid}"))
    assert (first["level"], first["returns"], open_tasks(first)) == ("community", 1, ["dispatch"])
    done(cast["mara"].act(uuid, "dispatch", department=BUREAU))
    done(cast["hana"].act(uuid, "return_to_dispatcher", reason="still not ours"))
    second = done(cast["teng"].get(f"/api/v1/cases/{uuid}"))
    assert (second["level"], second["returns"], second["escalations"]) == ("town", 2, 1)
    assert cast["mara"].act(uuid, "dispatch", department=BUREAU).status_code == 409
    done(cast["teng"].act(uuid, "dispatch", department=BUREAU))


def test_a_case_is_handed_to_the_unit_next_door_and_nowhere_else(cast: Cast) -> None:
    uuid = bring_to("filed", cast)
    for elsewhere in (GRID, TOWN, COMMUNITY, tiny_city.COMMUNITIES[-1], "990002", "nowhere"):
        refused = cast["mara"].act(uuid, "transfer", to=elsewhere, reason="not here")
        assert refused.status_code == 422 and "to" in refused.json["errors"], elsewhere  # type: ignore[index]
    beside = next(code for code in tiny_city.COMMUNITIES if code.startswith(TOWN) and code != COMMUNITY)
    moved = cast["mara"].act(uuid, "transfer", to=beside, reason="over the street")
    assert moved.status_code == 200
    found = done(cast["teng"].get(f"/api/v1/cases/{uuid}"))
    assert (found["holder"]["code"], found["areas"]["community"]) == (beside, beside)
    assert cast["mara"].get(f"/api/v1/cases/{uuid}").status_code == 404


def test_a_case_that_is_handed_over_takes_no_old_application_along(cast: Cast) -> None:
    uuid = bring_to("accepted", cast)
    done(cast["mara"].act(uuid, "escalate", reason="too big"))
    done(cast["teng"].act(uuid, "request_void", reason="twice"))
    beside = next(code for code in tiny_city.TOWNS if code.startswith(DISTRICT) and code != TOWN)
    assert cast["teng"].act(uuid, "transfer", to=beside, reason="theirs").status_code == 200
    found = done(cast["dana"].get(f"/api/v1/cases/{uuid}"))
    assert (found["applied"], open_tasks(found)) == (None, ["dispatch"])
    assert cast["dana"].act(uuid, "approve").status_code == 409


def test_a_supervision_must_be_answered_by_who_holds_the_case(cast: Cast) -> None:
    uuid = bring_to("in_progress", cast)
    assert cast["mara"].act(uuid, "answer", text="?").status_code == 409
    assert cast["mara"].act(uuid, "supervise", reason="mine").status_code == 409, "not above herself"
    watched = done(cast["dana"].act(uuid, "supervise", reason="complaints", card="red"))
    assert (watched["card"], open_tasks(watched)) == ("red", ["answer", "handle"])
    lower = done(cast["teng"].act(uuid, "supervise", reason="too", card="yellow"))
    assert lower["card"] == "red", "a card is never taken back by a lower one"
    assert open_tasks(done(cast["mara"].act(uuid, "answer", text="a crew is on its way"))) == ["handle"]


class TestApplications:
    def test_more_time_for_a_department_is_granted_by_the_holder(self, cast: Cast) -> None:
        uuid = bring_to("in_progress", cast)
        before = done(cast["hana"].get(f"/api/v1/cases/{uuid}"))
        asked = done(cast["hana"].act(uuid, "request_extension", due_at=soon(days=20), reason="parts"))
        assert (asked["applied"], asked["due_at"] <= before["due_at"]) == ("extend", True)
        assert cast["hana"].act(uuid, "approve").status_code == 409
        granted = done(cast["mara"].act(uuid, "approve"))
        handle = next(task for task in granted["tasks"] if task["kind"] == "handle")
        assert granted["applied"] is None and granted["extensions"] == 1
        assert handle["due_at"] > before["due_at"]

    def test_a_second_extension_needs_the_level_above(self, cast: Cast) -> None:
        uuid = bring_to("in_progress", cast)
        done(cast["hana"].act(uuid, "request_extension", due_at=soon(days=20), reason="parts"))
        done(cast["mara"].act(uuid, "approve"))
        done(cast["hana"].act(uuid, "request_extension", due_at=soon(days=40), reason="still no parts"))
        assert cast["mara"].act(uuid, "approve").status_code == 409
        assert done(cast["teng"].act(uuid, "approve"))["extensions"] == 2

    @pytest.mark.parametrize("days", [-1, 0.001, 400])
    def test_more_time_is_more_and_not_without_end(self, cast: Cast, days: float) -> None:
        uuid = bring_to("in_progress", cast)
        refused = cast["hana"].act(uuid, "request_extension", due_at=soon(days=days), reason="parts")
        assert refused.status_code == 422 and list(refused.json["errors"]) == ["due_at"]  # type: ignore[index]

    def test_a_case_is_not_extended_for_ever(self, cast: Cast) -> None:
        uuid = bring_to("in_progress", cast)
        for n, approver in enumerate(("mara", "teng", "teng")):
            later = soon(days=20 * (n + 1))
            done(cast["hana"].act(uuid, "request_extension", due_at=later, reason="parts"))
            done(cast[approver].act(uuid, "approve"))
        again = cast["hana"].act(uuid, "request_extension", due_at=soon(days=80), reason="parts")
        assert again.status_code == 409

    def test_who_applied_never_decides(self, cast: Cast) -> None:
        uuid = bring_to("accepted", cast)
        done(cast["mara"].act(uuid, "request_void", reason="twice the same"))
        assert cast["mara"].act(uuid, "approve").status_code == 409
        assert cast["mara"].act(uuid, "request_void", reason="again").status_code == 409
        assert done(cast["teng"].act(uuid, "deny", reason="it is not"))["applied"] is None
        done(cast["mara"].act(uuid, "request_void", reason="look again"))
        assert done(cast["teng"].act(uuid, "approve"))["status"] == "voided"

    def test_without_an_application_there_is_nothing_to_decide(self, cast: Cast) -> None:
        uuid = bring_to("accepted", cast)
        assert cast["teng"].act(uuid, "approve").status_code == 409
        assert cast["teng"].act(uuid, "deny", reason="no").status_code == 409

    def test_a_suspension_stops_the_clock_until_it_is_resumed(self, cast: Cast) -> None:
        uuid = bring_to("in_progress", cast)
        review = soon(days=30)
        done(cast["mara"].act(uuid, "request_suspension", review_at=review, reason="wait for the season"))
        still = done(cast["teng"].act(uuid, "approve"))
        assert (still["status"], open_tasks(still)) == ("suspended", ["handle", "review"])
        handle = next(task for task in still["tasks"] if task["kind"] == "handle")
        assert handle["paused_at"] is not None
        assert datetime.fromisoformat(still["due_at"]) == datetime.fromisoformat(review).astimezone(UTC)
        assert cast["hana"].act(uuid, "handle", note="x").status_code in (409, 422)
        again = done(cast["mara"].act(uuid, "resume"))
        assert (again["status"], open_tasks(again)) == ("in_progress", ["handle"])

    @pytest.mark.parametrize("review", [None, "yesterday", "too late"])
    def test_a_suspension_needs_a_day_of_review_within_the_cap(self, cast: Cast, review: str | None) -> None:
        uuid = bring_to("accepted", cast)
        days = {"yesterday": -1, "too late": 4000}
        said = {"review_at": soon(days=days[review])} if review else {}
        refused = cast["mara"].act(uuid, "request_suspension", reason="winter", **said)
        assert refused.status_code == 422 and list(refused.json["errors"]) == ["review_at"]  # type: ignore[index]
        assert done(cast["mara"].get(f"/api/v1/cases/{uuid}"))["version"] == 2

    def test_another_category_and_what_was_filed(self, cast: Cast) -> None:
        uuid = bring_to("accepted", cast)
        for wrong in ("E0102", "X9999"):
            assert (
                cast["mara"].act(uuid, "request_reclassification", category=wrong, reason="r").status_code
                == 422
            )
        done(cast["mara"].act(uuid, "request_reclassification", category="E0103", reason="rubble"))
        found = done(cast["teng"].act(uuid, "approve"))
        assert (found["category"], found["filed_category"]) == ("E0103", "E0102")

    def test_a_category_that_has_left_the_catalogue_meanwhile(
        self, cast: Cast, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        uuid = bring_to("accepted", cast)
        asked = done(cast["mara"].act(uuid, "request_reclassification", category="E0103", reason="rubble"))
        left = {code: row for code, row in categories().items() if code != "E0103"}
        monkeypatch.setattr(applications, "categories", lambda: left)
        refused = cast["teng"].act(uuid, "approve")
        assert refused.status_code == 409
        assert done(cast["teng"].get(f"/api/v1/cases/{uuid}"))["version"] == asked["version"]
        done(cast["teng"].act(uuid, "deny", reason="no such category now"))

    def test_a_rejected_case_is_restored_by_the_level_above(self, cast: Cast) -> None:
        uuid = bring_to("rejected", cast)
        done(cast["mara"].act(uuid, "request_restore", reason="it is real after all"))
        found = done(cast["teng"].act(uuid, "approve"))
        assert (found["status"], open_tasks(found), found["ended_at"]) == ("filed", ["accept"], None)

    def test_the_end_of_a_case_leaves_nothing_to_decide(self, cast: Cast) -> None:
        uuid = bring_to("filed", cast)
        done(cast["mara"].act(uuid, "request_void", reason="twice"))
        ended = done(cast["mara"].act(uuid, "reject", reason="not so"))
        assert (ended["applied"], open_tasks(ended)) == (None, [])
        assert cast["teng"].act(uuid, "approve").status_code == 409


def test_a_closed_case_is_reopened_within_the_window(cast: Cast) -> None:
    uuid = bring_to("closed", cast)
    assert "reopen" in offered(done(cast["mara"].get(f"/api/v1/cases/{uuid}")))
    again = done(cast["mara"].act(uuid, "reopen", reason="it is back"))
    assert (again["status"], again["reopens"], open_tasks(again)) == ("accepted", 1, ["dispatch"])
    assert again["ended_at"] is None


class TestOnSite:
    def test_in_the_grid_the_check_needs_no_reason(self, cast: Cast) -> None:
        uuid = bring_to("handled", cast)
        here = position(*tiny_city.MIDDLE)
        assert done(cast["ines"].act(uuid, "check_pass", position=here))["status"] == "closed"

    def test_from_afar_it_needs_one(self, cast: Cast) -> None:
        uuid = bring_to("handled", cast)
        afar = position(tiny_city.MIDDLE[0] + 0.2, tiny_city.MIDDLE[1])
        refused = cast["ines"].act(uuid, "check_pass", position=afar)
        assert refused.status_code == 422 and list(refused.json["errors"]) == ["off_site_reason"]  # type: ignore[index]
        done(cast["ines"].act(uuid, "check_pass", position=afar, off_site_reason="seen on camera"))

    @pytest.mark.parametrize(
        "wrong",
        [{"lon": 113}, {"lon": 500, "lat": 23, "crs": "wgs84"}, {"lon": 113, "lat": 23, "crs": "x"}, "here"],
    )
    def test_a_position_that_is_none_is_refused(self, cast: Cast, wrong: Any) -> None:
        uuid = bring_to("handled", cast)
        assert cast["ines"].act(uuid, "check_pass", position=wrong).status_code == 422


def test_what_the_inspector_settled_on_the_spot_is_counted_apart(cast: Cast) -> None:
    uuid = cast["ines"].file(category="E0201").json["id"]  # type: ignore[index]
    after = cast["ines"].photo(uuid, "after")
    said = {"note": "took it down", "photos": [after]}
    assert cast["ines"].act(uuid, "close_on_spot", **said).status_code == 409, "no photo from before"
    cast["ines"].photo(uuid, "before")
    assert cast["mara"].act(uuid, "close_on_spot", **said).status_code == 409
    found = done(cast["ines"].act(uuid, "close_on_spot", **said))
    assert (found["status"], found["self_handled"], open_tasks(found)) == ("closed", True, [])


def test_an_emergency_alerts_the_district_at_once(cast: Cast) -> None:
    found = cast["ines"].file(category="P0111").json
    assert found is not None and open_tasks(found) == ["accept", "acknowledge"]
    alert = next(task for task in found["tasks"] if task["kind"] == "acknowledge")
    assert alert["area"] == DISTRICT
    assert cast["teng"].act(found["id"], "acknowledge").status_code == 409
    assert open_tasks(done(cast["dana"].act(found["id"], "acknowledge"))) == ["accept"]


@pytest.mark.parametrize(
    ("action", "said", "field"),
    [
        ("supervise", {}, "reason"),
        ("supervise", {"reason": "r", "card": "green"}, "card"),
        ("supervise", {"reason": "r", "due_at": "2020-01-01T00:00:00Z"}, "due_at"),
        ("whistle", {"departments": [], "reason": "r"}, "departments"),
        ("whistle", {"departments": ["990002-UM"], "reason": "r"}, "departments"),
        ("whistle", {"departments": "x", "reason": "r"}, "departments"),
        ("request_extension", {"reason": "r"}, "due_at"),
        ("dispatch", {"department": BUREAU, "assisting": [BUREAU]}, "assisting"),
        ("return_to_dispatcher", {"reason": "r", "reason_code": "nonsense"}, "reason_code"),
        ("delegate", {"to": "990002"}, "to"),
        ("fly", {}, "action"),
    ],
)
def test_what_does_not_fit_is_named_and_changes_nothing(
    cast: Cast, action: str, said: dict[str, Any], field: str
) -> None:
    uuid = bring_to("accepted", cast)
    refused = cast["mara"].act(uuid, action, id=str(uuid4()), **said)
    assert refused.status_code == 422, refused.json
    assert field in refused.json["errors"]  # type: ignore[index]
    assert done(cast["mara"].get(f"/api/v1/cases/{uuid}"))["version"] == 2
