"""The options of the filter bars, in the reader's language."""

from app.areas.index import AreaEntry, areas
from app.catalogue.queries import categories
from app.core.language import gettext as _
from app.core.language import name_of
from app.core.policy import Actor
from app.core.words import WORDS, word
from app.people.queries import departments
from app.workflow.cards import CARDS
from app.workflow.levels import LEVELS
from app.workflow.statuses import Status

Choice = tuple[str, str]


def category_choices() -> list[tuple[str, None, list[Choice]]]:
    """Grouped by kind."""
    groups: dict[str, list[Choice]] = {kind: [] for kind in WORDS["kind"]}
    for category in categories().values():
        groups[category.kind].append((category.code, name_of(category)))
    return [(word(kind, "kind"), None, found) for kind, found in groups.items() if found]


def status_choices() -> list[Choice]:
    return [("open", _("Open (all)"))] + [(s.value, word(s, "status")) for s in Status]


def card_choices() -> list[Choice]:
    return [(card.value, word(card, "card")) for card in CARDS]


def level_choices() -> list[Choice]:
    """The levels that can answer for a case."""
    return [(level.value, word(level, "level")) for level in reversed(LEVELS) if level != "grid"]


def department_choices() -> list[Choice]:
    return [(found.code, name_of(found)) for found in departments().values()]


def area_choices(actor: Actor, chosen: AreaEntry | None) -> list[Choice]:
    """My areas and their units one step down, the chosen one with its ancestors and its own units."""
    index = areas()
    mine = [index.by_id[p.area_id] for p in actor.postings if p.area_id in index.by_id]
    offered: dict[str, AreaEntry] = {}
    for unit in [*mine, *([chosen] if chosen else [])]:
        for each in [*_upwards(unit, mine), unit, *index.children.get(unit.id, [])]:
            offered[each.code] = each
    ordered = sorted(offered.values(), key=lambda unit: unit.path)
    depth = min((unit.path.count("/") for unit in ordered), default=0)
    return [(u.code, "\u3000" * (u.path.count("/") - depth) + name_of(u)) for u in ordered]


def _upwards(unit: AreaEntry, mine: list[AreaEntry]) -> list[AreaEntry]:
    """The ancestors of a unit as far as the actor's own areas reach."""
    index, found = areas(), []
    while unit.parent_id is not None and not any(unit.id == own.id for own in mine):
        unit = index.by_id[unit.parent_id]
        found.append(unit)
    return found


def sort_choices() -> list[Choice]:
    return [
        ("-filed_at", _("newest first")),
        ("filed_at", _("oldest first")),
        ("due_at", _("due first")),
        ("-changed_at", _("changed last")),
    ]
