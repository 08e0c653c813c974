"""Keys of the inspectors' sealed drafts, and what phones say of a filing."""

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
