"""createOrders: what the body must say, how it is added up, and what becomes of it (reference 4).

No product, price or method is looked up and no inventory moves. Summed and compared exactly, with the vendor's words:
orderTotal = lines' gross + shipments (with their tax where the site is net) + adjustments, which are negative when
they take something off; taxTotal likewise.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from mirakl_sync.sandbox.salesforce import fields
from mirakl_sync.sandbox.salesforce.errors import Problem, bad_request
from mirakl_sync.sandbox.salesforce.model import ZERO, Item, Order, Shipment
from mirakl_sync.sandbox.salesforce.shop import Shop
from mirakl_sync.sandbox.salesforce.statuses import place

CENT = Decimal("0.01")
STANDARD = "me"


def create_order(shop: Shop, given: Any) -> Order:
    """The order, placed at once. Raises a 400 or 404 problem and changes nothing."""
    fields.check_body(shop.settings, given)
    _check_references(given)
    if given["currency"] not in shop.settings.currencies:
        raise bad_request(f"The currency '{given['currency']}' is not supported by the site.")
    _check_totals(shop, given)
    order_no = given.get("orderNo") or shop.orders.next_number()
    if order_no in shop.orders.rows:
        words = f"An order with number '{order_no}' already exists."
        raise Problem(400, "Order Already Exists", words)
    order = _order(shop, order_no, given)
    place(shop, order)
    shop.save(order)
    return order


def _check_references(given: dict[str, Any]) -> None:
    """Lines name shipments of the same body; `me` is the platform's own name for the first."""
    ids = [shipment["shipmentId"] for shipment in given["shipments"]]
    if STANDARD in ids:
        raise bad_request("The shipment ID 'me' is reserved for the standard shipment.")
    if len(set(ids)) != len(ids):
        raise bad_request("The shipment IDs of an order must be unique.")
    for item in given["productItems"]:
        if item["shipmentId"] not in ids:
            words = f"No shipment with ID '{item['shipmentId']}' could be found."
            raise Problem(404, "Shipment Not Found", words, "not-found")


def totals(given: dict[str, Any], taxation: str) -> tuple[Decimal, Decimal]:
    """orderTotal and taxTotal as the platform sums them."""
    items, shipments = given["productItems"], given["shipments"]
    adjustments = [*given.get("orderPriceAdjustments", ())]
    for item in items:
        adjustments += item.get("priceAdjustments", ())
    total = _sum(items, "grossPrice") + _sum(shipments, "shippingTotal") + _sum(adjustments, "grossPrice")
    tax = _sum(items, "tax") + _sum(shipments, "taxTotal") + _sum(adjustments, "tax")
    return (total + _sum(shipments, "taxTotal") if taxation == "net" else total), tax


def _check_totals(shop: Shop, given: dict[str, Any]) -> None:
    total, tax = totals(given, shop.settings.taxation)
    for name, word, calculated in (("orderTotal", "order", total), ("taxTotal", "tax", tax)):
        passed = Decimal(given[name])
        if passed != calculated:
            words = f"The passed {word} total '{_money(passed)}' does not match the calculated {word} total "
            raise Problem(400, f"Invalid {word.title()} Total", f"{words}'{_money(calculated)}'.")


def _order(shop: Shop, order_no: str, given: dict[str, Any]) -> Order:
    ids = {one["shipmentId"]: one["shipmentId"] for one in given["shipments"]}
    ids[given["shipments"][0]["shipmentId"]] = STANDARD
    now = shop.now()
    return Order(
        order_no,
        given["currency"],
        shop.settings.taxation,
        Decimal(given["orderTotal"]),
        Decimal(given["taxTotal"]),
        dict(given["billingAddress"]),
        [_item(shop, item, ids) for item in given["productItems"]],
        [_shipment(shop, shipment, ids) for shipment in given["shipments"]],
        [{"paymentInstrumentId": shop.next_id(), **payment} for payment in given["paymentInstruments"]],
        created=now,
        modified=now,
        adjustments=[dict(one) for one in given.get("orderPriceAdjustments", ())],
        custom=fields.custom_of(given),
        payment_status=given.get("paymentStatus", "not_paid"),
        channel_type=given.get("channelType", "storefront"),
        business_type=given.get("businessType", "b2c"),
        locale=given.get("customerLocale", "default"),
        created_by="createOrders",
    )


def _item(shop: Shop, given: dict[str, Any], ids: dict[str, str]) -> Item:
    return Item(
        shop.next_id(),
        given["productId"],
        given.get("productName") or given["productId"],
        Decimal(given["quantity"]),
        Decimal(given["basePrice"]),
        Decimal(given["netPrice"]),
        Decimal(given["grossPrice"]),
        Decimal(given["tax"]),
        ids[given["shipmentId"]],
        Decimal(given.get("taxRate", 0)),
        [dict(one) for one in given.get("priceAdjustments", ())],
        fields.custom_of(given),
        given.get("itemText") or given.get("productName") or given["productId"],
    )


def _shipment(shop: Shop, given: dict[str, Any], ids: dict[str, str]) -> Shipment:
    return Shipment(
        ids[given["shipmentId"]],
        "",
        given["shippingMethod"],
        dict(given["shippingAddress"]),
        Decimal(given["shippingTotal"]),
        Decimal(given["taxTotal"]),
        shop.next_id(),
        custom=fields.custom_of(given),
    )


def _sum(rows: list[dict[str, Any]], name: str) -> Decimal:
    return sum((Decimal(row[name]) for row in rows), ZERO)


def _money(amount: Decimal) -> str:
    return str(amount.quantize(CENT)) if amount == amount.quantize(CENT) else str(amount)
