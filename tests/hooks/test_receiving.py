"""What is kept of a webhook, what is turned away, and what the sender hears."""

from __future__ import annotations

import pytest
import requests

from mirakl_sync.console.hooks import LARGEST
from tests.hooks.conftest import Door, sign

NOTICE = {"id": 4711, "status": "cancelled"}


def test_a_signed_delivery_is_kept_and_rung_for(door: Door) -> None:
    answer = door.ring(NOTICE)
    assert (answer.status_code, answer.text) == (202, "kept\n")
    (kept,) = door.deliveries()
    assert (kept.topic, kept.times_received, kept.digested_at) == ("order.updated", 1, None)
    (bell,) = door.day.world.workers.waiting
    assert (bell.task, bell.args) == ("webhooks.digest", (kept.id,))


def test_the_same_delivery_again_is_counted_and_not_rung_for(door: Door) -> None:
    door.ring(NOTICE)
    again = door.ring(NOTICE)
    assert (again.status_code, again.text) == (202, "known already\n")
    (kept,) = door.deliveries()
    assert kept.times_received == 2
    assert len(door.day.world.workers.waiting) == 1


def test_a_greeting_is_answered_and_forgotten(door: Door) -> None:
    answer = requests.post(door.address, data=b"webhook_id=42", timeout=5)
    assert answer.status_code == 200
    assert door.deliveries() == []


@pytest.mark.parametrize(
    ("headers", "secret"),
    [
        ({}, ""),
        ({}, "another secret"),
        ({"X-WC-Webhook-Signature": ""}, ""),
        ({"X-WC-Webhook-Signature": "not even base64 ü".encode().decode("latin-1")}, ""),
        ({"X-WC-Webhook-Signature": sign(b'{"id": 1}', "a long random text")}, ""),
    ],
    ids=["unsigned", "other secret", "empty", "odd", "of another body"],
)
def test_what_is_not_the_shops_is_turned_away(door: Door, headers: dict[str, str], secret: str) -> None:
    answer = door.ring(NOTICE, secret=secret, **headers)
    assert answer.status_code == 401
    assert door.deliveries() == []
    assert not door.day.world.workers.waiting


def test_a_tampered_body_is_turned_away(door: Door) -> None:
    body = b'{"id": 4711, "status": "cancelled"}'
    answer = door.ring(body.replace(b"4711", b"4712"), **{"X-WC-Webhook-Signature": sign(body, "a long random text")})
    assert answer.status_code == 401
    assert door.deliveries() == []


def test_an_unknown_store_is_not_found(door: Door) -> None:
    answer = door.ring(NOTICE, address=door.address.replace("/webshop", "/nobody"))
    assert answer.status_code == 404
    assert door.deliveries() == []


def test_an_oversized_delivery_is_turned_away_unread(door: Door) -> None:
    answer = door.ring(b'{"id": 1, "note": "' + b"x" * (LARGEST + 1) + b'"}')
    assert answer.status_code == 413
    assert door.deliveries() == []


def test_a_database_away_makes_the_sender_come_again(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    from mirakl_sync.db.transaction import Database

    def away(self: Database) -> None:
        raise OSError("the database is away")

    monkeypatch.setattr(Database, "transaction", away)
    answer = door.ring(NOTICE)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    monkeypatch.undo()
    assert door.ring(NOTICE).status_code == 202
