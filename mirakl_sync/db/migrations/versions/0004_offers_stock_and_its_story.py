"""offers stock and its story."""

import sqlalchemy as sa
from alembic import op

from mirakl_sync.db import types

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "level_feeds",
        sa.Column("store_pk", sa.Integer(), nullable=False),
        sa.Column("leased_until", types.UtcDateTime(), nullable=True),
        sa.Column("looking_until", types.UtcDateTime(), nullable=True),
        sa.Column("next_poll_at", types.UtcDateTime(), nullable=True),
        sa.Column("read_at", types.UtcDateTime(), nullable=True),
        sa.Column("next_full_at", types.UtcDateTime(), nullable=True),
        sa.Column("read_full_at", types.UtcDateTime(), nullable=True),
        sa.Column("full", sa.Integer(), nullable=False),
        sa.Column("stale", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["store_pk"], ["stores.id"], name=op.f("fk_level_feeds_store_pk_stores")),
        sa.PrimaryKeyConstraint("store_pk", name=op.f("pk_level_feeds")),
    )
    op.create_table(
        "shelf_components",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("store_pk", sa.Integer(), nullable=False),
        sa.Column("bundle", sa.String(length=120), nullable=False),
        sa.Column("component", sa.String(length=120), nullable=False),
        sa.Column("pieces", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["store_pk"], ["stores.id"], name=op.f("fk_shelf_components_store_pk_stores")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shelf_components")),
        sa.UniqueConstraint("store_pk", "bundle", "component", name=op.f("uq_shelf_components_store_pk")),
    )
    with op.batch_alter_table("shelf_components", schema=None) as batch_op:
        batch_op.create_index("ix_shelf_components_component", ["store_pk", "component"], unique=False)

    op.create_table(
        "offer_readings",
        sa.Column("connection_id", sa.Integer(), nullable=False),
        sa.Column("leased_until", types.UtcDateTime(), nullable=True),
        sa.Column("next_at", types.UtcDateTime(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("tracking_id", sa.String(length=80), nullable=False),
        sa.Column("full", sa.Boolean(), nullable=False),
        sa.Column("asked_at", types.UtcDateTime(), nullable=True),
        sa.Column("cursor", types.UtcDateTime(), nullable=True),
        sa.Column("shown_at", types.UtcDateTime(), nullable=True),
        sa.Column("read_at", types.UtcDateTime(), nullable=True),
        sa.Column("read_full_at", types.UtcDateTime(), nullable=True),
        sa.Column("wanted_at", types.UtcDateTime(), nullable=True),
        sa.Column("wanted_full", sa.Boolean(), nullable=False),
        sa.Column("offers", sa.Integer(), nullable=False),
        sa.Column("trouble", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connections.id"], name=op.f("fk_offer_readings_connection_id_connections")
        ),
        sa.PrimaryKeyConstraint("connection_id", name=op.f("pk_offer_readings")),
    )
    op.create_table(
        "stock_comparisons",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("connection_id", sa.Integer(), nullable=False),
        sa.Column("asked_by", sa.String(length=80), nullable=False),
        sa.Column("began_at", types.UtcDateTime(), nullable=False),
        sa.Column("finished_at", types.UtcDateTime(), nullable=True),
        sa.Column("leased_until", types.UtcDateTime(), nullable=True),
        sa.Column("offers_read_at", types.UtcDateTime(), nullable=True),
        sa.Column("full", sa.Boolean(), nullable=False),
        sa.Column("shop_read_at", types.UtcDateTime(), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("offers", sa.Integer(), nullable=False),
        sa.Column("agree", sa.Integer(), nullable=False),
        sa.Column("causes", types.Json, nullable=False),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connections.id"], name=op.f("fk_stock_comparisons_connection_id_connections")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_comparisons")),
    )
    with op.batch_alter_table("stock_comparisons", schema=None) as batch_op:
        batch_op.create_index("ix_stock_comparisons_connection", ["connection_id", "id"], unique=False)

    op.create_table(
        "stock_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("store_pk", sa.Integer(), nullable=False),
        sa.Column("connection_id", sa.Integer(), nullable=True),
        sa.Column("sku", sa.String(length=120), nullable=False),
        sa.Column("at", types.UtcDateTime(), nullable=False),
        sa.Column("learned_at", types.UtcDateTime(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("before", sa.Integer(), nullable=True),
        sa.Column("after", sa.Integer(), nullable=True),
        sa.Column("ref", sa.String(length=120), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connections.id"], name=op.f("fk_stock_events_connection_id_connections")
        ),
        sa.ForeignKeyConstraint(["store_pk"], ["stores.id"], name=op.f("fk_stock_events_store_pk_stores")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_events")),
    )
    with op.batch_alter_table("stock_events", schema=None) as batch_op:
        batch_op.create_index("ix_stock_events_at", ["at"], unique=False)
        batch_op.create_index("ix_stock_events_sku", ["store_pk", "sku", "at"], unique=False)

    op.create_table(
        "stock_lanes",
        sa.Column("connection_id", sa.Integer(), nullable=False),
        sa.Column("leased_until", types.UtcDateTime(), nullable=True),
        sa.Column("next_at", types.UtcDateTime(), nullable=True),
        sa.Column("sent_at", types.UtcDateTime(), nullable=True),
        sa.Column("hurry", sa.String(length=80), nullable=False),
        sa.Column("push_id", sa.Integer(), nullable=True),
        sa.Column("pulled_at", types.UtcDateTime(), nullable=True),
        sa.Column("zero_until", types.UtcDateTime(), nullable=True),
        sa.Column("zero_by", sa.String(length=80), nullable=False),
        sa.Column("delay", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connections.id"], name=op.f("fk_stock_lanes_connection_id_connections")
        ),
        sa.PrimaryKeyConstraint("connection_id", name=op.f("pk_stock_lanes")),
    )
    op.create_table(
        "stock_latencies",
        sa.Column("connection_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("counts", types.Json, nullable=False),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connections.id"], name=op.f("fk_stock_latencies_connection_id_connections")
        ),
        sa.PrimaryKeyConstraint("connection_id", "day", name=op.f("pk_stock_latencies")),
    )
    op.create_table(
        "stock_pushes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("connection_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("import_id", sa.String(length=80), nullable=False),
        sa.Column("their_state", sa.String(length=20), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("zeros", sa.Integer(), nullable=False),
        sa.Column("rows_refused", sa.Integer(), nullable=False),
        sa.Column("asked_at", types.UtcDateTime(), nullable=False),
        sa.Column("answered_at", types.UtcDateTime(), nullable=True),
        sa.Column("pulled_at", types.UtcDateTime(), nullable=True),
        sa.Column("their_created_at", types.UtcDateTime(), nullable=True),
        sa.Column("finished_at", types.UtcDateTime(), nullable=True),
        sa.Column("checks", sa.Integer(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connections.id"], name=op.f("fk_stock_pushes_connection_id_connections")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_pushes")),
    )
    with op.batch_alter_table("stock_pushes", schema=None) as batch_op:
        batch_op.create_index("ix_stock_pushes_connection", ["connection_id", "id"], unique=False)

    op.create_table(
        "stock_rules",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("store_pk", sa.Integer(), nullable=False),
        sa.Column("connection_id", sa.Integer(), nullable=True),
        sa.Column("scope", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("share", sa.Integer(), nullable=True),
        sa.Column("buffer", sa.Integer(), nullable=True),
        sa.Column("at_least", sa.Integer(), nullable=True),
        sa.Column("at_most", sa.Integer(), nullable=True),
        sa.Column("fixed", sa.Integer(), nullable=True),
        sa.Column("until", types.UtcDateTime(), nullable=True),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        sa.Column("made_at", types.UtcDateTime(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connections.id"], name=op.f("fk_stock_rules_connection_id_connections")
        ),
        sa.ForeignKeyConstraint(["store_pk"], ["stores.id"], name=op.f("fk_stock_rules_store_pk_stores")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_rules")),
    )
    with op.batch_alter_table("stock_rules", schema=None) as batch_op:
        batch_op.create_index("ix_stock_rules_name", ["store_pk", "scope", "name"], unique=False)

    op.create_table(
        "offers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("connection_id", sa.Integer(), nullable=False),
        sa.Column("store_pk", sa.Integer(), nullable=False),
        sa.Column("sku", sa.String(length=120), nullable=False),
        sa.Column("offer_id", sa.String(length=40), nullable=False),
        sa.Column("listed", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("reading", sa.Integer(), nullable=False),
        sa.Column("theirs", sa.Integer(), nullable=True),
        sa.Column("theirs_at", types.UtcDateTime(), nullable=True),
        sa.Column("proved_at", types.UtcDateTime(), nullable=True),
        sa.Column("wanted", sa.Integer(), nullable=True),
        sa.Column("spread", types.Json, nullable=True),
        sa.Column("told_spread", types.Json, nullable=True),
        sa.Column("because", sa.String(length=24), nullable=False),
        sa.Column("since", types.UtcDateTime(), nullable=True),
        sa.Column("touched_at", types.UtcDateTime(), nullable=True),
        sa.Column("again_at", types.UtcDateTime(), nullable=True),
        sa.Column("due", sa.Boolean(), nullable=False),
        sa.Column("push_id", sa.Integer(), nullable=True),
        sa.Column("sent", sa.Integer(), nullable=True),
        sa.Column("sent_since", types.UtcDateTime(), nullable=True),
        sa.Column("held", sa.String(length=200), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=True),
        sa.Column("refusal", sa.Text(), nullable=False),
        sa.Column("latency", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connections.id"], name=op.f("fk_offers_connection_id_connections")
        ),
        sa.ForeignKeyConstraint(["push_id"], ["stock_pushes.id"], name=op.f("fk_offers_push_id_stock_pushes")),
        sa.ForeignKeyConstraint(["store_pk"], ["stores.id"], name=op.f("fk_offers_store_pk_stores")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offers")),
        sa.UniqueConstraint("connection_id", "sku", name=op.f("uq_offers_connection_id")),
    )
    with op.batch_alter_table("offers", schema=None) as batch_op:
        batch_op.create_index(
            "ix_offers_again",
            ["again_at"],
            unique=False,
            postgresql_where=sa.text("again_at IS NOT NULL"),
            sqlite_where=sa.text("again_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_offers_due",
            ["connection_id", "wanted", "theirs", "since"],
            unique=False,
            postgresql_where=sa.text("due"),
            sqlite_where=sa.text("due = 1"),
        )
        batch_op.create_index(
            "ix_offers_push",
            ["push_id"],
            unique=False,
            postgresql_where=sa.text("push_id IS NOT NULL"),
            sqlite_where=sa.text("push_id IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_offers_touched",
            ["store_pk", "touched_at"],
            unique=False,
            postgresql_where=sa.text("touched_at IS NOT NULL"),
            sqlite_where=sa.text("touched_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_offers_since",
            ["connection_id", "since"],
            unique=False,
            postgresql_where=sa.text("since IS NOT NULL"),
            sqlite_where=sa.text("since IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_offers_asked",
            ["connection_id", "listed", "because", "sku"],
            unique=False,
            postgresql_where=sa.text("because IN ('missing', 'doubled', 'uncounted')"),
            sqlite_where=sa.text("because IN ('missing', 'doubled', 'uncounted')"),
        )
        batch_op.create_index(
            "ix_offers_refusal",
            ["connection_id", "listed", "sku"],
            unique=False,
            postgresql_where=sa.text("refusal != ''"),
            sqlite_where=sa.text("refusal != ''"),
        )
        batch_op.create_index(
            "ix_offers_held",
            ["connection_id", "listed", "sku"],
            unique=False,
            postgresql_where=sa.text("held != ''"),
            sqlite_where=sa.text("held != ''"),
        )

    op.create_table(
        "stock_drifts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("comparison_id", sa.Integer(), nullable=False),
        sa.Column("sku", sa.String(length=120), nullable=False),
        sa.Column("cause", sa.String(length=24), nullable=False),
        sa.Column("theirs", sa.Integer(), nullable=True),
        sa.Column("wanted", sa.Integer(), nullable=True),
        sa.Column("level", sa.Integer(), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["comparison_id"], ["stock_comparisons.id"], name=op.f("fk_stock_drifts_comparison_id_stock_comparisons")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_drifts")),
    )
    with op.batch_alter_table("stock_drifts", schema=None) as batch_op:
        batch_op.create_index("ix_stock_drifts_comparison", ["comparison_id", "cause", "sku"], unique=False)

    with op.batch_alter_table("order_lines", schema=None) as batch_op:
        batch_op.add_column(sa.Column("unfelt", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.create_index(
            "ix_order_lines_unfelt",
            ["store_pk", "sku"],
            unique=False,
            postgresql_where=sa.text("unfelt"),
            sqlite_where=sa.text("unfelt = 1"),
        )
    with op.batch_alter_table("order_lines", schema=None) as batch_op:
        # SQLite uses an index of a boolean only for questions that say the same letter by letter
        batch_op.drop_index("ix_order_lines_not_felt")
        batch_op.create_index(
            "ix_order_lines_not_felt",
            ["store_pk", "sku"],
            unique=False,
            postgresql_where=sa.text("promised"),
            sqlite_where=sa.text("promised = 1"),
        )

    # what was sold before and the shop has not felt counts from now on, answered or not
    op.execute(
        "UPDATE order_lines SET unfelt = true WHERE promised OR (felt_at IS NULL AND order_pk IN "
        "(SELECT id FROM orders WHERE managed AND state IN ('received', 'reserved', 'accepted')))"
    )
    with op.batch_alter_table("shelf", schema=None) as batch_op:
        batch_op.add_column(sa.Column("changed_at", types.UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("categories", types.Json, nullable=True))
        batch_op.add_column(sa.Column("locations", types.Json, nullable=True))
        batch_op.add_column(sa.Column("components", types.Json, nullable=True))
        batch_op.add_column(sa.Column("look_at", types.UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("full", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("available", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("speed", sa.Double(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("speed_at", types.UtcDateTime(), nullable=True))
        batch_op.create_index(
            "ix_shelf_doubted",
            ["store_pk", "look_at"],
            unique=False,
            postgresql_where=sa.text("look_at IS NOT NULL"),
            sqlite_where=sa.text("look_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_shelf_negative",
            ["store_pk"],
            unique=False,
            postgresql_where=sa.text("quantity < 0"),
            sqlite_where=sa.text("quantity < 0"),
        )
        batch_op.create_index(
            "ix_shelf_product",
            ["store_pk", "product_id"],
            unique=False,
            postgresql_ops={"product_id": "text_pattern_ops"},
        )


def downgrade() -> None:
    with op.batch_alter_table("shelf", schema=None) as batch_op:
        batch_op.drop_index("ix_shelf_product")
        batch_op.drop_index("ix_shelf_negative")
        batch_op.drop_index(
            "ix_shelf_doubted",
            postgresql_where=sa.text("look_at IS NOT NULL"),
            sqlite_where=sa.text("look_at IS NOT NULL"),
        )
        batch_op.drop_column("speed_at")
        batch_op.drop_column("speed")
        batch_op.drop_column("available")
        batch_op.drop_column("full")
        batch_op.drop_column("look_at")
        batch_op.drop_column("components")
        batch_op.drop_column("locations")
        batch_op.drop_column("categories")
        batch_op.drop_column("changed_at")

    with op.batch_alter_table("order_lines", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_order_lines_unfelt", postgresql_where=sa.text("unfelt"), sqlite_where=sa.text("unfelt = 1")
        )
        batch_op.drop_column("unfelt")
        batch_op.drop_index("ix_order_lines_not_felt")
        batch_op.create_index(
            "ix_order_lines_not_felt",
            ["store_pk", "sku"],
            unique=False,
            postgresql_where=sa.text("promised"),
            sqlite_where=sa.text("promised"),
        )

    with op.batch_alter_table("stock_drifts", schema=None) as batch_op:
        batch_op.drop_index("ix_stock_drifts_comparison")

    op.drop_table("stock_drifts")
    with op.batch_alter_table("offers", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_offers_touched",
            postgresql_where=sa.text("touched_at IS NOT NULL"),
            sqlite_where=sa.text("touched_at IS NOT NULL"),
        )
        batch_op.drop_index(
            "ix_offers_push",
            postgresql_where=sa.text("push_id IS NOT NULL"),
            sqlite_where=sa.text("push_id IS NOT NULL"),
        )
        batch_op.drop_index("ix_offers_due", postgresql_where=sa.text("due"), sqlite_where=sa.text("due = 1"))
        batch_op.drop_index(
            "ix_offers_again",
            postgresql_where=sa.text("again_at IS NOT NULL"),
            sqlite_where=sa.text("again_at IS NOT NULL"),
        )

    op.drop_table("offers")
    with op.batch_alter_table("stock_rules", schema=None) as batch_op:
        batch_op.drop_index("ix_stock_rules_name")

    op.drop_table("stock_rules")
    with op.batch_alter_table("stock_pushes", schema=None) as batch_op:
        batch_op.drop_index("ix_stock_pushes_connection")

    op.drop_table("stock_pushes")
    op.drop_table("stock_latencies")
    op.drop_table("stock_lanes")
    with op.batch_alter_table("stock_events", schema=None) as batch_op:
        batch_op.drop_index("ix_stock_events_sku")
        batch_op.drop_index("ix_stock_events_at")

    op.drop_table("stock_events")
    with op.batch_alter_table("stock_comparisons", schema=None) as batch_op:
        batch_op.drop_index("ix_stock_comparisons_connection")

    op.drop_table("stock_comparisons")
    op.drop_table("offer_readings")
    with op.batch_alter_table("shelf_components", schema=None) as batch_op:
        batch_op.drop_index("ix_shelf_components_component")

    op.drop_table("shelf_components")
    op.drop_table("level_feeds")
