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
from mirakl_sync.db.models.people import Message, Route, Telling
from mirakl_sync.db.models.shipments import CarrierMapping, ListedCarrier, Shipment, ShipmentLine
from mirakl_sync.db.models.stock import (
    LevelFeed,
    Offer,
    OfferReading,
    ShelfComponent,
    StockComparison,
    StockDrift,
    StockEvent,
    StockLane,
    StockLatency,
    StockPush,
    StockRule,
)

__all__ = [
    "Base",
    "CallLimit",
    "CarrierMapping",
    "CaseColumns",
    "Connection",
    "Delivery",
    "Effect",
    "Heartbeat",
    "InboxItem",
    "InboxSubject",
    "LevelFeed",
    "ListedCarrier",
    "Marketplace",
    "Message",
    "Offer",
    "OfferReading",
    "Order",
    "OrderLine",
    "PeriodRun",
    "PlatformLink",
    "PolicyChange",
    "PolicyVersion",
    "Route",
    "ShelfComponent",
    "ShelfItem",
    "Shipment",
    "ShipmentLine",
    "Shop",
    "StockComparison",
    "StockDrift",
    "StockEvent",
    "StockLane",
    "StockLatency",
    "StockPush",
    "StockRule",
    "Store",
    "Telling",
    "TimelineEntry",
]
