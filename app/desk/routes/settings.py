"""What is configured: read by administrators and officials of the city, changed by administrators."""

from datetime import datetime
from typing import Any

from flask import Blueprint, Response, flash, make_response, redirect, request, url_for
from flask.sansio.blueprints import BlueprintSetupState
from flask_babel import lazy_gettext as _l

from app.areas.index import areas
from app.catalogue.configuration import (
    Changed,
    Kind,
    content_of,
    ladder_terms,
    responsibility_review,
    working_calendar,
)
from app.catalogue.configuration.building import WEEKDAYS
from app.catalogue.queries import categories
from app.core import db as database
from app.core.access import allow, current_actor
from app.core.clock import local_day, now
from app.core.language import gettext as _
from app.core.pages import MenuItem, menu, render
from app.core.policy import Actor
from app.core.problems import Forbidden, Invalid, NotFound, Stale
from app.core.roles import Role
from app.desk import settings, settings_calendar, settings_history, settings_terms, settings_transfer
from app.desk.routes import bp as desk
from app.desk.settings import Values, page_of, save, stored_content
from app.desk.settings_editors import EDITORS, Draft, Editor, said_at
from app.desk.settings_inputs import category_options, level_options, urgency_options, weekday
from app.people.queries import departments
from app.workflow.levels import TOP, Level

READERS = (Role.ADMINISTRATOR, Role.OFFICIAL)
bp = Blueprint("settings", __name__, url_prefix="/settings")


@desk.record_once
def _join(state: BlueprintSetupState) -> None:
    settings.init_app(state.app.jinja_env.filters)
    state.app.register_blueprint(bp)
    menu.add(MenuItem("settings", _l("Settings"), "settings.home", frozenset({Role.ADMINISTRATOR}), order=70))


def _page(template: str, *kinds: Kind, status: int = 200, **shown: Any) -> Response:
    """A settings page: tabs, who changed the kinds last, and whether the reader may change them."""
    actor = _reader()
    html = render(
        f"desk/settings_{template}.html",
        kinds=kinds,
        last={kind: settings_history.last_version(kind) for kind in kinds},
        tabs=[(kind, page_of(kind)) for kind in Kind if kind is not Kind.HOLIDAYS],
        may_change=actor.has(Role.ADMINISTRATOR),
        **shown,
    )
    return make_response(html, status)


def _reader() -> Actor:
    """Administrators and officials of the city."""
    actor = current_actor()
    if any(p.role is Role.ADMINISTRATOR or p.level == TOP for p in actor.postings):
        return actor
    raise Forbidden(_("This page is for people in another role."))


@bp.get("/")
@allow(*READERS)
def home() -> Response:
    today = local_day(now())
    return _page("home", *Kind, warnings=settings_calendar.warnings(today, content_of(Kind.HOLIDAYS)[1]))


@bp.get("/calendar")
@allow(*READERS)
def calendar() -> Response:
    today = local_day(now())
    year = settings_calendar.asked_year(request.args.get("year"), today)
    own, holidays = content_of(Kind.CALENDAR)[1], content_of(Kind.HOLIDAYS)[1]
    specials = settings_calendar.specials_of(year, own, holidays)
    return _page(
        "calendar",
        Kind.CALENDAR,
        Kind.HOLIDAYS,
        year=year,
        today=today,
        week=[(weekday(at), own["week"][day]) for at, day in enumerate(WEEKDAYS)],
        weekdays=[weekday(at) for at in range(7)],
        make_up=own["make_up"],
        specials=specials,
        months=settings_calendar.months_of(year, working_calendar(), specials),
        warnings=settings_calendar.warnings(today, holidays),
    )


@bp.get("/terms")
@allow(*READERS)
def terms() -> Response:
    at, content = now(), content_of(Kind.TERMS)[1]
    category = categories().get(request.args.get("category", "")) or next(iter(categories().values()), None)
    urgency = _choice("urgency", urgency_options(), "normal")
    level = _choice("level", level_options(), Level.COMMUNITY)
    asked = {"category": category.code if category else "", "urgency": urgency, "level": level}
    shown = category is not None and "category" in request.args
    return _page(
        "terms",
        Kind.TERMS,
        rules=settings_terms.rules_about(category if shown else None, content),
        category_options=[option for option in category_options() if len(option) == 3][1:],
        urgency_options=urgency_options(),
        level_options=level_options(),
        asked=asked,
        chosen=category if shown else None,
        effective=settings_terms.effective(category, urgency, content) if category and shown else [],
        preview=settings_terms.preview(category, level, urgency, at) if category and shown else None,
        at=at,
    )


