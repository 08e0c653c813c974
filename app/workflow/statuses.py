"""Where a case stands."""

from enum import StrEnum


class Status(StrEnum):
    FILED = "filed"
    ACCEPTED = "accepted"
    DISPATCHED = "dispatched"
    IN_PROGRESS = "in_progress"
    HANDLED = "handled"
    CLOSED = "closed"
    REJECTED = "rejected"
    VERIFYING = "verifying"
    SUSPENDED = "suspended"
    VOIDED = "voided"


ENDED: frozenset[Status] = frozenset({Status.CLOSED, Status.REJECTED, Status.VOIDED})
OPEN: frozenset[Status] = frozenset(Status) - ENDED
