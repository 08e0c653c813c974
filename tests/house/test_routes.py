"""Routes: each says who may come in, reading writes nothing, a change that is not committed is seen."""

import pytest
from flask import Flask

from app.core import access
from app.core.access import ANYONE, SIGNED_IN, allow, allowed, check_routes
from app.core.db import begin_write, db, rollback
from app.core.problems import Conflict
from app.core.roles import Role
from app.core.stamps import Stamp, bump
from tests.cast import NAMES, Caller
from tests.journeys.relations import stage_relations
from tests.journeys.test_nobody_sees import paths_of, reading_routes
from tests.refusals import nothing_changes

Cast = dict[str, Caller]
NOTHING = "00000000-0000-4000-8000-000000000000"
OPEN_TO_ANYONE = {
    "api.docs",
    "api.openapi",
    "field.duty",
    "field.file",
    "field.home",
    "field.manifest",
    "field.service_worker",
    "field.session",
    "field.tray",
    "health.healthz",
    "health.readyz",
    "language",
    "people.home",
    "people.sign_in",
    "people.sign_in_with",
    "people.sign_out",
}


def rules(app: Flask) -> dict[str, tuple[object, ...] | None]:
    return {
        rule.endpoint: allowed(app, rule.endpoint)
        for rule in app.url_map.iter_rules()
        if not rule.endpoint.endswith("static")
    }


def test_every_route_says_who_may_come_in(app: Flask) -> None:
    known = {ANYONE, SIGNED_IN, *Role}
    assert {endpoint for endpoint, who in rules(app).items() if not who or set(who) - known} == set()
    assert {endpoint for endpoint, who in rules(app).items() if who and ANYONE in who} <= OPEN_TO_ANYONE


def test_a_silent_route_does_not_start() -> None:
    made = Flask("silent")
    made.add_url_rule("/silent", view_func=lambda: "")
    with pytest.raises(RuntimeError, match="without @allow"):
        check_routes(made)


def test_without_a_sign_in_every_other_route_asks_for_one(city: Flask) -> None:
    client = city.test_client()
    for rule in city.url_map.iter_rules():
        who = None if rule.endpoint.endswith("static") else allowed(city, rule.endpoint)
        if who is None or ANYONE in who:
            continue
        filled = {name: 0 if name in ("x", "y", "z") else NOTHING for name in rule.arguments}
        path = city.url_map.bind("").build(rule.endpoint, filled)
        for method in (rule.methods or set()) - {"OPTIONS", "HEAD"}:
            answer = client.open(path, method=method)
            machine = path.startswith(("/api/", "/tiles/")) or path.endswith(".json")
            assert answer.status_code == (401 if machine else 302), (method, path, answer.status_code)
            if machine:
                assert answer.headers["WWW-Authenticate"] == "Bearer"
            else:
                assert answer.headers["Location"].startswith("/sign-in?next=")


def test_reading_changes_nothing(city: Flask, cast: Cast) -> None:
    cases = stage_relations(cast)
    with nothing_changes(but=frozenset({"analysis_result"})):
        for rule in reading_routes(city):
            for path in paths_of(rule, cases):
                for who in NAMES:
                    cast[who].get(path)


def test_a_route_that_writes_while_reading_is_caught(
    city: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = city.view_functions["people_api.me"]

    def writing(**arguments: object) -> object:
        cast["ines"].file()
        return view(**arguments)

    monkeypatch.setitem(city.view_functions, "people_api.me", writing)
    with pytest.raises(AssertionError, match="rows changed"), nothing_changes():
        cast["ines"].get("/api/v1/me")


def test_a_handler_that_does_not_commit_is_caught(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access.database, "commit", lambda: None)
    with pytest.raises(AssertionError, match="did not commit"):
        cast["ines"].file()
    rollback()


def test_rows_changed_before_a_write_began_do_not_pass(city: Flask, cast: Cast) -> None:
    db.session.add(Stamp(name="test", value=1))
    with pytest.raises(RuntimeError):
        db.session.flush()
    rollback()


def test_what_a_refused_request_had_written_is_undone(city: Flask) -> None:
    @allow(ANYONE)
    def refuse() -> str:
        begin_write()
        bump("test")
        raise Conflict("no")

    with nothing_changes(), city.test_request_context(), pytest.raises(Conflict):
        refuse()


@pytest.mark.parametrize(("status", "kept"), [(200, True), (303, True), (422, False), (500, False)])
def test_a_write_is_kept_if_the_answer_says_so(city: Flask, status: int, kept: bool) -> None:
    @allow(ANYONE)
    def write() -> tuple[str, int]:
        begin_write()
        bump("test")
        return "", status

    with city.test_request_context():
        write()
        rollback()
        assert (db.session.get(Stamp, "test") is not None) is kept
