"""The extra questions of a category: Open311's six types, conditional, some answers with a stop. Pure.

A question is plain JSON, as it is stored and given out:
`{code, type, label, label_en, required, options?: [{code, label, label_en}], least?, most?,
shown_when?: {earlier question: [option codes]}, stop?: {option code: {text, text_en, call}}}`.
"""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Question = Mapping[str, Any]
ONE, MANY = "singlevaluelist", "multivaluelist"
STRING, TEXT, NUMBER, DATETIME = "string", "text", "number", "datetime"
LISTS = (ONE, MANY)
TYPES = (*LISTS, STRING, TEXT, NUMBER, DATETIME)
NEEDED = frozenset({"code", "type", "label", "label_en", "required"})
ALLOWED = {kind: NEEDED | {"shown_when"} for kind in TYPES} | {
    **{kind: NEEDED | {"shown_when", "options", "stop"} for kind in LISTS},
    NUMBER: NEEDED | {"shown_when", "least", "most"},
}
CODE = re.compile(r"[a-z0-9_]{1,40}")
CALL = re.compile(r"[0-9]{3,12}")
MOST_QUESTIONS, MOST_OPTIONS, LONGEST = 20, 40, 200


def option_codes(question: Question) -> tuple[str, ...]:
    return tuple(option["code"] for option in question.get("options", ()))


def asked(questions: Sequence[Question], answers: Mapping[str, Any]) -> tuple[Question, ...]:
    """The questions that are shown when these answers stand; what hangs on a hidden one is hidden."""
    shown: dict[str, Question] = {}
    for question in questions:
        needed = question.get("shown_when", {}).items()
        if all(on in shown and chosen(answers.get(on)) & set(values) for on, values in needed):
            shown[question["code"]] = question
    return tuple(shown.values())


def chosen(answer: Any) -> set[str]:
    """The option codes that an answer of either list type picks."""
    found = answer if isinstance(answer, list) else [answer]
    return {each for each in found if isinstance(each, str)}


def faults_of(questions: Any) -> Iterator[str]:
    """What is wrong with the questions of a category, in the words of who keeps the data file."""
    if not isinstance(questions, list) or not all(isinstance(each, dict) for each in questions):
        yield "a list of questions is expected"
        return
    if len(questions) > MOST_QUESTIONS:
        yield f"at most {MOST_QUESTIONS} questions"
    earlier: dict[str, Question] = {}
    for question in questions:
        code = question.get("code")
        if not isinstance(code, str) or not CODE.fullmatch(code):
            yield f"code {code!r} is not of small letters, digits and _"
        elif code in earlier:
            yield f"{code} stands there twice"
        else:
            yield from (f"{code}: {fault}" for fault in _faults(question, earlier))
            earlier[code] = question


def _faults(question: Question, earlier: Mapping[str, Question]) -> Iterator[str]:
    kind = question.get("type")
    if not isinstance(kind, str) or kind not in TYPES:
        yield f"type must be one of {', '.join(TYPES)}"
        return
    yield from (f"{name} is missing" for name in sorted(NEEDED - question.keys()))
    yield from (f"{name} has no place in a {kind}" for name in sorted(question.keys() - ALLOWED[kind]))
    yield from _word_faults(question, "label", "label_en")
    if not isinstance(question.get("required"), bool):
        yield "required must be true or false"
    if kind in LISTS:
        yield from _option_faults(question.get("options"))
        yield from _stop_faults(question)
    yield from _bound_faults(question)
    yield from _condition_faults(question.get("shown_when", {}), earlier)


def _word_faults(thing: Mapping[str, Any], *names: str) -> Iterator[str]:
    for name in names:
        text = thing.get(name)
        if not isinstance(text, str) or not 0 < len(text.strip()) <= LONGEST:
            yield f"{name} must be a text of at most {LONGEST} characters"


def _option_faults(options: Any) -> Iterator[str]:
    if not isinstance(options, list) or not 2 <= len(options) <= MOST_OPTIONS:
        yield f"2 to {MOST_OPTIONS} options are expected"
        return
    codes = [option.get("code") if isinstance(option, dict) else None for option in options]
    for option, code in zip(options, codes, strict=True):
        if not isinstance(code, str) or not CODE.fullmatch(code) or codes.count(code) > 1:
            yield f"option {code!r} is no code, or stands there twice"
        else:
            yield from (f"option {code}: {fault}" for fault in _word_faults(option, "label", "label_en"))


def _stop_faults(question: Question) -> Iterator[str]:
    stops = question.get("stop", {})
    known = _known_options(question)
    if not isinstance(stops, dict):
        yield "stop must name answers"
        return
    for answer, stop in stops.items():
        if answer not in known:
            yield f"stop: there is no option {answer}"
        elif not isinstance(stop, dict) or stop.keys() != {"text", "text_en", "call"}:
            yield f"stop {answer}: text, text_en and call are expected"
        else:
            yield from (f"stop {answer}: {fault}" for fault in _word_faults(stop, "text", "text_en"))
            if stop["call"] is not None and not CALL.fullmatch(str(stop["call"])):
                yield f"stop {answer}: call must be a telephone number or null"


def _known_options(question: Question) -> set[str]:
    options = question.get("options")
    found = options if isinstance(options, list) else []
    return {option["code"] for option in found if isinstance(option, dict) and "code" in option}


def _bound_faults(question: Question) -> Iterator[str]:
    bounds = [question[name] for name in ("least", "most") if name in question]
    if not all(type(bound) in (int, float) and math.isfinite(bound) for bound in bounds):
        yield "least and most must be numbers"
    elif len(bounds) == 2 and bounds[0] > bounds[1]:
        yield "least is more than most"


def _condition_faults(condition: Any, earlier: Mapping[str, Question]) -> Iterator[str]:
    if not isinstance(condition, dict):
        yield "shown_when must name earlier questions"
        return
    for on, values in condition.items():
        if on not in earlier or earlier[on]["type"] not in LISTS:
            yield f"shown_when: {on} is no earlier question with options"
        elif (
            not isinstance(values, list) or not values or set(map(str, values)) - _known_options(earlier[on])
        ):
            yield f"shown_when: {on} has options {', '.join(sorted(_known_options(earlier[on])))}"
