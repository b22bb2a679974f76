"""What the operator and others do about shipping, by remote control."""

from __future__ import annotations

import pytest

UPS = {"carrier_code": "UPS", "tracking_number": "1Z999"}
LINES = [{"sku": "SKU-1", "quantity": 2}]


def tell(market, order_id, body):
    return market.put(f"/api/orders/{order_id}/tracking", body)


def test_a_carrier_can_be_taken_off_the_list_and_a_new_list_put_in_its_place(market):
    order_id = market.place(state="SHIPPING")
    assert tell(market, order_id, UPS).status_code == 204
    left = market.control("carriers", remove="UPS").json["carriers"]
    assert left == market.get("/api/shipping/carriers").json["carriers"]
    assert [carrier["code"] for carrier in left] == ["DHL", "COL", "PICKUP"]
    assert tell(market, order_id, UPS).json["message"] == "The carrier with code 'UPS' does not exist"
    carriers = [{"code": "GLS", "label": "GLS", "tracking_url": "https://gls.example/{trackingId}"}, {"code": "OWN"}]
    assert market.control("carriers", carriers=carriers).json["carriers"] == [
        {**carriers[0], "standard_code": None},
        {"code": "OWN", "label": "OWN", "standard_code": None, "tracking_url": None},
    ]
    assert tell(market, order_id, {"carrier_code": "GLS", "tracking_number": "5"}).status_code == 204
    assert market.order(order_id)["shipping_tracking_url"] == "https://gls.example/5"


def test_a_plan_brings_its_own_carriers_and_shipping_types(market_with):
    types = [{"code": "EXP", "label": "Express", "mandatory_tracking": True}, {"code": "ECO"}]
    market = market_with(carriers=[{"code": "GLS"}], shipping_types=types)
    assert [one["code"] for one in market.get("/api/shipping/carriers").json["carriers"]] == ["GLS"]
    shown = market.get("/api/shipping/types").json["shipping_types"]
    assert [(one["code"], one["mandatory_tracking"]) for one in shown] == [("EXP", True), ("ECO", False)]
    assert market.get("/api/account").json["shipping_types"] == ["EXP", "ECO"]
    usual, asked = market.place(), market.place(shipping_type_code="ECO")
    assert [market.order(one)["shipping_type_code"] for one in (usual, asked)] == ["EXP", "ECO"]
    assert market.control("orders", shipping_type_code="STD").status_code == 400


def test_shipping_types_can_change_under_way(market):
    order_id = market.place(state="SHIPPING")
    market.order(order_id)
    market.control("shipping-types", shipping_types=[{"code": "STD", "label": "Normal"}])
    assert market.order(order_id)["shipping_type_label"] == "Normal"
    assert market.put(f"/api/orders/{order_id}/ship").status_code == 204
    market.control("shipping-types", shipping_types=[{"code": "NEW"}])
    order = market.order(order_id)
    assert (order["shipping_type_code"], order["shipping_type_label"]) == ("STD", "STD")


def test_features_of_pc01_can_be_switched(market):
    assert market.get("/api/shipments").status_code == 404
    answer = market.control("features", multi_shipment=True, disable_seller_alternative_carrier=True)
    assert answer.json == {"multi_shipment": True, "disable_seller_alternative_carrier": True}
    features = market.get("/api/platform/configuration").json["features"]
    assert (features["shipment"]["multi_shipment"], features["disable_seller_alternative_carrier"]) == (True, True)
    assert market.get("/api/shipments").status_code == 200
    order_id = market.place(state="SHIPPING")
    assert tell(market, order_id, {"carrier_name": "Ada"}).status_code == 400
    market.control("features", disable_seller_alternative_carrier=False)
    assert tell(market, order_id, {"carrier_name": "Ada"}).status_code == 204


@pytest.mark.parametrize(
    ("path", "sent"),
    [
        ("features", {"magic": True}),
        ("features", {"multi_shipment": "yes"}),
        ("carriers", {"carriers": [{"label": "GLS"}]}),
        ("carriers", {"carriers": [{"code": "GLS", "colour": "red"}]}),
        ("shipping-types", {"shipping_types": []}),
        ("shipping-types", {}),
    ],
)
def test_what_control_does_not_understand_is_refused(market, path, sent):
    assert market.control(path, **sent).status_code == 400


