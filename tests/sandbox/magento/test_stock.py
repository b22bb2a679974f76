"""The ledger: what lies there, what is promised, what may be sold; and the phantom of directly saved orders."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mirakl_sync.sandbox.magento import settings_from
from mirakl_sync.sandbox.magento.catalogue import generate, seed
from tests.sandbox.magento.conftest import Client, entity, search

Make = Callable[..., Client]
SHIP = ("POST", "order/1/ship", {})
CANCEL = ("POST", "orders/1/cancel", None)


def numbers(client: Client) -> tuple[Any, Any]:
    """Salable and physical."""
    return client.salable("MUG-1"), client.physical("MUG-1")


@pytest.mark.parametrize(
    ("way", "after", "step", "end"),
    [
        ("orders/create", (10, 10), SHIP, (10, 8)),
        ("orders/create", (10, 10), CANCEL, (12, 10)),
        ("mirakl/orders", (8, 10), SHIP, (8, 8)),
        ("mirakl/orders", (8, 10), CANCEL, (10, 10)),
    ],
)
def test_a_direct_order_leaves_a_phantom_and_the_module_does_not(
    make_client: Make, way: str, after: tuple[int, int], step: Any, end: tuple[int, int]
) -> None:
    client = make_client(module=True)
    client.place("MKP-1", quantity=2, way=way)
    assert numbers(client) == after
    client.ok(*step)
    assert numbers(client) == end


@pytest.mark.parametrize(("steps", "salable"), [([], 8), ([SHIP], 8), ([CANCEL], 10)])
def test_the_compensation_tool_puts_direct_orders_right(client: Client, steps: list[Any], salable: int) -> None:
    client.place("MKP-1", quantity=2)
    for step in steps:
        client.ok(*step)
    assert client.control("compensate", {}) == {"written": 1}
    assert client.salable("MUG-1") == salable
    assert client.control("compensate", {}) == {"written": 0}, "it writes the difference only"


def test_the_tool_runs_by_the_clock_where_somebody_scheduled_it(make_client: Make) -> None:
    client = make_client(compensates_every=300)
    client.place("MKP-1", quantity=2)
    client.control("clock", {"advance": 299})
    assert client.salable("MUG-1") == 10
    client.control("clock", {"advance": 2})
    assert client.salable("MUG-1") == 8


def test_the_module_is_not_everywhere(client: Client) -> None:
    assert client.refused("POST", "mirakl/orders", {"entity": entity()}) == (404, "Request does not match any route.")
    assert "Mirakl_OrderImport" not in client.get("modules")


def test_the_module_answers_a_double_like_the_shop_and_reserves_nothing(make_client: Make) -> None:
    client = make_client(module=True)
    client.place("MKP-1", way="mirakl/orders")
    assert client.refused("POST", "mirakl/orders", {"entity": entity()}) == (400, "Unique constraint violation found")
    assert client.refused("POST", "mirakl/orders", {"entity": {"entity_id": 1}})[0] == 400
    assert client.salable("MUG-1") == 8


def test_orders_and_stock_do_not_move_a_products_date(client: Client) -> None:
    date = client.get("products/MUG-1")["updated_at"]
    client.control("clock", {"advance": 60})
    client.place("MKP-1")
    client.ok("POST", "inventory/source-items", {"sourceItems": [_item(3)]})
    client.ok(*SHIP)
    assert client.get("products/MUG-1")["updated_at"] == date
    client.ok("PUT", "products/MUG-1", {"product": {"price": 13}})
    assert client.get("products/MUG-1")["updated_at"] > date


def _item(quantity: int, source: str = "default") -> dict[str, Any]:
    return {"sku": "MUG-1", "source_code": source, "quantity": quantity, "status": 1}


def test_a_shipment_the_warehouse_cannot_serve_hides_its_reason(client: Client) -> None:
    client.place("MKP-1", quantity=2)
    client.control("stock", {"sku": "MUG-1", "physical": 1})
    assert client.refused(*SHIP) == (400, "Could not save a shipment, see error log for details")
    assert client.control("books")["totals"]["shipments"] == 0


@pytest.mark.parametrize(
    ("back", "shipped", "end"),
    [(True, True, (9, 9)), (False, True, (8, 8)), (True, False, (9, 10)), (False, False, (8, 9))],
)
def test_a_refund_gives_back_what_it_is_told_to(
    make_client: Make, back: bool, shipped: bool, end: tuple[int, int]
) -> None:
    client = make_client(module=True)
    client.place("MKP-1", quantity=2, way="mirakl/orders")
    client.ok("POST", "order/1/invoice", {"capture": True})
    if shipped:
        client.ok(*SHIP)
    arguments: dict[str, Any] = {"shipping_amount": 0}
    if back:
        arguments["extension_attributes"] = {"return_to_stock_items": [1]}
    client.ok("POST", "order/1/refund", {"items": [{"order_item_id": 1, "qty": 1}], "arguments": arguments})
    assert numbers(client) == end


def two_sources(make_client: Make) -> Client:
    stocks = [{"stock_id": 2, "name": "EU", "websites": ["base"], "sources": ["central", "north"]}]
    stocks.append({"stock_id": 1, "name": "Default Stock", "websites": [], "sources": ["default"]})
    client = make_client(stocks=settings_from({"stocks": stocks}).stocks)
    seed(client.shop, {"sku": "TWO", "price": 1, "sources": {"central": 3, "north": 4, "default": 50}})
    return client


def test_a_stock_adds_up_its_own_sources(make_client: Make) -> None:
    client = two_sources(make_client)
    resolved = client.get("inventory/stock-resolver/website/base")
    channel = {"sales_channels": [{"type": "website", "code": "base"}]}
    assert resolved == {"stock_id": 2, "name": "EU", "extension_attributes": channel}
    assert client.get("inventory/get-product-salable-quantity/TWO/2") == 7
    assert client.get("inventory/get-product-salable-quantity/TWO/1") == 50
    codes = client.get("inventory/get-sources-assigned-to-stock-ordered-by-priority/2")
    assert [source["source_code"] for source in codes] == ["central", "north"]
    links = client.find("inventory/stock-source-links", ("stock_id", 2, "eq"))["items"]
    assert [(link["source_code"], link["priority"]) for link in links] == [("central", 1), ("north", 2)]
    assert client.find("inventory/sources")["total_count"] == 3
    assert client.get("inventory/stocks")["total_count"] == 2
    assert client.refused("GET", "inventory/stock-resolver/website/nowhere")[0] == 404


def test_with_several_sources_a_shipment_must_name_one(make_client: Make) -> None:
    client = two_sources(make_client)
    number = client.shop.store.product("TWO").id
    item = {"sku": "TWO", "product_id": number, "product_type": "simple", "qty_ordered": 2}
    client.place("MKP-1", items=[item])
    assert client.refused(*SHIP)[0] == 400
    north = {"arguments": {"extension_attributes": {"source_code": "north"}}}
    client.ok("POST", "order/1/ship", north)
    assert client.get("shipment/1")["extension_attributes"] == {"source_code": "north"}
    rows = client.find("inventory/source-items", ("sku", "TWO", "eq"), sort=[("source_code", "ASC")])["items"]
    assert [(row["source_code"], row["quantity"]) for row in rows] == [("central", 3), ("default", 50), ("north", 2)]


def test_the_export_counts_its_page_and_leaves_strangers_out(make_client: Make) -> None:
    client = two_sources(make_client)
    seed(client.shop, {"sku": "ELSEWHERE", "sources": {"default": 5}})
    seed(client.shop, {"sku": "PARENT", "type": "configurable", "children": ["TWO"], "quantity": None})
    answer = client.find("inventory/export-stock-salable-qty/website/base", size=2, page=2, sort=[("entity_id", "ASC")])
    assert answer["items"] == [{"sku": "TWO", "qty": 7, "is_salable": True}], "the other one lies in another stock"
    assert answer["total_count"] == 1, "of this page, not of all"
    chosen = client.find("inventory/export-stock-salable-qty/website/base", ("sku", "TWO,ELSEWHERE,PARENT", "in"))
    assert chosen["items"] == [
        {"sku": "TWO", "qty": 7, "is_salable": True},
        {"sku": "PARENT", "qty": 0, "is_salable": True},
    ]
    assert client.refused("GET", "inventory/get-product-salable-quantity/PARENT/2") == (
        400,
        "Can't check requested quantity for products without Source Items support.",
    )
    assert client.refused("GET", "inventory/get-product-salable-quantity/NOPE/2")[0] == 404


def test_the_index_dump_knows_no_reservations(make_client: Make) -> None:
    client = make_client(module=True)
    client.place("MKP-1", quantity=2, way="mirakl/orders")
    dump = client.get("inventory/dump-stock-index-data/website/base")
    assert dump == [{"sku": "MUG-1", "qty": 10, "is_salable": True}]


@pytest.mark.parametrize(
    ("goods", "salable", "flag"),
    [
        ({"quantity": 5}, 5, True),
        ({"quantity": 5, "min_qty": 2}, 3, True),
        ({"quantity": 2, "min_qty": 2}, 0, False),
        ({"quantity": 0}, 0, False),
        ({"quantity": 0, "backorders": 1}, 0, True),
        ({"quantity": 5, "status": "draft"}, 0, False),
    ],
)
def test_the_salable_quantity_by_rule(client: Client, goods: dict[str, Any], salable: int, flag: bool) -> None:
    seed(client.shop, {"sku": "X", "price": 1, **goods})
    if goods.get("backorders"):
        client.ok("POST", "inventory/source-items", {"sourceItems": [{**_item(0), "sku": "X"}]})
    assert client.salable("X") == salable
    assert client.get("inventory/is-product-salable/X/1") is flag
    skus = "inventory/are-products-salable?skus%5B0%5D=X&skus%5B1%5D=NOPE&stockId=1"
    assert client.get(skus) == [
        {"sku": "X", "stock_id": 1, "salable": flag},
        {"sku": "NOPE", "stock_id": 1, "salable": False},
    ]


def test_whether_so_many_can_be_bought(client: Client) -> None:
    assert client.get("inventory/is-product-salable-for-requested-qty/MUG-1/1/10") == {"salable": True, "errors": []}
    answer = client.get("inventory/is-product-salable-for-requested-qty/MUG-1/1/11")
    assert (answer["salable"], answer["errors"][0]["message"]) == (False, "The requested qty is not available")


def test_a_write_to_a_strange_source_changes_nothing(client: Client) -> None:
    body = {"sourceItems": [_item(99), _item(-1, "nosource")]}
    assert client.refused("POST", "inventory/source-items", body) == (400, "Could not save Source Item")
    assert client.physical("MUG-1") == 10
    assert client.ok("POST", "inventory/source-items", {"sourceItems": [_item(25)]}) == []
    assert numbers(client) == (25, 25)


def test_a_catalogue_is_walked_by_pages_and_prices_come_by_sku(client: Client) -> None:
    generate(client.shop, {"count": 25, "prefix": "GEN", "quantity": 3, "price": "4.50"})
    seen: list[str] = []
    for page in (1, 2, 3):
        answer = client.find("products", ("sku", "GEN-%", "like"), size=10, page=page, sort=[("entity_id", "ASC")])
        seen += [row["sku"] for row in answer["items"]]
    assert (len(set(seen)), answer["total_count"]) == (25, 25)
    prices = client.ok("POST", "products/base-prices-information", {"skus": ["MUG-1", "GEN-000001"]})
    assert prices == [{"price": 10, "store_id": 0, "sku": "MUG-1"}, {"price": 4.5, "store_id": 0, "sku": "GEN-000001"}]
    assert client.refused("POST", "products/base-prices-information", {"skus": ["MUG-1", "NOPE"]})[0] == 400
    assert client.get("stockItems/MUG-1")["qty"] == 10


def test_a_configurable_knows_its_children(client: Client) -> None:
    parent = {"sku": "TEE", "type": "configurable", "children": ["MUG-1"], "attributes": {"brand": "Nord"}}
    seed(client.shop, {**parent, "quantity": None})
    assert [row["sku"] for row in client.get("configurable-products/TEE/children")] == ["MUG-1"]
    assert client.get("products/TEE")["extension_attributes"]["configurable_product_links"] == [1]
    assert client.find("products", ("brand", "nord", "eq"))["total_count"] == 1
    assert client.get("inventory/is-product-salable/TEE/1") is True
    client.control("stock", {"sku": "MUG-1", "quantity": 0})
    assert client.get("inventory/is-product-salable/TEE/1") is False, "none of its children is for sale"
    unknown = f"products?{search(('zz', 1, 'eq'))}"
    assert client.refused("GET", unknown) == (400, "Invalid attribute name: %1")
