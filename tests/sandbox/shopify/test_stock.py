"""Goods and their numbers: read, searched, set, sold and read in bulk."""

from __future__ import annotations

import json

import pytest

from mirakl_sync.sandbox.shopify.bulk import work

VARIANTS = """query($q: String, $first: Int = 10, $after: String) { productVariants(first: $first, after: $after, query: $q) {
  nodes { id sku price inventoryQuantity product { title status }
    inventoryItem { id tracked inventoryLevels(first: 5) { nodes { id location { id name }
      quantities(names: ["available", "committed", "on_hand"]) { name quantity } } } } }
  pageInfo { hasNextPage endCursor } } }"""  # noqa: E501
SET = """mutation($i: InventorySetQuantitiesInput!, $key: String!) { inventorySetQuantities(input: $i)
  @idempotent(key: $key) { inventoryAdjustmentGroup { reason changes { name delta quantityAfterChange } }
    userErrors { code field } } }"""
RUN = """mutation($q: String!, $g: Boolean! = false) { bulkOperationRunQuery(query: $q, groupObjects: $g) {
  bulkOperation { id status } userErrors { code message } } }"""
LOOK = "query($id: ID!) { bulkOperation(id: $id) { status url objectCount rootObjectCount errorCode fileSize } }"
EVERYTHING = """{ productVariants { edges { node { id sku
  inventoryItem { id inventoryLevels { edges { node {
    location { id } quantities(names: ["available"]) { quantity } } } } }
} } } }"""
DEEP = """{ orders { nodes { id fulfillmentOrders { nodes { id fulfillments { nodes { id
  fulfillmentLineItems { nodes { id } } } } } } } } }"""


def skus(client, query=None, **more):
    return [node["sku"] for node in client(VARIANTS, q=query, **more)["nodes"]]


def target(client, sku, quantity, expected=None):
    item = client(VARIANTS, q=f"sku:{sku}")["nodes"][0]["inventoryItem"]
    location = item["inventoryLevels"]["nodes"][0]["location"]["id"]
    return {"inventoryItemId": item["id"], "locationId": location, "quantity": quantity, "changeFromQuantity": expected}


def put(client, *targets, key="k-1", name="available", reason="correction"):
    return client(SET, i={"name": name, "reason": reason, "quantities": list(targets)}, key=key)


def test_a_variant_shows_its_numbers_place_by_place(make_client):
    client = make_client(locations=["Warehouse", "Store"])
    client.control("stock", {"sku": "MUG-1", "quantity": 4, "location": "Store"})
    client.made({"lineItems": [client.line("MUG-1", 3)]}, inventoryBehaviour="DECREMENT_IGNORING_POLICY")

    node = client(VARIANTS, q="sku:MUG-1")["nodes"][0]

    assert (node["price"], node["inventoryQuantity"]) == ("30.00", 11)
    numbers = {
        level["location"]["name"]: [each["quantity"] for each in level["quantities"]]
        for level in node["inventoryItem"]["inventoryLevels"]["nodes"]
    }
    assert numbers == {"Warehouse": [7, 3, 10], "Store": [4, 0, 4]}


def test_search_finds_a_sku_in_any_case_and_more_than_one_of_it(client):
    client.control("products", {"products": [{"sku": "mug-1", "price": 1, "quantity": 1}]})
    client.control("double", {"sku": "MUG-1"})

    assert skus(client, "sku:MUG-1") == ["MUG-1", "mug-1", "MUG-1"]
    assert skus(client, "sku:'TEE-S' OR sku:VOUCHER") == ["TEE-S", "VOUCHER"]
    assert skus(client, "sku:tee*") == ["TEE-S"]
    assert skus(client, "sku:none") == []


def test_pages_go_through_the_whole_catalogue(client):
    client.control("generate", {"count": 25, "prefix": "G-"})
    seen, after = [], None
    while True:
        answer = client(VARIANTS, first=10, after=after)
        seen += [node["sku"] for node in answer["nodes"]]
        after = answer["pageInfo"]["endCursor"]
        if not answer["pageInfo"]["hasNextPage"]:
            break

    assert len(seen) == len(set(seen)) == 28


def test_a_changed_price_is_found_by_its_time_and_a_changed_number_is_not(client):
    client.control("clock", {"advance": 100})
    since = client.control("clock")["now"][:19] + "Z"
    client.control("stock", {"sku": "TEE-S", "quantity": 9})
    client.control("products", {"products": [{"sku": "MUG-1", "price": "31.00"}]})

    assert skus(client, f"updated_at:>='{since}'") == ["MUG-1"]
    location = client("{ locations(first: 1) { nodes { id } } }")["nodes"][0]["id"]
    levels = client(
        "query($id: ID!, $q: String) { location(id: $id) { inventoryLevels(first: 9, query: $q)"
        " { nodes { item { sku } } } } }",
        id=location,
        q=f"updated_at:>='{since}'",
    )
    assert [node["item"]["sku"] for node in levels["inventoryLevels"]["nodes"]] == ["TEE-S"]