def _choice(name: str, options: list[tuple[str, str]], otherwise: str) -> str:
    asked = request.args.get(name, "")
    return asked if asked in dict(options) else otherwise


@bp.get("/ladder")
@allow(*READERS)
def ladder() -> Response:
    content = content_of(Kind.LADDER)[1]
    rows = {(row["level"], row["urgency"]): at for at, row in enumerate(content["graces"])}
    urgencies = ["*", *(code for code, _word in urgency_options())]
    grace = ladder_terms().grace
    return _page("ladder", Kind.LADDER, rows=rows, urgencies=urgencies, levels=level_options(), grace=grace)


@bp.get("/limits")
@allow(*READERS)
def limits() -> Response:
    return _page("limits", Kind.LIMITS, limits=content_of(Kind.LIMITS)[1], names=settings.LIMIT_NAMES)


@bp.get("/reasons")
@allow(*READERS)
def reasons() -> Response:
    groups: dict[str, list[tuple[int, Any]]] = {}
    for at, row in enumerate(content_of(Kind.REASONS)[1]["reasons"]):
        groups.setdefault(row["action"], []).append((at, row))
    return _page("reasons", Kind.REASONS, groups=groups)


@bp.get("/responsibility")
@allow(*READERS)
def responsibility() -> Response:
    codes = {found.code: found for found in departments().values()}
    review = responsibility_review(codes.keys())
    rules = content_of(Kind.RESPONSIBILITY)[1]["rules"]
    return _page(
        "responsibility",
        Kind.RESPONSIBILITY,
        rules=rules,
        review=review,
        departments=codes,
        units=areas().by_code,
    )


@bp.get("/edit/<form>")
@allow(Role.ADMINISTRATOR)
def edit(form: str) -> Response:
    editor = _editor(form)
    version, content = content_of(editor.kind)
    row = _row(request.args.get("row"), editor, content)
    return _form(editor, version, row, editor.shown(content, row, request.args))


@bp.post("/edit/<form>")
@allow(Role.ADMINISTRATOR)
def change(form: str) -> Any:
    """Save what the form says as a new version, or show the form again with what is wrong."""
    editor, sent = _editor(form), request.form
    database.begin_write()
    version, content = content_of(editor.kind)
    seen = _number(sent.get("version"))
    if seen != version:
        database.rollback()
        return _overtaken(editor, seen, version)
    row = _row(sent.get("row"), editor, content)
    draft = Draft(content)
    try:
        draft = _draft(editor, content, row, sent)
        done = save(
            editor.kind,
            draft.content,
            note=sent.get("note", ""),
            based_on=version,
            actor=current_actor(),
            now=now(),
        )
    except (Invalid, Stale) as problem:
        database.rollback()
        if isinstance(problem, Stale):
            return _overtaken(editor, seen, content_of(editor.kind)[0])
        return _form(editor, version, row, sent, errors=_by_input(editor, draft, problem), status=422)
    return lambda: _saved(done)


def _draft(editor: Editor, content: Any, row: int | None, sent: Values) -> Draft:
    if sent.get("do") == "remove" and row is not None:
        return editor.remove(content, row)
    return editor.change(content, row, sent)


def _by_input(editor: Editor, draft: Draft, problem: Invalid) -> dict[str, list[str]]:
    """Faults by input; those that belong to none stand above the form, under an empty name."""
    found: dict[str, list[str]] = {}
    names = {each.name for each in editor.all_inputs()} | {"note"}
    for path, texts in problem.errors.items():
        name = path if path in names else editor.where(path, draft)
        said = said_at(name, texts) if name in names else [f"{_line(path)}{text}" for text in texts]
        found.setdefault(name if name in names else "", []).extend(said)
    return found or {"": [problem.detail]}


def _line(path: str) -> str:
    """`rules.3.term` → the words for the fourth line."""
    at = next((part for part in path.split(".") if part.isdigit()), None)
    return _("Line %(line)s: ", line=int(at) + 1) if at else ""


