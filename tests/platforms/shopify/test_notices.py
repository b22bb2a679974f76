"""Webhooks: whose they are, what they are about, and when they are the same one again."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime

import pytest

from mirakl_sync.errors import Misconfigured, Refused, Unreadable
from mirakl_sync.platforms.shopify.notices import ORDER_IN, PRODUCT_IN, read_notices, verify
from mirakl_sync.platforms.shopify.watching import TOPICS
from mirakl_sync.records.shop import NoticeKind
from tests.contracts import shopify_schema
from tests.platforms.shopify.fakes import NOW

BODY = b'{"id": 820982911946154508}'


def signed(body: bytes = BODY, secret: str = "now", **headers: str) -> dict[str, str]:
    signature = base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()
    told = {"X-Shopify-Topic": "orders/updated", "X-Shopify-Hmac-Sha256": signature, "X-Shopify-Event-Id": "E1"}
    return told | headers


def test_a_delivery_is_known_by_its_event_and_topic_whatever_the_case_of_its_headers():
    first = verify(signed(), BODY, ("now", ""))
    again = verify({name.lower(): value for name, value in signed().items()}, BODY, ("now", ""))
    assert (first.key, first.topic, first.greeting) == ("orders/updated:E1", "orders/updated", False)
    assert again == first


@pytest.mark.parametrize("secret", ["now", "before"])
def test_after_a_change_of_the_secret_both_sign(secret):
    assert verify(signed(secret=secret), BODY, ("now", "before")).topic == "orders/updated"


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        (signed(secret="a stranger's"), BODY),
        (signed(), BODY + b" "),
        ({}, BODY),
        (signed(**{"X-Shopify-Hmac-Sha256": "ä"}), BODY),
        (signed(secret=""), BODY),
    ],
)
def test_a_strangers_webhook_is_refused(headers, body):
    with pytest.raises(Refused) as refusal:
        verify(headers, body, ("now", ""))
    assert refusal.value.status == 401


def test_without_a_secret_nobody_can_tell():
    with pytest.raises(Misconfigured):
        verify(signed(), BODY, ("", ""))


@pytest.mark.parametrize(
    ("lacking", "key"),
    [
        ({"X-Shopify-Event-Id": "", "X-Shopify-Webhook-Id": "W1"}, "orders/updated:W1"),
        ({"X-Shopify-Event-Id": ""}, f"orders/updated:{hashlib.sha256(BODY).hexdigest()}"),
    ],
)
def test_without_an_event_id_the_next_best_tells_deliveries_apart(lacking, key):
    assert verify(signed(**lacking), BODY, ("now", "")).key == key


@pytest.mark.parametrize(
    ("topic", "body", "kind", "subject", "deleted"),
    [
        ("orders/create", {"id": 7, "updated_at": "2026-11-21T10:00:00-05:00"}, "order", "7", False),
        ("orders/updated", {"id": 7}, "order", "7", False),
        ("orders/cancelled", {"id": 7}, "order", "7", False),
        ("orders/edited", {"order_edit": {"id": 1, "order_id": 7}}, "order", "7", False),
        ("orders/delete", {"id": 7}, "order", "7", True),
        ("fulfillments/create", {"id": 1, "order_id": 7}, "order", "7", False),
        ("fulfillments/update", {"id": 1, "order_id": 7}, "order", "7", False),
        ("refunds/create", {"id": 1, "order_id": 7}, "order", "7", False),
        ("products/update", {"id": 8}, "product", "8", False),
        ("products/delete", {"id": 8}, "product", "8", True),
        ("inventory_levels/update", {"inventory_item_id": 9, "location_id": 1, "available": 3}, "product", "9", False),
    ],
)
def test_a_webhook_says_what_to_look_at(topic, body, kind, subject, deleted):
    (notice,) = read_notices(topic, json.dumps(body).encode(), NOW)
    assert (notice.kind, notice.subject) == (NoticeKind(kind), subject)
    assert (notice.deleted, notice.incomplete, notice.order, notice.product) == (deleted, not deleted, None, None)
    assert notice.observed_at == (datetime(2026, 11, 21, 15, tzinfo=UTC) if "updated_at" in body else NOW)


@pytest.mark.parametrize("topic", ["app/uninstalled", "shop/update", ""])
def test_other_topics_say_nothing(topic):
    assert read_notices(topic, b"{}", NOW) == ()


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"{}", b'{"id": null}', b'{"order_edit": 3}'])
def test_a_webhook_without_its_id_is_unreadable(body):
    with pytest.raises(Unreadable):
        read_notices("orders/edited", body, NOW)
    with pytest.raises(Unreadable):
        read_notices("orders/updated", body, NOW)


def test_every_topic_we_read_can_be_subscribed_to():
    known = set(shopify_schema().type_map["WebhookSubscriptionTopic"].values)
    assert set(TOPICS) <= known
    assert set(TOPICS.values()) == {*ORDER_IN, *PRODUCT_IN}
