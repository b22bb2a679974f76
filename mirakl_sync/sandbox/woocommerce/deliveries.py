"""Webhooks on their way: coalesced per object, sent late with the newest body, never repeated (reference 9.2)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import random
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import requests

from mirakl_sync.sandbox.woocommerce.model import Webhook

if TYPE_CHECKING:
    from mirakl_sync.sandbox.woocommerce.shop import Shop

SECONDS_TO_ANSWER = 10
FAILURES_BEFORE_DISABLING = 6
"""The next failure, the seventh in a row, disables (observed, reference 99.7)."""
LAST_KEPT = 1000


@dataclass
class WebhookTrouble:
    """Chances from 0 to 1 per delivery; `delay` in seconds on top of the shop's own."""

    duplicate: float = 0.0
    reorder: float = 0.0
    lose: float = 0.0
    delay: float = 0.0


@dataclass(order=True)
class Waiting:
    due: float
    place: int
    webhook_id: int = field(compare=False)
    object_id: int = field(compare=False)


def encode(body: Any) -> str:
    """JSON as PHP prints it: slashes and everything beyond ASCII escaped."""
    return json.dumps(body, separators=(",", ":")).replace("/", "\\/")


def sign(raw: bytes, secret: str) -> str:
    """`X-WC-Webhook-Signature`: base64 of HMAC-SHA256 over the raw body."""
    return base64.b64encode(hmac.new(secret.encode(), raw, hashlib.sha256).digest()).decode()


class WebhookQueue:
    """What waits, and what became of it. `deliver_due` is called by the shop's tick; sending holds no shop lock."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._sending = threading.Lock()
        self._http = requests.Session()
        self._http.trust_env = False
        self.trouble = WebhookTrouble()
        self.reset()

    def reset(self) -> None:
        self._waiting: dict[tuple[int, int], Waiting] = {}
        self._place = 0
        self._random = random.Random(7)
        self.trouble = WebhookTrouble()
        self.counts = {"delivered": 0, "failed": 0, "lost": 0, "coalesced": 0, "pinged": 0}
        self.last: list[dict[str, Any]] = []

    def __len__(self) -> int:
        return len(self._waiting)

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
            self._place += 1
            due = self._shop.clock.seconds() + self._shop.settings.webhook_seconds + self.trouble.delay
            if self._random.random() < self.trouble.reorder:
                due += self._random.uniform(0.5, 3) * max(self._shop.settings.webhook_seconds, 0.5)
            self._waiting[key] = Waiting(due, self._place, *key)

    def deliver_due(self, *, everything: bool = False) -> int:
        """Sends what is due, in order of time; answers how many deliveries were attempted or lost on purpose.

        With `everything` nothing is under way any more when it returns, whoever began to send it.
        """
        if not (self._waiting or everything):
            return 0
        with self._sending:
            taken = self._take(everything=everything)
            for waiting in taken:
                self._deliver(waiting)
            return len(taken)

    def _take(self, *, everything: bool) -> list[Waiting]:
        with self._shop.lock:
            now = self._shop.clock.seconds()
            due = sorted(w for w in self._waiting.values() if everything or w.due <= now)
            for waiting in due:
                del self._waiting[waiting.webhook_id, waiting.object_id]
            return due

    def _deliver(self, waiting: Waiting) -> None:
        with self._shop.lock:
            webhook = self._shop.store.webhooks.get(waiting.webhook_id)
            if webhook is None or webhook.status != "active":
                return
            raw = encode(payload(self._shop, webhook, waiting.object_id)).encode()
            lost = self._random.random() < self.trouble.lose
            copies = 2 if self._random.random() < self.trouble.duplicate else 1
        if lost:
            self._note("lost", webhook, waiting.object_id, None)
            return
        for _ in range(copies):
            status = self._post(webhook, raw)
            self._count(webhook, waiting.object_id, status)

    def _post(self, webhook: Webhook, raw: bytes) -> int | None:
        try:
            answer = self._http.post(
                webhook.delivery_url,
                data=raw,
                headers=delivery_headers(self._shop, webhook, raw),
                timeout=SECONDS_TO_ANSWER,
                allow_redirects=False,
            )
        except requests.RequestException:
            return None
        return answer.status_code

    def _count(self, webhook: Webhook, number: int, status: int | None) -> None:
        delivered = status is not None and 200 <= status <= 302
        with self._shop.lock:
            if delivered:
                webhook.failures = 0
            elif webhook.failures >= FAILURES_BEFORE_DISABLING:
                webhook.status = "disabled"
                webhook.modified = self._shop.now()
            else:
                webhook.failures += 1
        self._note("delivered" if delivered else "failed", webhook, number, status)

    def _note(self, outcome: str, webhook: Webhook, number: int, status: int | None) -> None:
        with self._shop.lock:
            self.counts[outcome] += 1
            self.last.append({"outcome": outcome, "topic": webhook.topic, "id": number, "status": status})
            del self.last[:-LAST_KEPT]

    def ping(self, webhook: Webhook) -> None:
        """The form-encoded ping without signature. Only a plain 200 ends it; else it comes again at the next change."""
        agent = {"User-Agent": user_agent(self._shop)}
        try:
            answer = self._http.post(
                webhook.delivery_url,
                data={"webhook_id": webhook.id},
                headers=agent,
                timeout=SECONDS_TO_ANSWER,
                allow_redirects=False,
            )
            webhook.pending_ping = answer.status_code != 200
        except requests.RequestException:
            webhook.pending_ping = True
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
