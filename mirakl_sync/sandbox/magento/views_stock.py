"""/inventory and /stockItems: what may be sold, what lies where (reference 3)."""

from __future__ import annotations

from typing import Any

from mirakl_sync.sandbox.magento import columns
from mirakl_sync.sandbox.magento.columns import INTEGER, TEXT
from mirakl_sync.sandbox.magento.errors import RestError, refused
from mirakl_sync.sandbox.magento.model import COMPOSITES, Product, SourceItem
from mirakl_sync.sandbox.magento.product_json import stock_item
from mirakl_sync.sandbox.magento.routing import Call, Route, listed, whole
from mirakl_sync.sandbox.magento.settings import StockSource
from mirakl_sync.sandbox.magento.tables import Table
from mirakl_sync.sandbox.magento.values import ZERO, number, plain_text
from mirakl_sync.sandbox.magento.views_products import find_product

SOURCE = "Magento_InventoryApi::source"
STOCK = "Magento_InventoryApi::stock"
LINK = "Magento_InventoryApi::stock_source_link"
SALES = "Magento_InventorySalesApi::stock"
LEGACY = "Magento_Catalog::catalog_inventory"
ASSIGN = "Magento_InventoryApi::stock_source_item_assign"
SOURCE_COLUMNS = {"source_code": TEXT, "name": TEXT, "enabled": INTEGER, "country_id": TEXT, "postcode": TEXT}
STOCK_COLUMNS = {"stock_id": INTEGER, "name": TEXT}
LINK_COLUMNS = {"link_id": INTEGER, "stock_id": INTEGER, "source_code": TEXT, "priority": INTEGER}
SAVE_TOPIC = "async.magento.inventoryapi.api.sourceitemssaveinterface.execute.post"
LIMITED_LIST = 20
NO_SOURCES = "Can't check requested quantity for products without Source Items support."


def list_sources(call: Call) -> Any:
    rows = [_source(code) for code in call.shop.ledger.sources()]
    return listed(call, _table(rows, SOURCE_COLUMNS), dict, optional=True)


def list_stocks(call: Call) -> Any:
    rows = [stock_json(stock) for stock in call.shop.settings.stocks]
    return listed(call, _table(rows, STOCK_COLUMNS, "stock_id"), dict, optional=True)


def get_stock(call: Call, stock_id: str) -> Any:
    return stock_json(_stock(call, stock_id))


def list_links(call: Call) -> Any:
    rows = [
        {"stock_id": stock.stock_id, "source_code": code, "priority": place}
        for stock in call.shop.settings.stocks
        for place, code in enumerate(stock.sources, 1)
    ]
    return listed(call, _table(rows, LINK_COLUMNS), dict)


def sources_of_stock(call: Call, stock_id: str) -> Any:
    return [_source(code) for code in _stock(call, stock_id).sources]


def resolve_stock(call: Call, channel: str, code: str) -> Any:
    return stock_json(_of_channel(call, channel, code))


def list_source_items(call: Call) -> Any:
    return listed(call, call.shop.ledger.items, source_item_json)


def save_source_items(call: Call) -> Any:
    """Absolute quantities, as an ERP writes them; all or nothing."""
    entries = call.given("sourceItems")
    ledger = call.shop.ledger
    if call.shop.settings.input_limits and len(entries) > LIMITED_LIST:
        words = 'Maximum items of type "%type" is %max'
        parameters = {"type": "\\Magento\\InventoryApi\\Api\\Data\\SourceItemInterface[]", "max": LIMITED_LIST}
        raise RestError(400, words, parameters)
    for entry in entries:
        known = entry.get("source_code") in ledger.sources() and entry.get("sku")
        if not known or number(entry.get("quantity")) < 0:
            raise RestError(400, "Could not save Source Item")
    for entry in entries:
        sku, status = plain_text(entry["sku"]), entry.get("status")
        with call.shop.moving(sku, "edit"):
            ledger.put(
                sku, entry["source_code"], number(entry.get("quantity")), None if status is None else int(status)
            )
    return []


def salable_quantity(call: Call, sku: str, stock_id: str) -> Any:
    product = find_product(call, sku)
    stock = _stock(call, stock_id)
    if product.type_id in COMPOSITES:
        raise refused(NO_SOURCES)
    return call.shop.ledger.salable(product, stock)


def is_salable(call: Call, sku: str, stock_id: str) -> Any:
    product, stock = call.shop.store.product(sku), _stock(call, stock_id)
    return product is not None and call.shop.is_salable(product, stock)


def is_salable_for(call: Call, sku: str, stock_id: str, quantity: str) -> Any:
    """Whether so many can be bought now, and what speaks against it."""
    product, stock = find_product(call, sku), _stock(call, stock_id)
    reason = refusal(call.shop.ledger, product, stock, number(quantity))
    errors = [] if reason is None else [{"code": reason[0], "message": reason[1]}]
    return {"salable": reason is None, "errors": errors}


def refusal(ledger: Any, product: Product, stock: StockSource, quantity: Any) -> tuple[str, str] | None:
    """Why the shop would not sell so many: code and message; None = it would."""
    if not ledger.is_salable(product, stock):
        return "is_salable_with_reservations-no_data", "The requested sku is not assigned to given stock."
    counted = product.manage_stock and product.type_id not in COMPOSITES and not product.backorders
    if counted and ledger.salable(product, stock) < quantity:
        return "is_salable_with_reservations-not_enough_qty", "The requested qty is not available"
    return None


