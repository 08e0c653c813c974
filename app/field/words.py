"""What the phone's scripts say, in the reader's language; placeholders are filled in the browser."""

from flask_babel import gettext as _


def photo_words() -> dict[str, str]:
    return {
        "photo": _("Photo %(n)s"),
        "remove": _("Remove photo %(n)s"),
        "preparing": _("Preparing the photo …"),
        "unreadable": _("This picture cannot be read here. Take a photo, or choose a JPEG or PNG."),
        "enough": _("At most %(most)s photos; the others were left out."),
        "insecure": _("Photos need a safe connection: open this page by its https address."),
    }


def sending_words() -> dict[str, str]:
    return {
        "sending": _("Sending …"),
        "photos": _("Sending photo %(n)s of %(all)s …"),
        "checking": _("Asking what has arrived …"),
        "waiting": _("No connection to the server. Next try in %(seconds)s s; leave this page open."),
        "session": _("Your session has ended. Sign in in another tab, then try again here; nothing is lost."),
        "refused": _("The server did not take it: %(why)s"),
        "incomplete": _("Filed, but some photos did not arrive. Try again."),
        "photoRefused": _("Filed, but photo %(n)s was refused: %(why)s"),
    }


def acting_words() -> dict[str, str]:
    """For the forms of a case: photos, sending, and where the inspector stands."""
    return photo_words() | sending_words() | _standing_words()


def _standing_words() -> dict[str, str]:
    return {
        "finding": _("Finding where you are …"),
        "stand": _("Your position goes along, ±%(n)s m."),
        "nowhere": _("Your position is not known here; it does not go along."),
        "away": _("What you wrote and your photos are kept. Say why, then confirm again."),
    }


def order_words() -> dict[str, str]:
    """For the order of the day's duties."""
    return {
        "finding": _("Finding where you are …"),
        "nowhere": _("Your position is not known here; the list stays ordered by due time."),
        "metres": _("%(n)s m away"),
        "kilometres": _("%(n)s km away"),
        "ordered": _("Nearest first, from where you are, ±%(n)s m."),
    }


def filing_words() -> dict[str, str]:
    return (
        photo_words()
        | sending_words()
        | _position_words()
        | _place_words()
        | _category_words()
        | _sent_words()
        | _settling_words()
    )


def _position_words() -> dict[str, str]:
    return {
        "locating": _("Finding where you are …"),
        "denied": _(
            "Location is not allowed here. Allow it in the browser's settings, or move the map under the pin."
        ),
        "timeout": _(
            "Finding your location takes too long. Step into the open, or move the map under the pin."
        ),
        "nofix": _(
            "The device has no position. Switch on its location service, or move the map under the pin."
        ),
        "unsupported": _(
            "This browser gives no location. Move the map under the pin, or choose the grid below."
        ),
    }


def _place_words() -> dict[str, str]:
    return {
        "accuracy": _("±%(n)s m"),
        "byHand": _("set by hand"),
        "noMap": _("Without the map"),
        "near": _("Close to the border with %(names)s."),
        "comma": _(", "),
        "outside": _("Outside the city's grids; the nearest is %(name)s. The city will decide who answers."),
        "unknown": _("The name of the grid cannot be asked now; it is found when the case arrives."),
        "here": _("%(name)s (where the pin is)"),
        "needPlace": _("Say where: move the map under the pin, or choose the grid without the map."),
    }


def _category_words() -> dict[str, str]:
    return {
        "needCategory": _("Choose a category first."),
        "none": _("No category fits. Try other words, or “Other”."),
        "some": _("%(n)s categories fit"),
        "restricted": _("Restricted: after sending you will see only its number."),
    }


def _sent_words() -> dict[str, str]:
    return {
        "goesTo": _("%(place)s. It goes to %(holder)s."),
        "arrived": _("All %(n)s photos have arrived."),
        "noPhotos": _("No photo was sent with it."),
    }


def _settling_words() -> dict[str, str]:
    return {
        "needAfter": _("Take a photo of how it looks now."),
        "needBefore": _("Only with a photo from before: this one was filed without."),
        "settled": _("Settled on the spot; it counts as yours."),
    }
