"""Products and variations: creating, changing, deleting them by REST, and filling the shop from a plan."""

from __future__ import annotations

from typing import Any

from mirakl_sync.sandbox.stock_history import Change
from mirakl_sync.sandbox.woocommerce import bundles, dates
from mirakl_sync.sandbox.woocommerce.amounts import decimal_text
from mirakl_sync.sandbox.woocommerce.arguments import truth, whole
from mirakl_sync.sandbox.woocommerce.errors import RestError, invalid_id
from mirakl_sync.sandbox.woocommerce.model import Product
from mirakl_sync.sandbox.woocommerce.shop import Shop
from mirakl_sync.sandbox.woocommerce.stock import set_stock_status

TEXTS = ("name", "status", "sku", "global_unique_id", "tax_status", "tax_class", "backorders")
KEPT = ("description", "short_description", "weight", "dimensions", "virtual", "downloadable", "purchase_note",
        "low_stock_amount", "catalog_visibility")  # fmt: skip
NOT_FIELDS = {"price", "stock", "variations", "option", "quietly", "bundle", "bundle_min_size", "bundle_max_size"}
FIRST_CATEGORY = 16
SALE_DATES = {"sale_from": "date_on_sale_from", "sale_to": "date_on_sale_to"}


def find_product_row(shop: Shop, number: int, *, unknown: int = 404) -> Product:
    product = shop.store.products.rows.get(number)
    if product is None:
        raise invalid_id("product", unknown)
    return product


def find_writable(shop: Shop, number: int) -> Product:
    """For PUT and DELETE on /products: a variation id is refused, an unknown one is 400."""
    product = find_product_row(shop, number, unknown=400)
    if product.parent_id:
        words = (
            "To manipulate product variations you should use the "
            "/products/&lt;product_id&gt;/variations/&lt;id&gt; endpoint."
        )
        raise RestError(404, "woocommerce_rest_invalid_product_id", words)
    return product


def find_variation(shop: Shop, parent_id: int, number: int, *, unknown: int = 404) -> Product:
    product = shop.store.products.rows.get(number)
    if product is None or product.parent_id != parent_id:
        raise invalid_id("product_variation", unknown)
    return product


def create_product(shop: Shop, given: dict[str, Any]) -> Product:
    if given.get("id"):
        raise RestError(400, "woocommerce_rest_product_exists", "Cannot create existing product.")
    now = shop.now()
    product = Product(0, now, now, given.get("name") or "Product", given.get("type") or "simple")
    if product.type == "variable":
        product.stock_status = "outofstock"
    _apply(shop, product, given)
    product.id = shop.store.numbers.post()
    shop.save_product(product, "created")
    return product


def create_variation(shop: Shop, parent: Product, given: dict[str, Any]) -> Product:
    now = shop.now()
    product = Product(0, now, now, parent.name, "variation", tax_class="parent", parent_id=parent.id)
    _apply(shop, product, given)
    product.id = shop.store.numbers.post()
    parent.variation_ids.append(product.id)
    shop.save_product(product, "created")
    return product


def update_product(shop: Shop, product: Product, given: dict[str, Any], *, quietly: bool = False) -> Product:
    """Partial. An identical body still moves the modification time and fires the webhook, unless done `quietly`."""
    before = product.stock
    _apply(shop, product, given)
    shop.history.note(product.id, Change(shop.clock.now(), before, product.stock, "silent" if quietly else "edit"))
    shop.save_product(product, quietly=quietly)
    return product


def delete_product(shop: Shop, product: Product, *, force: bool) -> None:
    """Trash announces `product.deleted`; force removes for good and announces nothing. Variations go along."""
    if not force:
        for row in (product, *(shop.store.products.rows[number] for number in product.variation_ids)):
            row.status = "trash"
            shop.store.products.save(row)
        shop.queue.announce("product", product.id, "deleted")
        return
    for number in product.variation_ids:
        shop.store.products.remove(number)
    parent = shop.store.products.rows.get(product.parent_id)
    if parent:
        parent.variation_ids.remove(product.id)
    shop.store.products.remove(product.id)


