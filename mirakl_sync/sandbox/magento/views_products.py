"""/products: reading, searching, prices by SKU, and the little of writing that was recorded (reference 4)."""

from __future__ import annotations

from typing import Any

from mirakl_sync.sandbox.magento.errors import Crash, RestError
from mirakl_sync.sandbox.magento.model import Product
from mirakl_sync.sandbox.magento.product_json import product_json
from mirakl_sync.sandbox.magento.routing import Call, Route, listed
from mirakl_sync.sandbox.magento.values import number, plain_text

PRODUCTS = "Magento_Catalog::products"
PRICES = "Magento_Catalog::catalog"
SAVED = "async.magento.catalog.api.productrepositoryinterface.save"
NO_PRODUCT = "The product that was requested doesn't exist. Verify the product and try again."
PLAIN = ("name", "type_id")
WHOLE = ("status", "visibility", "attribute_set_id")


def list_products(call: Call) -> Any:
    return listed(call, call.shop.store.products, lambda product: product_json(call.shop, product, single=False))


def get_product(call: Call, sku: str) -> Any:
    return product_json(call.shop, find_product(call, sku), single=True)


def create_product(call: Call) -> Any:
    return product_json(call.shop, save_product(call, call.given("product")), single=True, links=call.late)


def put_product(call: Call, sku: str) -> Any:
    """The SKU of the path wins over the one of the body."""
    return product_json(
        call.shop, save_product(call, {**call.given("product"), "sku": sku}), single=True, links=call.late
    )


def save_product(call: Call, given: dict[str, Any]) -> Product:
    """A known SKU is changed, a new one is made; without a SKU the program dies (recorded, 07-err-missing)."""
    shop = call.shop
    if not given.get("sku"):
        raise Crash
    sku = plain_text(given["sku"])
    product = shop.store.product(sku)
    if product is None:
        now = shop.now()
        product = Product(shop.store.numbers.next("product"), sku, sku, now, now)
    for name in PLAIN:
        if given.get(name) is not None:
            setattr(product, name, plain_text(given[name]))
    for name in WHOLE:
        if given.get(name) is not None:
            setattr(product, name, int(given[name]))
    for name in ("price", "weight"):
        if given.get(name) is not None:
            setattr(product, name, number(given[name]))
    shop.save_product(product)
    _lay_in(call, product, (given.get("extension_attributes") or {}).get("stock_item") or {})
    return product


def _lay_in(call: Call, product: Product, item: dict[str, Any]) -> None:
    """The stock item of a product is the default source's quantity."""
    if "manage_stock" in item:
        product.manage_stock = bool(item["manage_stock"])
    if "qty" in item:
        status = item.get("is_in_stock")
        with call.shop.moving(product.sku, "edit"):
            call.shop.ledger.put(product.sku, "default", number(item["qty"]), None if status is None else int(status))


def children(call: Call, sku: str) -> Any:
    parent = find_product(call, sku)
    rows = call.shop.store.products.rows
    found = [rows[number] for number in parent.child_ids or () if number in rows]
    return [product_json(call.shop, child, single=False) for child in found]


def base_prices(call: Call) -> Any:
    """Prices of the default scope; an unknown SKU is refused together with all others."""
    products = [(sku, call.shop.store.product(str(sku))) for sku in call.given("skus")]
    unknown = [sku for sku, product in products if product is None]
    if unknown:
        words = "The requested SKUs do not exist: %SKUs. Verify the SKUs and try again."
        raise RestError(400, words, {"SKUs": ", ".join(map(str, unknown))})
    return [{"price": p.price or 0, "store_id": 0, "sku": p.sku} for _, p in products if p is not None]


def find_product(call: Call, sku: str) -> Product:
    """The product of a path. Raises 404."""
    product = call.shop.store.product(sku)
    if product is None:
        raise RestError(404, NO_PRODUCT)
    return product


ROUTES = [
    Route("GET", "products", "product.list", PRODUCTS, list_products),
    Route("POST", "products", "product.create", PRODUCTS, create_product, f"{SAVED}.post"),
    Route("GET", "products/<sku>", "product.read", PRODUCTS, get_product),
    Route("PUT", "products/<sku>", "product.save", PRODUCTS, put_product, f"{SAVED}.put"),
    Route("GET", "configurable-products/<sku>/children", "product.children", PRODUCTS, children),
    Route("POST", "products/base-prices-information", "product.base_prices", PRICES, base_prices),
]
