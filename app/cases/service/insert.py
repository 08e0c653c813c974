"""The statement that writes a filing: id, number, case and first task at once.

The number carries the id. Writing it afterwards would touch every index of the row a second time
(PostgreSQL), asking for the id before would be another round trip. Gaps are allowed: a filing that arrives
twice burns an id.
"""

from functools import cache
from typing import Any, cast

from sqlalchemy import CTE, BindParameter, Select, String, Table, bindparam, func, insert, literal, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import ReturningInsert

from app.cases.models import Case, Task
from app.core.db import db, is_sqlite

CASES, TASKS = cast(Table, Case.__table__), cast(Table, Task.__table__)
PREFIX = "number_prefix"
UNKNOWN = dict.fromkeys(
    (
        "department_id",
        "handled_by_id",
        "accepted_at",
        "ended_at",
        "on_time",
        "took_s",
        "card",
        "applied",
        "suspended_at",
        "resume_to",
    )
)
LATER: dict[str, Any] = {**UNKNOWN, "reopens": 0, "extensions": 0, "self_handled": False}
"""What nobody knows of a case when it is filed, with what stands there until then."""
GIVEN = tuple(column.name for column in CASES.c if column.name not in {"id", "number", *LATER})
TASK_GIVEN = ("kind", "area_id", "opened_at", "term", "due_at", "near_at", "wake_at", "base_level")

Written = tuple[int, str]
"""The id and the number of a case."""


def insert_case(case: dict[str, Any], task: dict[str, Any], number_prefix: str) -> Written | None:
    """Write a case with the columns `GIVEN` and its first task; None if its UUID is known."""
    connection = db.session.connection()
    asked = {f"given_{name}": case.get(name) for name in GIVEN} | {PREFIX: number_prefix}
    if not is_sqlite():
        asked |= {f"task_{name}": task[name] for name in TASK_GIVEN}
        return _written(connection.execute(_on_postgresql(), asked).one_or_none())
    written = _written(connection.execute(_on_sqlite(), asked).one_or_none())
    if written is not None:
        add_task(written[0], task)
    return written


def add_task(case_id: int, task: dict[str, Any]) -> None:
    db.session.connection().execute(
        ADD_TASK, task | {"case_id": case_id, "rung": 0, "base_rung": 0, "paused_s": 0}
    )


def _written(row: Any) -> Written | None:
    return None if row is None else (row.id, row.number)


ADD_TASK = insert(TASKS).inline()


@cache
def _on_sqlite() -> ReturningInsert[Any]:
    """Nobody else writes meanwhile, so the next id is one more than the highest."""
    fresh = select(func.coalesce(func.max(CASES.c.id), 0) + 1).scalar_subquery()
    number = bindparam(PREFIX, type_=String).concat(func.printf("%06d", fresh))
    added = sqlite.insert(CASES).values({"id": fresh, "number": number, **_given()})
    return added.on_conflict_do_nothing(index_elements=[CASES.c.uuid]).returning(CASES.c.id, CASES.c.number)


@cache
def _on_postgresql() -> Select[Any]:
    fresh = select(func.nextval("case_record_id_seq").label("id")).subquery("fresh")
    number = bindparam(PREFIX, type_=String).concat(func.to_char(fresh.c.id, "FM999999999000000"))
    rows = select(fresh.c.id, number, *_given().values())
    added = postgresql.insert(CASES).from_select(["id", "number", *GIVEN], rows)
    filed = (
        added.on_conflict_do_nothing(index_elements=[CASES.c.uuid])
        .returning(CASES.c.id, CASES.c.number)
        .cte("filed")
    )
    return select(filed.c.id, filed.c.number).add_cte(_first_task(filed))


def _given() -> dict[str, BindParameter[Any]]:
    return {name: bindparam(f"given_{name}", type_=CASES.c[name].type) for name in GIVEN}


def _first_task(filed: CTE) -> CTE:
    given = [bindparam(f"task_{name}", type_=TASKS.c[name].type) for name in TASK_GIVEN]
    zero = [literal(0)] * 3
    names = ["case_id", *TASK_GIVEN, "rung", "base_rung", "paused_s"]
    return insert(TASKS).from_select(names, select(filed.c.id, *given, *zero)).cte("opened")
