"""What administrators do on the command line, and that it counts on the next request."""

from flask import Flask

from app.people.queries import department
from tests.cast import TOWN, Caller

Cast = dict[str, Caller]


def run(city: Flask, *args: str) -> str:
    result = city.test_cli_runner().invoke(args=["people", *args])
    assert result.exit_code == 0, result.output
    return result.output.strip()


def test_an_ended_posting_no_longer_reads(city: Flask, cast: Cast) -> None:
    uuid = cast["ines"].file().json["id"]  # type: ignore[index]
    assert cast["mara"].get(f"/api/v1/cases/{uuid}").status_code == 200
    assert run(city, "unpost", "--user", "mara", "--role", "manager") == "1 ended"
    assert cast["mara"].get(f"/api/v1/cases/{uuid}").status_code == 404


def test_a_disabled_account_is_out_at_once(city: Flask, cast: Cast) -> None:
    assert cast["otto"].get("/api/v1/me").status_code == 200
    run(city, "disable", "--user", "otto")
    assert cast["otto"].get("/api/v1/me").status_code == 401


def test_revoked_tokens_open_nothing_and_a_new_one_does(city: Flask, cast: Cast) -> None:
    assert run(city, "revoke-tokens", "--user", "dana") == "1 revoked"
    assert cast["dana"].get("/api/v1/me").status_code == 401
    fresh = Caller(city.test_client(), run(city, "token", "--user", "dana"))
    assert fresh.get("/api/v1/me").status_code == 200


def test_a_new_department_can_be_dispatched_to(city: Flask, cast: Cast) -> None:
    run(city, "add-department", "--code", f"{TOWN}-WA", "--name", "水务", "--area", TOWN)
    found = department(f"{TOWN}-WA")
    assert found is not None and found.area_code == TOWN
    uuid = cast["ines"].file().json["id"]  # type: ignore[index]
    cast["mara"].act(uuid, "accept")
    assert cast["mara"].act(uuid, "dispatch", department=f"{TOWN}-WA").status_code == 200
    again = ["people", "add-department", "--code", f"{TOWN}-WA", "--name", "x", "--area", TOWN]
    assert city.test_cli_runner().invoke(args=again).exit_code != 0
