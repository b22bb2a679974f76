"""/products, its variations and attributes, and /variations."""

from __future__ import annotations

from typing import Any

from mirakl_sync.sandbox.woocommerce import arguments as must
from mirakl_sync.sandbox.woocommerce.catalogue import (
    create_attribute,
    create_product,
    create_variation,
    delete_product,
    find_product_row,
    find_variation,
    find_writable,
    update_product,
)
from mirakl_sync.sandbox.woocommerce.errors import invalid_id, no_route
from mirakl_sync.sandbox.woocommerce.links import item_links
from mirakl_sync.sandbox.woocommerce.lists import list_headers, page_of
from mirakl_sync.sandbox.woocommerce.model import Product
from mirakl_sync.sandbox.woocommerce.product_json import product_json, variation_json
from mirakl_sync.sandbox.woocommerce.product_lists import chosen_products, chosen_variations
from mirakl_sync.sandbox.woocommerce.routing import WRITES, Call, Reply, Route, batch, created

VARIATIONS_SINCE = (10, 3)
STATUSES = ("draft", "pending", "private", "publish", "future", "auto-draft", "trash")
PRODUCT: dict[str, must.Check] = {
    "name": must.string,
    "type": must.one_of("simple", "grouped", "external", "variable"),
    "status": must.one_of(*STATUSES),
    "sku": must.string,
    "global_unique_id": must.string,
    "regular_price": must.string,
    "sale_price": must.string,
    "weight": must.string,
    "tax_class": must.string,
    "tax_status": must.one_of("taxable", "shipping", "none"),
    "manage_stock": must.boolean,
    "stock_quantity": must.integer(),
    "stock_status": must.one_of("instock", "outofstock", "onbackorder"),
    "backorders": must.one_of("no", "notify", "yes"),
    "attributes": must.list_of(must.fields(id=must.integer(), name=must.string)),
    "meta_data": must.list_of(must.fields()),
}


def list_products(call: Call) -> Reply:
    ids = chosen_products(call.shop, call.query)
    page, pages = page_of(ids, call.query)
    rows = call.shop.store.products.rows
    body = [product_json(call.shop, rows[number], call.base) for number in page]
    return Reply(body, headers=list_headers(call.base + call.path, call.query, len(ids), pages))


def post_product(call: Call) -> Reply:
    must.check_arguments(call.given, PRODUCT)
    product = create_product(call.shop, call.given)
    body = product_json(call.shop, product, call.base, written=True)
    return created(call, body, f"products/{product.id}")


def get_product(call: Call, number: int) -> Reply:
    return Reply(product_json(call.shop, find_product_row(call.shop, number), call.base))


def put_product(call: Call, number: int) -> Reply:
    must.check_arguments(call.given, PRODUCT)
    product = update_product(call.shop, find_writable(call.shop, number), call.given)
    return Reply(product_json(call.shop, product, call.base, written=True))


def remove_product(call: Call, number: int) -> Reply:
    product = find_writable(call.shop, number) if number in call.shop.store.products.rows else None
    if product is None:
        raise invalid_id("product", 404)
    body = product_json(call.shop, product, call.base, written=True)
    delete_product(call.shop, product, force=call.force)
    return Reply(body)


def batch_products(call: Call) -> Reply:
    shop = call.shop

    def shown(product: Product) -> dict[str, Any]:
        return product_json(shop, product, call.base, written=True)

    def create(given: dict[str, Any]) -> dict[str, Any]:
        must.check_arguments(given, PRODUCT)
        return shown(create_product(shop, given))

    def update(given: dict[str, Any]) -> dict[str, Any]:
        must.check_arguments(given, PRODUCT)
        return shown(update_product(shop, find_writable(shop, int(given.get("id") or 0)), given))

    def delete(given: dict[str, Any]) -> dict[str, Any]:
        product = find_writable(shop, int(given["id"]))
        body = shown(product)
        delete_product(shop, product, force=True)
        return body

    return batch(call, create, update, delete)


def list_variations(call: Call, parent: int) -> Reply:
    return _variation_page(call, find_product_row(call.shop, parent))


def list_all_variations(call: Call) -> Reply:
    """Since 10.3; before, the route is not there."""
    if call.shop.settings.version_number < VARIATIONS_SINCE:
        raise no_route()
    return _variation_page(call, None)


def _variation_page(call: Call, parent: Product | None) -> Reply:
    ids = chosen_variations(call.shop, call.query, parent)
    page, pages = page_of(ids, call.query)
    rows = call.shop.store.products.rows
    body = [variation_json(call.shop, rows[number], call.base) for number in page]
    return Reply(body, headers=list_headers(call.base + call.path, call.query, len(ids), pages))


