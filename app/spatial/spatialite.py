"""SpatiaLite's half of `spatial`."""

from typing import Any

from sqlalchemy import ColumnElement, column, select, table
from sqlalchemy.engine import Connection


def bbox_hit(geom: Any, box: tuple[float, float, float, float]) -> ColumnElement[bool]:
    """`id in (select pkid from the R*Tree …)`: the only form that the planner drives from the index."""
    west, south, east, north = map(float, box)
    owner = geom.table
    tree = table(f"idx_{owner.name}_{geom.name}", *map(column, ("pkid", "xmin", "xmax", "ymin", "ymax"))).c
    hits = select(tree.pkid).where(
        tree.xmin <= east, tree.xmax >= west, tree.ymin <= north, tree.ymax >= south
    )
    found: ColumnElement[bool] = owner.c.id.in_(hits)
    return found


def prepare(connection: Connection) -> None:
    """Nothing to do: each connection brings SpatiaLite along."""


def add_geometry(connection: Connection, table_name: str, name: str, kind: str, *, required: bool) -> None:
    """Add a WGS 84 geometry column with its spatial index (for migrations)."""
    connection.exec_driver_sql(
        f"select AddGeometryColumn('{table_name}', '{name}', 4326, '{kind}', 'XY', {int(required)})"
    )
    connection.exec_driver_sql(f"select CreateSpatialIndex('{table_name}', '{name}')")


def drop_geometry(connection: Connection, table_name: str, name: str) -> None:
    """Undo `add_geometry` before the table itself is dropped."""
    connection.exec_driver_sql(f"select DisableSpatialIndex('{table_name}', '{name}')")
    connection.exec_driver_sql(f"select DiscardGeometryColumn('{table_name}', '{name}')")
    connection.exec_driver_sql(f"drop table idx_{table_name}_{name}")


def forbid_change(connection: Connection, table_name: str) -> None:
    """Rows of this table are added and then never updated, deleted or replaced."""
    for verb in ("update", "delete"):
        connection.exec_driver_sql(
            f"create trigger {table_name}_no_{verb} before {verb} on {table_name} begin "
            f"select raise(abort, '{table_name} is append-only'); end"
        )


def allow_only_erasure(connection: Connection, table_name: str, columns: tuple[str, ...]) -> None:
    """Rows may lose these columns for good; nothing else about them may change."""
    kept = " and ".join(f"new.{name} is null" for name in columns)
    connection.exec_driver_sql(
        f"create trigger {table_name}_no_update before update on {table_name} "
        f"when not ({kept} and new.seq = old.seq) begin "
        f"select raise(abort, '{table_name} can only be erased'); end"
    )
    connection.exec_driver_sql(
        f"create trigger {table_name}_no_delete before delete on {table_name} begin "
        f"select raise(abort, '{table_name} can only be erased'); end"
    )


def freeze_columns(connection: Connection, table_name: str, columns: tuple[str, ...]) -> None:
    """These columns are written once."""
    connection.exec_driver_sql(
        f"create trigger {table_name}_frozen before update of {', '.join(columns)} on {table_name} begin "
        f"select raise(abort, 'what was filed is never edited'); end"
    )


def thaw_columns(connection: Connection, table_name: str) -> None:
    """Undo `freeze_columns`, so that a migration can say anew which columns are written once."""
    connection.exec_driver_sql(f"drop trigger {table_name}_frozen")
