"""Tokens and postings act on the next request."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from app.core import db as database
from app.core.clock import local_day, now
from app.core.db import db
from app.people import service
from app.people.models import ApiToken, PersonPosting
from tests.cast import COMMUNITY, Caller, bring_to
from tests.conftest import person_named
from tests.refusals import misfit

Cast = dict[str, Caller]


def test_a_token_is_kept_as_its_hash_alone(cast: Cast, city: Flask) -> None:
    kept = list(db.session.scalars(select(ApiToken.token_hash)))
    assert len(cast["ines"].token) == 64  # 256 bits
    assert cast["ines"].token not in kept
    assert service.hash_of_secret(cast["ines"].token) in kept


def test_the_command_prints_a_token_alone(city: Flask) -> None:
    done = city.test_cli_runner().invoke(args=["people", "token", "--user", "ines"])
    assert done.exit_code == 0, done.output
    token = done.output.strip()
    assert done.output == f"{token}\n" and len(token) == 64
    assert Caller(city.test_client(), token).get("/api/v1/me").json["user"] == "ines"  # type: ignore[index]
    assert city.test_cli_runner().invoke(args=["people", "token", "--user", "nobody"]).exit_code != 0


@pytest.mark.parametrize("command", ["revoke-tokens", "disable"])
def test_a_token_taken_away_opens_nothing(cast: Cast, city: Flask, command: str) -> None:
    assert cast["ines"].get("/api/v1/me").status_code == 200
    assert city.test_cli_runner().invoke(args=["people", command, "--user", "ines"]).exit_code == 0
    refused = cast["ines"].get("/api/v1/me")
    assert misfit(refused, 401) is None
    assert refused.headers["WWW-Authenticate"] == "Bearer"
    assert cast["mara"].get("/api/v1/me").status_code == 200


def test_a_token_ends_when_it_was_said_to(cast: Cast) -> None:
    mine = ApiToken.token_hash == service.hash_of_secret(cast["ines"].token)
    for end, status in ((now() + timedelta(hours=1), 200), (now() - timedelta(seconds=1), 401)):
        database.begin_write()
        db.session.execute(update(ApiToken).where(mine).values(ends_at=end))
        database.commit()
        assert cast["ines"].get("/api/v1/me").status_code == status


WRONG = (
    "",
    "x",
    "Bearer",
    "Bearer  ",
    "Basic eDp5",
    "Bearer \xff\xfe",
    "Bearer " + "x" * 50_000,
    "Token {}",
    "{}",
)


def test_other_tokens_open_nothing(cast: Cast, city: Flask) -> None:
    client = city.test_client()
    for said in WRONG:
        header = said.format(cast["ines"].token) if "{" in said else said
        answer = client.get("/api/v1/me", headers={"Authorization": header})
        assert misfit(answer, 401) is None, said[:20]
    assert client.get(f"/api/v1/me?token={cast['ines'].token}").status_code == 401


def posting_of(username: str) -> PersonPosting:
    mine = PersonPosting.person_id == person_named(username).id
    return db.session.scalars(select(PersonPosting).where(mine)).one()


def repost(username: str, **dates: object) -> None:
    database.begin_write()
    posting = posting_of(username)
    for name, value in dates.items():
        setattr(posting, name, value)
    database.commit()


def test_a_posting_that_ended_gives_no_access(cast: Cast) -> None:
    uuid, today = bring_to("accepted", cast), local_day(now())
    path = f"/api/v1/cases/{uuid}"
    for ends_on, status in ((None, 200), (today + timedelta(days=1), 200), (today, 404)):
        repost("mara", ends_on=ends_on)
        assert cast["mara"].get(path).status_code == status, ends_on
    assert cast["mara"].get("/api/v1/cases").json["total"] == 0  # type: ignore[index]
    assert misfit(cast["mara"].act(uuid, "comment", version=2, text="hm"), 404) is None
    assert misfit(cast["mara"].file(), 403) is None
    assert cast["mara"].get("/api/v1/me").json["postings"] == []  # type: ignore[index]


def test_a_posting_that_has_not_begun_gives_no_access(cast: Cast) -> None:
    uuid, today = bring_to("accepted", cast), local_day(now())
    for starts_on, status in ((today, 200), (today + timedelta(days=1), 404)):
        repost("mara", starts_on=starts_on)
        assert cast["mara"].get(f"/api/v1/cases/{uuid}").status_code == status, starts_on


def test_who_filed_keeps_reading_after_the_posting(cast: Cast) -> None:
    uuid = bring_to("filed", cast)
    repost("ines", ends_on=local_day(now()))
    assert cast["ines"].get(f"/api/v1/cases/{uuid}").status_code == 200
    other = str(cast["mara"].file().json["id"])  # type: ignore[index]
    assert cast["ines"].get(f"/api/v1/cases/{other}").status_code == 404


def test_another_posting_acts_with_the_next_request(cast: Cast, city: Flask) -> None:
    uuid = bring_to("accepted", cast)
    post = ["people", "post", "--user", "otto", "--role", "manager", "--area", COMMUNITY]
    assert cast["otto"].get(f"/api/v1/cases/{uuid}").status_code == 404
    assert city.test_cli_runner().invoke(args=post).exit_code == 0
    assert cast["otto"].get(f"/api/v1/cases/{uuid}").status_code == 200
    done = city.test_cli_runner().invoke(args=["people", "unpost", "--user", "otto", "--role", "manager"])
    assert done.exit_code == 0
    assert cast["otto"].get(f"/api/v1/cases/{uuid}").status_code == 404


def test_clearance_for_restricted_cases_goes_with_the_posting(cast: Cast) -> None:
    uuid = str(cast["ines"].file(category="S0405").json["id"])  # type: ignore[index]
    assert cast["mara"].get(f"/api/v1/cases/{uuid}").status_code == 200
    repost("mara", restricted=False)
    assert cast["mara"].get(f"/api/v1/cases/{uuid}").status_code == 404
    assert cast["mara"].get("/api/v1/cases").json["total"] == 0  # type: ignore[index]


def test_me_tells_who_one_is(cast: Cast) -> None:
    for name, postings in {
        "mara": [{"role": "manager", "area": COMMUNITY, "department": None, "until": None}],
        "hana": [{"role": "handler", "area": None, "department": "990001-UM", "until": None}],
        "ada": [{"role": "administrator", "area": None, "department": None, "until": None}],
    }.items():
        said = cast[name].get("/api/v1/me").json
        assert said is not None
        assert (said["user"], said["postings"]) == (name, postings)
