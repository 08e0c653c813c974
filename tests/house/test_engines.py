"""What a start depends on."""

import subprocess
import sys
from pathlib import Path

from flask import Flask
from sqlalchemy import text

from app.core.db import db, is_sqlite

ROOT = Path(__file__).resolve().parents[2]
BUFFERS = """
from pathlib import Path
from app import create_app
from app.core.config import Settings
from app.core.db import db
from sqlalchemy import text
import shapely

instance = Path({folder!r})
url = f"sqlite:///{{instance / 'guard.sqlite'}}"
app = create_app(Settings(instance=instance, database_url=url, secret_key="x"))
with app.app_context():
    theirs = db.session.scalar(text("select ST_Area(ST_Buffer(MakePoint(0, 0), 1))"))
ours = shapely.Point(0, 0).buffer(1).area
joined = shapely.union_all([shapely.Point(n, 0).buffer(1) for n in range(50)]).area
print(round(theirs, 1), round(ours, 1), joined > 90)
"""


def test_shapely_and_spatialite_live_in_one_process(tmp_path: Path) -> None:
    """Loaded in the wrong order, SpatiaLite's GEOS shadows shapely's: crashes or wrong results."""
    done = subprocess.run(
        [sys.executable, "-c", BUFFERS.format(folder=str(tmp_path))],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout.strip()) == (0, "3.1 3.1 True"), done.stderr


def test_a_commit_is_durable(app: Flask) -> None:
    if is_sqlite():
        asked = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "recursive_triggers": 1}
        found = {name: db.session.scalar(text(f"pragma {name}")) for name in asked}
        assert found == asked
    else:
        assert db.session.scalar(text("show synchronous_commit")) == "on"
        assert db.session.scalar(text("show timezone")) == "UTC"
