"""Saving orders as sent, and the state machine: cancel, hold, comment, invoice, ship, refund."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.sandbox.magento.conftest import Client, entity

Make = Callable[..., Client]
ALL = {"items": []}


def test_an_order_is_stored_as_sent_and_numbered_by_the_server(client: Client) -> None:
    made = client.place("MKP-1", grand_total=999, subtotal=1)
    assert (made["grand_total"], made["subtotal"]) == (999, 1), "wrong sums stay wrong"
    assert made["entity_id"] == 1
    assert made["items"][0]["item_id"] == 1
    assert made["store_name"] == "Main Website\nMain Website Store\nDefault Store View"
    assert made["total_item_count"] == 1
    assert len(made["protect_code"]) == 32
    assert made["extension_attributes"]["shipping_assignments"][0]["shipping"]["address"]["city"] == "Lyon"
    assert made["status_histories"][0]["comment"] == "From the marketplace"
    assert client.get("orders/1") == made
    assert client.find("orders/items", ("ext_order_item_id", "MKP-1-1", "eq"))["items"][0]["order_id"] == 1


def test_a_number_is_unique_in_its_store(client: Client) -> None:
    client.place("MKP-1")
    assert client.refused("PUT", "orders/create", {"entity": entity("mkp-1")}) == (
        400,
        "Unique constraint violation found",
    )
    client.place("MKP-1", store_id=2)
    client.place("MKP-1", store_id=...)
    client.place("MKP-1", store_id=...)
    assert client.control("books")["totals"]["orders"] == 4, "a NULL store is never a double"


@pytest.mark.parametrize(("version", "kept"), [("2.4.6", 50), ("2.4.4", 32)])
def test_long_references_are_cut_without_a_word(make_client: Make, version: str, kept: int) -> None:
    client = make_client(version=version)
    made = client.place("A" * 60, ext_order_id="B" * 40)
    assert (made["increment_id"], made["ext_order_id"]) == ("A" * kept, "B" * 32)
    assert client.refused("PUT", "orders/create", {"entity": entity("A" * 60 + "other")})[0] == 400


def test_without_a_number_the_shop_counts(client: Client) -> None:
    made = [client.ok("PUT", "orders/create", {"entity": entity(None)}) for _ in range(2)]
    assert [order["increment_id"] for order in made] == ["000000001", "000000002"]


def test_an_entity_id_makes_it_an_update_of_the_named_columns(client: Client) -> None:
    client.place("MKP-1")
    client.control("clock", {"advance": 5})
    changed = client.ok("POST", "orders", {"entity": {"entity_id": 1, "ext_order_id": "X"}})
    assert (changed["ext_order_id"], changed["increment_id"], len(changed["items"])) == ("X", "MKP-1", 1)
    assert changed["updated_at"] > changed["created_at"]
    client.ok("POST", "orders", {"entity": {"entity_id": 1, "items": entity()["items"]}})
    assert len(client.get("orders/1")["items"]) == 2, "lines without item_id are added again"
    assert client.refused("POST", "orders", {"entity": {"entity_id": 99, "status": "x"}})[0] == 404


@pytest.mark.parametrize(
    ("change", "status", "message"),
    [
        ({"colour": "red"}, 400, '"%fieldName" is not supported. Correct the field name and try again.'),
        ({"items": [{"sku": "MUG-1", "qty_ordered": 1}]}, 500, "Internal Error."),
        ({"items": [{"product_id": 1, "qty_ordered": 1}]}, 500, "Internal Error."),
        ({"extension_attributes": {"taxes": []}}, 400, '"%fieldName" is not supported.'),
    ],
)
def test_what_cannot_be_stored_is_refused_whole(
    client: Client, change: dict[str, Any], status: int, message: str
) -> None:
    got = client.refused("PUT", "orders/create", {"entity": entity(**change)})
    assert got[0] == status
    assert got[1].startswith(message)
    assert client.control("books")["totals"]["orders"] == 0


def test_the_tax_breakdown_is_writable_since_2_4_7(make_client: Make) -> None:
    taxes = [{"code": "FR 20", "title": "TVA", "percent": 20, "amount": 4.8, "base_amount": 4.8}]
    made = make_client(version="2.4.7").place(extension_attributes={"taxes": taxes})
    assert made["extension_attributes"]["taxes"] == taxes


def test_an_address_is_corrected_in_place(client: Client) -> None:
    made = client.place("MKP-1")
    shipping = made["extension_attributes"]["shipping_assignments"][0]["shipping"]["address"]
    body = {"entity": {"entity_id": shipping["entity_id"], "parent_id": 1, "city": "Paris", "address_type": "shipping"}}
    assert client.ok("PUT", "orders/1", body)["city"] == "Paris"
    after = client.get("orders/1")
    assert after["extension_attributes"]["shipping_assignments"][0]["shipping"]["address"]["city"] == "Paris"
    assert after["billing_address"]["city"] == "Lyon"
    assert client.refused("PUT", "orders/1", {"entity": {"entity_id": 99}})[0] == 404


def test_an_order_that_costs_nothing_completes_like_another(client: Client) -> None:
    free = dict.fromkeys(("grand_total", "base_grand_total", "subtotal", "shipping_amount", "tax_amount"), 0)
    item = {"sku": "MUG-1", "product_id": 1, "product_type": "simple", "qty_ordered": 1}
    client.place("MKP-1", items=[item], **free)
    client.ok(*INVOICE)
    client.ok(*SHIP)
    assert client.get("orders/1")["state"] == "complete"


def test_no_body_and_no_json(client: Client) -> None:
    assert client.refused("PUT", "orders/create", {}) == (400, '"%fieldName" is required. Enter and try again.')
    signed = client("POST", "orders", None, data=b"{nonsense", content_type="application/json")
    assert (signed.status_code, signed.json["message"]) == (400, "Decoding error.")
    assert client.refused("GET", "orders/77")[0] == 404


# --- the state machine ------------------------------------------------------------------------------------------------

Step = tuple[str, str, Any]
INVOICE: Step = ("POST", "order/1/invoice", {"capture": True})
SHIP: Step = ("POST", "order/1/ship", {})
SHIP_ONE: Step = ("POST", "order/1/ship", {"items": [{"order_item_id": 1, "qty": 1}]})
REFUND: Step = ("POST", "order/1/refund", {})
REFUND_ONE: Step = (
    "POST",
    "order/1/refund",
    {"items": [{"order_item_id": 1, "qty": 1}], "arguments": {"shipping_amount": 0}},
)
CANCEL: Step = ("POST", "orders/1/cancel", None)
HOLD: Step = ("POST", "orders/1/hold", None)
UNHOLD: Step = ("POST", "orders/1/unhold", None)


def walk(client: Client, steps: list[Step]) -> list[Any]:
    client.place("MKP-1", quantity=2)
    return [client.ok(*step) for step in steps]


@pytest.mark.parametrize(
    ("steps", "state"),
    [
        ([], "new"),
        ([INVOICE], "processing"),
        ([SHIP], "processing"),
        ([SHIP_ONE], "processing"),
        ([INVOICE, SHIP_ONE], "processing"),
        ([INVOICE, SHIP], "complete"),
        ([SHIP, INVOICE], "complete"),
        ([INVOICE, SHIP, REFUND_ONE], "complete"),
        ([INVOICE, SHIP, REFUND], "closed"),
        ([INVOICE, REFUND], "closed"),
        ([INVOICE, REFUND_ONE], "processing"),
        ([CANCEL], "canceled"),
        ([SHIP_ONE, CANCEL], "canceled"),
        ([HOLD], "holded"),
        ([INVOICE, HOLD, UNHOLD], "processing"),
    ],
)
def test_the_state_follows_from_what_was_done(client: Client, steps: list[Step], state: str) -> None:
    walk(client, steps)
    order = client.get("orders/1")
    assert order["state"] == state
    assert client.get("orders/1/statuses") == order["status"]


def test_a_partial_invoice_makes_a_cancelled_order_complete_or_processing(client: Client) -> None:
    one = {"items": [{"order_item_id": 1, "qty": 1}], "capture": True}
    walk(client, [("POST", "order/1/invoice", one), CANCEL])
    order = client.get("orders/1")
    assert (order["state"], order["items"][0]["qty_canceled"]) == ("processing", 1)


@pytest.mark.parametrize(
    "before", [[INVOICE], [INVOICE, SHIP], [HOLD], [CANCEL], [INVOICE, REFUND], [SHIP, INVOICE, REFUND]]
)
def test_cancelling_what_cannot_be_cancelled_is_200_with_false(client: Client, before: list[Step]) -> None:
    walk(client, before)
    state = client.get("orders/1")["state"]
    assert client.ok(*CANCEL) is False
    assert client.get("orders/1")["state"] == state


def test_cancelling_asks_the_payment_method(client: Client) -> None:
    client.place("A", payment=...)
    client.place("B", payment={"method": "nobody_knows_it"})
    assert client.refused("POST", "orders/1/cancel")[0] == 500
    assert client.refused("POST", "orders/2/cancel") == (400, "The requested Payment Method is not available.")


@pytest.mark.parametrize(
    ("before", "step", "message"),
    [
        ([HOLD], HOLD, "A hold action is not available."),
        ([INVOICE, SHIP], HOLD, "A hold action is not available."),
        ([], UNHOLD, "You cannot remove the hold."),
        (
            [INVOICE],
            INVOICE,
            (
                "Invoice Document Validation Error(s):\n"
                "The invoice can't be created without products. Add products and try again.\n"
                "The order does not allow an invoice to be created."
            ),
        ),
        (
            [INVOICE, SHIP],
            SHIP,
            (
                "Shipment Document Validation Error(s):\nYou can't create a shipment without products.\n"
                "The order does not allow a shipment to be created."
            ),
        ),
        (
            [HOLD],
            SHIP,
            "Shipment Document Validation Error(s):\nA shipment cannot be created when an order has a status of holded",
        ),
        (
            [],
            REFUND_ONE,
            "Creditmemo Document Validation Error(s):\nThe order does not allow a creditmemo to be created.",
        ),
        (
            [INVOICE],
            ("POST", "order/1/refund", {"items": [{"order_item_id": 1, "qty": 5}]}),
            'We found an invalid quantity to refund item "%1".',
        ),
        (
            [INVOICE],
            ("POST", "order/1/refund", {"arguments": {"adjustment_positive": 100}}),
            "The most money available to refund is %1.",
        ),
    ],
)
def test_refusals_in_the_shops_own_words(client: Client, before: list[Step], step: Step, message: str) -> None:
    walk(client, before)
    assert client.refused(*step) == (400, message)


def test_holding_keeps_the_status_it_gives_back(make_client: Make) -> None:
    client = make_client(extra_statuses={"packing": "new"})
    client.place("MKP-1", status="packing")
    client.ok(*HOLD)
    held = client.get("orders/1")
    assert (held["hold_before_state"], held["hold_before_status"]) == ("new", "packing")
    client.ok(*UNHOLD)
    assert client.get("orders/1/statuses") == "packing"


@pytest.mark.parametrize(("version", "refused"), [("2.4.6", False), ("2.4.7", True)])
def test_a_comment_may_set_a_status_of_the_state_only_since_2_4_7(
    make_client: Make, version: str, refused: bool
) -> None:
    client = make_client(version=version)
    client.place("MKP-1")
    body = {"statusHistory": {"comment": "c", "status": "complete", "is_customer_notified": 0, "parent_id": 1}}
    if refused:
        words = 'Unable to add comment: The status "%1" is not part of the order status history.'
        assert client.refused("POST", "orders/1/comments", body) == (400, words)
        body["statusHistory"]["status"] = "pending"
    assert client.ok("POST", "orders/1/comments", body) is True
    assert client.get("orders/1/comments")["total_count"] == 2


def test_only_a_change_of_the_orders_own_row_moves_its_date(client: Client) -> None:
    walk(client, [INVOICE])
    moved = client.get("orders/1")["updated_at"]
    client.control("clock", {"advance": 90})
    client.ok("POST", "orders/1/comments", {"statusHistory": {"comment": "only words", "is_customer_notified": 1}})
    client.ok(*SHIP_ONE)
    assert client.get("orders/1")["updated_at"] == moved
    client.ok(*SHIP)
    assert client.get("orders/1")["updated_at"] > moved
    assert [mail["template"] for mail in client.control("books")["mails"]] == ["order_update"]


# --- documents --------------------------------------------------------------------------------------------------------


def test_an_invoice_books_what_was_paid(client: Client) -> None:
    assert walk(client, [INVOICE]) == ["1"]
    order = client.get("orders/1")
    assert (order["total_paid"], order["total_due"], order["shipping_invoiced"]) == (28.8, 0, 4)
    assert order["items"][0]["qty_invoiced"] == 2
    invoice = client.find("invoices", ("order_id", 1, "eq"))["items"][0]
    assert (invoice["grand_total"], invoice["state"], invoice["items"][0]["qty"]) == (28.8, 2, 2)


def test_too_many_pieces_are_cut_to_what_is_left(client: Client) -> None:
    walk(client, [INVOICE, SHIP_ONE])
    assert client.ok("POST", "order/1/ship", {"items": [{"order_item_id": 1, "qty": 5}]}) == "2"
    order = client.get("orders/1")
    assert (order["items"][0]["qty_shipped"], order["state"]) == (2, "complete")


def test_of_a_line_named_twice_the_last_quantity_counts(client: Client) -> None:
    walk(client, [INVOICE])
    twice = {"items": [{"order_item_id": 1, "qty": 2}, {"order_item_id": 1, "qty": 1}]}
    client.ok("POST", "order/1/ship", twice)
    assert client.get("orders/1")["items"][0]["qty_shipped"] == 1


def test_shipments_carry_tracks_and_a_late_track_moves_no_date(client: Client) -> None:
    track = {"carrier_code": "ups", "title": "United Parcel Service", "track_number": "1Z999"}
    walk(client, [("POST", "order/1/ship", {"tracks": [track]})])
    first = client.find("shipments", ("order_id", 1, "eq"))["items"][0]
    assert first["tracks"][0]["track_number"] == "1Z999"
    assert first["items"] == [
        {"entity_id": 1, "parent_id": 1, "order_item_id": 1, "qty": 2, "sku": "MUG-1", "name": "Mug", "product_id": 1}
        | {"price": 10}
    ]
    assert first["extension_attributes"] == {"source_code": "default"}
    dates = (first["updated_at"], client.get("orders/1")["updated_at"])
    client.control("clock", {"advance": 3600})
    late = {"order_id": 1, "parent_id": 1, "carrier_code": "custom", "title": "Local", "track_number": "X1"}
    made = client.ok("POST", "shipment/track", {"entity": late})
    after = client.get("shipment/1")
    assert [one["track_number"] for one in after["tracks"]] == ["1Z999", "X1"]
    assert (after["updated_at"], client.get("orders/1")["updated_at"]) == dates
    assert client.ok("DELETE", f"shipment/track/{made['entity_id']}") is True
    assert len(client.get("shipment/1")["tracks"]) == 1
    assert client.refused("DELETE", f"shipment/track/{made['entity_id']}")[0] == 404
    assert client.refused("POST", "shipment/track", {"entity": {**late, "parent_id": 9}})[0] == 400


def test_a_credit_memo_tells_lines_shipping_and_adjustments(client: Client) -> None:
    body = {
        "items": [{"order_item_id": 1, "qty": 1}],
        "comment": {"comment": "Damaged", "is_visible_on_front": 0},
        "arguments": {"shipping_amount": 0, "adjustment_positive": 1.5},
    }
    walk(client, [INVOICE, SHIP, ("POST", "order/1/refund", body)])
    memo = client.find("creditmemos", ("order_id", 1, "eq"))["items"][0]
    assert (memo["grand_total"], memo["adjustment_positive"], memo["shipping_amount"]) == (13.5, 1.5, 0)
    assert (memo["items"][0]["row_total_incl_tax"], memo["items"][0]["qty"]) == (12, 1)
    assert memo["comments"][0]["comment"] == "Damaged"
    assert client.get("orders/1")["status_histories"][0]["comment"] == "We refunded €13.50 offline."


def test_amounts_that_are_not_named_are_refunded_whole(client: Client) -> None:
    walk(client, [INVOICE, SHIP, REFUND_ONE, REFUND])
    memos = client.find("creditmemos", ("order_id", 1, "eq"), sort=[("entity_id", "ASC")])["items"]
    assert [(memo["grand_total"], memo["shipping_incl_tax"]) for memo in memos] == [(12, 0), (16.8, 4.8)]
    assert client.get("orders/1")["state"] == "closed"


def test_an_invoice_is_refunded_too(client: Client) -> None:
    walk(client, [INVOICE, SHIP])
    assert client.ok("POST", "invoice/1/refund", {}) == "1"
    assert client.get("creditmemo/1")["invoice_id"] == 1
    assert client.refused("POST", "invoice/9/refund", {})[0] == 404
