"""What a shared phone kept for one person is never sent in the name of another."""

import hashlib
from typing import Any
from uuid import uuid4

import pytest

from app.core import access
from tests.cast import Caller, bring_to, filing, picture
from tests.conftest import person_named
from tests.refusals import misfit, nothing_changes

Cast = dict[str, Caller]
SENDINGS = ("case", "photo", "act", "keys")


def owner(name: str) -> dict[str, str]:
    return {"Wangge-Owner": str(person_named(name).public_id)}


def send(what: str, caller: Caller, uuid: str, headers: dict[str, str]) -> Any:
    sha256 = hashlib.sha256(picture()).hexdigest()
    method, path, said = {
        "case": ("PUT", f"/api/v1/cases/{uuid4()}", {"json": filing()}),
        "photo": ("PUT", f"/api/v1/cases/{uuid}/photos/{sha256}", {"data": picture()}),
        "act": (
            "POST",
            f"/api/v1/cases/{uuid}/actions",
            {"json": {"id": str(uuid4()), "action": "comment", "text": "zebra"}},
        ),
        "keys": ("PUT", "/field/keys.json", {"json": {}}),
    }[what]
    return caller.open(method, path, headers={"If-Match": '"1"', **headers}, **said)


@pytest.mark.parametrize("what", SENDINGS)
@pytest.mark.parametrize("claimed", ["mara", "nobody", "", "ines"])
def test_another_owner_is_refused_and_nothing_changes(cast: Cast, what: str, claimed: str) -> None:
    uuid = bring_to("filed", cast, description="elephant")
    headers = owner("mara") if claimed == "mara" else {"Wangge-Owner": claimed}
    with nothing_changes():
        answer = send(what, cast["ines"], uuid, headers)
        assert misfit(answer, 409) is None
    assert answer.json["type"].endswith("/other-person")
    assert not any(word in answer.text for word in ("elephant", uuid, "mara", "Mara", "ines", "Ines"))


@pytest.mark.parametrize("what", ["case", "photo", "act"])
def test_the_owner_themselves_gets_through(cast: Cast, what: str) -> None:
    uuid = bring_to("filed", cast)
    headers = {"Wangge-Owner": owner("ines")["Wangge-Owner"].upper()}
    assert send(what, cast["ines"], uuid, headers).status_code in (200, 201)


def test_another_person_is_said_before_their_role(cast: Cast) -> None:
    answer = send("case", cast["ada"], "", owner("ines"))
    assert misfit(answer, 409) is None


def test_reading_does_not_ask_for_the_owner(cast: Cast) -> None:
    uuid = bring_to("filed", cast)
    assert cast["ines"].get(f"/api/v1/cases/{uuid}", headers=owner("mara")).status_code == 200


def test_without_the_check_the_other_persons_draft_is_filed(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: the refusals above come from the check and from nothing else."""
    monkeypatch.setattr(access, "_refuse_other_owner", lambda _actor: None)
    assert send("case", cast["mara"], "", owner("ines")).status_code == 201
