"""Orders by way of a cart: the shop reserves the stock, and the shop's own prices must be the marketplace's.

A cart takes no key of ours but a purchase order number, and its order is open for work until it is put on hold, a
moment later. So this way claims neither to hold orders nor to know a second creation.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from mirakl_sync.errors import MiraklSyncError, Refused, Unavailable
from mirakl_sync.platforms.magento import drafting, numbering, orders
from mirakl_sync.platforms.magento.amounts import amounts_of
from mirakl_sync.platforms.magento.client import MagentoClient
from mirakl_sync.platforms.magento.drafting import Setting
from mirakl_sync.platforms.magento.schemas import ShopOrder
from mirakl_sync.platforms.magento.searching import stamp
from mirakl_sync.platforms.magento.settings import StoreSettings
from mirakl_sync.platforms.magento.shop_facts import NOWHERE
from mirakl_sync.platforms.refusals import made_then
from mirakl_sync.records.shop import CommissionShape, OrderDraft, OrderReference

# The one offline method that keeps a number of ours.
METHOD = "purchaseorder"
# The shop's clock need not agree with ours.
CLOCKS_APART = timedelta(hours=1)


def order_number(reference: OrderReference) -> str:
    """The purchase order number of a sale: 32 characters, its own for every reference."""
    digest = hashlib.sha256(str(reference).encode()).hexdigest()[:16]
    return f"{reference.order_id[:15]}-{digest}"


def create(client: MagentoClient, settings: StoreSettings, draft: OrderDraft, setting: Setting) -> ShopOrder:
    """Fill a cart, compare its total before anything is sold, place it, put the order on hold and name it ours."""
    check(draft, settings)
    cart = client.new_cart()
    for line in draft.lines:
        client.add_to_cart(cart, setting.products[line.sku].sku, line.quantity)
    totals = client.address_cart(cart, _address_information(draft, setting, settings))
    _compare(draft, totals)
    order_id = client.place_cart(cart, {"method": METHOD, "po_number": order_number(draft.reference)})
    try:
        placed = client.order(order_id)
        if placed is None:
            raise Unavailable("The order is not to be seen yet.")
        return adopt(client, placed, draft.reference, draft)
    except MiraklSyncError as error:
        raise made_then(error) from error


def find(client: MagentoClient, reference: OrderReference, since: datetime) -> ShopOrder | None:
    """An order placed since then that carries our purchase order number and not yet our reference."""
    number = order_number(reference)
    for order in client.orders(("created_at", stamp(since - CLOCKS_APART), "gteq")):
        if order.payment.get("po_number") == number and orders.reference_of(order) is None:
            return order
    return None


def adopt(
    client: MagentoClient,
    order: ShopOrder,
    reference: OrderReference,
    draft: OrderDraft | None = None,
) -> ShopOrder:
    """On hold first, then our reference and line ids: what carries the reference was held. Repeatable."""
    if order.state == "new":
        client.hold(order.id)
    told = [row for row in order.told if not row.startswith(numbering.MARK)]
    entity: dict[str, Any] = {
        "entity_id": order.id,
        "ext_order_id": numbering.ext_id_of(reference),
        "payment": {
            "entity_id": order.payment.get("entity_id"),
            "method": order.payment.get("method", METHOD),
            "po_number": order_number(reference),
            "additional_information": [*told, *_told(draft), numbering.mark(reference)],
        },
    }
    if draft is not None:
        ids = {line.sku.casefold(): line.line_id for line in draft.lines}
        lines = [line for line in orders.goods(order) if line.sku.casefold() in ids]
        entity["items"] = [
            {"item_id": line.id, "sku": line.sku, "ext_order_item_id": ids[line.sku.casefold()]} for line in lines
        ]
        entity["status_histories"] = drafting.histories(draft)
    client.update_order(entity)
    return client.order(order.id) or order


def needs_line_ids(order: ShopOrder) -> bool:
    """An order found after a lost answer does not know our lines yet."""
    return order.payment.get("method") == METHOD and not orders.ours(order)


def check(draft: OrderDraft, settings: StoreSettings) -> None:
    """``Refused`` for what a cart cannot hold: a commission as money, or one SKU in two lines."""
    amounts_of(draft, settings)
    if draft.commission.shape in (CommissionShape.LINE, CommissionShape.DISCOUNT):
        raise Refused(
            f"A cart cannot show the commission of {draft.reference} as money.",
            code="commission_shape",
            way_out="Show the commission as an attribute for this connection, or set orders_by to direct.",
        )
    skus = [line.sku.casefold() for line in draft.lines]
    if len(set(skus)) < len(skus):
        raise Refused(
            f"{draft.reference} has one SKU in two lines, which a cart makes one of.",
            code="same_sku_twice",
            way_out="Make this order by hand, or set orders_by to direct.",
        )


def _compare(draft: OrderDraft, totals: Mapping[str, Any]) -> None:
    total, currency = totals.get("grand_total"), totals.get("quote_currency_code", draft.currency)
    if total != draft.total.amount or currency != draft.currency:
        raise Refused(
            f"The shop would sell {draft.reference} for {total} {currency}, it was sold for {draft.total}.",
            code="total_differs",
            way_out="Nothing was ordered. Let prices, shipping and taxes of the shop be the marketplace's, or set "
            "orders_by to direct.",
        )


def _address_information(draft: OrderDraft, setting: Setting, settings: StoreSettings) -> dict[str, Any]:
    """The order's mail goes to whoever the address names, so to nobody but the generic customer."""
    carrier, _, method = settings.shipping_method.partition("_")
    email = setting.email if setting.customer_id else f"{draft.reference.marketplace}@{NOWHERE}"
    billing, shipping = (
        {name: value for name, value in address.items() if name != "address_type"} | {"email": email}
        for address in drafting.addresses(draft, setting)
    )
    return {
        "shipping_address": shipping,
        "billing_address": billing,
        "shipping_carrier_code": carrier,
        "shipping_method_code": method,
    }


def _told(draft: OrderDraft | None) -> list[str]:
    return [f"{name}: {value}" for name, value in drafting.attributes(draft).items()] if draft is not None else []
