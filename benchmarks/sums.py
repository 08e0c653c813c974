"""Two thousand random questions about numbers: whether statistics, map and list answer them alike."""

import random
from collections.abc import Callable
from datetime import UTC, date, datetime
from http import HTTPStatus
from time import perf_counter

from flask import Flask, g

from app.cases.models import Case
from app.core.clock import day_start
from app.core.db import begin_write, commit, db
from app.demo.generate import generate
from app.demo.synthetic import Plan
from app.people.models import Person
from app.people.queries import person
from app.people.service import make_token
from benchmarks.databases import EPOCH, Engine
from benchmarks.figures import Figure
from benchmarks.ladders import a_city
from tests.journeys.sums import Asked, World, combinations, differences

GROUP = "sums: random filter × principal × level, over the API and the desk's map"
CASES, QUESTIONS, QUICK_CASES, QUICK_QUESTIONS = 30_000, 2_000, 5_000, 200
SEED = 20261121
PEOPLE = (
    *("cai", "cai", "dana", "dana", "teng", "mara", "hana", "ines", "otto", "ada"),
    *("demo-440604-UM", "demo-440605", "demo-440606005"),
    *("demo-440604012-manager", "demo-440604012-inspector"),
)
SHOWN = 5
"""Differences that are printed."""


def sums(engine: Engine, template: str, *, quick: bool) -> list[Figure]:
    cases, questions = (QUICK_CASES, QUICK_QUESTIONS) if quick else (CASES, QUESTIONS)
    plan = Plan(cases, date(2026, 2, 1), date(2026, 11, 20), outside=0.01)
    with a_city(engine, template, "sums") as app:
        began = perf_counter()
        generate(plan, SEED, now=EPOCH)
        made = perf_counter() - began
        began, seen = perf_counter(), Asked()
        wrong = _wrong(app, _world(plan), questions, seen)
        for each in wrong[:SHOWN]:
            print(each)
        took = perf_counter() - began
    detail = f"{seen.maps} maps, {seen.opened} lists opened, {seen.cases:,} cases summed, {took:.0f} s"
    return [
        Figure(GROUP, engine.name, f"{questions:,} questions: differences", len(wrong), 0, unit="",
               size=cases, detail=detail),
        Figure(GROUP, engine.name, "writing the generated city", made, unit="s", size=cases,
               detail=f"{cases / made:.0f} cases/s"),
    ]  # fmt: skip


def _world(plan: Plan) -> World:
    """Categories that there are, and the time in which cases were filed."""
    known = sorted(code for (code,) in db.session.query(Case.category).distinct())
    return World(PEOPLE, tuple(known), day_start(plan.start), day_start(plan.end))


def _wrong(app: Flask, world: World, count: int, seen: Asked) -> list[str]:
    ask, chance = _ask(app), random.Random(SEED)
    found: list[str] = []
    for question in combinations(world, count, SEED):
        found += differences(ask, question, seen, chance=chance)
    return found


def _ask(app: Flask) -> Callable[[str, str], str]:
    """Requests of people with tokens, answered in this process."""
    begin_write()
    tokens = {name: make_token(_named(name), "sums", now=datetime.now(UTC)) for name in set(PEOPLE)}
    commit()

    client = app.test_client()

    def ask(who: str, path: str) -> str:
        db.session.remove()
        g.__dict__.clear()  # the context of the drill is not the request's
        headers = {"Authorization": f"Bearer {tokens[who]}", "Accept-Language": "en"}
        answer = client.get(path, headers=headers)
        if answer.status_code != HTTPStatus.OK:
            raise RuntimeError(f"{who} {path}: {answer.status} {answer.text[:200]}")
        return answer.text

    return ask


def _named(username: str) -> Person:
    found = person(username)
    assert found is not None, username
    return found
