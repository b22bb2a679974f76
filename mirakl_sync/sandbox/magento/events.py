"""The module mage-os/mageos-async-events: subscriptions, and deliveries on their way (reference 9).

A delivery carries the REST object as it is when it is sent, signed with the subscription's token. An answer that is
no success is tried again after 1, 4, 9, 16 and 25 seconds, or when Retry-After says; a recipient that does not answer
at all is not tried again (read in the module's code).
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import requests

from mirakl_sync.sandbox.deliveries import DeliveryQueue, Waiting
from mirakl_sync.sandbox.magento.order_json import order_json
from mirakl_sync.sandbox.magento.values import encode

if TYPE_CHECKING:
    from mirakl_sync.sandbox.magento.shop import Shop

SECONDS_TO_ANSWER = 15
MOST_DEATHS = 5
LONGEST_WAIT = 60
EVENTS = (
    "customer.created",
    "customer.updated",
    "sales.order.created",
    "sales.order.updated",
    "sales.order.paid",
    "sales.order.shipped",
    "sales.shipment.created",
    "sales.invoice.created",
    "sales.invoice.paid",
    "sales.creditmemo.created",
)


@dataclass
class Subscription:
    id: int
    event_name: str
    recipient_url: str
    verification_token: str
    metadata: str
    subscribed_at: str
    status: bool = True
    store_id: int = 0

    def shown(self) -> dict[str, Any]:
        """The token never comes back."""
        return {
            "subscription_id": self.id,
            "event_name": self.event_name,
            "recipient_url": self.recipient_url,
            "status": self.status,
            "metadata": self.metadata,
            "store_id": self.store_id,
            "subscribed_at": self.subscribed_at,
        }


@dataclass(eq=False)
class Event(Waiting):
    """`raw` is the body of an event that was sent already; without it, the object as it is when it is sent."""

    subscription_id: int
    name: str
    number: int
    deaths: int = 0
    raw: bytes | None = None

    def told(self) -> dict[str, Any]:
        return {"event": self.name, "id": self.number}


def sign(raw: bytes, token: str) -> str:
    """`x-magento-signature`: hex HMAC-SHA256 over the body."""
    return hmac.new(token.encode(), raw, hashlib.sha256).hexdigest()


class EventQueue(DeliveryQueue[Event]):
    OUTCOMES = ("delivered", "failed", "lost", "buried")

    def __init__(self, shop: Shop) -> None:
        super().__init__(shop)
        self._shop = shop
        self.subscriptions: dict[int, Subscription] = {}

    def announce(self, event: str, number: int) -> None:
        """Queues one delivery per active subscription. Nothing is put together: every save is an event of its own."""
        if not self._shop.settings.events:
            return
        for subscription in self.subscriptions.values():
            if subscription.status and subscription.event_name == event:
                self._queue(Event(self._due(self._shop.settings.event_seconds), subscription.id, event, number))

    def _deliver(self, waiting: Event) -> None:
        with self._shop.lock:
            subscription = self.subscriptions.get(waiting.subscription_id)
            if subscription is None or not subscription.status:
                return
            raw = waiting.raw or encode(self._payload(waiting)).encode()
            copies = self._copies()
        if not copies:
            self._note("lost", waiting)
        for _ in range(copies):
            self._send(waiting, subscription, raw)

    def _send(self, waiting: Event, subscription: Subscription, raw: bytes) -> None:
        headers = {
            "x-magento-signature": sign(raw, subscription.verification_token),
            "Content-Type": "application/json",
        }
        answer = self._post(subscription.recipient_url, data=raw, headers=headers, timeout=SECONDS_TO_ANSWER)
        if answer is None:
            self._note("lost", waiting)
        elif answer.ok:
            self._note("delivered", waiting, answer.status_code)
        else:
            self._again(waiting, raw, answer)

    def _again(self, waiting: Event, raw: bytes, answer: requests.Response) -> None:
        deaths = waiting.deaths + 1
        self._note("failed" if deaths <= MOST_DEATHS else "buried", waiting, answer.status_code)
        if deaths > MOST_DEATHS:
            return
        asked = answer.headers.get("Retry-After", "")
        seconds = int(asked) if asked.isdigit() else min(LONGEST_WAIT, deaths**2)
        with self._shop.lock:
            due = self._shop.clock.seconds() + seconds
            self._queue(Event(due, waiting.subscription_id, waiting.name, waiting.number, deaths, raw))

    def _payload(self, waiting: Event) -> dict[str, Any]:
        """The REST object; an empty one for what is gone."""
        # Here, because the views need the shop and the shop needs its queue.
        from mirakl_sync.sandbox.magento.shipments import shipment_json
        from mirakl_sync.sandbox.magento.views_order_actions import document_json

        store, kind = self._shop.store, waiting.name.split(".")[1]
        if kind == "order" and waiting.number in store.orders.rows:
            return order_json(store.orders.rows[waiting.number])
        if kind == "shipment" and waiting.number in store.shipments.rows:
            return shipment_json(store.shipments.rows[waiting.number])
        documents = {"invoice": store.invoices, "creditmemo": store.creditmemos}.get(kind)
        if documents is not None and waiting.number in documents.rows:
            return document_json(documents.rows[waiting.number])
        return {}
