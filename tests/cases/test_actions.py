"""Actions that are refused: in which order, and that nothing changes; actions sent twice."""

from typing import Any
from uuid import UUID, uuid4

import orjson
from flask import Flask
from werkzeug.test import TestResponse

from app.cases.models import Case
from app.core.db import db
from app.events import queries as chain
from tests.cast import BUREAU, TOWN, Caller, bring_to, picture
from tests.refusals import fields_of, misfit, nothing_changes

Cast = dict[str, Caller]
BIG = 2**63


def post(caller: Caller, uuid: str, match: str | None, body: Any, **more: Any) -> TestResponse:
    headers = {} if match is None else {"If-Match": match}
    return caller.open("POST", f"/api/v1/cases/{uuid}/actions", json=body, headers=headers, **more)


def accept(**said: Any) -> dict[str, Any]:
    return {"id": str(uuid4()), "action": "accept", **said}


def test_refusals_come_in_the_agreed_order(cast: Cast) -> None:
    uuid, absent = bring_to("accepted", cast), str(uuid4())
    nobody = Caller(cast["mara"].client, "not a token")
    unreadable = {"id": "x", "action": "nonsense", "due_at": "never"}
    no_department = {"id": str(uuid4()), "action": "dispatch"}
    with nothing_changes():
        answers = {
            "401 before 404": (post(nobody, absent, None, unreadable), 401),
            "404 before 428": (post(cast["otto"], uuid, None, unreadable), 404),
            "404 before 428, absent": (post(cast["mara"], absent, None, unreadable), 404),
            "428 before 412": (post(cast["mara"], uuid, None, accept()), 428),
            "428 before 422": (post(cast["mara"], uuid, None, unreadable), 428),
            "412 before 422": (post(cast["mara"], uuid, '"1"', unreadable), 412),
            "412 before 422 that a look-up finds": (post(cast["mara"], uuid, '"1"', no_department), 412),
            "412 before 409": (post(cast["mara"], uuid, '"1"', accept()), 412),
            "422 before 409, by status": (
                post(cast["mara"], uuid, '"2"', {**no_department, "action": "reject"}),
                422,
            ),
            "422 before 409, by duty": (post(cast["ines"], uuid, '"2"', no_department), 422),
            "409 by status": (post(cast["mara"], uuid, '"2"', accept()), 409),
            "409 by duty": (post(cast["ines"], uuid, '"2"', {**no_department, "department": BUREAU}), 409),
        }
    wrong = {name: misfit(answer, status) for name, (answer, status) in answers.items()}
    assert not {name: why for name, why in wrong.items() if why}


def test_a_stale_action_is_told_how_the_case_stands(cast: Cast) -> None:
    uuid = bring_to("accepted", cast)
    for body in (accept(), {"id": "x"}):
        stale = post(cast["mara"], uuid, '"1"', body).get_json(force=True)
        present = cast["mara"].get(f"/api/v1/cases/{uuid}").json
        assert stale["case"] == present
        assert stale["case"]["version"] == 2
        assert [(event["action"], event["actor"]) for event in stale["changed"]] == [("case.accept", "Mara")]


VERSIONS = (
    "",
    "*",
    "1",
    '"1"',
    "0",
    '"0"',
    "-2",
    '"x"',
    '"2", "1"',
    str(BIG),
    "9" * 5000,
    '"２"'.encode().decode("latin-1"),
)


def test_versions_that_are_not_the_present_one(cast: Cast) -> None:
    uuid = bring_to("accepted", cast)
    with nothing_changes():
        answers = {match: post(cast["mara"], uuid, match, accept()) for match in VERSIONS}
    wrong = {match: misfit(answer, 412) for match, answer in answers.items()}
    assert not {match: why for match, why in wrong.items() if why}


