from app.catalogue.configuration.building import rules_of
from app.catalogue.configuration.files import shipped_contents
from app.catalogue.configuration.responsibility import Gap, department_for, placeholder_fault, review
from app.catalogue.configuration.values import ANY, Kind, Rule

CATEGORIES = {"E1": "event", "E2": "event", "P1": "part"}
WEST = {"city": "99", "district": "991", "town": "99101"}
PLACES = {
    "99": {"city": "99"},
    "991": {"city": "99", "district": "991"},
    "992": {"city": "99", "district": "992"},
    "99101": WEST,
    "99102": WEST | {"town": "99102"},
    "99101001": WEST | {"community": "99101001"},
}
DEPARTMENTS = ("991-UM", "992-UM", "99-UM", "99101-CE")
RULES = (
    Rule("E1", "99101", "99101-CE"),
    Rule("event", "991", "991-UM"),
    Rule(ANY, ANY, "{district}-UM"),
    Rule(ANY, ANY, "99-UM"),
)


def owner(category: str, place: str) -> str | None:
    return department_for(
        RULES,
        category=category,
        kind=CATEGORIES[category],
        lineage=PLACES[place],
        departments=DEPARTMENTS,
    )


def test_the_first_rule_that_fits_wins() -> None:
    assert owner("E1", "99101001") == "99101-CE"
    assert owner("E2", "99101001") == "991-UM"
    assert owner("P1", "992") == "992-UM"
    assert owner("P1", "99") == "99-UM"  # the place lies in no district


def test_a_department_that_is_not_there_is_passed_over() -> None:
    rules = (Rule(ANY, ANY, "{town}-CE"), Rule(ANY, ANY, "991-UM"))
    asked = {"category": "E1", "kind": "event", "departments": DEPARTMENTS}
    assert department_for(rules, lineage=PLACES["99101"], **asked) == "99101-CE"
    assert department_for(rules, lineage=PLACES["99102"], **asked) == "991-UM"
    assert department_for(rules[:1], lineage=PLACES["99102"], **asked) is None


def test_a_sound_list_has_nothing_odd() -> None:
    found = review(RULES, categories=CATEGORIES, places=PLACES, departments=DEPARTMENTS)
    assert found.never_reached == ()
    assert found.gaps == ()


def test_rules_behind_wider_ones_are_never_reached() -> None:
    rules = (
        Rule("event", ANY, "99-UM"),
        Rule("E1", "99101", "99101-CE"),  # every event is taken by now
        Rule("part", "991", "991-UM"),
        Rule("P1", "99101001", "99-UM"),  # lies within 991
        Rule("part", ANY, "{district}-XX"),  # there is no such department
        Rule(ANY, ANY, "99-UM"),
    )
    found = review(rules, categories=CATEGORIES, places=PLACES, departments=DEPARTMENTS)
    assert found.never_reached == (1, 3, 4)
    assert found.gaps == ()


def test_who_is_left_out_is_named() -> None:
    rules = (Rule("event", ANY, "{district}-UM"), Rule("P1", "991", "991-UM"))
    found = review(rules, categories=CATEGORIES, places=PLACES, departments=DEPARTMENTS)
    assert found.gaps == (Gap("99", ("E1", "E2", "P1")), Gap("992", ("P1",)))


def test_placeholders_name_levels() -> None:
    assert not placeholder_fault("{district}-UM")
    for code in ("{country}-UM", "{district-UM", "district}-UM", "{}-UM", "{grid}-UM"):
        assert placeholder_fault(code), code


def test_the_shipped_rules_leave_nobody_out() -> None:
    rules = rules_of(shipped_contents()[Kind.RESPONSIBILITY])
    suffixes = {rule.department.rpartition("-")[2] for rule in rules}
    codes = {f"{unit}-{suffix}" for unit in PLACES for suffix in suffixes}
    categories = {"E0102": "event", "P0101": "part", "S0101": "social"}
    assert not review(rules, categories=categories, places=PLACES, departments=codes).gaps
