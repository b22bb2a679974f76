"""What Salesforce says of a SKU, in our words: the product's id is the SKU. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from mirakl_sync.platforms.salesforce.schemas import Available, Product, Record
from mirakl_sync.records.shop import ProductFacts

# What the storefront's answers say of a product that is always there.
WITHOUT_LIMIT = 999_999
# Nobody can buy these themselves; names as SCAPI and OCAPI write them.
NOT_SOLD = frozenset(
    {"master", "variationGroup", "variation_group", "set", "retailSet", "retail_set", "option", "variationgroup"}
)


def unknown(sku: str, at: datetime) -> ProductFacts:
    """No product has this id."""
    return ProductFacts(sku, at, matches=0, in_stock=False, sellable=False)


def of_record(sku: str, record: Record | None, at: datetime, *, sellable: bool, by_default: bool) -> ProductFacts:
    """By the inventory record. Without one the list's default speaks: always there (``by_default``), or never.

    What may be sold beyond the stock (preorder, backorder) is not told as quantity.
    """
    if record is None:
        quantity = None if by_default else 0
        return ProductFacts(sku, at, product_id=sku, quantity=quantity, in_stock=by_default, sellable=sellable)
    beyond = record.handling not in ("", "none")
    quantity = None if record.perpetual else _whole(record.ats - (record.beyond if beyond else 0))
    return ProductFacts(
        sku,
        at,
        product_id=sku,
        quantity=quantity,
        in_stock=quantity is None or quantity > 0,
        backorders=beyond,
        sellable=sellable,
        changed_at=record.modified_at,
    )


def of_availability(told: Available, at: datetime) -> ProductFacts:
    """As the storefront sees it: only what is online is told at all.

    Where more may be sold than there is, the smaller of both numbers is the stock.
    """
    sku = told.product_id
    if told.ats is None:
        return ProductFacts(sku, at, product_id=sku, quantity=0, in_stock=False)
    number = min(told.ats, told.stock) if told.beyond and told.stock is not None else told.ats
    quantity = None if number >= WITHOUT_LIMIT else _whole(number)
    in_stock = quantity is None or quantity > 0
    return ProductFacts(sku, at, product_id=sku, quantity=quantity, in_stock=in_stock, backorders=told.beyond)


def is_sold(product: Product, site: str, at: datetime) -> bool:
    """Whether the site sells the product now: online there, within its dates, and not one that only holds others."""
    if product.kinds & NOT_SOLD:
        return False
    if _of_site(product.online, site) is False:
        return False
    begins, ends = (_moment(_of_site(dates, site)) for dates in (product.valid_from, product.valid_to))
    return (begins is None or begins <= at) and (ends is None or at < ends)


def _of_site(told: Mapping[str, Any], site: str) -> Any:
    """The site's own word, else the one for every site; written ``site``, ``default@site`` or ``default``."""
    return next((told[name] for name in (site, f"default@{site}", "default") if name in told), None)


def _moment(told: Any) -> datetime | None:
    try:
        at = datetime.fromisoformat(told)
    except (TypeError, ValueError):
        return None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at


def _whole(number: Decimal) -> int:
    """Whole pieces: half a piece cannot be sold."""
    return int(number.__floor__())
