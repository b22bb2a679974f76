"""Webhooks on their way: coalesced per object, sent late with the newest body, never repeated (reference 9.2)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mirakl_sync.sandbox.deliveries import DeliveryQueue, Waiting
from mirakl_sync.sandbox.woocommerce.model import Webhook

if TYPE_CHECKING:
    from mirakl_sync.sandbox.woocommerce.shop import Shop

SECONDS_TO_ANSWER = 10
FAILURES_BEFORE_DISABLING = 6
"""The next failure, the seventh in a row, disables (observed, reference 99.7)."""


@dataclass(eq=False)
class Delivery(Waiting):
    webhook: Webhook
    object_id: int

    def told(self) -> dict[str, Any]:
        return {"topic": self.webhook.topic, "id": self.object_id}


def encode(body: Any) -> str:
    """JSON as PHP prints it: slashes and everything beyond ASCII escaped."""
    return json.dumps(body, separators=(",", ":")).replace("/", "\\/")


def sign(raw: bytes, secret: str) -> str:
    """`X-WC-Webhook-Signature`: base64 of HMAC-SHA256 over the raw body."""
    return base64.b64encode(hmac.new(secret.encode(), raw, hashlib.sha256).digest()).decode()


class WebhookQueue(DeliveryQueue[Delivery]):
    OUTCOMES = ("delivered", "failed", "lost", "coalesced", "pinged")

    def __init__(self, shop: Shop) -> None:
        super().__init__(shop)
        self._shop = shop

    def announce(self, resource: str, number: int, event: str) -> None:
        """Queues one delivery per active webhook of the topic; a waiting one for the same object is enough."""
        topic = f"{resource}.{event}"
        for webhook in self._shop.store.webhooks.values():
            if webhook.topic != topic or webhook.status != "active":
                continue
            key = (webhook.id, number)
            if key in self._waiting:
                self.counts["coalesced"] += 1
                continue
            self._queue(Delivery(self._due(self._shop.settings.webhook_seconds), webhook, number), key)

    def _deliver(self, waiting: Delivery) -> None:
        webhook = waiting.webhook
        with self._shop.lock:
            if webhook.id not in self._shop.store.webhooks or webhook.status != "active":
                return
            raw = encode(payload(self._shop, webhook, waiting.object_id)).encode()
            copies = self._copies()
        if not copies:
            self._note("lost", waiting)
        for _ in range(copies):
            self._count(waiting, self._send(webhook, data=raw, headers=delivery_headers(self._shop, webhook, raw)))

    def _send(self, webhook: Webhook, **sent: Any) -> int | None:
        answer = self._post(webhook.delivery_url, timeout=SECONDS_TO_ANSWER, allow_redirects=False, **sent)
        return None if answer is None else answer.status_code

    def _count(self, waiting: Delivery, status: int | None) -> None:
        webhook = waiting.webhook
        delivered = status is not None and 200 <= status <= 302
        with self._shop.lock:
            if delivered:
                webhook.failures = 0
            elif webhook.failures >= FAILURES_BEFORE_DISABLING:
                webhook.status = "disabled"
                webhook.modified = self._shop.now()
            else:
                webhook.failures += 1
        self._note("delivered" if delivered else "failed", waiting, status)

    def ping(self, webhook: Webhook) -> None:
        """The form-encoded ping without signature. Only a plain 200 ends it; else it comes again at the next change."""
        agent = {"User-Agent": user_agent(self._shop)}
        webhook.pending_ping = self._send(webhook, data={"webhook_id": webhook.id}, headers=agent) != 200
        self.counts["pinged"] += 1


def payload(shop: Shop, webhook: Webhook, number: int) -> dict[str, Any]:
    """The REST object as it is now; only the id for what was deleted or is gone."""
    # Here, because printing needs the shop and the shop needs its queue.
    from mirakl_sync.sandbox.woocommerce.order_json import order_json
    from mirakl_sync.sandbox.woocommerce.product_json import product_json

    resource, _, event = webhook.topic.partition(".")
    if event == "deleted":
        return {"id": number}
    if resource == "order" and number in shop.store.orders.rows:
        return order_json(shop, shop.store.orders.rows[number], shop.settings.url)
    if resource == "product" and number in shop.store.products.rows:
        return product_json(shop, shop.store.products.rows[number], shop.settings.url)
    return {"id": number}


def user_agent(shop: Shop) -> str:
    return f"WooCommerce/{shop.settings.version} Hookshot (WordPress/{shop.settings.wordpress_version})"


def delivery_headers(shop: Shop, webhook: Webhook, raw: bytes) -> dict[str, str]:
    """The delivery id is a hash of webhook and second: deliveries of one second share it (observed, reference 99.5)."""
    resource, _, event = webhook.topic.partition(".")
    seed = f"{webhook.id}{int(shop.clock.seconds())}"
    return {
        "User-Agent": user_agent(shop),
        "Content-Type": "application/json",
        "Connection": "close",
        "X-WC-Webhook-Source": f"{shop.settings.url}/",
        "X-WC-Webhook-Topic": webhook.topic,
        "X-WC-Webhook-Resource": resource,
        "X-WC-Webhook-Event": event,
        "X-WC-Webhook-Signature": sign(raw, webhook.secret),
        "X-WC-Webhook-ID": str(webhook.id),
        "X-WC-Webhook-Delivery-ID": hashlib.md5(seed.encode()).hexdigest(),
    }
