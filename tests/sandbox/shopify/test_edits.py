"""Orders edited in place, and orders replaced by apps."""

from __future__ import annotations

import pytest

CLAIM = {"inventoryBehaviour": "DECREMENT_IGNORING_POLICY"}
BEGIN = """mutation($id: ID!) { orderEditBegin(id: $id) {
  calculatedOrder { id lineItems(first: 10) { nodes { id sku quantity editableQuantity } } }
  userErrors { message } } }"""
SET = """mutation($id: ID!, $line: ID!, $q: Int!) { orderEditSetQuantity(id: $id, lineItemId: $line, quantity: $q,
  restock: true) { calculatedLineItem { quantity } userErrors { message } } }"""
ADD = """mutation($id: ID!, $v: ID!) { orderEditAddVariant(id: $id, variantId: $v, quantity: 1) {
  calculatedLineItem { id sku } userErrors { message } } }"""
COMMIT = """mutation($id: ID!) { orderEditCommit(id: $id, notifyCustomer: false) {
  order { edited currentTotalPriceSet { shopMoney { amount } } } userErrors { message } } }"""
LINES = """query($id: ID!) { order(id: $id) { edited totalPriceSet { shopMoney { amount } }
  lineItems(first: 10) { nodes { id sku quantity currentQuantity unfulfilledQuantity } }
  refunds(first: 5) { totalRefundedSet { shopMoney { amount } } }
  agreements(first: 9) { nodes { reason app { title } } } } }"""


@pytest.fixture
def made(client):
    attributes = [{"key": "mirakl_reference", "value": "north/2000/O-1-A"}]
    lines = [client.line("MUG-1", 3, properties=[{"name": "_mirakl_line", "value": "O-1-A-1"}])]
    money = {"shopMoney": {"amount": "90.00", "currencyCode": "EUR"}}
    order = {"lineItems": lines, "customAttributes": attributes, "sourceIdentifier": "O-1-A", "sourceName": "mirakl",
             "tags": ["mirakl"], "transactions": [{"amountSet": money}], "email": "jo@proxy.example"}  # fmt: skip
    return client.made(order, **CLAIM)


def number(order_id):
    return order_id.rpartition("/")[2]


def test_an_edit_keeps_the_line_and_lowers_what_is_current(client, made):
    session = client(BEGIN, id=made)["calculatedOrder"]
    line = session["lineItems"]["nodes"][0]
    assert (line["quantity"], line["editableQuantity"]) == (3, 3)
    assert client(SET, id=session["id"], line=line["id"], q=1)["calculatedLineItem"] == {"quantity": 1}
    assert client(LINES, id=made)["lineItems"]["nodes"][0]["currentQuantity"] == 3

    order = client(COMMIT, id=session["id"])["order"]

    assert order == {"edited": True, "currentTotalPriceSet": {"shopMoney": {"amount": "30.0"}}}
    told = client(LINES, id=made)
    line = told["lineItems"]["nodes"][0]
    assert (line["quantity"], line["currentQuantity"], line["unfulfilledQuantity"]) == (3, 1, 1)
    assert told["refunds"] == [{"totalRefundedSet": {"shopMoney": {"amount": "0.0"}}}]
    assert [each["reason"] for each in told["agreements"]["nodes"]] == ["ORDER", "ORDER_EDIT"]
    assert client.stock("MUG-1") == 9


def test_a_swap_is_a_removal_and_an_added_line_with_a_new_id(client, made):
    session = client(BEGIN, id=made)["calculatedOrder"]
    client(SET, id=session["id"], line=session["lineItems"]["nodes"][0]["id"], q=0)
    client(ADD, id=session["id"], v=client.variant("TEE-S"))
    client(COMMIT, id=session["id"])

    nodes = client(LINES, id=made)["lineItems"]["nodes"]
    assert [(node["sku"], node["quantity"], node["currentQuantity"]) for node in nodes] == [
        ("MUG-1", 3, 0),
        ("TEE-S", 1, 1),
    ]
    assert (client.stock("MUG-1"), client.stock("TEE-S")) == (10, 1)