def are_salable(call: Call) -> Any:
    stock = _stock(call, call.argument("stockId") or "")
    shop = call.shop
    answer = []
    for sku in call.arguments("skus"):
        product = shop.store.product(sku)
        salable = product is not None and shop.is_salable(product, stock)
        answer.append({"sku": sku, "stock_id": stock.stock_id, "salable": salable})
    return answer


def export_salable(call: Call, channel: str, code: str) -> Any:
    """The criteria choose products. `total_count` counts this page; SKUs without a place in the stock are left out."""
    stock, shop = _of_channel(call, channel, code), call.shop
    criteria = call.criteria()
    products, _ = shop.store.products.search(criteria, repeats_last_page=shop.settings.repeats_last_page)
    rows = [row for row in (_exported(call, product, stock) for product in products) if row]
    return {"items": rows, "search_criteria": criteria.shown(), "total_count": len(rows)}


def _exported(call: Call, product: Product, stock: StockSource) -> dict[str, Any] | None:
    ledger = call.shop.ledger
    if product.type_id in COMPOSITES or not product.manage_stock:
        return {"sku": product.sku, "qty": ZERO, "is_salable": call.shop.is_salable(product, stock)}
    if not ledger.is_assigned(product.sku, stock):
        return None
    return {
        "sku": product.sku,
        "qty": ledger.salable(product, stock),
        "is_salable": call.shop.is_salable(product, stock),
    }


def dump_index(call: Call, channel: str, code: str) -> Any:
    """The whole index at once, reservations not subtracted."""
    stock, ledger = _of_channel(call, channel, code), call.shop.ledger
    return [
        {
            "sku": product.sku,
            "qty": None if product.type_id in COMPOSITES else ledger.indexed(product.sku, stock),
            "is_salable": call.shop.is_salable(product, stock),
        }
        for product in call.shop.store.products.rows.values()
        if product.type_id in COMPOSITES or ledger.is_assigned(product.sku, stock)
    ]


def get_stock_item(call: Call, sku: str) -> Any:
    return stock_item(call.shop, find_product(call, sku))


def source_item_json(item: SourceItem) -> dict[str, Any]:
    return {"sku": item.sku, "source_code": item.source_code, "quantity": item.quantity, "status": item.status}


def stock_json(stock: StockSource) -> dict[str, Any]:
    channels = [{"type": "website", "code": code} for code in stock.websites]
    return {"stock_id": stock.stock_id, "name": stock.name, "extension_attributes": {"sales_channels": channels}}


def _source(code: str) -> dict[str, Any]:
    name = "Default Source" if code == "default" else code.replace("_", " ").capitalize()
    return {
        "source_code": code,
        "name": name,
        "enabled": True,
        "country_id": "ES",
        "postcode": "28001",
        "use_default_carrier_config": True,
        "carrier_links": [],
    }


def _stock(call: Call, stock_id: str) -> StockSource:
    stock = call.shop.ledger.stock(whole(stock_id))
    if stock is None:
        raise RestError(404, 'Stock with id "%value" does not exist.', {"value": stock_id})
    return stock


def _of_channel(call: Call, channel: str, code: str) -> StockSource:
    stock = call.shop.ledger.stock_of_website(code) if channel == "website" else None
    if stock is None:
        raise RestError(404, "No linked stock found")
    return stock


def _table(rows: list[dict[str, Any]], types: columns.Columns, key: str = "") -> Table[dict[str, Any]]:
    """A short list that is searched like a table."""
    table: Table[dict[str, Any]] = Table(lambda row, name: row.get(name), types, key=key)
    for place, row in enumerate(rows):
        table.save(row[key] if key else place, row)
    return table


ROUTES = [
    Route("GET", "inventory/sources", "source.list", SOURCE, list_sources),
    Route("GET", "inventory/stocks", "stock.list", STOCK, list_stocks),
    Route("GET", "inventory/stocks/<stock_id>", "stock.read", STOCK, get_stock),
    Route("GET", "inventory/stock-source-links", "stock_source.list", LINK, list_links),
    Route(
        "GET",
        "inventory/get-sources-assigned-to-stock-ordered-by-priority/<stock_id>",
        "stock_source.of_stock",
        SOURCE,
        sources_of_stock,
    ),
    Route("GET", "inventory/stock-resolver/<channel>/<code>", "stock.resolve", SALES, resolve_stock),
    Route("GET", "inventory/source-items", "source_item.list", SOURCE, list_source_items),
    Route("POST", "inventory/source-items", "source_item.save", ASSIGN, save_source_items, SAVE_TOPIC),
    Route(
        "GET",
        "inventory/get-product-salable-quantity/<sku>/<stock_id>",
        "stock.salable_quantity",
        SALES,
        salable_quantity,
    ),
    Route("GET", "inventory/is-product-salable/<sku>/<stock_id>", "stock.is_salable", SALES, is_salable),
    Route(
        "GET",
        "inventory/is-product-salable-for-requested-qty/<sku>/<stock_id>/<quantity>",
        "stock.is_salable_for",
        SALES,
        is_salable_for,
    ),
    Route("GET", "inventory/are-products-salable", "stock.are_salable", SALES, are_salable),
    Route("GET", "inventory/export-stock-salable-qty/<channel>/<code>", "stock.export", STOCK, export_salable),
    Route("GET", "inventory/dump-stock-index-data/<channel>/<code>", "stock.dump", STOCK, dump_index),
    Route("GET", "stockItems/<sku>", "stock_item.read", LEGACY, get_stock_item),
]