def test_a_number_is_set_and_says_what_it_was(client):
    answer = put(client, target(client, "MUG-1", 7, 10), target(client, "TEE-S", 2))

    group = answer["inventoryAdjustmentGroup"]
    assert group["changes"] == [{"name": "available", "delta": -3, "quantityAfterChange": 7}]
    assert client.control("stock?sku=MUG-1")["history"][-1]["cause"] == "set"


def test_on_hand_counts_what_is_promised(client):
    client.made({"lineItems": [client.line("MUG-1", 4)]}, inventoryBehaviour="DECREMENT_IGNORING_POLICY")

    put(client, target(client, "MUG-1", 20), name="on_hand")

    stock = client.control("stock?sku=MUG-1")
    assert (stock["quantity"], stock["committed"]) == (16, 4)


@pytest.mark.parametrize(
    ("change", "more", "code"),
    [
        ({"changeFromQuantity": 9}, {}, "CHANGE_FROM_QUANTITY_STALE"),
        ({"inventoryItemId": "gid://shopify/InventoryItem/1"}, {}, "INVALID_INVENTORY_ITEM"),
        ({"locationId": "gid://shopify/Location/1"}, {}, "INVALID_LOCATION"),
        ({"quantity": 2_000_000_000}, {}, "INVALID_QUANTITY_TOO_HIGH"),
        ({}, {"name": "committed"}, "INVALID_NAME"),
        ({}, {"reason": "because"}, "INVALID_REASON"),
    ],
)
def test_one_wrong_number_leaves_all_as_they_were(client, change, more, code):
    wrong = {**target(client, "MUG-1", 7), **change}

    answer = put(client, target(client, "TEE-S", 99), wrong, **more)

    assert [error["code"] for error in answer["userErrors"]] == [code]
    assert (client.stock("MUG-1"), client.stock("TEE-S")) == (10, 2)


def test_what_is_not_counted_cannot_be_set(client):
    answer = put(client, target(client, "VOUCHER", 1))

    assert [error["code"] for error in answer["userErrors"]] == ["NON_MUTABLE_INVENTORY_ITEM"]


def test_the_old_number_must_be_given_even_when_it_is_null(client):
    given = target(client, "MUG-1", 7)
    del given["changeFromQuantity"]
    document = SET

    error = client.errors(document, i={"name": "available", "reason": "correction", "quantities": [given]}, key="k")[0]
    assert error["extensions"]["code"] == "INVALID_VARIABLE"
    assert client.stock("MUG-1") == 10


def test_a_key_sets_numbers_once_and_for_one_input(client):
    mugs = target(client, "MUG-1", 7)
    first = put(client, mugs)
    client.control("stock", {"sku": "MUG-1", "quantity": 9})

    assert put(client, mugs)["inventoryAdjustmentGroup"] == first["inventoryAdjustmentGroup"]
    assert client.stock("MUG-1") == 9
    other = put(client, {**mugs, "quantity": 5})
    assert [error["code"] for error in other["userErrors"]] == ["IDEMPOTENCY_KEY_PARAMETER_MISMATCH"]
    client.control("clock", {"advance": 25 * 3600})
    put(client, mugs)
    assert client.stock("MUG-1") == 7


def test_the_own_customers_buy_what_is_there(client):
    assert client.control("sell", {"sku": "MUG-1", "quantity": 2})["stock"] == 8
    assert client.control("sell", {"sku": "TEE-S", "quantity": 3}) == {
        "sold": False,
        "turned_away": 3,
        "available": 2,
    }
    assert client.control("sell", {"sku": "VOUCHER", "quantity": 50})["stock"] is None
    books = client.control("books")
    assert books["turned_away"] == {"TEE-S": 3}
    assert books["stock_history"]["MUG-1"][0]["cause"] == "sale"
    assert [order["source_name"] for order in books["orders"]] == ["web", "web"]


def test_staff_count_book_in_and_write_past_the_shop(client):
    assert client.control("stock", {"sku": "TEE-S", "quantity": 7})["quantity"] == 7
    assert client.control("stock", {"sku": "TEE-S", "add": 5})["available"] == 12
    client.control("stock", {"sku": "TEE-S", "quantity": 1, "silent": True})

    causes = [change["cause"] for change in client.control("stock?sku=TEE-S")["history"]]
    assert causes == ["edit", "restock", "silent"]
    client.control("remove", {"sku": "TEE-S"})
    assert skus(client, "sku:TEE-S") == []


