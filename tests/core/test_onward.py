"""Where a browser may be sent."""

import pytest

from app.core.onward import local_path

AWAY = (
    None,
    "",
    "x",
    "?x=1",
    "#x",
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "\\/evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "/\r\n/evil.example",
    "\t//evil.example",
    " //evil.example",
    "/ /evil.example",
    "https://evil.example",
    "https:evil.example",
    "HTTPS:/evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "//evil.example\\@good.example",
    "http://[::1",
    "/\x00/evil",
    "/x\x7f",
    "evil.example/",
    "./x",
    "../x",
)


@pytest.mark.parametrize("target", AWAY)
def test_no_way_leads_out_of_the_site(target: str | None) -> None:
    assert local_path(target) is None


@pytest.mark.parametrize(
    "target", ["/", "/desk/", "/desk/cases?within=1&q=a%20b", "/desk/cases?next=//x", "/案件"]
)
def test_addresses_of_this_site_are_kept(target: str) -> None:
    assert local_path(target) == target


def test_a_fragment_is_for_the_browser_alone() -> None:
    assert local_path("/desk/map#12/23.0/113.1") == "/desk/map"