def post_variation(call: Call, parent: int) -> Reply:
    must.check_arguments(call.given, _variation_arguments())
    product = create_variation(call.shop, find_product_row(call.shop, parent), call.given)
    # The real server forgets to fill the parent's id into this address (recorded).
    where = rf"products/(?P<product_id>[\d]+)/variations/{product.id}"
    return created(call, variation_json(call.shop, product, call.base), where)


def get_variation(call: Call, parent: int, number: int) -> Reply:
    return Reply(variation_json(call.shop, find_variation(call.shop, parent, number), call.base))


def put_variation(call: Call, parent: int, number: int) -> Reply:
    must.check_arguments(call.given, _variation_arguments())
    product = find_variation(call.shop, parent, number, unknown=400)
    update_product(call.shop, product, call.given)
    return Reply(variation_json(call.shop, product, call.base))


def remove_variation(call: Call, parent: int, number: int) -> Reply:
    product = find_variation(call.shop, parent, number)
    body = variation_json(call.shop, product, call.base)
    delete_product(call.shop, product, force=call.force)
    return Reply(body)


def batch_variations(call: Call, parent: int) -> Reply:
    shop = call.shop
    parent_row = find_product_row(shop, parent)

    def create(given: dict[str, Any]) -> dict[str, Any]:
        must.check_arguments(given, _variation_arguments())
        return variation_json(shop, create_variation(shop, parent_row, given), call.base)

    def update(given: dict[str, Any]) -> dict[str, Any]:
        must.check_arguments(given, _variation_arguments())
        product = find_variation(shop, parent, int(given.get("id") or 0), unknown=400)
        return variation_json(shop, update_product(shop, product, given), call.base)

    def delete(given: dict[str, Any]) -> dict[str, Any]:
        product = find_variation(shop, parent, int(given["id"]))
        body = variation_json(shop, product, call.base)
        delete_product(shop, product, force=True)
        return body

    return batch(call, create, update, delete)


def _variation_arguments() -> dict[str, must.Check]:
    """`manage_stock` of a variation is declared as mixed: it may be the string "parent"."""
    return {name: check for name, check in PRODUCT.items() if name not in {"type", "manage_stock"}}


def list_attributes(call: Call) -> Reply:
    return Reply([_attribute_json(call, a) for a in call.shop.store.attributes.values()])


def post_attribute(call: Call) -> Reply:
    must.check_arguments(call.given, {"name": must.string, "slug": must.string})
    attribute = create_attribute(call.shop, call.given)
    return created(call, _attribute_json(call, attribute), f"products/attributes/{attribute['id']}")


def get_attribute(call: Call, number: int) -> Reply:
    attribute = call.shop.store.attributes.get(number)
    if attribute is None:
        raise invalid_id("taxonomy", 404)
    return Reply(_attribute_json(call, attribute))


def _attribute_json(call: Call, attribute: dict[str, Any]) -> dict[str, Any]:
    own = f"products/attributes/{attribute['id']}"
    return {**attribute, **item_links(call.base, own, "products/attributes")}


VARIATIONS = "products/<int:parent>/variations"
ROUTES = [
    Route("products", ("GET",), "product.list", "list", list_products),
    Route("products", ("POST",), "product.create", "create", post_product),
    Route("products/batch", WRITES, "product.batch", "batch", batch_products),
    Route("products/attributes", ("GET",), "attribute.list", "list", list_attributes),
    Route("products/attributes", ("POST",), "attribute.create", "create", post_attribute),
    Route("products/attributes/<int:number>", ("GET",), "attribute.get", "get", get_attribute),
    Route("products/<int:number>", ("GET",), "product.get", "get", get_product),
    Route("products/<int:number>", WRITES, "product.update", "update", put_product),
    Route("products/<int:number>", ("DELETE",), "product.delete", "delete", remove_product),
    Route(VARIATIONS, ("GET",), "variation.list", "list", list_variations),
    Route(VARIATIONS, ("POST",), "variation.create", "create", post_variation),
    Route(f"{VARIATIONS}/batch", WRITES, "variation.batch", "batch", batch_variations),
    Route(f"{VARIATIONS}/<int:number>", ("GET",), "variation.get", "get", get_variation),
    Route(f"{VARIATIONS}/<int:number>", WRITES, "variation.update", "update", put_variation),
    Route(f"{VARIATIONS}/<int:number>", ("DELETE",), "variation.delete", "delete", remove_variation),
    Route("variations", ("GET",), "variation.list_all", "list", list_all_variations),
]
