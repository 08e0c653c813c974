"""Departments and people of the demonstration: eight who sign in, and synthetic staff who cannot."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from app.areas.index import AreaEntry, areas
from app.core.config import settings
from app.core.db import db
from app.core.roles import Role
from app.core.stamps import bump
from app.people import service
from app.people.models import Department, Person
from app.people.queries import DepartmentRow, person

SINCE = date(2024, 1, 1)


@dataclass(frozen=True)
class Member:
    """One of the cast: where posted, and in what role."""

    username: str
    name: str
    name_en: str
    role: Role
    area: str | None = None
    department: str | None = None
    restricted: bool = False


CAST = (
    Member("ines", "林依楠", "Ines Lin", Role.INSPECTOR, area="440604012052009"),
    Member("mara", "马若兰", "Mara Ma", Role.MANAGER, area="440604012052", restricted=True),
    Member("teng", "滕志强", "Teng Zhiqiang", Role.DISPATCHER, area="440604012", restricted=True),
    Member("hana", "韩雅", "Hana Han", Role.HANDLER, department="440604-UM"),
    Member("dana", "戴丹", "Dana Dai", Role.OFFICIAL, area="440604", restricted=True),
    Member("cai", "蔡明", "Cai Ming", Role.OFFICIAL, area="440600", restricted=True),
    Member("otto", "欧阳拓", "Otto Ouyang", Role.MANAGER, area="440606005001", restricted=True),
    Member("ada", "安达", "Ada An", Role.ADMINISTRATOR),
)

BUREAUS = (
    ("UM", "城市管理和综合执法局", "Urban Management"),
    ("HC", "住房和城乡建设局", "Housing and Construction"),
    ("TP", "公安交警", "Traffic Police"),
    ("WA", "水务局", "Water Affairs"),
    ("EE", "生态环境局", "Ecology and Environment"),
    ("MR", "市场监督管理局", "Market Regulation"),
    ("PS", "公安局", "Public Security"),
    ("CA", "民政局", "Civil Affairs"),
)
OFFICES = (("CE", "综合行政执法办", "Law Enforcement Office"), ("SG", "综治办", "Social Governance Office"))
CLEARED = ("PS", "CA", "SG")


def make_departments() -> int:
    """Bureaus of city and districts, offices of towns; the number made."""
    made = 0
    for unit in areas().by_id.values():
        kinds = {"city": BUREAUS, "district": BUREAUS, "town": OFFICES}.get(unit.level, ())
        for suffix, name, name_en in kinds:
            db.session.add(_department(unit, suffix, name, name_en))
            made += 1
    db.session.flush()
    bump("departments")
    return made


def _department(unit: AreaEntry, suffix: str, name: str, name_en: str) -> Department:
    english = f"{unit.name_en or unit.name} {name_en}"
    return Department(
        code=f"{unit.code}-{suffix}", name=f"{unit.name}{name}", name_en=english, area_id=unit.id
    )


def make_cast(departments: Mapping[str, DepartmentRow], now: datetime) -> None:
    """The eight who sign in, with one random password that is kept in the instance folder."""
    password = demo_password()
    for member in CAST:
        someone = service.add_person(
            username=member.username, name=member.name, name_en=member.name_en, now=now
        )
        service.post(
            someone.id,
            member.role,
            area_id=areas().by_code[member.area].id if member.area else None,
            department_id=departments[member.department].id if member.department else None,
            restricted=member.restricted,
            starts_on=SINCE,
        )
        service.set_password(someone, password, now=now)


def make_staff(departments: Mapping[str, DepartmentRow], now: datetime) -> None:
    """Synthetic staff: they answer for every unit and department of the demonstration, and cannot sign in."""
    index = areas()
    for unit in index.by_id.values():
        role = {"city": Role.OFFICIAL, "district": Role.OFFICIAL, "town": Role.DISPATCHER}.get(unit.level)
        if role is None:
            continue
        someone = _synthetic(f"demo-{unit.code}", unit.name, unit.name_en or unit.name, now)
        service.post(someone.id, role, area_id=unit.id, restricted=True, starts_on=SINCE)
        if unit.level == "town":
            _staff_communities(unit, now)
    for row in departments.values():
        someone = _synthetic(f"demo-{row.code}", row.name, row.name_en or row.name, now)
        cleared = row.code.rpartition("-")[2] in CLEARED
        service.post(someone.id, Role.HANDLER, department_id=row.id, restricted=cleared, starts_on=SINCE)


def _staff_communities(town: AreaEntry, now: datetime) -> None:
    """One synthetic manager and one synthetic inspector for all communities of a town."""
    english = town.name_en or town.name
    manager = _synthetic(f"demo-{town.code}-manager", f"{town.name}社区", f"{english} communities", now)
    for community in areas().children.get(town.id, []):
        service.post(manager.id, Role.MANAGER, area_id=community.id, restricted=True, starts_on=SINCE)
    _synthetic(f"demo-{town.code}-inspector", f"{town.name}网格员", f"{english} inspector", now)


def _synthetic(username: str, name: str, name_en: str, now: datetime) -> Person:
    return service.add_person(
        username=username, name=f"{name}（演示）", name_en=f"{name_en} (demo)", now=now, synthetic=True
    )


def demo_password() -> str:
    """The random password of the cast, made once and kept in the instance folder."""
    file: Path = settings().instance / "demo-password.txt"
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(secrets.token_urlsafe(9) + "\n", encoding="ascii")
    return file.read_text(encoding="ascii").strip()


def is_cast() -> bool:
    return person(CAST[0].username) is not None
