"""webhookSubscription*: an app's own webhooks, addressed by `uri`.

Every topic can be subscribed to; those nothing here ever happens of stay silent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mirakl_sync.sandbox.shopify.deliveries import Subscription
from mirakl_sync.sandbox.shopify.gids import gid, number_of
from mirakl_sync.sandbox.shopify.paging import Page, page

if TYPE_CHECKING:
    from mirakl_sync.sandbox.shopify.engine import Call
    from mirakl_sync.sandbox.shopify.shop import Shop

Shown = dict[str, Any]
PREFIXES = ("http://", "https://", "pubsub://", "arn:aws:events:")
"""The vendor wants https; a sandbox on one machine has none."""
RESOURCES = (
    "APP",
    "BULK_OPERATIONS",
    "FULFILLMENT_ORDERS",
    "FULFILLMENTS",
    "INVENTORY_ITEMS",
    "INVENTORY_LEVELS",
    "ORDERS",
    "PRODUCTS",
    "REFUNDS",
    "RETURNS",
)


def header_of(topic: str) -> str:
    """`ORDERS_PARTIALLY_FULFILLED` as the header says it: orders/partially_fulfilled."""
    resource = next((each for each in RESOURCES if topic.startswith(f"{each}_")), topic.partition("_")[0])
    return f"{resource.lower()}/{topic[len(resource) + 1 :].lower()}"


def topic_of(header: str) -> str:
    return header.replace("/", "_").upper()


def find(
    call: Call,
    *,
    topics: list[str] | None = None,
    uri: str | None = None,
    callback_url: str | None = None,
    query: str | None = None,
    format: str | None = None,
    sort_key: str = "CREATED_AT",
    **window: Any,
) -> Page:
    rows = [
        row
        for row in call.shop.queue.subscriptions.values()
        if (not topics or topic_of(row.topic) in topics) and uri in (None, row.uri) and callback_url in (None, row.uri)
    ]
    return page(rows, lambda row: (row.id,), lambda row: view(call.shop, row), **window)


def read(call: Call, id: str) -> Shown | None:
    row = call.shop.queue.subscriptions.get(number_of(id, "WebhookSubscription"))
    return view(call.shop, row) if row else None


def create(call: Call, topic: str, webhook_subscription: Shown) -> Shown:
    shop, uri = call.shop, webhook_subscription.get("uri") or ""
    header = header_of(topic)
    problem = _problem(shop, header, uri, None)
    if problem:
        return {"webhookSubscription": None, "userErrors": [problem]}
    now = shop.now()
    row = Subscription(shop.number("WebhookSubscription"), header, uri, now, now)
    _apply(row, webhook_subscription)
    shop.queue.subscriptions[row.id] = row
    return {"webhookSubscription": view(shop, row), "userErrors": []}


def update(call: Call, id: str, webhook_subscription: Shown) -> Shown:
    shop, row = call.shop, call.shop.queue.subscriptions.get(number_of(id, "WebhookSubscription"))
    if row is None:
        return {"webhookSubscription": None, "userErrors": [_error("id", "Webhook subscription does not exist")]}
    uri = webhook_subscription.get("uri") or row.uri
    problem = _problem(shop, row.topic, uri, row)
    if problem:
        return {"webhookSubscription": None, "userErrors": [problem]}
    row.uri, row.updated = uri, shop.now()
    _apply(row, webhook_subscription)
    return {"webhookSubscription": view(shop, row), "userErrors": []}


def delete(call: Call, id: str) -> Shown:
    row = call.shop.queue.subscriptions.pop(number_of(id, "WebhookSubscription"), None)
    if row is None:
        errors = [_error("id", "Webhook subscription does not exist")]
        return {"deletedWebhookSubscriptionId": None, "userErrors": errors}
    return {"deletedWebhookSubscriptionId": gid("WebhookSubscription", row.id), "userErrors": []}


def view(shop: Shop, row: Subscription) -> Shown:
    version = shop.settings.webhook_version
    return {
        "__typename": "WebhookSubscription",
        "id": gid("WebhookSubscription", row.id),
        "legacyResourceId": row.id,
        "topic": topic_of(row.topic),
        "uri": row.uri,
        "format": "JSON",
        "filter": None,
        "name": row.name,
        "includeFields": row.include_fields,
        "metafieldNamespaces": [],
        "apiVersion": {"handle": version, "displayName": version, "supported": True},
        "createdAt": row.created,
        "updatedAt": row.updated,
    }


def _apply(row: Subscription, given: Shown) -> None:
    if "name" in given:
        row.name = given["name"]
    if "include_fields" in given:
        row.include_fields = list(given["include_fields"] or ())


def _problem(shop: Shop, header: str, uri: str, own: Subscription | None) -> Shown | None:
    if not uri.startswith(PREFIXES):
        return _error("webhookSubscription", "Address is invalid")
    taken = any(row is not own and (row.topic, row.uri) == (header, uri) for row in shop.queue.subscriptions.values())
    return _error("webhookSubscription", "Address for this topic has already been taken") if taken else None


def _error(field: str, words: str) -> Shown:
    return {"field": [field], "message": words}
