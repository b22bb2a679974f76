"""The module mage-os/mageos-async-events: subscriptions, and deliveries on their way (reference 9).

A delivery carries the REST object as it is when it is sent, signed with the subscription's token. An answer that is
no success is tried again after 1, 4, 9, 16 and 25 seconds, or when Retry-After says; a recipient that does not answer
at all is not tried again (read in the module's code).
"""

from __future__ import annotations

import hashlib
import hmac
import random
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import requests

from mirakl_sync.sandbox.magento.order_json import order_json
from mirakl_sync.sandbox.magento.values import encode

if TYPE_CHECKING:
    from mirakl_sync.sandbox.magento.shop import Shop

SECONDS_TO_ANSWER = 15
MOST_DEATHS = 5
LONGEST_WAIT = 60
LAST_KEPT = 1000
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
class EventTrouble:
    """Chances from 0 to 1 per delivery; `delay` in seconds on top of the shop's own."""

    duplicate: float = 0.0
    reorder: float = 0.0
    lose: float = 0.0
    delay: float = 0.0


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


@dataclass(order=True)
class Waiting:
    due: float
    place: int
    subscription_id: int = field(compare=False)
    event: str = field(compare=False)
    number: int = field(compare=False)
    deaths: int = field(default=0, compare=False)
    raw: bytes | None = field(default=None, compare=False)


def sign(raw: bytes, token: str) -> str:
    """`x-magento-signature`: hex HMAC-SHA256 over the body."""
    return hmac.new(token.encode(), raw, hashlib.sha256).hexdigest()


class EventQueue:
    """What waits, and what became of it. `deliver_due` is called by the shop's tick; sending holds no shop lock."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._sending = threading.Lock()
        self._http = requests.Session()
        self._http.trust_env = False
        self.subscriptions: dict[int, Subscription] = {}
        self.reset()

    def reset(self) -> None:
        """Drops what waits and the trouble; subscriptions stay."""
        self._random = random.Random(7)
        self.trouble = EventTrouble()
        self._waiting: list[Waiting] = []
        self._place = 0
        self.counts = {"delivered": 0, "failed": 0, "lost": 0, "buried": 0}
        self.last: list[dict[str, Any]] = []

    def __len__(self) -> int:
        return len(self._waiting)

    def announce(self, event: str, number: int) -> None:
        """Queues one delivery per active subscription. Nothing is put together: every save is an event of its own."""
        if not self._shop.settings.events:
            return
        for subscription in self.subscriptions.values():
            if subscription.status and subscription.event_name == event:
                self._queue(subscription.id, event, number, self._pause())

    def _pause(self) -> float:
        pause = self._shop.settings.event_seconds + self.trouble.delay
        if self._random.random() < self.trouble.reorder:
            pause += self._random.uniform(0.5, 3) * max(self._shop.settings.event_seconds, 0.5)
        return pause

    def _queue(self, subscription_id: int, event: str, number: int, seconds: float, **more: Any) -> None:
        self._place += 1
        due = self._shop.clock.seconds() + seconds
        self._waiting.append(Waiting(due, self._place, subscription_id, event, number, **more))

    def deliver_due(self, *, everything: bool = False) -> int:
        """Sends what is due, in order of time; answers how many deliveries were attempted.

        With `everything` nothing that waited is under way any more when it returns, whoever began to send it.
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
            due = sorted(one for one in self._waiting if everything or one.due <= now)
            kept = {id(one) for one in due}
            self._waiting = [one for one in self._waiting if id(one) not in kept]
            return due

    def _deliver(self, waiting: Waiting) -> None:
        with self._shop.lock:
            subscription = self.subscriptions.get(waiting.subscription_id)
            if subscription is None or not subscription.status:
                return
            raw = waiting.raw or encode(self._payload(waiting)).encode()
            lost = self._random.random() < self.trouble.lose
            copies = 2 if self._random.random() < self.trouble.duplicate else 1
        if lost:
            self._note("lost", waiting, None)
            return
        for _ in range(copies):
            self._post(waiting, subscription, raw)

    def _post(self, waiting: Waiting, subscription: Subscription, raw: bytes) -> None:
        headers = {
            "x-magento-signature": sign(raw, subscription.verification_token),
            "Content-Type": "application/json",
        }
        try:
            answer = self._http.post(subscription.recipient_url, data=raw, headers=headers, timeout=SECONDS_TO_ANSWER)
        except requests.RequestException:
            self._note("lost", waiting, None)
            return
        if answer.ok:
            self._note("delivered", waiting, answer.status_code)
        else:
            self._again(waiting, raw, answer)

    def _again(self, waiting: Waiting, raw: bytes, answer: requests.Response) -> None:
        deaths = waiting.deaths + 1
        self._note("failed" if deaths <= MOST_DEATHS else "buried", waiting, answer.status_code)
        if deaths > MOST_DEATHS:
            return
        asked = answer.headers.get("Retry-After", "")
        seconds = int(asked) if asked.isdigit() else min(LONGEST_WAIT, deaths**2)
        with self._shop.lock:
            self._queue(waiting.subscription_id, waiting.event, waiting.number, seconds, deaths=deaths, raw=raw)

    def _payload(self, waiting: Waiting) -> dict[str, Any]:
        """The REST object; an empty one for what is gone."""
        # Here, because the views need the shop and the shop needs its queue.
        from mirakl_sync.sandbox.magento.shipments import shipment_json
        from mirakl_sync.sandbox.magento.views_order_actions import document_json

        store, kind = self._shop.store, waiting.event.split(".")[1]
        if kind == "order" and waiting.number in store.orders.rows:
            return order_json(store.orders.rows[waiting.number])
        if kind == "shipment" and waiting.number in store.shipments.rows:
            return shipment_json(store.shipments.rows[waiting.number])
        documents = {"invoice": store.invoices, "creditmemo": store.creditmemos}.get(kind)
        if documents is not None and waiting.number in documents.rows:
            return document_json(documents.rows[waiting.number])
        return {}

    def _note(self, outcome: str, waiting: Waiting, status: int | None) -> None:
        with self._shop.lock:
            self.counts[outcome] += 1
            self.last.append({"outcome": outcome, "event": waiting.event, "id": waiting.number, "status": status})
            del self.last[:-LAST_KEPT]
