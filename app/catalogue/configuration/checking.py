"""Contents checked before they are stored: their shape, then what their rows say together."""

from collections import Counter
from collections.abc import Callable, Collection, Hashable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from marshmallow import ValidationError

from app.catalogue.configuration.building import WEEKDAYS, Content, hours_of
from app.catalogue.configuration.responsibility import placeholder_fault
from app.catalogue.configuration.shapes import SHAPES
from app.catalogue.configuration.values import ANY, Kind
from app.core.field_messages import in_words
from app.core.problems import Invalid
from app.workflow.calendar import fault_of_week
from app.workflow.levels import HOLDING
from app.workflow.tasks import TaskKind

Fault = tuple[str, str]
"""Where (`rules.3.term`) and what."""


@dataclass(frozen=True, slots=True)
class Known:
    """What a content may speak of. `departments` is None where nobody knows them."""

    categories: Collection[str]
    kinds: Collection[str]
    areas: Collection[str]
    departments: Collection[str] | None = None


def checked(kind: Kind, content: Any, known: Known) -> Content:
    """The content as it is to be stored; raises Invalid, naming every field that does not fit."""
    try:
        found: Content = SHAPES[kind]().load(content)
    except ValidationError as error:
        raise Invalid(_by_field(error.messages)) from None
    errors: dict[str, list[str]] = {}
    for where, what in _CHECKS[kind](found, known):
        errors.setdefault(where, []).append(what)
    if errors:
        raise Invalid(errors)
    return found


def _by_field(messages: Any, path: str = "") -> dict[str, list[str]]:
    """Nested messages by dotted field: `{"rules": {3: {"term": [..]}}}` → `rules.3.term`."""
    if isinstance(messages, Mapping):
        parts = ((_inside(path, str(name)), found) for name, found in messages.items())
        return {where: said for inner, found in parts for where, said in _by_field(found, inner).items()}
    return {path or "content": [in_words(said) for said in messages]}


def _inside(path: str, name: str) -> str:
    """A field within another; what is said of a whole is said of the field that holds it."""
    if name == "_schema":
        return path
    return f"{path}.{name}" if path else name


def _terms(content: Content, known: Known) -> Iterator[Fault]:
    rules = content["rules"]
    yield from _twice(rules, "rules", "stage", ("stage", "category", "level", "urgency"))
    for at, rule in enumerate(rules):
        yield from _category(f"rules.{at}.category", rule["category"], known)
    general = {
        rule["stage"]
        for rule in rules
        if (rule["category"], rule["level"], rule["urgency"]) == (ANY, ANY, ANY)
    }
    for stage in TaskKind:
        if stage not in general:
            yield "rules", _("The stage %(stage)s needs a rule for all cases.", stage=stage.value)


def _calendar(content: Content, _known: Known) -> Iterator[Fault]:
    if fault_of_week(hours_of(content["week"][day]) for day in WEEKDAYS) is not None:
        yield "week", _("An ordinary week needs an hour of working time at least.")
    if not content["make_up"]:
        yield "make_up", _("A day worked for a holiday needs hours.")
    yield from _twice(content["days"], "days", "date", ("date",))


def _holidays(content: Content, _known: Known) -> Iterator[Fault]:
    yield from _twice(content["days"], "days", "date", ("date",))


def _ladder(content: Content, _known: Known) -> Iterator[Fault]:
    graces = content["graces"]
    yield from _twice(graces, "graces", "level", ("level", "urgency"))
    general = {row["level"] for row in graces if row["urgency"] == ANY}
    for level in HOLDING:
        if level not in general:
            yield "graces", _("The level %(level)s needs a term for all cases.", level=level.value)


def _limits(_content: Content, _known: Known) -> Iterator[Fault]:
    yield from ()


def _reasons(content: Content, _known: Known) -> Iterator[Fault]:
    yield from _twice(content["reasons"], "reasons", "code", ("action", "code"))


def _responsibility(content: Content, known: Known) -> Iterator[Fault]:
    for at, rule in enumerate(content["rules"]):
        yield from _category(f"rules.{at}.category", rule["category"], known)
        if rule["area"] != ANY and rule["area"] not in known.areas:
            yield f"rules.{at}.area", _("There is no unit %(code)s.", code=rule["area"])
        code = rule["department"]
        if "{" in code or "}" in code:
            if placeholder_fault(code):
                yield f"rules.{at}.department", _("A code such as {district}-UM is expected.")
        elif known.departments is not None and code not in known.departments:
            yield f"rules.{at}.department", _("There is no department %(code)s.", code=code)


def _category(where: str, code: str, known: Known) -> Iterator[Fault]:
    if code != ANY and code not in known.kinds and code not in known.categories:
        yield where, _("There is no category %(code)s.", code=code)


def _twice(rows: list[dict[str, Any]], name: str, field: str, key: tuple[str, ...]) -> Iterator[Fault]:
    """Every row whose key stands there before it."""
    seen: Counter[Hashable] = Counter()
    for at, row in enumerate(rows):
        found = tuple(row[part] for part in key)
        if seen[found]:
            yield f"{name}.{at}.{field}", _("This stands there twice.")
        seen[found] += 1


_CHECKS: dict[Kind, Callable[[Content, Known], Iterator[Fault]]] = {
    Kind.TERMS: _terms,
    Kind.CALENDAR: _calendar,
    Kind.HOLIDAYS: _holidays,
    Kind.LADDER: _ladder,
    Kind.LIMITS: _limits,
    Kind.REASONS: _reasons,
    Kind.RESPONSIBILITY: _responsibility,
}
