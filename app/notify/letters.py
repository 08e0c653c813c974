"""A delivery as the mail that its receiver reads, in their language.

Subjects carry at most a case's number and category; of a restricted case its number alone.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr
from typing import Any

import orjson
from flask import current_app
from flask_babel import force_locale

from app.catalogue.queries import categories
from app.core.config import settings
from app.core.language import LOCALES, name_of, ngettext
from app.core.language import gettext as _
from app.core.policy import Actor
from app.core.roles import Role
from app.notify.models import Delivery, Notice, Preference
from app.notify.rules import FEW
from app.notify.texts import line_of, title_of


@dataclass(frozen=True)
class Letter:
    """A message ready to go, to one address, under the delivery's token."""

    to: str
    token: str
    message: EmailMessage


def letter(delivery: Delivery, notices: Sequence[Notice], reader: Actor, preference: Preference) -> Letter:
    """The mail; its Message-ID and date are the delivery's, so that every attempt sends the same."""
    assert preference.address is not None
    message = EmailMessage(policy=SMTP)
    with force_locale(LOCALES[preference.language]):
        message["Subject"] = _subject(notices)
        message["From"] = formataddr((_("Wangge"), settings().mail_from))
        message["To"] = preference.address
        message["Date"] = format_datetime(delivery.made_at)
        message["Message-ID"] = f"<{delivery.token}@{settings().mail_from.rpartition('@')[2]}>"
        message["Auto-Submitted"] = "auto-generated"
        message["X-Wangge-Events"] = " ".join(str(notice.event_seq) for notice in notices)
        message.set_content(_body(notices, reader))
    return Letter(preference.address, delivery.token, message)


def _subject(notices: Sequence[Notice]) -> str:
    if len(notices) > 1:
        return ngettext("%(num)d notice", "%(num)d notices", len(notices))
    params = orjson.loads(notices[0].params)
    if params.get("restricted"):
        return str(params["number"])
    found = categories().get(params.get("category", ""))
    parts = (title_of(notices[0].template), params.get("number"), name_of(found) if found else None)
    return " · ".join(part for part in parts if part)


def _body(notices: Sequence[Notice], reader: Actor) -> str:
    told = _counted(notices) if len(notices) > FEW else "\n\n".join(_told(each, reader) for each in notices)
    where = _("All notices, and how you want to be told: %(link)s", link=link(path_of("notify.page")))
    return f"{told}\n\n-- \n{where}\n"


def _counted(notices: Sequence[Notice]) -> str:
    """How many of each kind; of restricted cases only how many."""
    kinds = Counter(_kind(notice) for notice in notices)
    lines = [
        f"{count} × {kind}" for kind, count in sorted(kinds.items(), key=lambda kind: (-kind[1], kind[0]))
    ]
    return "\n".join(lines)


def _kind(notice: Notice) -> str:
    restricted = orjson.loads(notice.params).get("restricted")
    return _("about a restricted case") if restricted else title_of(notice.template)


def _told(notice: Notice, reader: Actor) -> str:
    params: dict[str, Any] = orjson.loads(notice.params)
    number = params.get("number")
    title = [] if params.get("restricted") else [title_of(notice.template)]
    head = " · ".join([*title, *([number] if number else [])])
    path = subject_path(notice.subject, reader)
    lines = [head, line_of(notice.template, params), *([link(path)] if path else [])]
    return "\n".join(lines)


def subject_path(subject: str, reader: Actor) -> str | None:
    """Where the reader looks at what the notice is about: the phone's page for inspectors."""
    kind, _sep, ident = subject.partition(":")
    if kind == "brief":
        return path_of("desk.brief_told", uuid=ident)
    if kind != "case":
        return None
    return path_of("field.case" if reader.has(Role.INSPECTOR) else "desk.case", uuid=ident)


def path_of(endpoint: str, **values: str) -> str | None:
    """The path of a page of any room; None where the page is not there."""
    if endpoint not in current_app.view_functions:
        return None
    return current_app.url_map.bind("").build(endpoint, values)


def link(path: str | None) -> str:
    """The whole address, where the installation knows its own; else the path."""
    return f"{(settings().public_url or '').rstrip('/')}{path or ''}"
