"""The routing file: what is wrong with it is named line by line, and the product's own is right."""

import pytest

from app.notify.routing import DATA, BadRouting, read_routes
from app.notify.texts import TEXTS

HEAD = "event,when,audience,channels,template,urgency,collapse\n"
GOOD = "case.filed,,holder,inbox mail,new_case,soon,yes\n"


def test_the_products_own_file_is_right_and_uses_every_template() -> None:
    routes = read_routes(DATA.read_text(encoding="utf-8"))
    assert {route.template for route in routes} == set(TEXTS)


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("case.teleport,,holder,inbox,new_case,soon,yes", "event 'case.teleport'"),
        ("case.filed,full_moon,holder,inbox,new_case,soon,yes", "when 'full_moon'"),
        ("case.filed,,everybody,inbox,new_case,soon,yes", "audience 'everybody'"),
        ("case.filed,,holder,pigeon,new_case,soon,yes", "channels 'pigeon'"),
        ("case.filed,,holder,mail,new_case,soon,yes", "channels 'mail'"),
        ("case.filed,,holder,,new_case,soon,yes", "channels ''"),
        ("case.filed,,holder,inbox,poem,soon,yes", "template 'poem'"),
        ("case.filed,,holder,inbox,new_case,yesterday,yes", "urgency 'yesterday'"),
        ("case.filed,,holder,inbox,new_case,soon,perhaps", "collapse 'perhaps'"),
        ("case.filed,,holder,inbox,new_case,soon", "6 cells instead of 7"),
        ("", "0 cells"),
    ],
)
def test_what_is_not_known_is_refused_and_named(line: str, fault: str) -> None:
    with pytest.raises(BadRouting, match="line 3: ") as refused:
        read_routes(f"{HEAD}{GOOD}{line}\n{GOOD.replace('holder', 'filer')}")
    assert fault in str(refused.value)


def test_a_line_that_stands_there_twice_is_refused() -> None:
    with pytest.raises(BadRouting, match="2 times"):
        read_routes(HEAD + GOOD + GOOD.replace("soon", "now"))


@pytest.mark.parametrize("text", ["", "event,audience\n", GOOD, "\x00", "ÿþ"])
def test_a_file_without_its_columns_is_refused(text: str) -> None:
    with pytest.raises(BadRouting, match="line 1"):
        read_routes(text)


def test_a_byte_order_mark_is_overlooked() -> None:
    assert len(read_routes("\ufeff" + HEAD + GOOD)) == 1
