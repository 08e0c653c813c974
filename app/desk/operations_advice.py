"""What is late or wrong, in words, and what to do about it: told from what the page shows."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.core.language import gettext as _
from app.core.language import ngettext, number, span
from app.desk.operations import Bare, Chain, JobState, Versions, first_line
from app.escalation import queries as escalation
from app.escalation.queries import SweepState
from app.events.delivery import ReadingState
from app.notify.queries import DeliveryState

BEHIND = escalation.LATE
"""Events that wait for longer than this are late."""


@dataclass(frozen=True)
class Advice:
    """What is wrong, and the next step."""

    what: str
    step: str


def sweep_advice(sweep: SweepState) -> Iterator[Advice]:
    if sweep.lag > escalation.LATE:
        yield Advice(
            _("A limit passed %(span)s ago and the sweep has not come to it.", span=span(sweep.lag)),
            _("See that a worker runs. What was missed is caught up in order at its next run."),
        )
    if sweep.runs and sweep.runs[0].error:
        yield Advice(
            _("The last sweep had to leave cases: %(error)s", error=first_line(sweep.runs[0].error)),
            _("The others were dealt with. The log says more; these are tried again each minute."),
        )


def job_advice(jobs: Iterable[JobState], now: datetime) -> Iterator[Advice]:
    jobs = list(jobs)
    never = [state.job.code for state in jobs if state.ran_at is None]
    if never:
        yield Advice(
            _("Never ran: %(jobs)s", jobs=", ".join(never)),
            _("Start a worker: %(command)s", command="flask jobs work"),
        )
    for state in jobs:
        if state.late and state.ran_at is not None:
            yield Advice(
                _("%(job)s last ended well %(span)s ago.", job=state.job.code, span=span(now - state.ran_at)),
                _("See that a worker runs: %(command)s", command="flask jobs work"),
            )
        if state.error:
            yield Advice(
                _("%(job)s failed: %(error)s", job=state.job.code, error=state.error),
                _("It is run again by itself. If it fails again, the log says where."),
            )


def delivery_advice(listeners: Iterable[ReadingState], now: datetime) -> Iterator[Advice]:
    for state in listeners:
        if state.failures:
            failed = ngettext(
                "%(name)s failed %(num)d time at one event: %(error)s",
                "%(name)s failed %(num)d times at one event: %(error)s",
                state.failures,
                name=state.name,
                error=first_line(state.error or ""),
            )
            yield Advice(failed, _("It is tried again, less and less often; nothing behind it is lost."))
        elif state.oldest_at is not None and now - state.oldest_at > BEHIND:
            waits = _(
                "Events have waited %(span)s for %(name)s.", span=span(now - state.oldest_at), name=state.name
            )
            yield Advice(waits, _("See that a worker runs: %(command)s", command="flask jobs work"))


def mail_advice(mail: DeliveryState) -> Iterator[Advice]:
    if mail.dead:
        yield Advice(
            ngettext("%(num)d message was given up.", "%(num)d messages were given up.", mail.dead),
            _("Mend the address or the mail server, then send them again below."),
        )


def chain_advice(chain: Chain) -> Iterator[Advice]:
    if chain.faults:
        yield Advice(
            _("The chain of events does not hold at line %(seq)s.", seq=number(chain.faults[0].seq)),
            _("Keep the database as it is, and run %(command)s.", command="flask events verify"),
        )


def vacancy_advice(bare: Sequence[Bare]) -> Iterator[Advice]:
    cases = sum(each.cases for each in bare)
    if bare:
        units = ngettext("%(num)d unit", "%(num)d units", len(bare))
        yield Advice(
            ngettext(
                "Nobody answers for %(units)s with %(num)d open case.",
                "Nobody answers for %(units)s with %(num)d open cases.",
                cases,
                units=units,
            ),
            _("Post somebody there or a stand-in; until then these cases climb past the unit."),
        )


def version_advice(versions: Versions) -> Iterator[Advice]:
    if versions.migration != versions.program:
        yield Advice(
            _(
                "The database is at revision %(have)s, the program at %(want)s.",
                have=versions.migration or "–",
                want=versions.program or "–",
            ),
            _("Bring it up to date: %(command)s", command="flask db upgrade"),
        )
