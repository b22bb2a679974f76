"""people and what they were told."""

import sqlalchemy as sa
from alembic import op

from mirakl_sync.db import types

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    with op.batch_alter_table("inbox_items", schema=None) as batch_op:
        batch_op.add_column(sa.Column("assigned_to", sa.String(length=80), server_default="", nullable=False))
        batch_op.add_column(sa.Column("acted_at", types.UtcDateTime(), nullable=True))
    op.create_table(
        "routes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=24), nullable=False),
        sa.Column("email", types.Json, nullable=False),
        sa.Column("webhook", types.EncryptedJson(), nullable=False),
        sa.Column("timezone", sa.String(length=60), nullable=False),
        sa.Column("quiet", sa.String(length=11), nullable=False),
        sa.Column("digest", types.Json, nullable=False),
        sa.Column("escalate_after_seconds", sa.Double(), nullable=False),
        sa.Column("escalate_to", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_routes")),
        sa.UniqueConstraint("role", name=op.f("uq_routes_role")),
    )
    _messages()


def _messages() -> None:
    op.create_table(
        "messages",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=24), nullable=False),
        sa.Column("address", sa.String(length=330), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("mail_id", sa.String(length=200), nullable=False),
        sa.Column("subject", sa.String(length=300), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("made_at", types.UtcDateTime(), nullable=False),
        sa.Column("sent_at", types.UtcDateTime(), nullable=True),
        sa.Column("next_attempt_at", types.UtcDateTime(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("leased_until", types.UtcDateTime(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
        sa.UniqueConstraint("mail_id", name=op.f("uq_messages_mail_id")),
    )
    due = sa.text("next_attempt_at IS NOT NULL")
    op.create_index("ix_messages_due", "messages", ["next_attempt_at"], postgresql_where=due, sqlite_where=due)
    op.create_index("ix_messages_role_address", "messages", ["role", "address", "made_at"])
    op.create_table(
        "tellings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=24), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("address", sa.String(length=330), nullable=False),
        sa.Column("message_pk", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["inbox_items.id"], name=op.f("fk_tellings_item_id_inbox_items")),
        sa.ForeignKeyConstraint(["message_pk"], ["messages.id"], name=op.f("fk_tellings_message_pk_messages")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tellings")),
        sa.UniqueConstraint("item_id", "role", "reason", "address", name=op.f("uq_tellings_item_id")),
    )
    op.create_index("ix_tellings_message_pk", "tellings", ["message_pk"])


def downgrade() -> None:
    op.drop_table("tellings")
    op.drop_table("messages")
    op.drop_table("routes")
    with op.batch_alter_table("inbox_items", schema=None) as batch_op:
        batch_op.drop_column("acted_at")
        batch_op.drop_column("assigned_to")
