"""Definitions of indicators, daily backlog, ratings of closed cases, denominators."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None
HANDLING = "kind = 'handle' and due_at is not null"


def upgrade() -> None:
    op.create_index(
        "ix_task_handling_due",
        "task",
        ["due_at", "case_id"],
        postgresql_where=sa.text(HANDLING),
        sqlite_where=sa.text(HANDLING),
    )
    op.create_table(
        "indicator_version",
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("activated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_indicator_version_person_id")),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_indicator_version")),
    )
    _backlog()
    _ratings()
    _figures()


def _backlog() -> None:
    op.create_table(
        "backlog_snapshot",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_backlog_snapshot")),
    )
    op.create_table(
        "backlog_day",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("city_id", sa.Integer(), nullable=True),
        sa.Column("district_id", sa.Integer(), nullable=True),
        sa.Column("town_id", sa.Integer(), nullable=True),
        sa.Column("community_id", sa.Integer(), nullable=True),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("age", sa.String(length=8), nullable=False),
        sa.Column("overdue", sa.Boolean(), nullable=False),
        sa.Column("restricted", sa.Boolean(), nullable=False),
        sa.Column("cases", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["day"], ["backlog_snapshot.day"], name=op.f("fk_backlog_day_day")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_backlog_day")),
    )
    op.create_index("ix_backlog_day_day", "backlog_day", ["day"])


def _ratings() -> None:
    op.create_table(
        "case_rating",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("score", sa.String(length=12), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("rated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rated_by_id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "score in ('satisfied', 'basically', 'dissatisfied')", name=op.f("ck_case_rating_score")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["case_record.id"], name=op.f("fk_case_rating_case_id")),
        sa.ForeignKeyConstraint(["rated_by_id"], ["person.id"], name=op.f("fk_case_rating_rated_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_rating")),
    )
    op.create_index("ix_case_rating_case_closed", "case_rating", ["case_id", "closed_at"], unique=True)


def _figures() -> None:
    op.create_table(
        "area_figure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("value", sa.Float(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind in ('residents', 'patrol_hours')", name=op.f("ck_area_figure_kind")),
        sa.CheckConstraint("value >= 0", name=op.f("ck_area_figure_value")),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_area_figure_area_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_area_figure")),
    )
    op.create_index("ix_area_figure_once", "area_figure", ["kind", "area_id", "starts_on"], unique=True)


def downgrade() -> None:
    for table in ("area_figure", "case_rating", "backlog_day", "backlog_snapshot", "indicator_version"):
        op.drop_table(table)
    op.drop_index("ix_task_handling_due", table_name="task")
