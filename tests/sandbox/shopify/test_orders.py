"""Creating, finding and changing orders, with the traps of the vendor."""

from __future__ import annotations

import pytest

REFERENCE = {"namespace": "$app:mirakl", "key": "order_id", "type": "id", "value": "north/2000/O-1-A"}
FIND = """query($v: String!) {
  orderByIdentifier(identifier: {customId: {namespace: "$app:mirakl", key: "order_id", value: $v}}) { id name }
}"""
SEARCH = """query($q: String, $first: Int = 10, $after: String, $sort: OrderSortKeys = ID) {
  orders(first: $first, after: $after, query: $q, sortKey: $sort) {
    nodes { id name updatedAt } pageInfo { hasNextPage endCursor }
  }
}"""
STATE = """query($id: ID!) { order(id: $id) {
  id name tags note displayFinancialStatus displayFulfillmentStatus
  totalPriceSet { shopMoney { amount } } totalTaxSet { shopMoney { amount } }
  customAttributes { key value }
  metafields(first: 5) { nodes { namespace key value } }
} }"""


def amount(value):
    return {"shopMoney": {"amount": value, "currencyCode": "EUR"}}


def tax(rate="0.2", **more):
    return {"title": "VAT", "rate": rate, **more}


def found(client, query):
    return [node["id"] for node in client(SEARCH, q=query)["nodes"]]


def test_stock_is_not_claimed_unless_it_is_said(client):
    client.made()
    assert client.stock("MUG-1") == 10

    client.made({"lineItems": [client.line("TEE-S", 3)]}, inventoryBehaviour="DECREMENT_IGNORING_POLICY")
    assert client.stock("TEE-S") == -1


def test_obeying_the_policy_sells_only_what_is_there(client):
    payload = client.create({"lineItems": [client.line("TEE-S", 3)]}, inventoryBehaviour="DECREMENT_OBEYING_POLICY")

    assert payload["order"] is None
    assert [error["code"] for error in payload["userErrors"]] == ["INVENTORY_CLAIM_FAILED"]
    assert client.stock("TEE-S") == 2
    assert client.made({"lineItems": [client.line("VOUCHER", 9)]}, inventoryBehaviour="DECREMENT_OBEYING_POLICY")


@pytest.mark.parametrize(
    ("order", "total", "taxes"),
    [
        pytest.param({}, "74.9", "10.0", id="not told: tax comes on top"),
        pytest.param({"taxesIncluded": True}, "64.9", "10.0", id="included"),
    ],
)
def test_prices_have_no_tax_in_them_unless_it_is_said(client, order, total, taxes):
    line = client.line("MUG-1", 2, taxLines=[tax(priceSet=amount("10.00"))])
    given = {"lineItems": [line], "shippingLines": [{"title": "Standard", "priceSet": amount("4.90")}],
             "taxesIncluded": False, **order}  # fmt: skip

    made = client.create(given)["order"]

    assert made["totalPriceSet"] == {"shopMoney": {"amount": total, "currencyCode": "EUR"}}
    assert made["totalTaxSet"] == {"shopMoney": {"amount": taxes}}


def test_a_tax_line_without_its_amount_is_reckoned_from_its_rate(client):
    made = client.create({"lineItems": [client.line("MUG-1", 2, taxLines=[tax("0.2")])]})["order"]

    assert made["totalTaxSet"]["shopMoney"]["amount"] == "10.0"


def test_tax_lines_of_the_order_are_spread_over_taxable_lines(client):
    lines = [
        client.line("MUG-1", 1),
        client.line("TEE-S", 1, "10.00"),
        client.line("VOUCHER", 1, "5.00", taxable=False),
    ]

    made = client.create({"lineItems": lines, "taxLines": [tax("0.2", priceSet=amount("6.66"))]})["order"]

    parts = [[t["priceSet"]["shopMoney"]["amount"] for t in line["taxLines"]] for line in made["lineItems"]["nodes"]]
    assert parts == [["5.0"], ["1.66"], []]


