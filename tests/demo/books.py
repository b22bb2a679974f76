"""Books as the sandbox keeps them, of a day on which nothing went wrong; tests break them on purpose."""

from __future__ import annotations

import copy
from typing import Any

A_LINE = {
    "id": "N-1-A-1",
    "sku": "MUG",
    "quantity": 2,
    "state": "SHIPPING",
    "price": "25.00",
    "shipping_price": "4.90",
}
UPS_NUMBER, RM_NUMBER = "1Z999AA10123456784", "RM473124829GB"
AN_ORDER: dict[str, Any] = {
    "order_id": "N-1-A",
    "shop_id": 2000,
    "state": "SHIPPED",
    "accept_by": "2026-03-02T12:01:30Z",
    "accepted_at": "2026-03-02T12:00:01Z",
    "accepted_by": "shop",
    "acceptances": 1,
    "answer_calls": 1,
    "refused_by": None,
    "cancelled_by": None,
    "fulfillment_center": "DEFAULT",
    "reference_for_seller": "11",
    "currency": "EUR",
    "lines": [A_LINE],
    "shipped_at": "2026-03-02T12:00:09.500Z",
    "shipped_by": "shop",
    "ship_calls": 1,
    "trackings": [{"carrier_code": "UPS", "carrier_name": "UPS", "tracking_number": UPS_NUMBER}],
    "shipments": [],
}
A_PARCEL: dict[str, Any] = {"tracking_id": "t1", "carrier": "UPS", "number": UPS_NUMBER, "items": []}
A_SHOP_ORDER: dict[str, Any] = {
    "id": 11,
    "number": "11",
    "status": "completed",
    "total": "29.90",
    "currency": "EUR",
    "lines": [{"id": 501, "sku": "MUG", "quantity": 2, "meta": {"_mirakl_order_line_id": "N-1-A-1"}}],
    "parcels": [A_PARCEL],
}
A_SHIPMENT: dict[str, Any] = {
    "id": "s-1",
    "state": "SHIPPED",
    "lines": [{"id": "N-1-A-1", "quantity": 2, "package_reference": "P-1"}],
    "trackings": [{"carrier_code": "UPS", "carrier_name": "UPS", "tracking_number": UPS_NUMBER}],
    "shipped_at": "2026-03-02T12:00:09Z",
    "deleted_at": None,
}
UNTOLD: dict[str, Any] = {
    "state": "SHIPPING",
    "shipped_at": None,
    "shipped_by": None,
    "ship_calls": 0,
    "trackings": [],
    "shipments": [],
}


def order(**changed: Any) -> dict[str, Any]:
    """A placed order of the marketplace's books."""
    return {**copy.deepcopy(AN_ORDER), **changed}


def untold(**changed: Any) -> dict[str, Any]:
    """A placed order whose marketplace knows of no parcel."""
    return order(**{**UNTOLD, **changed})


def apart(*shipments: dict[str, Any], **changed: Any) -> dict[str, Any]:
    """An order told shipment by shipment."""
    return order(**{"ship_calls": 0, "trackings": [], "shipments": list(shipments), **changed})


def tracking(number: str = UPS_NUMBER, code: str | None = "UPS", name: str = "UPS") -> dict[str, Any]:
    """What a marketplace was told of a parcel's way."""
    return {"carrier_code": code, "carrier_name": name, "tracking_number": number}


def shipment(number: str = UPS_NUMBER, pieces: int = 2, key: str = "P-1", **changed: Any) -> dict[str, Any]:
    """A shipment of the marketplace's books; without a number it has no tracking."""
    lines = [{"id": "N-1-A-1", "quantity": pieces, "package_reference": key}]
    told = [tracking(number)] if number else []
    return {**copy.deepcopy(A_SHIPMENT), "lines": lines, "trackings": told, **changed}


def parcel(number: str = UPS_NUMBER, pieces: int = 0, carrier: str = "UPS") -> dict[str, Any]:
    """A parcel of the shop's books; without pieces the shop does not say what is inside."""
    items = [{"line_id": 501, "quantity": pieces}] if pieces else []
    return {**A_PARCEL, "number": number, "carrier": carrier, "items": items}


def unanswered(state: str = "WAITING_ACCEPTANCE", **changed: Any) -> dict[str, Any]:
    """An order nobody has answered."""
    nobody = {**UNTOLD, "accepted_at": None, "accepted_by": None, "acceptances": 0, "answer_calls": 0}
    return order(**{**nobody, "state": state, "reference_for_seller": None, **changed})


def market(*orders: dict[str, Any], over_limit: dict[str, int] | None = None) -> dict[str, Any]:
    """A marketplace's books."""
    late = [one["order_id"] for one in orders if one["refused_by"] == "timeout"]
    return {"orders": list(orders), "late": late, "totals": {"over_limit": over_limit or {}}}


def shop_order(**changed: Any) -> dict[str, Any]:
    """The shop's order that stands for it."""
    return {**copy.deepcopy(A_SHOP_ORDER), **changed}


def shop(*orders: dict[str, Any], reference: str = "2000/N-1-A", mails: tuple[dict[str, Any], ...] = ()) -> Any:
    """The shop's books: all these orders stand for one sale, unless they are dead."""
    living = [one["id"] for one in orders if one["status"] not in ("cancelled", "failed", "trash")]
    return {"orders": list(orders), "by_reference": {reference: living} if living else {}, "mails": list(mails)}
