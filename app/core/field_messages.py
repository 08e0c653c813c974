"""What the schema library says of a field, in the reader's language."""

from flask_babel import gettext
from flask_babel import lazy_gettext as _l

SAID = (
    _l("Missing data for required field."),
    _l("Field may not be null."),
    _l("Unknown field."),
    _l("Invalid input type."),
    _l("Not a valid string."),
    _l("Not a valid number."),
    _l("Not a valid integer."),
    _l("Not a valid boolean."),
    _l("Not a valid list."),
    _l("Not a valid mapping type."),
    _l("Not a valid UUID."),
    _l("Special numeric values (nan or infinity) are not permitted."),
    _l("String does not match expected pattern."),
)
"""The library's own texts, here so that they are translated with ours."""


def in_words(message: object) -> str:
    """The message in the reader's language; as it is when it is none of the library's."""
    return str(gettext(str(message)))
