"""The cast of tests and docs, in the tiny city: the same eight people in every story."""

import hashlib
import io
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

from flask.testing import FlaskClient
from PIL import Image
from werkzeug.test import TestResponse

from app.areas.index import areas
from app.catalogue.service import sync_catalogue
from app.core import db as database
from app.core.clock import now
from app.core.db import db
from app.core.roles import Role
from app.core.stamps import bump
from app.people import service
from app.people.models import Department
from app.people.queries import departments
from tests.areas import tiny_city

PASSWORD = "correct horse battery"
SINCE = date(2024, 1, 1)
GRID, COMMUNITY, TOWN, DISTRICT, CITY = (
    tiny_city.GRID,
    tiny_city.GRID[:12],
    tiny_city.GRID[:9],
    tiny_city.DISTRICTS[0],
    tiny_city.CITY,
)
NEXT_DOOR = tiny_city.COMMUNITIES[-1]
BUREAU = f"{DISTRICT}-UM"
ROLES: tuple[tuple[str, Role, str | None, str | None, bool], ...] = (
    ("ines", Role.INSPECTOR, GRID, None, False),
    ("mara", Role.MANAGER, COMMUNITY, None, True),
    ("teng", Role.DISPATCHER, TOWN, None, True),
    ("hana", Role.HANDLER, None, BUREAU, False),
    ("dana", Role.OFFICIAL, DISTRICT, None, True),
    ("cai", Role.OFFICIAL, CITY, None, True),
    ("otto", Role.MANAGER, NEXT_DOOR, None, True),
    ("ada", Role.ADMINISTRATOR, None, None, False),
)
NAMES = tuple(row[0] for row in ROLES)


def build_city() -> None:
    """The tiny city with its catalogue, its departments and its cast; commits."""
    tiny_city.load_tiny_city()
    database.begin_write()
    sync_catalogue(now())
    for code, area, name in (
        (BUREAU, DISTRICT, "西区城管"),
        (f"{TOWN}-CE", TOWN, "第1镇执法"),
        ("990002-UM", "990002", "东区城管"),
    ):
        db.session.add(Department(code=code, name=name, area_id=areas().by_code[area].id))
    bump("departments")
    database.commit()
    database.begin_write()
    for username, role, area, department, cleared in ROLES:
        add_someone(username, role, area=area, department=department, restricted=cleared)
    database.commit()


def add_someone(
    username: str,
    role: Role,
    *,
    area: str | None = None,
    department: str | None = None,
    restricted: bool = False,
) -> None:
    """Inside a write: a person in one posting, with the password of everyone."""
    person = service.add_person(
        username=username, name=username.title(), now=datetime(2024, 1, 1, tzinfo=UTC)
    )
    ids = {row.code: row.id for row in departments().values()}
    service.post(
        person.id,
        role,
        area_id=areas().by_code[area].id if area else None,
        department_id=ids[department] if department else None,
        restricted=restricted,
        starts_on=SINCE,
    )
    service.set_password(person, PASSWORD, now=now())


@dataclass
class Caller:
    """One of the cast calling the API with a token."""

    client: FlaskClient
    token: str

    def open(self, method: str, path: str, **kwargs: Any) -> TestResponse:
        headers = {"Authorization": f"Bearer {self.token}", "Accept-Language": "en"} | kwargs.pop(
            "headers", {}
        )
        return self.client.open(path, method=method, headers=headers, **kwargs)

    def get(self, path: str, **kwargs: Any) -> TestResponse:
        return self.open("GET", path, **kwargs)

    def file(self, uuid: str | None = None, **changes: Any) -> TestResponse:
        """File exposed garbage in the middle of Ines's grid, with changes; None leaves a member out."""
        body = filing() | changes
        said = {name: value for name, value in body.items() if value is not None}
        return self.open("PUT", f"/api/v1/cases/{uuid or uuid4()}", json=said)

    def act(
        self, uuid: str, action: str, *, version: int | None = None, id: str | None = None, **said: Any
    ) -> TestResponse:
        """Act on the case as it stands now, or as it stood at `version`."""
        if version is None:
            version = int(self.get(f"/api/v1/cases/{uuid}").headers.get("ETag", '"1"').strip('"'))
        return self.open(
            "POST",
            f"/api/v1/cases/{uuid}/actions",
            json={"id": id or str(uuid4()), "action": action, **said},
            headers={"If-Match": f'"{version}"'},
        )

    def photo(self, uuid: str, kind: str, data: bytes | None = None) -> str:
        """Put a photo; its hash."""
        data = data if data is not None else picture()
        sha256 = hashlib.sha256(data).hexdigest()
        self.open(
            "PUT", f"/api/v1/cases/{uuid}/photos/{sha256}?kind={kind}", data=data, content_type="image/jpeg"
        )
        return sha256


def filing() -> dict[str, Any]:
    return {
        "category": "E0102",
        "geometry": {"type": "Point", "coordinates": list(tiny_city.MIDDLE)},
        "crs": "wgs84",
        "accuracy_m": 8,
        "observed_at": "2026-11-20T01:00:00Z",
        "description": "garbage by the gate",
        "urgency": "normal",
        "channel": "inspector",
    }


def picture(colour: str = "red") -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(buffer, "JPEG")
    return buffer.getvalue()


def bring_to(status: str, cast: dict[str, "Caller"], **changes: Any) -> str:
    """A case of Ines's brought to a status by the people whose duty it is; its UUID."""
    uuid = str(cast["ines"].file(**changes).json["id"])  # type: ignore[index]
    steps: tuple[tuple[str, str, dict[str, Any]], ...] = (
        ("accepted", "mara", {"action": "accept"}),
        ("dispatched", "mara", {"action": "dispatch", "department": BUREAU}),
        ("in_progress", "hana", {"action": "start"}),
        ("handled", "hana", {"action": "handle", "note": "done"}),
        ("closed", "ines", {"action": "check_pass"}),
    )
    if status == "rejected":
        steps = (("rejected", "mara", {"action": "reject", "reason": "not so"}),)
    for reached, who, said in steps if status != "filed" else ():
        if said["action"] == "handle":
            said = said | {"photos": [cast["hana"].photo(uuid, "after")]}
        response = cast[who].act(uuid, **said)
        assert response.status_code == 200, response.json
        if reached == status:
            break
    return uuid