ACTS: dict[str, tuple[set[str], dict[str, Any]]] = {
    "no id": ({"id"}, {"id": None}),
    "id is a number": ({"id"}, {"id": 5}),
    "id is 2^63": ({"id"}, {"id": BIG}),
    "id is a word": ({"id"}, {"id": "x"}),
    "no action": ({"action"}, {"action": None}),
    "empty action": ({"action"}, {"action": ""}),
    "unknown action": ({"action"}, {"action": "explode"}),
    "action in capitals": ({"action"}, {"action": "DISPATCH"}),
    "action is a list": ({"action"}, {"action": ["dispatch"]}),
    "action with NUL": ({"action"}, {"action": "dispatch\x00"}),
    "no department": ({"department"}, {"department": None}),
    "unknown department": ({"department"}, {"department": "nobody"}),
    "department elsewhere": ({"department"}, {"department": "990002-UM"}),
    "department is a number": ({"department"}, {"department": 1}),
    "department with NUL": ({"department"}, {"department": f"{BUREAU}\x00"}),
    "due in the past": ({"due_at"}, {"due_at": "2020-01-01T00:00:00Z"}),
    "due in the year 0": ({"due_at"}, {"due_at": "0000-01-01T00:00:00Z"}),
    "due in 9999": ({"due_at"}, {"due_at": "9999-12-31T23:59:59Z"}),
    "due without offset": ({"due_at"}, {"due_at": "2030-01-01T00:00:00"}),
    "due is a number": ({"due_at"}, {"due_at": BIG}),
    "unknown member": ({"status"}, {"status": "closed"}),
    "reason too long": ({"reason"}, {"reason": "x" * 1001}),
    "NUL in the reason": ({"reason"}, {"reason": "\x00"}),
    "NUL in the note": ({"note"}, {"note": "a\x00"}),
    "photos are a text": ({"photos"}, {"photos": "a" * 64}),
    "a photo is no hash": ({"photos.0"}, {"photos": ["../../etc/passwd"]}),
    "escalate to nowhere": ({"to_level"}, {"action": "escalate", "reason": "x", "to_level": "planet"}),
    "escalate to its own level": (
        {"to_level"},
        {"action": "escalate", "reason": "x", "to_level": "community"},
    ),
    "escalate down": ({"to_level"}, {"action": "escalate", "reason": "x", "to_level": "grid"}),
    "escalate without a reason": ({"reason"}, {"action": "escalate"}),
    "delegate without a unit": ({"to"}, {"action": "delegate"}),
    "delegate to an unknown unit": ({"to"}, {"action": "delegate", "to": "1"}),
    "delegate up": ({"to"}, {"action": "delegate", "to": TOWN}),
    "an empty comment": ({"text"}, {"action": "comment", "text": ""}),
    "handle with a photo never sent": (
        {"photos", "note"},
        {"action": "handle", "photos": ["0" * 64]},
    ),
}


def test_actions_that_cannot_be_used(cast: Cast) -> None:
    uuid = bring_to("accepted", cast)
    sound = {"action": "dispatch", "department": BUREAU}
    with nothing_changes():
        answers = {
            name: post(cast["mara"], uuid, '"2"', _said({"id": str(uuid4()), **sound, **change}))
            for name, (_, change) in ACTS.items()
        }
    wrong = {name: misfit(answer, 422) for name, answer in answers.items()}
    assert not {name: why for name, why in wrong.items() if why}
    assert {name: fields_of(answer) for name, answer in answers.items()} == {
        name: fields for name, (fields, _) in ACTS.items()
    }


def _said(body: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if value is not None}


def test_bodies_that_are_no_action(cast: Cast) -> None:
    uuid = bring_to("filed", cast)
    bodies = {
        "array": (b"[]", "application/json"),
        "cut short": (b'{"id":', "application/json"),
        "deep": (b"[" * 10_000, "application/json"),
        "surrogate": (b'{"id":"x","action":"\\ud800"}', "application/json"),
        "large": (orjson.dumps(accept(note="x" * 1_100_000)), "application/json"),
        "form": (b"action=accept", "application/x-www-form-urlencoded"),
    }
    with nothing_changes():
        for name, (body, kind) in bodies.items():
            answer = cast["mara"].open(
                "POST",
                f"/api/v1/cases/{uuid}/actions",
                data=body,
                content_type=kind,
                headers={"If-Match": '"1"'},
            )
            assert misfit(answer, 400, 413, 415, 422) is None, name


def test_every_move_that_the_table_has_not_is_refused(cast: Cast) -> None:
    uuid = bring_to("closed", cast)
    photo = cast["mara"].photo(uuid, "other")
    said: dict[str, dict[str, Any]] = {
        "accept": {},
        "reject": {"reason": "x"},
        "dispatch": {"department": BUREAU},
        "start": {},
        "handle": {"note": "x", "photos": [photo]},
        "return_to_dispatcher": {"reason": "x"},
        "check_pass": {},
        "check_fail": {"reason": "x"},
        "escalate": {"reason": "x"},
    }
    with nothing_changes():
        answers = {
            (name, action): cast[name].act(uuid, action, **needs)
            for name in ("mara", "hana", "ines", "dana")
            for action, needs in said.items()
        }
    wrong = {tried: misfit(answer, 409) for tried, answer in answers.items()}
    # Hana handled it; for her, too, the case is closed
    assert not {tried: why for tried, why in wrong.items() if why}


