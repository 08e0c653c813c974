"""Stamps, jobs and the chain of events."""

import sqlalchemy as sa
from alembic import op

from app.spatial import engine

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

SEQUENCE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "stamp",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_stamp")),
    )
    op.create_table(
        "job_lease",
        sa.Column("job", sa.String(length=60), nullable=False),
        sa.Column("holder", sa.String(length=80), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ran_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("job", name=op.f("pk_job_lease")),
    )
    op.create_table(
        "job_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("job", sa.String(length=60), nullable=False),
        sa.Column("holder", sa.String(length=80), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("items", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_run")),
    )
    op.create_index("ix_job_run_job_began", "job_run", ["job", "began_at"], unique=False)
    op.create_table(
        "chain_head",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("seq", SEQUENCE, nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chain_head")),
    )
    op.create_table(
        "event",
        sa.Column("seq", SEQUENCE, autoincrement=False, nullable=False),
        sa.Column("prev", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=60), nullable=False),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("subject", sa.String(length=60), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_event")),
    )
    op.create_index("ix_event_subject_seq", "event", ["subject", "seq"], unique=False)
    op.create_table(
        "event_body",
        sa.Column("seq", SEQUENCE, autoincrement=False, nullable=False),
        sa.Column("salt", sa.String(length=32), nullable=True),
        sa.Column("body", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["seq"], ["event.seq"], name=op.f("fk_event_body_seq")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_event_body")),
    )
    op.create_table(
        "event_attempt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("listener", sa.String(length=80), nullable=False),
        sa.Column("seq", SEQUENCE, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_attempt")),
    )
    op.create_index("ix_event_attempt_listener_seq", "event_attempt", ["listener", "seq"], unique=False)
    op.create_table(
        "event_reading",
        sa.Column("listener", sa.String(length=80), nullable=False),
        sa.Column("seq", SEQUENCE, nullable=False),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("listener", name=op.f("pk_event_reading")),
    )
    connection = op.get_bind()
    engine().forbid_change(connection, "event")
    engine().allow_only_erasure(connection, "event_body", ("salt", "body"))


def downgrade() -> None:
    op.drop_table("event_reading")
    op.drop_table("event_attempt")
    op.drop_table("event_body")
    op.drop_table("event")
    op.drop_table("chain_head")
    op.drop_table("job_run")
    op.drop_table("job_lease")
    op.drop_table("stamp")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("drop function event_refuse, event_body_refuse")
