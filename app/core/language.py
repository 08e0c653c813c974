"""Which language a page speaks, and how it says times, spans, numbers and names."""

from datetime import date, datetime, timedelta
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any

import flask_babel
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import Flask, Response, has_request_context, make_response, redirect, request
from flask_babel import Babel, Domain, format_date, format_datetime, format_decimal, get_locale
from markupsafe import Markup

from app.core import clock
from app.core.access import ANYONE, allow
from app.core.config import settings
from app.core.onward import local_path

COOKIE = "lang"
LOCALES = {"zh": "zh_Hans_CN", "en": "en"}
FOLDER = Path(__file__).resolve().parent.parent / "translations"
YEAR = 365 * 24 * 3600


class CatalogueDomain(Domain):  # type: ignore[misc]  # flask_babel is untyped
    """Reads the .po file itself, so that there is no compiled twin to forget."""

    def get_translations(self) -> NullTranslations:
        return _translations(str(get_locale() or LOCALES["zh"]))


@lru_cache(maxsize=8)
def _translations(locale: str) -> NullTranslations:
    source = FOLDER / locale / "LC_MESSAGES" / "messages.po"
    if not source.is_file():
        return NullTranslations()
    compiled = BytesIO()
    with source.open("rb") as file:
        write_mo(compiled, read_po(file, locale=locale))
    compiled.seek(0)
    return Translations(compiled)


def init_app(app: Flask) -> None:
    babel = Babel()
    babel.domain_instance = CatalogueDomain()
    babel.init_app(
        app,
        default_locale=LOCALES["zh"],
        locale_selector=_chosen,
        timezone_selector=lambda: str(settings().city_zone),
    )
    app.add_url_rule("/language", "language", allow(ANYONE)(choose), methods=["POST"])
    app.jinja_env.filters.update(
        instant=instant, day=day, ago=ago, span=span, time_left=time_left, number=number, stamp=stamp
    )
    app.jinja_env.globals.update(name_of=name_of, now=clock.now)


def choose() -> Response:
    """Keep the person's choice and show the same page again."""
    wanted = request.form.get("lang", "zh")
    answer = make_response(redirect(local_path(request.form.get("back")) or "/", code=303))
    if wanted in LOCALES:
        answer.set_cookie(
            COOKIE, wanted, max_age=YEAR, samesite="Lax", httponly=True, secure=settings().secure_cookies
        )
    return answer


def _chosen() -> str:
    if not has_request_context():
        return LOCALES["zh"]
    kept = request.cookies.get(COOKIE, "")
    if kept in LOCALES:
        return LOCALES[kept]
    return LOCALES[request.accept_languages.best_match(["zh", "zh-CN", "en"], default="zh")[:2]]


def gettext(message: str, **values: Any) -> str:
    """flask_babel's, with types: `from app.core.language import gettext as _`."""
    return str(flask_babel.gettext(message, **values))


def ngettext(one: str, many: str, num: int, **values: Any) -> str:
    return str(flask_babel.ngettext(one, many, num, **values))


_ = gettext


def code() -> str:
    """`zh` or `en`."""
    locale = get_locale()
    return "en" if locale and locale.language == "en" else "zh"


def name_of(thing: Any) -> str:
    """The name in the reader's language; data without an English name keep the Chinese one."""
    if thing is None:
        return ""
    english = thing.get("name_en") if isinstance(thing, dict) else getattr(thing, "name_en", None)
    chinese = thing.get("name") if isinstance(thing, dict) else thing.name
    return str(english if code() == "en" and english else chinese or "")


def instant(moment: datetime | None) -> str:
    """Local date and time, the year only when it is another one: `21 Nov 10:42`, `11月21日 10:42`."""
    if moment is None:
        return ""
    same_year = clock.local_day(moment).year == clock.local_day(clock.now()).year
    pattern = (
        {"zh": "M月d日 HH:mm", "en": "d MMM HH:mm"}
        if same_year
        else {"zh": "y年M月d日 HH:mm", "en": "d MMM y HH:mm"}
    )
    return str(format_datetime(moment, pattern[code()]))


def day(moment: date | None) -> str:
    """A local day, or the one in which an instant lies: `21 Nov 2026`, `2026年11月21日`."""
    if moment is None:
        return ""
    told = format_datetime if isinstance(moment, datetime) else format_date
    return str(told(moment, "y年M月d日" if code() == "zh" else "d MMM y"))


def span(length: timedelta) -> str:
    """A length of time in its two largest units: `3 h 20 min`, `2 days 4 h`, `40 min`."""
    minutes = int(abs(length).total_seconds() // 60)
    days, minutes = divmod(minutes, 24 * 60)
    hours, minutes = divmod(minutes, 60)
    if days >= 10 or (days and not hours):
        return str(ngettext("%(num)d day", "%(num)d days", days))
    if days:
        return str(ngettext("%(num)d day %(hours)d h", "%(num)d days %(hours)d h", days, hours=hours))
    if hours and minutes:
        return _("%(hours)d h %(minutes)d min", hours=hours, minutes=minutes)
    if hours:
        return _("%(hours)d h", hours=hours)
    return _("%(minutes)d min", minutes=minutes)


def ago(moment: datetime | None, now: datetime | None = None) -> str:
    """How long ago: `40 min ago`, `just now`."""
    if moment is None:
        return ""
    past = (now or clock.now()) - moment
    if past < timedelta(minutes=1):
        return _("just now")
    return _("%(span)s ago", span=span(past))


def time_left(due: datetime | None, now: datetime | None = None) -> str:
    """`3 h 20 min left`, or `overdue by 2 days`."""
    if due is None:
        return _("no limit")
    left = due - (now or clock.now())
    text = span(left)
    return _("%(span)s left", span=text) if left > timedelta() else _("overdue by %(span)s", span=text)


def stamp(moment: datetime | None, text: str | None = None) -> Markup:
    """A `<time>` element: words to read, the exact local instant on hover, the machine's form inside."""
    if moment is None:
        return Markup("")
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        clock.rfc3339(moment), format_datetime(moment, "y-MM-dd HH:mm:ss"), text or instant(moment)
    )


def number(value: float | None, digits: int = 0) -> str:
    """Grouped by thousands; an en dash when there is none."""
    if value is None:
        return "–"
    pattern = "#,##0." + "0" * digits if digits else "#,##0"
    return str(format_decimal(value, pattern))
