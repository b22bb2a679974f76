"""Offers and what they should show, files on their way to the marketplaces, and the story of every SKU."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from mirakl_sync.db.models.base import Base

# Offers somebody has to be asked about, as indexes and those who look for them write it.
ASKED_ABOUT = "because IN ('missing', 'doubled', 'uncounted')"
REFUSED_THERE = "refusal != ''"
HELD_BACK = "held != ''"


def _only(name: str, *columns: str, where: str, sqlite: str = "") -> Index:
    """An index of the few rows that need something, however large the catalogue.

    ``sqlite``: SQLite uses it only for questions that say the same letter by letter, and asks a boolean as ``= 1``.
    """
    return Index(name, *columns, postgresql_where=text(where), sqlite_where=text(sqlite or where))


class Offer(Base):
    """What one shop offers on its marketplace: the number there, and the number we want there."""

    __tablename__ = "offers"
    __table_args__ = (
        UniqueConstraint("connection_id", "sku"),
        _only("ix_offers_touched", "store_pk", "touched_at", where="touched_at IS NOT NULL"),
        _only("ix_offers_again", "again_at", where="again_at IS NOT NULL"),
        # all that decides about a file: which of a million go first is known without reading the offers
        _only("ix_offers_due", "connection_id", "wanted", "theirs", "since", where="due", sqlite="due = 1"),
        _only("ix_offers_push", "push_id", where="push_id IS NOT NULL"),
        _only("ix_offers_since", "connection_id", "since", where="since IS NOT NULL"),
        _only("ix_offers_asked", "connection_id", "listed", "because", "sku", where=ASKED_ABOUT),
        _only("ix_offers_refusal", "connection_id", "listed", "sku", where=REFUSED_THERE),
        _only("ix_offers_held", "connection_id", "listed", "sku", where=HELD_BACK),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    connection_id: Mapped[int] = mapped_column(ForeignKey("connections.id"))
    store_pk: Mapped[int] = mapped_column(ForeignKey("stores.id"))
    sku: Mapped[str] = mapped_column(String(120))
    # their number of the offer
    offer_id: Mapped[str] = mapped_column(String(40), default="")
    # they show it; a deleted offer, and one no list shows any more, stays as a row
    listed: Mapped[bool] = mapped_column(default=True)
    active: Mapped[bool] = mapped_column(default=True)
    # the reading of their list that last showed it
    reading: Mapped[int] = mapped_column(default=0)
    # what they show as far as we know: read, accepted, less what was sold since; null when nobody knows
    theirs: Mapped[int | None] = mapped_column(default=None)
    # the moment that number is from, in their time
    theirs_at: Mapped[datetime | None] = mapped_column(default=None)
    # when it was last proven, in ours: read in their list, or an accepted file
    proved_at: Mapped[datetime | None] = mapped_column(default=None)
    # what we want them to show; null: their number is left alone
    wanted: Mapped[int | None] = mapped_column(default=None)
    # the same by their warehouse, where the shop has such
    spread: Mapped[dict[str, Any] | None] = mapped_column(default=None)
    # that division as they last accepted it
    told_spread: Mapped[dict[str, Any] | None] = mapped_column(default=None)
    # which rule had the last word: level, buffer, zeroed, stale, missing …
    because: Mapped[str] = mapped_column(String(24), default="")
    # the earliest change that has not arrived there yet: the age of this number
    since: Mapped[datetime | None] = mapped_column(default=None)
    # something it depends on changed: weigh it again
    touched_at: Mapped[datetime | None] = mapped_column(default=None)
    # time itself will change it: a buffer that shrinks, a rule that ends
    again_at: Mapped[datetime | None] = mapped_column(default=None)
    # it differs from what they show and may be sent
    due: Mapped[bool] = mapped_column(default=False)
    # the file on its way that carries it, and with which number
    push_id: Mapped[int | None] = mapped_column(ForeignKey("stock_pushes.id"), default=None)
    sent: Mapped[int | None] = mapped_column(default=None)
    # the age of the number in that file
    sent_since: Mapped[datetime | None] = mapped_column(default=None)
    # nothing is sent until a person has said so, and why
    held: Mapped[str] = mapped_column(String(200), default="")
    # they refused this number; the same one is not sent again until something changes
    refused: Mapped[int | None] = mapped_column(default=None)
    refusal: Mapped[str] = mapped_column(Text, default="")
    # seconds from the change to the accepted file, the last time
    latency: Mapped[float | None] = mapped_column(default=None)


class StockPush(Base):
    """One stock file (STO01): asked for before it is sent, followed until it is known what became of it."""

    __tablename__ = "stock_pushes"
    __table_args__ = (Index("ix_stock_pushes_connection", "connection_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    connection_id: Mapped[int] = mapped_column(ForeignKey("connections.id"))
    # asked, unknown, sent, done, failed
    state: Mapped[str] = mapped_column(String(12))
    import_id: Mapped[str] = mapped_column(String(80), default="")
    # Mirakl's word on it (STO02)
    their_state: Mapped[str] = mapped_column(String(20), default="")
    rows: Mapped[int] = mapped_column(default=0)
    zeros: Mapped[int] = mapped_column(default=0)
    rows_refused: Mapped[int] = mapped_column(default=0)
    asked_at: Mapped[datetime]
    answered_at: Mapped[datetime | None] = mapped_column(default=None)
    # the last complete look at the marketplace's orders before it
    pulled_at: Mapped[datetime | None] = mapped_column(default=None)
    # their time: the file was taken, and at the latest worked off
    their_created_at: Mapped[datetime | None] = mapped_column(default=None)
    finished_at: Mapped[datetime | None] = mapped_column(default=None)
    checks: Mapped[int] = mapped_column(default=0)
    why: Mapped[str] = mapped_column(Text, default="")


class StockLane(Base):
    """The one-at-a-time way of a connection's stock files and what is known of its marketplace's list of offers."""

    __tablename__ = "stock_lanes"

    connection_id: Mapped[int] = mapped_column(ForeignKey("connections.id"), primary_key=True)
    leased_until: Mapped[datetime | None] = mapped_column(default=None)
    # when the lane is worth looking at again
    next_at: Mapped[datetime | None] = mapped_column(default=None)
    # when the last file was asked for
    sent_at: Mapped[datetime | None] = mapped_column(default=None)
    # a person asked for a file now, and who
    hurry: Mapped[str] = mapped_column(String(80), default="")
    # the file on its way
    push_id: Mapped[int | None] = mapped_column(default=None)
    # the last complete look at the marketplace's orders
    pulled_at: Mapped[datetime | None] = mapped_column(default=None)
    # everything on this marketplace is shown as sold out until then, and by whose word
    zero_until: Mapped[datetime | None] = mapped_column(default=None)
    zero_by: Mapped[str] = mapped_column(String(80), default="")
    # a change takes so long to arrive there, in 19 of 20 cases (seconds, measured)
    delay: Mapped[float | None] = mapped_column(default=None)


class OfferReading(Base):
    """How far a marketplace's list of offers has been read (OF21; OF52, OF53, OF54)."""

    __tablename__ = "offer_readings"

    connection_id: Mapped[int] = mapped_column(ForeignKey("connections.id"), primary_key=True)
    leased_until: Mapped[datetime | None] = mapped_column(default=None)
    next_at: Mapped[datetime | None] = mapped_column(default=None)
    # rises with each reading; offers carry the number of the last that showed them
    number: Mapped[int] = mapped_column(default=0)
    # the export under way: its id, since when it asks (null: everything), when we asked for it
    tracking_id: Mapped[str] = mapped_column(String(80), default="")
    full: Mapped[bool] = mapped_column(default=False)
    asked_at: Mapped[datetime | None] = mapped_column(default=None)
    # their time up to which every change was read
    cursor: Mapped[datetime | None] = mapped_column(default=None)
    # their time when the last list read was ready: what it showed is no younger
    shown_at: Mapped[datetime | None] = mapped_column(default=None)
    # our time of asking of the last one read completely, and of the last full one
    read_at: Mapped[datetime | None] = mapped_column(default=None)
    read_full_at: Mapped[datetime | None] = mapped_column(default=None)
    # somebody wants it read now: a comparison, an unanswered file, a person
    wanted_at: Mapped[datetime | None] = mapped_column(default=None)
    wanted_full: Mapped[bool] = mapped_column(default=False)
    offers: Mapped[int] = mapped_column(default=0)
    trouble: Mapped[str] = mapped_column(Text, default="")


