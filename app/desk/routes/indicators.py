"""Indicators of a unit and of the units below it, their definitions, and ratings of closed cases."""

from typing import Any
from uuid import UUID

from flask import Response, flash, make_response, redirect, request, send_file, url_for

from app.analysis import ratings
from app.analysis.backlog import AGES, age_filters, backlog
from app.analysis.indicators import Definitions, definitions, history
from app.analysis.indicators.values import curve_of
from app.analysis.indicators.versions import change_targets
from app.analysis.indicators.windows import PERIODS
from app.areas.index import areas
from app.cases.queries import listing
from app.cases.queries.one import readable_case
from app.cases.ratings import SCORES
from app.core import db as database
from app.core.access import allow, current_actor
from app.core.clock import now, rfc3339
from app.core.language import gettext as _
from app.core.language import name_of, number
from app.core.pages import render
from app.core.problems import Conflict, Invalid, Stale
from app.core.roles import HOLDER_ROLES, Role
from app.core.words import word
from app.desk import choices, indicators_charts, indicators_export, indicators_tables
from app.desk import indicators_words as words
from app.desk.indicators import View, asked_view, by_group, plain_view
from app.desk.routes import bp

READERS = tuple(sorted(HOLDER_ROLES))
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@bp.get("/indicators")
@allow(*READERS)
def indicators() -> Any:
    actor, at = current_actor(), now()
    try:
        view, problem = asked_view(actor, at), None
    except Invalid as invalid:
        view, problem = plain_view(actor, at), invalid
    return _page(view, problem), 422 if problem else 200


@bp.get("/indicators.csv")
@allow(*READERS)
def indicators_csv() -> Response:
    view = asked_view(current_actor(), now())
    response = make_response("\ufeff" + indicators_export.as_csv(view))
    response.headers["Content-Type"] = "text/csv; charset=utf-8"
    response.headers["Content-Disposition"] = f'attachment; filename="indicators-{view.area.code}.csv"'
    return response


@bp.get("/indicators.xlsx")
@allow(*READERS)
def indicators_xlsx() -> Response:
    view = asked_view(current_actor(), now())
    name = f"indicators-{view.area.code}.xlsx"
    return send_file(indicators_export.xlsx(view), XLSX, as_attachment=True, download_name=name)


def _page(view: View, problem: Invalid | None) -> str:
    found = indicators_tables.beside(view)
    return render(
        "desk/indicators.html",
        view=view,
        errors=problem.errors if problem else {},
        problem="; ".join(text for texts in problem.errors.values() for text in texts) if problem else None,
        groups=indicators_tables.own_groups(view),
        units=indicators_tables.units_table(view),
        beside=indicators_tables.beside_table(view, found),
        funnel=indicators_charts.funnel(view, found),
        departments=indicators_tables.departments_table(view),
        inspectors=indicators_tables.inspectors_table(view),
        crumbs=_crumbs(view),
        **_closing(view),
        **_backlog(view),
        **_options(view),
    )


def _closing(view: View) -> dict[str, Any]:
    """The survival curve of time to close, and its table."""
    indicator = next((each for each in view.said.indicators if each.numerator == "closing"), None)
    curve = curve_of(indicator, view.whole) if indicator else None
    hours = indicators_tables.followed(indicator, view.whole) if indicator else 0.0
    return {
        "survival": indicators_charts.survival(curve, hours),
        "closed_by": indicators_tables.closed_by(curve, hours),
        "followed": curve.count if curve else 0,
        "censored": curve.censored if curve else 0,
    }


def _backlog(view: View) -> dict[str, Any]:
    """What was open at the end of each day (for who may see all of the unit), and what is open now by age."""
    shown = view.covered and view.area.level != "grid" and not view.shared.categories
    days = backlog(view.area, view.window.first, view.window.last, restricted=view.cleared) if shown else []
    return {
        "backlog": indicators_charts.backlog_chart(days),
        "backlog_days": days,
        "backlog_shown": shown,
        "ages": [_age(view, age) for age in AGES],
    }


def _age(view: View, age: str) -> tuple[Any, indicators_tables.Cell]:
    """How many are open now that were filed in a class of ages."""
    part = age_filters(age, view.window.as_of)
    asked = view.open_filters().but(**part)
    count = listing.total(asked, within=listing.scope_for(view.actor, asked), now=view.at)
    names = {"start": "from", "end": "to"}
    adds = {names[name]: rfc3339(value) or "" for name, value in part.items()}
    url = view.link(("standing", ()), None, None, **adds) if count else None
    return words.AGE_WORDS[age], indicators_tables.Cell(number(count), url)


