"""What waits is put together: few mails, none at night, one after a flood or an outage."""

from datetime import datetime, time, timedelta

import pytest
from flask import Flask

from app.core.clock import day_start, local_day, now
from app.core.policy import SYSTEM
from app.notify import packing
from app.notify.rules import FEW, SOON
from app.notify.service import Wish, keep_preference
from tests.cast import Caller, bring_to
from tests.conftest import person_named
from tests.notify.conftest import address, outgoing, tell_all
from tests.notify.mailing import carried, deliveries, notify, writing

Cast = dict[str, Caller]


@pytest.fixture
def noon(city: Flask) -> datetime:
    return day_start(local_day(now())) + timedelta(hours=12)


@pytest.fixture
def mara(city: Flask) -> int:
    return address("mara").person_id


def come(person_id: int, at: datetime, count: int, *, of: str = "person:", **changes: object) -> None:
    with writing():
        for n in range(count):
            notify(person_id, f"{of}{n}", at, collapses=True, **changes)


def mails() -> list[int]:
    """How many notices each mail carries."""
    return [len(carried(delivery.id)) for delivery in deliveries()]


def test_a_case_reaches_a_mailbox(cast: Cast) -> None:
    address("mara")
    bring_to("filed", cast)
    tell_all()
    assert [(row.channel, row.urgency, row.ready_at - row.made_at) for row in outgoing()] == [
        ("mail", "soon", SOON)
    ]
    assert packing.pack(now()) == 0
    assert packing.pack(now() + SOON) == 1
    assert mails() == [1]


def test_without_an_address_or_with_mail_off_there_is_no_mail(cast: Cast) -> None:
    address("mara", mail=False)
    bring_to("dispatched", cast)
    tell_all()
    assert outgoing() == []


def test_more_than_a_few_become_one_mail(mara: int, noon: datetime) -> None:
    come(mara, noon, FEW + 7)
    assert packing.pack(noon) == 1
    assert mails() == [FEW + 7]


def test_a_second_flood_waits_ten_minutes_and_is_one_more_mail(mara: int, noon: datetime) -> None:
    come(mara, noon, FEW)
    packing.pack(noon)
    for minute in range(9):
        come(mara, noon + timedelta(minutes=minute), 20, of=f"person:{minute}")
        packing.pack(noon + timedelta(minutes=minute, seconds=30))
    packing.pack(noon + timedelta(minutes=20))
    assert mails() == [*[1] * FEW, 20, 160]


def test_quiet_hours_hold_back_what_is_not_urgent(city: Flask, noon: datetime) -> None:
    mara = address("mara", quiet_from=time(22), quiet_to=time(7)).person_id
    night, morning = noon + timedelta(hours=11), noon + timedelta(hours=19)
    come(mara, night, 2, urgency="soon")
    come(mara, night, 1, of="person:urgent", urgency="now")
    assert packing.pack(night) == 1
    assert packing.pack(morning - timedelta(minutes=1)) == 0
    assert packing.pack(morning) == 1
    assert mails() == [1, 2]


def test_while_catching_up_all_is_held_for_one_mail_but_not_for_ever(
    mara: int, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    come(mara, noon, 2)
    with writing():
        notify(mara, "person:fire", noon, collapses=False)
    monkeypatch.setattr(packing, "_catching_up", lambda: True)
    assert packing.pack(noon + timedelta(minutes=1)) == 1, "what never collapses goes"
    assert packing.pack(noon + timedelta(minutes=9)) == 0
    assert packing.pack(noon + timedelta(minutes=11)) > 0


def test_being_behind_is_told_by_the_chain(
    mara: int, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packing, "BEHIND", 3)
    come(mara, noon, 4)
    assert packing._catching_up()
    tell_all()
    assert not packing._catching_up()


def test_turning_mail_off_drops_what_waits_and_a_new_rhythm_moves_it(mara: int, noon: datetime) -> None:
    person = person_named("mara")
    come(mara, noon, 2, urgency="soon", ready_at=noon + SOON)
    wish = Wish("mara@example.org", True, True, time(7), time(7), "zh")
    with writing():
        keep_preference(person.id, wish, actor=SYSTEM, now=noon)
    assert {row.ready_at.astimezone(now().tzinfo).minute for row in outgoing()} == {30}
    with writing():
        keep_preference(person.id, Wish(None, True, True, time(7), time(7), "zh"), actor=SYSTEM, now=noon)
    assert outgoing() == []


def test_whoever_turned_mail_off_meanwhile_is_not_packed_for(mara: int, noon: datetime) -> None:
    come(mara, noon, 2)
    address("mara", mail=False)
    assert packing.pack(noon) == 0
    assert outgoing() == []


def test_many_people_are_packed_in_several_commits(
    city: Flask, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packing, "PEOPLE", 2)
    for name in ("mara", "teng", "dana", "cai", "otto"):
        come(address(name).person_id, noon, 1, of=f"person:{name}")
    assert packing.pack(noon) == 5
