"""Webhooks on their way: signed, retried for four hours, doubled, lost and out of order (reference 10)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import random
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import requests

if TYPE_CHECKING:
    from mirakl_sync.sandbox.shopify.shop import Shop

SECONDS_TO_CONNECT, SECONDS_TO_ANSWER = 1, 5
RETRIES = (60, 120, 240, 480, 900, 1800, 3600, 7200)
"""Seconds between attempts: eight retries within four hours."""
LAST_KEPT = 1000


@dataclass
class WebhookTrouble:
    """Chances from 0 to 1 per delivery; `delay` in seconds on top of the shop's own."""

    duplicate: float = 0.0
    reorder: float = 0.0
    lose: float = 0.0
    delay: float = 0.0


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


@dataclass(order=True)
class Waiting:
    """One delivery: the body is that of the moment it happened, also on a retry."""

    due: float
    place: int
    subscription: Subscription = field(compare=False)
    uri: str = field(compare=False)
    raw: bytes = field(compare=False)
    event_id: str = field(compare=False)
    webhook_id: str = field(compare=False)
    triggered: str = field(compare=False)
    attempts: int = field(default=0, compare=False)


def sign(raw: bytes, secret: str) -> str:
    """`X-Shopify-Hmac-Sha256`: base64 of HMAC-SHA256 over the raw body."""
    return base64.b64encode(hmac.new(secret.encode(), raw, hashlib.sha256).digest()).decode()


class WebhookQueue:
    """What waits, and what became of it. `deliver_due` is called by the shop's tick; sending holds no shop lock."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._sending = threading.Lock()
        self._http = requests.Session()
        self._http.trust_env = False
        self.subscriptions: dict[int, Subscription] = {}
        self.reset()

    def reset(self) -> None:
        """Forget what waits and what became of it; subscriptions stay."""
        self._waiting: list[Waiting] = []
        self._place = 0
        self._random = random.Random(7)
        self.trouble = WebhookTrouble()
        self.counts = {"delivered": 0, "failed": 0, "lost": 0, "given_up": 0}
        self.last: list[dict[str, Any]] = []

    def __len__(self) -> int:
        return len(self._waiting)

    def announce(self, topic: str, body: Callable[[], dict[str, Any]]) -> None:
        """Queue a delivery per subscription of the topic. Called under the shop's lock; `body` is made once."""
        wanted = [each for each in self.subscriptions.values() if each.topic == topic]
        if not wanted:
            return
        made, event = body(), self._uuid()
        triggered = self._shop.clock.now().astimezone(UTC).isoformat().replace("+00:00", "Z")
        for subscription in wanted:
            raw = json.dumps(_chosen(made, subscription.include_fields), separators=(",", ":")).encode()
            self._place += 1
            self._waiting.append(
                Waiting(self._due(), self._place, subscription, subscription.uri, raw, event, self._uuid(), triggered)
            )

    def deliver_due(self, *, everything: bool = False) -> int:
        """Send what is due, in order of time; answers how many deliveries were attempted or lost on purpose.

        With `everything` what waits is sent now, retries too; nothing is under way any more when it returns.
        """
        if not (self._waiting or everything):
            return 0
        with self._sending:
            taken = self._take(everything=everything)
            for waiting in taken:
                self._deliver(waiting)
            return len(taken)

    def _due(self) -> float:
        due = self._shop.clock.seconds() + self._shop.settings.webhook_seconds + self.trouble.delay
        if self._random.random() < self.trouble.reorder:
            due += self._random.uniform(0.5, 3) * max(self._shop.settings.webhook_seconds, 0.5)
        return due

    def _take(self, *, everything: bool) -> list[Waiting]:
        with self._shop.lock:
            now = self._shop.clock.seconds()
            due = sorted(each for each in self._waiting if everything or each.due <= now)
            taken = {each.place for each in due}
            self._waiting = [each for each in self._waiting if each.place not in taken]
            return due

    def _deliver(self, waiting: Waiting) -> None:
        with self._shop.lock:
            if waiting.subscription.id not in self.subscriptions:
                return
            lost = not waiting.attempts and self._random.random() < self.trouble.lose
            copies = 2 if self._random.random() < self.trouble.duplicate else 1
        if lost:
            self._note("lost", waiting, None)
            return
        outcomes = [self._post(waiting) for _ in range(copies)]
        if any(status is not None and 200 <= status < 300 for status in outcomes):
            for status in outcomes:
                self._note("delivered", waiting, status)
            return
        self._note("failed", waiting, outcomes[-1])
        self._again(waiting)

    def _again(self, waiting: Waiting) -> None:
        """A retry, or the end of the subscription."""
        with self._shop.lock:
            if waiting.attempts >= len(RETRIES):
                self.subscriptions.pop(waiting.subscription.id, None)
                self._note("given_up", waiting, None)
                return
            waiting.due = self._shop.clock.seconds() + RETRIES[waiting.attempts]
            waiting.attempts += 1
            self._waiting.append(waiting)

    def _post(self, waiting: Waiting) -> int | None:
        try:
            answer = self._http.post(
                waiting.uri,
                data=waiting.raw,
                headers=self._headers(waiting),
                timeout=(SECONDS_TO_CONNECT, SECONDS_TO_ANSWER),
                allow_redirects=False,
            )
        except requests.RequestException:
            return None
        return answer.status_code

    def _headers(self, waiting: Waiting) -> dict[str, str]:
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

    def _note(self, outcome: str, waiting: Waiting, status: int | None) -> None:
        with self._shop.lock:
            self.counts[outcome] += 1
            self.last.append(
                {"outcome": outcome, "topic": waiting.subscription.topic, "event": waiting.event_id, "status": status}
            )
            del self.last[:-LAST_KEPT]

    def _uuid(self) -> str:
        return str(uuid.UUID(int=self._random.getrandbits(128), version=4))


def _chosen(body: dict[str, Any], names: list[str]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name in names} if names else body
