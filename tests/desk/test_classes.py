import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.desk.classes import (
    FIXED_COUNTS,
    GREY,
    METHODS,
    RAMP,
    ZERO,
    cut,
    is_dotted,
    place_of,
    spread,
    widened,
)

COUNTS = st.lists(st.integers(0, 10_000), max_size=200)
METHOD = st.sampled_from(METHODS)


@given(COUNTS, METHOD)
def test_every_value_above_zero_has_exactly_one_class(values: list[int], method: str) -> None:
    classes = cut(values, method=method)
    for value in values:
        assert sum(each.holds(value) for each in classes) == (1 if value > 0 else 0)
        place = place_of(value, classes)
        assert (place is None) == (value == 0)
        assert place is None or classes[place].holds(value)


@given(COUNTS)
def test_no_quantile_class_is_empty(values: list[int]) -> None:
    assert all(any(each.holds(value) for value in values) for each in cut(values))


@given(COUNTS, METHOD)
def test_colours_differ_and_darken(values: list[int], method: str) -> None:
    colours = [each.colour for each in cut(values, method=method)]
    assert len(set(colours)) == len(colours) <= 5
    assert colours == sorted(colours, key=RAMP.index)


def test_the_highest_value_is_the_darkest() -> None:
    classes = cut([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    assert [(each.low, each.high) for each in classes] == [(1, 2), (3, 4), (5, 6), (7, 8), (9, 10)]
    assert [each.colour for each in classes] == spread(5)
    assert place_of(10, classes) == 4
    assert place_of(0, classes) is None


def test_equal_steps_are_of_one_width_and_may_be_empty() -> None:
    classes = cut([1, 2, 3, 4, 100], method="equal")
    assert [(each.low, each.high) for each in classes] == [(1, 20), (21, 40), (41, 60), (61, 80), (81, 100)]


def test_fixed_bounds_do_not_move_with_the_values() -> None:
    for values in ([1], [5, 900], [100_000]):
        assert tuple(each.low for each in cut(values, method="fixed")) == FIXED_COUNTS
    assert [each.low for each in cut([0, 50], above=-1, method="fixed")] == [0, 20, 40, 60, 80]


@pytest.mark.parametrize("method", ["quantile", "equal"])
def test_one_unit_and_all_equal_make_one_class(method: str) -> None:
    for values in ([7], [7, 7, 7, 0]):
        (only,) = cut(values, method=method)
        assert (only.low, only.high, only.colour) == (7, 7, RAMP[2])
        assert not is_dotted(0, [only])


def test_ties_are_never_torn_apart() -> None:
    classes = cut([1] * 50 + [2] * 3 + [9])
    assert [(each.low, each.high) for each in classes] == [(1, 1), (2, 9)]


@pytest.mark.parametrize("method", METHODS)
def test_nothing_has_no_class(method: str) -> None:
    assert cut([], method=method) == cut([0, 0], method=method) == []
    assert widened([]) == []


@given(COUNTS, st.integers(1, 20_000), METHOD)
def test_widened_classes_hold_every_value_of_another_week(values: list[int], other: int, method: str) -> None:
    classes = cut(values, method=method)
    wide = widened(classes)
    assert [each.colour for each in wide] == [each.colour for each in classes]
    if wide:
        assert sum(each.holds(other) for each in wide) == 1
    for value in values:
        assert place_of(value, wide) == place_of(value, classes)


def test_a_share_of_zero_has_a_class() -> None:
    assert place_of(0, cut([0, 0, 50, 100], above=-1)) == 0
    assert place_of(0, widened(cut([20, 50, 100], above=-1), above=-1)) == 0


def test_only_the_highest_of_several_is_dotted() -> None:
    classes = cut([1, 2, 3, 4, 5])
    assert [is_dotted(place, classes) for place in range(-2, 5)] == [False] * 6 + [True]


# ---- colours, seen by eyes that lack a kind of cone -------------------------------------------------

# Machado, Oliveira and Fernandes (2009), severity 1.0, for linear RGB.
EYES = {
    "normal": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
WHITE = np.array([0.95047, 1.0, 1.08883])
APART = 8.0
"""CIE 1976 distance; 2.3 is just noticeable."""


def lab(colour: str, eye: str) -> np.ndarray:
    """CIELAB of `#rrggbb` as that eye sees it."""
    srgb = np.array([int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)])
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    xyz = TO_XYZ @ np.clip(EYES[eye] @ linear, 0, 1) / WHITE
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def nearest(colours: list[str], eye: str) -> float:
    seen = [lab(colour, eye) for colour in colours]
    return min(float(np.linalg.norm(a - b)) for i, a in enumerate(seen) for b in seen[:i])


@pytest.mark.parametrize("eye", EYES)
def test_classes_are_told_apart_by_every_eye(eye: str) -> None:
    for count in range(1, 6):
        assert nearest([*spread(count), ZERO], eye) > APART
    assert nearest([*RAMP, ZERO, GREY], eye) > APART


def test_a_ramp_from_red_to_green_would_not_pass() -> None:
    ramp = ["#1a9641", "#a6d96a", "#ffffbf", "#fdae61", "#d7191c"]
    assert min(nearest(ramp, eye) for eye in EYES) < APART