def _apply(shop: Shop, product: Product, given: dict[str, Any]) -> None:
    _refuse_double(shop, product, given)
    for name in TEXTS:
        if given.get(name) is not None:
            setattr(product, name, given[name])
    for name in ("regular_price", "sale_price"):
        if given.get(name) is not None:
            setattr(product, name, decimal_text(given[name]))
    if given.get("categories") is not None:
        product.plain["categories"] = [_category(shop, posted) for posted in given["categories"]]
    product.plain.update({name: given[name] for name in KEPT if given.get(name) is not None})
    for attribute, name in SALE_DATES.items():
        _apply_date(shop, product, attribute, given.get(name), given.get(f"{name}_gmt"))
    if given.get("attributes") is not None:
        product.attributes = [_attribute(shop, product, posted) for posted in given["attributes"]]
    _apply_stock(shop, product, given)
    shop.store.merge_meta(product.meta, "product meta", given.get("meta_data"))


def _apply_date(shop: Shop, product: Product, attribute: str, local: str | None, gmt: str | None) -> None:
    if gmt:
        setattr(product, attribute, dates.stored_moment(f"{gmt}+00:00", shop.settings.zone))
    elif local is not None:
        setattr(product, attribute, dates.stored_moment(local, shop.settings.zone) if local else None)


def _apply_stock(shop: Shop, product: Product, given: dict[str, Any]) -> None:
    """A quantity counts only where stock is managed; `inventory_delta` works though it is not declared."""
    if given.get("manage_stock") not in (None, "parent"):
        product.manage_stock = truth(given["manage_stock"])
    if product.manage_stock and shop.settings.manage_stock:
        if given.get("stock_quantity") is not None:
            product.stock = whole(given["stock_quantity"])
        elif given.get("inventory_delta") is not None:
            product.stock = (product.stock or 0) + whole(given["inventory_delta"])
        product.stock = product.stock or 0
        set_stock_status(product)
    else:
        product.stock = None
        product.stock_status = given.get("stock_status") or product.stock_status


def _category(shop: Shop, posted: dict[str, Any]) -> dict[str, Any]:
    """A category by id, as REST names it; a plan may name one by its slug, and then it is made."""
    known = shop.store.categories
    if "slug" in posted:
        known.setdefault(posted["slug"], {"id": FIRST_CATEGORY + len(known), "name": posted["slug"].title(), **posted})
        return known[posted["slug"]]
    found = next((row for row in known.values() if row["id"] == int(posted.get("id") or 0)), None)
    if found is None:
        raise RestError(400, "woocommerce_rest_invalid_product_category", "Invalid category.")
    return found


def _refuse_double(shop: Shop, product: Product, given: dict[str, Any]) -> None:
    checks = (
        ("sku", shop.store.products.by_sku, "Invalid or duplicated SKU."),
        ("global_unique_id", shop.store.products.by_gtin, "Invalid or duplicated GTIN, UPC, EAN or ISBN."),
    )
    for name, index, words in checks:
        value = given.get(name)
        other = index.get(value) if value else None
        if other is not None and other != product.id:
            data = {"status": 400, "resource_id": other, f"unique_{name}": f"{value}-1"}
            raise RestError(400, f"product_invalid_{name}", words, data)


def _attribute(shop: Shop, product: Product, posted: dict[str, Any]) -> dict[str, Any]:
    known = shop.store.attributes.get(int(posted.get("id") or 0), {})
    head = {
        "id": known.get("id", 0),
        "name": known.get("name", posted.get("name", "")),
        "slug": known.get("slug", posted.get("name", "")),
    }
    if product.parent_id:
        return {**head, "option": posted.get("option", "")}
    return {
        **head,
        "position": int(posted.get("position", 0)),
        "visible": truth(posted.get("visible", False)),
        "variation": truth(posted.get("variation", False)),
        "options": sorted(posted.get("options", [])),
    }


