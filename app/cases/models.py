"""The case: the incident as filed (immutable), the managed record, its tasks, photos and past states."""

from datetime import datetime
from typing import Any
from uuid import UUID

from geoalchemy2 import Geometry
from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, TextClause, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Model, UtcDateTime

STATUSES = (
    "filed",
    "accepted",
    "dispatched",
    "in_progress",
    "handled",
    "closed",
    "rejected",
    "verifying",
    "suspended",
    "voided",
)
PLACED_LEVELS = ("city", "district", "town", "community", "grid")
IS_OPEN = text("ended_at is null")
IS_GIVEN = text("department_id is not null")
OWED_BESIDE = ("acknowledge", "answer", "approve", "review")
IS_HANDLING = text("kind = 'handle' and due_at is not null")
IS_OWED_BESIDE = text(f"closed_at is null and kind in {OWED_BESIDE}")
"""Duties beside the main one are few: each unit's are found by an index that filings never touch."""


BY_TIME = ("filed_at", "id")
"""Read backwards, newest first. Rising, so that new cases are added at the end."""


def _partial(name: str, *columns: Any, only: TextClause) -> Index:
    return Index(name, *columns, postgresql_where=only, sqlite_where=only)


def _list_indexes() -> list[Index]:
    """See docs/adr/0006. Every index is paid for by every filing: the city needs no condition and so no
    index of its own, a community has few enough cases to look through, and one index knows all open ones.
    """
    found = [
        Index("ix_case_grid_filed", "grid_id", *BY_TIME),
        Index("ix_case_community_filed", "community_id", *BY_TIME, "status", "category", "restricted"),
        _partial(
            "ix_case_open",
            "category",
            *BY_TIME,
            *("district_id", "town_id", "community_id", "status", "restricted"),
            only=IS_OPEN,
        ),
    ]
    for name, unit in (("case", ()), ("case_district", ("district_id",)), ("case_town", ("town_id",))):
        found.append(Index(f"ix_{name}_filed", *unit, *BY_TIME))
        found.append(Index(f"ix_{name}_status", *unit, "status", "category", *BY_TIME, "restricted"))
    return found


