"""Answers checked against the questions of a category, and told in words."""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.core.language import code, instant, number
from app.core.language import gettext as _
from app.forms.questions import (
    DATETIME,
    LISTS,
    MANY,
    NUMBER,
    ONE,
    STRING,
    TEXT,
    Question,
    asked,
    chosen,
    option_codes,
)

CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
MOST_CHARACTERS = {STRING: 200, TEXT: 2000}
FIRST_YEAR, LAST_YEAR = 1970, 2099


@dataclass(frozen=True)
class Answered:
    """A question and its answer in the reader's language; `stop` is what the filer was told to do first."""

    question: str
    answer: str
    stop: str = ""


def faults_of_answers(questions: Sequence[Question], answers: Mapping[str, Any]) -> dict[str, str]:
    """What is wrong, by the code of the question; empty when the answers fit."""
    known = {question["code"] for question in questions}
    shown = {question["code"]: question for question in asked(questions, answers)}
    faults = dict.fromkeys(
        answers.keys() - known, _("This is no question of the category (any more). Take the answer out.")
    )
    for each in answers.keys() & known - shown.keys():
        faults[each] = _("This is only asked after another answer. Take it out, or change the other one.")
    for each, question in shown.items():
        fault = _fault(question, answers.get(each))
        if fault:
            faults[each] = fault
    return faults


def _fault(question: Question, answer: Any) -> str:
    if answer is None:
        return _("This question must be answered.") if question["required"] else ""
    return _CHECKS[question["type"]](question, answer)


def _one(question: Question, answer: Any) -> str:
    if isinstance(answer, str) and answer in option_codes(question):
        return ""
    return _("This is none of the choices (any more). Choose again.")


def _many(question: Question, answer: Any) -> str:
    if not isinstance(answer, list) or not answer:
        return _("Choose one or more.")
    if len(answer) != len(chosen(answer)) or chosen(answer) - set(option_codes(question)):
        return _("This is none of the choices (any more). Choose again.")
    return ""


def _words(question: Question, answer: Any) -> str:
    most = MOST_CHARACTERS[question["type"]]
    if not isinstance(answer, str) or not 0 < len(answer.strip()) <= len(answer) <= most:
        return _("A text of 1 to %(most)s characters is expected.", most=most)
    return _("Control characters have no place here.") if CONTROL.search(answer) else ""


def _number(question: Question, answer: Any) -> str:
    if type(answer) not in (int, float) or not math.isfinite(answer):
        return _("A number is expected.")
    least, most = question.get("least", -1e12), question.get("most", 1e12)
    if least <= answer <= most:
        return ""
    return _("A number from %(least)s to %(most)s is expected.", least=f"{least:g}", most=f"{most:g}")


def _instant(_question: Question, answer: Any) -> str:
    try:
        found = datetime.fromisoformat(answer)
    except (TypeError, ValueError):
        found = None
    if found is None or found.tzinfo is None or not FIRST_YEAR <= found.year <= LAST_YEAR:
        return _("An instant such as 2026-11-21T10:42:00+08:00 is expected.")
    return ""


_CHECKS: dict[str, Callable[[Question, Any], str]] = {
    ONE: _one,
    MANY: _many,
    STRING: _words,
    TEXT: _words,
    NUMBER: _number,
    DATETIME: _instant,
}


def told(questions: Sequence[Question], answers: Mapping[str, Any]) -> list[Answered]:
    """The answers in the order of the questions, in the reader's language."""
    return [
        Answered(_label(each), _in_words(each, answers[each["code"]]), _stop(each, answers[each["code"]]))
        for each in asked(questions, answers)
        if answers.get(each["code"]) is not None
    ]


def _label(thing: Mapping[str, Any], name: str = "label") -> str:
    return str(thing[f"{name}_en"] if code() == "en" else thing[name])


def _in_words(question: Question, answer: Any) -> str:
    if question["type"] in LISTS:
        picked = chosen(answer)
        comma = ", " if code() == "en" else "、"
        return comma.join(_label(option) for option in question["options"] if option["code"] in picked)
    if question["type"] == DATETIME:
        return instant(datetime.fromisoformat(answer))
    if question["type"] == NUMBER:
        return number(answer, 0 if answer == int(answer) else 1)
    return str(answer)


def _stop(question: Question, answer: Any) -> str:
    stops = question.get("stop", {})
    return " ".join(_label(stops[each], "text") for each in stops if each in chosen(answer))