@pytest.mark.parametrize(
    ("order", "code", "field"),
    [
        ({"lineItems": []}, "INVALID", ["order", "lineItems"]),
        ({"customerId": "gid://shopify/Customer/1", "customer": {"toAssociate": {"id": "gid://shopify/Customer/1"}}},
         "REDUNDANT_CUSTOMER_FIELDS", ["order"]),
        ({"lineItems": [{"variantId": "gid://shopify/ProductVariant/1", "quantity": 1}]},
         "INVALID", ["order", "lineItems", "0", "variantId"]),
        ({"lineItems": [{"title": "Unknown", "quantity": 1}]}, "INVALID", ["order", "lineItems", "0", "priceSet"]),
        ({"lineItems": [{"title": "None", "quantity": 0, "priceSet": amount("1")}]},
         "INVALID", ["order", "lineItems", "0", "quantity"]),
        ({"currency": "USD"}, "INVALID", ["order", "lineItems", "0", "priceSet"]),
        ({"tags": ["mirakl-order:" + "1" * 40]}, "INVALID", ["order", "tags"]),
        ({"lineItems": [{"title": "Both", "quantity": 1, "priceSet": amount("1"), "taxLines": [tax()]}],
          "taxLines": [tax()]}, "INVALID", ["order", "taxLines"]),
        ({"metafields": [{"namespace": "$app:mirakl", "key": "order_id", "type": "number_integer", "value": "1"}]},
         "INVALID", ["order", "metafields", "0", "type"]),
        ({"metafields": [{"namespace": "free", "key": "unheard", "type": "id", "value": "1"}]},
         "INVALID", ["order", "metafields", "0", "type"]),
    ],
)  # fmt: skip
def test_what_is_refused_changes_nothing(client, order, code, field):
    payload = client.create(order)

    assert payload["order"] is None
    assert [(error["code"], error["field"]) for error in payload["userErrors"]] == [(code, field)]
    assert client.control("books?summary=1")["totals"]["orders"] == 0


def test_a_line_needs_no_variant_and_then_claims_nothing(client):
    line = {"title": "Gone article", "sku": "OLD-1", "quantity": 1, "priceSet": amount("9.99")}

    made = client.made({"lineItems": [line]}, inventoryBehaviour="DECREMENT_IGNORING_POLICY")

    assert [(line["sku"], line["variant_id"]) for line in client.entry(made)["lines"]] == [("OLD-1", None)]


def test_a_rate_is_asked_for_before_anybody_looks_at_the_order(client):
    line = client.line("MUG-1", 1, taxLines=[{"title": "VAT"}])
    mutation = "mutation($o: OrderCreateOrderInput!) { orderCreate(order: $o) { order { id } } }"

    assert client.errors(mutation, o={"lineItems": [line]})[0]["extensions"]["code"] == "INVALID_VARIABLE"


@pytest.mark.parametrize(
    ("paid", "status"),
    [
        ([], "PENDING"),
        ([{"amountSet": amount("10.00")}], "PARTIALLY_PAID"),
        ([{"amountSet": amount("30.00"), "gateway": "Mirakl"}], "PAID"),
        ([{"amountSet": amount("30.00"), "kind": "AUTHORIZATION"}], "AUTHORIZED"),
    ],
)
def test_the_money_that_moved_tells_the_financial_status(client, paid, status):
    assert client.create({"transactions": paid})["order"]["displayFinancialStatus"] == status


def test_what_is_owed_can_be_marked_as_paid_once(client):
    made = client.made()
    pay = "mutation($i: OrderMarkAsPaidInput!) { orderMarkAsPaid(input: $i) { order { displayFinancialStatus } userErrors { message } } }"  # noqa: E501

    assert client(pay, i={"id": made})["order"] == {"displayFinancialStatus": "PAID"}
    assert client(pay, i={"id": made})["userErrors"] == [{"message": "Order cannot be marked as paid."}]


def test_a_receipt_is_sent_only_where_it_was_asked_for(client):
    client.made({"email": "jo@proxy.example"})
    assert client.control("books")["mails"] == []

    client.made({"email": "jo@proxy.example"}, sendReceipt=True)
    assert [mail["template"] for mail in client.control("books")["mails"]] == ["order_confirmation"]