class Case(Model):
    """The managed record opened by an incident. It has one UUID and one number for life.

    Open means `ended_at is null`. `due_at` is the earliest due time of the open tasks that are not
    paused, `clock_from` and `near_at` are of that task; null is never overdue. `took_s` is seconds from
    filing to closing. `category` may be changed by an approved application; `filed_category` never is.
    `applied` is what the pending application asks for, `resume_to` the status to go back to. `flags` is
    JSON: what speaks against the filing's own words (see `cases.claims`), null for nothing.
    """

    __tablename__ = "case_record"
    __table_args__ = (
        CheckConstraint(f"status in {STATUSES}", name="status"),
        *_list_indexes(),
        _partial("ix_case_due", "due_at", only=text("ended_at is null and due_at is not null")),
        Index("ix_case_filed_by", "filed_by_id", *BY_TIME),
        _partial("ix_case_department", "department_id", *BY_TIME, only=text("department_id is not null")),
        _partial("ix_case_holder", "holder_id", "status", only=IS_OPEN),
        Index("ix_case_changed", "changed_at"),
        Index(
            "ix_case_statistics",
            "category",
            "filed_at",
            "city_id",
            "district_id",
            "town_id",
            "community_id",
            "grid_id",
            "status",
            "ended_at",
            "due_at",
            "escalations",
            "on_time",
            "restricted",
            "level",
            "took_s",
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[UUID] = mapped_column(Uuid, unique=True)
    number: Mapped[str | None] = mapped_column(String(40), unique=True)
    version: Mapped[int] = mapped_column(default=1)

    # the incident, as filed
    filed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    filed_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    command_hash: Mapped[str] = mapped_column(String(64))
    observed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    category: Mapped[str] = mapped_column(String(20))
    filed_category: Mapped[str | None] = mapped_column(String(20))
    catalogue_version_id: Mapped[int] = mapped_column(ForeignKey("catalogue_version.id"))
    restricted: Mapped[bool] = mapped_column(default=False)
    description: Mapped[str] = mapped_column(Text, default="")
    urgency: Mapped[str] = mapped_column(String(12), default="normal")
    channel: Mapped[str] = mapped_column(String(20), default="inspector")
    reporter: Mapped[str | None] = mapped_column(Text)
    extra: Mapped[str | None] = mapped_column(Text)
    place_text: Mapped[str | None] = mapped_column(Text)
    accuracy_m: Mapped[float | None]
    crs: Mapped[str | None] = mapped_column(String(8))
    raw_geometry: Mapped[str | None] = mapped_column(Text)
    generation_id: Mapped[int | None] = mapped_column(ForeignKey("generation.id"))
    flags: Mapped[str | None] = mapped_column(Text)

    # where it lies
    geom: Mapped[Any | None] = mapped_column(Geometry("GEOMETRY", srid=4326))
    geometry: Mapped[str | None] = mapped_column(Text)
    lon: Mapped[float | None]
    lat: Mapped[float | None]
    placement: Mapped[str] = mapped_column(String(12))
    nearest_id: Mapped[int | None] = mapped_column(ForeignKey("area.id"))
    bordering: Mapped[str | None] = mapped_column(Text)
    city_id: Mapped[int | None]
    district_id: Mapped[int | None]
    town_id: Mapped[int | None]
    community_id: Mapped[int | None]
    grid_id: Mapped[int | None] = mapped_column(ForeignKey("area.id"))
    scope_path: Mapped[str] = mapped_column(String(240))
    # The ids above the grid are copied from the unit, whose own carry no foreign keys either: all filings
    # would lock the same few rows.

    # where it stands
    status: Mapped[str] = mapped_column(String(12))
    level: Mapped[str] = mapped_column(String(12))
    holder_id: Mapped[int] = mapped_column(ForeignKey("area.id"))
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))
    handled_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    clock_from: Mapped[datetime | None] = mapped_column(UtcDateTime)
    near_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    accepted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    escalations: Mapped[int] = mapped_column(default=0)
    returns: Mapped[int] = mapped_column(default=0)
    reworks: Mapped[int] = mapped_column(default=0)
    reopens: Mapped[int] = mapped_column(default=0)
    extensions: Mapped[int] = mapped_column(default=0)
    self_handled: Mapped[bool] = mapped_column(default=False)
    card: Mapped[str | None] = mapped_column(String(8))
    applied: Mapped[str | None] = mapped_column(String(12))
    suspended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    resume_to: Mapped[str | None] = mapped_column(String(12))
    on_time: Mapped[bool | None]
    took_s: Mapped[int | None]

    __mapper_args__ = {  # noqa: RUF012
        "version_id_col": version,
        "version_id_generator": False,
    }


