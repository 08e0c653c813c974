"""PostGIS's half of `spatial`."""

from typing import Any

from sqlalchemy import ColumnElement, func
from sqlalchemy.engine import Connection


def bbox_hit(geom: Any, box: tuple[float, float, float, float]) -> ColumnElement[bool]:
    """`&&`, which uses the GiST index."""
    west, south, east, north = map(float, box)
    found: ColumnElement[bool] = geom.bool_op("&&")(func.ST_MakeEnvelope(west, south, east, north, 4326))
    return found


def prepare(connection: Connection) -> None:
    """Make sure the database knows geometry (for migrations)."""
    found = connection.exec_driver_sql("select 1 from pg_extension where extname = 'postgis'").first()
    if found is None:
        connection.exec_driver_sql("create extension postgis")


def add_geometry(connection: Connection, table_name: str, name: str, kind: str, *, required: bool) -> None:
    """Add a WGS 84 geometry column with its spatial index (for migrations)."""
    null = " not null" if required else ""
    connection.exec_driver_sql(f"alter table {table_name} add column {name} geometry({kind}, 4326){null}")
    connection.exec_driver_sql(f"create index idx_{table_name}_{name} on {table_name} using gist ({name})")


def drop_geometry(connection: Connection, table_name: str, name: str) -> None:
    """Undo `add_geometry` before the table itself is dropped."""
    connection.exec_driver_sql(f"alter table {table_name} drop column {name}")


def forbid_change(connection: Connection, table_name: str) -> None:
    """Rows of this table are added and then never updated, deleted or truncated."""
    _refusal(connection, table_name, f"{table_name} is append-only")
    connection.exec_driver_sql(
        f"create trigger {table_name}_no_change before update or delete on {table_name} "
        f"for each row execute function {table_name}_refuse()"
    )
    _no_truncate(connection, table_name)


def allow_only_erasure(connection: Connection, table_name: str, columns: tuple[str, ...]) -> None:
    """Rows may lose these columns for good; nothing else about them may change."""
    _refusal(connection, table_name, f"{table_name} can only be erased")
    kept = " and ".join(f"new.{name} is null" for name in columns)
    connection.exec_driver_sql(
        f"create trigger {table_name}_no_update before update on {table_name} for each row "
        f"when (not ({kept} and new.seq = old.seq)) execute function {table_name}_refuse()"
    )
    connection.exec_driver_sql(
        f"create trigger {table_name}_no_delete before delete on {table_name} "
        f"for each row execute function {table_name}_refuse()"
    )
    _no_truncate(connection, table_name)


def freeze_columns(connection: Connection, table_name: str, columns: tuple[str, ...]) -> None:
    """These columns are written once."""
    _refusal(connection, table_name, "what was filed is never edited")
    changed = " or ".join(f"new.{name} is distinct from old.{name}" for name in columns)
    connection.exec_driver_sql(
        f"create trigger {table_name}_frozen before update on {table_name} for each row "
        f"when ({changed}) execute function {table_name}_refuse()"
    )


def thaw_columns(connection: Connection, table_name: str) -> None:
    """Undo `freeze_columns`, so that a migration can say anew which columns are written once."""
    connection.exec_driver_sql(f"drop trigger {table_name}_frozen on {table_name}")


def _refusal(connection: Connection, table_name: str, message: str) -> None:
    connection.exec_driver_sql(
        f"create or replace function {table_name}_refuse() returns trigger language plpgsql as $$ "
        f"begin raise exception '{message}'; end $$"
    )


def _no_truncate(connection: Connection, table_name: str) -> None:
    connection.exec_driver_sql(
        f"create trigger {table_name}_no_truncate before truncate on {table_name} "
        f"for each statement execute function {table_name}_refuse()"
    )
