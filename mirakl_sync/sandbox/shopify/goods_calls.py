"""Reading variants, inventory items and locations."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from mirakl_sync.sandbox.shopify.gids import number_of
from mirakl_sync.sandbox.shopify.goods import Variant
from mirakl_sync.sandbox.shopify.goods_views import (
    ItemView,
    LevelView,
    LocationView,
    VariantView,
    location_view,
    paged_items,
    paged_variants,
)
from mirakl_sync.sandbox.shopify.paging import Page, whole
from mirakl_sync.sandbox.shopify.search_words import Term, Tree
from mirakl_sync.sandbox.shopify.search_words import read as words_of

if TYPE_CHECKING:
    from mirakl_sync.sandbox.shopify.engine import Call
    from mirakl_sync.sandbox.shopify.shop import Shop


def variant(call: Call, id: str) -> VariantView | None:
    row = call.shop.catalogue.variants.get(number_of(id, "ProductVariant"))
    return VariantView(call.shop, row) if row else None


def variants(call: Call, *, query: str | None = None, sort_key: str = "ID", **window: Any) -> Page:
    """productVariants, by id. `sku:` does not care for the case of letters, `updated_at:` not for changes of stock."""
    return paged_variants(call.shop, _found(call.shop, query), window)


def item(call: Call, id: str) -> ItemView | None:
    row = call.shop.catalogue.items.get(number_of(id, "InventoryItem"))
    return ItemView(call.shop, row) if row else None


def items(call: Call, *, query: str | None = None, **window: Any) -> Page:
    """inventoryItems, by id, which is the order of their variants."""
    return paged_items(call.shop, _found(call.shop, query), window)


def level(call: Call, id: str) -> LevelView | None:
    """inventoryLevel by its id, which names the location and, behind a question mark, the item."""
    row = call.shop.catalogue.items.get(int(id.rpartition("inventory_item_id=")[2] or 0) if "=" in id else 0)
    place = number_of(id, "InventoryLevel")
    if row is None:
        return None
    return next(
        (LevelView(call.shop, row, at) for at, each in enumerate(call.shop.locations) if each.id == place), None
    )


def locations(
    call: Call,
    *,
    include_inactive: bool = False,
    include_legacy: bool = False,
    query: str | None = None,
    sort_key: str = "NAME",
    **window: Any,
) -> Page:
    shop = call.shop
    places = [at for at, row in enumerate(shop.locations) if row.active or include_inactive]
    return whole(places, lambda at: LocationView(shop, at), **window)


def location(call: Call, id: str | None = None) -> LocationView | None:
    """Without an id the shop's first location."""
    return location_view(call.shop, number_of(id, "Location")) if id else LocationView(call.shop, 0)


def levels_found(shop: Shop, query: str | None) -> list[Variant]:
    """Variants whose levels meet a query on `updated_at`; a level here is as new as its item's numbers."""
    tree = words_of(query)
    since = [_moment(term.value) for term in tree.needed() if term.field == "updated_at" and term.compare[:1] == ">"]
    rows = shop.catalogue.moved_since(max(since)) if since else shop.catalogue.ordered
    return [row for row in rows if tree.holds(partial(_level_meets, row))]


def _level_meets(row: Variant, term: Term) -> bool:
    if term.field == "updated_at":
        return _compares(row.stock_updated, term.compare, _moment(term.value))
    if term.field == "inventory_item_id":
        return str(row.item_id) == term.value
    return True


def _found(shop: Shop, query: str | None) -> list[Variant]:
    if not query:
        return shop.catalogue.ordered
    tree = words_of(query)
    return [row for row in _candidates(shop, tree) if tree.holds(partial(_meets, row))]


def _candidates(shop: Shop, tree: Tree) -> list[Variant]:
    wanted = _skus(tree)
    if wanted is not None:
        return sorted({row.id: row for sku in wanted for row in shop.catalogue.alike(sku)}.values(), key=_id)
    for term in tree.needed():
        if term.field == "updated_at" and term.compare in (">", ">="):
            return shop.catalogue.changed_since(int(_moment(term.value).timestamp()))
        if term.field == "id" and term.compare in (">", ">="):
            return shop.catalogue.ordered
    return shop.catalogue.ordered


def _skus(tree: Tree) -> set[str] | None:
    """The SKUs every result has one of; None = the query does not name any."""
    if tree.term is not None:
        named = tree.term.field == "sku" and not tree.term.compare and not tree.term.value.endswith("*")
        return {tree.term.value} if named else None
    parts = [_skus(part) for part in tree.parts]
    known = [part for part in parts if part is not None]
    if tree.what == "or":
        return set().union(*known) if known and len(known) == len(parts) else None
    return known[0] if tree.what == "and" and known else None


def _meets(row: Variant, term: Term) -> bool:
    if term.field == "sku":
        return _text(row.sku, term)
    if term.field in ("updated_at", "created_at"):
        at = row.updated if term.field == "updated_at" else row.created
        return _compares(at, term.compare, _moment(term.value))
    if term.field == "id":
        number = term.value.rpartition("/")[2]
        return number.isdigit() and _compares(row.id, term.compare, int(number))
    if term.field == "barcode":
        return _text(row.barcode or "", term)
    if term.field == "product_id":
        return str(row.product.id) == term.value.rpartition("/")[2]
    if term.field in ("status", "product_status"):
        return row.product.status.lower() == term.value.lower()
    if not term.field:
        return _text(row.sku, term) or term.value.lower() in row.product.title.lower()
    return True


def _text(value: str, term: Term) -> bool:
    wanted = term.value.lower()
    if wanted.endswith("*") and not term.quoted:
        return value.lower().startswith(wanted[:-1])
    return value.lower() == wanted


def _compares(value: Any, compare: str, wanted: Any) -> bool:
    if compare == ">":
        return bool(value > wanted)
    if compare == ">=":
        return bool(value >= wanted)
    if compare == "<":
        return bool(value < wanted)
    return bool(value <= wanted) if compare == "<=" else bool(value == wanted)


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return datetime.fromtimestamp(0, UTC)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _id(row: Variant) -> int:
    return row.id
