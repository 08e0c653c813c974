"""The catalogue of categories, and photos."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "catalogue_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("activated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalogue_version")),
    )
    op.create_table(
        "category",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("name_en", sa.String(length=80), nullable=True),
        sa.Column("restricted", sa.Boolean(), nullable=False),
        sa.Column("after_photo", sa.Boolean(), nullable=False),
        sa.Column("term", sa.String(length=12), nullable=True),
        sa.Column("stop_term", sa.String(length=12), nullable=True),
        sa.Column("penalty_term", sa.String(length=12), nullable=True),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("pinyin", sa.String(length=80), nullable=True),
        sa.Column("synonyms", sa.Text(), nullable=True),
        sa.Column("questions", sa.Text(), nullable=False),
        sa.CheckConstraint("kind in ('part','event','social')", name=op.f("ck_category_kind")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["catalogue_version.id"], name=op.f("fk_category_version_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_category")),
    )
    op.create_index("ix_category_version_code", "category", ["version_id", "code"], unique=True)
    op.create_table(
        "photo",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("bytes", sa.Integer(), nullable=False),
        sa.Column("media_type", sa.String(length=20), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("derived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("unreadable", sa.Boolean(), nullable=False),
        sa.CheckConstraint("bytes > 0 AND width > 0 AND height > 0", name=op.f("ck_photo_not_empty")),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_photo_sha256_length")),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_photo")),
    )
    op.create_index(
        "ix_photo_waiting",
        "photo",
        ["stored_at"],
        unique=False,
        postgresql_where=sa.text("derived_at is null"),
        sqlite_where=sa.text("derived_at is null"),
    )


def downgrade() -> None:
    op.drop_table("photo")
    op.drop_table("category")
    op.drop_table("catalogue_version")
