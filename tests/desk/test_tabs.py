"""Whatever people do: the number at a tab, or on the supervision page, is the length of its list."""

import random
import re
from datetime import timedelta
from html import unescape
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select, update

from app.cases.models import Case
from app.core.clock import now
from app.core.db import begin_write, commit, db
from app.core.roles import Role
from app.people.queries import person
from app.people.service import make_token
from tests.areas import tiny_city
from tests.cast import BUREAU, TOWN, Caller, add_someone, bring_to
from tests.desk.pages import page, rows, table, tabs

Cast = dict[str, Caller]
COUNT = re.compile(r'<a class="watch[^"]*" href="([^"]+)" data-count="(\w+)">\s*<b>([\d,]+)</b>')
ENFORCERS = f"{TOWN}-CE"
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


def test_every_count_is_the_length_of_its_list(lively: Cast) -> None:
    seen: dict[str, int] = {}
    for name, who in lively.items():
        for url, label, count in tabs(page(who, "/desk/")):
            assert len(rows(page(who, url))) == count, f"{name}: {label}"
            seen[label] = seen.get(label, 0) + count
    never = {label for label, count in seen.items() if not count}
    assert never <= {"To verify", "Returned", "Emergencies"}, f"the walk never reached {never}"


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
