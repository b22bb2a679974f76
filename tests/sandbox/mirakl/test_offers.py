"""OF21 and OF22: what a shop offers, as it is shown."""

from __future__ import annotations

import pytest

TWO_SHOPS = [
    {"shop_id": 1, "offers": [{"sku": "TEA", "quantity": 3}]},
    {"shop_id": 2, "offers": [{"sku": "TEA", "quantity": 7}]},
]


def skus(answer):
    assert answer.status_code == 200, answer.text
    return [offer["shop_sku"] for offer in answer.json["offers"]]


def test_offers_come_ten_at_a_time_with_links_and_the_whole_count(market):
    market.control("offers", offers=[{"sku": f"X-{number:02}", "price": 1, "quantity": 1} for number in range(12)])
    first = market.get("/api/offers")
    assert (len(first.json["offers"]), first.json["total_count"]) == (10, 20)
    assert 'offset=10>; rel="next"' in first.headers["Link"]
    assert len(market.get("/api/offers", max=100, offset=15).json["offers"]) == 5
    assert market.get("/api/offers", max=101).status_code == 400


def test_cheapest_first_unless_asked_otherwise(market_with):
    offers = [{"sku": "B", "price": 2, "title": "Apple"}, {"sku": "A", "price": 1, "title": "Zebra"}]
    market = market_with(shops=[{"shop_id": 1, "offers": offers}])
    assert skus(market.get("/api/offers")) == ["A", "B"]
    assert skus(market.get("/api/offers", order="desc")) == ["B", "A"]
    assert skus(market.get("/api/offers", sort="productTitle")) == ["B", "A"]
    market.control("offers", offers=[{"sku": "B", "price": "0.5"}])
    assert skus(market.get("/api/offers")) == ["B", "A"]
    assert market.get("/api/offers", sort="quantity").status_code == 400


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"sku": "TEA"}, ["TEA"]),
        ({"sku": "te"}, []),
        ({"product_id": "P-CUP"}, ["CUP"]),
        ({"product_id": "EAN-1"}, ["POT"]),
        ({"offer_state_codes": "1,2"}, ["POT"]),
        ({"offer_state_codes": "11"}, ["TEA", "CUP"]),
        ({"favorite": "true"}, ["CUP"]),
        ({"favorite": "false"}, ["TEA", "CUP", "POT"]),
        ({"sku": "TEA", "favorite": "true"}, []),
    ],
)
def test_the_filters(market_with, query, expected):
    offers = [
        {"sku": "TEA", "quantity": 1},
        {"sku": "CUP", "favorite_rank": 1},
        {"sku": "POT", "state_code": "1", "product": "EAN-1"},
    ]
    market = market_with(shops=[{"shop_id": 1, "offers": offers}])
    assert skus(market.get("/api/offers", **query)) == expected


def test_an_offer_that_cannot_be_bought_says_why(market):
    market.push("SKU-1;0;;")
    (empty,) = market.get("/api/offers", sku="SKU-1").json["offers"]
    (there,) = market.get("/api/offers", sku="SKU-2").json["offers"]
    assert (empty["active"], empty["quantity"], empty["inactivity_reasons"]) == (False, 0, ["ZERO_QUANTITY"])
    assert (there["active"], there["quantity"]) == (True, 50)
    assert "inactivity_reasons" not in there


def test_one_offer_by_its_id_and_only_of_the_own_shop(market_with):
    keys = [{"secret": "both", "shop_ids": [1, 2]}]
    market = market_with(shops=TWO_SHOPS, keys=keys)
    (offer,) = market.get("/api/offers", shop_id=2).json["offers"]
    assert market.get(f"/api/offers/{offer['offer_id']}", shop_id=2).json == offer
    for path in (f"/api/offers/{offer['offer_id']}", "/api/offers/99", "/api/offers/TEA"):
        assert market.get(path, shop_id=1).status_code == 404


def test_more_sold_than_there_was_shows_as_nothing(market):
    market.place(lines=[{"sku": "SKU-1", "quantity": 53}])
    (offer,) = market.get("/api/offers", sku="SKU-1").json["offers"]
    assert (offer["quantity"], market.stock("SKU-1")) == (0, -3)
