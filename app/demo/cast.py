"""Departments of the demonstration, and the eight who sign in."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from app.areas.index import AreaEntry, areas
from app.core.config import settings
from app.core.db import db
from app.core.roles import Role
from app.core.stamps import bump
from app.demo.staff import SINCE
from app.people import service
from app.people.models import Department
from app.people.queries import DepartmentRow, person


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


SUPERIORS = {"CE": "UM"}
"""Whose office of a town stands under which bureau of its district, where the names differ."""


def make_departments() -> int:
    """Bureaus of city and districts, offices of towns, each under its superior; the number made."""
    made: dict[str, Department] = {}
    for unit in areas().by_id.values():
        kinds = {"city": BUREAUS, "district": BUREAUS, "town": OFFICES}.get(unit.level, ())
        for suffix, name, name_en in kinds:
            made[f"{unit.code}-{suffix}"] = _department(unit, suffix, name, name_en)
    db.session.add_all(made.values())
    db.session.flush()
    for code, department in made.items():
        above = made.get(_superior(code))
        department.parent_id = above.id if above else None
    db.session.flush()
    bump("departments")
    return len(made)


def _department(unit: AreaEntry, suffix: str, name: str, name_en: str) -> Department:
    english = f"{unit.name_en or unit.name} {name_en}"
    return Department(
        code=f"{unit.code}-{suffix}", name=f"{unit.name}{name}", name_en=english, area_id=unit.id
    )


def _superior(code: str) -> str:
    """The code of the department above; there may be none of that name."""
    unit, _sep, suffix = code.partition("-")
    index = areas()
    parent = index.by_id.get(index.by_code[unit].parent_id or 0)
    return f"{parent.code if parent else ''}-{SUPERIORS.get(suffix, suffix)}"


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


def demo_password() -> str:
    """The random password of the cast, made once and kept in the instance folder."""
    file: Path = settings().instance / "demo-password.txt"
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(secrets.token_urlsafe(9) + "\n", encoding="ascii")
    return file.read_text(encoding="ascii").strip()


def is_cast() -> bool:
    return person(CAST[0].username) is not None
