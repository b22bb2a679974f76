"""Every store's books in the words of the web shop's, so that one judge and one packing table serve them all. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mirakl_sync.demo.shipped import ALL_LEFT, LINE_ID

Books = Mapping[str, Any]
Order = Mapping[str, Any]

# What says in each kind of store that staff may work on an order. Nobody packs what is not paid: Shopify makes an
# order and holds it by two calls, and between them only the payment that is missing keeps it on the shelf.
AT_WORK: dict[str, Callable[[Order], bool]] = {
    "magento": lambda order: bool(order["live"]),
    "shopify": lambda order: order["live"] and order["financial_status"] == "paid",
    "salesforce": lambda order: bool(order["live"]),
}
# What says in each kind of store that everything has left the house.
LEFT: dict[str, Callable[[Order], bool]] = {
    "magento": lambda order: all(line["open"] == 0 for line in order["lines"]) and bool(order["shipments"]),
    "shopify": lambda order: order["fulfillment_status"] == "fulfilled",
    "salesforce": lambda order: order["shipping_status"] == "shipped",
}
# What says that the store's own number contains an order.
FELT: dict[str, Callable[[Order], bool]] = {
    # nobody reserves for an order saved directly: the connector keeps its pieces back for good
    "magento": lambda _: False,
    "shopify": lambda _: True,
    "salesforce": lambda order: order["export_status"] == "exported",
}


def as_web_shop(books: Books, kind: str) -> dict[str, Any]:
    """The books of a store of this kind, as the web shop would keep them. Its own customers' orders stay its own."""
    return {
        "orders": [_order(order, kind) for order in books["orders"]],
        "by_reference": {
            reference.partition("/")[2]: ids for reference, ids in books["by_reference"].items() if reference
        },
        "stock": books["stock"],
        "mails": [
            {"template": f"customer_{mail.get('template', 'mail')}", "order": mail.get("order"), "to": mail.get("to")}
            for mail in books["mails"]
        ],
    }


def _order(order: Order, kind: str) -> dict[str, Any]:
    return {
        "id": order["id"],
        "number": order["number"],
        "status": _status(order, kind),
        "total": order["total"],
        "currency": order["currency"],
        "lines": [{**line, "meta": {LINE_ID: line["line_id"]}} for line in order["lines"]],
        "parcels": order["parcels"],
        "stock_reduced": FELT[kind](order),
        # of its own customers: they may be written to
        "created_via": "" if order["reference"] else "checkout",
    }


def _status(order: Order, kind: str) -> str:
    if order["canceled"]:
        return "cancelled"
    if LEFT[kind](order):
        return ALL_LEFT
    return "processing" if AT_WORK[kind](order) else "on-hold"
