from itertools import product

import pytest

from app.workflow.actions import Action
from app.workflow.levels import Level
from app.workflow.moves import (
    MOVES,
    Application,
    Duty,
    MoveNotAllowed,
    NeedKind,
    move,
    moves_at,
    moves_from,
    target_of,
)
from app.workflow.statuses import ENDED, OPEN, Status

UNSOLVED = ("filed", "accepted", "dispatched", "in_progress")
REGISTERED = UNSOLVED[1:]
RUNNING = ("verifying", *UNSOLVED, "handled")
UNENDED = (*RUNNING, "suspended")
STAYS = {
    "escalate": UNSOLVED,
    "delegate": UNSOLVED,
    "transfer": ("filed", "accepted"),
    "whistle": UNSOLVED,
    "respond": (*UNSOLVED, "handled"),
    "acknowledge": UNENDED,
    "urge": RUNNING,
    "supervise": UNENDED,
    "answer": UNENDED,
    "request_extension": UNSOLVED,
    "request_suspension": REGISTERED,
    "request_reclassification": UNSOLVED,
    "request_void": UNSOLVED,
    "request_restore": ("rejected", "voided"),
    "comment": tuple(Status),
}
# Written out by hand from the rules, not derived from the table.
ALLOWED = {
    ("verifying", "verify_pass"): "filed",
    ("verifying", "verify_fail"): "filed",
    ("filed", "accept"): "accepted",
    ("filed", "reject"): "rejected",
    ("filed", "close_on_spot"): "closed",
    ("accepted", "dispatch"): "dispatched",
    ("dispatched", "start"): "in_progress",
    ("in_progress", "handle"): "handled",
    ("dispatched", "return_to_dispatcher"): "accepted",
    ("in_progress", "return_to_dispatcher"): "accepted",
    ("handled", "check_pass"): "closed",
    ("handled", "check_fail"): "in_progress",
    ("suspended", "resume"): "dispatched",
    ("closed", "reopen"): "accepted",
    **{(str(status), action): str(status) for action, sources in STAYS.items() for status in sources},
}
DECIDED = {
    "extend": {status: status for status in UNENDED},
    "suspend": dict.fromkeys(REGISTERED, "suspended"),
    "reclassify": {status: status for status in UNENDED},
    "void": dict.fromkeys(UNENDED, "voided"),
    "restore": dict.fromkeys(("rejected", "voided"), "dispatched"),
}
NEEDS = {
    "verify_pass": "note:text photos:photos position:position off_site_reason:reason",
    "verify_fail": "reason:reason! position:position off_site_reason:reason",
    "accept": "",
    "reject": "reason:reason! reason_code:reason_code",
    "dispatch": "department:department! due_at:instant assisting:departments informed:departments",
    "start": "",
    "handle": "note:text! photos:photos!",
    "return_to_dispatcher": "reason:reason! reason_code:reason_code",
    "check_pass": "photos:photos position:position off_site_reason:reason",
    "check_fail": "reason:reason! reason_code:reason_code position:position off_site_reason:reason",
    "close_on_spot": "note:text! photos:photos!",
    "escalate": "reason:reason! to_level:level",
    "delegate": "to:area! reason:reason",
    "transfer": "to:peer! reason:reason! reason_code:reason_code",
    "whistle": "departments:departments! reason:reason! due_at:instant",
    "respond": "note:text! photos:photos",
    "acknowledge": "note:text",
    "urge": "text:text",
    "supervise": "reason:reason! card:card due_at:instant",
    "answer": "text:text!",
    "request_extension": "due_at:instant! reason:reason!",
    "request_suspension": "review_at:review! reason:reason! reason_code:reason_code",
    "request_reclassification": "category:category! reason:reason!",
    "request_void": "reason:reason! reason_code:reason_code",
    "request_restore": "reason:reason!",
    "approve": "note:text",
    "deny": "reason:reason!",
    "resume": "reason:reason",
    "reopen": "reason:reason!",
    "comment": "text:text!",
}
WHO = {
    Duty.HOLDER: {
        "accept", "reject", "dispatch", "escalate", "delegate", "transfer", "whistle", "answer", "resume",
        "request_restore",
    },
    Duty.HANDLER: {"start", "handle", "return_to_dispatcher"},
    Duty.WORKER: {"request_extension", "request_suspension", "request_reclassification", "request_void"},
    Duty.ASSISTANT: {"respond"},
    Duty.VERIFIER: {"verify_pass", "verify_fail"},
    Duty.CHECKER: {"check_pass", "check_fail"},
    Duty.FINDER: {"close_on_spot"},
    Duty.SUPERIOR: {"supervise"},
    Duty.OVERSEER: {"urge", "reopen"},
    Duty.APPROVER: {"approve", "deny"},
    Duty.ALERTED: {"acknowledge"},
    Duty.READER: {"comment"},
}  # fmt: skip


