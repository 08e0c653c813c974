"""Who is told of what: by duty, never of their own act, never of what they may not read."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from app.areas.index import areas
from app.cases.models import Case, CaseGrant
from app.core import db as database
from app.core.clock import now
from app.core.db import db
from app.core.roles import Role
from app.core.stamps import bump
from app.events import delivery, queries
from app.notify import audiences, service
from app.notify.models import Notice
from app.notify.routing import routes
from app.people.models import Department, Person, PersonPosting
from app.people.queries import department
from tests.cast import BUREAU, CITY, COMMUNITY, DISTRICT, TOWN, Caller, add_someone, bring_to
from tests.conftest import person_named
from tests.notify.conftest import Happen, address, everybody_told, outgoing, tell_all, told

Cast = dict[str, Caller]
RESTRICTED = "S0405"


def grant(uuid: str, code: str) -> None:
    """The department may read the case without leading it."""
    database.begin_write()
    case_id = db.session.scalars(select(Case.id).where(Case.uuid == UUID(uuid))).one()
    found = department(code)
    assert found is not None
    db.session.add(CaseGrant(case_id=case_id, department_id=found.id, kind="informed", granted_at=now()))
    database.commit()


def leave(username: str) -> None:
    """The person's postings have ended."""
    database.begin_write()
    mine = select(Person.id).where(Person.username == username).scalar_subquery()
    for posting in db.session.scalars(select(PersonPosting).where(PersonPosting.person_id == mine)):
        posting.ends_on = date(2024, 6, 1)
    database.commit()


def test_a_case_through_its_life(cast: Cast) -> None:
    uuid = bring_to("handled", cast)
    tell_all()
    assert cast["ines"].act(uuid, "check_pass").status_code == 200
    tell_all()
    assert everybody_told() == {
        "mara": ["new_case", "handled"],
        "ines": ["accepted", "to_check"],
        "hana": ["dispatched", "passed"],
    }


def test_a_rejected_case_is_told_to_its_filer(cast: Cast) -> None:
    bring_to("rejected", cast)
    tell_all()
    assert told("ines") == ["rejected"]


def test_rework_and_return(cast: Cast) -> None:
    uuid = bring_to("handled", cast)
    cast["ines"].act(uuid, "check_fail", reason="still there")
    tell_all()
    cast["hana"].act(uuid, "return_to_dispatcher", reason="not ours")
    tell_all()
    assert told("hana") == ["dispatched", "rework"]
    assert told("mara") == ["new_case", "handled", "returned"]


def test_a_raised_case_is_told_to_the_level_that_answers_now(cast: Cast) -> None:
    uuid = bring_to("filed", cast)
    cast["mara"].act(uuid, "escalate", reason="too much for us")
    cast["teng"].act(uuid, "delegate", to=COMMUNITY, reason="no")
    tell_all()
    assert (told("teng"), told("mara")) == (["raised"], ["new_case", "sent_down"])


def test_nobody_is_told_of_their_own_act(cast: Cast) -> None:
    uuid = str(cast["mara"].file().json["id"])  # type: ignore[index]
    cast["mara"].act(uuid, "accept")
    cast["mara"].act(uuid, "comment", text="mine")
    tell_all()
    assert told("mara") == []


def test_telling_twice_adds_nothing(cast: Cast) -> None:
    address("mara")
    bring_to("handled", cast)
    tell_all()
    before, gone = everybody_told(), len(outgoing())
    database.begin_write()
    for event in queries.since(0, tuple(routes()), 100):
        service.tell(event, now())
    database.commit()
    assert (everybody_told(), len(outgoing())) == (before, gone)


def test_an_old_event_is_no_news(cast: Cast) -> None:
    bring_to("filed", cast)
    tell_all(now() + service.STALE + timedelta(hours=1))
    assert everybody_told() == {}


def test_a_restricted_case_is_told_only_to_those_cleared_for_it(cast: Cast) -> None:
    uuid = str(cast["ines"].file(category=RESTRICTED).json["id"])  # type: ignore[index]
    cast["mara"].act(uuid, "accept")
    cast["mara"].act(uuid, "dispatch", department=BUREAU)
    tell_all()
    found = everybody_told()
    assert set(found) == {"mara", "ada"}, "neither the filer nor the handler is cleared"
    assert (found["mara"], found["ada"]) == (["new_case"], ["vacant"])
    params = db.session.scalars(select(Notice.params).where(Notice.template == "new_case")).one()
    number = cast["mara"].get(f"/api/v1/cases/{uuid}").json["number"]  # type: ignore[index]
    assert params == f'{{"number":"{number}","restricted":true}}'


def leaked(cast: Cast) -> set[str]:
    uuid = str(cast["ines"].file(category=RESTRICTED).json["id"])  # type: ignore[index]
    cast["mara"].act(uuid, "accept")
    cast["mara"].act(uuid, "dispatch", department=BUREAU)
    tell_all()
    return set(everybody_told()) - {"mara", "teng", "dana", "cai", "ada"}


