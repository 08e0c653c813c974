"""What someone does to a case."""

from enum import StrEnum


class Action(StrEnum):
    ACCEPT = "accept"
    REJECT = "reject"
    DISPATCH = "dispatch"
    START = "start"
    HANDLE = "handle"
    RETURN_TO_DISPATCHER = "return_to_dispatcher"
    CHECK_PASS = "check_pass"
    CHECK_FAIL = "check_fail"
    ESCALATE = "escalate"
    DELEGATE = "delegate"
    COMMENT = "comment"
