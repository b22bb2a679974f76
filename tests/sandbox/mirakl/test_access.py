"""Who may call, and how the marketplace says no."""

from __future__ import annotations

import pytest


@pytest.fixture
def two_shops(market_with):
    return market_with(
        shops=[{"shop_id": 1}, {"shop_id": 2}],
        keys=[
            {"secret": "admin", "shop_ids": [1]},
            {"secret": "reader", "shop_ids": [1], "roles": ["ROLE_PARTNER_ORDER_READ"]},
            {"secret": "books", "shop_ids": [1], "roles": ["ROLE_SHOP_ACCOUNTANCY"]},
        ],
    )


@pytest.mark.parametrize(
    ("key", "path", "query", "status"),
    [
        ("admin", "/api/orders", {}, 200),
        ("admin", "/api/orders", {"shop_id": 1}, 200),
        ("admin", "/api/orders", {"shop_id": 2}, 403),
        ("admin", "/api/orders", {"shop_id": 9}, 404),
        ("admin", "/api/orders", {"shop_id": "x"}, 404),
        ("", "/api/orders", {}, 401),
        ("Bearer admin", "/api/orders", {}, 401),
        ("reader", "/api/orders", {}, 200),
        ("reader", "/api/platform/configuration", {}, 403),
        ("books", "/api/orders", {}, 403),
        ("", "/api/version", {}, 200),
        ("admin", "/api/shipments", {}, 404),
        ("admin", "/nowhere", {}, 404),
    ],
)
def test_key_role_and_shop_decide(two_shops, key, path, query, status):
    answer = two_shops.call("GET", path, key=key, **query)
    assert answer.status_code == status
    if status >= 400:
        assert answer.json["status"] == status
        assert answer.json["message"]


def test_a_wrong_method_is_405_in_json(market):
    answer = market.call("DELETE", "/api/orders")
    assert (answer.status_code, answer.json["status"]) == (405, 405)


def test_a_key_can_be_replaced_and_the_old_one_is_401(market):
    old = market.key
    fresh = market.control("keys", revoke=old).json["key"]
    assert market.call("GET", "/api/orders", key=old).status_code == 401
    assert market.call("GET", "/api/orders", key=fresh).status_code == 200


def test_reset_keeps_offers_and_keys_and_drops_orders_and_numbers(market):
    first = market.place()
    market.control("offers", offers=[{"sku": "NEW-1", "price": 5, "quantity": 3}])
    assert market.client.post("/_sandbox/reset").status_code == 200
    assert market.get("/api/orders").json["total_count"] == 0
    assert market.stock("NEW-1") == 3
    assert market.place() == first


@pytest.mark.parametrize(
    "options",
    [
        {"colour": "red"},
        {"payment": "perhaps"},
        {"state": "SWIMMING"},
        {"shop_id": 77},
        {"broken": "vase"},
        {"lines": [{"quantity": 1}]},
        {"lines": [{"sku": "A", "quantity": 0}]},
        {"lines": [{"sku": "A", "price_unit": "much"}]},
    ],
)
def test_an_order_that_cannot_be_placed_is_400_with_the_reason(market, options):
    answer = market.control("orders", **options)
    assert answer.status_code == 400
    assert answer.json["message"]
    assert len(market.tenant.orders) == 0


def test_the_same_seed_places_the_same_orders(market_with):
    def basket(seed):
        market = market_with(seed=seed)
        market.control("orders", count=20)
        return market.get("/api/orders", max=100).json["orders"]

    assert basket(3) == basket(3)
    assert basket(3) != basket(4)


def test_random_orders_are_as_varied_as_real_ones(market_with):
    market = market_with(duplicate_sku_chance=0.2)
    market.control("orders", count=100, state="SHIPPING")
    orders = market.get("/api/orders", max=100).json["orders"]
    assert {len(order["order_lines"]) for order in orders} >= {1, 2, 3, 4}
    countries = {order["customer"]["shipping_address"]["country_iso_code"] for order in orders}
    assert countries == {"FRA", "DEU", "ESP", "NLD", "ITA", "POL"}
    assert {order["customer"]["shipping_address"]["phone"] is None for order in orders} == {True, False}
    assert {order["created_date"].count(".") for order in orders} <= {0, 1}
    assert all(order["customer_notification_email"].endswith("@notification.mirakl.example") for order in orders)
    skus = [[line["offer_sku"] for line in order["order_lines"]] for order in orders]
    assert any(len(set(some)) < len(some) for some in skus)
