"""Every table, one import away."""

from mirakl_sync.db.models.base import Base, CaseColumns
from mirakl_sync.db.models.connections import (
    Connection,
    Marketplace,
    PolicyChange,
    PolicyVersion,
    Shop,
    Store,
)
from mirakl_sync.db.models.machinery import (
    CallLimit,
    Delivery,
    Effect,
    Heartbeat,
    InboxItem,
    InboxSubject,
    PeriodRun,
    ShelfItem,
)
from mirakl_sync.db.models.orders import Order, OrderLine, PlatformLink, TimelineEntry

__all__ = [
    "Base",
    "CallLimit",
    "CaseColumns",
    "Connection",
    "Delivery",
    "Effect",
    "Heartbeat",
    "InboxItem",
    "InboxSubject",
    "Marketplace",
    "Order",
    "OrderLine",
    "PeriodRun",
    "PlatformLink",
    "PolicyChange",
    "PolicyVersion",
    "ShelfItem",
    "Shop",
    "Store",
    "TimelineEntry",
]
