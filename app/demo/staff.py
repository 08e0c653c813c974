"""Synthetic staff: they answer for every unit and department of the demonstration, and cannot sign in.

Two communities have lost their manager, so that the alarm can be seen; one dispatcher is on leave, and
somebody stands in.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from app.areas.index import AreaEntry, areas
from app.core.clock import local_day
from app.core.policy import SYSTEM
from app.core.roles import Role
from app.people import service
from app.people.models import Person
from app.people.queries import DepartmentRow
from app.people.staffing import record_absence

SINCE = date(2024, 1, 1)
CLEARED = ("PS", "CA", "SG")
VACANT = ("440604010209", "440604100216")
"""Communities whose post has been vacant for `VACANT_FOR`."""
VACANT_FOR = timedelta(days=12)
ON_LEAVE = "440604011"
"""The town whose dispatcher is away, for some days before today and some after."""
LEAVE = (timedelta(days=3), timedelta(days=11))


def make_staff(departments: Mapping[str, DepartmentRow], now: datetime) -> None:
    """Everybody but the cast."""
    for unit in areas().by_id.values():
        role = {"city": Role.OFFICIAL, "district": Role.OFFICIAL, "town": Role.DISPATCHER}.get(unit.level)
        if role is None:
            continue
        someone = _synthetic(holder_name(unit.code), unit.name, unit.name_en or unit.name, now)
        service.post(someone.id, role, area_id=unit.id, restricted=True, starts_on=SINCE)
        if unit.level == "town":
            _staff_communities(unit, now)
        if unit.code == ON_LEAVE:
            _send_on_leave(someone, unit, now)
    for row in departments.values():
        someone = _synthetic(holder_name(row.code), row.name, row.name_en or row.name, now)
        cleared = row.code.rpartition("-")[2] in CLEARED
        service.post(someone.id, Role.HANDLER, department_id=row.id, restricted=cleared, starts_on=SINCE)


def holder_name(code: str) -> str:
    """The user name of whoever answers for a unit from the town upwards, or for a department."""
    return f"demo-{code}"


def manager_name(town: str) -> str:
    return f"demo-{town}-manager"


def inspector_name(town: str) -> str:
    return f"demo-{town}-inspector"


def stand_in_name(town: str) -> str:
    return f"demo-{town}-stand-in"


def on_leave(unit: AreaEntry, at: datetime, now: datetime) -> bool:
    """Whether somebody stood in for the unit's holder at an instant of the story that ends `now`."""
    return unit.code == ON_LEAVE and local_day(at) >= local_day(now) - LEAVE[0]


def _staff_communities(town: AreaEntry, now: datetime) -> None:
    """One synthetic manager and one synthetic inspector for all communities of a town.

    The inspector reads the whole town; the story posts them to the grids as they are needed there.
    """
    english = town.name_en or town.name
    manager = _synthetic(manager_name(town.code), f"{town.name}社区", f"{english} communities", now)
    inspector = _synthetic(inspector_name(town.code), f"{town.name}网格员", f"{english} inspector", now)
    service.post(inspector.id, Role.INSPECTOR, area_id=town.id, starts_on=SINCE)
    for community in areas().children.get(town.id, []):
        vacant = community.code in VACANT
        ends_on = local_day(now) - VACANT_FOR if vacant else None
        service.post(
            manager.id,
            Role.MANAGER,
            area_id=community.id,
            restricted=True,
            starts_on=SINCE,
            ends_on=ends_on,
        )
        if vacant:  # its grids are still looked after
            service.post(inspector.id, Role.INSPECTOR, area_id=community.id, starts_on=SINCE)


def _send_on_leave(someone: Person, town: AreaEntry, now: datetime) -> None:
    english = town.name_en or town.name
    starts_on, ends_on = local_day(now) - LEAVE[0], local_day(now) + LEAVE[1]
    record_absence(
        someone, starts_on=starts_on, ends_on=ends_on, reason="年休假（演示）", actor=SYSTEM, now=now
    )
    other = _synthetic(stand_in_name(town.code), f"{town.name}代班", f"{english} stand-in", now)
    service.post(
        other.id,
        Role.DISPATCHER,
        area_id=town.id,
        restricted=True,
        stand_in=True,
        starts_on=starts_on,
        ends_on=ends_on,
    )


def _synthetic(username: str, name: str, name_en: str, now: datetime) -> Person:
    return service.add_person(
        username=username, name=f"{name}（演示）", name_en=f"{name_en} (demo)", now=now, synthetic=True
    )
