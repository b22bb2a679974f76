"""What the sandbox answers is what the published seller API says it answers."""

from __future__ import annotations

import json

import pytest

from tests.contracts import SHARED, mirakl_contract

LISTS = [
    "/api/account",
    "/api/platform/configuration",
    "/api/shipping/zones",
    "/api/shipping/types",
    "/api/shipping/carriers",
    "/api/reasons",
    "/api/additional_fields?entities=ORDER,ORDER_LINE",
    "/api/channels",
    "/api/currencies",
    "/api/locales",
    "/api/offers/states",
    "/api/orders/taxes",
]


@pytest.fixture(scope="module")
def contract():
    return mirakl_contract()


@pytest.fixture
def judged(market_with, contract):
    """Sends a call and lets the contract judge both ways; answers the response."""

    def open_judged(**settings):
        market = market_with(**settings)

        def send(method, url, body=None, valid=True, **query):
            if valid:
                contract.check_request(method, url, {key: str(value) for key, value in query.items()}, body)
            answer = market.call(method, url, body, **query)
            contract.check_response(method, url, answer.status_code, answer.get_json(silent=True))
            return answer

        return market, send

    return open_judged


@pytest.mark.parametrize("url", LISTS)
def test_configuration_and_lists(judged, url):
    _, send = judged()
    assert send("GET", url).status_code == 200


@pytest.mark.parametrize("mode", ["TAX_INCLUDED", "TAX_EXCLUDED"])
def test_orders_of_every_state_and_workflow(judged, mode):
    market, send = judged(duplicate_sku_chance=0.3, promotion_chance=0.5)
    for state in ("STAGING", "WAITING_ACCEPTANCE", "WAITING_DEBIT_PAYMENT", "SHIPPED", "CLOSED", "REFUSED"):
        market.control("orders", count=5, state=state)
    market.control("orders", count=5, state="SHIPPING", workflow="PAY_ON_DUE_DATE")
    field = {"code": "erp-ref", "type": "STRING", "value": "1"}
    market.place(additional_fields=[field])
    answer = send("GET", "/api/orders", max=100, order_tax_mode=mode, order="desc", locale="en")
    assert answer.json["total_count"] == 36


def test_the_writes_and_what_they_leave_behind(judged):
    market, send = judged(refund_seconds=5)
    order_id = market.place(lines=[{"sku": "SKU-1", "quantity": 2, "price_unit": "10.00"}])
    line = {"id": f"{order_id}-1", "accepted": True}
    assert send("PUT", f"/api/orders/{order_id}/accept", {"order_lines": [line]}).status_code == 204
    market.advance(60)
    references = {"order_reference_for_seller": "W-1"}
    told = {"orders": [{"order_id": order_id, "references": references}, {"order_id": "NOPE"}]}
    assert send("PUT", "/api/orders", told).status_code == 200
    refund = {"order_line_id": f"{order_id}-1", "reason_code": "15", "amount": 10.0, "shipping_amount": 0}
    assert send("PUT", "/api/orders/refund", {"refunds": [refund]}).status_code == 200
    later = market.place(state="SHIPPING", workflow="PAY_ON_SHIPMENT")
    gone = {
        "order_line_id": f"{later}-1",
        "reason_code": "34",
        "amount": 1,
        "shipping_amount": 0,
        "quantity": 1,
    }
    assert send("PUT", "/api/orders/cancel", {"cancelations": [gone]}).status_code == 200
    assert send("PUT", f"/api/orders/{later}/cancel").status_code == 204
    assert send("GET", "/api/orders", max=100).json["total_count"] == 2


