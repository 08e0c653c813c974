"""Which questions a data file may hold, which are asked, and which answers fit."""

import json
from typing import Any

import pytest

from app.catalogue.questions import read_questions
from app.catalogue.rules import BadCatalogue, read_entries
from app.catalogue.service import DATA, QUESTIONS
from app.forms.questions import TYPES, asked, faults_of


def option(code: str) -> dict[str, str]:
    return {"code": code, "label": code, "label_en": code}


def question(code: str = "state", kind: str = "singlevaluelist", **more: Any) -> dict[str, Any]:
    said = {"code": code, "type": kind, "label": "问", "label_en": "Ask", "required": False}
    listed = {"options": [option("missing"), option("broken")]} if kind.endswith("list") else {}
    return said | listed | more


STOP = {"text": "停", "text_en": "Stop", "call": "110"}
FAULTY: dict[str, tuple[Any, str]] = {
    "no list": ({}, "a list of questions"),
    "no object": ([1], "a list of questions"),
    "too many": ([question(f"q{n}") for n in range(21)], "at most 20"),
    "a strange code": ([question("State!")], "is not of small letters"),
    "a code twice": ([question(), question()], "stands there twice"),
    "a strange type": ([question(kind="color")], "type must be one of"),
    "no label": ([question(label="")], "label must be a text"),
    "a member too many": ([question(colour="red")], "colour has no place"),
    "options of a text": ([question(kind="text", options=[])], "options has no place in a text"),
    "one option": ([question(options=[option("a")])], "2 to 40 options"),
    "an option twice": ([question(options=[option("a"), option("a")])], "stands there twice"),
    "an option without words": ([question(options=[option("a"), {"code": "b"}])], "label must be a text"),
    "required in words": ([question(required="yes")], "required must be true or false"),
    "a stop at no option": ([question(stop={"gone": STOP})], "there is no option gone"),
    "a stop without words": ([question(stop={"missing": {"call": "110"}})], "text, text_en and call"),
    "a call to nobody": ([question(stop={"missing": STOP | {"call": "help"}})], "call must be"),
    "bounds that cross": ([question(kind="number", least=2, most=1)], "least is more than most"),
    "an infinite bound": ([question(kind="number", most=float("inf"))], "must be numbers"),
    "a later condition": ([question("a", shown_when={"b": ["x"]}), question("b")], "no earlier question"),
    "a condition on a text": (
        [question("a", kind="text"), question("b", shown_when={"a": ["x"]})],
        "no earlier question with options",
    ),
    "a condition on no option": (
        [question("a"), question("b", shown_when={"a": ["gone"]})],
        "has options broken, missing",
    ),
    "a condition on one word": ([question("a"), question("b", shown_when={"a": "missing"})], "has options"),
}


@pytest.mark.parametrize("name", FAULTY)
def test_a_faulty_schema_is_refused_with_the_reason(name: str) -> None:
    questions, said = FAULTY[name]
    assert any(said in fault for fault in faults_of(questions)), list(faults_of(questions))


def test_all_six_types_are_taken() -> None:
    questions = [question(f"q{n}", kind) for n, kind in enumerate(TYPES)]
    assert list(faults_of(questions)) == []


def test_what_hangs_on_a_hidden_question_is_hidden() -> None:
    questions = [
        question("a"),
        question("b", "multivaluelist", shown_when={"a": ["missing"]}),
        question("c", "text", shown_when={"b": ["broken"]}),
    ]

    def shown(**answers: Any) -> list[str]:
        return [each["code"] for each in asked(questions, answers)]

    assert shown() == ["a"]
    assert shown(a="missing") == ["a", "b"]
    assert shown(a="missing", b=["missing", "broken"]) == ["a", "b", "c"]
    assert shown(a="broken", b=["broken"]) == ["a"]
    assert shown(a={"odd": 1}, b=[[]]) == ["a"]


def test_the_shipped_questions_fit_the_shipped_categories() -> None:
    codes = frozenset(entry.code for entry in read_entries(DATA.read_text(encoding="utf-8")))
    found = read_questions(DATA.with_name(QUESTIONS).read_text(encoding="utf-8"), codes)
    assert {"P0103", "E0403", "S0201", "S0501", "E0103"} <= found.keys()
    every = [each for text in found.values() for each in json.loads(text)]
    assert {each["type"] for each in every} == set(TYPES)
    assert any(stop["call"] == "110" for each in every for stop in each.get("stop", {}).values())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is expected"),
        ("[]", "is expected"),
        ('{"sets": {}}', "a list of sets"),
        ('{"sets": [[]]}', "set 1: categories and questions"),
        ('{"sets": [{"categories": "P0103", "questions": []}]}', "set 1: categories and questions"),
        ('{"sets": [{"categories": ["X"], "questions": []}]}', "there is no category X"),
        ('{"sets": [{"categories": ["P", "P"], "questions": [1]}]}', "a list of questions"),
        (
            '{"sets": [{"categories": ["P"], "questions": []}, {"categories": ["P"], "questions": []}]}',
            "set 2: P has questions already",
        ),
    ],
)
def test_a_faulty_file_is_refused(text: str, said: str) -> None:
    with pytest.raises(BadCatalogue, match=said):
        read_questions(text, frozenset({"P"}))
