"""The extra questions of a filing's category: its answers checked, and told in words."""

from typing import Any

import orjson
from flask_babel import gettext as _

from app.cases.models import Case
from app.catalogue.queries import CategoryRow, categories, categories_of
from app.core.problems import Invalid
from app.forms.answers import Answered, faults_of_answers, told

FIELD = "extra.answers"


def check_answers(category: CategoryRow, extra: dict[str, Any] | None) -> None:
    """Raises Invalid naming each answer that does not fit.

    A filing without the member `answers` comes from a program that asks no questions; it is taken as it is.
    """
    answers = (extra or {}).get("answers")
    if answers is None:
        return
    if not isinstance(answers, dict):
        raise Invalid({FIELD: [_("An object of answers by question is expected.")]})
    faults = faults_of_answers(category.questions, answers)
    if faults:
        raise Invalid(
            {f"{FIELD}.{code}": [fault] for code, fault in faults.items()},
            _("The answers do not fit the questions of this category as it is now."),
        )


def answers_of(case: Case) -> dict[str, Any]:
    """The answers that the case was filed with, by question."""
    extra = orjson.loads(case.extra) if case.extra else {}
    answers = extra.get("answers")
    return answers if isinstance(answers, dict) else {}


def answers_in_words(case: Case) -> list[Answered]:
    """In the words of the category, in the version, under which the case was filed."""
    answers = answers_of(case)
    if not answers:
        return []
    code = case.filed_category or case.category
    category = categories().get(code)
    if category is None or category.version_id != case.catalogue_version_id:
        category = categories_of(case.catalogue_version_id).get(code)
    return told(category.questions, answers) if category else []
