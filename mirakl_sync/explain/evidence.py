"""What is known of an order, as plain values: what the story is told from. Never a buyer's name or address."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from mirakl_sync.orders.views import Particulars, WholeOrder
from mirakl_sync.shipments.carrier_views import MappingView
from mirakl_sync.shipments.views import WholeParcel


@dataclass(frozen=True, slots=True)
class Remark:
    """Something a person did or said about a question."""

    at: datetime
    who: str
    sentence: str


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """A question the order or one of its parcels waited for, open or closed. ``subject`` is "order" or "parcel 17"."""

    id: int
    subject: str
    owner: str
    question: str
    way_out: str
    opened_at: datetime
    due_at: datetime | None
    closed_at: datetime | None
    closed_by: str
    answer: str
    remarks: tuple[Remark, ...] = ()


@dataclass(frozen=True, slots=True)
class Notified:
    """A webhook about the shop's order: when it came, how often, and what it led to."""

    id: int
    topic: str
    received_at: datetime
    times: int
    digested_at: datetime | None
    outcome: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """An order with everything that touched it."""

    order: WholeOrder
    more: Particulars
    left_at: datetime | None
    parcels: tuple[WholeParcel, ...] = ()
    questions: tuple[AskedQuestion, ...] = ()
    mappings: tuple[MappingView, ...] = ()
    webhooks: tuple[Notified, ...] = ()
