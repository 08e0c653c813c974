"""Every action tells those whom it concerns."""

from typing import Any

import pytest

from app.notify.routing import routes
from app.workflow.actions import Action
from tests.cases.test_grammar import done, soon
from tests.cast import BUREAU, TOWN, Caller, bring_to
from tests.notify.conftest import everybody_told, tell_all

Cast = dict[str, Caller]
EMERGENCY = "P0111"
SILENT = {"case.start", "case.acknowledge"}
"""Nobody waits to hear of these; the history tells them."""


def news(before: dict[str, list[str]]) -> dict[str, list[str]]:
    """What everybody was told since."""
    tell_all()
    found = {name: templates[len(before.get(name, [])) :] for name, templates in everybody_told().items()}
    return {name: templates for name, templates in found.items() if templates}


def told_of(cast: Cast, who: str, uuid: str, action: str, **said: Any) -> dict[str, list[str]]:
    """Whom the action tells what."""
    tell_all()
    before = everybody_told()
    done(cast[who].act(uuid, action, **said))
    return news(before)


def test_every_action_tells_somebody_or_is_known_to_be_silent() -> None:
    assert {f"case.{action}" for action in Action} - set(routes()) == SILENT


def test_an_emergency_is_told_to_the_whole_lineage_at_once(cast: Cast) -> None:
    cast["ines"].file(category=EMERGENCY)
    assert news({}) == {name: ["emergency"] for name in ("cai", "dana", "teng", "mara")}


def test_what_the_public_reports_is_told_to_the_inspector_first(cast: Cast) -> None:
    uuid = str(cast["mara"].file(channel="hotline").json["id"])  # type: ignore[index]
    assert news({}) == {"ines": ["to_verify"]}
    assert told_of(cast, "ines", uuid, "verify_pass", note="there") == {"mara": ["new_case"]}


def test_the_whistle_and_its_answers(cast: Cast) -> None:
    uuid = bring_to("in_progress", cast)
    assert told_of(cast, "mara", uuid, "whistle", departments=[BUREAU], reason="come") == {
        "hana": ["summoned"]
    }
    photo = cast["hana"].photo(uuid, "after")
    told = told_of(cast, "hana", uuid, "handle", note="done", photos=[photo])
    assert told == {"mara": ["handled"]}, "the check waits for the summoned"
    assert told_of(cast, "hana", uuid, "respond", note="seen") == {
        "mara": ["responded"],
        "ines": ["to_check"],
    }


def test_supervision_and_its_answer(cast: Cast) -> None:
    uuid = bring_to("in_progress", cast)
    told = told_of(cast, "dana", uuid, "supervise", reason="complaints", card="red")
    assert told == {"mara": ["supervised"], "hana": ["supervised"]}
    assert told_of(cast, "mara", uuid, "answer", text="tomorrow") == {"dana": ["answered"]}


def test_an_application_goes_up_and_its_decision_back(cast: Cast) -> None:
    uuid = bring_to("in_progress", cast)
    asked = {"due_at": soon(days=20), "reason": "parts"}
    assert told_of(cast, "hana", uuid, "request_extension", **asked) == {"mara": ["applied"]}
    assert told_of(cast, "mara", uuid, "approve") == {"hana": ["approved"]}
    assert told_of(cast, "hana", uuid, "request_extension", **asked | {"due_at": soon(days=21)}) == {
        "teng": ["applied"]
    }
    assert told_of(cast, "teng", uuid, "deny", reason="enough") == {"hana": ["denied"]}


def test_departments_beside_the_lead(cast: Cast) -> None:
    uuid = bring_to("accepted", cast)
    told = told_of(cast, "mara", uuid, "dispatch", department=f"{TOWN}-CE", assisting=[BUREAU])
    assert told == {"hana": ["asked_to_assist"], "ada": ["vacant"]}, "the town's crew has no handlers"
    uuid = bring_to("accepted", cast)
    told = told_of(cast, "mara", uuid, "dispatch", department=f"{TOWN}-CE", informed=[BUREAU])
    assert told == {"hana": ["for_information"]}


def test_urging_reaches_whoever_owes_something(cast: Cast) -> None:
    uuid = bring_to("in_progress", cast)
    assert told_of(cast, "dana", uuid, "urge", text="please") == {"hana": ["urged"]}


@pytest.mark.parametrize("action", ["comment", "urge"])
def test_words_are_not_repeated_in_notices(cast: Cast, action: str) -> None:
    uuid = bring_to("in_progress", cast)
    told_of(cast, "dana", uuid, action, text="call Zhang 13800000000")
    for who in ("hana", "mara"):
        assert "Zhang" not in cast[who].get("/notices").text