def next_status(status: Status, action: Action, applied: Application | None = None) -> Status:
    """After the move; a suspended or ended case goes back to `dispatched`."""
    return target_of(move(status, action, applied), status, Status.DISPATCHED)


@pytest.mark.parametrize(("status", "action"), list(product(Status, Action)))
def test_only_the_table_moves_a_case(status: Status, action: Action) -> None:
    expected = ALLOWED.get((status.value, action.value))
    if expected is None:
        with pytest.raises(MoveNotAllowed) as refusal:
            next_status(status, action)
        assert (refusal.value.status, refusal.value.action) == (status, action)
        assert action not in {row.action for row in moves_from(status)}
    else:
        assert next_status(status, action) == expected
        assert move(status, action) in moves_from(status)


@pytest.mark.parametrize(("status", "applied"), list(product(Status, Application)))
def test_an_application_is_decided_where_it_makes_sense(status: Status, applied: Application) -> None:
    expected = DECIDED[applied.value].get(status.value)
    if expected is None:
        with pytest.raises(MoveNotAllowed):
            next_status(status, Action.APPROVE, applied)
    else:
        assert next_status(status, Action.APPROVE, applied) == expected
    assert next_status(status, Action.DENY, applied) == status
    decisions = {row.applied for row in moves_from(status, applied)} - {None}
    assert decisions == {applied}


@pytest.mark.parametrize("action", Action)
def test_every_action_asks_for_what_the_rules_name(action: Action) -> None:
    asked = {
        " ".join(f"{need.name}:{need.kind}{'!' if need.required else ''}" for need in row.needs)
        for row in MOVES
        if row.action is action
    }
    assert asked == {NEEDS[action]}


@pytest.mark.parametrize("duty", Duty)
def test_every_duty_has_its_actions(duty: Duty) -> None:
    assert {row.action.value for row in MOVES if row.who is duty} == WHO[duty]


def test_the_table_is_well_formed() -> None:
    starts = [(status, row.action, row.applied) for row in MOVES for status in row.sources]
    assert len(starts) == len(set(starts)), "two rows for one status and action"
    assert {row.action for row in MOVES} == set(Action)
    assert all(row.sources for row in MOVES)
    assert all(need.kind in NeedKind and need.name.isidentifier() for row in MOVES for need in row.needs)


def test_an_ended_case_can_be_reopened_or_restored_and_takes_comments() -> None:
    assert [row.action for row in moves_from(Status.CLOSED)] == [Action.REOPEN, Action.COMMENT]
    for status in (Status.REJECTED, Status.VOIDED):
        assert [row.action for row in moves_from(status)] == [Action.REQUEST_RESTORE, Action.COMMENT]


def test_no_reachable_open_status_is_a_dead_end() -> None:
    reached = {Status.FILED} | {row.target for row in MOVES if row.target}
    for status in reached & OPEN:
        assert any(row.target or row.back for row in moves_from(status)), status


def test_every_status_is_open_or_ended() -> None:
    assert set(Status) == OPEN | ENDED
    assert not OPEN & ENDED
    assert {status.value for status in ENDED} == {"closed", "rejected", "voided"}


def test_only_a_failed_check_counts_a_rework() -> None:
    assert [row.action for row in MOVES if row.counts_rework] == [Action.CHECK_FAIL]


@pytest.mark.parametrize(
    ("level", "up", "down"),
    [("city", False, True), ("district", True, True), ("town", True, True), ("community", True, False)],
)
def test_nothing_climbs_over_the_city_or_sinks_below_a_community(level: str, up: bool, down: bool) -> None:
    offered = {row.action for row in moves_at(Status.ACCEPTED, Level(level))}
    assert (Action.ESCALATE in offered, Action.DELEGATE in offered) == (up, down)
    assert {Action.DISPATCH, Action.COMMENT} <= offered
    assert (Action.TRANSFER in offered) is up
