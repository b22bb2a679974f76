"""orders and their machinery."""

import sqlalchemy as sa
from alembic import op

from mirakl_sync.db import types

revision = "0001"
down_revision = None


def upgrade() -> None:

    op.create_table(
        "call_limits",
        sa.Column("key", sa.String(length=160), nullable=False),
        sa.Column("free_at", types.UtcDateTime(), nullable=True),
        sa.Column("blocked_until", types.UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_call_limits")),
    )
    op.create_table(
        "effects",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("subject", sa.String(length=20), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("their_id", sa.String(length=80), nullable=False),
        sa.Column("asked_at", types.UtcDateTime(), nullable=False),
        sa.Column("answered_at", types.UtcDateTime(), nullable=True),
        sa.Column("asks", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_effects")),
        sa.UniqueConstraint("key", name=op.f("uq_effects_key")),
    )
    with op.batch_alter_table("effects", schema=None) as batch_op:
        batch_op.create_index("ix_effects_subject", ["subject", "subject_id"], unique=False)

    op.create_table(
        "heartbeats",
        sa.Column("feed", sa.String(length=120), nullable=False),
        sa.Column("beat_at", types.UtcDateTime(), nullable=False),
        sa.Column("every_seconds", sa.Double(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("feed", name=op.f("pk_heartbeats")),
    )
    op.create_table(
        "marketplaces",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("url", sa.String(length=500), nullable=False),
        sa.Column("profile", sa.String(length=60), nullable=False),
        sa.Column("caller", sa.String(length=20), nullable=False),
        sa.Column("rules", types.Json, nullable=False),
        sa.Column("facts", types.Json, nullable=False),
        sa.Column("facts_at", types.UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_marketplaces")),
        sa.UniqueConstraint("key", name=op.f("uq_marketplaces_key")),
    )
    op.create_table(
        "period_runs",
        sa.Column("job", sa.String(length=60), nullable=False),
        sa.Column("period", sa.String(length=40), nullable=False),
        sa.Column("at", types.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("job", "period", name=op.f("pk_period_runs")),
    )
    op.create_table(
        "policy_versions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("content", types.Json, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_versions")),
        sa.UniqueConstraint("digest", name=op.f("uq_policy_versions_digest")),
    )
    op.create_table(
        "stores",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("platform", sa.String(length=40), nullable=False),
        sa.Column("url", sa.String(length=500), nullable=False),
        sa.Column("credentials", types.EncryptedJson(), nullable=False),
        sa.Column("settings", types.Json, nullable=False),
        sa.Column("cursors", types.Json, nullable=False),
        sa.Column("next_poll_at", types.UtcDateTime(), nullable=True),
        sa.Column("leased_until", types.UtcDateTime(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("silent_until", types.UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stores")),
        sa.UniqueConstraint("key", name=op.f("uq_stores_key")),
    )
    op.create_table(
        "timeline",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(length=20), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("at", types.UtcDateTime(), nullable=False),
        sa.Column("who", sa.String(length=80), nullable=False),
        sa.Column("from_state", sa.String(length=24), nullable=False),
        sa.Column("to_state", sa.String(length=24), nullable=False),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_timeline")),
    )
    with op.batch_alter_table("timeline", schema=None) as batch_op:
        batch_op.create_index("ix_timeline_subject", ["subject", "subject_id"], unique=False)

    op.create_table(
        "deliveries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("store_pk", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("topic", sa.String(length=80), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("received_at", types.UtcDateTime(), nullable=False),
        sa.Column("times_received", sa.Integer(), nullable=False),
        sa.Column("digested_at", types.UtcDateTime(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("leased_until", types.UtcDateTime(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["store_pk"], ["stores.id"], name=op.f("fk_deliveries_store_pk_stores")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
        sa.UniqueConstraint("store_pk", "key", name=op.f("uq_deliveries_store_pk")),
    )
    with op.batch_alter_table("deliveries", schema=None) as batch_op:
        batch_op.create_index(
            "ix_deliveries_waiting",
            ["received_at"],
            unique=False,
            postgresql_where=sa.text("digested_at IS NULL"),
            sqlite_where=sa.text("digested_at IS NULL"),
        )

    op.create_table(
        "shelf",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("store_pk", sa.Integer(), nullable=False),
        sa.Column("sku", sa.String(length=120), nullable=False),
        sa.Column("observed_at", types.UtcDateTime(), nullable=False),
        sa.Column("matches", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.String(length=80), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=True),
        sa.Column("in_stock", sa.Boolean(), nullable=False),
        sa.Column("backorders", sa.Boolean(), nullable=False),
        sa.Column("price", types.Amount(), nullable=True),
        sa.Column("price_includes_tax", sa.Boolean(), nullable=False),
        sa.Column("sellable", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["store_pk"], ["stores.id"], name=op.f("fk_shelf_store_pk_stores")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shelf")),
        sa.UniqueConstraint("store_pk", "sku", name=op.f("uq_shelf_store_pk")),
    )
    op.create_table(
        "shops",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("marketplace_id", sa.Integer(), nullable=False),
        sa.Column("shop_id", sa.String(length=40), nullable=False),
        sa.Column("credentials", types.EncryptedJson(), nullable=False),
        sa.Column("partial_acceptance", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["marketplace_id"], ["marketplaces.id"], name=op.f("fk_shops_marketplace_id_marketplaces")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shops")),
        sa.UniqueConstraint("marketplace_id", "shop_id", name=op.f("uq_shops_marketplace_id")),
    )
    op.create_table(
        "connections",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("shop_pk", sa.Integer(), nullable=False),
        sa.Column("store_pk", sa.Integer(), nullable=False),
        sa.Column("policy_id", sa.Integer(), nullable=False),
        sa.Column("paused", types.Json, nullable=False),
        sa.Column("stopped_because", sa.Text(), nullable=False),
        sa.Column("orders_from", types.UtcDateTime(), nullable=False),
        sa.Column("orders_cursor", types.UtcDateTime(), nullable=True),
        sa.Column("next_pull_at", types.UtcDateTime(), nullable=True),
        sa.Column("next_state_sweep_at", types.UtcDateTime(), nullable=True),
        sa.Column("look_back_from", types.UtcDateTime(), nullable=True),
        sa.Column("last_turn", sa.String(length=12), nullable=False),
        sa.Column("leased_until", types.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["policy_id"], ["policy_versions.id"], name=op.f("fk_connections_policy_id_policy_versions")
        ),
        sa.ForeignKeyConstraint(["shop_pk"], ["shops.id"], name=op.f("fk_connections_shop_pk_shops")),
        sa.ForeignKeyConstraint(["store_pk"], ["stores.id"], name=op.f("fk_connections_store_pk_stores")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_connections")),
        sa.UniqueConstraint("key", name=op.f("uq_connections_key")),
        sa.UniqueConstraint("shop_pk", name=op.f("uq_connections_shop_pk")),
    )
    op.create_table(
        "inbox_items",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("connection_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("merge_key", sa.String(length=330), nullable=False),
        sa.Column("owner", sa.String(length=24), nullable=False),
        sa.Column("urgency", sa.Integer(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("way_out", sa.Text(), nullable=False),
        sa.Column("facts", types.Json, nullable=False),
        sa.Column("opened_at", types.UtcDateTime(), nullable=False),
        sa.Column("last_seen_at", types.UtcDateTime(), nullable=False),
        sa.Column("due_at", types.UtcDateTime(), nullable=True),
        sa.Column("times_seen", sa.Integer(), nullable=False),
        sa.Column("closed_at", types.UtcDateTime(), nullable=True),
        sa.Column("closed_by", sa.String(length=80), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connections.id"], name=op.f("fk_inbox_items_connection_id_connections")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbox_items")),
    )
    with op.batch_alter_table("inbox_items", schema=None) as batch_op:
        batch_op.create_index(
            "uq_inbox_items_open",
            ["merge_key"],
            unique=True,
            postgresql_where=sa.text("closed_at IS NULL"),
            sqlite_where=sa.text("closed_at IS NULL"),
        )

    op.create_table(
        "orders",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("connection_id", sa.Integer(), nullable=False),
        sa.Column("shop_pk", sa.Integer(), nullable=False),
        sa.Column("store_pk", sa.Integer(), nullable=False),
        sa.Column("policy_id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.String(length=80), nullable=False),
        sa.Column("commercial_id", sa.String(length=80), nullable=False),
        sa.Column("marketplace_state", sa.String(length=40), nullable=False),
        sa.Column("platform_state", sa.String(length=40), nullable=False),
        sa.Column("platform_canceled", sa.Boolean(), nullable=False),
        sa.Column("cancel_refused", sa.Boolean(), nullable=False),
        sa.Column("fulfilled_by_operator", sa.Boolean(), nullable=False),
        sa.Column("has_addresses", sa.Boolean(), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("marketplace_updated_at", types.UtcDateTime(), nullable=False),
        sa.Column("seen_at", types.UtcDateTime(), nullable=False),
        sa.Column("accept_by", types.UtcDateTime(), nullable=True),
        sa.Column("ship_by", types.UtcDateTime(), nullable=True),
        sa.Column("accepted_at", types.UtcDateTime(), nullable=True),
        sa.Column("decided_at", types.UtcDateTime(), nullable=True),
        sa.Column("placed_at", types.UtcDateTime(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("gross", types.Amount(), nullable=False),
        sa.Column("commission", types.Amount(), nullable=False),
        sa.Column("payment_workflow", sa.String(length=40), nullable=False),
        sa.Column("managed", sa.Boolean(), nullable=False),
        sa.Column("answer_by_hand", sa.String(length=10), nullable=False),
        sa.Column("answered_by", sa.String(length=80), nullable=False),
        sa.Column("reference_told_at", types.UtcDateTime(), nullable=True),
        sa.Column("looked_at", types.UtcDateTime(), nullable=False),
        sa.Column("alarm", sa.Integer(), nullable=False),
        sa.Column("payload", types.Json, nullable=False),
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
            ["connection_id"], ["connections.id"], name=op.f("fk_orders_connection_id_connections")
        ),
        sa.ForeignKeyConstraint(
            ["policy_id"], ["policy_versions.id"], name=op.f("fk_orders_policy_id_policy_versions")
        ),
        sa.ForeignKeyConstraint(["shop_pk"], ["shops.id"], name=op.f("fk_orders_shop_pk_shops")),
        sa.ForeignKeyConstraint(["store_pk"], ["stores.id"], name=op.f("fk_orders_store_pk_stores")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_orders")),
        sa.UniqueConstraint("shop_pk", "order_id", name=op.f("uq_orders_shop_pk")),
    )
    with op.batch_alter_table("orders", schema=None) as batch_op:
        batch_op.create_index("ix_orders_connection_created", ["connection_id", "created_at"], unique=False)
        batch_op.create_index(
            "ix_orders_due",
            ["next_attempt_at"],
            unique=False,
            postgresql_where=sa.text("next_attempt_at IS NOT NULL"),
            sqlite_where=sa.text("next_attempt_at IS NOT NULL"),
        )
        batch_op.create_index(batch_op.f("ix_orders_order_id"), ["order_id"], unique=False)
        batch_op.create_index(
            "ix_orders_reference_untold",
            ["connection_id", "placed_at"],
            unique=False,
            postgresql_where=sa.text("reference_told_at IS NULL AND placed_at IS NOT NULL"),
            sqlite_where=sa.text("reference_told_at IS NULL AND placed_at IS NOT NULL"),
        )
        batch_op.create_index("ix_orders_state_accept_by", ["state", "accept_by"], unique=False)

    op.create_table(
        "policy_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("connection_id", sa.Integer(), nullable=False),
        sa.Column("at", types.UtcDateTime(), nullable=False),
        sa.Column("who", sa.String(length=80), nullable=False),
        sa.Column("difference", types.Json, nullable=False),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connections.id"], name=op.f("fk_policy_changes_connection_id_connections")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_changes")),
    )
    with op.batch_alter_table("policy_changes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_policy_changes_connection_id"), ["connection_id"], unique=False)

    op.create_table(
        "inbox_subjects",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(length=20), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["inbox_items.id"], name=op.f("fk_inbox_subjects_item_id_inbox_items")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbox_subjects")),
        sa.UniqueConstraint("item_id", "subject", "subject_id", name=op.f("uq_inbox_subjects_item_id")),
    )
    op.create_table(
        "order_lines",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_pk", sa.Integer(), nullable=False),
        sa.Column("store_pk", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.String(length=80), nullable=False),
        sa.Column("sku", sa.String(length=120), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("unit_price", types.Amount(), nullable=False),
        sa.Column("gross", types.Amount(), nullable=False),
        sa.Column("net", types.Amount(), nullable=False),
        sa.Column("commission", types.Amount(), nullable=False),
        sa.Column("decision", sa.String(length=10), nullable=False),
        sa.Column("decision_why", sa.Text(), nullable=False),
        sa.Column("promised", sa.Boolean(), nullable=False),
        sa.Column("felt_at", types.UtcDateTime(), nullable=True),
        sa.Column("platform_line_id", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["order_pk"], ["orders.id"], name=op.f("fk_order_lines_order_pk_orders")),
        sa.ForeignKeyConstraint(["store_pk"], ["stores.id"], name=op.f("fk_order_lines_store_pk_stores")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_lines")),
        sa.UniqueConstraint("order_pk", "line_id", name=op.f("uq_order_lines_order_pk")),
    )
    with op.batch_alter_table("order_lines", schema=None) as batch_op:
        batch_op.create_index(
            "ix_order_lines_not_felt",
            ["store_pk", "sku"],
            unique=False,
            postgresql_where=sa.text("promised"),
            sqlite_where=sa.text("promised"),
        )

    op.create_table(
        "platform_orders",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_pk", sa.Integer(), nullable=False),
        sa.Column("store_pk", sa.Integer(), nullable=False),
        sa.Column("platform_order_id", sa.String(length=80), nullable=False),
        sa.Column("number", sa.String(length=80), nullable=False),
        sa.Column("url", sa.String(length=500), nullable=False),
        sa.Column("total", types.Amount(), nullable=True),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("modified_at", types.UtcDateTime(), nullable=True),
        sa.Column("current", sa.Boolean(), nullable=False),
        sa.Column("replaced_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["order_pk"], ["orders.id"], name=op.f("fk_platform_orders_order_pk_orders")),
        sa.ForeignKeyConstraint(["store_pk"], ["stores.id"], name=op.f("fk_platform_orders_store_pk_stores")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_platform_orders")),
        sa.UniqueConstraint("store_pk", "platform_order_id", name=op.f("uq_platform_orders_store_pk")),
    )
    with op.batch_alter_table("platform_orders", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_platform_orders_order_pk"), ["order_pk"], unique=False)


def downgrade() -> None:

    with op.batch_alter_table("platform_orders", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_platform_orders_order_pk"))

    op.drop_table("platform_orders")
    with op.batch_alter_table("order_lines", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_order_lines_not_felt", postgresql_where=sa.text("promised"), sqlite_where=sa.text("promised")
        )

    op.drop_table("order_lines")
    op.drop_table("inbox_subjects")
    with op.batch_alter_table("policy_changes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_policy_changes_connection_id"))

    op.drop_table("policy_changes")
    with op.batch_alter_table("orders", schema=None) as batch_op:
        batch_op.drop_index("ix_orders_state_accept_by")
        batch_op.drop_index(
            "ix_orders_reference_untold",
            postgresql_where=sa.text("reference_told_at IS NULL AND placed_at IS NOT NULL"),
            sqlite_where=sa.text("reference_told_at IS NULL AND placed_at IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_orders_order_id"))
        batch_op.drop_index(
            "ix_orders_due",
            postgresql_where=sa.text("next_attempt_at IS NOT NULL"),
            sqlite_where=sa.text("next_attempt_at IS NOT NULL"),
        )
        batch_op.drop_index("ix_orders_connection_created")

    op.drop_table("orders")
    with op.batch_alter_table("inbox_items", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_inbox_items_open",
            postgresql_where=sa.text("closed_at IS NULL"),
            sqlite_where=sa.text("closed_at IS NULL"),
        )

    op.drop_table("inbox_items")
    op.drop_table("connections")
    op.drop_table("shops")
    op.drop_table("shelf")
    with op.batch_alter_table("deliveries", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_deliveries_waiting",
            postgresql_where=sa.text("digested_at IS NULL"),
            sqlite_where=sa.text("digested_at IS NULL"),
        )

    op.drop_table("deliveries")
    with op.batch_alter_table("timeline", schema=None) as batch_op:
        batch_op.drop_index("ix_timeline_subject")

    op.drop_table("timeline")
    op.drop_table("stores")
    op.drop_table("policy_versions")
    op.drop_table("period_runs")
    op.drop_table("marketplaces")
    op.drop_table("heartbeats")
    with op.batch_alter_table("effects", schema=None) as batch_op:
        batch_op.drop_index("ix_effects_subject")

    op.drop_table("effects")
    op.drop_table("call_limits")
