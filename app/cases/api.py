"""The HTTP contract of cases."""

import csv
import io
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import orjson
from flask import Response, request, stream_with_context
from flask_babel import gettext as _
from flask_smorest import Blueprint

from app.cases import listed, output, parameters
from app.cases.commands import Act, read_act, read_filing
from app.cases.freshness import fresh
from app.cases.models import Case
from app.cases.queries import listing
from app.cases.queries.filters import read_filters
from app.cases.queries.one import Found, as_seen_by, find_case, readable_case
from app.cases.schemas import ActIn, CaseOut, CasesOut, EventsOut, FileCaseIn
from app.cases.service import act, file_case, plan_filing, was_done, was_filed
from app.cases.tiles import case_tile
from app.core import clock
from app.core.access import SIGNED_IN, allow, current_actor
from app.core.api import PAGING, cursor_of, envelope, json_response, page_limit, read_cursor, read_json
from app.core.config import settings
from app.core.db import begin_write, db
from app.core.policy import Actor
from app.core.problems import Invalid, NotFound, PreconditionRequired, Problem, Stale
from app.core.roles import Role
from app.events import queries as told
from app.people import queries as people

bp = Blueprint("cases_api", __name__, url_prefix="/api/v1", description="Cases")
FILERS = (Role.INSPECTOR, Role.MANAGER, Role.DISPATCHER, Role.OFFICIAL, Role.HANDLER)
Rendered = Callable[[], Response]


@bp.route("/cases/<uuid:case_id>", methods=["PUT"])
@allow(*FILERS)
@bp.doc(requestBody={"required": True, "content": {"application/json": {"schema": FileCaseIn}}})
@bp.alt_response(201, schema=CaseOut, description="filed")
@bp.alt_response(200, schema=CaseOut, description="had been filed before")
def put_case(case_id: UUID) -> Rendered:
    """File a case under a UUID of the sender's making. Filing twice is filing once."""
    filing = read_filing(case_id, read_json(settings().body_limit))
    actor, now = current_actor(), clock.now()
    try:
        plan = plan_filing(filing)
    except Invalid:
        if not was_filed(filing, actor):
            raise
        return lambda: _case_response(find_case(case_id, actor), actor, 200)
    begin_write()
    filed = file_case(plan, actor=actor, now=now)
    if filed.case is None:
        return lambda: _case_response(find_case(case_id, actor), actor, 200)
    case, tasks = filed.case, filed.tasks
    return lambda: _case_response(as_seen_by(actor, case, tasks), actor, 201)


@bp.route("/cases/<uuid:case_id>", methods=["GET"])
@allow(SIGNED_IN)
@bp.alt_response(200, schema=CaseOut)
def get_case(case_id: UUID) -> Response:
    """One case, with what the reader may do to it; its ETag is its version."""
    actor = current_actor()
    return _case_response(find_case(case_id, actor), actor, 200)


def _case_response(found: Found, actor: Actor, status: int) -> Response:
    headers = {"ETag": f'"{found.case.version}"', "Cache-Control": "private, no-cache"}
    return json_response(output.case(found, actor, clock.now()), status, headers)


@bp.route("/cases", methods=["GET"])
@allow(SIGNED_IN)
@bp.doc(parameters=[*parameters.FILTERS, parameters.LEVEL, *PAGING])
@bp.alt_response(200, schema=CasesOut)
def list_cases() -> Response:
    """Cases within the reader's scope; the exact total comes with the first page."""
    filters, limit, after = read_filters(request.args), page_limit(), _after()
    within, now = listing.scope_for(current_actor(), filters), clock.now()
    page = listing.texts(filters, within=within, now=now, limit=limit, after=after)
    whole = after is None and page.following is None
    count = len(page.rows) if whole else None
    if after is None and not whole:
        count = listing.total(filters, within=within, now=now)
    at = filters.as_of or now
    following = cursor_of(*page.following) if page.following else None
    items = orjson.Fragment(f"[{','.join(listed.lines(page.rows, at))}]")
    return json_response({"items": items, "total": count, "next": following, "as_of": clock.rfc3339(at)})


def _after() -> listing.Cursor | None:
    """The cursor: the last row's sort value (null among the undated) and id."""
    values = read_cursor(str, int, optional_first=True)
    if values is None:
        return None
    listing.check_cursor(values[0])
    return values[0], values[1]


@bp.route("/cases.geojson", methods=["GET"])
@allow(SIGNED_IN)
@bp.doc(parameters=[*parameters.FILTERS, parameters.LEVEL])
@bp.alt_response(200, content_type="application/geo+json")
def cases_geojson() -> Response:
    """Every case that the filters ask for, as a GeoJSON FeatureCollection."""

    def lines(rows: Iterator[Any], now: Any) -> Iterator[bytes]:
        yield b'{"type":"FeatureCollection","features":['
        for n, row in enumerate(rows):
            yield (b"," if n else b"") + orjson.dumps(output.feature(row, now))
        yield b"]}"

    return _export(lines, "application/geo+json", "cases.geojson")


@bp.route("/cases.csv", methods=["GET"])
@allow(SIGNED_IN)
@bp.doc(parameters=[*parameters.FILTERS, parameters.LEVEL])
@bp.alt_response(200, content_type="text/csv")
def cases_csv() -> Response:
    """Every case that the filters ask for, as CSV in UTF-8 with a byte-order mark, for spreadsheets."""

    def lines(rows: Iterator[Any], now: Any) -> Iterator[bytes]:
        yield "\ufeff".encode() + _csv_line(list(output.CSV_COLUMNS))
        for row in rows:
            yield _csv_line(output.csv_row(row, now))

    return _export(lines, "text/csv; charset=utf-8", "cases.csv")


