from hypothesis import given
from hypothesis import strategies as st

from app.desk.classes import cut, place_of, spread

COUNTS = st.lists(st.integers(0, 10_000), max_size=200)


@given(COUNTS)
def test_every_value_above_zero_has_exactly_one_class(values: list[int]) -> None:
    classes = cut(values)
    for value in values:
        assert sum(each.holds(value) for each in classes) == (1 if value > 0 else 0)


@given(COUNTS)
def test_no_class_is_empty_and_colours_differ(values: list[int]) -> None:
    classes = cut(values)
    assert all(any(each.holds(value) for value in values) for each in classes)
    assert len({each.colour for each in classes}) == len(classes) <= 5


def test_the_highest_value_is_the_darkest() -> None:
    classes = cut([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    assert [(each.low, each.high) for each in classes] == [(1, 2), (3, 4), (5, 6), (7, 8), (9, 10)]
    assert [each.colour for each in classes] == spread(5)
    assert place_of(10, classes) == 4
    assert place_of(0, classes) is None


def test_a_share_of_zero_has_a_class() -> None:
    assert place_of(0, cut([0, 0, 50, 100], above=-1)) == 0
