"""Areas, their generations and boundaries."""

import sqlalchemy as sa
from alembic import op

from app.spatial import engine

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "area",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("level", sa.String(length=12), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("name_en", sa.String(length=120), nullable=True),
        sa.Column("path", sa.String(length=240), nullable=False),
        sa.Column("city_id", sa.Integer(), nullable=True),
        sa.Column("district_id", sa.Integer(), nullable=True),
        sa.Column("town_id", sa.Integer(), nullable=True),
        sa.Column("community_id", sa.Integer(), nullable=True),
        sa.Column("grid_id", sa.Integer(), nullable=True),
        sa.Column("dedicated", sa.Boolean(), nullable=False),
        sa.Column("households", sa.Integer(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "level in ('city','district','town','community','grid')", name=op.f("ck_area_level")
        ),
        sa.ForeignKeyConstraint(["parent_id"], ["area.id"], name=op.f("fk_area_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_area")),
        sa.UniqueConstraint("code", name=op.f("uq_area_code")),
    )
    op.create_index("ix_area_level_code", "area", ["level", "code"], unique=False)
    op.create_index("ix_area_parent_id", "area", ["parent_id"], unique=False)
    op.create_table(
        "generation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(length=120), nullable=False),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("crs", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("loaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("activated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state in ('draft','active','retired')", name=op.f("ck_generation_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_generation")),
    )
    op.create_table(
        "area_shape",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("generation_id", sa.Integer(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.Column("level", sa.String(length=12), nullable=False),
        sa.Column("approximate", sa.Boolean(), nullable=False),
        sa.Column("square_metres", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_area_shape_area_id")),
        sa.ForeignKeyConstraint(
            ["generation_id"], ["generation.id"], name=op.f("fk_area_shape_generation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_area_shape")),
    )
    op.create_index("ix_area_shape_generation_area", "area_shape", ["generation_id", "area_id"], unique=True)
    op.create_table(
        "generation_finding",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("generation_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("level", sa.String(length=12), nullable=True),
        sa.Column("codes", sa.Text(), nullable=False),
        sa.Column("lon", sa.Double(), nullable=True),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("square_metres", sa.Double(), nullable=True),
        sa.Column("message", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["generation_id"], ["generation.id"], name=op.f("fk_generation_finding_generation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_generation_finding")),
    )
    op.create_index(
        "ix_generation_finding_generation_id", "generation_finding", ["generation_id"], unique=False
    )
    engine().prepare(op.get_bind())
    engine().add_geometry(op.get_bind(), "area_shape", "geom", "MULTIPOLYGON", required=True)


def downgrade() -> None:
    engine().drop_geometry(op.get_bind(), "area_shape", "geom")
    op.drop_table("generation_finding")
    op.drop_table("area_shape")
    op.drop_table("generation")
    op.drop_table("area")
