import pytest

from app.workflow.levels import LEVELS, Level, above, first_holder, is_above, ladder, rungs_above, rungs_below

FULL = {Level.CITY: "c", Level.DISTRICT: "d", Level.TOWN: "t", Level.COMMUNITY: "m", Level.GRID: "g"}
NO_DISTRICT = {**FULL, Level.DISTRICT: None}


def test_the_order_is_city_first() -> None:
    assert [level.value for level in LEVELS] == ["city", "district", "town", "community", "grid"]
    assert is_above(Level.CITY, Level.GRID)
    assert not is_above(Level.TOWN, Level.TOWN)


@pytest.mark.parametrize(
    ("level", "expected"),
    [
        ("grid", "community"),
        ("community", "town"),
        ("town", "district"),
        ("district", "city"),
        ("city", None),
    ],
)
def test_above_is_the_next_level_up(level: str, expected: str | None) -> None:
    assert above(Level(level), LEVELS) == expected


def test_above_skips_a_level_the_city_lacks() -> None:
    assert above(Level.TOWN, {Level.CITY, Level.TOWN, Level.COMMUNITY}) is Level.CITY
    assert above(Level.CITY, {Level.CITY}) is None
    assert above(Level.TOWN, set()) is None


def test_a_grid_never_holds_a_case() -> None:
    assert ladder(FULL) == (Level.COMMUNITY, Level.TOWN, Level.DISTRICT, Level.CITY)
    assert first_holder({Level.GRID: "g"}) is None


def test_a_case_starts_at_the_lowest_unit_known() -> None:
    assert first_holder(FULL) is Level.COMMUNITY
    assert first_holder({Level.CITY: "c", Level.TOWN: "t", Level.COMMUNITY: None}) is Level.TOWN
    assert first_holder({}) is None


def test_the_ladder_skips_absent_levels() -> None:
    assert ladder(NO_DISTRICT) == (Level.COMMUNITY, Level.TOWN, Level.CITY)
    assert rungs_above(Level.TOWN, NO_DISTRICT) == (Level.CITY,)
    assert rungs_below(Level.CITY, NO_DISTRICT) == (Level.TOWN, Level.COMMUNITY)


def test_nothing_is_above_the_city_or_below_a_community() -> None:
    assert rungs_above(Level.CITY, FULL) == ()
    assert rungs_below(Level.COMMUNITY, FULL) == ()
