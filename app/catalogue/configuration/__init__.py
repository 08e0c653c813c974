"""Terms, calendar, ladder, limits, reasons and responsibility: configuration in versions, never edited."""

from app.catalogue.configuration.active import (
    CONFIGURATION,
    configuration,
    configuration_at,
    ladder_terms,
    limits,
    reasons,
    responsibility,
    terms,
    working_calendar,
)
from app.catalogue.configuration.changing import Changed, change_configuration, sync_configuration
from app.catalogue.configuration.differences import Difference
from app.catalogue.configuration.history import (
    VersionRow,
    content_of,
    difference_between,
    history,
    provisional_from,
)
from app.catalogue.configuration.owners import proposed_department, responsibility_review
from app.catalogue.configuration.responsibility import Gap, Review
from app.catalogue.configuration.values import (
    ANY,
    EMERGENCY,
    URGENCIES,
    Configuration,
    Kind,
    Ladder,
    Limits,
    ReasonRow,
    Rule,
    Terms,
)

__all__ = [
    "ANY",
    "CONFIGURATION",
    "EMERGENCY",
    "URGENCIES",
    "Changed",
    "Configuration",
    "Difference",
    "Gap",
    "Kind",
    "Ladder",
    "Limits",
    "ReasonRow",
    "Review",
    "Rule",
    "Terms",
    "VersionRow",
    "change_configuration",
    "configuration",
    "configuration_at",
    "content_of",
    "difference_between",
    "history",
    "ladder_terms",
    "limits",
    "proposed_department",
    "provisional_from",
    "reasons",
    "responsibility",
    "responsibility_review",
    "sync_configuration",
    "terms",
    "working_calendar",
]