def test_what_is_sent_cannot_be_edited_away(client, made):
    client.control(f"orders/{number(made)}/ship", {"items": [{"sku": "MUG-1", "quantity": 2}]})
    session = client(BEGIN, id=made)["calculatedOrder"]
    line = session["lineItems"]["nodes"][0]
    assert (line["quantity"], line["editableQuantity"]) == (3, 1)

    refused = client(SET, id=session["id"], line=line["id"], q=1)
    assert refused["userErrors"] == [{"message": "Quantity cannot be less than the fulfilled quantity"}]


def test_a_session_ends_with_its_commit_and_a_cancelled_order_has_none(client, made):
    session = client(BEGIN, id=made)["calculatedOrder"]["id"]
    client(COMMIT, id=session)
    assert client(COMMIT, id=session)["userErrors"] == [{"message": "The calculated order does not exist."}]
    client.control(f"orders/{number(made)}", {"status": "cancelled"})
    assert client(BEGIN, id=made)["userErrors"] == [{"message": "The order is cancelled."}]


def test_staff_edit_in_place(client, made):
    lines = [{"line_id": "O-1-A-1", "quantity": 2}, {"sku": "TEE-S", "quantity": 1}]

    client.control(f"orders/{number(made)}/edit", {"lines": lines})

    entry = client.entry(made)
    assert [(line["sku"], line["quantity"], line["line_id"]) for line in entry["lines"]] == [
        ("MUG-1", 2, "O-1-A-1"),
        ("TEE-S", 1, None),
    ]
    assert (entry["edited"], entry["current_total"]) == (True, "72.10")
    assert client(LINES, id=made)["agreements"]["nodes"][-1] == {"reason": "ORDER_EDIT", "app": None}


@pytest.mark.parametrize(
    ("asked", "name", "app", "source", "reference", "cancelled", "financial"),
    [
        ({"style": "cleverific"}, "#1001A", "Cleverific Order Editor", "129785", True, True, "paid"),
        ({"style": "cleverific", "copy_attributes": False}, "#1001A", "Cleverific Order Editor", "129785", False, True,
         "paid"),
        ({"style": "duplicate"}, "#1002", "Draft Orders", "shopify_draft_order", True, False, "pending"),
        ({"style": "bare"}, "#1002", "Order Editor", "2203649", False, True, "paid"),
        ({"style": "cleverific", "copy_source": True}, "#1001A", "Cleverific Order Editor", "mirakl", True, True,
         "paid"),
    ],
)  # fmt: skip
def test_an_app_replaces_an_order(client, made, asked, name, app, source, reference, cancelled, financial):
    answer = client.control(f"orders/{number(made)}/replace", asked)

    copy = client.entry(answer["id"])
    assert (answer["name"], copy["app"], copy["source_name"]) == (name, app, source)
    assert (copy["reference"] is not None, copy["financial_status"]) == (reference, financial)
    assert client.entry(made)["canceled"] is cancelled
    assert copy["lines"][0]["line_id"] == ("O-1-A-1" if reference else None)
    assert copy["metafields"] == {}
    assert (copy["email"], copy["lines"][0]["quantity"]) == ("jo@proxy.example", 3)
    assert client.stock("MUG-1") == (7 if cancelled else 4)


def test_the_original_may_be_cancelled_later_or_before(client, made):
    client.control(f"orders/{number(made)}/replace", {"cancel_after_seconds": 60})
    assert client.entry(made)["canceled"] is False
    client.control("clock", {"advance": 60})
    assert client.entry(made)["canceled"] is True

    copy = client.control("books")["orders"][-1]["id"]
    client.control(f"orders/{copy}/replace", {"cancel_first": True, "style": "bare"})
    assert client.entry(copy)["canceled"] is True


def test_the_copy_may_hold_other_goods(client, made):
    lines = [{"line_id": "O-1-A-1", "quantity": 1}, {"sku": "TEE-S", "quantity": 2}]

    answer = client.control(f"orders/{number(made)}/replace", {"lines": lines})

    copy = client.entry(answer["id"])
    assert [(line["sku"], line["quantity"]) for line in copy["lines"]] == [("MUG-1", 1), ("TEE-S", 2)]
    again = client.control(f"orders/{answer['id']}/replace", {})
    assert again["name"] == "#1001B"
