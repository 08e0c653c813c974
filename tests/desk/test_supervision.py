"""What officials see of the units below them, and who answers in person."""

import re
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update

from app.cases.models import Case, Task
from app.core import db as database
from app.core.clock import now
from app.core.db import begin_write, commit, db
from app.core.roles import Role
from app.escalation.sweep import sweep
from app.people.models import PersonPosting
from app.people.queries import person
from tests.cast import BUREAU, COMMUNITY, DISTRICT, TOWN, Caller, bring_to
from tests.desk.pages import page, rows
from tests.desk.test_tabs import COUNT, newcomer
from tests.statements import statements

Cast = dict[str, Caller]


def numbers(html: str) -> dict[str, int]:
    return {code: int(count.replace(",", "")) for _url, code, count in COUNT.findall(html)}


def let_run_out(uuid: str, *, hours: int = 1) -> None:
    """The limit of everything open on a case passed some hours ago; the sweep deals with it."""
    begin_write()
    due = now() - timedelta(hours=hours)
    case: Any = db.session.scalar(select(Case).where(Case.uuid == UUID(uuid)))
    times = {"due_at": due, "near_at": None, "wake_at": due}
    db.session.execute(update(Task).where(Task.case_id == case.id, Task.closed_at.is_(None)).values(times))
    case.due_at = due
    commit()
    sweep()
    database.rollback()


def leave(name: str) -> None:
    """Somebody is away from today on."""
    begin_write()
    found: Any = person(name)
    found.active = False
    commit()


def test_what_climbed_is_on_the_page_and_in_the_story(cast: Cast) -> None:
    uuid = bring_to("filed", cast)
    let_run_out(uuid)
    html = page(cast["dana"], "/desk/supervision")
    assert numbers(html)["climbed"] == numbers(html)["yellow"] == 1
    assert "Community → Town" in html
    assert rows(page(cast["teng"], "/desk/?tab=raised")) == [uuid]
    story = page(cast["mara"], f"/desk/cases/{uuid}")
    assert "<strong>The clock</strong> raised it: the limit was passed" in story
    assert "Community → Town: now with" in story
    assert '<span class="card-badge yellow">Yellow card</span>' in story
    assert "by the clock" in story
    assert "Its limit was passed 1 time." in story


def test_a_vacant_post_is_named_with_who_sees_to_it(cast: Cast) -> None:
    uuid = bring_to("filed", cast)
    assert "Mara" in page(cast["teng"], f"/desk/cases/{uuid}")
    leave("mara")
    html = page(cast["teng"], f"/desk/cases/{uuid}")
    assert re.search(r"Nobody answers for \S+ today; it goes to \S+\.", html)
    html = page(cast["dana"], "/desk/supervision")
    assert COMMUNITY in html.split('id="vacant"')[1]


def test_nobody_at_work_in_a_department_is_said(cast: Cast) -> None:
    uuid = bring_to("dispatched", cast)
    assert "Hana" in page(cast["mara"], f"/desk/cases/{uuid}").split("Who answers now")[1]
    leave("hana")
    assert "Nobody is at work in 西区城管 today" in page(cast["mara"], f"/desk/cases/{uuid}")


def test_a_stand_in_answers(cast: Cast) -> None:
    uuid = bring_to("filed", cast)
    newcomer(cast, "stan", Role.MANAGER, area=COMMUNITY, restricted=True)
    begin_write()
    stan: Any = person("stan")
    mine = PersonPosting.person_id == stan.id
    db.session.execute(update(PersonPosting).where(mine).values(stand_in=True))
    commit()
    leave("mara")
    html = page(cast["teng"], f"/desk/cases/{uuid}")
    assert "Stan (stand-in)" in html
    assert "Nobody answers" not in html


def test_passed_over_units_are_named(cast: Cast) -> None:
    uuid = bring_to("filed", cast)
    leave("teng")
    let_run_out(uuid)
    html = page(cast["dana"], f"/desk/cases/{uuid}")
    assert "nobody answers today for:" in html
    assert "Community → District" in html


@pytest.mark.parametrize("name", ["mara", "hana", "ines", "ada"])
def test_it_is_for_those_who_oversee(cast: Cast, name: str) -> None:
    assert cast[name].get("/desk/supervision").status_code == 403


def test_units_out_of_ones_own_look_absent(cast: Cast) -> None:
    for area in ("990002", "990000", "nowhere"):
        assert cast["dana"].get(f"/desk/supervision?area={area}").status_code == 404
    assert cast["dana"].get(f"/desk/supervision?area={TOWN}").status_code == 200
    assert cast["cai"].get(f"/desk/supervision?area={DISTRICT}").status_code == 200


