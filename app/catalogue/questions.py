"""The questions' data file, read and checked. Pure."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from app.catalogue.rules import BadCatalogue
from app.forms.questions import faults_of

MEMBERS = {"categories", "questions"}


def read_questions(text: str, codes: frozenset[str]) -> dict[str, str]:
    """Code of a category → its questions as canonical JSON; raises BadCatalogue.

    The file is `{"sets": [{"categories": [codes], "questions": [...]}]}`; a category stands in one set.
    """
    try:
        sets = json.loads(text)["sets"]
    except (ValueError, KeyError, TypeError):
        raise BadCatalogue(['questions: {"sets": […]} is expected']) from None
    faults = list(_faults(sets, codes))
    if faults:
        raise BadCatalogue(faults)
    return {
        code: json.dumps(each["questions"], ensure_ascii=False, sort_keys=True)
        for each in sets
        for code in each["categories"]
    }


def _faults(sets: Any, codes: frozenset[str]) -> Iterator[str]:
    if not isinstance(sets, list):
        yield "questions: a list of sets is expected"
        return
    seen: set[str] = set()
    for at, each in enumerate(sets, start=1):
        if (
            not isinstance(each, Mapping)
            or each.keys() != MEMBERS
            or not _is_list_of_texts(each["categories"])
        ):
            yield f"questions: set {at}: categories and questions are expected"
            continue
        yield from (
            f"questions: set {at}: there is no category {c}" for c in each["categories"] if c not in codes
        )
        yield from (
            f"questions: set {at}: {c} has questions already" for c in each["categories"] if c in seen
        )
        seen.update(each["categories"])
        yield from (f"questions: set {at}: {fault}" for fault in faults_of(each["questions"]))


def _is_list_of_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)