def test_a_leak_would_be_seen(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    assert leaked(cast) == set()
    monkeypatch.setattr(audiences, "may_read", lambda username, case, now: True)
    assert leaked(cast) == {"ines", "hana"}


def test_where_nobody_answers_the_unit_above_is_told_and_an_alarm_says_so(cast: Cast) -> None:
    leave("mara")
    for _n in range(3):
        bring_to("filed", cast)
    tell_all()
    assert told("teng") == ["new_case"] * 3
    assert told("ada") == ["vacant"], "one alarm a day, however many cases"
    params = db.session.scalars(select(Notice.params).where(Notice.template == "vacant")).one()
    assert COMMUNITY in params


def test_the_alarm_comes_again_the_next_day(cast: Cast) -> None:
    leave("mara")
    bring_to("filed", cast)
    tell_all()
    bring_to("filed", cast)
    tell_all(now() + service.ALARM_AGAIN + timedelta(minutes=1))
    assert told("ada") == ["vacant"] * 2


def test_a_department_without_handlers_is_told_through_the_one_above_it(cast: Cast) -> None:
    database.begin_write()
    above = Department(code="TOP", name="市局", area_id=areas().city.id)
    db.session.add(above)
    db.session.flush()
    db.session.execute(update(Department).where(Department.code == BUREAU).values(parent_id=above.id))
    bump("departments")
    database.commit()
    database.begin_write()
    add_someone("gu", Role.HANDLER, department="TOP")
    database.commit()
    leave("hana")
    uuid = bring_to("accepted", cast)
    grant(uuid, "TOP")
    cast["mara"].act(uuid, "dispatch", department=BUREAU)
    tell_all()
    assert everybody_told()["gu"] == ["dispatched"]
    assert told("ada") == ["vacant"]


def test_the_ladder_tells_those_it_climbs_to_and_those_it_left(cast: Cast, happen: Happen) -> None:
    uuid = bring_to("dispatched", cast)
    tell_all()
    late = {"task": "handle", "department": BUREAU}
    climbed = late | {"from_level": "community", "to_level": "town", "unit": TOWN, "holder": TOWN}
    happen("case.near_due", f"case:{uuid}", holder=COMMUNITY, **late)
    happen("case.climbed", f"case:{uuid}", **climbed, top=False, vacant=[])
    assert told("hana") == ["dispatched", "near_due", "overdue"]
    assert told("teng") == ["climbed"]
    assert told("mara") == ["new_case", "climbed_away"]
    higher = {"from_level": "town", "to_level": "city", "unit": CITY, "holder": CITY}
    happen("case.climbed", f"case:{uuid}", **(climbed | higher), top=True, vacant=[TOWN])
    assert told("cai") == ["at_the_top"]
    assert told("teng") == ["climbed", "climbed_away"]
    assert told("ada") == ["vacant"]


def test_a_limit_passed_where_the_case_stands_already(cast: Cast, happen: Happen) -> None:
    uuid = bring_to("filed", cast)
    tell_all()
    stays = {"task": "accept", "from_level": "community", "to_level": "community"}
    happen("case.climbed", f"case:{uuid}", **stays, unit=COMMUNITY, holder=COMMUNITY, top=False, vacant=[])
    assert told("mara") == ["new_case", "still_overdue"]


def test_a_decision_climbs_alone_past_the_holder(cast: Cast, happen: Happen) -> None:
    uuid = bring_to("filed", cast)
    tell_all()
    alone = {"task": "approve", "from_level": "town", "to_level": "district", "unit": DISTRICT}
    happen("case.climbed", f"case:{uuid}", **alone, holder=COMMUNITY, top=False, vacant=[])
    assert (told("dana"), told("teng"), told("mara")) == (["climbed"], ["climbed_away"], ["new_case"])


def test_an_unknown_or_erased_body_breaks_nothing(cast: Cast, happen: Happen) -> None:
    uuid = bring_to("filed", cast)
    for body in ({}, {"holder": None}, {"holder": "nowhere", "task": "nothing"}, {"from_level": "moon"}):
        for action in ("case.climbed", "case.near_due", "case.escalate", "case.approve", "case.answer"):
            happen(action, f"case:{uuid}", **body)
    assert queries.last_seq() == delivery._position("notify")


def test_an_event_of_a_case_that_is_not_there_tells_nobody(cast: Cast, happen: Happen) -> None:
    happen("case.accept", "case:00000000-0000-4000-8000-000000000000", holder=COMMUNITY)
    assert queries.last_seq() == delivery._position("notify")


def test_a_test_reaches_the_person_named(city: Flask, happen: Happen) -> None:
    happen("notice.test", f"person:{person_named('otto').public_id}")
    assert everybody_told() == {"otto": ["test"]}


def test_the_same_event_in_two_notices_of_one_person_is_refused_by_the_table(cast: Cast) -> None:
    bring_to("filed", cast)
    tell_all()
    known = db.session.scalars(select(Notice).limit(1)).one()
    copy = {c.name: getattr(known, c.name) for c in Notice.__table__.columns if c.name != "id"}
    database.begin_write()
    with pytest.raises(IntegrityError):
        db.session.execute(insert(Notice), [copy])
    database.rollback()