def _crumbs(view: View) -> list[dict[str, str | None]]:
    path = [unit for _level, unit in areas().ancestors(view.area) if unit is not None]
    return [
        {"name": name_of(unit), "url": None if unit is view.area else view.here(area=unit.code, level=None)}
        for unit in path
    ]


def _options(view: View) -> dict[str, Any]:
    return {
        "area_options": choices.area_choices(view.actor, view.area),
        "level_options": [(level, word(level, "levels")) for level in view.levels],
        "period_options": [(code, str(words.PERIOD_WORDS[code])) for code in PERIODS],
        "categories": choices.category_choices(),
        "show_options": [
            (str(words.GROUP_WORDS[group]), None, [(each.code, name_of(each)) for each in found])
            for group, found in by_group(tuple(view.comparable)).items()
        ],
        "per_options": [(code, str(text)) for code, text in words.PER_WORDS.items()],
        "asked": request.args,
    }


@bp.get("/indicators/definitions")
@allow(*READERS, Role.ADMINISTRATOR)
def indicator_definitions() -> str:
    asked = request.args.get("version", "")
    said = (
        definitions(int(asked)) if asked.isascii() and asked.isdigit() and len(asked) < 8 else definitions()
    )
    return _definitions_page(said, {}, None)


@bp.post("/indicators/definitions")
@allow(Role.ADMINISTRATOR)
def change_indicator_targets() -> Any:
    """A new version with the targets of the form; an empty field is no target."""
    database.begin_write()
    try:
        version = change_targets(
            _targets(),
            actor=current_actor(),
            now=now(),
            note=request.form.get("note", ""),
            based_on=int(request.form.get("based_on", "0")),
        )
    except ValueError:
        return _refused(Invalid({"based_on": [_("A whole number is expected.")]}))
    except (Invalid, Stale) as bad:
        return _refused(bad)
    flash(_("Version %(n)s counts from now on.", n=version) if version else _("Nothing was changed."), "ok")
    return redirect(url_for("desk.indicator_definitions"), code=303)


def _refused(bad: Invalid | Stale) -> Any:
    database.rollback()
    errors = bad.errors if isinstance(bad, Invalid) else {}
    problem = "; ".join(text for texts in errors.values() for text in texts) or str(bad.detail)
    return _definitions_page(definitions(), errors, problem), bad.status


def _targets() -> dict[str, float | None]:
    """The form's targets. Raises Invalid, naming the indicator."""
    found: dict[str, float | None] = {}
    for each in definitions().indicators:
        name = f"target-{each.code}"
        if name not in request.form:
            continue
        text = request.form[name].strip()
        try:
            found[each.code] = float(text) if text else None
        except ValueError:
            raise Invalid({name: [f"{name_of(each)}: " + _("A number from 0 up is expected.")]}) from None
    return found


def _definitions_page(said: Definitions, errors: Any, problem: str | None) -> str:
    newest = definitions()
    return render(
        "desk/indicators_definitions.html",
        said=said,
        newest=newest.version,
        groups=[(words.GROUP_WORDS[group], found) for group, found in by_group(said.indicators).items()],
        formula_of=words.formula_of,
        target_text=words.target_text,
        versions=history(),
        errors=errors,
        problem=problem,
        form=request.form,
        may_change=current_actor().has(Role.ADMINISTRATOR) and said.version == newest.version,
    )


@bp.get("/cases/<uuid:uuid>/rating")
@allow(*READERS)
def case_rating(uuid: UUID) -> str:
    return _rating_page(uuid, {}, None)


@bp.post("/cases/<uuid:uuid>/rating")
@allow(*READERS)
def rate_case(uuid: UUID) -> Any:
    form, actor, at = request.form, current_actor(), now()
    said = ratings.Rating(form.get("score", ""), form.get("channel", ""), form.get("words", ""))
    database.begin_write()
    try:
        ratings.rate(uuid, said, actor=actor, now=at)
    except (Invalid, Conflict) as bad:
        database.rollback()
        errors = bad.errors if isinstance(bad, Invalid) else {}
        return _rating_page(uuid, errors, None if errors else str(bad.detail)), bad.status
    flash(_("The rating is kept."), "ok")
    return redirect(url_for("desk.case_rating", uuid=uuid), code=303)


def _rating_page(uuid: UUID, errors: Any, problem: str | None) -> str:
    case = readable_case(uuid, current_actor())
    return render(
        "desk/indicators_rating.html",
        case=case,
        rating=ratings.rating_of(case),
        may_rate=ratings.may_rate(case, current_actor()),
        score_options=[(score, str(words.SCORE_WORDS[score])) for score in SCORES],
        channel_options=[(code, str(text)) for code, text in words.CHANNEL_WORDS.items()],
        score_words=words.SCORE_WORDS,
        channel_words=words.CHANNEL_WORDS,
        form=request.form,
        errors=errors,
        problem=problem,
    )
