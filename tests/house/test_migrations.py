"""One history for both engines: named, with one head, equal to the models, and it goes back and forth."""

import re
from pathlib import Path

from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import check, downgrade, upgrade
from sqlalchemy import inspect, text

from app.core.db import Base, db
from app.core.health import MIGRATIONS
from app.escalation.sweep import sweep
from tests.cast import Caller, bring_to

Cast = dict[str, Caller]
FILES = sorted(Path(MIGRATIONS, "versions").glob("*.py"))


def tables() -> set[str]:
    db.session.remove()
    return set(inspect(db.engine).get_table_names()) & set(Base.metadata.tables)


def test_each_has_a_number_and_a_name() -> None:
    names = [file.stem for file in FILES]
    assert names
    assert [name for name in names if not re.fullmatch(r"\d{4}_[a-z0-9]+(_[a-z0-9]+)*", name)] == []
    assert [int(name[:4]) for name in names] == list(range(1, len(names) + 1))


def test_each_follows_the_one_before(app: Flask) -> None:
    script = ScriptDirectory(str(MIGRATIONS))
    assert script.get_heads() == [FILES[-1].stem[:4]]
    found = {revision.revision: revision.down_revision for revision in script.walk_revisions()}
    numbers = [file.stem[:4] for file in FILES]
    assert found == dict(zip(numbers, [None, *numbers], strict=False))


def test_back_and_forth_on_an_empty_database(app: Flask) -> None:
    check()
    assert tables() == set(Base.metadata.tables)
    downgrade(revision="base")
    assert tables() == set()
    upgrade()
    check()


def test_one_step_at_a_time_with_a_city_in_it(city: Flask) -> None:
    numbers = [file.stem[:4] for file in FILES]
    for number in reversed(numbers[:-1]):
        downgrade(revision=number)
    for number in numbers:
        upgrade(revision=number)
    check()
    assert tables() == set(Base.metadata.tables)


def test_open_cases_from_before_the_clock_are_owed_by_somebody_and_climb(cast: Cast) -> None:
    accepted, dispatched = bring_to("accepted", cast), bring_to("dispatched", cast)
    downgrade(revision="0007")
    with db.engine.begin() as connection:
        connection.execute(text("update task set due_at = opened_at where kind = 'handle'"))
        connection.execute(text("update case_record set due_at = filed_at where status = 'dispatched'"))
    upgrade()
    db.session.remove()
    tasks = {
        uuid: [
            (task["kind"], task["closed_at"])
            for task in cast["mara"].get(f"/api/v1/cases/{uuid}").json["tasks"]
        ]  # type: ignore[index]
        for uuid in (accepted, dispatched)
    }
    assert [kind for kind, closed in tasks[accepted] if closed is None] == ["dispatch"]
    assert [kind for kind, closed in tasks[dispatched] if closed is None] == ["handle"]
    assert sweep().raised >= 1
    assert cast["teng"].get(f"/api/v1/cases/{dispatched}").json["escalations"] >= 1  # type: ignore[index]
