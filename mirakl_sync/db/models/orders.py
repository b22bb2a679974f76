"""Orders, their lines, the shop's orders they became, and everything ever said about them."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, false, text, true
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship

from mirakl_sync.db.models.base import Base, CaseColumns
from mirakl_sync.db.types import Amount, Json


class Order(CaseColumns):
    """One marketplace order. ``state`` is ours; ``marketplace_state`` and ``platform_state`` are observed."""

    __tablename__ = "orders"
    __table_args__ = (
        UniqueConstraint("shop_pk", "order_id"),
        # the due rows stay few however long history grows
        Index(
            "ix_orders_due",
            "next_attempt_at",
            postgresql_where=text("next_attempt_at IS NOT NULL"),
            sqlite_where=text("next_attempt_at IS NOT NULL"),
        ),
        Index("ix_orders_state_accept_by", "state", "accept_by"),
        Index(
            "ix_orders_reference_untold",
            "connection_id",
            "placed_at",
            postgresql_where=text("reference_told_at IS NULL AND placed_at IS NOT NULL"),
            sqlite_where=text("reference_told_at IS NULL AND placed_at IS NOT NULL"),
        ),
        Index("ix_orders_connection_created", "connection_id", "created_at"),
        # those the warehouse has, few among the many: who must ship, and by when
        Index(
            "ix_orders_to_ship",
            "ship_by",
            postgresql_where=text("state = 'placed'"),
            sqlite_where=text("state = 'placed'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    connection_id: Mapped[int] = mapped_column(ForeignKey("connections.id"))
    shop_pk: Mapped[int] = mapped_column(ForeignKey("shops.id"))
    store_pk: Mapped[int] = mapped_column(ForeignKey("stores.id"))
    policy_id: Mapped[int] = mapped_column(ForeignKey("policy_versions.id"))
    order_id: Mapped[str] = mapped_column(String(80), index=True)
    commercial_id: Mapped[str] = mapped_column(String(80), default="")
    marketplace_state: Mapped[str] = mapped_column(String(40))
    platform_state: Mapped[str] = mapped_column(String(40), default="")
    platform_canceled: Mapped[bool] = mapped_column(default=False)
    # when the shop was first seen to have cancelled its order, by nobody of ours
    canceled_in_shop_at: Mapped[datetime | None] = mapped_column(default=None)
    # the orders that may have taken its place, as last looked for: id, number, what it is known by
    heirs: Mapped[list[dict[str, Any]] | None] = mapped_column(Json, default=None)
    traced_at: Mapped[datetime | None] = mapped_column(default=None)
    # a person said that nothing took its place
    no_heir: Mapped[bool] = mapped_column(default=False, server_default=false())
    # the shop's number never contains this sale, not even when it is over
    never_felt: Mapped[bool] = mapped_column(default=False, server_default=false())
    # the sale ended, but the shop would not cancel its order any more
    cancel_refused: Mapped[bool] = mapped_column(default=False)
    fulfilled_by_operator: Mapped[bool] = mapped_column(default=False)
    has_addresses: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    marketplace_updated_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    accept_by: Mapped[datetime | None] = mapped_column(default=None)
    ship_by: Mapped[datetime | None] = mapped_column(default=None)
    accepted_at: Mapped[datetime | None] = mapped_column(default=None)
    # when somebody answered, as the marketplace tells it; null when it answered by itself (OR11)
    decided_at: Mapped[datetime | None] = mapped_column(default=None)
    placed_at: Mapped[datetime | None] = mapped_column(default=None)
    currency: Mapped[str] = mapped_column(String(3))
    gross: Mapped[Decimal] = mapped_column(Amount)
    commission: Mapped[Decimal] = mapped_column(Amount)
    payment_workflow: Mapped[str] = mapped_column(String(40), default="")
    # False once a person took the order out of our hands
    managed: Mapped[bool] = mapped_column(default=True)
    # a person's word on the whole order: "accept" or "refuse"
    answer_by_hand: Mapped[str] = mapped_column(String(10), default="")
    answered_by: Mapped[str] = mapped_column(String(80), default="")
    # when the marketplace was told the shop's order number (OR04)
    reference_told_at: Mapped[datetime | None] = mapped_column(default=None)
    # when the marketplace last showed it to us, changed or not
    looked_at: Mapped[datetime]
    # the last alarm raised about its deadline: 0 none, 1 half the time gone, 2 nearly over
    alarm: Mapped[int] = mapped_column(default=0)
    # the same about the time to ship: 0 none, 1 nearly over, 2 over
    ship_alarm: Mapped[int] = mapped_column(default=0, server_default="0")
    # when the shop said that everything had left the house
    left_at: Mapped[datetime | None] = mapped_column(default=None)
    # when the shop was last asked by number what became of it
    shop_looked_at: Mapped[datetime | None] = mapped_column(default=None)
    payload: Mapped[dict[str, Any]] = mapped_column(deferred=True)
    lines: Mapped[list[OrderLine]] = relationship(
        order_by="OrderLine.position", lazy="selectin", cascade="all, delete-orphan"
    )
    links: Mapped[list[PlatformLink]] = relationship(order_by="PlatformLink.id", lazy="selectin")

    @classmethod
    def together(cls) -> tuple[Any, ...]:
        """Lines and links come with the order: three reads of a claim become one."""
        return joinedload(cls.lines), joinedload(cls.links)

    @property
    def link(self) -> PlatformLink | None:
        """The shop's order that stands for this one now."""
        return next((link for link in self.links if link.current), None)


