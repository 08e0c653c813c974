"""Errors as RFC 9457 problem+json; the same text serves the HTML form."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import orjson
import structlog
from flask import Flask, Response, request
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError, OperationalError
from werkzeug.exceptions import HTTPException

from app.core.field_messages import in_words

Errors = Mapping[str, list[str]]
log = structlog.get_logger(__name__)


class Problem(Exception):
    """A refusal that its reader can act on. `errors` maps a field to what is wrong with it."""

    status = 400

    def __init__(
        self,
        detail: str = "",
        *,
        status: int | None = None,
        title: str | None = None,
        errors: Errors | None = None,
        headers: Mapping[str, str] | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status or type(self).status
        self.title = title or HTTPStatus(self.status).phrase
        self.detail = detail
        self.errors = dict(errors or {})
        self.headers = dict(headers or {})
        self.extra = dict(extra or {})

    def body(self) -> dict[str, Any]:
        """The members of the problem document."""
        problem: dict[str, Any] = {
            "type": "about:blank",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
        }
        if self.errors:
            problem["errors"] = self.errors
        return problem | self.extra


class Unauthorized(Problem):
    status = 401


class Forbidden(Problem):
    status = 403


class NotFound(Problem):
    """Absent, or out of the asker's scope: the two look alike."""

    status = 404

    def __init__(self, detail: str = "", **more: Any) -> None:
        super().__init__(detail or _("There is nothing here that you can see."), **more)


class Conflict(Problem):
    status = 409


class Stale(Problem):
    status = 412


class TooLarge(Problem):
    status = 413


class Invalid(Problem):
    status = 422

    def __init__(self, errors: Errors, detail: str = "") -> None:
        super().__init__(detail or _("Some of what was sent cannot be used."), errors=errors)


class PreconditionRequired(Problem):
    status = 428


class Busy(Problem):
    """The database is locked; nothing was changed."""

    status = 503

    def __init__(self, detail: str = "") -> None:
        super().__init__(
            detail or _("Too much at once; nothing was changed. Try again in a moment."),
            headers={"Retry-After": "1"},
        )


def problem_response(problem: Problem) -> Response:
    response = Response(
        orjson.dumps(problem.body()), status=problem.status, content_type="application/problem+json"
    )
    response.headers.update(problem.headers)
    return response


def wants_json() -> bool:
    """Programs ask under these addresses, and pages' scripts for `….json`."""
    return request.path.startswith(("/api/", "/tiles/")) or request.path.endswith(".json")


def answer(problem: Problem) -> Response:
    """The problem in the form that the asker reads."""
    if wants_json():
        return problem_response(problem)
    from app.core import pages  # pages shows problems and problems are raised while pages load

    response: Response = pages.problem_page(problem)
    response.headers.update(problem.headers)
    return response


def init_app(app: Flask) -> None:
    app.register_error_handler(Problem, answer)
    app.register_error_handler(HTTPException, _from_http)
    app.register_error_handler(OperationalError, _from_database)
    app.register_error_handler(IntegrityError, _from_race)
    app.register_error_handler(Exception, _from_bug)


def _from_http(error: HTTPException) -> Response:
    headers = {k: v for k, v in error.get_headers() if k in ("Allow", "Retry-After", "Location")}
    code = error.code or 500
    if code < 400:
        return Response(status=code, headers=headers)
    if code == 404:
        return answer(NotFound())
    errors = getattr(error, "data", {}).get("messages") if hasattr(error, "data") else None
    return answer(Problem(error.description or "", status=code, errors=_flat(errors), headers=headers))


def _flat(messages: Any) -> Errors | None:
    """webargs nests messages by location (`{"json": {field: [...]}}`); ours are by field."""
    if not isinstance(messages, dict):
        return None
    return {
        str(field): [in_words(text) for text in said] if isinstance(said, list) else [in_words(said)]
        for found in messages.values()
        if isinstance(found, dict)
        for field, said in found.items()
    }


def _from_database(error: OperationalError) -> Response:
    log.warning("database.busy", error=type(error.orig).__name__)
    return answer(Busy())


def _from_race(error: IntegrityError) -> Response:
    """Somebody else took the same key at the same moment. Sent again, the request finds it taken."""
    log.error("database.raced", error=str(error.orig))
    return answer(Busy())


def _from_bug(error: Exception) -> Response:
    log.exception("unhandled", path=request.path)
    return answer(Problem(_("Something went wrong on our side; nothing was changed."), status=500))