class LevelFeed(Base):
    """How a store's numbers reach us: when changes were last read, and when everything was."""

    __tablename__ = "level_feeds"

    store_pk: Mapped[int] = mapped_column(ForeignKey("stores.id"), primary_key=True)
    leased_until: Mapped[datetime | None] = mapped_column(default=None)
    # somebody asks about doubted SKUs
    looking_until: Mapped[datetime | None] = mapped_column(default=None)
    next_poll_at: Mapped[datetime | None] = mapped_column(default=None)
    # every change up to then is on the shelf: the age of all numbers nothing was said about since
    read_at: Mapped[datetime | None] = mapped_column(default=None)
    next_full_at: Mapped[datetime | None] = mapped_column(default=None)
    read_full_at: Mapped[datetime | None] = mapped_column(default=None)
    # rises with each full look; shelf entries carry the number of the last that showed them
    full: Mapped[int] = mapped_column(default=0)
    # its numbers were found stale, and every offer was weighed for it
    stale: Mapped[bool] = mapped_column(default=False)


class ShelfComponent(Base):
    """A bundle holds so many pieces of another SKU."""

    __tablename__ = "shelf_components"
    __table_args__ = (
        UniqueConstraint("store_pk", "bundle", "component"),
        Index("ix_shelf_components_component", "store_pk", "component"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    store_pk: Mapped[int] = mapped_column(ForeignKey("stores.id"))
    bundle: Mapped[str] = mapped_column(String(120))
    component: Mapped[str] = mapped_column(String(120))
    pieces: Mapped[int]


class StockRule(Base):
    """What a person ruled for one SKU or category: a buffer, a share, a cap, a fixed number; perhaps for a time."""

    __tablename__ = "stock_rules"
    __table_args__ = (Index("ix_stock_rules_name", "store_pk", "scope", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    store_pk: Mapped[int] = mapped_column(ForeignKey("stores.id"))
    # null: every connection of the store
    connection_id: Mapped[int | None] = mapped_column(ForeignKey("connections.id"), default=None)
    # sku or category
    scope: Mapped[str] = mapped_column(String(12))
    name: Mapped[str] = mapped_column(String(200))
    share: Mapped[int | None] = mapped_column(default=None)
    buffer: Mapped[int | None] = mapped_column(default=None)
    at_least: Mapped[int | None] = mapped_column(default=None)
    at_most: Mapped[int | None] = mapped_column(default=None)
    # this number and no other; 0 takes it off sale
    fixed: Mapped[int | None] = mapped_column(default=None)
    until: Mapped[datetime | None] = mapped_column(default=None)
    made_by: Mapped[str] = mapped_column(String(80))
    made_at: Mapped[datetime]
    why: Mapped[str] = mapped_column(Text, default="")


class StockEvent(Base):
    """One line of a SKU's story: who said, sold, wanted, sent or refused what, and when."""

    __tablename__ = "stock_events"
    __table_args__ = (Index("ix_stock_events_sku", "store_pk", "sku", "at"), Index("ix_stock_events_at", "at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    store_pk: Mapped[int] = mapped_column(ForeignKey("stores.id"))
    # null where it is about the shelf itself
    connection_id: Mapped[int | None] = mapped_column(ForeignKey("connections.id"), default=None)
    sku: Mapped[str] = mapped_column(String(120))
    # when it happened, as far as anybody told; and when we learned of it
    at: Mapped[datetime]
    learned_at: Mapped[datetime]
    # level, sold, felt, given_back, wanted, sent, accepted, refused, shown, rule
    kind: Mapped[str] = mapped_column(String(16))
    before: Mapped[int | None] = mapped_column(default=None)
    after: Mapped[int | None] = mapped_column(default=None)
    # the order, the import, the person
    ref: Mapped[str] = mapped_column(String(120), default="")
    words: Mapped[str] = mapped_column(Text, default="")


class StockLatency(Base):
    """How long changes took to arrive at a marketplace on one day, counted by steps of time."""

    __tablename__ = "stock_latencies"

    connection_id: Mapped[int] = mapped_column(ForeignKey("connections.id"), primary_key=True)
    day: Mapped[str] = mapped_column(String(10), primary_key=True)
    counts: Mapped[dict[str, Any]] = mapped_column(default=dict)


class StockComparison(Base):
    """A marketplace compared with its shop: how many agree, and why the others do not."""

    __tablename__ = "stock_comparisons"
    __table_args__ = (Index("ix_stock_comparisons_connection", "connection_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    connection_id: Mapped[int] = mapped_column(ForeignKey("connections.id"))
    asked_by: Mapped[str] = mapped_column(String(80))
    began_at: Mapped[datetime]
    finished_at: Mapped[datetime | None] = mapped_column(default=None)
    leased_until: Mapped[datetime | None] = mapped_column(default=None)
    # what their side rests on: a full export of this comparison's own, or the list kept up by changes. Until that was
    # read, whether a full one is wanted
    offers_read_at: Mapped[datetime | None] = mapped_column(default=None)
    full: Mapped[bool] = mapped_column(default=False)
    # what the shop's side rests on: every change up to then is on the shelf
    shop_read_at: Mapped[datetime | None] = mapped_column(default=None)
    # what it waits for, or rests on
    words: Mapped[str] = mapped_column(Text, default="")
    offers: Mapped[int] = mapped_column(default=0)
    agree: Mapped[int] = mapped_column(default=0)
    # how many of each cause, also of those whose rows are too many to keep
    causes: Mapped[dict[str, Any]] = mapped_column(default=dict)


class StockDrift(Base):
    """One SKU on which both sides disagree."""

    __tablename__ = "stock_drifts"
    __table_args__ = (Index("ix_stock_drifts_comparison", "comparison_id", "cause", "sku"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    comparison_id: Mapped[int] = mapped_column(ForeignKey("stock_comparisons.id"))
    sku: Mapped[str] = mapped_column(String(120))
    cause: Mapped[str] = mapped_column(String(24))
    theirs: Mapped[int | None] = mapped_column(default=None)
    wanted: Mapped[int | None] = mapped_column(default=None)
    level: Mapped[int | None] = mapped_column(default=None)
    words: Mapped[str] = mapped_column(Text, default="")
