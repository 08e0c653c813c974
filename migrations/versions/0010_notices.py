"""Notices, how they leave, and what people prefer."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_seq", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("template", sa.String(length=40), nullable=False),
        sa.Column("urgency", sa.String(length=8), nullable=False),
        sa.Column("subject", sa.String(length=60), nullable=False),
        sa.Column("params", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("urgency in ('now','soon','digest')", name=op.f("ck_notice_urgency")),
        sa.ForeignKeyConstraint(["event_seq"], ["event.seq"], name=op.f("fk_notice_event_seq")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_notice_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
    )
    op.create_index("ix_notice_once", "notice", ["event_seq", "person_id", "template"], unique=True)
    op.create_index("ix_notice_person", "notice", ["person_id", "id"])
    _partial_index("ix_notice_unread", "notice", ["person_id"], "read_at is null")
    _deliveries()
    op.create_table(
        "notice_preference",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=True),
        sa.Column("mail", sa.Boolean(), nullable=False),
        sa.Column("daily", sa.Boolean(), nullable=False),
        sa.Column("quiet_from", sa.Time(), nullable=False),
        sa.Column("quiet_to", sa.Time(), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.CheckConstraint("language in ('zh','en')", name=op.f("ck_notice_preference_language")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_notice_preference_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_notice_preference")),
    )
    # What happened before there were notices is no news.
    op.execute("delete from event_reading where listener = 'notify'")
    op.execute("insert into event_reading (listener, seq) select 'notify', seq from chain_head")


def _deliveries() -> None:
    op.create_table(
        "notice_delivery",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claim", sa.String(length=32), nullable=True),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state in ('waiting','failed','sent','dead','dropped')", name=op.f("ck_notice_delivery_state")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_notice_delivery_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_delivery")),
        sa.UniqueConstraint("token", name=op.f("uq_notice_delivery_token")),
    )
    _partial_index(
        "ix_notice_delivery_due", "notice_delivery", ["id", "next_at"], "state in ('waiting','failed')"
    )
    _partial_index("ix_notice_delivery_dead", "notice_delivery", ["id"], "state = 'dead'")
    op.create_index("ix_notice_delivery_person", "notice_delivery", ["person_id", "made_at"])
    op.create_table(
        "notice_outgoing",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("notice_id", sa.Integer(), nullable=False),
        sa.Column("event_seq", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(length=8), nullable=False),
        sa.Column("subject", sa.String(length=60), nullable=False),
        sa.Column("urgency", sa.String(length=8), nullable=False),
        sa.Column("collapses", sa.Boolean(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ready_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("delivery_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"], name=op.f("fk_notice_outgoing_notice_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_notice_outgoing_person_id")),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["notice_delivery.id"], name=op.f("fk_notice_outgoing_delivery_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_outgoing")),
    )
    once = ["event_seq", "person_id", "channel"]
    op.create_index("ix_notice_outgoing_once", "notice_outgoing", once, unique=True)
    _partial_index("ix_notice_outgoing_ready", "notice_outgoing", ["ready_at"], "delivery_id is null")
    op.create_index("ix_notice_outgoing_order", "notice_outgoing", ["person_id", "subject", "delivery_id"])
    op.create_index("ix_notice_outgoing_delivery_id", "notice_outgoing", ["delivery_id"])
    op.create_index("ix_notice_outgoing_notice_id", "notice_outgoing", ["notice_id"])


def _partial_index(name: str, table: str, columns: list[str], only: str) -> None:
    op.create_index(name, table, columns, postgresql_where=sa.text(only), sqlite_where=sa.text(only))


def downgrade() -> None:
    op.execute("delete from event_reading where listener = 'notify'")
    op.drop_table("notice_preference")
    op.drop_table("notice_outgoing")
    op.drop_table("notice_delivery")
    op.drop_table("notice")
