"""What an inbox holds, told by a posting: each tab is one filter, so its count is its list's."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from app.cases.queries.filters import Filters
from app.core.policy import Posting
from app.core.roles import Role
from app.desk.rows import SOON
from app.workflow.statuses import OPEN, Status

Narrow = Callable[[Filters, datetime], Filters]


@dataclass(frozen=True)
class Tab:
    """`narrow` makes its filter out of the inbox's; the words say why it may be empty."""

    code: str
    label: LazyString
    narrow: Narrow
    empty_title: LazyString
    empty_why: LazyString


ALL_OPEN = frozenset(status.value for status in OPEN)


def _in(*statuses: Status) -> Narrow:
    names = frozenset(status.value for status in statuses)
    return lambda box, now: box.but(statuses=names)


def _soon(box: Filters, now: datetime) -> Filters:
    return box.but(statuses=ALL_OPEN, due_before=now + SOON, overdue=False, sort="due_at")


def _overdue(box: Filters, now: datetime) -> Filters:
    return box.but(statuses=ALL_OPEN, overdue=True, sort="due_at")


def _everything(box: Filters, now: datetime) -> Filters:
    return box.but(holder_id=None)


SOON_TAB = Tab(
    "soon",
    _l("Due soon"),
    _soon,
    _l("Nothing is due within 24 hours"),
    _l("Cases appear here a day before their due time. A case without a due time never does."),
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
        _l("New"),
        _in(Status.FILED),
        _l("Nothing new"),
        _l("Every case that came to your unit was accepted or rejected."),
    ),
    SOON_TAB,
    OVERDUE_TAB,
    Tab(
        "returned",
        _l("Returned"),
        lambda box, now: box.but(statuses=frozenset({Status.ACCEPTED.value}), returned=True),
        _l("Nothing was returned"),
        _l("Cases appear here when a department gives them back to be dispatched anew."),
    ),
    Tab(
        "raised",
        _l("Raised to us"),
        lambda box, now: box.but(statuses=ALL_OPEN, raised=True),
        _l("Nothing was raised to you"),
        _l("Cases appear here when a unit below could not solve them, or not in time."),
    ),
    Tab(
        "work",
        _l("In progress"),
        _in(Status.ACCEPTED, Status.DISPATCHED, Status.IN_PROGRESS),
        _l("Nothing is in progress"),
        _l("Cases appear here from acceptance until their handling is recorded."),
    ),
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
    SOON_TAB,
    OVERDUE_TAB,
    Tab(
        "work",
        _l("In progress"),
        _in(Status.IN_PROGRESS),
        _l("Nothing is in progress"),
        _l("Cases appear here when you have started them, and again when a check failed."),
    ),
    CHECK_TAB,
    ALL_TAB,
)
NO_WORK_TAB = Tab(
    "all",
    _l("All"),
    _everything,
    _l("There is no case for you"),
    _l("You have no posting that reads cases; administrators never read them."),
)
INSPECTOR_TABS = (CHECK_TAB, ALL_TAB)


def tabs_of(posting: Posting | None) -> tuple[Tab, ...]:
    """The tabs of an inbox; without a posting that works on cases, one that says so."""
    if posting is None:
        return (NO_WORK_TAB,)
    if posting.department_id is not None:
        return HANDLER_TABS
    return INSPECTOR_TABS if posting.role is Role.INSPECTOR else HOLDER_TABS
