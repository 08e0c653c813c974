"""What a notice says, in the reader's language: a title, and one line filled with the event's particulars.

Titles never carry anything of a case; lines carry what `params_of` keeps, which is no person's data.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from app.areas.index import areas
from app.catalogue.queries import categories
from app.core.language import gettext as _
from app.core.language import instant, name_of
from app.core.words import word
from app.people.queries import department


@dataclass(frozen=True)
class Text:
    title: LazyString
    line: LazyString


TEXTS: dict[str, Text] = {
    "new_case": Text(_l("New case"), _l("%(category)s. Accept or reject it%(by)s.")),
    "to_verify": Text(_l("A report to verify"), _l("%(category)s. Look at it on the spot%(by)s.")),
    "not_verified": Text(
        _l("Verified: not as reported"), _l("%(category)s. Decide whether to reject it%(by)s.")
    ),
    "emergency": Text(_l("Emergency"), _l("%(category)s, with %(holder)s. Acknowledge it%(by)s.")),
    "accepted": Text(_l("Your case was accepted"), _l("%(category)s, with %(holder)s.")),
    "rejected": Text(_l("Your case was rejected"), _l("%(category)s. The case says why.")),
    "dispatched": Text(_l("A case for your department"), _l("%(category)s. Handle it%(by)s.")),
    "asked_to_assist": Text(
        _l("Your department is asked to assist"), _l("%(category)s. %(department)s leads.")
    ),
    "for_information": Text(_l("For your department's information"), _l("%(category)s.")),
    "to_check": Text(_l("To check on the spot"), _l("%(category)s. The handling was recorded%(by)s.")),
    "handled": Text(_l("The handling was recorded"), _l("%(category)s. It waits for its check.")),
    "returned": Text(
        _l("Returned by the department"), _l("%(category)s. Dispatch it anew%(by)s; the case says why.")
    ),
    "passed": Text(_l("Your handling passed the check"), _l("%(category)s.")),
    "closed": Text(_l("The case is closed"), _l("%(category)s.")),
    "rework": Text(_l("Your handling failed the check"), _l("%(category)s. Do it again%(by)s.")),
    "raised": Text(_l("Raised to your unit"), _l("%(category)s. The unit below could not solve it.")),
    "moved_on": Text(_l("Raised to another level"), _l("%(category)s. %(holder)s answers for it now.")),
    "sent_down": Text(_l("Sent down to your unit"), _l("%(category)s. You answer for it now.")),
    "transferred": Text(_l("Transferred to your unit"), _l("%(category)s. You answer for it now.")),
    "summoned": Text(_l("Your department is summoned"), _l("%(category)s. Respond%(by)s.")),
    "responded": Text(_l("A summoned department has responded"), _l("%(category)s.")),
    "urged": Text(_l("You are urged to act"), _l("%(category)s.")),
    "supervised": Text(_l("Under supervision"), _l("%(category)s, card: %(card)s. An answer is owed%(by)s.")),
    "answered": Text(_l("Your supervision was answered"), _l("%(category)s.")),
    "applied": Text(_l("An application to decide"), _l("%(category)s: %(application)s. Approve or deny it.")),
    "approved": Text(_l("The application was approved"), _l("%(category)s: %(application)s.")),
    "denied": Text(_l("The application was denied"), _l("%(category)s: %(application)s. The case says why.")),
    "resumed": Text(_l("The suspension has ended"), _l("%(category)s. It goes on where it stopped.")),
    "reopened": Text(_l("The case was reopened"), _l("%(category)s. The case says why.")),
    "commented": Text(_l("A comment"), _l("%(category)s.")),
    "near_due": Text(_l("Due soon"), _l("%(category)s. %(task)s%(by)s.")),
    "climbed": Text(
        _l("Climbed to your unit"), _l("%(category)s. The level below let its time run out (%(task)s).")
    ),
    "climbed_away": Text(
        _l("Climbed away from your unit"),
        _l("%(category)s. The time ran out (%(task)s); %(holder)s answers for it now."),
    ),
    "at_the_top": Text(
        _l("Climbed to the city"), _l("%(category)s. Every level below let its time run out (%(task)s).")
    ),
    "overdue": Text(
        _l("Overdue and climbed"),
        _l("%(category)s (%(task)s). %(holder)s answers for it now; you still owe it."),
    ),
    "overdue_below": Text(
        _l("Overdue in a department under yours"), _l("%(category)s, with %(department)s (%(task)s).")
    ),
    "still_overdue": Text(
        _l("Still overdue with your unit"), _l("%(category)s. Another limit was passed (%(task)s).")
    ),
    "brief": Text(_l("Weekly brief"), _l("%(unit)s, week %(week)s.")),
    "vacant": Text(_l("Nobody answers"), _l("%(unit)s has nobody at work who may be told; others were.")),
    "dead_letter": Text(_l("A mail was given up"), _l("After %(attempts)s attempts: %(error)s")),
    "test": Text(_l("A test"), _l("Notices reach you here.")),
}


def title_of(template: str) -> str:
    return str(TEXTS[template].title)


def line_of(template: str, params: Mapping[str, Any]) -> str:
    """The line; of a restricted case nothing but that there is more to read."""
    if params.get("restricted"):
        return _("Open the case to read more.")
    values: dict[str, str] = defaultdict(str, _in_words(params))
    return str(TEXTS[template].line) % values


def _in_words(params: Mapping[str, Any]) -> dict[str, str]:
    """Every particular as its reader understands it."""
    category = categories().get(params.get("category", ""))
    due = params.get("task_due_at") or params.get("due_at")
    return {
        "category": name_of(category) if category else str(params.get("category", "")),
        "holder": _unit(params.get("holder")),
        "unit": _unit(params.get("unit")),
        "department": name_of(department(params["department"])) if params.get("department") else "",
        "task": word(params.get("task"), "task"),
        "card": word(params["card"], "card") if params.get("card") else "–",
        "application": word(params.get("application"), "application"),
        "by": _(" before %(time)s", time=instant(datetime.fromisoformat(due))) if due else "",
        "week": str(params.get("week", "")),
        "attempts": str(params.get("attempts", "")),
        "error": str(params.get("error", "")),
    }


def _unit(code: str | None) -> str:
    return name_of(areas().by_code.get(code or "") or department(code or "")) or (code or "")
