"""Every request we send, held against WooCommerce's own declarations."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mirakl_sync.records.shop import CommissionShape, NoticeKind
from mirakl_sync.sandbox.woocommerce.catalogue import seed
from tests.contracts import woocommerce_contract
from tests.platforms.bench_woocommerce import WooBench
from tests.platforms.drafts import WIEN, addressed, any_draft, draft

# Declared nowhere in the contract file: it covers orders, products, taxes and webhooks.
UNDECLARED = ("/wc/v3/settings/", "/wc/v3/system_status")


@pytest.fixture(scope="module")
def day():
    """A shop after a day of everything we do to it."""
    bench = WooBench({"prices_include_tax": False, "bundles_plugin": True})
    seed(bench.shop, {"sku": "SET", "price": "20.00", "bundle": [{"sku": "MUG", "pieces": 2}]})
    woo, since = bench.platform, bench.shop.now() - timedelta(seconds=2)
    woo.check()
    woo.watch("https://hooks.example/shop")
    woo.product_facts(["MUG", "TEE-S", "a,b"])
    for number in range(6):
        wanted = any_draft(number)
        order = woo.create_order(wanted, held=bool(number % 2))
        woo.release_order(order.order_id, addressed(wanted, WIEN, email="x1@relay.example"))
    for shape in CommissionShape:
        woo.cancel_order(woo.create_order(draft(shape=shape), held=True).order_id, "No longer wanted.")
    assert list(woo.read_orders([order.order_id, "999999"]))
    woo.find_order(draft().reference, since=since)
    assert list(woo.notices_since(NoticeKind.ORDER, since))
    assert list(woo.notices_since(NoticeKind.PRODUCT, since))
    assert list(woo.levels())
    yield bench.lines[0].calls
    bench.close()


def test_every_request_is_one_woocommerce_declares(day):
    contract = woocommerce_contract()
    checked = 0
    for method, path, params, json in day:
        if path == "/" or path.startswith(UNDECLARED):
            continue
        contract.check_request(method, path, _with_zone(params or {}), json)
        checked += 1
    assert checked > 50


def _with_zone(params):
    """WordPress shifts a date that names its zone; its declaration means RFC 3339 all the same (reference 99.4)."""
    return {name: f"{value}Z" if name in ("after", "modified_after") else value for name, value in params.items()}


def test_money_is_sent_as_text_and_dates_with_their_zone_named(day):
    for method, path, params, json in day:
        if method in ("POST", "PUT") and path.startswith("/wc/v3/orders") and "line_items" in (json or {}):
            amounts = [row[name] for row in json["line_items"] for name in ("total", "subtotal") if name in row]
            assert all(isinstance(amount, str) and "E" not in amount for amount in amounts)
        if {"after", "modified_after"} & set(params or {}):
            assert params["dates_are_gmt"] == "true"
