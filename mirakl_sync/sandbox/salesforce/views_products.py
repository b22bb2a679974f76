"""Products for people and programs: SCAPI Products, Shopper Products, Shopper Availability (reference 7 and 8)."""

from __future__ import annotations

from typing import Any

from mirakl_sync.sandbox.salesforce import selector
from mirakl_sync.sandbox.salesforce.dates import printed
from mirakl_sync.sandbox.salesforce.errors import Problem, bad_request
from mirakl_sync.sandbox.salesforce.model import Product
from mirakl_sync.sandbox.salesforce.routing import Call, Reply, Route
from mirakl_sync.sandbox.salesforce.shop import Shop

MOST_IDS, MOST_LISTS = 24, 5
WITHOUT_LIMIT = 999999
"""What the storefront's documents tell of a product that is always there."""
BOOK = "list-prices"
KEPT_ANSWERS = 10_000


def read_product(call: Call) -> Reply:
    """Admin: localized texts, every product, offline ones too."""
    product = call.shop.products.get(call.parts["product"])
    if product is None:
        words = f"No product with ID '{call.parts['product']}' could be found."
        raise Problem(404, "Product Not Found", words, productId=call.parts["product"])
    return Reply(_admin_json(call.shop, product))


def shopper_products(call: Call) -> Reply:
    """Up to 24 ids; kept by the web tier for a while, so stock in it is old news. Offline products are left out."""
    ids = _ids(call, "ids")
    known = call.shop.cached.get(call.own_path)
    if known and known[0] > call.shop.clock.seconds():
        return Reply(known[1])
    found = [_shopper_json(call, product) for product in _online(call.shop, ids)]
    body = _selected(call, {"limit": len(ids), "data": found, "total": len(found)})
    if len(call.shop.cached) >= KEPT_ANSWERS:
        call.shop.cached.clear()
    call.shop.cached[call.own_path] = (call.shop.clock.seconds() + call.shop.settings.product_cache_seconds, body)
    return Reply(body)


def shopper_product(call: Call) -> Reply:
    product = next(iter(_online(call.shop, [call.parts["product"]])), None)
    if product is None:
        site = call.shop.settings.site
        words = f"No product with ID '{call.parts['product']}' for site '{site}' could be found."
        raise Problem(404, "Product Not Found", words, productId=call.parts["product"], siteId=site)
    return Reply(_selected(call, _shopper_json(call, product)))


def availability(call: Call) -> Reply:
    """Up to 24 products and 5 lists, not kept by anybody. Unknown and offline products are silently left out."""
    ids = _ids(call, "productIds")
    own = call.shop.settings.inventory_list
    lists = [one for one in call.query.get("inventoryIds", own).split(",") if one]
    if len(lists) > MOST_LISTS:
        words = f"Maximum number of inventory list IDs you can request in one call is {MOST_LISTS}."
        raise Problem(400, "Bad Request", words, "validation")
    found = [
        {"id": product.id, "inventories": [inventory(call.shop, product) for one in lists if one == own]}
        for product in _online(call.shop, ids)
    ]
    return Reply({"limit": len(found), "total": len(found), "data": found})


def inventory(shop: Shop, product: Product) -> dict[str, Any]:
    """Availability as the storefront sees it; nothing but the list's id where there is no record."""
    record, listed = shop.records.get(product.id), shop.settings.inventory_list
    if record is None and not shop.settings.default_in_stock:
        return {"id": listed}
    if record is None or record.perpetual:
        numbers: dict[str, Any] = {"ats": WITHOUT_LIMIT, "stockLevel": WITHOUT_LIMIT, "orderable": True}
    else:
        numbers = {"ats": max(record.ats, 0), "stockLevel": max(record.stock_level, 0), "orderable": record.ats > 0}
    handling = record.back_order if record else "none"
    return {
        "id": listed,
        **numbers,
        "backorderable": handling == "backorder",
        "preorderable": handling == "preorder",
    }


def _ids(call: Call, name: str) -> list[str]:
    ids = [one for one in call.query.get(name, "").split(",") if one]
    if not ids:
        raise bad_request(f"The query parameter '{name}' is required.")
    if len(ids) > MOST_IDS:
        words = f"Maximum number of product IDs you can request in one call is {MOST_IDS}."
        raise Problem(400, "Bad Request", words, "validation")
    return ids


def _online(shop: Shop, ids: list[str]) -> list[Product]:
    found = (shop.products.get(one) for one in dict.fromkeys(ids))
    return [product for product in found if product is not None and product.online]


def _selected(call: Call, body: dict[str, Any]) -> dict[str, Any]:
    if "select" not in call.query:
        return body
    wanted = call.query["select"]
    try:
        kept: dict[str, Any] = selector.keep(body, selector.parse(wanted))
    except ValueError:
        words = f"The property selector '{wanted}' is malformed."
        raise Problem(400, "Malformed Selector", words, selector=wanted) from None
    return kept


def _shopper_json(call: Call, product: Product) -> dict[str, Any]:
    """`expand` decides: without it everything usual is there."""
    expand = call.query.get("expand", "availability,prices").split(",")
    shown: dict[str, Any] = {
        "id": product.id,
        "name": product.name,
        "type": {product.type: True},
        "minOrderQuantity": 1,
        "stepQuantity": 1,
    }
    if "availability" in expand:
        shown["inventory"] = inventory(call.shop, product)
    if "prices" in expand:
        shown |= {"currency": call.query.get("currency", call.shop.settings.currencies[0]), "price": product.price}
        book = {"price": product.price, "pricebook": BOOK, "quantity": 1}
        shown["tieredPrices"] = [book]
    if product.categories:
        shown["primaryCategoryId"] = product.categories[0]
    return shown


def _admin_json(shop: Shop, product: Product) -> dict[str, Any]:
    record = shop.records.get(product.id)
    counted = {"ats": record.ats, "inStock": record.perpetual or record.ats > 0} if record else {}
    return {
        "id": product.id,
        "name": {"default": product.name},
        "type": {"master": product.type == "master", product.type: True},
        "online": product.online,
        "onlineFlag": {"default": product.online},
        "searchable": {"default": True},
        "price": product.price,
        "priceCurrency": shop.settings.currencies[0],
        "owningCatalogId": "catalog",
        "creationDate": printed(product.created),
        "lastModified": printed(product.modified),
        **counted,
    }


PRODUCTS = "/product/products/v1/organizations/{org}/products/{product}"
SHOPPER = "/product/shopper-products/v1/organizations/{org}/products"
AVAILABILITY = "/product/shopper-availability/v1/organizations/{org}/availability"
GUEST = ("shopper", "tsob")
SEES_PRODUCTS = ("sfcc.shopper-products", "sfcc.shopper-standard")
SEES_AVAILABILITY = ("sfcc.shopper-availability", "sfcc.shopper-standard")
ROUTES = [
    Route(
        "GET", PRODUCTS, "product.read", "scapi", read_product, ("sfcc.products", "sfcc.products.rw"), needs_site=False
    ),
    Route("GET", SHOPPER, "shopper.products", "scapi", shopper_products, SEES_PRODUCTS, GUEST),
    Route("GET", f"{SHOPPER}/{{product}}", "shopper.product", "scapi", shopper_product, SEES_PRODUCTS, GUEST),
    Route("GET", AVAILABILITY, "availability.read", "scapi", availability, SEES_AVAILABILITY, GUEST),
]
