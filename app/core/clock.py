"""Time. Services are given `now`; only the edge of the system asks the clock."""

from datetime import UTC, date, datetime, time, timedelta

from app.core.config import settings


def now() -> datetime:
    """The present instant, aware, UTC."""
    return datetime.now(UTC)


def local_day(instant: datetime) -> date:
    """The city's calendar day of an instant."""
    return instant.astimezone(settings().city_zone).date()


def day_start(day: date) -> datetime:
    """The instant (UTC) at which a local day of the city begins."""
    return datetime.combine(day, time.min, settings().city_zone).astimezone(UTC)


def day_after(day: date) -> date:
    return day + timedelta(days=1)


def rfc3339(instant: datetime | None) -> str | None:
    """`2026-11-21T10:42:00.123456Z`."""
    if instant is None:
        return None
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")
