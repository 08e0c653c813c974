"""What an inbox holds, told by a posting: each tab is one filter, so its count is its list's."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from app.cases.queries.filters import Filters
from app.catalogue.queries import categories
from app.core.policy import Posting
from app.core.roles import Role
from app.workflow.statuses import OPEN, Status
from app.workflow.tasks import TaskKind

Narrow = Callable[[Filters, datetime], Filters]


@dataclass(frozen=True)
class Tab:
    """`narrow` makes its filter out of the inbox's; the words say why it may be empty.

    A `rare` tab is shown only while it holds something: most days nothing is suspended or returned, and a row
    of noughts hides the tabs where work waits. The main ones stay in their places, so that hands find them.
    """

    code: str
    label: LazyString
    narrow: Narrow
    empty_title: LazyString
    empty_why: LazyString
    rare: bool = False


ALL_OPEN = frozenset(status.value for status in OPEN)


def _in(*statuses: Status) -> Narrow:
    names = frozenset(status.value for status in statuses)
    return lambda box, now: box.but(statuses=names)


def _near(box: Filters, now: datetime) -> Filters:
    return box.but(statuses=ALL_OPEN, near=True, sort="due_at")


def _overdue(box: Filters, now: datetime) -> Filters:
    return box.but(statuses=ALL_OPEN, overdue=True, sort="due_at")


def _suspended(box: Filters, now: datetime) -> Filters:
    """By the day of the review, which is when a suspended case is due."""
    return box.but(statuses=frozenset({Status.SUSPENDED.value}), sort="due_at")


def _to_decide(box: Filters, now: datetime) -> Filters:
    """Applications from units below, which hold their cases themselves."""
    return box.but(holder_id=None, task=TaskKind.APPROVE.value, owed_by_id=box.holder_id)


def _to_acknowledge(box: Filters, now: datetime) -> Filters:
    """Only cases of emergency categories alert a unit, which the index of open cases knows."""
    emergencies = frozenset(row.code for row in categories().values() if row.emergency)
    found = box.but(statuses=ALL_OPEN, holder_id=None, categories=emergencies or NONE)
    return found.but(task=TaskKind.ACKNOWLEDGE.value, owed_by_id=box.holder_id)


def _to_assist(box: Filters, now: datetime) -> Filters:
    """Cases that another department leads."""
    found = box.but(department_id=None, assisting_id=box.department_id)
    return found.but(statuses=ALL_OPEN, sort="due_at")


def _everything(box: Filters, now: datetime) -> Filters:
    return box.but(holder_id=None)


NONE = frozenset({"-"})
"""A category that no catalogue has."""
NEAR_TAB = Tab(
    "near",
    _l("Near due"),
    _near,
    _l("Nothing is near its due time"),
    _l("Cases appear here when a fifth of their time is left. A case without a due time never does."),
)
OVERDUE_TAB = Tab(
    "overdue",
    _l("Overdue"),
    _overdue,
    _l("Nothing is overdue"),
    _l("Cases appear here when their due time has passed and they are not finished."),
)
CHECK_TAB = Tab(
    "check",
    _l("To check"),
    _in(Status.HANDLED),
    _l("Nothing waits for its check"),
    _l("Cases appear here when the handling was recorded, until it is checked on the spot."),
)
VERIFY_TAB = Tab(
    "verify",
    _l("To verify"),
    _in(Status.VERIFYING),
    _l("Nothing waits to be verified"),
    _l("Reports of the public appear here until somebody has looked on the spot."),
)
ALL_TAB = Tab(
    "all",
    _l("All"),
    _everything,
    _l("No case yet"),
    _l("You see the cases that lie in your area, that your department handles, or that you filed."),
)
HOLDER_TABS = (
    Tab(
        "new",
        _l("New to me"),
        _in(Status.FILED),
        _l("Nothing new"),
        _l("Every case that came to your unit was accepted or rejected."),
    ),
    Tab(
        "alarm",
        _l("Emergencies"),
        _to_acknowledge,
        _l("No emergency waits"),
        _l("Emergencies appear here until somebody of your unit has acknowledged them."),
        rare=True,
    ),
    NEAR_TAB,
    OVERDUE_TAB,
    Tab(
        "returned",
        _l("Returned"),
        lambda box, now: box.but(statuses=frozenset({Status.ACCEPTED.value}), returned=True),
        _l("Nothing was returned"),
        _l("Cases appear here when a department gives them back to be dispatched anew."),
        rare=True,
    ),
    Tab(
        "raised",
        _l("Raised to us"),
        lambda box, now: box.but(statuses=ALL_OPEN, raised=True),
        _l("Nothing was raised to you"),
        _l("Cases appear here when a unit below could not solve them, or not in time."),
    ),
    Tab(
        "supervised",
        _l("Supervised"),
        lambda box, now: box.but(statuses=ALL_OPEN, supervised=True),
        _l("Nothing is supervised"),
        _l("Cases appear here when they were shown a card, or when a unit above waits for your answer."),
        rare=True,
    ),
    Tab(
        "decide",
        _l("To decide"),
        _to_decide,
        _l("No application waits for you"),
        _l("Cases appear here when a unit or department below asks you for more time or the like."),
    ),
    Tab(
        "work",
        _l("In progress"),
        _in(Status.ACCEPTED, Status.DISPATCHED, Status.IN_PROGRESS),
        _l("Nothing is in progress"),
        _l("Cases appear here from acceptance until their handling is recorded."),
    ),
    Tab(
        "suspended",
        _l("Suspended"),
        _suspended,
        _l("Nothing is suspended"),
        _l("Suspended cases appear here, the next review first."),
        rare=True,
    ),
    replace(VERIFY_TAB, rare=True),
    CHECK_TAB,
    ALL_TAB,
)
HANDLER_TABS = (
    Tab(
        "new",
        _l("New"),
        _in(Status.DISPATCHED),
        _l("Nothing new"),
        _l("Every case dispatched to your department was started or returned."),
    ),
    NEAR_TAB,
    OVERDUE_TAB,
    Tab(
        "assist",
        _l("To assist"),
        _to_assist,
        _l("Nobody waits for your help"),
        _l("Cases appear here while your department still has to assist, or to answer a summons."),
    ),
    Tab(
        "work",
        _l("In progress"),
        _in(Status.IN_PROGRESS),
        _l("Nothing is in progress"),
        _l("Cases appear here when you have started them, and again when a check failed."),
    ),
    Tab(
        "suspended",
        _l("Suspended"),
        _suspended,
        _l("Nothing is suspended"),
        _l("Suspended cases appear here, the next review first."),
        rare=True,
    ),
    replace(
        CHECK_TAB,
        label=_l("Waiting for the check"),
        empty_why=_l("Cases appear here when you have recorded the handling, until it is checked."),
    ),
    ALL_TAB,
)
NO_WORK_TAB = Tab(
    "all",
    _l("All"),
    _everything,
    _l("There is no case for you"),
    _l("You have no posting that reads cases; administrators never read them."),
)
INSPECTOR_TABS = (VERIFY_TAB, CHECK_TAB, ALL_TAB)


def tabs_of(posting: Posting | None) -> tuple[Tab, ...]:
    """The tabs of an inbox; without a posting that works on cases, one that says so."""
    if posting is None:
        return (NO_WORK_TAB,)
    if posting.department_id is not None:
        return HANDLER_TABS
    return INSPECTOR_TABS if posting.role is Role.INSPECTOR else HOLDER_TABS
