"""What the scripts of the day's duties say, in the reader's language; the browser fills the placeholders."""

from typing import Any

from flask_babel import get_translations
from flask_babel import gettext as _

from app.core.config import settings
from app.core.words import WORDS
from app.field.words import photo_words

Json = dict[str, Any]


def home_words() -> Json:
    """For the day's page."""
    return {
        "clock": clock_words(),
        "row": row_words(),
        "zone": str(settings().city_zone),
        "inspects": _("You inspect %(grids)s."),
        "inspectsNone": _(
            "You inspect no grid today. You can still file; ask your administrator for your posting."
        ),
        "comma": _(", "),
        "asOfAge": _("As of %(time)s, %(ago)s"),
        "cannotFetch": _("No connection: this is what the phone keeps."),
        "neverFetched": _("This phone keeps nothing of yours yet. Open this page once with a connection."),
        "begun": _("%(n)s begun, not sent"),
        "order": _order_words(),
        "map": _("Map of the duties in this list"),
        "noMap": _("The map cannot be loaded now; the list says the same."),
    }


def _order_words() -> Json:
    return {
        "finding": _("Finding where you are …"),
        "nowhere": _("Your position is not known here; the list stays ordered by due time."),
        "ordered": _("A short walk from where you are (±%(n)s m), in straight lines: %(length)s in all."),
        "unplaced": _("%(n)s without a point come last."),
        "metres": _("%(n)s m"),
        "kilometres": _("%(n)s km"),
        "away": _("%(length)s away"),
    }


def duty_words() -> Json:
    """For the page of one case."""
    return {
        "clock": clock_words(),
        "row": row_words(),
        "act": acting_words(),
        "zone": str(settings().city_zone),
        "asOfAge": _("As of %(time)s, %(ago)s"),
        "noPhotos": _("No photo was sent."),
        "neverFetched": _("This phone keeps nothing of yours yet. Open this page once with a connection."),
        "nothingElse": _("Nothing can be done here by you now."),
        "approximate": _("The border of this grid is approximate."),
        "gone": _("This case is not kept on this phone."),
        "goneWhy": _(
            "Only what waits for you and what you filed lately is kept. With a connection it opens."
        ),
        "opens": _("Open it from the server"),
    }


def row_words() -> Json:
    """For cases as lists show them."""
    return {
        "status": _all("status"),
        "task": _all("task"),
        "photo": _all("photo"),
        "card": _all("card"),
        "restricted": _("Restricted"),
        "settled": _("Settled by me"),
        "rework": _("Rework %(n)s"),
        "waitsFor": _("Waits for: %(what)s, %(who)s"),
        "receipt": _("Receipt %(receipt)s"),
        "state": queue_words(),
    }


def queue_words() -> Json:
    """What the phone says of something it keeps or has sent."""
    return {
        "draft": _("Begun, not sent"),
        "queued": _("Waiting to be sent"),
        "filed": _("Filed, photos on their way"),
        "photos_sent": _("Being confirmed"),
        "confirmed": _("Arrived"),
        "parked": _("Not taken: needs you"),
        "conflict": _("Changed meanwhile: needs you"),
    }


def acting_words() -> Json:
    """For the forms of a case: photos, position, keeping, what the server answers."""
    return photo_words() | _form_words() | _standing_words() | _outcome_words()


def _form_words() -> Json:
    return {
        "action": _all("action"),
        "confirm": _("Confirm: %(action)s"),
        "labels": {
            "reason": _("Reason"),
            "check_fail.reason": _("What is still wrong?"),
            "verify_fail.reason": _("What did you find instead?"),
            "note": _("What was done"),
            "close_on_spot.note": _("What you did"),
            "verify_pass.note": _("What you saw"),
            "text": _("Your comment"),
            "off_site_reason": _("Why not from the spot?"),
        },
        "settledNote": _("Put right on the spot."),
        "chooseReason": _("Choose a reason"),
        "ownWords": _("In my own words"),
        "needed": _("This is needed."),
        "needPhoto": _("A photo of the result is needed."),
        "title": _("%(action)s · %(what)s"),
    }


def _standing_words() -> Json:
    return {
        "finding": _("Finding where you are …"),
        "stand": _("Your position goes along, ±%(n)s m."),
        "nowhere": _("Your position is not known here; it does not go along."),
        "metresAway": _("You are %(metres)s m away from the grid. Say why you check from there."),
    }


def _outcome_words() -> Json:
    return {
        "keeping": _("Being kept on this phone …"),
        "kept": _("Kept on this phone · receipt %(receipt)s"),
        "keptNext": _("It goes by itself as soon as there is a connection. You can go on."),
        "done": _("Done and arrived · receipt %(receipt)s"),
        "notKept": _("The phone could not keep it: %(why)s. Nothing was sent; try again."),
        "parked": _("The server did not take it: %(why)s"),
        "changed": _("This case was changed before yours arrived; nothing of yours was done."),
        "changedAt": _("%(who)s %(what)s · %(when)s"),
        "nowIs": _("It is now: %(status)s"),
        "prepared": _("What you had prepared"),
        "photosKept": _("%(n)s photos are kept with it."),
        "again": _("Do it on the present state"),
        "notPossible": _("“%(action)s” is no longer possible here. You can keep your words as a comment."),
        "asComment": _("Send my words as a comment"),
        "mend": _("Mend it"),
        "discard": _("Discard mine"),
        "reallyDiscard": _("Tap again to discard what you prepared"),
        "event": _all("event"),
        "status": _all("status"),
    }


def clock_words() -> Json:
    """The sentences of app/cases/clock_words.py and core/language.py, for one and for more."""
    return {
        "lights": _all("light"),
        "left": {
            "days": _forms("%(num)d working day left", "%(num)d working days left"),
            "hours": _forms("%(num)d working hour left", "%(num)d working hours left"),
            "minutes": _forms("%(num)d working minute left", "%(num)d working minutes left"),
        },
        "late": {
            "days": _forms("overdue by %(num)d working day", "overdue by %(num)d working days"),
            "hours": _forms("overdue by %(num)d working hour", "overdue by %(num)d working hours"),
            "minutes": _forms("overdue by %(num)d working minute", "overdue by %(num)d working minutes"),
        },
        "spanLeft": _("%(span)s left"),
        "spanLate": _("overdue by %(span)s"),
        "days": _forms("%(num)d day", "%(num)d days"),
        "daysHours": _forms("%(num)d day %(hours)d h", "%(num)d days %(hours)d h"),
        "hoursMinutes": _("%(hours)d h %(minutes)d min"),
        "hours": _("%(hours)d h"),
        "minutes": _("%(minutes)d min"),
        "ago": _("%(span)s ago"),
        "justNow": _("just now"),
    }


def _forms(one: str, many: str) -> list[str]:
    """The translated sentence for one and for more, placeholders left in."""
    translations = get_translations()
    return [translations.ungettext(one, many, 1), translations.ungettext(one, many, 2)]


def _all(kind: str) -> dict[str, str]:
    return {code: str(text) for code, text in WORDS[kind].items()}
