"""The shop's own customers: what the online store sells, and whom it turns away."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from werkzeug.exceptions import BadRequest

from mirakl_sync.sandbox.shopify.goods import Variant
from mirakl_sync.sandbox.shopify.placing import build, place

if TYPE_CHECKING:
    from mirakl_sync.sandbox.shopify.shop import Shop

BUYER = {
    "first_name": "Carla",
    "last_name": "Compra",
    "address1": "Calle 2",
    "zip": "28002",
    "city": "Madrid",
    "country_code": "ES",
}
MAIL = "carla@buyer.example"


def sell(shop: Shop, sku: str, quantity: int) -> dict[str, Any]:
    """Somebody buys here: an ordinary order that takes its pieces. Refused where stock does not suffice."""
    from mirakl_sync.sandbox.shopify.shop import ONLINE_STORE

    variant = variant_of(shop, sku)
    left = available(variant)
    if left is not None and left < quantity:
        return shop.history.turn_away(sku, quantity, left)
    order = build(shop, _basket(shop, variant, quantity), ONLINE_STORE)
    order.inventory_behaviour = "DECREMENT_OBEYING_POLICY"
    place(shop, order, "sale")
    shop.save(order, "orders/create")
    shop.mail("order_confirmation", order)
    stock = variant.total if variant.tracked else None
    return {"sold": True, "order": str(order.id), "status": "unfulfilled", "stock": stock}


def variant_of(shop: Shop, sku: str) -> Variant:
    """The first variant with the SKU, as the shop's own pages sell it."""
    found = shop.catalogue.exactly(sku)
    if not found:
        raise BadRequest(f"no variant has the SKU {sku!r}")
    return found[0]


def available(variant: Variant) -> int | None:
    """Pieces the store would sell now; None is any number."""
    if variant.product.status != "ACTIVE":
        return 0
    if not variant.tracked or variant.policy == "CONTINUE":
        return None
    return variant.total


def _basket(shop: Shop, variant: Variant, quantity: int) -> dict[str, Any]:
    settings = shop.settings
    rate = Decimal(settings.tax_rate)
    price = {"shop_money": {"amount": variant.price, "currency_code": settings.currency}}
    total = variant.price * quantity if settings.taxes_included else variant.price * quantity * (1 + rate)
    paid = {"shop_money": {"amount": total.quantize(Decimal("0.01")), "currency_code": settings.currency}}
    return {
        "taxes_included": settings.taxes_included,
        "source_name": "web",
        "email": MAIL,
        "shipping_address": BUYER,
        "billing_address": BUYER,
        "line_items": [
            {
                "variant_id": f"gid://shopify/ProductVariant/{variant.id}",
                "quantity": quantity,
                "price_set": price,
                "tax_lines": [{"title": "IVA", "rate": rate, "channel_liable": False}],
            }
        ],
        "transactions": [{"kind": "SALE", "status": "SUCCESS", "gateway": "bogus", "amount_set": paid}],
    }
