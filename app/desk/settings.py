"""What is configured, as the settings pages show and change it: one kind at a time, by version."""

from collections.abc import Mapping, MutableMapping
from datetime import datetime
from typing import Any

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from app.catalogue.configuration import ANY, EMERGENCY, Changed, Kind, change_configuration, content_of
from app.catalogue.configuration.building import Content
from app.catalogue.configuration.files import shipped_contents
from app.catalogue.queries import categories
from app.core.language import gettext as _
from app.core.language import name_of, ngettext
from app.core.policy import Actor
from app.core.problems import Invalid
from app.core.words import WORDS, word
from app.people.queries import departments
from app.workflow.terms import Term, TermUnit

Values = Mapping[str, str]
"""A form, or what its inputs hold."""

NAMES: dict[str, LazyString] = {
    Kind.TERMS: _l("Terms"),
    Kind.CALENDAR: _l("Opening hours and own days"),
    Kind.HOLIDAYS: _l("Public holidays"),
    Kind.LADDER: _l("Ladder"),
    Kind.LIMITS: _l("Limits"),
    Kind.REASONS: _l("Reasons"),
    Kind.RESPONSIBILITY: _l("Responsibility"),
}
PAGES: dict[str, str] = {Kind.HOLIDAYS: Kind.CALENDAR}
"""Where a kind is shown, if not on a page of its own name."""

LIMIT_NAMES: dict[str, LazyString] = {
    "reopen_days": _l("A closed case may be reopened for (days)"),
    "suspension_cap_days": _l("A suspension lasts at most (days)"),
    "extension_cap_days": _l("One extension adds at most (days)"),
    "extensions_most": _l("A case is extended at most (times)"),
    "geofence_m": _l("A check counts as on the spot within (metres of the grid)"),
    "returns_before_raise": _l("So many returns raise a case to the next level"),
}


def stored_content(kind: Kind, version: int) -> Content:
    """What a version says; version 0 is what is shipped. Raises NotFound."""
    return content_of(kind, version)[1] if version else shipped_contents()[kind]


def save(kind: Kind, content: Any, *, note: str, based_on: int, actor: Actor, now: datetime) -> Changed:
    """A new version; whoever changes how the city works says why. Belongs inside a write."""
    if not note.strip():
        raise Invalid({"note": [_("Say in a few words why: this is what others will read later.")]})
    codes = frozenset(found.code for found in departments().values())
    return change_configuration(
        kind, content, note=note, based_on=based_on, departments=codes, actor=actor, now=now
    )


def term_in_words(written: str | Term | None) -> str:
    """`4wh` as people say it; an en dash for none."""
    if written is None:
        return "–"
    term = written if isinstance(written, Term) else Term.parse(written)
    amount = term.amount
    match term.unit:
        case TermUnit.WORKING_HOURS:
            return ngettext("%(num)d working hour", "%(num)d working hours", amount)
        case TermUnit.WORKING_DAYS:
            return ngettext("%(num)d working day", "%(num)d working days", amount)
        case TermUnit.HOURS:
            return ngettext("%(num)d hour by the clock", "%(num)d hours by the clock", amount)
        case TermUnit.DAYS:
            return ngettext("%(num)d day by the clock", "%(num)d days by the clock", amount)


def category_in_words(code: str) -> str:
    """A category, a kind of categories, or all of them."""
    if code == ANY:
        return _("all categories")
    if code in WORDS["kind"]:
        return _("all of %(kind)s", kind=word(code, "kind"))
    found = categories().get(code)
    return f"{name_of(found)} {code}" if found else code


def level_in_words(code: str) -> str:
    return _("any level") if code == ANY else word(code, "level")


def urgency_in_words(code: str) -> str:
    if code == ANY:
        return _("any urgency")
    return _("Emergency") if code == EMERGENCY else word(code, "urgency")


def setting_name(kind: str) -> str:
    return str(NAMES[kind])


def page_of(kind: Kind) -> str:
    """The endpoint that shows a kind."""
    return f"settings.{PAGES.get(kind, kind)}"


def init_app(filters: MutableMapping[str, Any]) -> None:
    """Give templates the words."""
    filters.update(
        setting=setting_name,
        term=term_in_words,
        category=category_in_words,
        level_word=level_in_words,
        urgency_word=urgency_in_words,
    )
