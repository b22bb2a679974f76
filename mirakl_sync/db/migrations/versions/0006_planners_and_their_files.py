"""What planners shall know and were told, the files that told it, and what they say in return."""

import sqlalchemy as sa
from alembic import op

from mirakl_sync.db import types

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "planner_desks",
        sa.Column("store_pk", sa.Integer(), nullable=False),
        sa.Column("opened_at", types.UtcDateTime(), nullable=False),
        sa.Column("way", sa.String(length=12), nullable=False),
        sa.Column("token", types.EncryptedJson(), nullable=False),
        sa.Column("leased_until", types.UtcDateTime(), nullable=True),
        sa.Column("cursors", types.Json, nullable=False),
        sa.Column("changes_at", types.UtcDateTime(), nullable=True),
        sa.Column("made_for", types.UtcDateTime(), nullable=True),
        sa.Column("next_at", types.UtcDateTime(), nullable=True),
        sa.Column("hurry", sa.String(length=80), nullable=False),
        sa.Column("read_for", types.UtcDateTime(), nullable=True),
        sa.Column("read_at", types.UtcDateTime(), nullable=True),
        sa.Column("next_read_at", types.UtcDateTime(), nullable=True),
        sa.Column("trouble", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["store_pk"], ["stores.id"], name=op.f("fk_planner_desks_store_pk_stores")),
        sa.PrimaryKeyConstraint("store_pk", name=op.f("pk_planner_desks")),
    )
    op.create_table(
        "planner_facts",
        sa.Column("planner_pk", sa.Integer(), nullable=False),
        sa.Column("sku", sa.String(length=120), nullable=False),
        sa.Column("in_stock", sa.Integer(), nullable=True),
        sa.Column("sold_7", sa.Integer(), nullable=True),
        sa.Column("sold_30", sa.Integer(), nullable=True),
        sa.Column("incoming", sa.Integer(), nullable=True),
        sa.Column("to_order", sa.Integer(), nullable=True),
        sa.Column("days_left", sa.Integer(), nullable=True),
        sa.Column("removed", sa.Boolean(), nullable=False),
        sa.Column("read_at", types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["planner_pk"], ["stores.id"], name=op.f("fk_planner_facts_planner_pk_stores")),
        sa.PrimaryKeyConstraint("planner_pk", "sku", name=op.f("pk_planner_facts")),
    )
    with op.batch_alter_table("planner_facts", schema=None) as batch_op:
        batch_op.create_index("ix_planner_facts_sku", ["sku"], unique=False)

    op.create_table(
        "planner_files",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("planner_pk", sa.Integer(), nullable=False),
        sa.Column("feed", sa.String(length=12), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=160), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("window", types.UtcDateTime(), nullable=False),
        sa.Column("made_at", types.UtcDateTime(), nullable=False),
        sa.Column("asked_at", types.UtcDateTime(), nullable=True),
        sa.Column("brought_at", types.UtcDateTime(), nullable=True),
        sa.Column("judged_at", types.UtcDateTime(), nullable=True),
        sa.Column("asks", sa.Integer(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["planner_pk"], ["stores.id"], name=op.f("fk_planner_files_planner_pk_stores")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_planner_files")),
        sa.UniqueConstraint("planner_pk", "name", name=op.f("uq_planner_files_planner_pk")),
    )
    with op.batch_alter_table("planner_files", schema=None) as batch_op:
        batch_op.create_index("ix_planner_files_made", ["planner_pk", "made_at"], unique=False)

    op.create_table(
        "planner_incoming",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("planner_pk", sa.Integer(), nullable=False),
        sa.Column("sku", sa.String(length=120), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("expected_on", sa.Date(), nullable=True),
        sa.Column("order_key", sa.String(length=120), nullable=False),
        sa.Column("reference", sa.String(length=200), nullable=False),
        sa.Column("read_at", types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["planner_pk"], ["stores.id"], name=op.f("fk_planner_incoming_planner_pk_stores")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_planner_incoming")),
    )
    with op.batch_alter_table("planner_incoming", schema=None) as batch_op:
        batch_op.create_index("ix_planner_incoming_sku", ["planner_pk", "sku"], unique=False)

    op.create_table(
        "planner_snapshots",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("planner_pk", sa.Integer(), nullable=False),
        sa.Column("feed", sa.String(length=12), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("made_at", types.UtcDateTime(), nullable=False),
        sa.Column("served_from", types.UtcDateTime(), nullable=True),
        sa.Column("fetched_at", types.UtcDateTime(), nullable=True),
        sa.Column("proof", sa.String(length=12), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["planner_pk"], ["stores.id"], name=op.f("fk_planner_snapshots_planner_pk_stores")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_planner_snapshots")),
    )
    with op.batch_alter_table("planner_snapshots", schema=None) as batch_op:
        batch_op.create_index("ix_planner_snapshots_feed", ["planner_pk", "feed", "id"], unique=False)

    op.create_table(
        "planner_rows",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("planner_pk", sa.Integer(), nullable=False),
        sa.Column("feed", sa.String(length=12), nullable=False),
        sa.Column("key", sa.String(length=240), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("sku", sa.String(length=120), nullable=False),
        sa.Column("connection_id", sa.Integer(), nullable=True),
        sa.Column("at", types.UtcDateTime(), nullable=True),
        sa.Column("content", types.Json, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("changed_at", types.UtcDateTime(), nullable=False),
        sa.Column("sent_digest", sa.String(length=64), nullable=False),
        sa.Column("sent_quantity", sa.Integer(), nullable=True),
        sa.Column("file_id", sa.Integer(), nullable=True),
        sa.Column("due", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("orphan", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("refusal", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connections.id"], name=op.f("fk_planner_rows_connection_id_connections")
        ),
        sa.ForeignKeyConstraint(["file_id"], ["planner_files.id"], name=op.f("fk_planner_rows_file_id_planner_files")),
        sa.ForeignKeyConstraint(["planner_pk"], ["stores.id"], name=op.f("fk_planner_rows_planner_pk_stores")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_planner_rows")),
        sa.UniqueConstraint("planner_pk", "feed", "key", name=op.f("uq_planner_rows_planner_pk")),
    )
    with op.batch_alter_table("planner_rows", schema=None) as batch_op:
        batch_op.create_index("ix_planner_rows_at", ["planner_pk", "feed", "at"], unique=False)
        batch_op.create_index(
            "ix_planner_rows_due",
            ["planner_pk", "feed", "id"],
            unique=False,
            postgresql_where=sa.text("due"),
            sqlite_where=sa.text("due = 1"),
        )
        batch_op.create_index(
            "ix_planner_rows_file",
            ["file_id"],
            unique=False,
            postgresql_where=sa.text("file_id IS NOT NULL"),
            sqlite_where=sa.text("file_id IS NOT NULL"),
        )
        batch_op.create_index("ix_planner_rows_sku", ["planner_pk", "feed", "sku"], unique=False)
        batch_op.create_index("ix_planner_rows_subject", ["planner_pk", "feed", "subject"], unique=False)

    with op.batch_alter_table("connections", schema=None) as batch_op:
        batch_op.add_column(sa.Column("planner_pk", sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f("ix_connections_planner_pk"), ["planner_pk"], unique=False)
        batch_op.create_foreign_key(batch_op.f("fk_connections_planner_pk_stores"), "stores", ["planner_pk"], ["id"])

    with op.batch_alter_table("orders", schema=None) as batch_op:
        batch_op.create_index("ix_orders_connection_updated", ["connection_id", "marketplace_updated_at"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("orders", schema=None) as batch_op:
        batch_op.drop_index("ix_orders_connection_updated")

    with op.batch_alter_table("connections", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_connections_planner_pk_stores"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_connections_planner_pk"))
        batch_op.drop_column("planner_pk")

    with op.batch_alter_table("planner_rows", schema=None) as batch_op:
        batch_op.drop_index("ix_planner_rows_subject")
        batch_op.drop_index("ix_planner_rows_sku")
        batch_op.drop_index("ix_planner_rows_file")
        batch_op.drop_index("ix_planner_rows_due")
        batch_op.drop_index("ix_planner_rows_at")

    op.drop_table("planner_rows")
    with op.batch_alter_table("planner_snapshots", schema=None) as batch_op:
        batch_op.drop_index("ix_planner_snapshots_feed")

    op.drop_table("planner_snapshots")
    with op.batch_alter_table("planner_incoming", schema=None) as batch_op:
        batch_op.drop_index("ix_planner_incoming_sku")

    op.drop_table("planner_incoming")
    with op.batch_alter_table("planner_files", schema=None) as batch_op:
        batch_op.drop_index("ix_planner_files_made")

    op.drop_table("planner_files")
    with op.batch_alter_table("planner_facts", schema=None) as batch_op:
        batch_op.drop_index("ix_planner_facts_sku")

    op.drop_table("planner_facts")
    op.drop_table("planner_desks")