def test_a_repeated_action_does_nothing_twice(cast: Cast) -> None:
    uuid, ident = bring_to("filed", cast), str(uuid4())
    first = cast["mara"].act(uuid, "accept", version=1, id=ident)
    assert (first.status_code, first.headers["ETag"]) == (200, '"2"')
    with nothing_changes():
        again = [cast["mara"].act(uuid, "accept", version=version, id=ident) for version in (1, 2, 7)]
    assert [(a.status_code, a.headers["ETag"], a.json) for a in again] == [(200, '"2"', first.json)] * 3


def test_an_action_id_stands_for_one_action_of_one_person_on_one_case(cast: Cast) -> None:
    uuid, other, ident = bring_to("filed", cast), bring_to("filed", cast), str(uuid4())
    assert cast["mara"].act(uuid, "comment", version=1, id=ident, text="first").status_code == 200
    with nothing_changes():
        answers = (
            cast["mara"].act(uuid, "comment", version=2, id=ident, text="second"),
            cast["mara"].act(uuid, "accept", version=2, id=ident),
            cast["dana"].act(uuid, "comment", version=2, id=ident, text="first"),
            cast["mara"].act(other, "comment", version=1, id=ident, text="first"),
        )
    assert [misfit(answer, 409) for answer in answers] == [None] * 4


def test_an_action_that_ended_its_senders_scope_is_still_known(cast: Cast) -> None:
    uuid, ident = bring_to("in_progress", cast), str(uuid4())
    version = int(cast["hana"].get(f"/api/v1/cases/{uuid}").headers["ETag"].strip('"'))
    said = {"version": version, "id": ident, "reason": "not ours"}
    assert cast["hana"].act(uuid, "return_to_dispatcher", **said).status_code == 200
    assert cast["hana"].get(f"/api/v1/cases/{uuid}").status_code == 404
    with nothing_changes():
        again = cast["hana"].act(uuid, "return_to_dispatcher", **said)
        other = cast["hana"].act(uuid, "return_to_dispatcher", **{**said, "reason": "something else"})
        stranger = cast["otto"].act(uuid, "return_to_dispatcher", **said)
    assert (again.status_code, again.headers["ETag"]) == (200, f'"{version + 1}"')
    assert [misfit(other, 404), misfit(stranger, 404)] == [None, None]


def test_what_an_action_does_not_take_has_no_effect(cast: Cast) -> None:
    uuid = bring_to("handled", cast)
    before = cast["ines"].get(f"/api/v1/cases/{uuid}").json
    failed = cast["ines"].act(uuid, "check_fail", reason="no", due_at="2030-01-01T00:00:00Z").json
    assert before is not None and failed is not None
    first = next(task for task in before["tasks"] if task["kind"] == "handle")
    assert (failed["status"], failed["due_at"]) == ("in_progress", first["due_at"]), "a rework gains no time"


def test_versions_and_events_grow_by_one_with_each_action(cast: Cast, city: Flask) -> None:
    uuid = bring_to("closed", cast)
    case = db.session.query(Case).filter_by(uuid=UUID(uuid)).one()
    acted = [
        event.body["version"]
        for event in chain.history(f"case:{uuid}")
        if event.body and "version" in event.body
    ]
    assert acted == list(range(2, case.version + 1))


def test_handling_needs_the_photo_where_the_category_says_so(cast: Cast) -> None:
    uuid = bring_to("in_progress", cast)
    with nothing_changes():
        assert fields_of(cast["hana"].act(uuid, "handle", note="done")) == {"photos"}
        assert fields_of(cast["hana"].act(uuid, "handle", note="done", photos=[])) == {"photos"}
    other = bring_to("in_progress", cast)
    elsewhere = cast["hana"].photo(other, "after", picture("blue"))
    with nothing_changes():
        assert fields_of(cast["hana"].act(uuid, "handle", note="done", photos=[elsewhere])) == {"photos"}
