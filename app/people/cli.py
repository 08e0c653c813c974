"""`flask people …`."""

import secrets
from datetime import datetime

import click
from flask.cli import AppGroup
from sqlalchemy import select

from app.areas.models import Area
from app.core import clock
from app.core import db as database
from app.core.db import db
from app.core.roles import Role
from app.people import queries, service
from app.people.models import Person

people = AppGroup("people", help="Accounts, postings, tokens.")


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
def post(user: str, role: str, area: str | None, department: str | None, restricted: bool) -> None:
    """Post someone in a role, from today on."""
    database.begin_write()
    service.post(
        _found(user).id,
        Role(role),
        area_id=_area(area) if area else None,
        department_id=_department(department) if department else None,
        restricted=restricted,
        starts_on=clock.local_day(clock.now()),
    )
    database.commit()
    click.echo("posted")


@people.command()
@click.option("--user", required=True)
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True)
@click.option("--on", "day", type=click.DateTime(["%Y-%m-%d"]), help="First day without it; else today.")
def unpost(user: str, role: str, day: datetime | None) -> None:
    """End someone's postings in a role."""
    database.begin_write()
    found = queries.present_postings(_found(user).id, Role(role), clock.now())
    for posting in found:
        service.end_posting(posting, ends_on=day.date() if day else clock.local_day(clock.now()))
    database.commit()
    click.echo(f"{len(found)} ended")


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
def add_department(code: str, name: str, name_en: str | None, area: str) -> None:
    """Add a department."""
    if queries.department(code) is not None:
        raise click.ClickException(f"{code} is taken")
    database.begin_write()
    service.add_department(code=code, name=name, name_en=name_en, area_id=_area(area))
    database.commit()
    click.echo("added")
