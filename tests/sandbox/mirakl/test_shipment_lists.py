"""ST11 and ST12: the shipments of a shop and what is to ship, page by page."""

from __future__ import annotations

import pytest

LINES = [{"sku": "SKU-1", "quantity": 3}]


@pytest.fixture
def market(market_with):
    return market_with(multi_shipment=True)


def ship(market, order_id, **more):
    line = {"order_line_id": f"{order_id}-1", "quantity": 1}
    wish = {"order_id": order_id, "shipment_lines": [line], **more}
    (made,) = market.call("POST", "/api/shipments", {"shipments": [wish]}).json["shipment_success"]
    return made["id"]


def shipments(market, **query):
    return [one["id"] for one in market.get("/api/shipments", **query).json["data"]]


def to_ship(market, **query):
    return [one["order_id"] for one in market.get("/api/shipments/items_to_ship", **query).json["data"]]


def pages(market, path, **query):
    """The ids of page after page, and the tokens on the way."""
    found, answer = [], market.get(path, **query).json
    while True:
        found.append([one.get("id", one["order_id"]) for one in answer["data"]])
        if "next_page_token" not in answer:
            return found
        answer = market.get(path, page_token=answer["next_page_token"]).json


@pytest.fixture
def five(market):
    """Shipments of five orders, a minute apart."""
    made = []
    for _ in range(5):
        made.append(ship(market, market.place(state="SHIPPING", lines=LINES)))
        market.advance(60)
    return made


def test_ten_at_a_time_unless_asked_and_a_hundred_at_most(market):
    order_ids = [market.place(state="SHIPPING", lines=LINES) for _ in range(12)]
    for order_id in order_ids:
        ship(market, order_id)
    assert (len(shipments(market)), len(shipments(market, limit=100))) == (10, 12)
    assert (len(to_ship(market)), len(to_ship(market, limit=11))) == (10, 11)
    for path in ("/api/shipments", "/api/shipments/items_to_ship"):
        for limit in ("101", "0", "many"):
            assert market.get(path, limit=limit).status_code == 400


@pytest.mark.parametrize("path", ["/api/shipments", "/api/shipments/items_to_ship"])
def test_pages_hold_everything_once_and_the_last_has_no_token(market, five, path):
    assert [len(page) for page in pages(market, path, limit=2)] == [2, 2, 1]
    assert len({one for page in pages(market, path, limit=2) for one in page}) == 5
    assert [len(page) for page in pages(market, path, limit=5)] == [5]


def test_either_way_round_and_back(market, five):
    assert pages(market, "/api/shipments", limit=3) == [five[:3], five[3:]]
    assert pages(market, "/api/shipments", limit=3, sort="dateCreated,DESC") == [five[:1:-1], five[1::-1]]
    first = market.get("/api/shipments", limit=2).json
    assert "previous_page_token" not in first
    second = market.get("/api/shipments", page_token=first["next_page_token"]).json
    back = market.get("/api/shipments", page_token=second["previous_page_token"]).json
    assert [one["id"] for one in back["data"]] == five[:2]
    assert market.get("/api/shipments", sort="dateShipped").status_code == 400


def test_the_token_freezes_the_question(market, five):
    token = market.get("/api/shipments", limit=2, shipment_state_code="SHIPPING").json["next_page_token"]
    ignored = {"limit": "many", "shipment_state_code": "NONSENSE", "order_id": "NOPE", "sort": "dateCreated,DESC"}
    assert shipments(market, page_token=token, **ignored) == five[2:4]


def test_pages_stay_in_place_while_shipments_come_and_go(market, five):
    token = market.get("/api/shipments", limit=2).json["next_page_token"]
    market.put("/api/shipments/delete", {"shipments": [{"id": five[0]}, {"id": five[1]}]})
    newest = ship(market, market.place(state="SHIPPING", lines=LINES))
    assert shipments(market, page_token=token) == five[2:4]
    assert shipments(market, limit=100) == [*five[2:], newest]


@pytest.mark.parametrize("token", ["nonsense", "", "bnVsbA", "{}", "W10"])
def test_a_token_of_ones_own_making_is_refused(market, token):
    assert market.get("/api/shipments", page_token=token).status_code == 400


def test_a_token_belongs_to_one_list(market, five):
    token = market.get("/api/shipments", limit=2).json["next_page_token"]
    assert market.get("/api/shipments/items_to_ship", page_token=token).status_code == 400


