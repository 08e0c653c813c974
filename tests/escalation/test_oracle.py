"""The oracle agrees with the services on every story, and finds what was altered behind their back."""

import random
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from flask import Flask

from app.cases.duties import Duties
from app.catalogue.queries import categories
from app.core.db import db
from app.core.problems import Conflict, Invalid, NotFound
from app.escalation import audit as auditing
from app.escalation import recompute
from app.escalation.city import City
from app.escalation.recompute.people import KNOWN
from app.escalation.stored import one_case
from app.workflow.actions import Action
from app.workflow.moves import BY_ACTION
from tests.cast import BUREAU, COMMUNITY, DISTRICT, TOWN
from tests.escalation.stories import (
    DAY,
    FRIDAY,
    HOUR,
    SHA,
    Story,
    act_at,
    case_of,
    climb_to_the_top,
    look,
    someone,
)


def emergency() -> str:
    return next(row.code for row in categories().values() if row.emergency and not row.restricted)


def other() -> str:
    return next(row.code for row in categories().values() if row.kind == "part" and not row.restricted)


STORIES: dict[str, Callable[[], Story]] = {
    "left alone": lambda: Story().wait(90 * DAY),
    "in time": lambda: Story().handled().do("ines", "check_pass"),
    "rejected": lambda: Story().do("mara", "reject", reason="not so"),
    "rework twice": lambda: (
        Story()
        .handled()
        .do("ines", "check_fail", reason="not clean")
        .do("hana", "handle", note="again", photos=[SHA])
        .do("ines", "check_fail", reason="still not")
        .wait(30 * DAY)
    ),
    "returned twice": lambda: (
        Story()
        .dispatched()
        .do("hana", "return_to_dispatcher", reason="not ours")
        .do("mara", "dispatch", department=BUREAU)
        .do("hana", "return_to_dispatcher", reason="not ours")
        .wait(2 * DAY)
    ),
    "raised and sent down": lambda: (
        Story()
        .do("mara", "escalate", reason="too big")
        .wait(3 * DAY)
        .do("dana", "delegate", to=COMMUNITY)
        .wait(2 * DAY)
        .do("teng", "accept")
        .wait(9 * DAY)
    ),
    "green channel": lambda: (
        Story(category=emergency(), urgency="urgent")
        .do("mara", "escalate", reason="fire", to_level="city")
        .wait(HOUR)
        .do("cai", "accept")
        .wait(DAY)
    ),
    "to the neighbours": lambda: (
        Story().do("mara", "transfer", to="990001001002", reason="theirs").wait(5 * DAY)
    ),
    "from the public": lambda: Story(channel="hotline").do("ines", "verify_pass").wait(DAY),
    "not found by the inspector": lambda: (
        Story(channel="hotline").do("ines", "verify_fail", reason="nothing there").wait(9 * DAY)
    ),
    "assisted and whistled": lambda: (
        Story()
        .dispatched(assisting=[f"{TOWN}-CE"])
        .do("mara", "whistle", departments=[f"{TOWN}-CE"], reason="come")
        .wait(2 * DAY)
    ),
    "answered beside the lead": lambda: (
        Story()
        .do("mara", "whistle", departments=[BUREAU], reason="come")
        .do("hana", "respond", note="was there")
        .wait(DAY)
    ),
    "checked once all have answered": lambda: (
        Story()
        .pictured()
        .dispatched()
        .do("holder", "whistle", departments=[BUREAU], reason="come")
        .do("hana", "start")
        .do("hana", "handle", note="done", photos=[SHA])
        .wait(HOUR)
        .do("hana", "respond", note="here too")
        .wait(3 * DAY)
    ),
    "supervised": lambda: (
        Story()
        .dispatched()
        .do("dana", "supervise", reason="why so slow", card="yellow")
        .do("dana", "urge")
        .do("cai", "supervise", reason="well", card="red", due_at=(FRIDAY + 4 * DAY).isoformat())
        .wait(3 * HOUR)
        .do("holder", "answer", text="soon")
        .wait(20 * DAY)
    ),
    "extended": lambda: (
        (story := Story().dispatched())
        .do("hana", "request_extension", due_at=story.soon(), reason="rain")
        .do("mara", "approve")
        .wait(30 * DAY)
    ),
    "extension refused": lambda: (
        (story := Story().dispatched())
        .do("hana", "request_extension", due_at=story.soon(), reason="rain")
        .do("mara", "deny", reason="no")
        .wait(5 * DAY)
    ),
    "nobody decides": lambda: (
        (story := Story().dispatched()).do("mara", "request_void", reason="double").wait(4 * DAY) and story
    ),
    "suspended and resumed": lambda: (
        (story := Story().dispatched())
        .do("mara", "request_suspension", review_at=story.soon(20), reason="winter")
        .do("teng", "approve")
        .wait(DAY)
        .do("mara", "resume")
        .wait(30 * DAY)
    ),
    "suspended, late, forgotten": lambda: (
        (story := Story().dispatched())
        .wait(20 * DAY)
        .do("hana", "request_suspension", review_at=story.soon(20), reason="winter")
        .do("holder", "approve")
        .wait(40 * DAY)
    ),
    "another category": lambda: (
        Story()
        .do("mara", "request_reclassification", category=other(), reason="it is that")
        .do("teng", "approve")
        .do("mara", "accept")
        .wait(DAY)
    ),
    "voided and restored": lambda: (
        Story()
        .do("mara", "accept")
        .do("mara", "request_void", reason="double")
        .do("teng", "approve")
        .do("mara", "request_restore", reason="no double")
        .do("teng", "approve")
        .wait(DAY)
    ),
    "reopened": lambda: (
        Story().handled().do("ines", "check_pass").do("dana", "reopen", reason="back again").wait(DAY)
    ),
    "commented": lambda: Story().do("ines", "comment", text="look").wait(4 * HOUR),
}