def seed(shop: Shop, wanted: dict[str, Any]) -> Product:
    """One product of a plan: {sku, price, stock, …, variations: [{sku, price, stock, option}]}; a known SKU is updated.

    `categories` are slugs; `bundle` makes it one of the Product Bundles plugin, see `bundles.fill`.

    `stock` null or absent = not managed; `quietly` writes past WooCommerce (no modification time, no webhook).
    """
    variations = wanted.get("variations", [])
    given = _seed_fields(wanted)
    known = shop.store.products.rows.get(shop.store.products.by_sku.get(wanted["sku"], 0))
    if variations:
        options = [v.get("option", v["sku"]) for v in variations]
        size = {"id": _size_attribute(shop), "variation": True, "visible": True, "options": options}
        given |= {"type": "variable", "attributes": [size]}
    if known:
        product = update_product(shop, known, given, quietly=bool(wanted.get("quietly")))
    else:
        product = create_product(shop, given)
    for variation in variations:
        _seed_variation(shop, product, variation)
    if "bundle" in wanted:
        bundles.fill(shop, product, wanted["bundle"], wanted)
        shop.store.products.save(product)
    return product


def generate(shop: Shop, wanted: dict[str, Any]) -> int:
    """Many simple products at once: {"count", "prefix", "quantity", "price"}; they share everything that is equal."""
    prefix, now = str(wanted.get("prefix", "SKU-")), shop.now()
    price, quantity = decimal_text(str(wanted.get("price", "19.90"))), int(wanted.get("quantity", 100))
    for number in range(1, int(wanted["count"]) + 1):
        sku = f"{prefix}{number}"
        product = Product(shop.store.numbers.post(), now, now, sku, sku=sku, regular_price=price)
        product.manage_stock, product.stock = True, quantity
        set_stock_status(product)
        shop.store.products.save(product)
    return int(wanted["count"])


def _seed_variation(shop: Shop, parent: Product, wanted: dict[str, Any]) -> None:
    given = _seed_fields(wanted)
    given["attributes"] = [{"id": _size_attribute(shop), "option": wanted.get("option", wanted["sku"])}]
    known = shop.store.products.rows.get(shop.store.products.by_sku.get(wanted["sku"], 0))
    if known:
        update_product(shop, known, given, quietly=bool(wanted.get("quietly")))
    else:
        create_variation(shop, parent, given)


def _seed_fields(wanted: dict[str, Any]) -> dict[str, Any]:
    given = {k: v for k, v in wanted.items() if k not in NOT_FIELDS}
    if "categories" in wanted:
        given["categories"] = [{"slug": slug} for slug in wanted["categories"]]
    given.setdefault("name", wanted.get("name", wanted["sku"]))
    if "price" in wanted:
        given["regular_price"] = str(wanted["price"])
    if wanted.get("stock") is not None:
        given |= {"manage_stock": wanted.get("manage_stock", True), "stock_quantity": wanted["stock"]}
    return given


def _size_attribute(shop: Shop) -> int:
    known = next((a["id"] for a in shop.store.attributes.values() if a["slug"] == "pa_size"), None)
    number: int = known or create_attribute(shop, {"name": "Size", "slug": "pa_size"})["id"]
    return number


def create_attribute(shop: Shop, given: dict[str, Any]) -> dict[str, Any]:
    number = shop.store.numbers.next("attribute")
    name = given.get("name", "")
    shop.store.attributes[number] = {
        "id": number,
        "name": name,
        "slug": given.get("slug") or f"pa_{name.lower()}",
        "type": given.get("type", "select"),
        "order_by": given.get("order_by", "menu_order"),
        "has_archives": bool(given.get("has_archives", False)),
    }
    return shop.store.attributes[number]
