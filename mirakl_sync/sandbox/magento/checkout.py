"""The shop's own customers: what the checkout sells, and whom it turns away."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from werkzeug.exceptions import BadRequest

from mirakl_sync.sandbox.magento.errors import RestError
from mirakl_sync.sandbox.magento.history import whole
from mirakl_sync.sandbox.magento.invoices import invoice
from mirakl_sync.sandbox.magento.model import COMPOSITES, Product
from mirakl_sync.sandbox.magento.placing import place
from mirakl_sync.sandbox.magento.shop import Shop
from mirakl_sync.sandbox.magento.values import ZERO, folded

BUYER = {
    "firstname": "Carla",
    "lastname": "Compra",
    "street": ["Calle 2"],
    "postcode": "28002",
    "city": "Madrid",
    "country_id": "ES",
    "telephone": "600000000",
    "email": "carla@buyer.example",
}


def sell(shop: Shop, sku: str, quantity: int, *, paid: bool = True) -> dict[str, Any]:
    """Somebody buys here. Refused where the salable quantity does not suffice; what it wrongly allows is counted."""
    product = product_of(shop, sku)
    pieces = Decimal(quantity)
    free = _truly_free(shop, product)
    try:
        order = place(shop, [(sku, pieces)], BUYER, "checkout")
    except RestError:
        return shop.history.turn_away(product.sku, quantity, available(shop, product))
    if free is not None and free < pieces:
        shop.history.oversold[product.sku] += int(pieces - max(free, ZERO))
    if paid:
        invoice(shop, order, {"capture": True})
    return {"sold": True, "order": order.id, "status": order.row["status"], "stock": available(shop, product)}


def _truly_free(shop: Shop, product: Product) -> Decimal | None:
    """Pieces nobody waits for, however the orders came; None = not counted, or sold beyond stock on purpose."""
    if not product.manage_stock or product.backorders or product.type_id in COMPOSITES:
        return None
    return shop.ledger.physical(product.sku) - shop.promised.get(folded(product.sku), ZERO)


def product_of(shop: Shop, sku: str) -> Product:
    product = shop.store.product(sku)
    if product is None:
        raise BadRequest(f"no product has the SKU {sku!r}")
    return product


def available(shop: Shop, product: Product) -> int | float | None:
    """Pieces the checkout would sell now; None is any number."""
    if not shop.ledger.is_salable(product, shop.stock()):
        return 0
    if not product.manage_stock or product.backorders or product.type_id in COMPOSITES:
        return None
    return whole(shop.ledger.salable(product, shop.stock()))
