"""Webhooks: bodies in the old shape, signatures, retries, and the end of a subscription."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from mirakl_sync.sandbox.shopify.deliveries import sign
from tests.sandbox.listening import receiving

SUBSCRIBE = """mutation($topic: WebhookSubscriptionTopic!, $w: WebhookSubscriptionInput!) {
  webhookSubscriptionCreate(topic: $topic, webhookSubscription: $w) {
    webhookSubscription { id topic uri apiVersion { handle } } userErrors { field message } } }"""
LIST = "{ webhookSubscriptions(first: 10) { nodes { id topic uri } } }"
CLAIM = {"inventoryBehaviour": "DECREMENT_IGNORING_POLICY"}


@dataclass
class Sink:
    """Remembers what it was sent; `status` is what it answers."""

    url: str = ""
    status: int = 200
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    def topics(self) -> list[str]:
        return [headers["X-Shopify-Topic"] for headers, _ in self.got]

    def bodies(self, topic: str) -> list[Any]:
        return [json.loads(raw) for headers, raw in self.got if headers["X-Shopify-Topic"] == topic]

    def take(self, _path: str, headers: dict[str, str], raw: bytes) -> tuple[int, dict[str, str]]:
        self.got.append((headers, raw))
        return self.status, {"Location": "/elsewhere"}


@pytest.fixture
def sink() -> Iterator[Sink]:
    sink = Sink()
    with receiving(sink.take) as sink.url:
        yield sink


def listen(client, sink, *topics):
    for topic in topics:
        answer = client(SUBSCRIBE, topic=topic, w={"uri": f"{sink.url}/hook"})
        assert answer["userErrors"] == []


def flush(client):
    return client.control("webhooks/flush", {})["deliveries"]


def control(client, order_id, path, body):
    return client.control(f"orders/{order_id.rpartition('/')[2]}{path}", body)


def test_a_delivery_is_signed_and_says_where_it_comes_from(client, sink):
    listen(client, sink, "ORDERS_CREATE")
    made = client.made({"tags": ["b", "a"], "customAttributes": [{"key": "mirakl_reference", "value": "n/1/O-1"}]})

    assert flush(client) == 1
    headers, raw = sink.got[0]
    assert headers["X-Shopify-Hmac-Sha256"] == sign(raw, "shpss_sandbox")
    assert headers["X-Shopify-Shop-Domain"] == "sandbox-shop.myshopify.com"
    assert headers["X-Shopify-API-Version"] == "2026-10"
    assert {"X-Shopify-Webhook-Id", "X-Shopify-Event-Id", "X-Shopify-Triggered-At"} <= set(headers)
    body = json.loads(raw)
    assert (body["id"], body["admin_graphql_api_id"]) == (int(made.rpartition("/")[2]), made)
    assert (body["tags"], body["total_price"]) == ("a, b", "30.00")
    assert body["note_attributes"] == [{"name": "mirakl_reference", "value": "n/1/O-1"}]
    assert body["updated_at"].endswith(("+01:00", "+02:00"))


def test_a_day_in_an_orders_life(client, sink):
    listen(client, sink, "ORDERS_CREATE", "ORDERS_UPDATED", "ORDERS_EDITED", "ORDERS_PARTIALLY_FULFILLED",
           "FULFILLMENTS_CREATE", "FULFILLMENTS_UPDATE", "REFUNDS_CREATE", "ORDERS_CANCELLED", "ORDERS_DELETE",
           "INVENTORY_LEVELS_UPDATE")  # fmt: skip
    made = client.made({"lineItems": [client.line("MUG-1", 3)]}, **CLAIM)
    flush(client)
    assert sorted(sink.topics()) == ["inventory_levels/update", "orders/create"]
    assert sink.bodies("inventory_levels/update")[0]["available"] == 7

    sink.got.clear()
    control(client, made, "/edit", {"lines": [{"sku": "MUG-1", "quantity": 2}]})
    flush(client)
    changes = sink.bodies("orders/edited")[0]["order_edit"]
    assert changes["order_id"] == int(made.rpartition("/")[2])
    assert [(each["delta"]) for each in changes["line_items"]["removals"]] == [1]
    assert {"orders/updated", "refunds/create"} <= set(sink.topics())

    sink.got.clear()
    sent = control(client, made, "/ship", {"items": [{"sku": "MUG-1", "quantity": 1}], "number": "N1"})
    client.control(f"orders/{sent['id']}/parcels/{sent['fulfillment']}", {"number": "N2"}, method="PUT")
    flush(client)
    assert sink.bodies("fulfillments/create")[0]["tracking_numbers"] == ["N1"]
    assert sink.bodies("fulfillments/update")[0]["tracking_number"] == "N2"
    assert "orders/partially_fulfilled" in sink.topics()

    sink.got.clear()
    other = client.made()
    control(client, other, "", {"status": "cancelled"})
    control(client, other, "", {"status": "trash"})
    flush(client)
    assert sink.bodies("orders/cancelled")[0]["cancel_reason"] == "other"
    assert sink.bodies("orders/delete") == [{"id": int(other.rpartition("/")[2])}]


def test_several_subscriptions_share_an_event_and_a_body_is_that_of_its_moment(client, sink):
    listen(client, sink, "ORDERS_UPDATED")
    client(SUBSCRIBE, topic="ORDERS_UPDATED", w={"uri": f"{sink.url}/other", "includeFields": ["id", "tags"]})
    made = client.made()
    for tag in ("first", "second"):
        client("mutation($id: ID!, $t: [String!]!) { tagsAdd(id: $id, tags: $t) { userErrors { message } } }",
               id=made, t=[tag])  # fmt: skip

    flush(client)

    events = [headers["X-Shopify-Event-Id"] for headers, _ in sink.got]
    assert len(events) == 4
    assert len(set(events)) == 2
    assert len({headers["X-Shopify-Webhook-Id"] for headers, _ in sink.got}) == 4
    tags = [json.loads(raw)["tags"] for _, raw in sink.got]
    assert sorted(tags) == ["first", "first", "first, second", "first, second"]
    assert sorted(len(json.loads(raw)) for _, raw in sink.got)[:2] == [2, 2]


@pytest.mark.parametrize("status", [301, 400, 503])
def test_what_is_not_taken_comes_again_until_the_subscription_is_deleted(client, sink, status):
    sink.status = status
    listen(client, sink, "ORDERS_CREATE")
    client.made()
    client.control("clock", {"advance": 1})
    assert len(sink.got) == 1
    client.control("clock", {"advance": 59})
    assert len(sink.got) == 1
    client.control("clock", {"advance": 5})
    assert len(sink.got) == 2

    for _ in range(7):
        client.control("clock", {"advance": 7300})

    assert len(sink.got) == 9
    assert len({headers["X-Shopify-Webhook-Id"] for headers, _ in sink.got}) == 1
    assert client(LIST)["nodes"] == []
    assert client.control("webhooks")["given_up"] == 1


def test_a_delivery_that_is_taken_at_last_saves_the_subscription(client, sink):
    sink.status = 500
    listen(client, sink, "ORDERS_CREATE")
    client.made()
    flush(client)
    sink.status = 204
    flush(client)

    assert len(client(LIST)["nodes"]) == 1
    assert flush(client) == 0


def test_deliveries_are_doubled_lost_and_delayed_on_demand(client, sink):
    listen(client, sink, "ORDERS_CREATE")
    client.control("webhooks", {"duplicate": 1})
    client.made()
    flush(client)
    assert len(sink.got) == 2
    assert len({headers["X-Shopify-Webhook-Id"] for headers, _ in sink.got}) == 1

    client.control("webhooks", {"lose": 1})
    client.made()
    flush(client)
    assert len(sink.got) == 2
    client.control("webhooks", {"delay": 30})
    client.made()
    client.control("clock", {"advance": 29})
    assert len(sink.got) == 2
    client.control("clock", {"advance": 1})
    assert len(sink.got) == 3


def test_deliveries_come_out_of_order_on_demand(client, sink):
    listen(client, sink, "ORDERS_CREATE")
    client.control("webhooks", {"reorder": 1})
    made = [client.made().rpartition("/")[2] for _ in range(8)]
    client.control("clock", {"advance": 5})

    came = [str(body["id"]) for body in sink.bodies("orders/create")]
    assert sorted(came) == sorted(made)
    assert came != made


def test_an_address_is_subscribed_once_per_topic(client, sink):
    listen(client, sink, "ORDERS_CREATE")

    again = client(SUBSCRIBE, topic="ORDERS_CREATE", w={"uri": f"{sink.url}/hook"})
    assert again["userErrors"][0]["message"] == "Address for this topic has already been taken"
    assert client(SUBSCRIBE, topic="ORDERS_CREATE", w={"uri": "nowhere"})["webhookSubscription"] is None


def test_a_subscription_can_be_moved_and_ended(client, sink):
    listen(client, sink, "ORDERS_CREATE", "BULK_OPERATIONS_FINISH")
    first = client(LIST)["nodes"][0]["id"]
    moved = client(
        "mutation($id: ID!, $w: WebhookSubscriptionInput!) { webhookSubscriptionUpdate(id: $id,"
        " webhookSubscription: $w) { webhookSubscription { uri } userErrors { message } } }",
        id=first,
        w={"uri": f"{sink.url}/elsewhere"},
    )
    assert moved["webhookSubscription"] == {"uri": f"{sink.url}/elsewhere"}
    client("mutation($id: ID!) { webhookSubscriptionDelete(id: $id) { deletedWebhookSubscriptionId } }", id=first)
    assert [node["topic"] for node in client(LIST)["nodes"]] == ["BULK_OPERATIONS_FINISH"]
    client.made()
    assert flush(client) == 0
