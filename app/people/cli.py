"""`flask people …`."""

import secrets
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any
from unicodedata import east_asian_width

import click
from flask.cli import AppGroup
from sqlalchemy import select

from app.areas.index import areas
from app.areas.levels import LEVELS
from app.areas.models import Area
from app.core import clock
from app.core import db as database
from app.core.db import db
from app.core.policy import SYSTEM
from app.core.problems import Invalid
from app.core.roles import Role
from app.people import queries, service, staffing
from app.people.models import Department, Person

people = AppGroup("people", help="Accounts, postings, leave, departments, tokens.")


def _day_option(option: str, name: str, text: str) -> Callable[[Any], Any]:
    return click.option(option, name, type=click.DateTime(["%Y-%m-%d"]), help=text)


def _day(said: datetime | None) -> date:
    """The day that was said, or the city's today."""
    return said.date() if said else clock.local_day(clock.now())


@contextmanager
def _writing() -> Iterator[None]:
    """Commit what is written inside; a refusal is printed and nothing is changed."""
    database.begin_write()
    try:
        yield
    except Exception as failure:
        database.rollback()
        if isinstance(failure, Invalid):
            said = [text for texts in failure.errors.values() for text in texts]
            raise click.ClickException(" ".join(said)) from failure
        raise
    database.commit()


def _found(username: str) -> Person:
    person = queries.person(username)
    if person is None:
        raise click.ClickException(f"nobody is called {username}")
    return person


def _area(code: str) -> int:
    found = db.session.scalar(select(Area.id).where(Area.code == code))
    if found is None:
        raise click.ClickException(f"there is no area {code}")
    return found


def _department(code: str) -> int:
    found = queries.department(code)
    if found is None:
        raise click.ClickException(f"there is no department {code}")
    return found.id


@people.command()
@click.option("--user", required=True, help="User name.")
@click.option("--label", default="", help="What the token is for.")
def token(user: str, label: str) -> None:
    """Make a bearer token and print it alone; it cannot be shown again."""
    database.begin_write()
    secret = service.make_token(_found(user), label, now=clock.now())
    database.commit()
    click.echo(secret)


@people.command()
@click.option("--user", required=True)
@click.option("--name", required=True)
@click.option("--name-en")
def add(user: str, name: str, name_en: str | None) -> None:
    """Add an account and print its first, random password."""
    database.begin_write()
    if queries.person(user) is not None:
        raise click.ClickException(f"{user} is taken")
    password = secrets.token_urlsafe(12)
    person = service.add_person(username=user, name=name, name_en=name_en, now=clock.now())
    service.set_password(person, password, now=clock.now())
    database.commit()
    click.echo(password)


@people.command()
@click.option("--user", required=True)
def password(user: str) -> None:
    """Give someone a new random password, print it, and end their sessions."""
    database.begin_write()
    new = secrets.token_urlsafe(12)
    service.set_password(_found(user), new, now=clock.now())
    database.commit()
    click.echo(new)


@people.command()
@click.option("--user", required=True)
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True)
@click.option("--area", help="Code of an area.")
@click.option("--department", help="Code of a department.")
@click.option("--restricted", is_flag=True, help="Cleared for restricted cases.")
@click.option("--stand-in", is_flag=True, help="In somebody else's place; it counts as any other posting.")
@_day_option("--from", "first", "First day; else today.")
@_day_option("--until", "until", "First day without it; else open.")
def post(
    user: str,
    role: str,
    area: str | None,
    department: str | None,
    restricted: bool,
    stand_in: bool,
    first: datetime | None,
    until: datetime | None,
) -> None:
    """Post someone in a role, from today on or for a period."""
    with _writing():
        staffing.appoint(
            _found(user),
            Role(role),
            area_id=_area(area) if area else None,
            department_id=_department(department) if department else None,
            restricted=restricted,
            stand_in=stand_in,
            starts_on=_day(first),
            ends_on=until.date() if until else None,
            actor=SYSTEM,
            now=clock.now(),
        )
    click.echo("posted")


