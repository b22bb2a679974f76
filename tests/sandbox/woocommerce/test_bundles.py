"""The plugin Product Bundles: its fields, and what a bundle does to its pieces."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.sandbox.woocommerce.conftest import Client

SET = {"sku": "SET", "price": "20.00", "bundle": [{"sku": "MUG-1", "pieces": 2}, {"sku": "LID", "pieces": 1}]}


@pytest.fixture
def shop(make_client: Callable[..., Client]) -> Client:
    client = make_client(bundles_plugin=True)
    client.control("products", {"products": [{"sku": "LID", "price": "1.00", "stock": 9}, SET]})
    return client


def told(client: Client, sku: str = "SET") -> dict[str, Any]:
    return client.get(f"products?sku={sku}")[0]


def test_a_bundle_tells_what_it_holds_and_how_many_there_are(shop: Client) -> None:
    bundle, mug = told(shop), told(shop, "MUG-1")
    assert (bundle["type"], bundle["manage_stock"], bundle["stock_quantity"]) == ("bundle", False, None)
    assert (bundle["bundle_stock_status"], bundle["bundle_stock_quantity"]) == ("instock", 5)
    held = [(item["product_id"], item["quantity_min"], item["quantity_max"]) for item in bundle["bundled_items"]]
    assert held == [(mug["id"], 2, 2), (told(shop, "LID")["id"], 1, 1)]
    assert (mug["bundled_by"], mug["bundled_items"]) == ([bundle["id"]], [])


def test_a_shop_without_the_plugin_has_none_of_its_fields(client: Client) -> None:
    assert not [name for name in told(client, "MUG-1") if name.startswith("bundle")]
    assert client.flask.post("/_sandbox/products", json={"products": [SET]}).status_code == 400


def test_selling_a_bundle_here_takes_its_pieces_and_leaves_its_date(shop: Client) -> None:
    before = told(shop)["date_modified_gmt"]
    shop.control("clock", {"advance": 5})
    assert shop.control("sell", {"sku": "SET", "quantity": 2})["sold"]
    assert (shop.stock("MUG-1"), shop.stock("LID"), told(shop)["bundle_stock_quantity"]) == (6, 7, 3)
    assert told(shop)["date_modified_gmt"] == before


def test_a_bundle_is_sold_out_with_the_scarcest_of_its_pieces(shop: Client) -> None:
    shop.control("stock", {"sku": "MUG-1", "quantity": 1})
    assert (told(shop)["bundle_stock_status"], told(shop)["bundle_stock_quantity"]) == ("insufficientstock", 0)
    assert told(shop)["bundled_items"][0]["stock_status"] == "out_of_stock"
    assert shop.control("sell", {"sku": "SET"}) == {"sold": False, "turned_away": 1, "available": 0}


def test_a_bundle_ordered_by_rest_takes_none_of_its_pieces(shop: Client) -> None:
    """The plugin adds them only where the line carries a configuration; nobody who sends a plain line gets them."""
    shop.post("orders", {"line_items": [{"sku": "SET", "quantity": 2}], "status": "processing"})
    assert (shop.stock("MUG-1"), shop.stock("LID")) == (10, 9)


def test_optional_pieces_and_open_quantities_are_told_as_they_are(shop: Client) -> None:
    pieces = [{"sku": "MUG-1", "least": 1, "most": None}, {"sku": "LID", "pieces": 1, "optional": True}]
    shop.control("products", {"products": [{"sku": "BOX", "price": "9.00", "bundle": pieces, "bundle_min_size": 3}]})
    box = told(shop, "BOX")
    assert [(item["quantity_max"], item["optional"]) for item in box["bundled_items"]] == [("", False), (1, True)]
    assert (box["bundle_min_size"], box["bundle_stock_quantity"]) == (3, 10)
