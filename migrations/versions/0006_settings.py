"""Terms, calendar and rules, as versioned configuration; emergencies, and what is settled on the spot."""

import sqlalchemy as sa
from alembic import op

from app.spatial import engine

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("emergency", "on_spot"):
        op.add_column("category", sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "configuration",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("activated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_configuration_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_configuration")),
        sa.UniqueConstraint("kind", "version", name=op.f("uq_configuration_kind_version")),
    )
    engine().forbid_change(op.get_bind(), "configuration")


def downgrade() -> None:
    op.drop_table("configuration")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("drop function configuration_refuse")
    for name in ("on_spot", "emergency"):
        op.drop_column("category", name)
