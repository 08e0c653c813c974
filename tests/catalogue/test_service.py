import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.catalogue.models import CatalogueVersion, Category
from app.catalogue.queries import categories, categories_of
from app.catalogue.rules import BadCatalogue
from app.catalogue.service import DATA, QUESTIONS, SyncResult, sync_catalogue
from app.core import db as database
from app.core.db import db
from app.events.models import Event

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)


def synced(data: Path = DATA) -> SyncResult:
    database.begin_write()
    result = sync_catalogue(NOW, data)
    database.commit()
    return result


@pytest.fixture
def changed(tmp_path: Path) -> Path:
    """The shipped file with one name changed, one row gone and one new."""
    lines = DATA.read_text(encoding="utf-8").splitlines()
    lines = [line.replace("暴露垃圾", "外露垃圾", 1) for line in lines if not line.startswith("S9999,")]
    lines.append("P9001,智能灯杆,Smart pole,part,0,2wd,,,local,,zndg,,required,0,0")
    file = tmp_path / "categories.csv"
    file.write_text("\n".join(lines), encoding="utf-8")
    shutil.copy(DATA.with_name(QUESTIONS), tmp_path)
    return file


def test_the_first_sync_makes_a_version(app: Flask) -> None:
    assert categories() == {}
    result = synced()
    assert result.created
    assert len(result.added) == len(categories()) == 197
    assert list(categories()) == sorted(categories())
    assert categories()["E0102"].synonyms == ("垃圾", "垃圾暴露", "垃圾满溢")


def test_a_second_sync_changes_nothing(app: Flask) -> None:
    first = synced()
    assert synced() == SyncResult(first.version_id, created=False)
    assert db.session.scalar(select(func.count()).select_from(CatalogueVersion)) == 1
    assert db.session.scalar(select(func.count()).where(Event.action == "catalogue.synced")) == 1


def test_changed_data_makes_a_new_version_and_leaves_the_old_one(app: Flask, changed: Path) -> None:
    first = synced()
    before = categories_of(first.version_id)
    second = synced(changed)
    assert second.version_id != first.version_id
    assert (second.added, second.changed, second.removed) == (("P9001",), ("E0102",), ("S9999",))
    assert categories()["E0102"].name == "外露垃圾"
    assert "S9999" not in categories()
    assert categories_of(first.version_id) == before
    assert before["E0102"].name == "暴露垃圾"


def test_going_back_is_a_new_version_too(app: Flask, changed: Path) -> None:
    first, _second, third = synced(), synced(changed), synced()
    assert third.created
    assert third.version_id > first.version_id
    assert "S9999" in categories()


def test_a_faulty_file_changes_nothing(app: Flask, tmp_path: Path) -> None:
    synced()
    faulty = tmp_path / "categories.csv"
    faulty.write_text("code\n", encoding="utf-8")
    with pytest.raises(BadCatalogue):
        synced(faulty)
    database.rollback()
    assert db.session.scalar(select(func.count()).select_from(Category)) == 197


def test_the_command_says_what_it_did(app: Flask) -> None:
    runner = app.test_cli_runner()
    assert "197 added, 0 changed, 0 removed" in runner.invoke(args=["catalogue", "sync"]).output
    assert "is up to date" in runner.invoke(args=["catalogue", "sync"]).output


def test_questions_come_with_the_version_and_stay_with_it(app: Flask, changed: Path) -> None:
    first = synced()
    cover = categories()["P0103"]
    assert [question["code"] for question in cover.questions] == ["state", "road", "guarded", "owner_mark"]
    assert categories()["S9999"].questions == ()
    file = changed.with_name(QUESTIONS)
    said = json.loads(file.read_text(encoding="utf-8"))
    said["sets"][0]["questions"].pop()
    file.write_text(json.dumps(said), encoding="utf-8")
    second = synced(changed)
    assert set(said["sets"][0]["categories"]) < set(second.changed)
    assert len(categories()["P0103"].questions) == 3
    assert categories_of(first.version_id)["P0103"] == cover


def test_a_catalogue_without_questions_asks_none(app: Flask, changed: Path) -> None:
    synced()
    changed.with_name(QUESTIONS).unlink()
    synced(changed)
    assert not any(category.questions for category in categories().values())


def test_questions_of_a_category_that_is_not_there_change_nothing(app: Flask, changed: Path) -> None:
    synced()
    file = changed.with_name(QUESTIONS)
    file.write_text('{"sets": [{"categories": ["S9999"], "questions": []}]}', encoding="utf-8")
    with pytest.raises(BadCatalogue, match="there is no category S9999"):
        synced(changed)