def test_shipments_of_some_orders(market, five):
    answer = market.get("/api/shipments").json["data"]
    wanted = [answer[1]["order_id"], answer[3]["order_id"], "NOPE"]
    assert shipments(market, order_id=wanted) == [five[1], five[3]]
    too_many = market.get("/api/shipments", order_id=["X"] * 101)
    assert too_many.json["message"] == "The limit of 100 is exceeded for the parameter : order_id"


def test_shipments_in_some_states(market, five):
    order_id = market.place(state="SHIPPING", lines=LINES, shipping_type_code="LET", workflow="PAY_ON_SHIPMENT")
    shipped = ship(market, order_id, shipped=True)
    assert shipments(market, shipment_state_code="SHIPMENT_PREPARED") == [shipped]
    assert shipments(market, shipment_state_code=["SHIPPING", "SHIPMENT_PREPARED"]) == [*five, shipped]
    assert shipments(market, shipment_customer_debit_state_code="WAITING_DEBIT_CONFIRMATION") == [shipped]
    for name in ("shipment_state_code", "shipment_customer_debit_state_code"):
        assert market.get("/api/shipments", **{name: "SOMETHING"}).status_code == 400


def test_shipments_by_their_last_change(market, five):
    moments = [f"2026-11-18T09:{minute:02}:40Z" for minute in range(6, 12)]
    assert shipments(market, last_updated_from=moments[3]) == five[3:]
    assert shipments(market, last_updated_to=moments[1]) == five[:2]
    tracking = {"carrier_code": "UPS", "tracking_number": "1"}
    market.call("POST", "/api/shipments/tracking", {"shipments": [{"id": five[0], "tracking": tracking}]})
    assert shipments(market, last_updated_from=moments[3]) == [five[0], *five[3:]]
    assert shipments(market, last_updated_to=moments[1]) == [five[1]]
    assert market.get("/api/shipments", last_updated_from="yesterday").status_code == 400


@pytest.mark.parametrize("path", ["/api/shipments", "/api/shipments/items_to_ship"])
def test_each_shop_sees_its_own(market_with, path):
    keys = [{"secret": "both", "shop_ids": [1, 2]}]
    market = market_with(multi_shipment=True, shops=[{"shop_id": 1}, {"shop_id": 2}], keys=keys)
    order_id = market.place(state="SHIPPING", shop_id=1, lines=LINES)
    ship(market, order_id)
    found = [market.get(path, shop_id=shop, order_id=order_id).json["data"] for shop in (1, 2)]
    assert [len(one) for one in found] == [1, 0]


def test_what_is_to_ship_is_what_is_in_no_shipment_yet(market):
    lines = [{"sku": "SKU-1", "quantity": 3}, {"sku": "SKU-2"}]
    order_id = market.place(lines=lines, workflow="PAY_ON_DUE_DATE")
    assert to_ship(market) == []
    market.answer(order_id, True, False)
    (item,) = market.get("/api/shipments/items_to_ship").json["data"]
    assert [(line["order_line_id"], line["quantity"]) for line in item["shipment_lines"]] == [(f"{order_id}-1", 3)]
    assert (item["shipping_date"], item["shipping_deadline"]) == ("2026-11-18T09:06:40Z", "2026-11-20T09:06:40Z")
    assert (item["shipping_type_code"], item["fulfillment"]["center"]["code"]) == ("STD", "DEFAULT")
    assert item["shipping_address"]["country_iso_code"]
    ship(market, order_id)
    assert market.get("/api/shipments/items_to_ship").json["data"][0]["shipment_lines"][0]["quantity"] == 2
    for _ in range(2):
        ship(market, order_id)
    assert to_ship(market) == []


def test_the_work_list_can_be_narrowed(market):
    first = market.place(state="SHIPPING", lines=LINES)
    market.advance(60)
    second = market.place(state="SHIPPING", lines=LINES, fulfillment_center="CENTRAL")
    assert to_ship(market) == [first, second]
    waiting = market.place(state="WAITING_ACCEPTANCE", lines=LINES)
    assert to_ship(market, order_id=[second, "NOPE", waiting]) == [second]
    assert to_ship(market, fulfillment_center_code="DEFAULT") == [first]
    assert to_ship(market, shipping_date_from="2026-11-18T09:07:00Z") == [second]
    assert to_ship(market, shipping_date_to="2026-11-18T09:07:00Z") == [first]


def test_the_work_list_runs_by_the_moment_of_entering_shipping(market):
    late = market.place(lines=LINES, workflow="PAY_ON_DUE_DATE")
    early = market.place(state="SHIPPING", lines=LINES)
    market.advance(60)
    market.answer(late, True)
    assert to_ship(market) == [early, late]
    assert to_ship(market, sort="shippingDate,DESC") == [late, early]