def faults_of(story: Story, now: datetime) -> list[str]:
    stored = one_case(story.uuid)
    assert stored is not None
    return auditing.faults(stored, City(), now)


def test_both_agree_on_every_story(city: Flask) -> None:
    found = {}
    for name, tell in STORIES.items():
        story = tell()
        found[name] = faults_of(story, story.at)
        climb_to_the_top(story.uuid)
        found[name] += faults_of(story, story.at + 400 * DAY)
    assert {name: faults for name, faults in found.items() if faults} == {}


def test_every_action_has_a_meaning() -> None:
    assert {action.value for action in Action} == KNOWN


# ---- chance ---------------------------------------------------------------------------------------

PEOPLE = ("ines", "mara", "teng", "dana", "cai", "hana")


def fields_of(story: Story, action: str, by: random.Random) -> dict[str, Any]:
    """Something fitting for every field that an action may take."""
    due_at, review_at = story.soon(by.randint(1, 12)), story.soon(by.randint(1, 30))
    units = {"delegate": [TOWN, COMMUNITY, DISTRICT], "transfer": ["990001001002", "990001002", "990002"]}
    said: dict[str, Any] = {
        "reason": "so",
        "note": "so",
        "text": "so",
        "photos": [SHA],
        "department": by.choice([BUREAU, f"{TOWN}-CE"]),
        "departments": [by.choice([BUREAU, f"{TOWN}-CE"])],
        "to": by.choice(units.get(action, [TOWN])),
        "category": by.choice([other(), emergency(), "E0102"]),
        "review_at": review_at,
    }
    maybe = {"due_at": due_at, "card": by.choice(["yellow", "red", "black"]), "assisting": [f"{TOWN}-CE"]}
    said |= {name: value for name, value in maybe.items() if by.random() < 0.5}
    if action == "request_extension":
        said["due_at"] = due_at
    taken = {need.name for row in BY_ACTION[Action(action)] for need in row.needs}
    return {name: value for name, value in said.items() if name in taken}


def chosen(story: Story, by: random.Random) -> tuple[str, str]:
    """Who does what, of what they may; comments are left to those who may nothing else."""
    for who in by.sample(PEOPLE, len(PEOPLE)):
        moves = Duties(case_of(story.uuid), someone(who, story.at), story.at).moves()
        db.session.rollback()
        found = [move.action.value for move in moves if move.action is not Action.COMMENT]
        if found:
            return who, by.choice(found)
    return "ines", "comment"


def walk(seed: int) -> Story:
    """A case of which people do anything they may, at any hour, with the sweep now on time and now late."""
    by = random.Random(seed)
    story = Story(
        category=by.choice(["E0102", emergency(), other()]),
        channel=by.choice(["inspector", "hotline"]),
        urgency=by.choice(["normal", "urgent"]),
    )
    story.photo("after")
    for _step in range(25):
        story.later(by.choice([timedelta(minutes=7), HOUR, 5 * HOUR, 2 * DAY]))
        if by.random() < 0.6:
            look(story.at)
        who, action = chosen(story, by)
        with suppress(Conflict, Invalid, NotFound):
            act_at(story.at, story.uuid, who, action, **fields_of(story, action, by))
    return story


def test_both_agree_whatever_happens(city: Flask) -> None:
    found = {}
    for seed in range(12):
        story = walk(seed)
        found[seed] = faults_of(story, FRIDAY)
        look(story.at)
        found[seed] += faults_of(story, story.at)
    assert {seed: faults for seed, faults in found.items() if faults} == {}


def test_it_shares_nothing_with_what_it_watches() -> None:
    sources = [file.read_text("utf-8") for file in Path(recompute.__file__ or "").parent.glob("*.py")]
    assert len(sources) > 5
    imported = {line.split()[1] for source in sources for line in source.splitlines() if line[:5] == "from "}
    others = ("app.cases", "app.workflow.moves", "app.workflow.guards", "sqlalchemy")
    assert [name for name in imported if name.startswith(others)] == []
    assert sum(source.count("from app.workflow.tasks import") for source in sources) == 1  # the kinds' names
