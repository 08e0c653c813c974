"""What one version of a configuration says differently from another, line by line. Pure."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from app.catalogue.configuration.building import Content
from app.catalogue.configuration.values import Kind

Lines = Iterator[tuple[str, str]]
ORDERED = (Kind.REASONS, Kind.RESPONSIBILITY)
"""Kinds in which the order of the lines says something."""


@dataclass(frozen=True, slots=True)
class Difference:
    """`before` is None for what is new, `after` for what is gone."""

    what: str
    before: str | None
    after: str | None


def differences(kind: Kind, before: Content, after: Content) -> tuple[Difference, ...]:
    """Every line that is new, gone or says something else; first those of `before`, in its order."""
    old, new = dict(_LINES[kind](before)), dict(_LINES[kind](after))
    changed = [what for what in old | new if old.get(what) != new.get(what)]
    told = tuple(Difference(what, old.get(what), new.get(what)) for what in changed)
    return told + tuple(_moved(list(old), list(new))) if kind in ORDERED else told


def _moved(old: list[str], new: list[str]) -> Iterator[Difference]:
    """The stretch in which lines that both have stand in another order."""
    both = set(old) & set(new)
    before, after = ([what for what in lines if what in both] for lines in (old, new))
    apart = [at for at, (one, other) in enumerate(zip(before, after, strict=True)) if one != other]
    if apart:
        stretch = slice(apart[0], apart[-1] + 1)
        yield Difference("order", " › ".join(before[stretch]), " › ".join(after[stretch]))


def _terms(content: Content) -> Lines:
    for rule in content["rules"]:
        yield " · ".join(rule[part] for part in ("stage", "category", "level", "urgency")), rule["term"]


def _calendar(content: Content) -> Lines:
    yield from ((day, _hours(hours)) for day, hours in content["week"].items())
    yield "make_up", _hours(content["make_up"])
    yield from ((day["date"], f"{_hours(day['hours'])} {day['name']}".strip()) for day in content["days"])


def _hours(hours: list[str]) -> str:
    return ", ".join(hours) or "–"


def _holidays(content: Content) -> Lines:
    for day in content["days"]:
        yield day["date"], " · ".join(filter(None, (day["kind"], day["name"], "?" * day["provisional"])))


def _ladder(content: Content) -> Lines:
    yield from ((f"{row['level']} · {row['urgency']}", row["term"]) for row in content["graces"])


def _limits(content: Content) -> Lines:
    yield from ((name, str(value)) for name, value in content.items())


def _reasons(content: Content) -> Lines:
    for row in content["reasons"]:
        yield f"{row['action']} · {row['code']}", f"{row['name']} / {row['name_en']}"


def _responsibility(content: Content) -> Lines:
    seen: Counter[str] = Counter()
    for row in content["rules"]:
        named = f"{row['category']} × {row['area']}"
        seen[named] += 1
        yield f"{named} ({seen[named]})" if seen[named] > 1 else named, row["department"]


_LINES: dict[Kind, Callable[[Content], Lines]] = {
    Kind.TERMS: _terms,
    Kind.CALENDAR: _calendar,
    Kind.HOLIDAYS: _holidays,
    Kind.LADDER: _ladder,
    Kind.LIMITS: _limits,
    Kind.REASONS: _reasons,
    Kind.RESPONSIBILITY: _responsibility,
}
