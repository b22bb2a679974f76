"""Tokens kept for all workers, the heirs of replaced orders, and what staff change in the shop."""

import sqlalchemy as sa
from alembic import op

from mirakl_sync.db import types

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "kept_tokens",
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("token", types.EncryptedJson(), nullable=True),
        sa.Column("renew_at", types.UtcDateTime(), nullable=True),
        sa.Column("leased_until", types.UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_kept_tokens")),
    )
    op.create_table(
        "shop_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_pk", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("platform_order_id", sa.String(length=80), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("facts", types.Json, nullable=False),
        sa.Column("seen_at", types.UtcDateTime(), nullable=False),
        sa.Column("gone_at", types.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["order_pk"], ["orders.id"], name=op.f("fk_shop_changes_order_pk_orders")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shop_changes")),
        sa.UniqueConstraint("order_pk", "kind", "key", name=op.f("uq_shop_changes_order_pk")),
    )
    with op.batch_alter_table("shop_changes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_shop_changes_order_pk"), ["order_pk"], unique=False)

    with op.batch_alter_table("orders", schema=None) as batch_op:
        batch_op.add_column(sa.Column("canceled_in_shop_at", types.UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("heirs", types.Json, nullable=True))
        batch_op.add_column(sa.Column("traced_at", types.UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("no_heir", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("never_felt", sa.Boolean(), server_default=sa.false(), nullable=False))

    with op.batch_alter_table("platform_orders", schema=None) as batch_op:
        batch_op.add_column(sa.Column("handed_over", sa.Boolean(), server_default=sa.true(), nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("platform_orders", schema=None) as batch_op:
        batch_op.drop_column("handed_over")

    with op.batch_alter_table("orders", schema=None) as batch_op:
        batch_op.drop_column("never_felt")
        batch_op.drop_column("no_heir")
        batch_op.drop_column("traced_at")
        batch_op.drop_column("heirs")
        batch_op.drop_column("canceled_in_shop_at")

    with op.batch_alter_table("shop_changes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_shop_changes_order_pk"))

    op.drop_table("shop_changes")
    op.drop_table("kept_tokens")
