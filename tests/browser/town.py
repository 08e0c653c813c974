"""The tiny city with its catalogue, one department and a cast that can sign in."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

from app.areas.index import areas
from app.cases.commands import read_act, read_filing
from app.cases.queries.one import find_case
from app.cases.service import act, file_case, plan_filing
from app.catalogue.service import sync_catalogue
from app.core import db as database
from app.core.clock import now
from app.core.db import db
from app.core.policy import Actor
from app.core.roles import Role
from app.core.stamps import bump
from app.people import service as people
from app.people.models import Department
from app.people.queries import actor_by_username
from tests.areas import tiny_city

SINCE = datetime(2026, 1, 1, tzinfo=UTC)
PASSWORD = "a password of the tests"
DEPARTMENT = "990001-UM"
COMMUNITY = tiny_city.GRID[:12]


@dataclass(frozen=True)
class Member:
    username: str
    name: str
    name_en: str
    role: Role
    area: str | None = None
    department: str | None = None


CAST = (
    Member("ines", "林依楠", "Ines Lin", Role.INSPECTOR, tiny_city.GRID),
    Member("mara", "马若兰", "Mara Ma", Role.MANAGER, COMMUNITY),
    Member("teng", "滕志强", "Teng Zhiqiang", Role.DISPATCHER, "990001001"),
    Member("hana", "韩雅", "Hana Han", Role.HANDLER, department=DEPARTMENT),
    Member("dana", "戴丹", "Dana Dai", Role.OFFICIAL, "990001"),
    Member("cai", "蔡明", "Cai Ming", Role.OFFICIAL, tiny_city.CITY),
    Member("otto", "欧阳拓", "Otto Ouyang", Role.MANAGER, "990002001001"),
    Member("ada", "安达", "Ada An", Role.ADMINISTRATOR),
)


def build_town() -> None:
    """Into the present, migrated database; commits."""
    tiny_city.load_tiny_city()
    database.begin_write()
    sync_catalogue(SINCE)
    department = Department(
        code=DEPARTMENT,
        name="东区城管局",
        name_en="East Urban Management",
        area_id=areas().by_code["990001"].id,
    )
    db.session.add(department)
    db.session.flush()
    bump("departments")
    for member in CAST:
        _join(member, department.id)
    database.commit()


def _join(member: Member, department_id: int) -> None:
    person = people.add_person(username=member.username, name=member.name, name_en=member.name_en, now=SINCE)
    people.set_password(person, PASSWORD, now=SINCE)
    people.post(
        person,
        member.role,
        area_id=areas().by_code[member.area].id if member.area else None,
        department_id=department_id if member.department else None,
        starts_on=date(2026, 1, 1),
    )


def someone(username: str) -> Actor:
    actor = actor_by_username(username, now())
    assert actor is not None
    return actor


def filed(by: str = "ines", point: tuple[float, float] = tiny_city.MIDDLE, **said: Any) -> UUID:
    """File a case through the service; commits."""
    uuid = uuid4()
    body = {
        "category": "E0102",
        "geometry": {"type": "Point", "coordinates": list(point)},
        "crs": "wgs84",
        "description": "路边一堆垃圾",
    }
    plan = plan_filing(read_filing(uuid, body | said))
    database.begin_write()
    file_case(plan, actor=someone(by), now=now())
    database.commit()
    return uuid


def acted(uuid: UUID, by: str, action: str, **needs: Any) -> None:
    """Carry out one action on the case as it stands; commits."""
    actor = someone(by)
    version = find_case(uuid, actor).case.version
    database.begin_write()
    act(
        uuid,
        read_act({"id": str(uuid4()), "action": action, **needs}),
        version=version,
        actor=actor,
        now=now(),
    )
    database.commit()


def handled(by: str = "ines", **said: Any) -> UUID:
    """A case that waits for its check (its category asks for no photo of the result); commits."""
    uuid = filed(by, **({"category": "S9999"} | said))
    acted(uuid, "mara", "accept")
    acted(uuid, "mara", "dispatch", department=DEPARTMENT)
    acted(uuid, "hana", "start")
    acted(uuid, "hana", "handle", note="已清理")
    return uuid
