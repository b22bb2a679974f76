"""Planners as people look at them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class PlannerView:
    """A planner at a glance. ``due`` are lines the next file tells; ``waiting`` files on their way."""

    planner: str
    way: str
    connections: tuple[str, ...]
    next_run: datetime
    files_due: datetime
    ready_for: datetime | None
    due: int
    orphans: int
    refused: int
    waiting: int
    ignored: int
    last_file: datetime | None
    read_at: datetime | None
    skus: int
    trouble: str
    tables: tuple[TableView, ...] = ()


@dataclass(frozen=True, slots=True)
class TableView:
    """A whole table that is served, or held back."""

    feed: str
    path: str
    state: str
    rows: int
    size: int
    made_at: datetime
    fetched_at: datetime | None
    proof: str
    why: str


@dataclass(frozen=True, slots=True)
class FileView:
    """A file for a planner and what became of it."""

    id: int
    planner: str
    feed: str
    name: str
    rows: int
    size: int
    state: str
    window: datetime
    made_at: datetime
    brought_at: datetime | None
    judged_at: datetime | None
    why: str


@dataclass(frozen=True, slots=True)
class IncomingView:
    """Goods on their way by one purchase order."""

    planner: str
    sku: str
    quantity: int
    expected_on: date | None
    order: str
    reference: str


@dataclass(frozen=True, slots=True)
class SaleView:
    """A sale as a planner was, or will be, told."""

    key: str
    at: datetime | None
    quantity: int
    told: bool
    why: str


@dataclass(frozen=True, slots=True)
class SkuPlan:
    """What a planner says of a SKU, and what it was told of it. None: it does not say, or was not told."""

    planner: str
    known: bool
    read_at: datetime | None
    in_stock: int | None = None
    sold_7: int | None = None
    sold_30: int | None = None
    to_order: int | None = None
    days_left: int | None = None
    incoming: tuple[IncomingView, ...] = ()
    told_stock: int | None = None
    sales: tuple[SaleView, ...] = field(default=())

    @property
    def next_day(self) -> date | None:
        """When the first goods are expected."""
        return min((each.expected_on for each in self.incoming if each.expected_on), default=None)

    @property
    def expected(self) -> int:
        """Pieces on their way, whenever they come."""
        return sum(each.quantity for each in self.incoming)
