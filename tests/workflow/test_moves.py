from itertools import product

import pytest

from app.workflow.actions import Action
from app.workflow.levels import Level
from app.workflow.moves import MOVES, Duty, MoveNotAllowed, NeedKind, move, moves_at, moves_from, next_status
from app.workflow.statuses import ENDED, OPEN, Status

# Written out by hand from the rules, not derived from the table.
ALLOWED = {
    ("filed", "accept"): "accepted",
    ("filed", "reject"): "rejected",
    ("accepted", "dispatch"): "dispatched",
    ("dispatched", "start"): "in_progress",
    ("in_progress", "handle"): "handled",
    ("dispatched", "return_to_dispatcher"): "accepted",
    ("in_progress", "return_to_dispatcher"): "accepted",
    ("handled", "check_pass"): "closed",
    ("handled", "check_fail"): "in_progress",
    ("filed", "escalate"): "filed",
    ("accepted", "escalate"): "accepted",
    ("dispatched", "escalate"): "dispatched",
    ("in_progress", "escalate"): "in_progress",
    ("filed", "delegate"): "filed",
    ("accepted", "delegate"): "accepted",
    ("dispatched", "delegate"): "dispatched",
    ("in_progress", "delegate"): "in_progress",
    **{(status.value, "comment"): status.value for status in Status},
}
NEEDS = {
    "accept": "",
    "reject": "reason:reason!",
    "dispatch": "department:department! due_at:instant",
    "start": "",
    "handle": "note:text! photos:photos!",
    "return_to_dispatcher": "reason:reason!",
    "check_pass": "photos:photos",
    "check_fail": "reason:reason!",
    "escalate": "reason:reason! to_level:level",
    "delegate": "to:area! reason:reason",
    "comment": "text:text!",
}
WHO = {
    Duty.HOLDER: {"accept", "reject", "dispatch", "escalate", "delegate"},
    Duty.HANDLER: {"start", "handle", "return_to_dispatcher"},
    Duty.CHECKER: {"check_pass", "check_fail"},
    Duty.READER: {"comment"},
}


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
    starts = [(status, row.action) for row in MOVES for status in row.sources]
    assert len(starts) == len(set(starts)), "two rows for one status and action"
    assert {row.action for row in MOVES} == set(Action)
    assert all(row.sources for row in MOVES)
    assert all(need.kind in NeedKind and need.name.isidentifier() for row in MOVES for need in row.needs)


def test_an_ended_case_takes_comments_only() -> None:
    for status in ENDED:
        assert [row.action for row in moves_from(status)] == [Action.COMMENT]


def test_no_reachable_open_status_is_a_dead_end() -> None:
    reached = {Status.FILED} | {row.target for row in MOVES if row.target}
    for status in reached & OPEN:
        assert any(row.target for row in moves_from(status)), status


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
