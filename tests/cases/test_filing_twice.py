"""What was filed is never lost and never doubled."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from app.cases.models import Case, CasePhoto, Task
from app.cases.service import file as filing_service
from app.core.db import db
from app.events import queries as chain
from app.events.models import Event
from tests.cast import Caller, bring_to, filing, picture
from tests.refusals import misfit, nothing_changes

Cast = dict[str, Caller]
AT_ONCE = 20


def at_once(city: Flask, caller: Caller, uuid: str, **changes: object) -> list[TestResponse]:
    """The same filing sent by many threads, each with a connection of its own."""
    db.session.rollback()

    def send(_n: int) -> TestResponse:
        return Caller(city.test_client(), caller.token).file(uuid, **changes)

    with ThreadPoolExecutor(AT_ONCE) as threads:
        return list(threads.map(send, range(AT_ONCE)))


def rows(city: Flask) -> dict[str, int]:
    found = {
        m.__tablename__: db.session.scalar(select(func.count()).select_from(m))
        for m in (Case, Task, CasePhoto)
    }
    filed = select(func.count()).where(Event.action == "case.filed")
    return {**{name: n or 0 for name, n in found.items()}, "filed": db.session.scalar(filed) or 0}


def test_many_at_once_are_one_case(cast: Cast, city: Flask) -> None:
    answers = at_once(city, cast["ines"], str(uuid4()))
    assert sorted(answer.status_code for answer in answers) == [200] * (AT_ONCE - 1) + [201]
    assert len({answer.data for answer in answers}) == 1
    assert rows(city) == {"case_record": 1, "task": 1, "case_photo": 0, "filed": 1}
    assert chain.verify() == []


def test_the_same_filing_later_is_the_present_case(cast: Cast, city: Flask) -> None:
    uuid = bring_to("accepted", cast)
    with nothing_changes():
        again = cast["ines"].file(uuid)
    assert (again.status_code, again.headers["ETag"]) == (200, '"2"')
    assert again.json == cast["ines"].get(f"/api/v1/cases/{uuid}").json


def test_the_same_filing_in_other_spelling_is_the_same(cast: Cast, city: Flask) -> None:
    uuid = str(uuid4())
    assert cast["ines"].file(uuid, observed_at="2026-11-20T01:00:00Z").status_code == 201
    shuffled = dict(reversed(list((filing() | {"observed_at": "2026-11-20T09:00:00+08:00"}).items())))
    with nothing_changes():
        again = cast["ines"].open("PUT", f"/api/v1/cases/{uuid.upper()}", json=shuffled)
    assert again.status_code == 200


def test_another_filing_under_the_same_id_is_refused(cast: Cast) -> None:
    uuid = bring_to("filed", cast)
    with nothing_changes():
        changed = cast["ines"].file(uuid, description="something else")
        less = cast["ines"].file(uuid, accuracy_m=None)
        unusable = cast["ines"].file(uuid, category="E9999")
    assert [misfit(changed, 409), misfit(less, 409), misfit(unusable, 422)] == [None] * 3


def test_the_id_of_someone_else_is_refused_without_a_word_of_their_case(cast: Cast) -> None:
    uuid = bring_to("filed", cast, description="zebra crossing")
    number = cast["ines"].get(f"/api/v1/cases/{uuid}").json["number"]  # type: ignore[index]
    for who in ("otto", "mara", "hana"):
        with nothing_changes():
            same = cast[who].file(uuid, description="zebra crossing")
            other = cast[who].file(uuid)
        assert [misfit(same, 409), misfit(other, 409)] == [None, None]
        assert same.data == other.data
        assert not any(word in same.get_data(as_text=True) for word in (uuid, number, "zebra", "ines"))


def test_an_answer_lost_after_the_commit_is_given_again(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    uuid = bring_to("filed", cast)
    monkeypatch.setattr(filing_service, "categories", dict)  # the category was retired since
    with nothing_changes():
        again = cast["ines"].file(uuid)
        other = cast["ines"].file(uuid, description="something else")
        new = cast["ines"].file()
    assert again.status_code == 200
    assert [misfit(other, 422), misfit(new, 422)] == [None, None]


def test_a_refused_filing_leaves_its_id_free(cast: Cast) -> None:
    uuid = str(uuid4())
    assert cast["ines"].file(uuid, category="E9999").status_code == 422
    assert cast["ines"].file(uuid).status_code == 201


def test_many_equal_photos_at_once_are_one(cast: Cast, city: Flask) -> None:
    for category in ("E0102", "S0405"):  # of a restricted case the filer has the receipt only
        uuid = str(cast["ines"].file(category=category).json["id"])  # type: ignore[index]
        db.session.rollback()

        def send(_n: int, uuid: str = uuid) -> str:
            return Caller(city.test_client(), cast["ines"].token).photo(uuid, "before", picture())

        with ThreadPoolExecutor(8) as threads:
            assert len(set(threads.map(send, range(8)))) == 1
        found = cast["ines"].get(f"/api/v1/cases/{uuid}").json
        assert found is not None
        assert len(found["photos"]) == 1
    assert db.session.scalar(select(func.count()).where(Event.action == "case.photo_added")) == 2


def test_one_of_many_equal_actions_at_once_is_done(cast: Cast, city: Flask) -> None:
    uuid, ident = bring_to("filed", cast), str(uuid4())
    db.session.rollback()

    def send(_n: int) -> int:
        mara = Caller(city.test_client(), cast["mara"].token)
        return mara.act(uuid, "accept", version=1, id=ident).status_code

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(send, range(8))) == [200] * 8
    assert [event.action for event in chain.history(f"case:{uuid}")] == ["case.filed", "case.accept"]


def test_one_action_id_at_once_on_many_cases_is_done_on_one(cast: Cast, city: Flask) -> None:
    uuids, ident = [bring_to("filed", cast) for _n in range(6)], str(uuid4())
    db.session.rollback()

    def send(uuid: str) -> int:
        mara = Caller(city.test_client(), cast["mara"].token)
        return mara.act(uuid, "comment", version=1, id=ident, text="me").status_code

    with ThreadPoolExecutor(6) as threads:
        answers = list(threads.map(send, uuids))
    assert answers.count(200) == 1
    assert set(answers) <= {200, 409, 503}
    assert db.session.scalar(select(func.count()).where(Event.action == "case.comment")) == 1


def test_one_of_many_different_actions_at_once_wins(cast: Cast, city: Flask) -> None:
    uuid = bring_to("filed", cast)
    db.session.rollback()

    def send(_n: int) -> int:
        mara = Caller(city.test_client(), cast["mara"].token)
        return mara.act(uuid, "comment", version=1, text="me").status_code

    with ThreadPoolExecutor(8) as threads:
        assert sorted(threads.map(send, range(8))) == [200] + [412] * 7