class PastState(Model):
    """Where a case stood from `since` until `until`, so that a list can be asked as of an instant."""

    __tablename__ = "case_past"
    __table_args__ = (
        Index("ix_case_past_case_version", "case_id", "version", unique=True),
        Index("ix_case_past_until", "until", "since"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_record.id"))
    version: Mapped[int]
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    until: Mapped[datetime] = mapped_column(UtcDateTime)
    status: Mapped[str] = mapped_column(String(12))
    level: Mapped[str] = mapped_column(String(12))
    holder_id: Mapped[int]
    department_id: Mapped[int | None]
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    clock_from: Mapped[datetime | None] = mapped_column(UtcDateTime)
    near_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    card: Mapped[str | None] = mapped_column(String(8))
    category: Mapped[str | None] = mapped_column(String(20))
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    escalations: Mapped[int]
    returns: Mapped[int]
    reworks: Mapped[int]
    on_time: Mapped[bool | None]
    took_s: Mapped[int | None]
    city_id: Mapped[int | None]
    district_id: Mapped[int | None]
    town_id: Mapped[int | None]
    community_id: Mapped[int | None]
    grid_id: Mapped[int | None]


PAST_FIELDS = (
    "status",
    "level",
    "holder_id",
    "department_id",
    "due_at",
    "clock_from",
    "near_at",
    "card",
    "category",
    "ended_at",
    "escalations",
    "returns",
    "reworks",
    "on_time",
    "took_s",
    *(f"{level}_id" for level in PLACED_LEVELS),
)
"""What of a case changes and is therefore kept in `case_past`."""


class Task(Model):
    """One open duty of a unit, department or person on a case, with its own clock.

    `near_at` is when a notice is due, `warned_at` when it was given; `wake_at` is the next instant at
    which the sweep must look. `rung` counts the breaches so far; the ladder climbs from `base_level`,
    where the case was at `base_rung`. `paused_s`: working seconds that suspensions took so far.
    """

    __tablename__ = "task"
    __table_args__ = (
        Index("ix_task_case_id", "case_id"),
        _partial("ix_task_owed", "kind", "area_id", only=IS_OWED_BESIDE),
        _partial("ix_task_wake", "wake_at", "id", only=text("closed_at is null and wake_at is not null")),
        _partial("ix_task_handling_due", "due_at", "case_id", only=IS_HANDLING),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_record.id"))
    kind: Mapped[str] = mapped_column(String(20))
    area_id: Mapped[int | None] = mapped_column(ForeignKey("area.id"))
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    term: Mapped[str | None] = mapped_column(String(12))
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    near_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    warned_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    wake_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    rung: Mapped[int] = mapped_column(default=0)
    base_level: Mapped[str | None] = mapped_column(String(12))
    base_rung: Mapped[int] = mapped_column(default=0)
    paused_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    paused_s: Mapped[int] = mapped_column(default=0)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    outcome: Mapped[str | None] = mapped_column(String(24))


class CaseApplication(Model):
    """What somebody asked the level above for; at most one of a case is pending.

    `task_id` is the duty to decide it; its area is the unit that decides. `details` is JSON: `due_at`
    (with the `task` it is for), `review_at` or `category`.
    """

    __tablename__ = "application"
    __table_args__ = (
        CheckConstraint("state in ('pending','approved','denied','withdrawn')", name="state"),
        Index("ix_application_case_id", "case_id"),
        Index(
            "ix_application_pending",
            "case_id",
            unique=True,
            postgresql_where=text("state = 'pending'"),
            sqlite_where=text("state = 'pending'"),
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[UUID] = mapped_column(Uuid, unique=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_record.id"))
    task_id: Mapped[int | None] = mapped_column(ForeignKey("task.id"))
    kind: Mapped[str] = mapped_column(String(12))
    state: Mapped[str] = mapped_column(String(12))
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    reason: Mapped[str] = mapped_column(Text)
    details: Mapped[str] = mapped_column(Text, default="{}")
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class CaseGrant(Model):
    """A department that may read the case without leading it."""

    __tablename__ = "case_grant"
    __table_args__ = (
        CheckConstraint("kind in ('assisting','informed','summoned')", name="kind"),
        Index("ix_case_grant_case_id", "case_id"),
        Index("ix_case_grant_department", "department_id", "case_id", "kind", unique=True),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_record.id"))
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"))
    kind: Mapped[str] = mapped_column(String(12))
    granted_at: Mapped[datetime] = mapped_column(UtcDateTime)


class CaseAction(Model):
    """An action that was carried out, by the UUID its sender gave it: a repeat does nothing twice."""

    __tablename__ = "case_action"
    __table_args__ = (Index("ix_case_action_case_id", "case_id"),)
    uuid: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_record.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    command_hash: Mapped[str] = mapped_column(String(64))
    version: Mapped[int]
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class CasePhoto(Model):
    """One photo on one case in one capacity: before, after, check, other."""

    __tablename__ = "case_photo"
    __table_args__ = (
        CheckConstraint("kind in ('before','after','check','other')", name="kind"),
        Index("ix_case_photo_case_sha", "case_id", "sha256", "kind", unique=True),
        Index("ix_case_photo_sha256", "sha256"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_record.id"))
    sha256: Mapped[str] = mapped_column(String(64), ForeignKey("photo.sha256"))
    kind: Mapped[str] = mapped_column(String(8))
    bytes: Mapped[int]
    added_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)


class CaseVoice(Model):
    """A spoken note on a case; its bytes are kept by their hash beside the photos."""

    __tablename__ = "case_voice"
    __table_args__ = (
        Index("ix_case_voice_case_sha", "case_id", "sha256", unique=True),
        Index("ix_case_voice_sha256", "sha256"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_record.id"))
    sha256: Mapped[str] = mapped_column(String(64))
    bytes: Mapped[int]
    media_type: Mapped[str] = mapped_column(String(20))
    seconds: Mapped[float | None]
    added_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
