"""`flask escalation sweep`, `audit`, `list`."""

from datetime import UTC, datetime
from uuid import UUID

import click
from flask.cli import AppGroup

from app.areas.index import areas
from app.core.clock import rfc3339
from app.core.db import database_now
from app.core.policy import EVERYTHING
from app.escalation import audit as auditing
from app.escalation import queries
from app.escalation.recompute import Standing, Unknowable
from app.escalation.sweep import sweep

escalation = AppGroup("escalation", help="Cases whose limits have passed.")


@escalation.command("sweep")
def sweep_now() -> None:
    """Deal with everything that is due, now."""
    swept = sweep()
    click.echo(f"{swept.found} tasks were due: {swept.raised} limits passed, {swept.warned} notices")
    for case_id, fault in swept.failed.items():
        click.echo(f"✗ case {case_id}: {fault}")
    if swept.failed:
        raise SystemExit(1)


@escalation.command("list")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, help="How many at most.")
def list_at_the_top(limit: int) -> None:
    """The city list: overdue cases that nobody stands above, longest overdue first."""
    now = database_now()
    for case in queries.city_list(now, within=EVERYTHING, limit=limit):
        place = areas().by_id[case.community_id].name if case.community_id else "–"
        click.echo(f"{case.number}  {case.status}  {case.card or '–'}  {rfc3339(case.due_at)}  {place}")
    click.echo(f"{queries.count_city_list(now, within=EVERYTHING)} cases")


class Instant(click.ParamType[datetime]):
    """RFC 3339; without an offset it is UTC."""

    name = "instant"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        try:
            read = datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is no instant such as 2026-11-21T10:42:00Z", param, ctx)
        return read if read.tzinfo else read.replace(tzinfo=UTC)


@escalation.command("audit")
@click.option("--case", "uuid", type=click.UUID, help="Only the case with this UUID.")
@click.option("--limit", type=click.IntRange(1), help="Only the newest so many.")
@click.option("--at", type=Instant(), help="Tell where the case stood at this instant (with --case).")
def audit_cases(uuid: UUID | None, limit: int | None, at: datetime | None) -> None:
    """Work every case out again from its history; exit 1 and name each difference."""
    if at is not None:
        _tell_standing(uuid, at)
        return
    found = auditing.audit(uuid=uuid, limit=limit)
    for difference in found.differences[:200]:
        click.echo(f"✗ {difference.number or difference.uuid}: {difference.what}")
    click.echo(
        f"{found.cases} cases, {found.events} events: {len(found.differences)} differences"
        + (
            f"; {found.unknowable} cannot be worked out, part of their history is erased"
            * bool(found.unknowable)
        )
    )
    if found.differences:
        raise SystemExit(1)


def _tell_standing(uuid: UUID | None, at: datetime) -> None:
    if uuid is None:
        raise click.UsageError("--at is about one case: name it by --case")
    try:
        standing = auditing.standing_at(uuid, at)
    except Unknowable as unknowable:
        raise click.ClickException(str(unknowable)) from None
    if standing is None:
        raise click.ClickException(f"there is no case {uuid}")
    for line in _lines(standing):
        click.echo(line)


SHOWN = (
    "status",
    "level",
    "holder",
    "department",
    "version",
    "due_at",
    "card",
    "escalations",
    "returns",
    "reworks",
    "extensions",
    "reopens",
    "suspended_at",
    "ended_at",
)


def _lines(standing: Standing) -> list[str]:
    """What a person asks of a case at an instant."""
    lines = [f"{name:<12} {_shown(getattr(standing, name))}" for name in SHOWN]
    for duty in standing.open_duties:
        owed_by = duty.department or duty.unit
        lines.append(
            f"task         {duty.kind} of {owed_by}, due {_shown(duty.due_at)}, {duty.rung} breaches"
        )
    return lines + [f"doubt        {doubt}" for doubt in standing.doubts]


def _shown(value: object) -> str:
    if isinstance(value, datetime):
        return str(rfc3339(value))
    return "–" if value is None else str(value)