def _overtaken(editor: Editor, seen: int, version: int) -> Response:
    """Somebody was faster: what changed, and the form as it was filled in, ready to be sent again."""
    seen = max(min(seen, version), 0)
    before, content = stored_content(editor.kind, seen), content_of(editor.kind)[1]
    asked = _number(request.form.get("row")) if request.form.get("row") else None
    row = editor.again(asked, before, content) if asked is not None else None
    changed, by = settings_history.changes_since(editor.kind, seen)
    gone = asked is not None and row is None
    return _form(editor, version, row, request.form, changed=changed, by=by, gone=gone, status=412)


def _form(
    editor: Editor,
    version: int,
    row: int | None,
    values: Values,
    *,
    errors: dict[str, list[str]] | None = None,
    status: int = 200,
    **more: Any,
) -> Response:
    return _page(
        "form",
        editor.kind,
        status=status,
        editor=editor,
        inputs=editor.all_inputs(),
        title=editor.title(row),
        version=version,
        row=row,
        values=values,
        errors=errors or {},
        back=url_for(page_of(editor.kind)),
        **more,
    )


def _editor(code: str) -> Editor:
    if code not in EDITORS:
        raise NotFound()
    return EDITORS[code]


def _row(text: str | None, editor: Editor, content: Any) -> int | None:
    """Which row the form is about; none for a new one. A row that is not there is a wrong address."""
    if not text:
        return None
    at = _number(text)
    if not hasattr(editor, "rows") or not 0 <= at < len(content[editor.rows]):
        raise NotFound()
    return at


def _number(text: str | None) -> int:
    """What a hidden field holds; -1 for what no page of ours sent."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 7 else -1


def _saved(done: Changed) -> Response:
    if done.created:
        flash(
            _(
                "%(what)s: version %(version)s counts from now on; running clocks keep their term.",
                what=settings.setting_name(done.kind),
                version=done.version,
            ),
            "ok",
        )
    else:
        flash(_("Nothing was different, so there is no new version."), "ok")
    return make_response(redirect(url_for(page_of(done.kind)), code=303))


@bp.get("/history/<kind>")
@allow(*READERS)
def history(kind: str) -> Response:
    return _history(_kind(kind))


def _history(kind: Kind, *, problem: str = "", status: int = 200) -> Response:
    before = _number(request.args.get("before")) if request.args.get("before") else None
    versions, following = settings_history.versions_of(kind, before=before)
    return _page(
        "history",
        kind,
        status=status,
        kind=kind,
        versions=versions,
        newest=content_of(kind)[0],
        following=following,
        problem=problem,
    )


@bp.post("/history/<kind>")
@allow(Role.ADMINISTRATOR)
def revert(kind: str) -> Any:
    """Make an earlier version count again, as a new one."""
    what, sent = _kind(kind), request.form
    wanted = stored_content(what, _number(sent.get("to")))
    return _put(what, wanted, sent, now())


@bp.post("/import/<kind>")
@allow(Role.ADMINISTRATOR)
def take(kind: str) -> Any:
    """Take a file that was exported here or elsewhere as the new version."""
    what = _kind(kind)
    try:
        wanted = settings_transfer.read(what, request.files.get("file"))
    except Invalid as problem:
        return _history(what, problem=_all_of(problem), status=422)
    return _put(what, wanted, request.form, now())


def _put(kind: Kind, content: Any, sent: Values, at: datetime) -> Any:
    database.begin_write()
    try:
        seen, note = _number(sent.get("version")), sent.get("note", "")
        done = save(kind, content, note=note, based_on=seen, actor=current_actor(), now=at)
    except (Invalid, Stale) as problem:
        database.rollback()
        said = _all_of(problem) if isinstance(problem, Invalid) else problem.detail
        return _history(kind, problem=said, status=problem.status)
    return lambda: _saved(done)


def _all_of(problem: Invalid) -> str:
    """The first faults in a row, each with its place."""
    said = [f"{path}: {' '.join(texts)}" for path, texts in problem.errors.items()]
    return " · ".join(said[:20]) or problem.detail


@bp.get("/export/<kind>")
@allow(*READERS)
def export(kind: str) -> Response:
    _reader()
    what = _kind(kind)
    return settings_transfer.answer(what, *content_of(what))


def _kind(code: str) -> Kind:
    if code not in tuple(Kind):
        raise NotFound()
    return Kind(code)
