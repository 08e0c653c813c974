"""Whatever people do: the number at a tab, or on the supervision page, is the length of its list."""

import random
import re
from datetime import datetime, timedelta
from html import unescape
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select, update

from app.cases.models import Case
from app.cases.queries.filters import Filters
from app.core.clock import now
from app.core.db import begin_write, commit, db
from app.core.policy import Actor
from app.core.roles import Role
from app.desk import queries
from app.desk.routes import inbox
from app.people.queries import person
from app.people.service import make_token
from tests.areas import tiny_city
from tests.cast import BUREAU, TOWN, Caller, add_someone, bring_to
from tests.desk.pages import page, rows, send, table, tabs

Cast = dict[str, Caller]
COUNT = re.compile(r'<a class="watch[^"]*" href="([^"]+)" data-count="(\w+)">\s*<b>([\d,]+)</b>')
ENFORCERS = f"{TOWN}-CE"
EMERGENCY = "P0111"
STEPS = 70


def newcomer(cast: Cast, name: str, role: Role, **where: Any) -> Caller:
    """One more person, calling with a token."""
    begin_write()
    add_someone(name, role, **where)
    found = person(name)
    assert found is not None
    token = make_token(found, "test", now=now())
    commit()
    return Caller(cast["ines"].client, token)


def words_for(need: dict[str, Any], chance: random.Random) -> Any:
    """Something that fits a field, or nearly."""
    day = now() + timedelta(days=chance.randint(1, 20))
    found: dict[str, Any] = {
        "department": BUREAU,
        "departments": [ENFORCERS],
        "instant": day.isoformat(),
        "review": day.isoformat(),
        "category": chance.choice(["E0101", "E0102"]),
        "card": chance.choice(["yellow", "red", "black"]),
        "area": TOWN,
        "peer": tiny_city.COMMUNITIES[1],
    }
    return found.get(need["kind"], "because")


SKIPPED = frozenset({"photos", "position", "level", "reason_code"})


def step(cast: Cast, uuid: str, chance: random.Random) -> None:
    """Somebody does one of the things that the case offers them."""
    who = chance.choice(list(cast.values()))
    case: Any = who.get(f"/api/v1/cases/{uuid}").json
    offered = [each for each in case.get("actions", []) if each["action"] != "comment"]
    if not offered:
        return
    action = chance.choice(offered)
    asked = [need for need in action["takes"] if need["kind"] not in SKIPPED]
    said = {
        need["name"]: words_for(need, chance) for need in asked if need["required"] or chance.random() < 0.4
    }
    if "photos" in action["needs"]:
        said["photos"] = [who.photo(uuid, "after")]
    who.open(
        "POST",
        f"/api/v1/cases/{uuid}/actions",
        json={"id": str(uuid4()), "action": action["action"], **said},
        headers={"If-Match": f'"{case["version"]}"'},
    )


@pytest.fixture
def lively(cast: Cast) -> Cast:
    """After many steps by everybody, with clocks that ran on for some of the cases."""
    chance = random.Random(20261121)
    everybody = cast | {"enno": newcomer(cast, "enno", Role.HANDLER, department=ENFORCERS)}
    uuids = [
        bring_to(chance.choice(["filed", "accepted", "in_progress", "handled"]), cast) for _n in range(14)
    ]
    for _n in range(STEPS):
        step(everybody, chance.choice(uuids), chance)
    bring_to("dispatched", cast)
    cast["mara"].act(bring_to("filed", cast), "whistle", departments=[ENFORCERS], reason="stalls")
    _run_on(chance)
    return everybody


def _run_on(chance: random.Random) -> None:
    """A third of the clocks is near its end, a third has run out."""
    begin_write()
    at = now()
    for ident, due_at in db.session.execute(select(Case.id, Case.due_at)).all():
        shift = chance.choice([None, timedelta(hours=1), timedelta(hours=-1)])
        if due_at is not None and shift is not None:
            values = {"due_at": at + shift, "near_at": at - timedelta(hours=2)}
            db.session.execute(update(Case).where(Case.id == ident).values(values))
    commit()


def differing(cast: Cast) -> tuple[list[str], dict[str, int]]:
    """Tabs whose number is not the length of their list, and how many cases each label had in all."""
    wrong: list[str] = []
    seen: dict[str, int] = {}
    for name, who in cast.items():
        for url, label, count in tabs(page(who, "/desk/")):
            listed = len(rows(page(who, url)))
            wrong += [f"{name}: {label} says {count}, lists {listed}"] if listed != count else []
            seen[label] = seen.get(label, 0) + count
    return wrong, seen


def test_every_count_is_the_length_of_its_list(lively: Cast) -> None:
    wrong, seen = differing(lively)
    assert wrong == []
    never = {label for label, count in seen.items() if not count}
    assert never <= {"To verify", "Returned", "Emergencies"}, f"the walk never reached {never}"


def test_a_count_that_asks_otherwise_would_be_noticed(lively: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """The seeded fault: numbers that forget whether a case is near its limit."""

    def forgetful(asked: list[Filters], actor: Actor, at: datetime) -> list[int]:
        return queries.totals([filters.but(near=None) for filters in asked], actor, at)

    monkeypatch.setattr(inbox, "totals", forgetful)
    wrong, _seen = differing(lively)
    assert wrong


@pytest.mark.parametrize("name", ["teng", "dana", "cai"])
def test_every_number_of_the_supervision_page_opens_its_list(lively: Cast, name: str) -> None:
    html = page(lively[name], "/desk/supervision")
    found = COUNT.findall(html)
    assert len(found) >= 8
    for url, code, count in found:
        assert len(rows(page(lively[name], unescape(url)))) == int(count), code
    head, *lines = table(html)
    for line in lines:
        for (title, _none), (text, url_) in zip(head[1:], line[1:], strict=True):
            listed = len(rows(page(lively[name], url_))) if url_ else 0
            assert listed == int(text), f"{line[0][0]}: {title}"


def test_an_emergency_waits_for_the_district(cast: Cast) -> None:
    uuid = bring_to("filed", cast, category=EMERGENCY)
    bring_to("filed", cast)
    found = {label: rows(page(cast["dana"], url)) for url, label, _n in tabs(page(cast["dana"], "/desk/"))}
    assert found["Emergencies"] == [uuid]
    both = page(cast["dana"], f"/desk/?tab=alarm&category={EMERGENCY}")
    assert rows(both) == [uuid]
    assert rows(page(cast["dana"], "/desk/?tab=alarm&category=E0102")) == []
    assert send(cast["dana"], uuid, "acknowledge").status_code == 303
    assert "Emergencies" not in [label for _url, label, _n in tabs(page(cast["dana"], "/desk/"))]


def test_what_the_public_reports_is_verified_first(cast: Cast) -> None:
    uuid = bring_to("filed", cast, channel="hotline")
    assert rows(page(cast["ines"], "/desk/?tab=verify")) == [uuid]
    assert rows(page(cast["mara"], "/desk/?tab=verify")) == [uuid]
    assert rows(page(cast["mara"], "/desk/?tab=new")) == []
    assert send(cast["ines"], uuid, "verify_pass").status_code == 303
    assert rows(page(cast["mara"], "/desk/?tab=new")) == [uuid]


def test_many_granted_cases_are_counted_one_tab_at_a_time(
    lively: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    together = tabs(page(lively["enno"], "/desk/"))
    monkeypatch.setattr(queries, "MOST_NAMED", 0)
    assert tabs(page(lively["enno"], "/desk/")) == together
