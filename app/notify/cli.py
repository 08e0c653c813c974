"""`flask notify …`."""

from dataclasses import replace

import click
from flask.cli import AppGroup
from sqlalchemy import select

from app.core import clock
from app.core import db as database
from app.core.db import db
from app.core.policy import SYSTEM
from app.notify import queries, service
from app.notify.channels import is_address
from app.notify.decisions import decide
from app.people.models import Person
from app.people.queries import person

notify = AppGroup("notify", help="Notices: who is told of what, and by mail to whom.")


def _found(username: str) -> Person:
    found = person(username)
    if found is None:
        raise click.ClickException(f"nobody is called {username}")
    return found


@notify.command()
@click.option("--user", required=True, help="User name.")
@click.option("--mail", required=True, help="Mail address.")
def address(user: str, mail: str) -> None:
    """Keep someone's mail address; from now on they are told by mail too."""
    if not is_address(mail):
        raise click.ClickException(f"{mail} is not a mail address")
    found = _found(user)
    database.begin_write()
    wish = replace(service.wish_of(queries.preference_of(found.id)), address=mail, mail=True)
    service.keep_preference(found.id, wish, actor=SYSTEM, now=clock.now())
    database.commit()
    click.echo("kept")


@notify.command()
@click.argument("seq", type=click.IntRange(1, 2**31 - 1), metavar="EVENT_SEQ")
def preview(seq: int) -> None:
    """Who would be told of an event today, what, how and why. Nobody is told."""
    event = queries.event_of(seq)
    if event is None:
        raise click.ClickException(f"there is no event {seq}")
    decision = decide(event, clock.now())
    click.echo(f"{event.seq} {event.action} {event.subject}")
    ids = {*decision.tellings, *decision.scene.refused()}
    rows = select(Person.id, Person.username).where(Person.id.in_(ids))
    names = {ident: username for ident, username in db.session.execute(rows)}
    for telling in decision.tellings.values():
        how = f"{telling.template} by {'+'.join(sorted(telling.channels))}, {telling.urgency}"
        click.echo(f"  {names[telling.person_id]}: {how} ({'; '.join(telling.why)})")
    for ident in decision.scene.refused():
        click.echo(f"  not {names[ident]}: may not read the case")
    if decision.own_act:
        click.echo("  not the actor: it was their own act")
    for unit in decision.vacant:
        click.echo(f"  nobody at {unit}: the administrators are told")


@notify.command()
@click.option("--user", required=True, help="User name.")
def test(user: str) -> None:
    """Send someone a notice that tells nothing; the worker delivers it within seconds."""
    database.begin_write()
    service.send_test(_found(user), actor=SYSTEM, now=clock.now())
    database.commit()
    click.echo("on its way")
