"""The product's words for its codes, in the reader's language: `"filed"|word("status")` in a template.

One word for one thing; the tokens themselves are defined where they live (workflow, roles).
"""

from flask import Flask
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

WORDS: dict[str, dict[str, LazyString]] = {
    "status": {
        "filed": _l("Filed"),
        "accepted": _l("Accepted"),
        "dispatched": _l("Dispatched"),
        "in_progress": _l("In progress"),
        "handled": _l("Waiting for the check"),
        "closed": _l("Closed"),
        "rejected": _l("Rejected"),
        "verifying": _l("Being verified"),
        "suspended": _l("Suspended"),
        "voided": _l("Void"),
    },
    "action": {
        "accept": _l("Accept"),
        "reject": _l("Reject"),
        "dispatch": _l("Dispatch"),
        "start": _l("Start"),
        "handle": _l("Record the handling"),
        "return_to_dispatcher": _l("Return to the dispatcher"),
        "check_pass": _l("Passed the check"),
        "check_fail": _l("Failed the check"),
        "escalate": _l("Raise"),
        "delegate": _l("Send down"),
        "comment": _l("Comment"),
    },
    "event": {
        "case.filed": _l("filed the case"),
        "case.accept": _l("accepted it"),
        "case.reject": _l("rejected it"),
        "case.dispatch": _l("dispatched it"),
        "case.start": _l("started work"),
        "case.handle": _l("recorded the handling"),
        "case.return_to_dispatcher": _l("returned it to the dispatcher"),
        "case.check_pass": _l("checked it: passed"),
        "case.check_fail": _l("checked it: failed, back to work"),
        "case.escalate": _l("raised it"),
        "case.delegate": _l("sent it down"),
        "case.comment": _l("wrote a comment"),
        "case.photo_added": _l("added a photo"),
    },
    "level": {
        "city": _l("City"),
        "district": _l("District"),
        "town": _l("Town"),
        "community": _l("Community"),
        "grid": _l("Grid"),
    },
    "levels": {
        "city": _l("Cities"),
        "district": _l("Districts"),
        "town": _l("Towns"),
        "community": _l("Communities"),
        "grid": _l("Grids"),
    },
    "role": {
        "inspector": _l("Grid inspector"),
        "manager": _l("Community manager"),
        "dispatcher": _l("Dispatcher"),
        "official": _l("Official"),
        "handler": _l("Handler"),
        "administrator": _l("Administrator"),
    },
    "kind": {"part": _l("Public facilities"), "event": _l("Incidents"), "social": _l("Social affairs")},
    "photo": {"before": _l("Before"), "after": _l("After"), "check": _l("Check"), "other": _l("Other photo")},
    "task": {"accept": _l("Accept or reject"), "handle": _l("Handle"), "check": _l("Check on the spot")},
    "urgency": {
        "low": _l("Not urgent"),
        "normal": _l("Normal"),
        "high": _l("High"),
        "urgent": _l("Urgent"),
    },
}


def word(code: str | None, kind: str) -> str:
    """The word for a code of a kind; the code itself when there is none yet."""
    return str(WORDS[kind].get(code or "", code or ""))


def init_app(app: Flask) -> None:
    app.jinja_env.filters["word"] = word
