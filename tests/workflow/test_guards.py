"""What a move asks beyond status, level and duty."""

import pytest

from app.workflow.actions import Action
from app.workflow.guards import Facts, Refusal, refusal
from app.workflow.moves import Application
from app.workflow.tasks import TaskKind

WHOLE = Facts(
    open=frozenset({TaskKind.ANSWER}),
    ended_days=1,
    reopen_days=15,
    on_spot=True,
    photo_before=True,
    clocked=True,
    extensions=1,
    extensions_most=2,
)


@pytest.mark.parametrize("action", Action)
def test_nothing_is_refused_when_all_is_there(action: Action) -> None:
    assert refusal(action, WHOLE) is None


@pytest.mark.parametrize(
    ("action", "facts", "why"),
    [
        ("check_pass", Facts(open=frozenset({TaskKind.CHECK, TaskKind.ASSIST})), "departments_open"),
        ("check_pass", Facts(open=frozenset({TaskKind.CHECK, TaskKind.RESPOND})), "departments_open"),
        ("answer", Facts(open=frozenset({TaskKind.HANDLE})), "nothing_to_answer"),
        ("request_void", Facts(applied=Application.EXTEND), "already_applied"),
        ("request_extension", Facts(applied=Application.EXTEND, clocked=True), "already_applied"),
        ("request_extension", Facts(extensions_most=2), "nothing_to_extend"),
        ("request_extension", Facts(clocked=True, extensions=2, extensions_most=2), "extended_enough"),
        ("reopen", Facts(ended_days=15.01, reopen_days=15), "window_over"),
        ("reopen", Facts(reopen_days=15), "window_over"),
        ("close_on_spot", Facts(photo_before=True), "not_on_spot"),
        ("close_on_spot", Facts(on_spot=True), "no_photo_before"),
    ],
)
def test_each_guard_names_its_refusal(action: str, facts: Facts, why: str) -> None:
    assert refusal(Action(action), facts) is Refusal(why)


def test_the_last_day_of_the_window_counts() -> None:
    assert refusal(Action.REOPEN, Facts(ended_days=15, reopen_days=15)) is None