@people.command()
@click.option("--user", required=True)
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True)
@_day_option("--on", "day", "First day without it; else today.")
def unpost(user: str, role: str, day: datetime | None) -> None:
    """End someone's postings in a role."""
    with _writing():
        found = queries.present_postings(_found(user).id, Role(role), clock.now())
        for posting in found:
            staffing.end_posting(posting, ends_on=_day(day), actor=SYSTEM, now=clock.now())
    click.echo(f"{len(found)} ended")


@people.command()
@click.option("--user", required=True)
@_day_option("--from", "first", "First day away; else today.")
@_day_option("--until", "until", "First day back; else until `flask people back`.")
@click.option("--reason", required=True, help="Why; kept with the leave, not in the history.")
def leave(user: str, first: datetime | None, until: datetime | None, reason: str) -> None:
    """Someone is away: they may still sign in and act, but do not count as answering."""
    with _writing():
        staffing.record_absence(
            _found(user),
            starts_on=_day(first),
            ends_on=until.date() if until else None,
            reason=reason,
            actor=SYSTEM,
            now=clock.now(),
        )
    click.echo("recorded")


@people.command()
@click.option("--user", required=True)
@_day_option("--on", "day", "First day back; else today.")
def back(user: str, day: datetime | None) -> None:
    """Someone's leave ends; on its first day, it is taken back."""
    with _writing():
        absence = staffing.absence_on(_found(user), _day(day))
        if absence is None:
            raise click.ClickException(f"{user} is not away on {_day(day)}")
        staffing.end_absence(absence, on=_day(day), actor=SYSTEM, now=clock.now())
    click.echo("back")


@people.command()
@_day_option("--on", "day", "Which day; else today.")
@click.option("--within", help="Code of an area; else the whole city.")
def vacancies(day: datetime | None, within: str | None) -> None:
    """Which units nobody answers for, and since when."""
    if within is not None and within not in areas().by_code:
        raise click.ClickException(f"there is no area {within}")
    found = queries.vacancies(_day(day), areas().by_code[within] if within else None)
    for vacancy in found:
        unit, since = vacancy.unit, vacancy.since or "-"
        click.echo(f"{unit.level:<10} {unit.code:<18} {_wide(unit.name, 24)} {since}")
    counts = Counter(vacancy.unit.level for vacancy in found)
    by_level = ", ".join(f"{counts[level]} {level}" for level in LEVELS if counts[level])
    click.echo(f"{len(found)} vacant" + (f": {by_level}" if by_level else ""))


def _wide(text: str, columns: int) -> str:
    """Padded to so many columns; a Chinese character takes two."""
    taken = sum(2 if east_asian_width(sign) in "WF" else 1 for sign in text)
    return text + " " * (columns - taken)


@people.command()
@click.option("--user", required=True)
def disable(user: str) -> None:
    """Shut an account: sessions and tokens end now."""
    database.begin_write()
    service.disable(_found(user), now=clock.now())
    database.commit()
    click.echo("disabled")


@people.command("revoke-tokens")
@click.option("--user", required=True)
def revoke_tokens(user: str) -> None:
    """Take every bearer token of someone out of use."""
    database.begin_write()
    count = service.revoke_tokens(_found(user).id, now=clock.now())
    database.commit()
    click.echo(f"{count} revoked")


@people.command("add-department")
@click.option("--code", required=True)
@click.option("--name", required=True)
@click.option("--name-en")
@click.option("--area", required=True, help="Code of the area it serves.")
@click.option("--parent", help="Code of the department it stands under.")
def add_department(code: str, name: str, name_en: str | None, area: str, parent: str | None) -> None:
    """Add a department."""
    if queries.department(code) is not None:
        raise click.ClickException(f"{code} is taken")
    with _writing():
        staffing.add_department(
            code=code,
            name=name,
            name_en=name_en,
            area_id=_area(area),
            parent_id=_department(parent) if parent else None,
            actor=SYSTEM,
            now=clock.now(),
        )
    click.echo("added")


@people.command("move-department")
@click.option("--code", required=True)
@click.option("--parent", help="Code of the department it stands under; else it stands under none.")
def move_department(code: str, parent: str | None) -> None:
    """Put a department under another."""
    with _writing():
        staffing.move_department(
            db.session.get_one(Department, _department(code)),
            parent_id=_department(parent) if parent else None,
            actor=SYSTEM,
            now=clock.now(),
        )
    click.echo("moved")
