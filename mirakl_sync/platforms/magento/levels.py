"""What Magento says of a SKU, in our words. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from mirakl_sync.platforms.magento.schemas import NOUGHT, Product, Salable, SourceItem
from mirakl_sync.records.shop import ProductFacts

COMPOSITES = frozenset({"configurable", "bundle", "grouped"})
ENABLED = 1


@dataclass(frozen=True, slots=True)
class Telling:
    """When an answer was asked for, whether prices hold tax, and the website that sells."""

    at: datetime
    includes_tax: bool
    website_id: int = 0


def salable_facts(
    product: Product,
    salable: Mapping[str, Salable],
    places: Mapping[str, Sequence[SourceItem]] | None,
    telling: Telling,
) -> ProductFacts:
    """One SKU of a shop with sources; ``salable`` and ``places`` by folded SKU.

    Nought and salable is how Magento shows what it does not count. A number below nought is a backorder. What the
    website's stock does not hold, and what is put together of other products, is not sold.
    """
    told = salable.get(product.sku.casefold())
    if product.type in COMPOSITES or told is None:
        return _facts(product, telling, 0, in_stock=False, sellable=False)
    uncounted = told.salable and told.quantity == 0
    quantity = None if uncounted else max(int(told.quantity.__floor__()), 0)
    locations = None
    if places is not None and not uncounted:
        lying = places.get(product.sku.casefold(), ())
        locations = {item.source: max(int(item.quantity.__floor__()), 0) for item in lying if item.status == 1}
    return _facts(
        product,
        telling,
        quantity,
        in_stock=told.salable,
        backorders=told.salable and told.quantity < 0,
        locations=locations,
    )


def counted_facts(product: Product, item: Mapping[str, Any] | None, telling: Telling) -> ProductFacts:
    """One SKU of a shop without sources, by its stock item; the shop's threshold is kept back."""
    if product.type in COMPOSITES or item is None:
        return _facts(product, telling, 0, in_stock=False, sellable=False)
    in_stock, backorders = bool(item.get("is_in_stock")), _number(item.get("backorders")) > 0
    if item.get("manage_stock") is False:
        return _facts(product, telling, None, in_stock=in_stock)
    quantity = max(int((_number(item.get("qty")) - _number(item.get("min_qty"))).__floor__()), 0)
    return _facts(product, telling, quantity if in_stock else 0, in_stock=in_stock, backorders=backorders)


def _facts(
    product: Product,
    telling: Telling,
    quantity: int | None,
    *,
    in_stock: bool,
    sellable: bool = True,
    backorders: bool = False,
    locations: Mapping[str, int] | None = None,
) -> ProductFacts:
    here = product.websites is None or not telling.website_id or telling.website_id in product.websites
    return ProductFacts(
        sku=product.sku,
        observed_at=telling.at,
        product_id=str(product.id),
        quantity=quantity,
        in_stock=in_stock,
        backorders=backorders,
        price=product.price,
        price_includes_tax=telling.includes_tax,
        sellable=sellable and here and product.status == ENABLED,
        categories=product.categories,
        locations=locations,
    )


def _number(value: Any) -> Decimal:
    try:
        return Decimal(str(value or 0))
    except InvalidOperation:
        return NOUGHT