def test_every_proxy_address_that_is_upserted_is_one_more_customer(client):
    for number in range(3):
        client.made({"customer": {"toUpsert": {"email": f"{number}@proxy.example"}}})

    assert client.control("books?summary=1")["totals"]["customers"] == 3


@pytest.mark.parametrize(("version", "made"), [("2026-10", True), ("2026-04", False)])
def test_a_moment_to_come_is_now_since_july_and_was_refused_before(client, version, made):
    client.version = version
    payload = client.create({"processedAt": "2099-01-01T00:00:00Z"})

    assert (payload["order"] is not None) is made
    assert [error["code"] for error in payload["userErrors"]] == ([] if made else ["PROCESSED_AT_INVALID"])


def test_the_sixth_order_of_a_minute_is_refused_on_a_development_store(make_client):
    client = make_client(orders_per_minute=5)
    for _ in range(5):
        client.made()

    refused = client.create()
    assert refused["userErrors"] == [
        {"field": None, "message": "Too many attempts. Please try again later.", "code": None}
    ]
    client.control("clock", {"advance": 60})
    assert client.made()


def test_a_unique_value_stands_on_one_order_and_finds_it_at_once(make_client):
    client = make_client(index_seconds=5.0)
    made = client.made({"metafields": [REFERENCE], "sourceIdentifier": "O-1-A"})

    assert client(FIND, v="north/2000/O-1-A")["id"] == made
    assert client(FIND, v="north/2000/O-2-A") is None
    refused = client.create({"metafields": [REFERENCE]})
    assert refused["userErrors"][0]["field"] == ["order", "metafields", "0", "value"]

    assert found(client, "source_identifier:'O-1-A'") == []
    client.control("clock", {"advance": 5})
    assert found(client, "source_identifier:'O-1-A'") == [made]


def test_a_namespace_of_the_app_is_kept_under_the_apps_number(client):
    made = client.made({"metafields": [REFERENCE]})

    nodes = client(STATE, id=made)["metafields"]["nodes"]
    assert nodes == [{"namespace": "app--88000001--mirakl", "key": "order_id", "value": "north/2000/O-1-A"}]


def test_without_its_definition_nothing_can_be_found_by_a_unique_value(client):
    document = """{ orderByIdentifier(identifier: {customId: {namespace: "free", key: "other", value: "1"}}) { id } }"""

    assert "definition of type 'id' is required" in client.errors(document)[0]["message"]


def test_a_definition_is_made_once(client):
    again = client(
        "mutation($d: MetafieldDefinitionInput!) { metafieldDefinitionCreate(definition: $d) { userErrors { code } } }",
        d={"name": "x", "namespace": "$app:mirakl", "key": "order_id", "type": "id", "ownerType": "ORDER"},
    )

    assert again == {"userErrors": [{"code": "TAKEN"}]}


def test_a_unique_value_moves_only_after_it_was_taken_off_the_first_order(client):
    old, new = client.made({"metafields": [REFERENCE]}), client.made()
    put = "mutation($m: [MetafieldsSetInput!]!) { metafieldsSet(metafields: $m) { userErrors { code elementIndex } } }"
    take = (
        "mutation($m: [MetafieldIdentifierInput!]!) { metafieldsDelete(metafields: $m) { deletedMetafields { key } } }"
    )

    assert client(put, m=[{"ownerId": new, **REFERENCE}])["userErrors"] == [{"code": "TAKEN", "elementIndex": 0}]
    named = {"ownerId": old, "namespace": "$app:mirakl", "key": "order_id"}
    assert client(take, m=[named, named])["deletedMetafields"] == [{"key": "order_id"}, None]
    assert client(put, m=[{"ownerId": new, **REFERENCE}])["userErrors"] == []
    assert client(FIND, v="north/2000/O-1-A")["id"] == new


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("source_identifier:O-2", ["#1002"]),
        ("source_identifier:'O-2' OR source_identifier:'O-3'", ["#1002", "#1003"]),
        ("tag:mirakl", ["#1001", "#1002"]),
        ("tag:mirakl -source_identifier:O-1", ["#1002"]),
        ("tag:mirakl AND NOT tag:late", ["#1001"]),
        ("name:#1003", ["#1003"]),
        ("name:1003", ["#1003"]),
        ("name:100*", ["#1001", "#1002", "#1003"]),
        ("sku:tee-s", ["#1002"]),
        ("status:cancelled", []),
        ("status:open (tag:late OR name:1003)", ["#1002", "#1003"]),
        ("created_at:>='2026-01-01'", ["#1001", "#1002", "#1003"]),
        ("updated_at:>'2099-01-01T00:00:00Z'", []),
        ("created_at:<2020-01-01", []),
        ("unheard_of:anything", ["#1001", "#1002", "#1003"]),
    ],
)
def test_search_speaks_the_shops_language(client, query, names):
    client.made({"sourceIdentifier": "O-1", "tags": ["mirakl"]})
    client.made({"sourceIdentifier": "O-2", "tags": ["mirakl", "late"], "lineItems": [client.line("TEE-S", 1)]})
    client.made({"sourceIdentifier": "O-3"})

    assert [node["name"] for node in client(SEARCH, q=query)["nodes"]] == names


