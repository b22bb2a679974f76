from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.exc import OperationalError

from mirakl_sync.upkeep import heartbeat


def test_a_process_that_answers_lives(client):
    assert client.get("/health/live").get_json() == {"status": "alive"}


def test_it_is_ready_with_a_database_and_without_a_broker(client):
    assert client.get("/health/ready").get_json() == {"status": "ready"}


def test_it_is_not_ready_without_a_database(client, wiring, monkeypatch):
    def gone():
        raise OperationalError("SELECT 1", {}, Exception("gone"))

    monkeypatch.setattr(type(wiring.db), "reading", lambda _: gone())
    answer = client.get("/health/ready")

    assert answer.status_code == 503
    assert answer.get_json() == {"status": "not ready", "why": "the database does not answer"}


@pytest.fixture
def beaten(db, clock):
    with db.transaction() as tx:
        heartbeat.beat(tx, "orders:acme-webshop", clock(), timedelta(seconds=60), "3 orders seen")
        heartbeat.beat(tx, "store:webshop", clock() - timedelta(minutes=10), timedelta(seconds=60))


@pytest.mark.usefixtures("beaten")
def test_a_silent_feed_is_named_to_the_monitor(client):
    answer = client.get("/health/freshness")

    assert answer.status_code == 503
    assert answer.get_json() == {
        "status": "silent",
        "silent": ["store:webshop"],
        "feeds": [
            {"feed": "store:webshop", "age_seconds": 600.0, "every_seconds": 60.0, "silent": True},
            {"feed": "orders:acme-webshop", "age_seconds": 0.0, "every_seconds": 60.0, "silent": False},
        ],
    }


def test_no_feed_at_all_is_not_silence(client):
    assert client.get("/health/freshness").get_json() == {"status": "fresh", "silent": [], "feeds": []}
