"""shipments and carriers."""

import sqlalchemy as sa
from alembic import op

from mirakl_sync.db import types

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "carriers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("marketplace_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=80), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("standard_code", sa.String(length=80), nullable=False),
        sa.Column("tracking_url", sa.Text(), nullable=False),
        sa.Column("seen_at", types.UtcDateTime(), nullable=False),
        sa.Column("gone_at", types.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["marketplace_id"], ["marketplaces.id"], name=op.f("fk_carriers_marketplace_id_marketplaces")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_carriers")),
        sa.UniqueConstraint("marketplace_id", "code", name=op.f("uq_carriers_marketplace_id")),
    )
    op.create_table(
        "carrier_mappings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("connection_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("spelled", sa.String(length=200), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("carrier_code", sa.String(length=80), nullable=False),
        sa.Column("carrier_name", sa.String(length=200), nullable=False),
        sa.Column("tracking_url", sa.Text(), nullable=False),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        sa.Column("made_at", types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connections.id"], name=op.f("fk_carrier_mappings_connection_id_connections")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_carrier_mappings")),
        sa.UniqueConstraint("connection_id", "name", "country", name=op.f("uq_carrier_mappings_connection_id")),
    )
    op.create_table(
        "shipments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("connection_id", sa.Integer(), nullable=False),
        sa.Column("store_pk", sa.Integer(), nullable=False),
        sa.Column("order_pk", sa.Integer(), nullable=False),
        sa.Column("parcel_id", sa.String(length=120), nullable=False),
        sa.Column("first_id", sa.String(length=120), nullable=False),
        sa.Column("carrier", sa.String(length=200), nullable=False),
        sa.Column("number", sa.String(length=200), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("left_at", types.UtcDateTime(), nullable=True),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("shipping_type", sa.String(length=80), nullable=False),
        sa.Column("seen_at", types.UtcDateTime(), nullable=False),
        sa.Column("ship_by", types.UtcDateTime(), nullable=True),
        sa.Column("removed", sa.Boolean(), nullable=False),
        sa.Column("number_confirmed", sa.String(length=200), nullable=False),
        sa.Column("without_number_by", sa.String(length=80), nullable=False),
        sa.Column("told_carrier_code", sa.String(length=80), nullable=False),
        sa.Column("told_carrier_name", sa.String(length=200), nullable=False),
        sa.Column("told_number", sa.String(length=200), nullable=False),
        sa.Column("told_url", sa.Text(), nullable=False),
        sa.Column("tracking_told_at", types.UtcDateTime(), nullable=True),
        sa.Column("shipped_told_at", types.UtcDateTime(), nullable=True),
        sa.Column("to_correct", sa.Boolean(), nullable=False),
        sa.Column("marketplace_shipment_id", sa.String(length=80), nullable=False),
        sa.Column("marketplace_state", sa.String(length=40), nullable=False),
        sa.Column("validity", sa.String(length=40), nullable=False),
        sa.Column("travels_with", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("waiting_for", sa.String(length=120), nullable=False),
        sa.Column("blocked_by", sa.Integer(), nullable=True),
        sa.Column("questioned", sa.Boolean(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("claims", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", types.UtcDateTime(), nullable=True),
        sa.Column("last_problem", sa.Text(), nullable=False),
        sa.Column("leased_until", types.UtcDateTime(), nullable=True),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("rung_at", types.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connections.id"], name=op.f("fk_shipments_connection_id_connections")
        ),
        sa.ForeignKeyConstraint(["order_pk"], ["orders.id"], name=op.f("fk_shipments_order_pk_orders")),
        sa.ForeignKeyConstraint(["store_pk"], ["stores.id"], name=op.f("fk_shipments_store_pk_stores")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shipments")),
        sa.UniqueConstraint("order_pk", "parcel_id", name=op.f("uq_shipments_order_pk")),
    )
    with op.batch_alter_table("shipments", schema=None) as batch_op:
        batch_op.create_index("ix_shipments_connection_state", ["connection_id", "state"], unique=False)
        batch_op.create_index(
            "ix_shipments_due",
            ["next_attempt_at"],
            unique=False,
            postgresql_where=sa.text("next_attempt_at IS NOT NULL"),
            sqlite_where=sa.text("next_attempt_at IS NOT NULL"),
        )
        batch_op.create_index("ix_shipments_number", ["store_pk", "number"], unique=False)

    op.create_table(
        "shipment_lines",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("shipment_pk", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.String(length=80), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["shipment_pk"], ["shipments.id"], name=op.f("fk_shipment_lines_shipment_pk_shipments")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shipment_lines")),
        sa.UniqueConstraint("shipment_pk", "line_id", name=op.f("uq_shipment_lines_shipment_pk")),
    )
    with op.batch_alter_table("marketplaces", schema=None) as batch_op:
        batch_op.add_column(sa.Column("lists_due_at", types.UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("carriers_read_at", types.UtcDateTime(), nullable=True))

    with op.batch_alter_table("orders", schema=None) as batch_op:
        batch_op.add_column(sa.Column("ship_alarm", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("left_at", types.UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("shop_looked_at", types.UtcDateTime(), nullable=True))
        batch_op.create_index(
            "ix_orders_to_ship",
            ["ship_by"],
            unique=False,
            postgresql_where=sa.text("state = 'placed'"),
            sqlite_where=sa.text("state = 'placed'"),
        )


def downgrade() -> None:
    with op.batch_alter_table("orders", schema=None) as batch_op:
        batch_op.drop_index("ix_orders_to_ship")
        batch_op.drop_column("shop_looked_at")
        batch_op.drop_column("left_at")
        batch_op.drop_column("ship_alarm")
    with op.batch_alter_table("marketplaces", schema=None) as batch_op:
        batch_op.drop_column("carriers_read_at")
        batch_op.drop_column("lists_due_at")
    op.drop_table("shipment_lines")
    op.drop_table("shipments")
    op.drop_table("carrier_mappings")
    op.drop_table("carriers")