class OrderLine(Base):
    """One line; ``decision`` is what we answer, ``felt_at`` when the shop's stock took note of it."""

    __tablename__ = "order_lines"
    __table_args__ = (
        UniqueConstraint("order_pk", "line_id"),
        Index(
            "ix_order_lines_not_felt",
            "store_pk",
            "sku",
            postgresql_where=text("promised"),
            # SQLite uses it only for questions that say the same letter by letter
            sqlite_where=text("promised = 1"),
        ),
        Index(
            "ix_order_lines_unfelt",
            "store_pk",
            "sku",
            postgresql_where=text("unfelt"),
            sqlite_where=text("unfelt = 1"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    order_pk: Mapped[int] = mapped_column(ForeignKey("orders.id"))
    store_pk: Mapped[int] = mapped_column(ForeignKey("stores.id"))
    position: Mapped[int]
    line_id: Mapped[str] = mapped_column(String(80))
    sku: Mapped[str] = mapped_column(String(120))
    title: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[str] = mapped_column(String(40))
    quantity: Mapped[int]
    unit_price: Mapped[Decimal] = mapped_column(Amount)
    # the goods without shipping, for the whole quantity
    gross: Mapped[Decimal] = mapped_column(Amount)
    net: Mapped[Decimal] = mapped_column(Amount)
    commission: Mapped[Decimal] = mapped_column(Amount)
    decision: Mapped[str] = mapped_column(String(10), default="")
    decision_why: Mapped[str] = mapped_column(Text, default="")
    # accepted but perhaps not yet subtracted by the shop: counts against what may still be promised
    promised: Mapped[bool] = mapped_column(default=False)
    felt_at: Mapped[datetime | None] = mapped_column(default=None)
    # sold, answered or not, and perhaps not yet subtracted by the shop: counts against what may be offered elsewhere
    unfelt: Mapped[bool] = mapped_column(default=False, server_default=false())
    platform_line_id: Mapped[str] = mapped_column(String(80), default="")


class PlatformLink(Base):
    """The shop's order for a marketplace order. Replaced ones stay, without being current."""

    __tablename__ = "platform_orders"
    __table_args__ = (UniqueConstraint("store_pk", "platform_order_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    order_pk: Mapped[int] = mapped_column(ForeignKey("orders.id"), index=True)
    store_pk: Mapped[int] = mapped_column(ForeignKey("stores.id"))
    platform_order_id: Mapped[str] = mapped_column(String(80))
    number: Mapped[str] = mapped_column(String(80))
    url: Mapped[str] = mapped_column(String(500), default="")
    total: Mapped[Decimal | None] = mapped_column(Amount, default=None)
    created_at: Mapped[datetime]
    modified_at: Mapped[datetime | None] = mapped_column(default=None)
    current: Mapped[bool] = mapped_column(default=True)
    replaced_by: Mapped[int | None] = mapped_column(default=None)
    # our reference stands on it; False until it was moved there from the order it replaced
    handed_over: Mapped[bool] = mapped_column(default=True, server_default=true())


class ShopChange(Base):
    """What the shop's people did to an order that the marketplace does not know of: money given back, lines changed.

    Kept once each (``key`` is the shop's id of the refund, or what the lines are now), until somebody told the
    marketplace."""

    __tablename__ = "shop_changes"
    __table_args__ = (UniqueConstraint("order_pk", "kind", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    order_pk: Mapped[int] = mapped_column(ForeignKey("orders.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    key: Mapped[str] = mapped_column(String(120))
    platform_order_id: Mapped[str] = mapped_column(String(80))
    words: Mapped[str] = mapped_column(Text)
    facts: Mapped[dict[str, Any]]
    seen_at: Mapped[datetime]
    # the lines were changed back, or changed again
    gone_at: Mapped[datetime | None] = mapped_column(default=None)


class TimelineEntry(Base):
    """One line of a row's story: when, who, from where to where, and the sentence."""

    __tablename__ = "timeline"
    __table_args__ = (Index("ix_timeline_subject", "subject", "subject_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(String(20))
    subject_id: Mapped[int]
    at: Mapped[datetime]
    who: Mapped[str] = mapped_column(String(80))
    from_state: Mapped[str] = mapped_column(String(24), default="")
    to_state: Mapped[str] = mapped_column(String(24), default="")
    sentence: Mapped[str] = mapped_column(Text)