def _csv_line(cells: list[str]) -> bytes:
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue().encode()


def _export(lines: Callable[[Iterator[Any], Any], Iterator[bytes]], kind: str, name: str) -> Response:
    filters, now = read_filters(request.args), clock.now()
    within = listing.scope_for(current_actor(), filters)
    rows = listing.everything(filters, within=within, now=now)
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    # A stream that is never read (HEAD) would keep its request alive in this thread.
    body = stream_with_context(lines(rows, filters.as_of or now)) if request.method == "GET" else b""
    return Response(body, content_type=kind, headers=headers)


@bp.route("/cases/<uuid:case_id>/events", methods=["GET"])
@allow(SIGNED_IN)
@bp.doc(parameters=PAGING)
@bp.alt_response(200, schema=EventsOut)
def case_events(case_id: UUID) -> Response:
    """The case's history, oldest first."""
    case = readable_case(case_id, current_actor())
    limit, after = page_limit(), read_cursor(int)
    subject = f"case:{case.uuid}"
    found = told.history(subject, after=after[0] if after else 0, limit=limit + 1)
    total = None if after else told.count(subject)
    following = cursor_of(found[limit - 1].seq) if len(found) > limit else None
    return json_response(envelope(_events(found[:limit]), total=total, following=following))


def _events(found: list[told.Told]) -> list[dict[str, Any]]:
    ids = {UUID(event.actor.removeprefix("person:")) for event in found if event.actor.startswith("person:")}
    names = people.names(ids)

    def name(actor: str) -> str:
        return names[UUID(actor.removeprefix("person:"))][0] if actor.startswith("person:") else actor

    return [
        {
            "seq": event.seq,
            "at": clock.rfc3339(event.at),
            "actor": name(event.actor),
            "action": event.action,
            "body": event.body and {k: v for k, v in event.body.items() if k != "reporter"},
        }
        for event in found
    ]


@bp.route("/cases/<uuid:case_id>/actions", methods=["POST"])
@allow(SIGNED_IN)
@bp.doc(
    parameters=[parameters.IF_MATCH],
    requestBody={"required": True, "content": {"application/json": {"schema": ActIn}}},
)
@bp.alt_response(200, schema=CaseOut)
def post_action(case_id: UUID) -> Rendered:
    """Do something to a case as it was read (If-Match). The same action id twice is done once."""
    actor, now = current_actor(), clock.now()
    try:
        readable_case(case_id, actor)
    except NotFound:
        if not _was_done(case_id, actor):
            raise
        return lambda: _case_response(_after_acting(case_id, actor), actor, 200)
    version = _if_match()
    what = _read_act(case_id, version, actor)
    begin_write()
    try:
        act(case_id, what, version=version, actor=actor, now=now)
    except Stale:
        raise _stale(find_case(case_id, actor), version, actor) from None
    return lambda: _case_response(_after_acting(case_id, actor), actor, 200)


def _was_done(case_id: UUID, actor: Actor) -> bool:
    """An action may end its sender's scope; sent again because the answer was lost, it is still known."""
    try:
        return was_done(case_id, read_act(read_json(settings().body_limit)), actor)
    except Problem:
        return False


def _read_act(case_id: UUID, version: int, actor: Actor) -> Act:
    """The action in the body. A body that cannot be read is refused after a stale version, as agreed."""
    try:
        return read_act(read_json(settings().body_limit))
    except Invalid:
        case = readable_case(case_id, actor)
        if case.version != version:
            raise _stale(Found(case, receipt=False), version, actor) from None
        raise


def _stale(found: Found, version: int, actor: Actor) -> Stale:
    """The case as it stands, and what happened since the version that the sender saw."""
    since = [
        event
        for event in told.history(f"case:{found.case.uuid}")
        if event.body is not None and event.body.get("version", 0) > version
    ]
    present = output.case(found, actor, clock.now())
    extra = {"case": present, "changed": _events(since)}
    return Stale(_("The case has changed since you read it."), extra=extra)


def _after_acting(case_id: UUID, actor: Actor) -> Found:
    """The case as it now stands; whoever acted it out of their own scope still gets their answer."""
    try:
        return find_case(case_id, actor)
    except NotFound:
        return Found(db.session.query(Case).filter_by(uuid=case_id).one(), receipt=True)


def _if_match() -> int:
    text = request.headers.get("If-Match")
    if text is None:
        raise PreconditionRequired(_("Send If-Match with the version that you read."))
    version = text.strip().removeprefix("W/").strip('"')
    return int(version) if version.isascii() and version.isdigit() and len(version) < 10 else 0


tiles = Blueprint("case_tiles", __name__, description="Vector tiles of cases")


@tiles.route("/tiles/cases/<int:z>/<int:x>/<int:y>.mvt", methods=["GET"])
@allow(SIGNED_IN)
@tiles.doc(parameters=[*parameters.FILTERS, parameters.LEVEL])
@tiles.alt_response(200, content_type="application/vnd.mapbox-vector-tile")
@tiles.alt_response(204)
def case_tile_route(z: int, x: int, y: int) -> Response:
    """A vector tile of the cases that the filters ask for; 204 when there is none."""
    filters, actor, now = read_filters(request.args), current_actor(), clock.now()
    within = listing.scope_for(actor, filters)

    def make() -> Response:
        try:
            data = case_tile(z, x, y, filters, within=within, now=now)
        except ValueError:
            raise NotFound from None
        return Response(data, status=200 if data else 204, content_type="application/vnd.mapbox-vector-tile")

    return fresh(actor, now, make)
