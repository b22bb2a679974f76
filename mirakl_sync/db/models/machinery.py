"""What keeps the promises: effects asked, questions open, deliveries kept, shelves seen, limits, heartbeats."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from mirakl_sync.db.models.base import Base
from mirakl_sync.db.types import Amount, EncryptedJson


class Effect(Base):
    """A change we asked another system to make: committed before we ask, completed when we know."""

    __tablename__ = "effects"
    __table_args__ = (Index("ix_effects_subject", "subject", "subject_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    # derived from the business fact, never random: accept:acme-manor:O-17-A
    key: Mapped[str] = mapped_column(String(200), unique=True)
    kind: Mapped[str] = mapped_column(String(24))
    subject: Mapped[str] = mapped_column(String(20))
    subject_id: Mapped[int]
    # asked, confirmed, refused or unknown
    state: Mapped[str] = mapped_column(String(12))
    fingerprint: Mapped[str] = mapped_column(String(64), default="")
    their_id: Mapped[str] = mapped_column(String(80), default="")
    asked_at: Mapped[datetime]
    answered_at: Mapped[datetime | None] = mapped_column(default=None)
    asks: Mapped[int] = mapped_column(default=1)
    words: Mapped[str] = mapped_column(Text, default="")


class InboxItem(Base):
    """A question for a named role, asked once, with the way out written in it."""

    __tablename__ = "inbox_items"
    __table_args__ = (
        Index(
            "uq_inbox_items_open",
            "merge_key",
            unique=True,
            postgresql_where=text("closed_at IS NULL"),
            sqlite_where=text("closed_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    connection_id: Mapped[int | None] = mapped_column(ForeignKey("connections.id"), default=None)
    kind: Mapped[str] = mapped_column(String(60))
    key: Mapped[str] = mapped_column(String(200))
    # connection, kind and key together: one open question each
    merge_key: Mapped[str] = mapped_column(String(330))
    owner: Mapped[str] = mapped_column(String(24))
    urgency: Mapped[int]
    question: Mapped[str] = mapped_column(Text)
    way_out: Mapped[str] = mapped_column(Text)
    facts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    opened_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    due_at: Mapped[datetime | None] = mapped_column(default=None)
    times_seen: Mapped[int] = mapped_column(default=1)
    closed_at: Mapped[datetime | None] = mapped_column(default=None)
    closed_by: Mapped[str] = mapped_column(String(80), default="")
    answer: Mapped[str] = mapped_column(Text, default="")
    # the person who took it on; empty: nobody yet
    assigned_to: Mapped[str] = mapped_column(String(80), default="", server_default="")
    # when a person first did something about it; stops reminders and escalation
    acted_at: Mapped[datetime | None] = mapped_column(default=None)
    subjects: Mapped[list[InboxSubject]] = relationship(lazy="select", cascade="all, delete-orphan")


class InboxSubject(Base):
    """A row that waits for the answer."""

    __tablename__ = "inbox_subjects"
    __table_args__ = (UniqueConstraint("item_id", "subject", "subject_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("inbox_items.id"))
    subject: Mapped[str] = mapped_column(String(20))
    subject_id: Mapped[int]


class Delivery(Base):
    """A webhook as it arrived, kept before anything is done with it."""

    __tablename__ = "deliveries"
    __table_args__ = (
        UniqueConstraint("store_pk", "key"),
        Index(
            "ix_deliveries_waiting",
            "received_at",
            postgresql_where=text("digested_at IS NULL"),
            sqlite_where=text("digested_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    store_pk: Mapped[int] = mapped_column(ForeignKey("stores.id"))
    key: Mapped[str] = mapped_column(String(200))
    topic: Mapped[str] = mapped_column(String(80))
    body: Mapped[str] = mapped_column(Text)
    received_at: Mapped[datetime]
    times_received: Mapped[int] = mapped_column(default=1)
    digested_at: Mapped[datetime | None] = mapped_column(default=None)
    attempts: Mapped[int] = mapped_column(default=0)
    leased_until: Mapped[datetime | None] = mapped_column(default=None)
    outcome: Mapped[str] = mapped_column(Text, default="")


class ShelfItem(Base):
    """What a store last said about a SKU; the ground of every judgement."""

    __tablename__ = "shelf"
    __table_args__ = (
        UniqueConstraint("store_pk", "sku"),
        Index(
            "ix_shelf_doubted",
            "store_pk",
            "look_at",
            postgresql_where=text("look_at IS NOT NULL"),
            sqlite_where=text("look_at IS NOT NULL"),
        ),
        # more was sold than there was
        Index(
            "ix_shelf_negative",
            "store_pk",
            postgresql_where=text("quantity < 0"),
            sqlite_where=text("quantity < 0"),
        ),
        # a deleted product is told by its id alone
        Index("ix_shelf_product", "store_pk", "product_id", postgresql_ops={"product_id": "text_pattern_ops"}),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    store_pk: Mapped[int] = mapped_column(ForeignKey("stores.id"))
    sku: Mapped[str] = mapped_column(String(120))
    observed_at: Mapped[datetime]
    matches: Mapped[int]
    product_id: Mapped[str] = mapped_column(String(80), default="")
    quantity: Mapped[int | None] = mapped_column(default=None)
    in_stock: Mapped[bool] = mapped_column(default=True)
    backorders: Mapped[bool] = mapped_column(default=False)
    price: Mapped[Decimal | None] = mapped_column(Amount, default=None)
    price_includes_tax: Mapped[bool] = mapped_column(default=True)
    sellable: Mapped[bool] = mapped_column(default=True)
    # when the shop says that it last changed, in its own time
    changed_at: Mapped[datetime | None] = mapped_column(default=None)
    categories: Mapped[list[str] | None] = mapped_column(default=None)
    # quantity per place of stock, where the shop has several
    locations: Mapped[dict[str, Any] | None] = mapped_column(default=None)
    # what a bundle holds: SKU and pieces of each
    components: Mapped[list[Any] | None] = mapped_column(default=None)
    # since then somebody doubts the number: only what the shop says when asked later counts
    look_at: Mapped[datetime | None] = mapped_column(default=None)
    # the full look at the store that last showed it
    full: Mapped[int] = mapped_column(default=0, server_default="0")
    # what could be sold when it was last weighed, and how fast it sells (pieces a second, fading with time)
    available: Mapped[int | None] = mapped_column(default=None)
    speed: Mapped[float] = mapped_column(default=0.0, server_default="0")
    speed_at: Mapped[datetime | None] = mapped_column(default=None)


class CallLimit(Base):
    """One published call frequency's state, shared by every worker."""

    __tablename__ = "call_limits"

    key: Mapped[str] = mapped_column(String(160), primary_key=True)
    # when the next call may go (generic cell rate algorithm: the theoretical arrival time)
    free_at: Mapped[datetime | None] = mapped_column(default=None)
    # what Retry-After said, for everybody
    blocked_until: Mapped[datetime | None] = mapped_column(default=None)


class KeptToken(Base):
    """A token we logged in for, shared by every worker until it must be renewed."""

    __tablename__ = "kept_tokens"

    # a digest of where and as whom: addresses and client ids are nobody's business here
    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    token: Mapped[Any] = mapped_column(EncryptedJson, nullable=True, default=None)
    renew_at: Mapped[datetime | None] = mapped_column(default=None)
    # somebody is logging in
    leased_until: Mapped[datetime | None] = mapped_column(default=None)


class Heartbeat(Base):
    """A feed's last sign of life."""

    __tablename__ = "heartbeats"

    feed: Mapped[str] = mapped_column(String(120), primary_key=True)
    beat_at: Mapped[datetime]
    every_seconds: Mapped[float]
    words: Mapped[str] = mapped_column(Text, default="")


class PeriodRun(Base):
    """A job that shall run once a period has run in it: two beats at once are harmless."""

    __tablename__ = "period_runs"

    job: Mapped[str] = mapped_column(String(60), primary_key=True)
    period: Mapped[str] = mapped_column(String(40), primary_key=True)
    at: Mapped[datetime]
