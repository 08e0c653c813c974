"""Processes that work on one database and are killed with -9 now and then."""

import os
import signal
import time
from collections.abc import Callable
from random import Random

from flask import Flask
from sqlalchemy.exc import DBAPIError

from app.core import db as database
from app.core.db import db

PATIENCE = 300.0  # seconds


def killed_now_and_then(
    app: Flask, work: Callable[[], None], workers: int, chance: Random, kills: int
) -> int:
    """Let so many processes work until nothing is left; how many were killed, of `kills` at most.

    A killed one is replaced.
    """
    running = {_begin(app, work) for _n in range(workers)}
    killed, until = 0, time.monotonic() + PATIENCE
    while running:
        assert time.monotonic() < until, "the workers do not come to an end"
        time.sleep(chance.uniform(0.01, 0.05))
        victim = chance.choice(sorted(running))
        if killed < kills:
            os.kill(victim, signal.SIGKILL)
        how = _ended(victim, wait=killed < kills)
        if how is None:
            continue
        assert how in (0, -signal.SIGKILL), "a worker has failed"
        running.discard(victim)
        if how == -signal.SIGKILL:
            killed += 1
            running.add(_begin(app, work))
    return killed


def _begin(app: Flask, work: Callable[[], None]) -> int:
    """A process of its own, which shares no connection with anybody; its id."""
    db.session.remove()
    db.engine.dispose()
    pid = os.fork()
    if pid:
        return pid
    try:
        with app.app_context():
            _go_on(work)
        os._exit(0)
    except BaseException:
        os._exit(1)


def _go_on(work: Callable[[], None]) -> None:
    """Whoever loses a race for a lock begins again."""
    while True:
        try:
            return work()
        except DBAPIError:
            database.rollback()


def _ended(pid: int, *, wait: bool) -> int | None:
    """How it ended: 0, 1 or minus the signal; None while it works."""
    found, status = os.waitpid(pid, 0 if wait else os.WNOHANG)
    return os.waitstatus_to_exitcode(status) if found else None
