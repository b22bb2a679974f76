"""What a planner shall know and was told, the files that told it, and what it says in return."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from mirakl_sync.db.models.base import Base
from mirakl_sync.db.models.orders import Order
from mirakl_sync.db.types import EncryptedJson

# What changed of a connection's orders since the last file is found without reading them all.
Index("ix_orders_connection_updated", Order.connection_id, Order.marketplace_updated_at)


class PlannerDesk(Base):
    """A planner at work: how far it was told, how far it was read, and whose turn it is."""

    __tablename__ = "planner_desks"

    store_pk: Mapped[int] = mapped_column(ForeignKey("stores.id"), primary_key=True)
    opened_at: Mapped[datetime]
    # how it takes sales and stock, as last seen: native, fetched, brought
    way: Mapped[str] = mapped_column(String(12), default="")
    # the part of the address nobody can guess, where it fetches from us
    token: Mapped[Any] = mapped_column(EncryptedJson)
    leased_until: Mapped[datetime | None] = mapped_column(default=None)
    # by connection: their time up to which every order change was taken into the rows
    cursors: Mapped[dict[str, Any]] = mapped_column(default=dict)
    # our time up to which what the shops' people did to orders was taken into the rows
    changes_at: Mapped[datetime | None] = mapped_column(default=None)
    # the nightly run of the planner everything was last made ready for
    made_for: Mapped[datetime | None] = mapped_column(default=None)
    # when it is worth trying again
    next_at: Mapped[datetime | None] = mapped_column(default=None)
    # somebody wants everything sent now
    hurry: Mapped[str] = mapped_column(String(80), default="")
    # the nightly run after which it was last read, and when
    read_for: Mapped[datetime | None] = mapped_column(default=None)
    read_at: Mapped[datetime | None] = mapped_column(default=None)
    next_read_at: Mapped[datetime | None] = mapped_column(default=None)
    trouble: Mapped[str] = mapped_column(Text, default="")


class PlannerRow(Base):
    """One line of a planner's tables: as it should stand there, and as it was last told."""

    __tablename__ = "planner_rows"
    __table_args__ = (
        UniqueConstraint("planner_pk", "feed", "key"),
        Index("ix_planner_rows_subject", "planner_pk", "feed", "subject"),
        Index("ix_planner_rows_sku", "planner_pk", "feed", "sku"),
        Index("ix_planner_rows_at", "planner_pk", "feed", "at"),
        Index(
            "ix_planner_rows_file",
            "file_id",
            postgresql_where=text("file_id IS NOT NULL"),
            sqlite_where=text("file_id IS NOT NULL"),
        ),
        # few, whenever a file was just made
        Index(
            "ix_planner_rows_due",
            "planner_pk",
            "feed",
            "id",
            postgresql_where=text("due"),
            # SQLite uses it only for questions that say the same letter by letter
            sqlite_where=text("due = 1"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    planner_pk: Mapped[int] = mapped_column(ForeignKey("stores.id"))
    # variants, stock, sales
    feed: Mapped[str] = mapped_column(String(12))
    key: Mapped[str] = mapped_column(String(240))
    # what it hangs together with: the order of a sale, the SKU of others
    subject: Mapped[str] = mapped_column(String(200))
    sku: Mapped[str] = mapped_column(String(120))
    connection_id: Mapped[int | None] = mapped_column(ForeignKey("connections.id"), default=None)
    # the day of a sale or a return
    at: Mapped[datetime | None] = mapped_column(default=None)
    content: Mapped[dict[str, Any]]
    digest: Mapped[str] = mapped_column(String(64))
    # pieces as they should stand there; none where cancelled or removed
    quantity: Mapped[int] = mapped_column(default=0)
    changed_at: Mapped[datetime]
    # what was last told, and by which file
    sent_digest: Mapped[str] = mapped_column(String(64), default="")
    sent_quantity: Mapped[int | None] = mapped_column(default=None)
    file_id: Mapped[int | None] = mapped_column(ForeignKey("planner_files.id"), default=None)
    # it differs from what was told, and may be told
    due: Mapped[bool] = mapped_column(default=False, server_default=false())
    # sold, but in none of the variants: the planner would drop it without a word
    orphan: Mapped[bool] = mapped_column(default=False, server_default=false())
    # why it cannot stand in a file as it is
    refusal: Mapped[str] = mapped_column(Text, default="")


class PlannerFile(Base):
    """A file for a planner: kept before it is brought, followed until its numbers show that it was read."""

    __tablename__ = "planner_files"
    __table_args__ = (
        UniqueConstraint("planner_pk", "name"),
        Index("ix_planner_files_made", "planner_pk", "made_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    planner_pk: Mapped[int] = mapped_column(ForeignKey("stores.id"))
    feed: Mapped[str] = mapped_column(String(12))
    number: Mapped[int]
    name: Mapped[str] = mapped_column(String(160))
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    size: Mapped[int]
    rows: Mapped[int]
    # made, asked, brought; then proven or ignored; lost when its rows were sent anew by another
    state: Mapped[str] = mapped_column(String(12))
    # the nightly run it is for
    window: Mapped[datetime]
    made_at: Mapped[datetime]
    asked_at: Mapped[datetime | None] = mapped_column(default=None)
    brought_at: Mapped[datetime | None] = mapped_column(default=None)
    judged_at: Mapped[datetime | None] = mapped_column(default=None)
    asks: Mapped[int] = mapped_column(default=0)
    why: Mapped[str] = mapped_column(Text, default="")


class PlannerSnapshot(Base):
    """A whole table as the planner fetches it: written beside the one that is served, and put in its place whole."""

    __tablename__ = "planner_snapshots"
    __table_args__ = (Index("ix_planner_snapshots_feed", "planner_pk", "feed", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    planner_pk: Mapped[int] = mapped_column(ForeignKey("stores.id"))
    feed: Mapped[str] = mapped_column(String(12))
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    size: Mapped[int]
    rows: Mapped[int]
    # served, before (the one before it), held (a person must say)
    state: Mapped[str] = mapped_column(String(12))
    made_at: Mapped[datetime]
    served_from: Mapped[datetime | None] = mapped_column(default=None)
    # when it was last fetched whole
    fetched_at: Mapped[datetime | None] = mapped_column(default=None)
    # whether the planner's numbers show it: empty, proven, ignored
    proof: Mapped[str] = mapped_column(String(12), default="")
    why: Mapped[str] = mapped_column(Text, default="")


class PlannerFact(Base):
    """What a planner says of a SKU. Null: it does not say."""

    __tablename__ = "planner_facts"
    __table_args__ = (Index("ix_planner_facts_sku", "sku"),)

    planner_pk: Mapped[int] = mapped_column(ForeignKey("stores.id"), primary_key=True)
    sku: Mapped[str] = mapped_column(String(120), primary_key=True)
    in_stock: Mapped[int | None] = mapped_column(default=None)
    sold_7: Mapped[int | None] = mapped_column(default=None)
    sold_30: Mapped[int | None] = mapped_column(default=None)
    incoming: Mapped[int | None] = mapped_column(default=None)
    to_order: Mapped[int | None] = mapped_column(default=None)
    days_left: Mapped[int | None] = mapped_column(default=None)
    removed: Mapped[bool] = mapped_column(default=False)
    read_at: Mapped[datetime]


class PlannerIncoming(Base):
    """Goods on their way to the shelf, by purchase order, as a planner last told."""

    __tablename__ = "planner_incoming"
    __table_args__ = (Index("ix_planner_incoming_sku", "planner_pk", "sku"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    planner_pk: Mapped[int] = mapped_column(ForeignKey("stores.id"))
    sku: Mapped[str] = mapped_column(String(120))
    quantity: Mapped[int]
    # null where nobody said
    expected_on: Mapped[date | None] = mapped_column(default=None)
    order_key: Mapped[str] = mapped_column(String(120))
    reference: Mapped[str] = mapped_column(String(200), default="")
    read_at: Mapped[datetime]
