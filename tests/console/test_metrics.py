from __future__ import annotations

from datetime import timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families

from mirakl_sync.broker_look import BrokerLook, Depths
from mirakl_sync.cases.step import Ask
from mirakl_sync.db.models import (
    CallLimit,
    Connection,
    Delivery,
    Effect,
    Offer,
    PlannerFile,
    PlannerRow,
    StockComparison,
    StockLatency,
    Store,
)
from mirakl_sync.inbox import desk
from mirakl_sync.upkeep import heartbeat


@pytest.fixture
def figures(client):
    """Scrape: {(name, labels): value}."""

    def scrape():
        answer = client.get("/metrics")
        assert answer.status_code == 200
        assert answer.content_type.startswith("text/plain")
        return {
            (sample.name.removeprefix("mirakl_sync_"), *sorted(sample.labels.values())): sample.value
            for family in text_string_to_metric_families(answer.text)
            for sample in family.samples
        }

    return scrape


def test_an_empty_house_has_figures_all_the_same(figures):
    assert figures() == {
        ("broker_up",): 0,
        ("due_orders",): 0,
        ("oldest_due_seconds",): 0,
        ("blocked_parcels",): 0,
        ("oldest_untold_seconds",): 0,
        ("unanswered_orders",): 0,
        ("last_call_orders",): 0,
        ("waiting_deliveries",): 0,
        ("oldest_delivery_seconds",): 0,
    }


def test_parcels_are_counted_by_state_and_by_what_holds_them(figures, placed, parcel, clock):
    order = placed("A", state="placed")
    parcel(order, seen_at=clock() - timedelta(minutes=5))
    parcel(order, seen_at=clock() - timedelta(minutes=9), blocked_by=1)
    parcel(order, seen_at=clock() - timedelta(days=2), state="told")

    told = figures()

    assert (told["parcels", "noted"], told["parcels", "told"]) == (2, 1)
    assert told["blocked_parcels",] == 1
    assert told["oldest_untold_seconds",] == 540


def test_orders_that_wait_are_counted_by_what_they_wait_for(figures, placed, clock):
    now = clock()
    placed("A", next_attempt_at=now - timedelta(seconds=90))
    placed("B", next_attempt_at=now + timedelta(seconds=5), accept_by=now + timedelta(hours=3))
    late = now - timedelta(hours=22, minutes=30)
    placed("C", created_at=late, accept_by=now + timedelta(hours=1, minutes=30))
    placed("D", accept_by=now - timedelta(minutes=1), created_at=now - timedelta(hours=24), state="accepted")
    placed("E", accept_by=None)

    told = figures()

    assert told["due_orders",] == 1
    assert told["oldest_due_seconds",] == 90
    assert told["next_acceptance_deadline_seconds",] == 5400
    assert told["unanswered_orders",] == 4
    # C is two hours before its deadline; B's last call begins when a fifth of its three hours is left
    assert told["last_call_orders",] == 1
    assert told["orders", "received"] == 4
    assert told["orders", "accepted"] == 1


def test_a_missed_deadline_is_a_negative_time(figures, placed, clock):
    placed("A", created_at=clock() - timedelta(hours=25), accept_by=clock() - timedelta(hours=1))

    assert figures()["next_acceptance_deadline_seconds",] == -3600
    assert figures()["last_call_orders",] == 1


def test_doubts_limits_questions_and_feeds_are_told(figures, db, clock, placed, connection):
    order, now = placed("A"), clock()
    with db.transaction() as tx:
        for key, state, ago in (("1", "unknown", 1), ("2", "asked", 300), ("3", "asked", 5), ("4", "confirmed", 300)):
            asked_at = now - timedelta(seconds=ago)
            tx.add(Effect(key=key, kind="create", subject="order", subject_id=order, state=state, asked_at=asked_at))
        tx.add(CallLimit(key="acme/2000/OR11", blocked_until=now + timedelta(seconds=40)))
        tx.add(CallLimit(key="acme/2000/OR04", blocked_until=now - timedelta(seconds=40)))
        desk.open_item(tx, connection, Ask("unknown_sku", "MUG", "Which product is MUG?"), "order", order, now)
        heartbeat.beat(tx, "orders:acme", now - timedelta(seconds=200), timedelta(seconds=60))
        tx.add(Delivery(store_pk=1, key="k", topic="t", body="{}", received_at=now - timedelta(seconds=30)))

    told = figures()

    assert told["effects_in_doubt", "create"] == 2
    assert told["call_blocked_seconds", "acme/2000/OR11"] == 40
    assert ("call_blocked_seconds", "acme/2000/OR04") not in told
    assert told["inbox_items", "ecommerce", "unknown_sku"] == 1
    assert told["oldest_unacted_seconds", "ecommerce"] == 0
    assert told["heartbeat_age_seconds", "orders:acme"] == 200
    assert told["feed_silent", "orders:acme"] == 1
    assert (told["waiting_deliveries",], told["oldest_delivery_seconds",]) == (1, 30)


