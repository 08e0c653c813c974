"""Which department answers for category × place: ordered rules, the first that fits wins. Pure."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from app.catalogue.configuration.values import ANY, Rule
from app.workflow.levels import HOLDING

Lineage = Mapping[str, str | None]
"""Level → code of the unit a place lies in; absent levels None or left out."""

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class Gap:
    """Cases of these categories that lie in this unit, and in none below it that is named, have no owner."""

    area: str
    categories: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Review:
    """What is odd about a list of rules: positions of those that no case reaches, and who is left out."""

    never_reached: tuple[int, ...]
    gaps: tuple[Gap, ...]


def placeholder_fault(code: str) -> bool:
    """Whether a department's code has braces around anything but a level, or single ones."""
    rest = _PLACEHOLDER.sub("", code)
    return "{" in rest or "}" in rest or any(name not in HOLDING for name in _PLACEHOLDER.findall(code))


def department_for(
    rules: Iterable[Rule], *, category: str, kind: str, lineage: Lineage, departments: Collection[str]
) -> str | None:
    """The code of the department to propose; None when no rule leads to one that there is."""
    for rule in rules:
        if rule.category in (category, kind, ANY) and (found := _leads_to(rule, lineage, departments)):
            return found
    return None


def review(
    rules: Sequence[Rule],
    *,
    categories: Mapping[str, str],
    places: Mapping[str, Lineage],
    departments: Collection[str],
) -> Review:
    """Try every combination. `categories`: code → kind; `places`: code of each unit → lineage with itself.

    Categories to which the same rules apply, and units that no rule can tell apart, are tried once.
    """
    alike: dict[tuple[int, ...], list[str]] = {}
    for code, kind in categories.items():
        applying = tuple(at for at, rule in enumerate(rules) if rule.category in (code, kind, ANY))
        alike.setdefault(applying, []).append(code)
    reached: set[int] = set()
    gaps: dict[str, list[str]] = {}
    for place, lineage in _told_apart(rules, places).items():
        leading = [bool(_leads_to(rule, lineage, departments)) for rule in rules]
        for applying, codes in alike.items():
            first = next((at for at in applying if leading[at]), None)
            if first is None:
                gaps.setdefault(place, []).extend(codes)
            else:
                reached.add(first)
    unreached = tuple(at for at in range(len(rules)) if at not in reached)
    return Review(unreached, tuple(Gap(place, tuple(sorted(codes))) for place, codes in sorted(gaps.items())))


def _leads_to(rule: Rule, lineage: Lineage, departments: Collection[str]) -> str | None:
    """The department of a rule for a place, if the rule covers the place and there is such a department."""
    if rule.area != ANY and rule.area not in lineage.values():
        return None
    code = rule.department
    for level in _PLACEHOLDER.findall(code):
        code = code.replace(f"{{{level}}}", lineage.get(level) or "")
    return code if code in departments else None


def _told_apart(rules: Sequence[Rule], places: Mapping[str, Lineage]) -> dict[str, Lineage]:
    """The units that rules name, and those of the levels that departments are found by, or above."""
    named = {rule.area for rule in rules}
    asked = {level for rule in rules for level in _PLACEHOLDER.findall(rule.department)}
    lowest = max((HOLDING.index(level) for level in HOLDING if level in asked), default=0)
    levels = HOLDING[: lowest + 1]
    return {
        code: lineage
        for code, lineage in places.items()
        if code in named or code in (lineage.get(level) for level in levels)
    }
