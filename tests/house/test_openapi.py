"""The API document: valid, whole, and the routes keep to it whatever they are sent."""

import re
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import jsonschema_rs
import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance
from schemathesis.specs.openapi.definitions import OPENAPI_31

from app.cases import parameters
from app.cases.queries import filters
from app.core.db import db
from app.events import queries as chain
from tests.cast import Caller, bring_to

Cast = dict[str, Caller]
NOT_DOCUMENTED = {"/api/v1/openapi.json", "/api/v1/docs"}
CHECKS = [not_a_server_error, content_type_conformance, response_schema_conformance]
a_few = settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
ARGUMENT = re.compile(r"<(?:[^:<>]+:)?([^<>]+)>")


@pytest.fixture
def document(app: Flask) -> dict[str, Any]:
    found: dict[str, Any] = app.test_client().get("/api/v1/openapi.json").get_json(force=True)
    return found


def test_it_is_valid_openapi(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")
    validator = jsonschema_rs.validator_for(OPENAPI_31)
    assert [error.message for error in validator.iter_errors(document)] == []
    broken = document | {"paths": {"/x": {"get": {"parameters": [{"name": "x", "in": "nowhere"}]}}}}
    assert [error.message for error in validator.iter_errors(broken)] != []


def test_it_lists_every_route_of_the_api(app: Flask, document: dict[str, Any]) -> None:
    wanted = {
        (ARGUMENT.sub(r"{\1}", str(rule)), method.lower())
        for rule in app.url_map.iter_rules()
        if str(rule).startswith(("/api/", "/tiles/")) and str(rule) not in NOT_DOCUMENTED
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    found = {(path, name) for path, item in document["paths"].items() for name in item}
    assert {(path, name) for path, name in found if name != "parameters"} == wanted


def test_it_names_every_filter(document: dict[str, Any]) -> None:
    wanted = set(filters._READERS) - {"level", "reached"}
    assert {parameter["name"] for parameter in parameters.FILTERS} == wanted
    for path in ("/api/v1/cases", "/api/v1/cases.csv", "/api/v1/cases.geojson", "/api/v1/stats/areas"):
        said = {parameter["name"] for parameter in document["paths"][path]["get"]["parameters"]}
        assert said - wanted <= {"level", "reached", "limit", "cursor"}
        assert wanted <= said, path


def test_refusals_are_problem_documents(document: dict[str, Any]) -> None:
    for path, item in document["paths"].items():
        for name, operation in item.items():
            if name != "parameters":
                refusal = operation["responses"]["default"]["$ref"].rsplit("/", 1)[1]
                content = document["components"]["responses"][refusal]["content"]
                assert list(content) == ["application/problem+json"], path


def test_the_page_for_people_runs_no_script(app: Flask, document: dict[str, Any]) -> None:
    page = app.test_client().get("/api/v1/docs")
    text = page.get_data(as_text=True)
    assert page.status_code == 200
    assert "<script" not in text
    assert "script-src" not in page.headers["Content-Security-Policy"]
    assert [path for path in document["paths"] if path not in text] == []


def operations(city: Flask) -> Iterator[Any]:
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", city)
    for found in schema.get_all_operations():
        yield found.ok()


@dataclass
class Fuzz:
    """One caller sends every operation what it describes, and what it does not."""

    caller: Caller
    known: dict[str, str]
    wrong: list[str] = field(default_factory=list)
    answered: Counter[int] = field(default_factory=Counter)

    def all(self, city: Flask) -> "Fuzz":
        for operation in operations(city):
            for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
                self.one(operation, mode)
        return self

    def one(self, operation: Any, mode: GenerationMode) -> None:
        @a_few
        @given(case=operation.as_strategy(generation_mode=mode))
        def send(case: Case) -> None:
            self.send(case, f"{operation.label} {mode.value}")

        with suppress(Unsatisfiable):  # of an operation that takes nothing, nothing wrong can be made
            send()

    def send(self, case: Case, label: str) -> None:
        case.path_parameters.update({n: self.known[n] for n in case.path_parameters if n in self.known})
        answer = case.call(headers={"Authorization": f"Bearer {self.caller.token}"})
        self.answered[answer.status_code] += 1
        try:
            case.validate_response(answer, checks=CHECKS)
        except (Failure, FailureGroup) as failure:
            each = failure.exceptions if isinstance(failure, FailureGroup) else [failure]
            self.wrong += [f"{label}: {one}"[:400] for one in each]


@pytest.mark.parametrize("who", ["ines", "dana"])
def test_whatever_is_sent_nothing_breaks(city: Flask, cast: Cast, who: str) -> None:
    uuid = bring_to("dispatched", cast)
    known = {"case_id": uuid, "sha256": cast["ines"].photo(uuid, "before")}
    db.session.rollback()
    with ThreadPoolExecutor(1) as apart:  # a thread of its own has no application context to share
        told = apart.submit(Fuzz(cast[who], known).all, city).result()
    assert told.wrong == []
    assert {200, 404, 422} <= set(told.answered)
    assert chain.verify() == []
