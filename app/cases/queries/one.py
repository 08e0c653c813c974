"""One case: found within a scope, or not at all."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import String, literal, select, union_all

from app.cases.models import Case, CasePhoto, CaseVoice, Task
from app.core.db import db
from app.core.policy import SCOPE_FIELDS, Actor, Some, holds, may_read_case, may_read_receipt
from app.core.problems import NotFound


class Attachment(NamedTuple):
    """A photo (before, after, check, other) or a spoken note (voice) of a case."""

    sha256: str
    kind: str
    bytes: int


@dataclass(frozen=True)
class Found:
    """A case in the viewer's scope; `receipt` when only number and hashes may be shown.

    `first_tasks`: the case was filed this instant, has these tasks and no photo, and need not be read again.
    """

    case: Case
    receipt: bool
    first_tasks: tuple[Task, ...] = ()

    def tasks(self) -> list[Task]:
        return list(self.first_tasks) or tasks_of(self.case.id)

    def attachments(self) -> list[Attachment]:
        """Photos and spoken notes, in the order they were added."""
        return [] if self.first_tasks else attachments_of(self.case.id)


def find_case(uuid: UUID, actor: Actor) -> Found:
    """The case, if the actor may read it, or as its receipt for who filed it; raises NotFound."""
    case = db.session.scalar(select(Case).where(Case.uuid == uuid).execution_options(populate_existing=True))
    if case is None:
        raise NotFound
    return as_seen_by(actor, case)


def as_seen_by(actor: Actor, case: Case, first_tasks: tuple[Task, ...] = ()) -> Found:
    """All of the case or its receipt, as the actor may read it; raises NotFound."""
    row = scope_row(case)
    if holds(may_read_case(actor), row):
        return Found(case, False, first_tasks)
    if holds(may_read_receipt(actor), row):
        return Found(case, True, first_tasks)
    raise NotFound


def readable_case(uuid: UUID, actor: Actor) -> Case:
    """The case, if the actor may read all of it; raises NotFound."""
    found = find_case(uuid, actor)
    if found.receipt:
        raise NotFound
    return found.case


def locked_case(uuid: UUID, actor: Actor, *, receipt: bool = False) -> Case:
    """The case, locked until the commit, if the actor may read it (or its receipt) now; raises NotFound."""
    statement = select(Case).where(Case.uuid == uuid).with_for_update()
    case = db.session.scalar(statement.execution_options(populate_existing=True))
    rule = Some((may_read_case(actor), may_read_receipt(actor))) if receipt else may_read_case(actor)
    if case is None or not holds(rule, scope_row(case)):
        raise NotFound
    return case


def scope_row(case: Case) -> Mapping[str, Any]:
    """What the policy looks at."""
    return {name: getattr(case, name) for name in SCOPE_FIELDS}


def attachments_of(case_id: int) -> list[Attachment]:
    """Photos and spoken notes, in the order they were added. One statement."""
    photo, voice = CasePhoto, CaseVoice
    spoken = literal("voice", String).label("kind")
    rows = union_all(
        select(photo.sha256, photo.kind, photo.bytes, photo.added_at, photo.id).where(
            photo.case_id == case_id
        ),
        select(voice.sha256, spoken, voice.bytes, voice.added_at, voice.id).where(voice.case_id == case_id),
    )
    found = db.session.execute(rows.order_by("added_at", "id"))
    return [Attachment(row.sha256, row.kind, row.bytes) for row in found]


def voices_of(case_id: int) -> list[CaseVoice]:
    """In the order they were added."""
    return list(
        db.session.scalars(select(CaseVoice).where(CaseVoice.case_id == case_id).order_by(CaseVoice.id))
    )


def photos_of(case_id: int) -> list[CasePhoto]:
    """In the order they were added."""
    return list(
        db.session.scalars(select(CasePhoto).where(CasePhoto.case_id == case_id).order_by(CasePhoto.id))
    )


def tasks_of(case_id: int) -> list[Task]:
    return list(db.session.scalars(select(Task).where(Task.case_id == case_id).order_by(Task.id)))
