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
    "Configuration",
    "Kind",
    "Ladder",
    "Limits",
    "ReasonRow",
    "Rule",
    "Terms",
    "configuration",
    "configuration_at",
    "ladder_terms",
    "limits",
    "reasons",
    "responsibility",
    "terms",
    "working_calendar",
]
