"""What people look at: a parcel in a list, one parcel whole, as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from mirakl_sync.cases.story import EffectView, EntryView, QuestionView
from mirakl_sync.shipments.states import State


@dataclass(frozen=True, slots=True)
class ParcelRow:
    """One line of a list. ``carrier`` and ``number`` are as the shop spells them, ``told_as`` is what the marketplace
    was told; ``ship_by`` is the order's promise."""

    id: int
    order_pk: int
    order_id: str
    connection: str
    carrier: str
    number: str
    state: str
    told_as: str
    to_correct: bool
    seen_at: datetime
    ship_by: datetime | None
    waiting_for: str
    last_problem: str
    blocked: bool
    removed: bool

    @property
    def promise(self) -> datetime | None:
        """Until when the marketplace must know of it; None once it does, or never needs to."""
        return self.ship_by if self.state == State.NOTED else None

    @property
    def waits_for(self) -> str:
        """What it waits for, or the last trouble; empty when neither is known."""
        return self.waiting_for or self.last_problem


@dataclass(frozen=True, slots=True)
class PieceView:
    """How many pieces of an order line are inside."""

    line_id: str
    sku: str
    title: str
    quantity: int
    ordered: int


@dataclass(frozen=True, slots=True)
class ToldView:
    """What the marketplace was told, and when; its own shipment and what it found out about the number (ST11)."""

    carrier_code: str
    carrier_name: str
    number: str
    url: str
    tracking_at: datetime | None
    shipped_at: datetime | None
    shipment_id: str
    shipment_state: str
    validity: str


@dataclass(frozen=True, slots=True)
class WholeParcel:
    """A parcel with everything ever said about it. ``pieces`` is empty where the shop does not say what is inside;
    ``others`` are the numbers of the order's other parcels."""

    row: ParcelRow
    parcel_id: str
    why: str
    url: str
    left_at: datetime | None
    country: str
    shipping_type: str
    number_confirmed: str
    without_number_by: str
    order_state: str
    order_marketplace_state: str
    order_left_at: datetime | None
    next_attempt_at: datetime | None
    attempts: int
    told: ToldView
    pieces: tuple[PieceView, ...] = ()
    others: tuple[int, ...] = ()
    effects: tuple[EffectView, ...] = ()
    questions: tuple[QuestionView, ...] = ()
    timeline: tuple[EntryView, ...] = ()


def told_as(code: str, name: str, number: str) -> str:
    """ "UPS 1Z…", "“Blue Van” 17", "UPS, no number"; empty when no tracking was told."""
    carrier = code or (f"“{name}”" if name else "")
    if not carrier:
        return ""
    return f"{carrier} {number}" if number else f"{carrier}, no number"
