"""When a notice may leave, what goes into one mail, how long to wait after a failure. Pure."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import groupby
from zoneinfo import ZoneInfo


class Urgency(StrEnum):
    NOW = "now"  # at once, at night too
    SOON = "soon"  # within ten minutes, together with what else came
    DIGEST = "digest"  # once, in the morning of a working day


SOON = timedelta(minutes=10)
DIGEST_AT = time(8, 30)
FEW = 5
"""More than so many notices waiting for a person become one mail; so many mails in ten minutes are enough."""
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(hours=1)
MOST_ATTEMPTS = 12
"""About six hours of trying."""
LONGEST_SEARCH = 30  # days
WorkingDay = Callable[[date], bool]


@dataclass(frozen=True)
class Quiet:
    """A person's quiet hours by the city's clock; none when both are equal."""

    begins: time
    ends: time
    zone: ZoneInfo

    def until(self, instant: datetime) -> datetime | None:
        """The end of the quiet hours that the instant lies in; None outside them."""
        local = instant.astimezone(self.zone)
        at, over_night = local.time(), self.begins > self.ends
        late, early = at >= self.begins, at < self.ends
        if not (late or early if over_night else late and early):
            return None
        day = local.date() + timedelta(days=1) if over_night and late else local.date()
        return _instant(day, self.ends, self.zone)


def ready_at(urgency: Urgency, now: datetime, quiet: Quiet, works: WorkingDay) -> datetime:
    """From when on the notice may be put into a mail."""
    if urgency is Urgency.NOW:
        return now
    at = now + SOON if urgency is Urgency.SOON else next_digest(now, quiet.zone, works)
    return quiet.until(at) or at


def next_digest(now: datetime, zone: ZoneInfo, works: WorkingDay) -> datetime:
    """The next 08:30 of a working day; of any day when there is no working day within a month."""
    today = now.astimezone(zone).date()
    mornings = [_instant(today + timedelta(days=n), DIGEST_AT, zone) for n in range(LONGEST_SEARCH)]
    ahead = [morning for morning in mornings if morning >= now]
    return next((at for at in ahead if works(at.astimezone(zone).date())), ahead[0])


def _instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, at, zone).astimezone(UTC)


@dataclass(frozen=True)
class Waiting:
    """A notice that waits to leave, as packing sees it; the ids rise in the order of events."""

    id: int
    subject: str
    urgency: Urgency
    collapses: bool
    ready_at: datetime


def packed(waiting: Iterable[Waiting], now: datetime, sent_lately: int) -> list[list[Waiting]]:
    """What one person is sent now, mail by mail; each in the order of events, empty if nothing is ready.

    Whatever waits about a case goes along with the first that is ready, so that a case's mails keep their
    order. `sent_lately`: mails of the last ten minutes; after `FEW` there is one more with all the rest.
    """
    everything = sorted(waiting, key=lambda each: each.id)
    subjects = {each.subject for each in everything if each.ready_at <= now}
    leaving = [each for each in everything if each.subject in subjects]
    firm_subjects = {each.subject for each in leaving if not each.collapses and each.ready_at <= now}
    firm = [each for each in leaving if each.subject in firm_subjects]
    rest = [each for each in leaving if each.subject not in firm_subjects]
    return sorted([*_by_subject(firm), *_collapsed(rest, sent_lately)], key=lambda mail: mail[0].id)


def _collapsed(rest: list[Waiting], sent_lately: int) -> list[list[Waiting]]:
    if len(rest) > FEW:
        return [rest] if sent_lately <= FEW else []
    urgent = {each.subject for each in rest if each.urgency is Urgency.NOW}
    mails = list(_by_subject(each for each in rest if each.subject in urgent))
    gathered = [each for each in rest if each.subject not in urgent]
    mails += [gathered] if gathered else []
    return mails if sent_lately + len(mails) <= FEW else []


def _by_subject(waiting: Iterable[Waiting]) -> Iterator[list[Waiting]]:
    for _subject, group in groupby(sorted(waiting, key=lambda e: (e.subject, e.id)), lambda e: e.subject):
        yield list(group)


def backoff(attempts: int, chance: float) -> timedelta:
    """How long to wait after so many attempts: twice as long each time, up to an hour.

    `chance` from 0 to 1 takes up to half of it away, so that mails that failed together part.
    """
    doublings: int = min(max(attempts - 1, 0), 20)
    longest = min(FIRST_WAIT * (1 << doublings), LONGEST_WAIT)
    return longest * (1 - chance / 2)
