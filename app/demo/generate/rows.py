"""The drawn cases as the product would hold them: placed, filed, and lived through until an instant."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

import orjson
import shapely

from app import spatial
from app.areas.index import AreaEntry, areas
from app.cases.claims import Claim, Device, flags_of
from app.catalogue.configuration import configuration
from app.catalogue.configuration.responsibility import department_for
from app.catalogue.queries import CategoryRow, categories
from app.core.clock import local_day, rfc3339
from app.core.config import settings
from app.core.policy import Actor
from app.demo.deeds import LABEL, WORDS
from app.demo.generate.land import holder_of, town_of
from app.demo.generate.life import Life, Row
from app.demo.generate.staff import Staff
from app.demo.synthetic import City
from app.demo.synthetic.model import INSPECTOR
from app.people.queries import DepartmentRow, departments_for
from app.workflow.statuses import Status

CHANNELS = ("12345", "wechat", "web")
URGENCIES = ("normal", "normal", "normal", "low", "high", "urgent")
QUEUED = timedelta(seconds=30)
"""After a case was seen, until its filing lies in the phone's queue."""
REPORTER = '{"name":"市民（演示）"}'
BY_THE_DEPARTMENT = ("start", "handle", "return_to_dispatcher")
BY_AN_INSPECTOR = ("verify_pass", "verify_fail", "check_pass", "check_fail")
LATER: Row = {
    **dict.fromkeys(("department_id", "handled_by_id", "accepted_at", "ended_at", "on_time", "took_s")),
    **dict.fromkeys(("card", "applied", "suspended_at", "resume_to", "nearest_id", "place_text")),
    **dict.fromkeys(("escalations", "returns", "reworks", "reopens", "extensions"), 0),
    "self_handled": False,
}


@dataclass
class Placement:
    """Where a position puts a case: the unit (None: in none), its neighbours' codes."""

    unit: AreaEntry | None
    bordering: tuple[str, ...] = ()
    nearest_id: int | None = None