def bulk(client, query=EVERYTHING, **more):
    started = client(RUN, q=query, **more)
    assert started["userErrors"] == []
    client.shop.tick()
    return client(LOOK, id=started["bulkOperation"]["id"])


def lines_of(client, looked):
    path = looked["url"].removeprefix("http://localhost")
    return [json.loads(line) for line in client.flask.get(path).data.splitlines()]


@pytest.mark.parametrize("grouped", [True, False])
def test_a_bulk_operation_is_a_file_of_lines_whose_children_name_their_parent(client, grouped):
    looked = bulk(client, g=grouped)

    assert (looked["status"], looked["objectCount"], looked["rootObjectCount"]) == ("COMPLETED", "6", "3")
    lines = lines_of(client, looked)
    assert [line.get("sku") for line in lines] == (
        ["MUG-1", None, "TEE-S", None, "VOUCHER", None] if grouped else ["MUG-1", "TEE-S", "VOUCHER", None, None, None]
    )
    child = next(line for line in lines if "__parentId" in line)
    assert child["__parentId"] == lines[0]["id"]
    assert child["quantities"] == [{"quantity": 10}]
    assert "inventoryLevels" not in lines[0]["inventoryItem"]


def test_a_bulk_operation_reads_what_a_call_reads(client):
    client.made()
    query = """{ orders { edges { node { id kind: __typename name app { name } tags createdAt
      totalPriceSet { shopMoney { amount } } customAttributes { key value }
      agreements { edges { node { id reason ... on OrderAgreement { order { name } } ... on RefundAgreement {
        refund { id } } } } } } } } }"""

    order, agreement = lines_of(client, bulk(client, query))

    called = client(query.replace("orders {", "orders(first: 1) {").replace("agreements {", "agreements(first: 5) {"))
    node = called["edges"][0]["node"]
    assert node.pop("agreements")["edges"][0]["node"] == {k: v for k, v in agreement.items() if k != "__parentId"}
    assert (order, order["kind"]) == (node, "Order")


def test_a_bulk_operation_takes_its_time_and_reads_more_than_a_page(make_client):
    client = make_client(bulk_seconds=5.0)
    client.control("generate", {"count": 450, "prefix": "G-"})
    started = client(RUN, q='{ productVariants(query: "sku:G-*") { nodes { sku } } }')["bulkOperation"]
    assert started["status"] == "CREATED"
    client.control("clock", {"advance": 5})

    looked = client(LOOK, id=started["id"])
    assert len(lines_of(client, looked)) == 450
    assert client("{ currentBulkOperation { id status } }") == {"id": started["id"], "status": "COMPLETED"}


def test_two_ticks_at_once_finish_an_operation_once(client):
    started = client(RUN, q=EVERYTHING)["bulkOperation"]
    shop, lock, announced = client.shop, client.shop.lock, []
    shop.queue.announce = lambda topic, body: announced.append(topic)

    class Late:
        """Somebody else's tick does all the work before ours gets the lock."""

        def __enter__(self):
            shop.lock = lock
            work(shop)
            lock.acquire()

        def __exit__(self, *error):
            lock.release()

    shop.lock = Late()
    work(shop)

    assert client(LOOK, id=started["id"])["rootObjectCount"] == "3"
    assert announced == ["bulk_operations/finish"]


def test_a_file_is_there_for_a_week(client):
    looked = bulk(client)
    client.control("clock", {"advance": 8 * 86400})

    assert client.flask.get(looked["url"].removeprefix("http://localhost")).status_code == 403


def test_an_empty_result_has_no_file(client):
    looked = bulk(client, "{ orders { nodes { id } } }")

    assert (looked["status"], looked["url"], looked["objectCount"]) == ("COMPLETED", None, "0")


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("{ shop { name } }", "exactly one top-level field"),
        ("{ orders { nodes { id } } productVariants { nodes { id } } }", "exactly one top-level field"),
        ("{ orders { nodes { nmae } } }", "Invalid bulk query"),
        ("{ orders { nodes { lineItems { nodes { sku } } } } }", "must select the 'id' field"),
        (
            DEEP,
            "nesting depth greater than 2",
        ),
    ],
)
def test_what_cannot_be_a_bulk_operation_is_refused(client, query, words):
    error = client(RUN, q=query)["userErrors"][0]

    assert error["code"] == "INVALID"
    assert words in error["message"]


def test_five_bulk_operations_run_at_once(make_client):
    client = make_client(bulk_seconds=60.0)
    answers = [client(RUN, q=EVERYTHING)["userErrors"] for _ in range(6)]

    assert [[error["code"] for error in errors] for errors in answers] == [[]] * 5 + [["LIMIT_REACHED"]]


def test_a_bulk_operation_without_the_scope_fails(client):
    client.control("settings", {"scopes": ["read_orders"]})

    assert bulk(client)["errorCode"] == "ACCESS_DENIED"
