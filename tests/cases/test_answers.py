"""The extra questions of a category: answers are checked by question, kept, and told in words."""

import json
import shutil
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask

from app.cases.answers import answers_in_words
from app.cases.models import Case
from app.catalogue.service import DATA, QUESTIONS, sync_catalogue
from app.core.clock import now
from app.core.db import begin_write, commit, db
from app.forms.answers import Answered
from tests.cast import Caller
from tests.refusals import fields_of, misfit, nothing_changes

Cast = dict[str, Caller]
COVER, GAS, NOISE, LANE = "P0103", "E0403", "S0501", "S0201"
WHOLE = {"state": "missing", "road": "footway", "guarded": "no"}


def file(caller: Caller, category: str, answers: Any, uuid: str | None = None) -> Any:
    return caller.file(uuid, category=category, extra={"answers": answers})


def case_of(uuid: str) -> Case:
    return db.session.query(Case).filter_by(uuid=UUID(uuid)).one()


def test_answers_that_fit_are_kept_and_given_out(cast: Cast) -> None:
    answer = file(cast["ines"], COVER, WHOLE)
    assert answer.status_code == 201
    assert cast["mara"].get(f"/api/v1/cases/{answer.json['id']}").json["answers"] == WHOLE  # type: ignore[index]


def test_a_program_that_asks_no_questions_still_files(cast: Cast) -> None:
    for extra in (None, {}, {"answers": None}):
        answer = cast["ines"].file(category=COVER, extra=extra)
        assert (answer.status_code, answer.json["answers"]) == (201, {})  # type: ignore[index]


MISFITS: dict[str, tuple[str, Any, set[str]]] = {
    "a list": (COVER, [], {""}),
    "a text": (COVER, "missing", {""}),
    "nothing answered": (COVER, {}, {".state"}),
    "a needed one missing": (COVER, {"state": "missing", "road": "footway"}, {".guarded"}),
    "null is no answer": (COVER, WHOLE | {"road": None}, {".road"}),
    "a strange question": (COVER, WHOLE | {"colour": "red"}, {".colour"}),
    "a strange choice": (COVER, {"state": "gone"}, {".state"}),
    "two choices of one": (
        COVER,
        {"state": ["missing"], **{k: WHOLE[k] for k in ("road", "guarded")}},
        {".state"},
    ),
    "asked only after another": (COVER, {"state": "overflow", "road": "footway"}, {".road"}),
    "one choice of many": (GAS, {"signs": "none"}, {".signs"}),
    "no choice of many": (GAS, {"signs": []}, {".signs"}),
    "a choice twice": (GAS, {"signs": ["none", "none"]}, {".signs"}),
    "a choice that is no text": (GAS, {"signs": ["none", 5]}, {".signs"}),
    "a number as text": (GAS, {"signs": ["none"], "people": "5"}, {".people"}),
    "true as number": (GAS, {"signs": ["none"], "people": True}, {".people"}),
    "below the least": (GAS, {"signs": ["none"], "people": -1}, {".people"}),
    "beyond the most": (GAS, {"signs": ["none"], "people": 1e9}, {".people"}),
    "an empty text": (COVER, WHOLE | {"owner_mark": " "}, {".owner_mark"}),
    "a long text": (COVER, WHOLE | {"owner_mark": "x" * 201}, {".owner_mark"}),
    "a control character": (COVER, WHOLE | {"owner_mark": "x\x00"}, {".owner_mark"}),
    "a day as instant": (NOISE, {"source": "shop", "now": "no", "began": "2026-11-21"}, {".began"}),
    "a year far away": (
        NOISE,
        {"source": "shop", "now": "no", "began": "9999-12-31T23:59:59-12:00"},
        {".began"},
    ),
    "an object": (NOISE, {"source": {"shop": 1}, "now": "no"}, {".source"}),
    "several at once": (COVER, {"state": "gone", "colour": 1}, {".state", ".colour"}),
    "a category without questions": ("E0102", {"state": "missing"}, {".state"}),
}


@pytest.mark.parametrize("name", MISFITS)
def test_answers_that_do_not_fit_are_refused_by_question(cast: Cast, name: str) -> None:
    category, answers, fields = MISFITS[name]
    with nothing_changes():
        answer = file(cast["ines"], category, answers)
        assert misfit(answer, 422) is None
    assert fields_of(answer) == {f"extra.answers{field}" for field in fields}


FITTING: list[tuple[str, dict[str, Any]]] = [
    (COVER, {"state": "overflow"}),
    (GAS, {"signs": ["smell", "hiss"], "inside": "indoors", "people": 0}),
    (NOISE, {"source": "works", "now": "yes", "permit": "unseen", "began": "2026-11-21T10:00:00+08:00"}),
    (LANE, {"blocked_by": ["cars"], "plates": "粤E12345\n粤E54321", "width": 1.5}),
    ("E0102", {}),
]


@pytest.mark.parametrize(("category", "answers"), FITTING)
def test_every_type_of_answer_is_taken(cast: Cast, category: str, answers: dict[str, Any]) -> None:
    assert file(cast["ines"], category, answers).status_code == 201


def test_a_stop_is_told_and_never_blocks(cast: Cast, city: Flask) -> None:
    uuid = str(uuid4())
    assert file(cast["ines"], COVER, WHOLE, uuid).status_code == 201
    with city.test_request_context(headers={"Accept-Language": "en"}):
        told = answers_in_words(case_of(uuid))
    assert told[0].question == "State of the cover"
    assert told[0].answer == "Missing"
    assert "110" in told[0].stop
    assert told[1:] == [
        Answered("Where it lies", "Footway"),
        Answered("Is the place fenced or marked?", "No"),
    ]


@pytest.fixture
def fewer_questions(city: Flask, tmp_path: Path) -> Path:
    """The shipped catalogue, but for covers: `state` has lost a choice, and `owner_mark` is gone."""
    shutil.copy(DATA, tmp_path)
    said = json.loads(DATA.with_name(QUESTIONS).read_text(encoding="utf-8"))
    state = said["sets"][0]["questions"][0]
    state["options"] = [option for option in state["options"] if option["code"] != "overflow"]
    said["sets"][0]["questions"].pop()
    (tmp_path / QUESTIONS).write_text(json.dumps(said), encoding="utf-8")
    return tmp_path / DATA.name


def test_a_draft_of_an_older_version_is_refused_in_clear_words_and_can_be_mended(
    cast: Cast, city: Flask, fewer_questions: Path
) -> None:
    kept, draft = str(uuid4()), str(uuid4())
    assert file(cast["ines"], COVER, WHOLE | {"owner_mark": "水"}, kept).status_code == 201
    begin_write()
    sync_catalogue(now(), fewer_questions)
    commit()
    with nothing_changes():
        refused = file(cast["ines"], COVER, {"state": "overflow", "owner_mark": "水"}, draft)
        again = file(cast["ines"], COVER, WHOLE | {"owner_mark": "水"}, kept)
    assert misfit(refused, 422) is None
    assert fields_of(refused) == {"extra.answers.state", "extra.answers.owner_mark"}
    assert "any more" in refused.text
    assert again.status_code == 200
    assert file(cast["ines"], COVER, WHOLE, draft).status_code == 201
    with city.test_request_context(headers={"Accept-Language": "zh"}):
        assert answers_in_words(case_of(kept))[-1] == Answered("井盖上的字样或编号", "水")
