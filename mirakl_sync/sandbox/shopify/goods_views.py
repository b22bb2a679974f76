"""Variants, inventory items, levels and locations as the API shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mirakl_sync.sandbox.shopify.gids import gid, number_of
from mirakl_sync.sandbox.shopify.goods import Product, Variant
from mirakl_sync.sandbox.shopify.paging import Page, page, whole

if TYPE_CHECKING:
    from mirakl_sync.sandbox.shopify.engine import Call
    from mirakl_sync.sandbox.shopify.shop import Shop

NAMES = ("available", "on_hand", "committed", "incoming", "reserved", "damaged", "safety_stock", "quality_control")


def by_id(row: Any) -> tuple[int]:
    return (row.id,)


class ProductView:
    graphql_type = "Product"

    def __init__(self, shop: Shop, row: Product) -> None:
        self._shop, self._row = shop, row
        self.id = gid("Product", row.id)
        self.legacy_resource_id = row.id
        self.title, self.vendor, self.status, self.tags = row.title, row.vendor, row.status, row.tags
        self.product_type, self.created_at, self.updated_at = row.type, row.created, row.updated

    @property
    def handle(self) -> str:
        return self._row.title.lower().replace(" ", "-")

    @property
    def total_inventory(self) -> int:
        return sum(variant.total for variant in self._row.variants if variant.tracked)

    @property
    def tracks_inventory(self) -> bool:
        return any(variant.tracked for variant in self._row.variants)

    def variants(self, call: Call, *, sort_key: str = "POSITION", **window: Any) -> Page:
        return whole(self._row.variants, lambda row: VariantView(self._shop, row), **window)


class VariantView:
    graphql_type = "ProductVariant"

    def __init__(self, shop: Shop, row: Variant) -> None:
        self._shop, self._row = shop, row

    def __getattr__(self, name: str) -> Any:
        column = _VARIANT.get(name)
        if column is None:
            raise AttributeError(name)
        return getattr(self._row, column)

    @property
    def id(self) -> str:
        return gid("ProductVariant", self._row.id)

    @property
    def display_name(self) -> str:
        return f"{self._row.product.title} - {self._row.title}"

    @property
    def inventory_quantity(self) -> int | None:
        return self._row.total

    @property
    def available_for_sale(self) -> bool:
        row = self._row
        return row.product.status == "ACTIVE" and (not row.tracked or row.policy == "CONTINUE" or row.total > 0)

    @property
    def product(self) -> ProductView:
        return ProductView(self._shop, self._row.product)

    @property
    def inventory_item(self) -> ItemView:
        return ItemView(self._shop, self._row)

    def contextual_pricing(self, call: Call, context: dict[str, Any]) -> dict[str, Any]:
        currency, row = self._shop.settings.currency, self._row
        before = {"amount": row.compare_at, "currencyCode": currency} if row.compare_at is not None else None
        return {"price": {"amount": row.price, "currencyCode": currency}, "compareAtPrice": before}


_VARIANT = {
    "legacy_resource_id": "id",
    "sku": "sku",
    "barcode": "barcode",
    "title": "title",
    "price": "price",
    "compare_at_price": "compare_at",
    "inventory_policy": "policy",
    "taxable": "taxable",
    "created_at": "created",
    "updated_at": "updated",
}


class ItemView:
    graphql_type = "InventoryItem"

    def __init__(self, shop: Shop, row: Variant) -> None:
        self._shop, self._row = shop, row
        self.id = gid("InventoryItem", row.item_id)
        self.legacy_resource_id = row.item_id
        self.sku, self.tracked, self.requires_shipping = row.sku, row.tracked, row.requires_shipping
        self.created_at = row.created
        self.updated_at = row.updated

    @property
    def duplicate_sku_count(self) -> int:
        return len(self._shop.catalogue.exactly(self._row.sku)) - 1

    @property
    def variant(self) -> VariantView:
        return VariantView(self._shop, self._row)

    def inventory_level(self, call: Call, location_id: str, *, include_inactive: bool = False) -> LevelView | None:
        wanted = number_of(location_id, "Location")
        for place, location in enumerate(self._shop.locations):
            if location.id == wanted and (location.active or include_inactive):
                return LevelView(self._shop, self._row, place)
        return None

    def inventory_levels(
        self, call: Call, *, include_inactive: bool = False, query: str | None = None, **window: Any
    ) -> Page:
        places = [place for place, location in enumerate(self._shop.locations) if location.active or include_inactive]
        return whole(places, lambda place: LevelView(self._shop, self._row, place), **window)


class LevelView:
    graphql_type = "InventoryLevel"

    def __init__(self, shop: Shop, row: Variant, place: int) -> None:
        self._shop, self._row, self._place = shop, row, place
        self._location = shop.locations[place]
        self.id = f"{gid('InventoryLevel', self._location.id)}?inventory_item_id={row.item_id}"
        self.is_active = self._location.active
        self.created_at, self.updated_at = row.created, row.stock_updated

    @property
    def item(self) -> ItemView:
        return ItemView(self._shop, self._row)

    @property
    def location(self) -> LocationView:
        return LocationView(self._shop, self._place)

    def quantities(self, call: Call, names: list[str]) -> list[dict[str, Any]]:
        from mirakl_sync.sandbox.shopify.faults import BadRequest

        unknown = [name for name in names if name not in NAMES]
        if unknown:
            raise BadRequest(f"The quantity name {unknown[0]} is not valid", "INVALID_NAME")
        return [
            {
                "id": f"{gid('InventoryQuantity', self._row.item_id)}?name={name}",
                "name": name,
                "quantity": quantity(self._row, self._place, name),
                "updatedAt": self._row.stock_updated,
            }
            for name in names
        ]


def quantity(row: Variant, place: int, name: str) -> int:
    """One of an item's numbers at one place; nothing here is ever damaged, reserved or on its way."""
    if name == "available":
        return row.available[place]
    if name == "committed":
        return row.committed[place]
    return row.available[place] + row.committed[place] if name == "on_hand" else 0


