"""The whole grammar of actions: clocks of tasks, applications, grants."""

import sqlalchemy as sa
from alembic import op

from app.spatial import engine

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

FILED = (
    "uuid",
    "number",
    "filed_at",
    "filed_by_id",
    "command_hash",
    "observed_at",
    "filed_category",
    "urgency",
    "channel",
    "crs",
    "accuracy_m",
    "generation_id",
)
FILED_BEFORE = (*(name for name in FILED if name != "filed_category"), "category", "catalogue_version_id")


def upgrade() -> None:
    engine().thaw_columns(op.get_bind(), "case_record")
    for column in (
        sa.Column("filed_category", sa.String(length=20), nullable=True),
        sa.Column("clock_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("near_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("card", sa.String(length=8), nullable=True),
        sa.Column("applied", sa.String(length=12), nullable=True),
        sa.Column("reopens", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("extensions", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("self_handled", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("suspended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resume_to", sa.String(length=12), nullable=True),
    ):
        op.add_column("case_record", column)
    op.execute("update case_record set filed_category = category")
    for column in (
        sa.Column("category", sa.String(length=20), nullable=True),
        sa.Column("clock_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("near_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("card", sa.String(length=8), nullable=True),
    ):
        op.add_column("case_past", column)
    op.execute(
        "update case_past set category = "
        "(select c.category from case_record c where c.id = case_past.case_id)"
    )
    for column in (
        sa.Column("near_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("warned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("wake_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rung", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("base_level", sa.String(length=12), nullable=True),
        sa.Column("base_rung", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paused_s", sa.Integer(), nullable=False, server_default="0"),
    ):
        op.add_column("task", column)
    op.drop_index("ix_task_open_due", table_name="task")
    _partial_index("ix_task_wake", "task", ["wake_at", "id"], "closed_at is null and wake_at is not null")
    beside = "closed_at is null and kind in ('acknowledge', 'answer', 'approve', 'review')"
    _partial_index("ix_task_owed", "task", ["kind", "area_id"], beside)
    _duties_of_open_cases()
    _applications()
    _grants()
    engine().freeze_columns(op.get_bind(), "case_record", FILED)


def _duties_of_open_cases() -> None:
    """What was due already wakes the sweep; what was accepted and waits is owed by its holder."""
    level = "(select c.level from case_record c where c.id = task.case_id)"
    running = "closed_at is null and due_at is not null"
    op.execute(f"update task set wake_at = due_at, base_level = {level} where {running}")
    op.execute(
        "insert into task (case_id, kind, area_id, opened_at, base_level) "
        "select id, 'dispatch', holder_id, changed_at, level from case_record "
        "where status = 'accepted' and ended_at is null"
    )
    first = (
        "(select min(t.opened_at) from task t where t.case_id = case_record.id "
        "and t.closed_at is null and t.due_at = case_record.due_at)"
    )
    op.execute(f"update case_record set clock_from = {first} where ended_at is null and due_at is not null")


def _applications() -> None:
    op.create_table(
        "application",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state in ('pending','approved','denied','withdrawn')", name=op.f("ck_application_state")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["case_record.id"], name=op.f("fk_application_case_id")),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_application_task_id")),
        sa.ForeignKeyConstraint(["asked_by_id"], ["person.id"], name=op.f("fk_application_asked_by_id")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"], name=op.f("fk_application_decided_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application")),
        sa.UniqueConstraint("uuid", name=op.f("uq_application_uuid")),
    )
    op.create_index("ix_application_case_id", "application", ["case_id"])
    one_at_a_time = "state = 'pending'"
    _partial_index("ix_application_pending", "application", ["case_id"], one_at_a_time, unique=True)


def _grants() -> None:
    op.create_table(
        "case_grant",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("department_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind in ('assisting','informed','summoned')", name=op.f("ck_case_grant_kind")),
        sa.ForeignKeyConstraint(["case_id"], ["case_record.id"], name=op.f("fk_case_grant_case_id")),
        sa.ForeignKeyConstraint(
            ["department_id"], ["department.id"], name=op.f("fk_case_grant_department_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_grant")),
    )
    op.create_index("ix_case_grant_case_id", "case_grant", ["case_id"])
    op.create_index(
        "ix_case_grant_department", "case_grant", ["department_id", "case_id", "kind"], unique=True
    )


def _partial_index(name: str, table: str, columns: list[str], only: str, *, unique: bool = False) -> None:
    where = {"postgresql_where": sa.text(only), "sqlite_where": sa.text(only)}
    op.create_index(name, table, columns, unique=unique, **where)


def downgrade() -> None:
    engine().thaw_columns(op.get_bind(), "case_record")
    op.drop_table("case_grant")
    op.drop_table("application")
    op.execute("delete from task where kind not in ('accept', 'handle', 'check')")
    op.drop_index("ix_task_owed", table_name="task")
    op.drop_index("ix_task_wake", table_name="task")
    for name in (
        "paused_s",
        "paused_at",
        "base_rung",
        "base_level",
        "rung",
        "wake_at",
        "warned_at",
        "near_at",
    ):
        op.drop_column("task", name)
    _partial_index("ix_task_open_due", "task", ["due_at"], "closed_at is null and due_at is not null")
    for name in ("card", "near_at", "clock_from", "category"):
        op.drop_column("case_past", name)
    for name in (
        "resume_to",
        "suspended_at",
        "self_handled",
        "extensions",
        "reopens",
        "applied",
        "card",
        "near_at",
        "clock_from",
        "filed_category",
    ):
        op.drop_column("case_record", name)
    engine().freeze_columns(op.get_bind(), "case_record", FILED_BEFORE)
