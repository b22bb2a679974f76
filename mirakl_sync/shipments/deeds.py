"""The calls behind a shipment's steps, each with its ledger key and, where asking twice could double, its look."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

from mirakl_sync.cases.deed import Deed
from mirakl_sync.connections.opened import OpenConnection
from mirakl_sync.db.models import Shipment
from mirakl_sync.records.shipment import MarketplaceShipment, ShipmentLine, Tracking
from mirakl_sync.shipments import numbers
from mirakl_sync.shipments.states import SHIPMENT_GONE

LANE = "shipments"


def tell_tracking(opened: OpenConnection, order_id: str, tracking: Tracking) -> Deed:
    """OR23: replaces what was told, so it may be asked again without looking."""
    shop = opened.shop
    return Deed(
        name="tell tracking",
        lane=LANE,
        key=f"tracking:{opened.key}:{order_id}:{_digest(repr(tracking))}",
        act=lambda: shop.tell_tracking(order_id, tracking),
    )


def ship_key(opened: OpenConnection, whole: str) -> str:
    """The ledger key of shipping an order (OR24) or a shipment (ST24), by the marketplace's id of either."""
    return f"ship:{opened.key}:{whole}"


def ship_order(opened: OpenConnection, order_id: str) -> Deed:
    """OR24. Asked again it is refused for the order's state, and the next pull shows why: it needs no look."""
    shop = opened.shop
    return Deed(name="ship", lane=LANE, key=ship_key(opened, order_id), act=lambda: shop.ship_order(order_id))


def shipment_key(opened: OpenConnection, row: Shipment, order_id: str) -> str:
    """The ledger key of a parcel's shipment (ST01): one for each parcel the shop ever showed."""
    return f"shipment:{opened.key}:{order_id}:{_digest(row.first_id)}"


def create_shipment(
    opened: OpenConnection, row: Shipment, order_id: str, lines: Mapping[str, int], tracking: Tracking | None
) -> Deed:
    """ST01. Never asked twice without looking (ST11) for what the first ask may have made."""
    shop, ours = opened.shop, package_reference(opened, row, order_id)
    inside = [ShipmentLine(line, pieces, ours) for line, pieces in lines.items()]
    return Deed(
        name="create shipment",
        lane=LANE,
        key=shipment_key(opened, row, order_id),
        act=lambda: shop.create_shipment(order_id, inside, tracking, shipped=True),
        look=lambda: made(shop.shipments([order_id]), ours, tracking.number if tracking else "", lines),
    )


def find_shipment(opened: OpenConnection, row: Shipment, order_id: str) -> Deed:
    """ST11: what an unanswered ST01 may have made; a read."""
    shop, ours, number = opened.shop, package_reference(opened, row, order_id), numbers.clean(row.number)
    inside = {line.line_id: line.quantity for line in row.lines}
    return Deed(name="find shipment", lane=LANE, act=lambda: made(shop.shipments([order_id]), ours, number, inside))


def ship_shipment(opened: OpenConnection, order_id: str, shipment_id: str) -> Deed:
    """ST24; looked at (ST11) before it is asked again."""
    shop = opened.shop
    return Deed(
        name="ship shipment",
        lane=LANE,
        key=ship_key(opened, shipment_id),
        act=lambda: shop.ship_shipment(shipment_id),
        look=lambda: _shipped(shop.shipments([order_id]), shipment_id),
    )


def delete_shipment(opened: OpenConnection, order_id: str, shipment_id: str) -> Deed:
    """ST06; looked at (ST11) before it is asked again: what is no longer there was deleted."""
    shop = opened.shop
    return Deed(
        name="delete shipment",
        lane=LANE,
        key=f"delete:{opened.key}:{shipment_id}",
        act=lambda: shop.delete_shipment(shipment_id),
        look=lambda: _gone(shop.shipments([order_id]), shipment_id),
    )


def correct_tracking(opened: OpenConnection, shipment_id: str, tracking: Tracking) -> Deed:
    """ST23: replaces what was told, so it may be asked again without looking."""
    shop = opened.shop
    return Deed(
        name="correct tracking",
        lane=LANE,
        key=f"correct:{opened.key}:{shipment_id}:{_digest(repr(tracking))}",
        act=lambda: shop.correct_tracking(shipment_id, tracking),
    )


def package_reference(opened: OpenConnection, row: Shipment, order_id: str) -> str:
    """Our key on the marketplace's shipment, in the signs Mirakl allows there."""
    return f"P-{_digest(shipment_key(opened, row, order_id))}"


def made(
    found: Sequence[MarketplaceShipment], ours: str, number: str = "", inside: Mapping[str, int] | None = None
) -> MarketplaceShipment | None:
    """The shipment that carries our key, if there is one.

    Where no key is kept, the one with the same number and, where that is known, the same pieces: made by us or by
    somebody in the portal, it is this parcel.
    """
    keyed = next((each for each in found if any(line.package_reference == ours for line in each.lines)), None)
    if keyed is not None or not number:
        return keyed
    return next((each for each in found if _is_like(each, number, inside or {})), None)


def _is_like(each: MarketplaceShipment, number: str, inside: Mapping[str, int]) -> bool:
    if each.tracking is None or each.tracking.number != number or any(line.package_reference for line in each.lines):
        return False
    return not inside or {line.line_id: line.quantity for line in each.lines} == dict(inside)


def _shipped(found: Sequence[MarketplaceShipment], shipment_id: str) -> MarketplaceShipment | None:
    return next((each for each in found if each.shipment_id == shipment_id and each.state in SHIPMENT_GONE), None)


def _gone(found: Sequence[MarketplaceShipment], shipment_id: str) -> bool | None:
    return None if any(each.shipment_id == shipment_id for each in found) else True


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:20]