@pytest.mark.parametrize("workflow", ["PAY_ON_ACCEPTANCE", "PAY_ON_SHIPMENT"])
@pytest.mark.parametrize("spelling", ["shipment", "deletion"])
def test_shipments_from_the_work_list_to_the_customer(judged, workflow, spelling):
    market, send = judged(multi_shipment=True, deletion_spelling=spelling, validity_seconds=1)
    order_id = market.place(state="SHIPPING", workflow=workflow, lines=[{"sku": "SKU-1", "quantity": 3}])
    query = {"order_id": order_id, "limit": 100}
    (waiting,) = send("GET", "/api/shipments/items_to_ship", **query).json["data"]
    assert waiting["shipment_lines"][0]["quantity"] == 3
    tracking = {"carrier_code": "UPS", "tracking_number": "1Z999"}
    own = {"carrier_name": "Ada", "tracking_url": "https://ada.example/7"}
    line = {"order_line_id": f"{order_id}-1", "quantity": 1, "package_reference": "BOX1"}
    note = {"code": "BILL", "type": "STRING", "value": "7"}
    first = {"order_id": order_id, "shipped": True, "invoice_reference": "INV-9", "shipment_lines": [line]}
    wishes = [
        {**first, "tracking": tracking, "shipment_additional_information": [note]},
        {"order_id": order_id, "shipment_lines": [line], "shipping_from": {"warehouse": {"code": "LYON"}}},
        {"order_id": order_id, "shipment_lines": [line], "tracking": own},
        {"order_id": order_id, "shipment_lines": [line]},
    ]
    made = send("POST", "/api/shipments", {"shipments": wishes}).json
    assert (len(made["shipment_success"]), len(made["shipment_errors"])) == (3, 1)
    second, third = ({"id": one["id"]} for one in made["shipment_success"][1:])
    send(
        "POST",
        "/api/shipments/tracking",
        {"shipments": [{**second, "tracking": tracking}, {"id": "NOPE", "tracking": own}]},
    )
    send("PUT", "/api/shipments/delete", {"shipments": [third, {"id": "NOPE"}]})
    send("PUT", "/api/shipments/ship", {"shipments": [second, third]})
    market.advance(60)
    since = "2026-11-18T00:00:00Z"
    found = send(
        "GET", "/api/shipments", last_updated_from=since, shipment_state_code="SHIPPED", sort="dateCreated,DESC"
    )
    assert len(found.json["data"]) == 2
    page = send("GET", "/api/shipments", limit=1)
    assert send("GET", "/api/shipments", page_token=page.json["next_page_token"]).json["data"]
    assert send("GET", "/api/orders", order_ids=order_id).json["orders"][0]["order_state"] == "SHIPPING"
    assert send("GET", "/api/shipments", limit=101).status_code == 400
    assert send("GET", "/api/shipments/items_to_ship").json["data"][0]["shipment_lines"][0]["quantity"] == 1


def test_an_export_from_question_to_file(judged):
    market, send = judged()
    market.control("orders", count=3)
    asked = {"start_update_date": "2026-11-18T00:00:00Z", "end_update_date": "2026-11-19T00:00:00Z"}
    tracking_id = send("POST", "/api/orders/async-export", asked).json["tracking_id"]
    assert send("GET", f"/api/orders/async-export/status/{tracking_id}").json["status"] == "PENDING"
    market.advance(60)
    (url,) = send("GET", f"/api/orders/async-export/status/{tracking_id}").json["urls"]
    assert len(send("GET", url).json["orders"]) == 3


def test_offers_in_every_shape(judged):
    offers = [
        {"sku": "TEA", "quantity": 4, "warehouses": {"MAIN": 1, "LYON": 3}, "favorite_rank": 1},
        {"sku": "CUP", "quantity": 0},
        {"sku": "POT", "quantity": 9, "state_code": "1"},
    ]
    market, send = judged(shops=[{"shop_id": 2000, "offers": offers, "warehouses": ["MAIN", "LYON"]}])
    market.control("offers/deactivate", skus=["POT"], reason="SHOP_NOT_OPEN")
    found = send("GET", "/api/offers", max=100, sort="price", order="desc", locale="en").json
    assert found["total_count"] == 3
    for query in ({"sku": "CUP"}, {"product_id": "P-CUP"}, {"favorite": "true"}, {"offer_state_codes": "1,2"}):
        assert send("GET", "/api/offers", **query).json["total_count"] == 1
    for offer in found["offers"]:
        assert send("GET", f"/api/offers/{offer['offer_id']}").json == offer
    assert send("GET", "/api/offers/1").status_code == 404


