"""Who someone is, in a posting."""

from enum import StrEnum


class Role(StrEnum):
    INSPECTOR = "inspector"
    MANAGER = "manager"
    DISPATCHER = "dispatcher"
    OFFICIAL = "official"
    HANDLER = "handler"
    ADMINISTRATOR = "administrator"


HOLDER_ROLES = frozenset({Role.MANAGER, Role.DISPATCHER, Role.OFFICIAL})
"""They answer for a unit: each at the level of the posting."""
