"""What the scripts of the frame and of the tray say; placeholders are filled in the browser."""

from typing import Any

from flask_babel import gettext as _

from app.core.config import settings
from app.core.words import WORDS

Json = dict[str, Any]


def frame_words() -> Json:
    """For the bar that every page of the phone has, and for signing out."""
    return {
        "zone": str(settings().city_zone),
        "offline": _("Offline"),
        "offlineWaiting": _("Offline: %(n)s wait on this phone"),
        "sending": _("Sending %(n)s of %(all)s"),
        "waiting": _("%(n)s wait to be sent"),
        "signin": _("Sign in to send %(n)s"),
        "signinNone": _("Your sign-in has ended"),
        "other": _("Somebody else is signed in"),
        "allSent": _("All sent, %(time)s"),
        "allSentNever": _("Nothing waits to be sent"),
        "attention": _("%(n)s need attention"),
        "language": _("Another language needs a signal. Try again when there is one."),
        "unsent": _("%(n)s are not sent yet. What shall happen to them?"),
        "exported": _("The file is saved. Keep it until the other phone has sent everything."),
        "leaving": _("Signing out …"),
        "sealed": _("Sealed drafts on this phone: %(n)s. Only those who wrote them can open them."),
        "storageFull": _(
            "The phone is full. Delete some pictures or apps; what was kept before is still kept."
        ),
        "outdated": _("A newer version of the app is here. Load this page anew."),
    }


def tray_words() -> Json:
    """For the list of what is on its way."""
    return {
        "states": {
            "draft": _("Begun"),
            "queued": _("Waiting"),
            "filed": _("Sending its photos"),
            "photos_sent": _("Being checked"),
            "confirmed": _("Arrived"),
            "parked": _("Needs attention"),
            "conflict": _("Somebody was faster"),
        },
        "status": {code: str(label) for code, label in WORDS["status"].items()},
        "events": {code: str(label) for code, label in WORDS["event"].items()},
        "case": _("Filing"),
        "act": _("Done on the spot"),
        "untitled": _("Without a name yet"),
        "receipt": _("Receipt %(receipt)s"),
        "number": _("Number %(number)s"),
        "photos": _("%(sent)s of %(all)s photos"),
        "begun": _("Begun %(time)s"),
        "queued": _("Kept %(time)s"),
        "arrived": _("Arrived %(time)s"),
        "follows": _("Goes as soon as its filing has arrived."),
        "mend": _("Mend"),
        "goOn": _("Go on"),
        "decide": _("Look and decide again"),
        "retry": _("Send again"),
        "without": _("Send without this photo"),
        "discard": _("Discard"),
        "open": _("Look at the case"),
        "reallyDiscard": _("Discard “%(title)s”? What was not sent is gone for good."),
        "now": _("Now: %(state)s"),
        "orphan": _("The filing that this belongs to was discarded. Discard this, too."),
        "photoMissing": _("A photo is no longer on this phone. Send without it, or discard."),
        "tooLarge": _(
            "The server takes no photo of this size. Mend it and take the photo again, or send without it."
        ),
        "noWords": _("The server did not take it (%(status)s)."),
        "oldest": _("The oldest has been waiting since %(time)s."),
        "old": _(
            "Some browsers delete what a page keeps after 7 days without a visit. Send today, or export."
        ),
        "others": _("Sealed drafts of somebody else on this phone: %(n)s. Only they can open them."),
        "locked": _("Sealed drafts of yours that cannot be opened now: %(n)s. Sign in with a signal."),
        "offline": _("No connection to the server. Everything stays on this phone; it goes by itself."),
        "busy": _("The server is busy. Next try at %(time)s."),
        "signin": _("Your sign-in has ended. Sign in; then it goes by itself."),
        "other": _("Somebody else is signed in in this browser. Sign in as yourself to send."),
        "sending": _("Sending %(n)s of %(all)s …"),
        "attention": _("%(n)s need attention"),
        "idle": _("Nothing waits to be sent."),
        "persisted": _("This phone keeps what is not sent until you have sent it."),
        "evictable": _(
            "The browser may delete what is kept here when the phone runs out of room. "
            "Add the app to the home screen, or send soon."
        ),
        "usage": _("%(used)s of %(quota)s used."),
        "low": _("Little room is left on this phone. Send what waits, or delete pictures or apps."),
        "unknownRoom": _("This browser does not say how much room is left."),
        "imported": _("%(taken)s taken in, %(known)s were here already."),
        "importOther": _("This file belongs to somebody else; nothing was taken in."),
        "importDamaged": _("This is no file of the queue, or it is damaged; nothing was taken in."),
        "nothingToExport": _("There is nothing to export."),
    }