def test_pages_go_on_behind_the_last_row_even_when_that_row_has_moved(client):
    made = [client.made() for _ in range(5)]
    first = client(SEARCH, first=2, sort="UPDATED_AT")
    assert [node["id"] for node in first["nodes"]] == made[:2]
    client.control("clock", {"advance": 10})
    client('mutation($id: ID!) { tagsAdd(id: $id, tags: ["late"]) { userErrors { message } } }', id=made[1])

    rest = client(SEARCH, first=10, sort="UPDATED_AT", after=first["pageInfo"]["endCursor"])

    assert [node["id"] for node in rest["nodes"]] == [*made[2:], made[1]]
    assert rest["pageInfo"]["hasNextPage"] is False


def test_an_update_replaces_lists_while_a_tag_is_added(client):
    made = client.made({"tags": ["mirakl"], "customAttributes": [{"key": "a", "value": "1"}], "note": "first"})

    client('mutation($id: ID!) { tagsAdd(id: $id, tags: ["late, soon"]) { userErrors { message } } }', id=made)
    assert client(STATE, id=made)["tags"] == ["late", "mirakl", "soon"]
    client(
        "mutation($i: OrderInput!) { orderUpdate(input: $i) { userErrors { message } } }",
        i={"id": made, "tags": ["other"], "customAttributes": [{"key": "b", "value": "2"}]},
    )

    state = client(STATE, id=made)
    assert (state["tags"], state["customAttributes"]) == (["other"], [{"key": "b", "value": "2"}])
    assert state["note"] == "first"


def test_old_orders_are_hidden_from_an_app_that_may_not_read_all(make_client):
    client = make_client()
    made = client.made()
    client.control("clock", {"advance": 61 * 86400})
    assert client(STATE, id=made)["id"] == made

    client.control("settings", {"scopes": ["read_orders"]})
    assert client(STATE, id=made) is None
    assert client(SEARCH)["nodes"] == []


def test_protected_data_reads_as_nothing_without_the_approval(make_client):
    client = make_client(customer_data=False)
    made = client.made({"email": "jo@proxy.example", "shippingAddress": {"lastName": "Doe", "countryCode": "FR"}})

    order = client("query($id: ID!) { order(id: $id) { email shippingAddress { lastName } } }", id=made)
    assert order == {"email": None, "shippingAddress": None}


def test_the_books_know_the_reference_and_count_doubles(client):
    given = {"customAttributes": [{"key": "mirakl_reference", "value": "north/2000/O-1-A"}]}
    first, second = client.made(given), client.made(given)

    books = client.control("books")
    ids = [order_id.rpartition("/")[2] for order_id in (first, second)]
    assert books["by_reference"] == {"north/2000/O-1-A": ids}
    assert books["totals"]["doubled_references"] == 1
    assert {order["reference"] for order in books["orders"]} == {"north/2000/O-1-A"}
    client.control(f"orders/{ids[1]}", {"status": "cancelled"})
    assert client.control("books?summary=1")["totals"]["doubled_references"] == 0
