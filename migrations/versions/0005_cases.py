"""Cases, their tasks, photos, actions and past states."""

import sqlalchemy as sa
from alembic import op

from app.spatial import engine

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

FILED = (
    "uuid",
    "number",
    "filed_at",
    "filed_by_id",
    "command_hash",
    "observed_at",
    "category",
    "catalogue_version_id",
    "urgency",
    "channel",
    "crs",
    "accuracy_m",
    "generation_id",
)


def upgrade() -> None:
    op.create_table(
        "case_record",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("filed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("filed_by_id", sa.Integer(), nullable=False),
        sa.Column("command_hash", sa.String(length=64), nullable=False),
        sa.Column("observed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("category", sa.String(length=20), nullable=False),
        sa.Column("catalogue_version_id", sa.Integer(), nullable=False),
        sa.Column("restricted", sa.Boolean(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("urgency", sa.String(length=12), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("reporter", sa.Text(), nullable=True),
        sa.Column("extra", sa.Text(), nullable=True),
        sa.Column("place_text", sa.Text(), nullable=True),
        sa.Column("accuracy_m", sa.Double(), nullable=True),
        sa.Column("crs", sa.String(length=8), nullable=True),
        sa.Column("raw_geometry", sa.Text(), nullable=True),
        sa.Column("generation_id", sa.Integer(), nullable=True),
        sa.Column("geometry", sa.Text(), nullable=True),
        sa.Column("lon", sa.Double(), nullable=True),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("placement", sa.String(length=12), nullable=False),
        sa.Column("nearest_id", sa.Integer(), nullable=True),
        sa.Column("bordering", sa.Text(), nullable=True),
        sa.Column("city_id", sa.Integer(), nullable=True),
        sa.Column("district_id", sa.Integer(), nullable=True),
        sa.Column("town_id", sa.Integer(), nullable=True),
        sa.Column("community_id", sa.Integer(), nullable=True),
        sa.Column("grid_id", sa.Integer(), nullable=True),
        sa.Column("scope_path", sa.String(length=240), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("level", sa.String(length=12), nullable=False),
        sa.Column("holder_id", sa.Integer(), nullable=False),
        sa.Column("department_id", sa.Integer(), nullable=True),
        sa.Column("handled_by_id", sa.Integer(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("escalations", sa.Integer(), nullable=False),
        sa.Column("returns", sa.Integer(), nullable=False),
        sa.Column("reworks", sa.Integer(), nullable=False),
        sa.Column("on_time", sa.Boolean(), nullable=True),
        sa.Column("took_s", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "status in ('filed', 'accepted', 'dispatched', 'in_progress', 'handled', 'closed', 'rejected', "
            "'verifying', 'suspended', 'voided')",
            name=op.f("ck_case_record_status"),
        ),
        sa.ForeignKeyConstraint(
            ["catalogue_version_id"],
            ["catalogue_version.id"],
            name=op.f("fk_case_record_catalogue_version_id"),
        ),
        sa.ForeignKeyConstraint(
            ["department_id"], ["department.id"], name=op.f("fk_case_record_department_id")
        ),
        sa.ForeignKeyConstraint(["filed_by_id"], ["person.id"], name=op.f("fk_case_record_filed_by_id")),
        sa.ForeignKeyConstraint(
            ["generation_id"], ["generation.id"], name=op.f("fk_case_record_generation_id")
        ),
        sa.ForeignKeyConstraint(["grid_id"], ["area.id"], name=op.f("fk_case_record_grid_id")),
        sa.ForeignKeyConstraint(["handled_by_id"], ["person.id"], name=op.f("fk_case_record_handled_by_id")),
        sa.ForeignKeyConstraint(["holder_id"], ["area.id"], name=op.f("fk_case_record_holder_id")),
        sa.ForeignKeyConstraint(["nearest_id"], ["area.id"], name=op.f("fk_case_record_nearest_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_record")),
        sa.UniqueConstraint("number", name=op.f("uq_case_record_number")),
        sa.UniqueConstraint("uuid", name=op.f("uq_case_record_uuid")),
    )
    by_time = ["filed_at", "id"]
    for name, columns in (
        ("ix_case_filed", by_time),
        ("ix_case_district_filed", ["district_id", *by_time]),
        ("ix_case_town_filed", ["town_id", *by_time]),
        (
            "ix_case_community_filed",
            ["community_id", *by_time, "status", "category", "restricted"],
        ),
        ("ix_case_grid_filed", ["grid_id", *by_time]),
        ("ix_case_status", ["status", "category", *by_time, "restricted"]),
        ("ix_case_district_status", ["district_id", "status", "category", *by_time, "restricted"]),
        ("ix_case_town_status", ["town_id", "status", "category", *by_time, "restricted"]),
        ("ix_case_filed_by", ["filed_by_id", *by_time]),
        ("ix_case_changed", ["changed_at"]),
        (
            "ix_case_statistics",
            [
                "category",
                "filed_at",
                "city_id",
                "district_id",
                "town_id",
                "community_id",
                "grid_id",
                "status",
                "ended_at",
                "due_at",
                "escalations",
                "on_time",
                "restricted",
                "level",
                "took_s",
            ],
        ),
    ):
        op.create_index(name, "case_record", columns, unique=False)
    within = ["district_id", "town_id", "community_id"]
    for name, columns, only in (
        ("ix_case_open", ["category", *by_time, *within, "status", "restricted"], "ended_at is null"),
        ("ix_case_due", ["due_at"], "ended_at is null and due_at is not null"),
        ("ix_case_department", ["department_id", *by_time], "department_id is not null"),
        ("ix_case_holder", ["holder_id", "status"], "ended_at is null"),
    ):
        op.create_index(
            name,
            "case_record",
            columns,
            unique=False,
            postgresql_where=sa.text(only),
            sqlite_where=sa.text(only),
        )
    op.create_table(
        "case_past",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("level", sa.String(length=12), nullable=False),
        sa.Column("holder_id", sa.Integer(), nullable=False),
        sa.Column("department_id", sa.Integer(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("escalations", sa.Integer(), nullable=False),
        sa.Column("returns", sa.Integer(), nullable=False),
        sa.Column("reworks", sa.Integer(), nullable=False),
        sa.Column("on_time", sa.Boolean(), nullable=True),
        sa.Column("took_s", sa.Integer(), nullable=True),
        sa.Column("city_id", sa.Integer(), nullable=True),
        sa.Column("district_id", sa.Integer(), nullable=True),
        sa.Column("town_id", sa.Integer(), nullable=True),
        sa.Column("community_id", sa.Integer(), nullable=True),
        sa.Column("grid_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case_record.id"], name=op.f("fk_case_past_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_past")),
    )
    op.create_index("ix_case_past_case_version", "case_past", ["case_id", "version"], unique=True)
    op.create_index("ix_case_past_until", "case_past", ["until", "since"], unique=False)
    op.create_table(
        "task",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=True),
        sa.Column("department_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("term", sa.String(length=12), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(length=24), nullable=True),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_task_area_id")),
        sa.ForeignKeyConstraint(["case_id"], ["case_record.id"], name=op.f("fk_task_case_id")),
        sa.ForeignKeyConstraint(["department_id"], ["department.id"], name=op.f("fk_task_department_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_task_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task")),
    )
    op.create_index("ix_task_case_id", "task", ["case_id"], unique=False)
    op.create_index(
        "ix_task_open_due",
        "task",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("closed_at is null and due_at is not null"),
        sqlite_where=sa.text("closed_at is null and due_at is not null"),
    )
    op.create_table(
        "case_action",
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("command_hash", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_record.id"], name=op.f("fk_case_action_case_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_case_action_person_id")),
        sa.PrimaryKeyConstraint("uuid", name=op.f("pk_case_action")),
    )
    op.create_index("ix_case_action_case_id", "case_action", ["case_id"], unique=False)
    op.create_table(
        "case_photo",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("bytes", sa.Integer(), nullable=False),
        sa.Column("added_by_id", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind in ('before','after','check','other')", name=op.f("ck_case_photo_kind")),
        sa.ForeignKeyConstraint(["added_by_id"], ["person.id"], name=op.f("fk_case_photo_added_by_id")),
        sa.ForeignKeyConstraint(["case_id"], ["case_record.id"], name=op.f("fk_case_photo_case_id")),
        sa.ForeignKeyConstraint(["sha256"], ["photo.sha256"], name=op.f("fk_case_photo_sha256")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_photo")),
    )
    op.create_index("ix_case_photo_case_sha", "case_photo", ["case_id", "sha256", "kind"], unique=True)
    op.create_index("ix_case_photo_sha256", "case_photo", ["sha256"], unique=False)
    connection = op.get_bind()
    engine().add_geometry(connection, "case_record", "geom", "GEOMETRY", required=False)
    engine().freeze_columns(connection, "case_record", FILED)


def downgrade() -> None:
    engine().drop_geometry(op.get_bind(), "case_record", "geom")
    op.drop_table("case_photo")
    op.drop_table("case_action")
    op.drop_table("task")
    op.drop_table("case_past")
    op.drop_table("case_record")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("drop function case_record_refuse")