class LocationView:
    graphql_type = "Location"

    def __init__(self, shop: Shop, place: int) -> None:
        row = shop.locations[place]
        self._shop, self._place = shop, place
        self.id, self.legacy_resource_id, self.name = gid("Location", row.id), row.id, row.name
        self.is_active, self.fulfills_online_orders = row.active, row.fulfills_online
        self.ships_inventory, self.is_fulfillment_service = True, False
        self.created_at = self.updated_at = row.created
        self.address = {"countryCode": "ES", "formatted": lambda call, **_: ["Spain"]}

    def inventory_level(
        self, call: Call, inventory_item_id: str, *, include_inactive: bool = False
    ) -> LevelView | None:
        row = self._shop.catalogue.items.get(number_of(inventory_item_id, "InventoryItem"))
        return LevelView(self._shop, row, self._place) if row else None

    def inventory_levels(
        self, call: Call, *, include_inactive: bool = False, query: str | None = None, **window: Any
    ) -> Page:
        """By the item's id; `query` may ask for `updated_at`, which moves with the numbers."""
        from mirakl_sync.sandbox.shopify.goods_calls import levels_found

        rows = levels_found(self._shop, query)
        return page(rows, _by_item, lambda row: LevelView(self._shop, row, self._place), **window)


def location_view(shop: Shop, number: int | None) -> LocationView | None:
    """The location with this id, if there is one."""
    places = [at for at, row in enumerate(shop.locations) if row.id == number]
    return LocationView(shop, places[0]) if places else None


def _by_item(row: Variant) -> tuple[int]:
    return (row.item_id,)


def paged_variants(shop: Shop, rows: list[Variant], window: dict[str, Any]) -> Page:
    return page(rows, by_id, lambda row: VariantView(shop, row), **window)


def paged_items(shop: Shop, rows: list[Variant], window: dict[str, Any]) -> Page:
    return page(rows, _by_item, lambda row: ItemView(shop, row), **window)
