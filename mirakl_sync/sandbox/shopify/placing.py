"""orderCreate: what is refused, what is assumed when it is not said, and what a new order does to the shop."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from mirakl_sync.sandbox.shopify import metafields, stock
from mirakl_sync.sandbox.shopify.gids import number_of
from mirakl_sync.sandbox.shopify.goods import Variant
from mirakl_sync.sandbox.shopify.model import (
    Agreement,
    App,
    FulfillmentOrder,
    FulfillmentOrderLine,
    Line,
    Order,
    ShippingLine,
    Tax,
    Transaction,
)
from mirakl_sync.sandbox.shopify.order_views import OrderView
from mirakl_sync.sandbox.shopify.placing_checks import Refused, refuse_odd_order
from mirakl_sync.sandbox.shopify.placing_taxes import order_taxes, taxes_of

if TYPE_CHECKING:
    from mirakl_sync.sandbox.shopify.engine import Call
    from mirakl_sync.sandbox.shopify.shop import Shop

Shown = dict[str, Any]
TOO_MANY = "Too many attempts. Please try again later."
CLAIMS = ("DECREMENT_IGNORING_POLICY", "DECREMENT_OBEYING_POLICY")
PLAIN = ("email", "phone", "note", "po_number", "source_identifier", "source_url")


def create(call: Call, order: Shown, options: Shown | None = None) -> Shown:
    """orderCreate. Nothing is changed when it answers user errors."""
    shop = call.shop
    chosen = {"inventory_behaviour": "BYPASS", "send_receipt": False, **(options or {})}
    if _too_many(shop):
        return {"order": None, "userErrors": [{"field": None, "message": TOO_MANY, "code": None}]}
    try:
        refuse_odd_order(call, order)
        made = build(shop, order, call.app)
        _refuse_sold_out(shop, made, str(chosen["inventory_behaviour"]))
    except Refused as refused:
        return {"order": None, "userErrors": refused.errors()}
    made.inventory_behaviour = str(chosen["inventory_behaviour"])
    place(shop, made, "order")
    for given in order.get("metafields") or ():
        metafields.write(shop, made, given, call.app)
    _meet_customer(shop, made, order)
    shop.save(made, "orders/create")
    if chosen["send_receipt"]:
        shop.mail("order_confirmation", made)
    return {"order": OrderView(shop, made), "userErrors": []}


def build(shop: Shop, given: Shown, app: App) -> Order:
    """The order as its creator described it, without a place in the shop yet."""
    now, currency = shop.now(), given.get("currency") or shop.settings.currency
    shop.order_number += 1
    order = Order(
        shop.number("Order"),
        shop.order_number,
        given.get("name") or f"#{shop.order_number}",
        now,
        now,
        _processed(given, now),
        currency,
        app,
        taxes_included=bool(given.get("taxes_included")),
        test=bool(given.get("test")),
        source_name=given.get("source_name") or str(app.id),
        financial_status=given.get("financial_status"),
        closed=given.get("closed_at"),
    )
    for name in PLAIN:
        setattr(order, name, given.get(name))
    order.tags = sorted(dict.fromkeys(tag.strip() for tag in given.get("tags") or ()))
    order.attributes = [(each["key"], each["value"]) for each in given.get("custom_attributes") or ()]
    order.billing, order.shipping = given.get("billing_address"), given.get("shipping_address")
    order.lines = [_line(shop, order, each) for each in given["line_items"]]
    order.shipping_lines = [_shipping_line(shop, order, each) for each in given.get("shipping_lines") or ()]
    if given.get("tax_lines"):
        order_taxes(order, given["tax_lines"])
    order.transactions = [_transaction(shop, order, each) for each in given.get("transactions") or ()]
    return order


def place(shop: Shop, order: Order, cause: str) -> None:
    """Claim stock where the order does, and give the warehouse its work."""
    unit = FulfillmentOrder(
        shop.number("FulfillmentOrder"), order.id, shop.locations[0].id, order.created, order.created
    )
    unit.lines = [
        FulfillmentOrderLine(shop.number("FulfillmentOrderLineItem"), line, line.quantity, line.quantity)
        for line in order.lines
        if not line.gift_card
    ]
    order.fulfillment_orders = [unit] if unit.lines else []
    if order.inventory_behaviour in CLAIMS:
        for line in order.lines:
            stock.claim(shop, order, line, line.quantity, cause)
    order.agreements.append(Agreement(shop.number("SalesAgreement"), "order", order.created, order.app))
    order.history.append(("created", order.created))


def _line(shop: Shop, order: Order, given: Shown) -> Line:
    variant = shop.catalogue.variants.get(number_of(given.get("variant_id"), "ProductVariant"))
    price = given["price_set"]["shop_money"]["amount"] if given.get("price_set") else None
    line = Line(
        shop.number("LineItem"),
        given.get("title") or (variant.product.title if variant else ""),
        given["quantity"],
        price if price is not None else variant.price if variant else Decimal(0),
        sku=given.get("sku") or (variant.sku if variant else ""),
        variant_title=given.get("variant_title") or (variant.title if variant else None),
        vendor=given.get("vendor") or (variant.product.vendor if variant else None),
        attributes=[(each["name"], each["value"]) for each in given.get("properties") or ()],
        requires_shipping=variant.requires_shipping if variant else bool(given.get("requires_shipping")),
        taxable=bool(given.get("taxable", True)),
        gift_card=bool(given.get("gift_card")),
    )
    if variant:
        line.variant_id, line.product_id = variant.id, variant.product.id
    line.taxes = taxes_of(order, line.price * line.quantity, given.get("tax_lines") or ())
    return line


def _shipping_line(shop: Shop, order: Order, given: Shown) -> ShippingLine:
    price = given["price_set"]["shop_money"]["amount"]
    taxes: list[Tax] = taxes_of(order, price, given.get("tax_lines") or ())
    number = shop.number("ShippingLine")
    return ShippingLine(number, given["title"], price, given.get("code"), given.get("source"), taxes)


def _transaction(shop: Shop, order: Order, given: Shown) -> Transaction:
    return Transaction(
        shop.number("OrderTransaction"),
        given.get("kind") or "SALE",
        given.get("status") or "SUCCESS",
        given["amount_set"]["shop_money"]["amount"],
        given.get("gateway") or "manual",
        order.created,
        given.get("processed_at") or order.created,
        test=bool(given.get("test")),
    )


def _processed(given: Shown, now: datetime) -> datetime:
    """A moment to come is now, since 2026-07; before, it was refused (see the checks)."""
    said: datetime | None = given.get("processed_at")
    return min(said, now) if said else now


def _refuse_sold_out(shop: Shop, order: Order, behaviour: str) -> None:
    if behaviour != "DECREMENT_OBEYING_POLICY":
        return
    wanted: dict[int, int] = {}
    for line in order.lines:
        wanted[line.variant_id or 0] = wanted.get(line.variant_id or 0, 0) + line.quantity
    for place_in_list, line in enumerate(order.lines):
        variant = shop.variant_of(line)
        if variant and _short(variant, wanted[variant.id]):
            field = ["order", "lineItems", str(place_in_list)]
            raise Refused("INVENTORY_CLAIM_FAILED", "Unable to claim inventory: insufficient quantity", field)


def _short(variant: Variant, wanted: int) -> bool:
    return variant.tracked and variant.policy == "DENY" and variant.available[0] < wanted


def _too_many(shop: Shop) -> bool:
    """The rule of trial and development stores."""
    limit, now = shop.settings.orders_per_minute, shop.clock.seconds()
    while shop.created_lately and shop.created_lately[0] <= now - 60:
        shop.created_lately.popleft()
    if limit is not None and len(shop.created_lately) >= limit:
        shop.calls.over_limit("order.create")
        return True
    shop.created_lately.append(now)
    return False


def _meet_customer(shop: Shop, order: Order, given: Shown) -> None:
    """`toUpsert` goes by the mail address: another address is another customer."""
    customer = given.get("customer") or {}
    upsert = customer.get("to_upsert") or {}
    if upsert.get("email"):
        shop.customers[upsert["email"].lower()] += 1
        order.email = order.email or upsert["email"]
