"""Asynchronous calls that wait for a consumer, and the events module with its retries."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.sandbox.listening import receiving
from tests.sandbox.magento.conftest import Client, entity

Make = Callable[..., Client]
TOKEN = "secret of the subscription"


def test_an_asynchronous_call_is_open_until_somebody_consumes(client: Client) -> None:
    answer = client("PUT", "/rest/default/async/V1/orders/create", {"entity": entity("MKP-1")})
    bulk = answer.json["bulk_uuid"]
    assert (answer.status_code, answer.json["errors"]) == (202, False)
    assert client.control("books")["totals"]["orders"] == 0
    assert client.get(f"bulk/{bulk}/status")["operations_list"][0]["status"] == 4
    assert client.control("consume", {}) == {"operations": 1}
    assert client.get(f"bulk/{bulk}/status")["operations_list"][0]["status"] == 1
    assert client.control("books")["totals"]["orders"] == 1


def test_in_a_bulk_every_element_has_its_own_fate(client: Client) -> None:
    bodies = [{"entity": entity("A")}, {"entity": entity("A")}, {"entity": entity("B")}]
    answer = client("PUT", "/rest/async/bulk/V1/orders/create", bodies)
    assert [item["status"] for item in answer.json["request_items"]] == ["accepted"] * 3
    client.control("consume", {})
    operations = client.get(f"bulk/{answer.json['bulk_uuid']}/detailed-status")["operations_list"]
    assert [one["status"] for one in operations] == [1, 3, 1]
    assert operations[1]["result_message"] == "Unique constraint violation found"
    assert json.loads(operations[2]["result_serialized_data"])["increment_id"] == "B"
    assert client.refused("GET", "bulk/unknown/status")[0] == 404


# --- events -----------------------------------------------------------------------------------------------------------


@dataclass
class Sink:
    """Remembers what it was sent; `statuses` are its next answers, 200 when there is none left."""

    url: str = ""
    statuses: list[int] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    def take(self, _path: str, headers: dict[str, str], raw: bytes) -> tuple[int, dict[str, str]]:
        self.got.append((headers, raw))
        return self.statuses.pop(0) if self.statuses else 200, self.headers


@pytest.fixture
def sink() -> Iterator[Sink]:
    sink = Sink()
    with receiving(sink.take) as sink.url:
        yield sink


def subscribe(client: Client, url: str, event: str = "sales.shipment.created") -> Any:
    body = {"event_name": event, "recipient_url": url, "verification_token": TOKEN, "metadata": "http"}
    return client.ok("POST", "async_event", {"asyncEvent": body})


def test_without_the_module_there_is_no_route(client: Client) -> None:
    assert client.refused("POST", "async_event", {"asyncEvent": {}}) == (404, "Request does not match any route.")


def test_a_subscription_is_kept_without_its_token_and_cannot_be_deleted(make_client: Make, sink: Sink) -> None:
    client = make_client(events=True)
    made = subscribe(client, sink.url)
    assert made["subscription_id"] == 1
    assert TOKEN not in json.dumps([made, client.get("async_event/1"), client.find("async_events")])
    assert client.find("async_events", ("recipient_url", sink.url, "eq"))["total_count"] == 1
    assert client("DELETE", "async_event/1").status_code == 404
    assert client.refused("PUT", "async_event/1", {"asyncEvent": {"metadata": "http"}}) == (400, "Status is required")
    assert client.ok("PUT", "async_event/1", {"asyncEvent": {"status": False}})["status"] is False
    client.place("MKP-1")
    client.control("orders/1/ship", {"carrier": "MRW", "number": "T1"})
    assert client.control("webhooks/flush", {}) == {"deliveries": 0}
    assert client.refused("GET", "async_event/9")[0] == 404
    body = {"event_name": "stock.changed", "recipient_url": sink.url, "verification_token": "x", "metadata": "http"}
    assert client.refused("POST", "async_event", {"asyncEvent": body})[0] == 400


def test_a_delivery_carries_the_object_and_a_hex_signature(make_client: Make, sink: Sink) -> None:
    client = make_client(events=True)
    subscribe(client, sink.url)
    client.place("MKP-1")
    client.control("orders/1/ship", {"carrier": "MRW", "number": "T1"})
    assert client.control("webhooks/flush", {}) == {"deliveries": 1}
    ((headers, raw),) = sink.got
    assert headers["x-magento-signature"] == hmac.new(TOKEN.encode(), raw, hashlib.sha256).hexdigest()
    assert json.loads(raw) == client.get("shipment/1")


@pytest.mark.parametrize(
    ("event", "steps", "count"),
    [
        ("sales.order.created", [], 1),
        ("sales.order.updated", ["invoiced"], 1),
        ("sales.order.updated", ["holded", "unhold"], 2),
        ("sales.order.updated", ["cancelled"], 1),
        ("sales.order.paid", ["invoiced"], 1),
        ("sales.order.shipped", ["completed"], 1),
        ("sales.invoice.created", ["completed"], 1),
        ("sales.invoice.paid", ["completed"], 1),
    ],
)
def test_events_tell_what_happens_to_an_order(
    make_client: Make, sink: Sink, event: str, steps: list[str], count: int
) -> None:
    client = make_client(events=True)
    subscribe(client, sink.url, event)
    client.place("MKP-1")
    for status in steps:
        client.control("orders/1", {"status": status})
    assert client.control("webhooks/flush", {}) == {"deliveries": count}
    assert json.loads(sink.got[0][1])["entity_id"] == 1


def test_a_refund_is_an_event_and_a_late_track_is_none(make_client: Make, sink: Sink) -> None:
    client = make_client(events=True)
    client.place("MKP-1")
    client.control("orders/1", {"status": "completed"})
    for event in ("sales.creditmemo.created", "sales.shipment.created", "sales.order.updated"):
        subscribe(client, sink.url, event)
    late = {"order_id": 1, "parent_id": 1, "carrier_code": "custom", "title": "Local", "track_number": "X1"}
    client.ok("POST", "shipment/track", {"entity": late})
    assert client.control("webhooks/flush", {}) == {"deliveries": 0}
    client.control("orders/1/refund", {"items": [{"line_id": "MKP-1-1", "quantity": 1}]})
    assert client.control("webhooks/flush", {}) == {"deliveries": 1}


def test_a_failed_delivery_comes_again_after_growing_pauses_and_is_buried(make_client: Make, sink: Sink) -> None:
    client = make_client(events=True, event_seconds=0)
    subscribe(client, sink.url, "sales.order.created")
    sink.statuses = [500] * 6
    client.place("MKP-1")
    client.shop.tick()
    for tries, pause in enumerate((1, 4, 9, 16, 25), 1):
        assert len(sink.got) == tries
        client.control("clock", {"advance": pause - 0.9})
        assert len(sink.got) == tries, "not before its time"
        client.control("clock", {"advance": 1})
    counts = client.control("webhooks")
    assert (len(sink.got), counts["failed"], counts["buried"], counts["waiting"]) == (6, 5, 1, 0)
    assert len({raw for _, raw in sink.got}) == 1, "the same body every time"


def test_retry_after_says_when(make_client: Make, sink: Sink) -> None:
    client = make_client(events=True, event_seconds=0)
    subscribe(client, sink.url, "sales.order.created")
    sink.statuses, sink.headers = [503], {"Retry-After": "30"}
    client.place("MKP-1")
    client.shop.tick()
    client.control("clock", {"advance": 25})
    assert len(sink.got) == 1
    client.control("clock", {"advance": 6})
    assert len(sink.got) == 2


def test_a_recipient_that_does_not_answer_is_not_asked_again(make_client: Make) -> None:
    client = make_client(events=True, event_seconds=0)
    subscribe(client, "http://127.0.0.1:9/", "sales.order.created")
    client.place("MKP-1")
    client.shop.tick()
    client.control("clock", {"advance": 100})
    counts = client.control("webhooks")
    assert (counts["lost"], counts["failed"], counts["waiting"]) == (1, 0, 0)


@pytest.mark.parametrize(("trouble", "arrived"), [({"lose": 1}, 0), ({"duplicate": 1}, 2), ({"delay": 60}, 0), ({}, 1)])
def test_deliveries_go_wrong_on_demand(make_client: Make, sink: Sink, trouble: dict[str, float], arrived: int) -> None:
    client = make_client(events=True, event_seconds=0)
    subscribe(client, sink.url, "sales.order.created")
    client.control("webhooks", trouble)
    client.place("MKP-1")
    client.shop.tick()
    assert len(sink.got) == arrived
    assert client.flask.post("/_sandbox/webhooks", json={"eat": 1}).status_code == 400