def test_queues_are_told_while_the_broker_answers(figures, monkeypatch):
    monkeypatch.setattr(BrokerLook, "depths", lambda _: Depths(True, {"acceptance": 3, "orders": 0}, taken=2))

    told = figures()

    assert told["broker_up",] == 1
    assert (told["queue_messages", "acceptance"], told["queue_messages", "orders"]) == (3, 0)
    assert told["taken_messages",] == 2


def test_a_broker_that_is_no_redis_is_not_asked():
    assert BrokerLook("amqp://127.0.0.1:1//", ["orders"]).depths() == Depths(False, {})


def test_stock_is_counted_by_connection(figures, db, clock, connection):
    now = clock()
    with db.transaction() as tx:
        store = tx.get_one(Connection, connection).store_pk
        for sku, columns in {
            "DUE": {"due": True, "since": now - timedelta(seconds=90)},
            "OLD": {"due": True, "since": now - timedelta(seconds=700)},
            "TRAVELS": {"since": now - timedelta(seconds=9000)},
            "REFUSED": {"refused": 3, "refusal": "no such offer"},
            "HELD": {"held": "changed by somebody else"},
            "GONE": {"held": "changed by somebody else", "listed": False},
        }.items():
            tx.add(Offer(connection_id=connection, store_pk=store, sku=sku, **columns))
        tx.add(StockLatency(connection_id=connection, day=f"{now:%Y-%m-%d}", counts={"60": 20}))
        for causes, done in (({"never_sent": 9}, now), ({"waiting": 2, "refused": 0}, now), ({"held": 7}, None)):
            run = {"connection_id": connection, "asked_by": "ann", "began_at": now, "finished_at": done}
            tx.add(StockComparison(causes=causes, **run))
            tx.flush()

    told = {key: value for key, value in figures().items() if key[0].startswith("stock_")}

    assert told == {
        ("stock_due_offers", "acme-webshop"): 2,
        ("stock_oldest_due_seconds", "acme-webshop"): 700,
        ("stock_refused_offers", "acme-webshop"): 1,
        ("stock_held_offers", "acme-webshop"): 1,
        ("stock_delay_seconds", "acme-webshop"): pytest.approx(59.25),
        ("stock_drift_offers", "acme-webshop", "waiting"): 2,
    }


def test_planners_show_what_waits_and_what_is_in_doubt(figures, db, clock, connection):
    now = clock()
    with db.transaction() as tx:
        planner = Store(key="ip", platform="planner", url="https://ip.example", credentials={})
        tx.add(planner)
        tx.flush()
        tx.get_one(Connection, connection).planner_pk = planner.id
        for number, state in enumerate(("made", "asked", "ignored", "proven"), 1):
            file = {"planner_pk": planner.id, "feed": "sales", "content": b"", "size": 0, "rows": 0}
            tx.add(PlannerFile(number=number, name=state, state=state, window=now, made_at=now, **file))
        row = {"planner_pk": planner.id, "feed": "sales", "subject": "O", "sku": "MUG", "content": {}, "digest": "d"}
        tx.add(PlannerRow(key="1", changed_at=now, due=True, **row))
        tx.add(PlannerRow(key="2", changed_at=now, due=True, orphan=True, **row))

    told = figures()

    assert told["planner_due_lines", "ip"] == 1
    assert told["planner_waiting_files", "ip"] == 2
    assert told["planner_doubted_files", "ip"] == 1
