"""What the phone's scripts say, in the reader's language; placeholders are filled in the browser."""

from flask_babel import gettext as _


def photo_words() -> dict[str, str]:
    return {
        "photo": _("Photo %(n)s"),
        "remove": _("Remove photo %(n)s"),
        "preparing": _("Preparing the photo …"),
        "unreadable": _("This picture cannot be read here. Take a photo, or choose a JPEG or PNG."),
        "empty": _("The file %(name)s is empty. Take the photo again."),
        "video": _("%(name)s is a video. Take a photo of what it shows, or say it in a voice note."),
        "noImage": _("%(name)s is no picture. Take a photo, or choose a JPEG or PNG."),
        "large": _(
            "This phone cannot hold a picture as large as %(name)s. Set the camera to a smaller size."
        ),
        "heavy": _("The picture %(name)s is too large to send. Set the camera to JPEG or to a smaller size."),
        "enough": _("At most %(most)s photos; the others were left out."),
        "insecure": _("Photos need a safe connection: open this page by its https address."),
    }


def filing_words() -> dict[str, str]:
    return (
        photo_words()
        | _position_words()
        | _place_words()
        | _doubt_words()
        | _drawing_words()
        | _category_words()
        | _voice_words()
        | _kept_words()
        | _draft_words()
        | _trouble_words()
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
        "insecureplace": _(
            "Location needs a safe connection: open this page by its https address, "
            "or move the map under the pin."
        ),
    }


def _place_words() -> dict[str, str]:
    return {
        "accuracy": _("±%(n)s m"),
        "byHand": _("set by hand"),
        "fromPhoto": _("as the photo says"),
        "noMap": _("Without the map"),
        "mapElsewhere": _("The map cannot be loaded now. Your position counts; or choose the grid below."),
        "near": _("Close to the border with %(names)s."),
        "comma": _(", "),
        "outside": _("Outside the city's grids; the nearest is %(name)s. The city will decide who answers."),
        "beyond": _(
            "Outside the grids kept on this phone; the nearest is %(name)s, %(n)s m away. "
            "You can still file: the grid is found when the case arrives."
        ),
        "unknown": _("The name of the grid cannot be asked now; it is found when the case arrives."),
        "here": _("%(name)s (where the pin is)"),
        "needPlace": _("Say where: move the map under the pin, or choose the grid without the map."),
    }


def _doubt_words() -> dict[str, str]:
    """Where position, photo and clock say too little or disagree."""
    return {
        "coarse": _(
            "The position is only good to ±%(n)s m. Wait in the open for a better one, move the map under "
            "the pin, or use it as it is."
        ),
        "needAccuracy": _("The position is rough: wait, move the map under the pin, or use it as it is."),
        "photoElsewhere": _("A photo says it was taken %(n)s m from the pin."),
        "photoOld": _("A photo says it was taken %(n)s %(unit)s before or after now."),
        "hours": _("hours"),
        "days": _("days"),
        "clockSlow": _(
            "The clock of this phone is slow by %(n)s min. Set it; the time at the office counts."
        ),
        "clockFast": _(
            "The clock of this phone is fast by %(n)s min. Set it; the time at the office counts."
        ),
    }


def _drawing_words() -> dict[str, str]:
    return {
        "drawMore": _(
            "Tap the corners on the map, or move the map and press “Corner under the pin”: %(n)s more."
        ),
        "drawLine": _("%(n)s corners, %(size)s m long."),
        "drawArea": _("%(n)s corners, %(size)s m²."),
        "drawDone": _("Drawn."),
        "drawCrosses": _("The border crosses itself: undo the last corner."),
        "drawNoMap": _(
            "There is no map here now. Say in words where it begins and ends, under “Say the place "
            "without the map”."
        ),
        "needCorners": _("The line or area is not finished: set more corners, or choose “One point”."),
    }


def _category_words() -> dict[str, str]:
    return {
        "needCategory": _("Choose a category first."),
        "retired": _("The category of this draft is no longer used. Choose another one."),
        "none": _("No category fits. Try other words, or “Other”."),
        "some": _("%(n)s categories fit"),
        "restricted": _("Restricted: after sending you will see only its number."),
        "optional": _("%(question)s (optional)"),
        "needAnswer": _("Please answer this."),
        "call": _("Call %(number)s"),
    }


def _voice_words() -> dict[str, str]:
    return {
        "voiceStart": _("Record a voice note"),
        "voiceStop": _("Stop"),
        "voiceLeft": _("Recording: %(n)s s left"),
        "voiceDenied": _(
            "The microphone is not allowed here. Allow it in the browser's settings, or write it."
        ),
        "voiceNone": _("No microphone can be used now. Write it instead."),
        "voiceUnsupported": _("This browser records no sound. Write it instead."),
    }


def _kept_words() -> dict[str, str]:
    return {
        "kept": _("Kept on this phone"),
        "filed": _("Filed"),
        "receipt": _("Receipt %(receipt)s"),
        "willSend": _("It is sent as soon as there is a connection. You can close this page."),
        "photosUnderWay": _("%(n)s of %(all)s photos have arrived. Receipt %(receipt)s."),
        "arrived": _("All %(n)s photos have arrived."),
        "noPhotos": _("No photo was sent with it."),
        "refused": _("The server did not take it: %(why)s"),
        "needAfter": _("Take a photo of how it looks now."),
        "needBefore": _("Only with a photo from before: this one was filed without."),
        "settled": _("Settled on the spot: kept, and sent after the case. It counts as yours."),
        "walkHow": _("Take the first photo. The next one keeps this case and begins another."),
        "walked": _("Kept on this walk: %(n)s. The next photo keeps the present case and begins another."),
        "walkHere": _("%(n)s m from the place of this case, ±%(m)s m."),
        "walkDone": _("Walk finished: %(n)s kept on this phone."),
        "walkUnfinished": _("Not finished"),
    }


def _draft_words() -> dict[str, str]:
    return {
        "goOn": _("Go on with the draft of %(time)s"),
        "throwAway": _("Throw away"),
        "reallyThrow": _("Throw this draft and its %(n)s photos away?"),
        "throwYes": _("Yes, throw away"),
        "throwNo": _("No, keep"),
        "withPhotos": _("Photos: %(n)s"),
        "gone": _("This draft is not on this phone. Begin a new one."),
    }


def _trouble_words() -> dict[str, str]:
    """What could not be kept, and what to do."""
    return {
        "full": _(
            "The phone has no room left, and the last change was not kept. Delete pictures or films from it, "
            "then try again; all that was kept before is still here."
        ),
        "locked": _(
            "Nothing can be kept before the first sign-in on this phone. Sign in once with a connection."
        ),
        "elsewhere": _(
            "This case has been sent already, from another window. Its receipt is under “What is on its way”."
        ),
        "outdated": _(
            "A newer version of this page is open in another window. Load this page again; drafts stay."
        ),
        "notKept": _(
            "This could not be kept on the phone. Load the page again; what was kept before is still here."
        ),
    }
