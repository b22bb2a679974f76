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
    "ListedCarrier",
    "Marketplace",
    "Message",
    "Order",
    "OrderLine",
    "PeriodRun",
    "PlatformLink",
    "PolicyChange",
    "PolicyVersion",
    "Route",
    "ShelfItem",
    "Shipment",
    "ShipmentLine",
    "Shop",
    "Store",
    "Telling",
    "TimelineEntry",
]