def test_a_stock_file_from_its_upload_to_its_report(judged, contract):
    market, send = judged()
    sent = market.send_stock("SKU-1;3;;", "NOPE;1;;")
    contract.check_response("POST", "/api/offers/stock/imports", sent.status_code, sent.json)
    path = f"/api/offers/stock/imports/{sent.json['import_id']}"
    for state in ("WAITING", "RUNNING", "COMPLETE"):
        assert send("GET", f"{path}/status").json["status"] == state
        market.advance(0.6 if state == "WAITING" else 5)
    assert send("GET", f"{path}/error_report").status_code == 200
    assert send("GET", "/api/offers/stock/imports/nope/status").status_code == 404


@pytest.mark.parametrize("failing", [False, True])
def test_an_export_of_offers_from_question_to_file(judged, failing):
    market, send = judged()
    market.control("exports/fail_next", times=int(failing))
    market.control("offers/delete", skus=["SKU-1"])
    asked = {
        "export_type": "application/json",
        "last_request_date": "2026-11-18T00:00:00Z",
        "items_per_chunk": 10_000,
        "megabytes_per_chunk": 10,
        "channel_codes": ["FR"],
    }
    tracking_id = send("POST", "/api/offers/export/async", asked).json["tracking_id"]
    assert send("GET", f"/api/offers/export/async/status/{tracking_id}").json["status"] == "PENDING"
    market.advance(60)
    told = send("GET", f"/api/offers/export/async/status/{tracking_id}").json
    assert told["status"] == ("FAILED" if failing else "COMPLETED")
    for url in told.get("urls", ()):
        offers = send("GET", url).json
        assert [offer["deleted"] for offer in offers].count(True) == 1
    assert send("POST", "/api/offers/export/async", {**asked, "include_inactive_offers": True}).status_code == 400


def test_the_columns_of_the_file_are_those_of_the_published_sample(judged):
    market, send = judged()
    document = json.loads((SHARED / "contracts" / "mirakl-mmp-seller.openapi.json").read_text("utf-8"))
    path = "/dynamic-url/The+URL+is+retrieved+from+OF53+output/OF54"
    samples = document["paths"][path]["get"]["responses"]["200"]["content"]["text/csv"]["examples"]
    published = {name for one in samples.values() for name in one["value"].splitlines()[0].split(";")}
    requests = document["paths"]["/api/offers/export/async"]["post"]["requestBody"]["content"]["application/json"]
    published |= set(requests["examples"]["application/json-0"]["value"]["include_fields"])
    tracking_id = send("POST", "/api/offers/export/async", {}).json["tracking_id"]
    market.advance(60)
    (url,) = send("GET", f"/api/offers/export/async/status/{tracking_id}").json["urls"]
    columns = market.get(url).text.splitlines()[0].split(";")
    assert set(columns) - published == set()
    assert {"offer-id", "shop-sku", "quantity", "active", "deleted", "last-updated"} <= set(columns)


def test_refusals_have_the_error_model(judged):
    market, send = judged(limits={})
    body = {"order_lines": [{"id": "1", "accepted": True}]}
    assert send("PUT", "/api/orders/NOPE/accept", body).status_code == 404
    assert send("PUT", f"/api/orders/{market.place()}/accept", {}, valid=False).status_code == 400
    assert send("GET", "/api/orders", max=500).status_code == 400
    send("GET", "/api/orders")
    assert send("GET", "/api/orders").status_code == 429


def test_the_judge_itself_sees_what_is_wrong(contract):
    sound = {"order_id": "1-A", "commercial_id": "1", "order_state": "SHIPPING", "order_lines": []}
    contract.check_response("GET", "/api/orders", 200, {"total_count": 1, "orders": [sound]})
    for fault in ({"order_id": 5}, {"created_date": "yesterday"}, {"customer": "Ada"}, {"total_price": "12"}):
        with pytest.raises(AssertionError, match=f"orders\\[0\\].{next(iter(fault))}"):
            contract.check_response("GET", "/api/orders", 200, {"orders": [{**sound, **fault}]})
    with pytest.raises(AssertionError, match="'accepted' is a required property"):
        contract.check_request("PUT", "/api/orders/1-A/accept", {}, {"order_lines": [{"id": "1"}]})
    with pytest.raises(AssertionError, match="undeclared parameters colour"):
        contract.check_request("GET", "/api/orders?colour=red", {}, None)
    with pytest.raises(AssertionError, match="is not in the contract"):
        contract.check_request("GET", "/api/dreams", {}, None)
