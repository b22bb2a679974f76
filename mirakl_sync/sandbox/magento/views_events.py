"""/async_event and /async_events: subscriptions. The module has no way to delete one: its status is set to false."""

from __future__ import annotations

from typing import Any

from mirakl_sync.sandbox.magento.columns import INTEGER, TEXT
from mirakl_sync.sandbox.magento.errors import RestError, refused, required
from mirakl_sync.sandbox.magento.events import EVENTS, Subscription
from mirakl_sync.sandbox.magento.routing import Call, Route, listed, whole
from mirakl_sync.sandbox.magento.tables import Table
from mirakl_sync.sandbox.magento.values import number, plain_text

MANAGE = "MageOS_AsyncEvents::manage"
COLUMNS = {"subscription_id": INTEGER, "event_name": TEXT, "recipient_url": TEXT, "status": INTEGER, "metadata": TEXT}
COLUMNS |= {"store_id": INTEGER}


def subscribe(call: Call) -> Any:
    """A second subscription of the same event to the same address is a second delivery."""
    given, shop = call.given("asyncEvent"), call.shop
    for name in ("event_name", "recipient_url", "verification_token", "metadata"):
        if not given.get(name):
            raise required(name)
    if given["event_name"] not in EVENTS:
        raise refused("Event %1 does not exist", given["event_name"])
    row = Subscription(
        shop.store.numbers.next("async event"),
        given["event_name"],
        plain_text(given["recipient_url"]),
        plain_text(given["verification_token"]),
        plain_text(given["metadata"]),
        shop.now(),
        store_id=int(number(given.get("store_id"))),
    )
    shop.events.subscriptions[row.id] = row
    return row.shown()


def change(call: Call, subscription_id: str) -> Any:
    """Only status and metadata change; the status must be said."""
    row, given = _find(call, subscription_id), call.given("asyncEvent")
    if given.get("status") is None:
        raise RestError(400, "Status is required")
    row.status = bool(given["status"])
    if given.get("metadata"):
        row.metadata = plain_text(given["metadata"])
    return row.shown()


def get_subscription(call: Call, subscription_id: str) -> Any:
    return _find(call, subscription_id).shown()


def list_subscriptions(call: Call) -> Any:
    table: Table[Subscription] = Table(lambda row, name: row.shown()[name], COLUMNS, key="subscription_id")
    for row in call.shop.events.subscriptions.values():
        table.save(row.id, row)
    return listed(call, table, Subscription.shown)


def _find(call: Call, subscription_id: str) -> Subscription:
    row = call.shop.events.subscriptions.get(whole(subscription_id))
    if row is None:
        raise RestError(404, "Async event with subscription ID %1 does not exist", [int(subscription_id)])
    return row


ROUTES = [
    Route("POST", "async_event", "event.subscribe", MANAGE, subscribe, only="events"),
    Route("GET", "async_event/<subscription_id>", "event.read", MANAGE, get_subscription, only="events"),
    Route("PUT", "async_event/<subscription_id>", "event.change", MANAGE, change, only="events"),
    Route("GET", "async_events", "event.list", MANAGE, list_subscriptions, only="events"),
]
