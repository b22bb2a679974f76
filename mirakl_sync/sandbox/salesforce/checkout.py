"""The site's own customers: what the storefront sells and whom it turns away."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from werkzeug.exceptions import BadRequest

from mirakl_sync.sandbox.salesforce import inventory
from mirakl_sync.sandbox.salesforce.model import ZERO, Item, Order, Product, Shipment
from mirakl_sync.sandbox.salesforce.shop import Shop
from mirakl_sync.sandbox.salesforce.statuses import change_other, change_status

ADDRESS = {
    "firstName": "Carla",
    "lastName": "Compra",
    "address1": "Calle 2",
    "postalCode": "28002",
    "city": "Madrid",
    "countryCode": "ES",
}


def sell(shop: Shop, sku: str, quantity: int, *, paid: bool = True) -> dict[str, Any]:
    """Somebody buys here: the pieces are on order at once. Refused where the ATS does not suffice.

    `paid` false leaves the order `created`: not placed, its pieces held.
    """
    product = product_of(shop, sku)
    left = inventory.available(shop, product)
    if left is not None and left < quantity:
        return shop.history.turn_away(sku, quantity, left)
    order = _order(shop, product, quantity)
    inventory.hold(shop, order)
    shop.save(order)
    if paid:
        change_other(shop, order, "payment_status", "paid")
        change_status(shop, order, "new", by_oms=True)
        change_other(shop, order, "export_status", "ready")
    record = shop.records.get(sku)
    stock = None if record is None or record.perpetual else record.ats
    return {"sold": True, "order": order.order_no, "status": order.status, "stock": stock}


def product_of(shop: Shop, sku: str) -> Product:
    product = shop.products.get(sku)
    if product is None:
        raise BadRequest(f"no product has the id {sku!r}")
    return product


def _order(shop: Shop, product: Product, quantity: int) -> Order:
    """A price with 20 % tax in it or beside it, as the site has it."""
    total = product.price * quantity
    net_site = shop.settings.taxation == "net"
    tax = (total / 5 if net_site else total / 6).quantize(Decimal("0.01"))
    net, gross = (total, total + tax) if net_site else (total - tax, total)
    now = shop.now()
    return Order(
        shop.orders.next_number(),
        shop.settings.currencies[0],
        shop.settings.taxation,
        gross,
        tax,
        dict(ADDRESS),
        [_item(shop, product, quantity, net, gross)],
        [Shipment("me", "", "STANDARD", dict(ADDRESS), ZERO, ZERO, shop.next_id())],
        [_card(shop, gross)],
        created=now,
        modified=now,
        email="carla@buyer.example",
    )


def _item(shop: Shop, product: Product, quantity: int, net: Decimal, gross: Decimal) -> Item:
    pieces, rate = Decimal(quantity), Decimal("0.2")
    names = (shop.next_id(), product.id, product.name)
    return Item(*names, pieces, product.price, net, gross, gross - net, "me", rate, text=product.name)


def _card(shop: Shop, amount: Decimal) -> dict[str, Any]:
    paid = {"amount": amount, "transactionId": shop.next_id()}
    return {"paymentInstrumentId": shop.next_id(), "paymentMethodId": "CREDIT_CARD", "paymentTransaction": paid}
