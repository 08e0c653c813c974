"""What a person asks of their notices, read from a form; every field that is wrong is named."""

import re
from collections.abc import Mapping
from datetime import time

from flask_babel import gettext as _

from app.core.api import MOST_ID
from app.core.language import LOCALES
from app.core.problems import Invalid
from app.notify.channels import is_address
from app.notify.service import Wish

HOUR = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
NEVER = time(7)


def read_wish(form: Mapping[str, str]) -> Wish:
    """The settings in a form; raises Invalid."""
    errors: dict[str, list[str]] = {}
    address = form.get("address", "").strip()
    if address and not is_address(address):
        errors["address"] = [_("This is not a mail address such as name@example.org.")]
    quiet = [_hour(name, form, errors) for name in ("quiet_from", "quiet_to")]
    if not errors and (quiet[0] is None) != (quiet[1] is None):
        errors["quiet_from" if quiet[0] is None else "quiet_to"] = [_("Give both hours, or neither.")]
    language = form.get("language", "zh")
    if language not in LOCALES:
        errors["language"] = [_("Choose one of the languages.")]
    if errors:
        raise Invalid(errors)
    begins, ends = (each or NEVER for each in quiet)
    return Wish(address or None, "mail" in form, form.get("daily") == "yes", begins, ends, language)


def _hour(name: str, form: Mapping[str, str], errors: dict[str, list[str]]) -> time | None:
    text = form.get(name, "").strip()
    found = HOUR.fullmatch(text)
    if text and found is None:
        errors[name] = [_("Give an hour such as 22:00.")]
    return time(int(found[1]), int(found[2])) if found else None


def read_id(form: Mapping[str, str], name: str) -> int | None:
    """An id that a form may carry; raises Invalid for what is none."""
    text = form.get(name)
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 10 and int(text) <= MOST_ID):
        raise Invalid({name: [_("This is not a notice.")]})
    return int(text)
