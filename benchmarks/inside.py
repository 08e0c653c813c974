"""Measure without network: calls of functions, or of the whole application, in this process."""

import gc
import io
from collections.abc import Callable, Sequence
from statistics import median
from time import perf_counter
from typing import Any

from flask import Flask
from werkzeug.test import EnvironBuilder


def asked(app: Flask, path: str, token: str) -> Callable[[], bytes]:
    """A call that answers a GET request as the web server would, and its body."""
    environment = EnvironBuilder(path=path).get_environ() | {"HTTP_AUTHORIZATION": f"Bearer {token}"}

    def call() -> bytes:
        said: list[str] = []

        def start(status: str, *_more: Any) -> Any:
            said.append(status)

        answer = app.wsgi_app({**environment, "wsgi.input": io.BytesIO()}, start)
        body = b"".join(answer)
        if hasattr(answer, "close"):
            answer.close()
        if not said[0].startswith("200"):
            raise RuntimeError(f"{path}: {said[0]} {body[:200]!r}")
        return body

    return call


def seconds(call: Callable[[], Any]) -> float:
    began = perf_counter()
    call()
    return perf_counter() - began


def side_by_side(calls: Sequence[Callable[[], Any]], rounds: int) -> list[list[float]]:
    """Seconds of each call in each round, in turn from another one each time, after a warm-up."""
    for call in calls:
        call()
    gc.collect()
    taken: list[list[float]] = [[] for _ in calls]
    for number in range(rounds):
        order = range(len(calls))
        for which in [*order[number % len(calls) :], *order[: number % len(calls)]]:
            taken[which].append(seconds(calls[which]))
    return taken


def ratio(mine: Sequence[float], base: Sequence[float]) -> float:
    """The median of what each round's two times say."""
    return median(a / b for a, b in zip(mine, base, strict=True))
