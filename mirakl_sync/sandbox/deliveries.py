"""Webhooks on their way: what waits until when, the trouble on the way, and what became of it."""

from __future__ import annotations

import random
import threading
from abc import ABC, abstractmethod
from collections.abc import Hashable
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Generic, Protocol, TypeVar

import requests

from mirakl_sync.sandbox.clock import SandboxClock

LAST_KEPT = 1000
LAST_IN_BOOKS = 50


@dataclass
class DeliveryTrouble:
    """Chances from 0 to 1 per delivery; `delay` in seconds on top of the shop's own."""

    duplicate: float = 0.0
    reorder: float = 0.0
    lose: float = 0.0
    delay: float = 0.0


@dataclass(eq=False)
class Waiting(ABC):
    """One delivery that is due at this moment of the shop's clock, in seconds; the vendor adds what is delivered."""

    due: float

    @abstractmethod
    def told(self) -> dict[str, Any]:
        """What the list of last deliveries says it was about."""


W = TypeVar("W", bound=Waiting)


class Sender(Protocol):
    """The shop whose deliveries they are."""

    @property
    def clock(self) -> SandboxClock: ...

    @property
    def lock(self) -> AbstractContextManager[Any]: ...


class DeliveryQueue(ABC, Generic[W]):
    """`deliver_due` is called by the shop's tick; sending holds no shop lock. A vendor says how one is delivered."""

    OUTCOMES: ClassVar[tuple[str, ...]]
    """What can become of a delivery; each is counted."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender
        self._sending = threading.Lock()
        self._http = requests.Session()
        self._http.trust_env = False
        self.reset()

    def reset(self) -> None:
        """Forget what waits, the trouble, and what became of it; subscriptions stay."""
        self._waiting: dict[Hashable, W] = {}
        self._random = random.Random(7)
        self.trouble = DeliveryTrouble()
        self.counts = dict.fromkeys(self.OUTCOMES, 0)
        self.last: list[dict[str, Any]] = []

    def __len__(self) -> int:
        return len(self._waiting)

    def totals(self) -> dict[str, int]:
        """Every outcome with how often it came, and how many wait."""
        return {**self.counts, "waiting": len(self)}

    def books(self) -> dict[str, Any]:
        """The totals and the last deliveries."""
        return {**self.totals(), "last": self.last[-LAST_IN_BOOKS:]}

    def shown(self) -> dict[str, Any]:
        """The trouble in force and the totals."""
        with self._sender.lock:
            return {**asdict(self.trouble), **self.totals()}

    def deliver_due(self, *, everything: bool = False) -> int:
        """Send what is due, in order of time; answers how many deliveries were attempted or lost on purpose.

        With `everything` what waits is sent now, retries too, and nothing that waited is under way any more when it
        returns, whoever began to send it.
        """
        if not (self._waiting or everything):
            return 0
        with self._sending:
            taken = self._take(everything=everything)
            for waiting in taken:
                self._deliver(waiting)
            return len(taken)

    @abstractmethod
    def _deliver(self, waiting: W) -> None:
        """Send one delivery and note what became of it; the shop's lock is not held."""

    def _due(self, seconds: float) -> float:
        """When an event of this moment is sent by a shop that takes so long, with the trouble in force."""
        pause = seconds + self.trouble.delay
        if self._random.random() < self.trouble.reorder:
            pause += self._random.uniform(0.5, 3) * max(seconds, 0.5)
        return self._sender.clock.seconds() + pause

    def _queue(self, waiting: W, key: Hashable = None) -> None:
        """Let it wait; under a `key`, so that the vendor can see what waits already. Called under the shop's lock."""
        self._waiting[id(waiting) if key is None else key] = waiting

    def _take(self, *, everything: bool) -> list[W]:
        with self._sender.lock:
            now = self._sender.clock.seconds()
            due = [(key, waiting) for key, waiting in self._waiting.items() if everything or waiting.due <= now]
            for key, _ in due:
                del self._waiting[key]
            return sorted((waiting for _, waiting in due), key=lambda waiting: waiting.due)

    def _copies(self, *, may_be_lost: bool = True) -> int:
        """How often this delivery is sent: 0 = lost on the way, 2 = doubled. Called under the shop's lock."""
        lost = may_be_lost and self._random.random() < self.trouble.lose
        copies = 2 if self._random.random() < self.trouble.duplicate else 1
        return 0 if lost else copies

    def _post(self, url: str, **sent: Any) -> requests.Response | None:
        """The recipient's answer; None when there was none."""
        try:
            return self._http.post(url, **sent)
        except requests.RequestException:
            return None

    def _note(self, outcome: str, waiting: W, status: int | None = None) -> None:
        with self._sender.lock:
            self.counts[outcome] += 1
            self.last.append({"outcome": outcome, **waiting.told(), "status": status})
            del self.last[:-LAST_KEPT]
