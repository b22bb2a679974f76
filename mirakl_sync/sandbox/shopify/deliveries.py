"""Webhooks on their way: signed, retried for four hours, doubled, lost and out of order (reference 10)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from mirakl_sync.sandbox.deliveries import DeliveryQueue, Waiting

if TYPE_CHECKING:
    from mirakl_sync.sandbox.shopify.shop import Shop

SECONDS_TO_CONNECT, SECONDS_TO_ANSWER = 1, 5
RETRIES = (60, 120, 240, 480, 900, 1800, 3600, 7200)
"""Seconds between attempts: eight retries within four hours."""


@dataclass
class Subscription:
    """`topic` as webhooks are headed: orders/create."""

    id: int
    topic: str
    uri: str
    created: datetime
    updated: datetime
    include_fields: list[str] = field(default_factory=list)
    name: str | None = None


@dataclass(eq=False)
class Delivery(Waiting):
    """The body is that of the moment it happened, also on a retry."""

    subscription: Subscription
    uri: str
    raw: bytes
    event_id: str
    webhook_id: str
    triggered: str
    attempts: int = 0

    def told(self) -> dict[str, Any]:
        return {"topic": self.subscription.topic, "event": self.event_id}


def sign(raw: bytes, secret: str) -> str:
    """`X-Shopify-Hmac-Sha256`: base64 of HMAC-SHA256 over the raw body."""
    return base64.b64encode(hmac.new(secret.encode(), raw, hashlib.sha256).digest()).decode()


class WebhookQueue(DeliveryQueue[Delivery]):
    OUTCOMES = ("delivered", "failed", "lost", "given_up")

    def __init__(self, shop: Shop) -> None:
        super().__init__(shop)
        self._shop = shop
        self.subscriptions: dict[int, Subscription] = {}

    def announce(self, topic: str, body: Callable[[], dict[str, Any]]) -> None:
        """Queue a delivery per subscription of the topic. Called under the shop's lock; `body` is made once."""
        wanted = [each for each in self.subscriptions.values() if each.topic == topic]
        if not wanted:
            return
        made, event = body(), self._uuid()
        triggered = self._shop.clock.now().astimezone(UTC).isoformat().replace("+00:00", "Z")
        for subscription in wanted:
            raw = json.dumps(_chosen(made, subscription.include_fields), separators=(",", ":")).encode()
            due = self._due(self._shop.settings.webhook_seconds)
            self._queue(Delivery(due, subscription, subscription.uri, raw, event, self._uuid(), triggered))

    def _deliver(self, waiting: Delivery) -> None:
        with self._shop.lock:
            if waiting.subscription.id not in self.subscriptions:
                return
            copies = self._copies(may_be_lost=not waiting.attempts)
        if not copies:
            self._note("lost", waiting)
            return
        outcomes = [self._send(waiting) for _ in range(copies)]
        if any(status is not None and 200 <= status < 300 for status in outcomes):
            for status in outcomes:
                self._note("delivered", waiting, status)
            return
        self._note("failed", waiting, outcomes[-1])
        self._again(waiting)

    def _again(self, waiting: Delivery) -> None:
        """A retry, or the end of the subscription."""
        with self._shop.lock:
            if waiting.attempts >= len(RETRIES):
                self.subscriptions.pop(waiting.subscription.id, None)
                self._note("given_up", waiting)
                return
            waiting.due = self._shop.clock.seconds() + RETRIES[waiting.attempts]
            waiting.attempts += 1
            self._queue(waiting)

    def _send(self, waiting: Delivery) -> int | None:
        seconds = (SECONDS_TO_CONNECT, SECONDS_TO_ANSWER)
        headers = self._headers(waiting)
        answer = self._post(waiting.uri, data=waiting.raw, headers=headers, timeout=seconds, allow_redirects=False)
        return None if answer is None else answer.status_code

    def _headers(self, waiting: Delivery) -> dict[str, str]:
        settings = self._shop.settings
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "Shopify-Captain-Hook",
            "X-Shopify-Topic": waiting.subscription.topic,
            "X-Shopify-Shop-Domain": settings.domain,
            "X-Shopify-API-Version": settings.webhook_version,
            "X-Shopify-Hmac-Sha256": sign(waiting.raw, settings.client_secret),
            "X-Shopify-Webhook-Id": waiting.webhook_id,
            "X-Shopify-Event-Id": waiting.event_id,
            "X-Shopify-Triggered-At": waiting.triggered,
        }
        return {**headers, "X-Shopify-Name": waiting.subscription.name} if waiting.subscription.name else headers

    def _uuid(self) -> str:
        return str(uuid.UUID(int=self._random.getrandbits(128), version=4))


def _chosen(body: dict[str, Any], names: list[str]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name in names} if names else body
