"""Who answers today: absences, stand-ins, a department's superior."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "absence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("ends_on is null or ends_on >= starts_on", name=op.f("ck_absence_order")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_absence_person_id")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["person.id"], name=op.f("fk_absence_recorded_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absence")),
    )
    op.create_index("ix_absence_person_starts", "absence", ["person_id", "starts_on"], unique=False)
    op.add_column("posting", sa.Column("stand_in", sa.Boolean(), nullable=False, server_default=sa.false()))
    # SQLite adds no constraint to a table that exists; a reference within the new column's words it takes
    superior = sa.ForeignKey("department.id", name=op.f("fk_department_parent_id"))
    op.add_column(
        "department", sa.Column("parent_id", sa.Integer(), superior, nullable=True), inline_references=True
    )


def downgrade() -> None:
    op.drop_column("department", "parent_id")
    op.drop_column("posting", "stand_in")
    op.drop_table("absence")
