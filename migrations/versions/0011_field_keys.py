"""Keys of the inspectors' sealed drafts, voice notes, and what speaks against a filing's own words."""

import sqlalchemy as sa
from alembic import op

from app.spatial import engine

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

FILED_BEFORE = (
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
FILED = (*FILED_BEFORE, "flags")


def upgrade() -> None:
    op.create_table(
        "field_key",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("public_jwk", sa.Text(), nullable=False),
        sa.Column("wrapped_private", sa.Text(), nullable=False),
        sa.Column("wrapping_secret", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_field_key_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_field_key")),
        sa.UniqueConstraint("person_id", name=op.f("uq_field_key_person_id")),
    )
    op.create_table(
        "case_voice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("bytes", sa.Integer(), nullable=False),
        sa.Column("media_type", sa.String(length=20), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=True),
        sa.Column("added_by_id", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_record.id"], name=op.f("fk_case_voice_case_id")),
        sa.ForeignKeyConstraint(["added_by_id"], ["person.id"], name=op.f("fk_case_voice_added_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_voice")),
    )
    op.create_index("ix_case_voice_case_sha", "case_voice", ["case_id", "sha256"], unique=True)
    op.create_index("ix_case_voice_sha256", "case_voice", ["sha256"])
    engine().thaw_columns(op.get_bind(), "case_record")
    op.add_column("case_record", sa.Column("flags", sa.Text(), nullable=True))
    engine().freeze_columns(op.get_bind(), "case_record", FILED)


def downgrade() -> None:
    engine().thaw_columns(op.get_bind(), "case_record")
    op.drop_column("case_record", "flags")
    engine().freeze_columns(op.get_bind(), "case_record", FILED_BEFORE)
    op.drop_table("case_voice")
    op.drop_table("field_key")
