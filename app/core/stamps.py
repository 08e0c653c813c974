"""Process-wide cached values that follow the database.

A row per name counts changes; a process looks at all of them at most once a second, in one statement, so a
change made elsewhere is seen within a second and a request pays nothing.
"""

from collections.abc import Callable
from threading import Lock
from time import monotonic
from typing import Any, Generic, TypeVar

from flask import Flask, current_app
from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Model, db

LOOK_AGAIN = 1.0  # seconds
T = TypeVar("T")


class Stamp(Model):
    """How often something that processes keep in memory has changed."""

    __tablename__ = "stamp"
    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[int] = mapped_column(default=0)


class Seen:
    """What this process last saw of the stamps, and the values it keeps."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.looked_at = -LOOK_AGAIN
        self.stamps: dict[str, int] = {}
        self.values: dict[str, tuple[int, Any]] = {}

    def forget(self) -> None:
        self.looked_at = -LOOK_AGAIN


class Stamped(Generic[T]):
    """A value loaded once and again after its stamp has changed."""

    def __init__(self, name: str, load: Callable[[], T], *, key: str | None = None) -> None:
        self.name, self.load, self.key = name, load, key or name

    def get(self) -> T:
        seen = _seen()
        with seen.lock:
            _look(seen)
            stamp = seen.stamps.get(self.name, 0)
            kept = seen.values.get(self.key)
        if kept is not None and kept[0] == stamp:
            value: T = kept[1]
            return value
        value = self.load()
        with seen.lock:
            seen.values[self.key] = (stamp, value)
        return value


def bump(name: str) -> None:
    """Tell every process, inside a write, that what it keeps under this name is old."""
    session = db.session()
    stamp = session.get(Stamp, name) or Stamp(name=name, value=0)
    stamp.value += 1
    session.add(stamp)
    session.flush()
    _seen().forget()


def init_app(app: Flask) -> None:
    app.extensions["wangge.stamps"] = Seen()


def _seen() -> Seen:
    seen: Seen = current_app.extensions["wangge.stamps"]
    return seen


def _look(seen: Seen) -> None:
    if monotonic() - seen.looked_at < LOOK_AGAIN:
        return
    rows = db.session.execute(select(Stamp.name, Stamp.value))
    seen.stamps = {name: value for name, value in rows}
    seen.looked_at = monotonic()