def test_the_city_has_a_list_of_its_own(cast: Cast) -> None:
    uuid = bring_to("filed", cast)
    assert "top" not in numbers(page(cast["dana"], "/desk/supervision"))
    assert numbers(page(cast["cai"], "/desk/supervision"))["top"] == 0
    assert "No case that reached the city is past its limit." in page(cast["cai"], "/desk/supervision")
    let_run_out(uuid, hours=24 * 60)
    assert numbers(page(cast["cai"], "/desk/supervision"))["top"] == 1


def test_a_restricted_case_counts_for_the_cleared_only(cast: Cast) -> None:
    uuid = bring_to("filed", cast, category="S0102")
    cast["teng"].act(uuid, "supervise", reason="look", card="red")
    uncleared = newcomer(cast, "uma", Role.OFFICIAL, area=DISTRICT)
    assert numbers(page(cast["dana"], "/desk/supervision"))["red"] == 1
    html = page(uncleared, "/desk/supervision")
    assert numbers(html)["red"] == 0
    assert uuid not in html


def test_the_page_asks_no_more_for_more_cases(cast: Cast) -> None:
    def busy() -> None:
        uuid = bring_to("accepted", cast)
        cast["teng"].act(uuid, "supervise", reason="slow", card="red")
        cast["mara"].act(uuid, "request_void", reason="twice")
        let_run_out(uuid)

    busy()
    page(cast["cai"], "/desk/supervision")
    with statements() as few:
        page(cast["cai"], "/desk/supervision")
    for _n in range(4):
        busy()
    with statements() as many:
        page(cast["cai"], "/desk/supervision")
    assert len(many) <= len(few)
    assert len(many) <= 20, "\n".join(many)


def test_a_case_page_asks_a_bounded_number(cast: Cast) -> None:
    uuid = bring_to("accepted", cast)
    cast["mara"].act(uuid, "whistle", departments=[BUREAU, f"{TOWN}-CE"], reason="stalls")
    page(cast["mara"], f"/desk/cases/{uuid}")
    with statements() as said:
        page(cast["mara"], f"/desk/cases/{uuid}")
    assert len(said) <= 16, "\n".join(said)


FILTERS = (
    ("near", "true"),
    ("supervised", "true"),
    ("card", "yellow,red"),
    ("card", "black"),
    ("task", "answer"),
    ("task", "approve"),
    ("owed_by", COMMUNITY),
    ("assisting", BUREAU),
    ("climbed_since", "2026-01-01"),
)


def test_the_filters_of_the_tabs_hold_for_the_past_too(cast: Cast) -> None:
    """As of now is the same as now; before anything happened there was nothing."""
    uuid, before = bring_to("accepted", cast), now()
    cast["teng"].act(uuid, "supervise", reason="slow", card="red")
    cast["mara"].act(uuid, "whistle", departments=[BUREAU], reason="stalls")
    cast["mara"].act(uuid, "request_void", reason="twice")
    let_run_out(uuid)
    found = {}
    for name, value in FILTERS:
        path = f"/api/v1/cases?{name}={value}"
        present: Any = cast["cai"].get(path).json
        same: Any = cast["cai"].get(f"{path}&as_of={now().isoformat().replace('+00:00', 'Z')}").json
        past: Any = cast["cai"].get(f"{path}&as_of={before.isoformat().replace('+00:00', 'Z')}").json
        assert present["total"] == same["total"], name
        found[f"{name}={value}"] = (present["total"], past["total"])
    assert found["card=yellow,red"] == (1, 0)
    assert found["task=answer"] == (1, 0)
    assert found["task=approve"] == (1, 0)
    assert found[f"assisting={BUREAU}"] == (1, 0)
    assert found["supervised=true"] == (1, 0)
    assert found["climbed_since=2026-01-01"] == (1, 0)


@pytest.mark.parametrize("name", ["near", "supervised"])
def test_a_flag_and_its_contrary_share_all_cases(cast: Cast, name: str) -> None:
    for status in ("filed", "accepted", "handled", "closed"):
        bring_to(status, cast)
    uuid = bring_to("filed", cast)
    cast["teng"].act(uuid, "supervise", reason="slow")
    parts: list[Any] = [cast["cai"].get(f"/api/v1/cases?{name}={flag}").json for flag in ("true", "false")]
    assert sum(part["total"] for part in parts) == 5


@pytest.mark.parametrize(
    "query",
    ["card=green", "task=nap", "owed_by=nowhere", "assisting=nobody", "climbed_since=soon", "near=so"],
)
def test_filters_that_mean_nothing_are_refused_by_name(cast: Cast, query: str) -> None:
    answer: Any = cast["cai"].get(f"/api/v1/cases?{query}")
    assert answer.status_code == 422
    assert list(answer.json["errors"]) == [query.split("=")[0]]