@dataclass
class Filing:
    """Makes the lives of a city's cases. `start`: the instant of its first day; `until`: when all stop."""

    city: City
    start: datetime
    until: datetime
    staff: Staff
    serving: dict[tuple[str, str], DepartmentRow | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.index, self.categories, self.known = areas(), categories(), configuration()

    def placement(self, case: int) -> Placement:
        """As the product places it: by its shape, else by its position."""
        shape, points, tree = self.city.points.geometries[case], self.city.points, self.index.tree
        if shape is not None:
            shares = tree.locate_shape(shape)
            codes = tuple(self.index.by_id[share.area_id].code for share in shares[1:])
            return Placement(self.index.by_id[shares[0].area_id], codes)
        found = tree.locate(float(points.lon[case]), float(points.lat[case]), measured=False)
        if found.area_id is None:
            return Placement(None, nearest_id=found.nearest_id)
        codes = tuple(self.index.by_id[near].code for near in found.border_with)
        return Placement(self.index.by_id[found.area_id], codes)

    def lived(self, case: int, ident: int, placed: Placement, task_ids: Iterator[int]) -> Life:
        """The life of one case with the id `ident`, as far as it has come."""
        category = self.categories[self.city.ground.categories[int(self.city.drawn.category[case])]]
        actor = self._filer(case)
        row = self._row(case, ident, placed, category, actor)
        life = Life(row, category, self.known, task_ids)
        life.file(actor, _said(row, placed.unit or self.index.city))
        self._live(life, case, placed.unit or self.index.city)
        return life

    def _live(self, life: Life, case: int, unit: AreaEntry) -> None:
        """Deed after deed until the end, or until it is too early to know."""
        department = self._department(unit, life.category)
        for action, seconds in self.city.lives.deeds(case):
            at = max(self.start + timedelta(seconds=seconds), life.case["changed_at"])
            if at >= self.until or (action == "dispatch" and department is None):
                break
            life.act(action, at, self._actor(action, life, unit, department), department)
        life.wait(self.until)

    def _actor(self, action: str, life: Life, unit: AreaEntry, department: DepartmentRow | None) -> Actor:
        if action in BY_THE_DEPARTMENT and department is not None:
            return self.staff.holder(department.code)
        if action in BY_AN_INSPECTOR:
            return self.staff.inspector(town_of(unit).code)
        return self.staff.holder(self.index.by_id[life.case["holder_id"]].code)

    def _filer(self, case: int) -> Actor:
        """Of the town where the filer stood, whatever the position said."""
        town = self.city.ground.towns[int(self.city.ground.town[self.city.drawn.grid[case]])]
        if self.city.drawn.channel[case] == INSPECTOR:
            return self.staff.inspector(town)
        return self.staff.holder(town)

    def _department(self, unit: AreaEntry, category: CategoryRow) -> DepartmentRow | None:
        """By the rules of responsibility, else the nearest that serves the place; there may be none."""
        key = (holder_of(unit).code, category.code)
        if key not in self.serving:
            serving = departments_for(unit.path)
            code = department_for(
                self.known.responsibility,
                category=category.code,
                kind=category.kind,
                lineage={level: over.code if over else None for level, over in self.index.ancestors(unit)},
                departments={row.code for row in serving},
            )
            found = [row for row in serving if row.code == code] or serving
            self.serving[key] = found[0] if found else None
        return self.serving[key]

    def _row(self, case: int, ident: int, placed: Placement, category: CategoryRow, actor: Actor) -> Row:
        """`case_record` as it was filed."""
        drawn, uuid = self.city.drawn, self.city.uuids[case]
        unit = placed.unit or self.index.city
        holder = holder_of(unit)
        filed_at = self.start + timedelta(seconds=int(drawn.filed[case]))
        by_inspector = drawn.channel[case] == INSPECTOR
        chance = uuid.int
        observed_at = self.start + timedelta(seconds=int(drawn.observed[case]))
        return LATER | {
            "id": ident,
            "uuid": uuid,
            "number": f"{settings().city_code}-{local_day(filed_at):%Y%m%d}-{ident:06d}",
            "version": 1,
            "filed_at": filed_at,
            "changed_at": filed_at,
            "filed_by_id": actor.id,
            "command_hash": uuid.hex * 2,
            "observed_at": observed_at,
            "flags": self._flags(case, observed_at, filed_at),
            "category": category.code,
            "filed_category": category.code,
            "catalogue_version_id": category.version_id,
            "restricted": category.restricted,
            "description": f"{LABEL}{category.name}。{WORDS[chance % len(WORDS)]}",
            "urgency": URGENCIES[chance // 7 % len(URGENCIES)],
            "channel": "inspector" if by_inspector else CHANNELS[chance // 11 % len(CHANNELS)],
            "reporter": None if by_inspector else REPORTER,
            "extra": self._device(case),
            "generation_id": self.index.generation_id,
            "placement": "grid" if placed.unit else "unplaced",
            "nearest_id": placed.nearest_id,
            "bordering": " ".join(placed.bordering) or None,
            "scope_path": unit.path,
            "status": (Status.FILED if by_inspector else Status.VERIFYING).value,
            "level": holder.level,
            "holder_id": holder.id,
            **unit.lineage,
            **self._position(case),
        }

    def _device(self, case: int) -> str | None:
        """What a phone with a wrong clock said."""
        if not self.city.drawn.offset[case]:
            return None
        queued = self.start + timedelta(seconds=int(self.city.drawn.observed[case])) + QUEUED
        return orjson.dumps({"device": {"source": "gps", "queued_at": rfc3339(queued)}}).decode()

    def _flags(self, case: int, observed_at: datetime, filed_at: datetime) -> str | None:
        """What speaks against the filing's own words, by the product's own rules."""
        device = Device(queued_at=observed_at + QUEUED) if self.city.drawn.offset[case] else Device()
        claim = Claim(observed_at, None, float(self.city.points.accuracy_m[case]), device)
        found = [asdict(flag) for flag in flags_of(claim, now=filed_at)]
        return orjson.dumps(found).decode() if found else None

    def _position(self, case: int) -> Row:
        points = self.city.points
        lon, lat = float(points.lon[case]), float(points.lat[case])
        shape = points.geometries[case]
        accuracy = {"accuracy_m": float(points.accuracy_m[case]), "crs": "wgs84", "lon": lon, "lat": lat}
        if shape is None:
            point = {"type": "Point", "coordinates": [lon, lat]}
            geom = f"SRID={spatial.SRID};POINT({lon!r} {lat!r})"
            return accuracy | {"geom": geom, "geometry": None, "raw_geometry": orjson.dumps(point).decode()}
        shown, text = shape.representative_point(), orjson.dumps(shape.__geo_interface__).decode()
        geom = f"SRID={spatial.SRID};{shapely.to_wkt(shape, rounding_precision=-1)}"
        return accuracy | {
            "geom": geom,
            "geometry": text,
            "raw_geometry": text,
            "lon": shown.x,
            "lat": shown.y,
        }


TOLD = (
    *("number", "status", "level", "placement", "lon", "lat", "category", "restricted", "description"),
    *("urgency", "channel", "crs", "accuracy_m"),
)


def _said(row: Row, unit: AreaEntry) -> dict[str, Any]:
    """What the event of the filing says."""
    said = {name: row[name] for name in TOLD}
    said |= {"holder": areas().by_id[row["holder_id"]].code, "place": unit.code, "hash": row["command_hash"]}
    said |= {"observed_at": row["observed_at"], "raw_geometry": orjson.loads(row["raw_geometry"])}
    return said | {name: orjson.loads(row[name]) for name in ("reporter", "extra") if row[name]}
