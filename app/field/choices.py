"""What the filing page offers to choose from, as data for its scripts."""

from typing import Any

from app.areas.index import AreaEntry, areas
from app.catalogue.configuration import reasons
from app.catalogue.queries import categories
from app.core.language import name_of

FREQUENT = ("E0102", "E0504", "E0505", "E0110", "S0201", "P0103")
"""Offered first to who has filed nothing yet: rubbish, shops, parking, roads, fire lanes, drain covers."""
CHIPS = 6


def category_data() -> dict[str, Any]:
    """Categories as rows of what the phone asks of them, in the order that its `readCategories` expects:

    `[code, name, English, kind, pinyin initials, synonyms, restricted, on the spot, emergency, questions]`.
    """
    found = categories().values()
    return {
        "items": [
            [
                c.code,
                c.name,
                c.name_en or "",
                c.kind,
                c.pinyin,
                " ".join(c.synonyms),
                c.restricted,
                c.on_spot,
                c.emergency,
                list(c.questions),
            ]
            for c in found
        ],
        "frequent": ([code for code in FREQUENT if code in categories()] + list(categories()))[:CHIPS],
    }


def kinds() -> list[tuple[str, int]]:
    """Each kind that has categories, and how many."""
    counts: dict[str, int] = {}
    for category in categories().values():
        counts[category.kind] = counts.get(category.kind, 0) + 1
    return sorted(counts.items(), key=lambda pair: ("part", "event", "social").index(pair[0]))


def reason_choices(action: str) -> list[tuple[str, str]]:
    """(code, name) of the reasons to choose from for an action; a phone is no place to type."""
    return [(row.code, name_of(row)) for row in reasons(action)]


def unit_name(unit: AreaEntry) -> str:
    """The unit and the one it belongs to: `第9网格 · 桂园社区`."""
    parent = areas().by_id.get(unit.parent_id or 0)
    return " · ".join(name_of(each) for each in (unit, parent) if each is not None)
