"""A day whose door for webhooks is open."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import requests
from sqlalchemy import select

from mirakl_sync.db.models import Delivery
from tests.flows.days import Day, a_day
from tests.flows.doors import SECRET, open_hooks


@dataclass
class Door:
    """Our address, and a stranger or a shop that rings there."""

    day: Day
    address: str

    def ring(
        self, body: Any, topic: str = "order.updated", *, secret: str = SECRET, address: str = "", **headers: str
    ) -> requests.Response:
        """Send a delivery signed with ``secret`` (empty: not at all)."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        sent = {"X-WC-Webhook-Topic": topic, **headers}
        if secret:
            sent.setdefault("X-WC-Webhook-Signature", sign(raw, secret))
        return requests.post(address or self.address, data=raw, headers=sent, timeout=5)

    def deliveries(self) -> list[Delivery]:
        """What was kept."""
        with self.day.wiring.db.reading() as tx:
            return list(tx.execute(select(Delivery).order_by(Delivery.id)).scalars())


def sign(raw: bytes, secret: str) -> str:
    """``X-WC-Webhook-Signature``."""
    return base64.b64encode(hmac.new(secret.encode(), raw, hashlib.sha256).digest()).decode()


@pytest.fixture
def door(database_url: str) -> Iterator[Door]:
    """An open door on a fresh day."""
    with a_day(database_url) as day, open_hooks(day) as address:
        yield Door(day, address)