def test_somebody_may_ship_in_the_portal_with_or_without_tracking(market):
    plain, tracked = market.place(state="SHIPPING"), market.place(state="SHIPPING")
    assert market.act(plain, "ship").status_code == 200
    assert market.control(f"orders/{tracked}/ship", tracking=UPS).json["state"] == "SHIPPED"
    assert market.order(tracked)["shipping_tracking"] == "1Z999"
    assert [market.booked(one)["shipped_by"] for one in (plain, tracked)] == ["portal", "portal"]
    assert [one["by"] for one in market.booked(tracked)["trackings"]] == ["portal"]
    totals = market.client.get("/_sandbox/books?summary=1").json["totals"]
    assert (totals["shipped_by"], totals["ship_calls"], totals["trackings"]) == ({"portal": 2}, 0, 0)


def test_the_portal_ships_what_is_left_of_an_order(market_with):
    market = market_with(multi_shipment=True)
    order_id = market.place(state="SHIPPING", lines=LINES)
    wish = {"order_id": order_id, "shipment_lines": [{"order_line_id": f"{order_id}-1", "quantity": 1}]}
    market.call("POST", "/api/shipments", {"shipments": [{**wish, "tracking": UPS, "shipped": True}]})
    market.act(order_id, "ship")
    booked = market.booked(order_id)
    assert (booked["state"], booked["shipped_by"]) == ("SHIPPED", "portal")
    assert [one["shipped_by"] for one in booked["shipments"]] == ["shop", "portal"]
    late = market.call("POST", "/api/shipments", {"shipments": [{**wish, "tracking": UPS, "shipped": True}]})
    assert late.json["shipment_errors"][0]["message"] == "The order status must be 'SHIPPING' but it is 'SHIPPED'."


def test_a_carrier_it_does_not_know_is_refused_in_the_portal_too(market):
    order_id = market.place(state="SHIPPING")
    answer = market.control(f"orders/{order_id}/ship", tracking={"carrier_code": "X"})
    assert (answer.status_code, market.order(order_id)["order_state"]) == (400, "SHIPPING")


def test_what_is_too_early_in_the_portal_leaves_no_trace(market):
    order_id = market.place()
    assert market.control(f"orders/{order_id}/ship", tracking=UPS).status_code == 409
    assert market.booked(order_id)["trackings"] == []


def test_a_shipment_follows_its_order(market_with):
    market = market_with(multi_shipment=True)
    order_id = market.place(state="SHIPPED", lines=LINES)
    states = []
    for action in ("receive", "close"):
        market.act(order_id, action)
        states.append(market.get("/api/shipments", order_id=order_id).json["data"][0]["status"])
    assert states == ["RECEIVED", "CLOSED"]


def test_paying_by_control_pays_what_is_prepared(market_with):
    market = market_with(multi_shipment=True)
    options = {"workflow": "PAY_ON_SHIPMENT", "payment": "never", "shipping_type_code": "LET"}
    order_id = market.place(state="SHIPPING", lines=LINES, **options)
    market.put(f"/api/orders/{order_id}/ship")
    assert market.order(order_id)["order_state"] == "SHIPPING"
    market.act(order_id, "pay")
    assert market.order(order_id)["order_state"] == "SHIPPED"
    assert market.get("/api/shipments").json["data"][0]["status_customer_debit"] == "DEBIT_OK"


def test_what_the_carrier_found_out_can_be_set(market_with):
    market = market_with(multi_shipment=True)
    market.place(state="SHIPPED", lines=LINES)
    (shipment,) = market.get("/api/shipments").json["data"]
    market.advance(60)
    path = f"shipments/{shipment['id']}/validity"
    assert market.control(path, validity="INVALID").status_code == 200
    (shown,) = market.get("/api/shipments", last_updated_from="2026-11-18T09:07:00Z").json["data"]
    assert shown["tracking"]["validity_status"] == "INVALID"
    assert market.control(path, validity="LOVELY").status_code == 400
    assert market.control("shipments/NOPE/validity", validity="INVALID").status_code == 404


def test_a_reset_drops_shipments_and_keeps_the_operators_decisions(market):
    market.control("features", multi_shipment=True)
    market.control("carriers", remove="UPS")
    market.place(state="SHIPPED", lines=LINES)
    market.client.post("/_sandbox/reset")
    assert market.get("/api/shipments").json["data"] == []
    assert "UPS" not in [one["code"] for one in market.get("/api/shipping/carriers").json["carriers"]]
