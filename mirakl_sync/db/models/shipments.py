"""Parcels on their way to the marketplace's knowledge, and the carriers they may be told with."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship

from mirakl_sync.db.models.base import Base, CaseColumns


class Shipment(CaseColumns):
    """One parcel of an order as the shop tells it, and what the marketplace was told of it.

    An order that left without any parcel named has one row with an empty ``parcel_id``.
    """

    __tablename__ = "shipments"
    __table_args__ = (
        UniqueConstraint("order_pk", "parcel_id"),
        Index(
            "ix_shipments_due",
            "next_attempt_at",
            postgresql_where=text("next_attempt_at IS NOT NULL"),
            sqlite_where=text("next_attempt_at IS NOT NULL"),
        ),
        Index("ix_shipments_number", "store_pk", "number"),
        Index("ix_shipments_connection_state", "connection_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    connection_id: Mapped[int] = mapped_column(ForeignKey("connections.id"))
    store_pk: Mapped[int] = mapped_column(ForeignKey("stores.id"))
    order_pk: Mapped[int] = mapped_column(ForeignKey("orders.id"))
    parcel_id: Mapped[str] = mapped_column(String(120), default="")
    # the parcel's id when it was first seen; our keys are made from it, whatever the shop replaces it by
    first_id: Mapped[str] = mapped_column(String(120), default="")
    # as the shop spells it
    carrier: Mapped[str] = mapped_column(String(200), default="")
    number: Mapped[str] = mapped_column(String(200), default="")
    url: Mapped[str] = mapped_column(Text, default="")
    left_at: Mapped[datetime | None] = mapped_column(default=None)
    # where it goes (ISO 3166-1 alpha-2) and how (SH12 code): both decide how it is told
    country: Mapped[str] = mapped_column(String(2), default="")
    shipping_type: Mapped[str] = mapped_column(String(80), default="")
    seen_at: Mapped[datetime]
    # the order's, as last known: what is due first is told first
    ship_by: Mapped[datetime | None] = mapped_column(default=None)
    # the shop no longer shows it
    removed: Mapped[bool] = mapped_column(default=False)
    # a person's word on this very number: it is right
    number_confirmed: Mapped[str] = mapped_column(String(200), default="")
    # who said that it goes without a number
    without_number_by: Mapped[str] = mapped_column(String(80), default="")
    # what the marketplace was told, and when
    told_carrier_code: Mapped[str] = mapped_column(String(80), default="")
    told_carrier_name: Mapped[str] = mapped_column(String(200), default="")
    told_number: Mapped[str] = mapped_column(String(200), default="")
    told_url: Mapped[str] = mapped_column(Text, default="")
    tracking_told_at: Mapped[datetime | None] = mapped_column(default=None)
    # when the marketplace counted it as shipped by our word (OR24, ST01, ST24)
    shipped_told_at: Mapped[datetime | None] = mapped_column(default=None)
    # what was told is no longer what the shop, or a person's mapping, says
    to_correct: Mapped[bool] = mapped_column(default=False)
    # the marketplace's own shipment, where it has such (ST01)
    marketplace_shipment_id: Mapped[str] = mapped_column(String(80), default="")
    marketplace_state: Mapped[str] = mapped_column(String(40), default="")
    # what the marketplace found out about the number (ST11 validity_status)
    validity: Mapped[str] = mapped_column(String(40), default="")
    # another parcel of the order speaks for this one too
    travels_with: Mapped[int | None] = mapped_column(default=None)
    lines: Mapped[list[ShipmentLine]] = relationship(
        order_by="ShipmentLine.id", lazy="selectin", cascade="all, delete-orphan"
    )

    @classmethod
    def together(cls) -> tuple[Any, ...]:
        """Lines come with the parcel."""
        return (joinedload(cls.lines),)


class ShipmentLine(Base):
    """How many pieces of an order line are in a parcel. None at all: the shop does not say."""

    __tablename__ = "shipment_lines"
    __table_args__ = (UniqueConstraint("shipment_pk", "line_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    shipment_pk: Mapped[int] = mapped_column(ForeignKey("shipments.id"))
    line_id: Mapped[str] = mapped_column(String(80))
    quantity: Mapped[int]


class ListedCarrier(Base):
    """A carrier on a marketplace's list (SH21), also after it left the list."""

    __tablename__ = "carriers"
    __table_args__ = (UniqueConstraint("marketplace_id", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    marketplace_id: Mapped[int] = mapped_column(ForeignKey("marketplaces.id"))
    code: Mapped[str] = mapped_column(String(80))
    label: Mapped[str] = mapped_column(String(200), default="")
    standard_code: Mapped[str] = mapped_column(String(80), default="")
    tracking_url: Mapped[str] = mapped_column(Text, default="")
    seen_at: Mapped[datetime]
    gone_at: Mapped[datetime | None] = mapped_column(default=None)


class CarrierMapping(Base):
    """A person's word: what a shop's carrier name means on a marketplace."""

    __tablename__ = "carrier_mappings"
    __table_args__ = (UniqueConstraint("connection_id", "name", "country"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    connection_id: Mapped[int] = mapped_column(ForeignKey("connections.id"))
    # normalised: what differs only in case, spaces and signs is one name
    name: Mapped[str] = mapped_column(String(200))
    # as it was spelled when it was mapped
    spelled: Mapped[str] = mapped_column(String(200), default="")
    # destination the mapping is for (ISO 3166-1 alpha-2); empty for all others
    country: Mapped[str] = mapped_column(String(2), default="")
    # empty: told by name, as a carrier that is not on the list
    carrier_code: Mapped[str] = mapped_column(String(80), default="")
    carrier_name: Mapped[str] = mapped_column(String(200), default="")
    # for carriers told by name; holds the placeholder {trackingId}
    tracking_url: Mapped[str] = mapped_column(Text, default="")
    made_by: Mapped[str] = mapped_column(String(80))
    made_at: Mapped[datetime]
