"""What a row of the shop's catalogue says of a SKU, in our words. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from mirakl_sync.platforms.woocommerce.orders import ProductRef
from mirakl_sync.platforms.woocommerce.schemas import Product
from mirakl_sync.records.shop import ProductFacts

NOT_SOLD = frozenset({"variable", "grouped", "external"})
BUNDLE = "bundle"
VARIABLE = "variable"
Components = tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Parent:
    """What a variation has from its parent: sold only while ``published``, and its categories."""

    published: bool
    categories: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Telling:
    """How an answer came to us: asked for ``at`` our time, or dated by the shop alone (webhooks).

    ``includes_tax`` says whether prices hold VAT; None means unknown: then no price is told.
    """

    at: datetime
    includes_tax: bool | None
    dated_by_shop: bool = False


def product_facts(
    sku: str,
    products: Sequence[Product],
    telling: Telling,
    parents: Mapping[int, Parent | None],
    components: Mapping[int, Components],
) -> ProductFacts:
    """One SKU in our words.

    ``parents``: by id, None where the parent is gone; a variation whose parent is not named was told without it.
    ``components``: by a bundle's id what it always holds; a bundle that is not named lets its buyer choose.
    """
    if not products:
        return ProductFacts(sku, telling.at, matches=0, in_stock=False, sellable=False)
    product = products[0]
    holds = components.get(product.id, ())
    quantity, in_stock = _number(product, known_inside=bool(holds))
    modified = max((each.modified_at for each in products if each.modified_at), default=None)
    return ProductFacts(
        sku=sku,
        observed_at=(modified or telling.at) if telling.dated_by_shop else telling.at,
        matches=len(products),
        product_id=str(ref_of(product)),
        quantity=quantity,
        in_stock=in_stock,
        backorders=product.backorders in ("yes", "notify") or product.stock_status == "onbackorder",
        price=None if telling.includes_tax is None else product.price,
        price_includes_tax=bool(telling.includes_tax),
        sellable=_sellable(product, parents),
        changed_at=modified,
        categories=_categories(product, parents),
        components=holds,
        dated_by_shop=telling.dated_by_shop,
    )


def _number(product: Product, *, known_inside: bool) -> tuple[int | None, bool]:
    """Quantity and whether there is any.

    A bundle we know inside out has no number but its own: the plugin's is behind by minutes and moves no date. Of one
    whose buyer chooses, the plugin's number is the only one there is.
    """
    own = _whole(product.stock_quantity) if product.manage_stock in (True, "parent") else None
    in_stock = product.stock_status != "outofstock"
    if product.type != BUNDLE or known_inside:
        return own, in_stock
    told = _whole(product.bundle_stock_quantity)
    numbers = [number for number in (own, told) if number is not None]
    in_stock = in_stock and product.bundle_stock_status not in ("outofstock", "insufficientstock")
    return min(numbers, default=None), in_stock


def _sellable(product: Product, parents: Mapping[int, Parent | None]) -> bool:
    """A draft is not sold, nor a variation of one; private means switched off."""
    if product.status != "publish" or product.type in NOT_SOLD:
        return False
    if not product.parent_id or product.parent_id not in parents:
        return True
    parent = parents[product.parent_id]
    return parent is not None and parent.published


def _categories(product: Product, parents: Mapping[int, Parent | None]) -> tuple[str, ...] | None:
    """Variations have those of their parent; what they tell themselves is always empty."""
    if not is_variation(product):
        return product.categories
    parent = parents.get(product.parent_id or 0)
    return parent.categories if parent else None


def parent_of(product: Product) -> Parent:
    """What its variations need to know of a variable product."""
    return Parent(product.status == "publish", product.categories)


def fixed_pieces(bundle: Product) -> dict[int, int]:
    """Pieces of each product id that every bundle of the kind holds; {} where its buyer chooses."""
    counted: dict[int, int] = {}
    for piece in bundle.pieces:
        if piece.optional or piece.most != piece.least or not piece.product_id:
            return {}
        if piece.least:
            counted[piece.product_id] = counted.get(piece.product_id, 0) + piece.least
    return {} if bundle.bundle_sized else counted


def is_variation(product: Product) -> bool:
    """True for one of the children of a variable product."""
    return product.type == "variation" or bool(product.parent_id)


def ref_of(product: Product) -> ProductRef:
    """How an order line names the product. ``parent`` as a class tells nothing."""
    tax_class = None if product.tax_class in (None, "parent") else product.tax_class
    if is_variation(product):
        return ProductRef(product.parent_id or 0, product.id, tax_class)
    return ProductRef(product.id, 0, tax_class)


def _whole(quantity: Any) -> int | None:
    """Whole pieces: plugins count in fractions, and half a piece cannot be sold."""
    try:
        return int(Decimal(str(quantity)).__floor__())
    except (InvalidOperation, ValueError, OverflowError):
        return None
