"""Kept results of analyses."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "analysis_result",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("request", sa.String(length=64), nullable=False),
        sa.Column("method", sa.String(length=40), nullable=False),
        sa.Column("parameters", sa.Text(), nullable=False),
        sa.Column("window_start", sa.DateTime(timezone=True), nullable=True),
        sa.Column("window_end", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.Column("data_seq", sa.BigInteger(), nullable=False),
        sa.Column("scope_hash", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.Column("result", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["made_by_id"], ["person.id"], name=op.f("fk_analysis_result_made_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_analysis_result")),
    )
    op.create_index("ix_analysis_result_uuid", "analysis_result", ["uuid"], unique=True)
    op.create_index("ix_analysis_result_request", "analysis_result", ["request"], unique=True)
    op.create_index("ix_analysis_result_made_at", "analysis_result", ["made_at"])


def downgrade() -> None:
    op.drop_table("analysis_result")
