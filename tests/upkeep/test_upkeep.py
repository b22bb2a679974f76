"""What is forgotten in time, and feeds whose silence is noticed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from mirakl_sync.cases.step import Ask
from mirakl_sync.db.models import (
    Connection,
    Delivery,
    Heartbeat,
    Message,
    Order,
    PeriodRun,
    PlannerFile,
    PlannerRow,
    StockEvent,
    StockLatency,
    StockPush,
    Store,
    Telling,
)
from mirakl_sync.inbox import desk
from mirakl_sync.upkeep import heartbeat, prune, queues, silence
from tests.flows.days import Day, a_day


@pytest.fixture
def day(database_url: str) -> Iterator[Day]:
    """A fresh day."""
    with a_day(database_url) as fresh:
        yield fresh


def _count(day: Day, model: type) -> int:
    with day.wiring.db.reading() as tx:
        return tx.execute(select(func.count()).select_from(model)).scalar_one()


def _beat(day: Day, feed: str = "orders:acme-webshop", every: int = 60) -> None:
    with day.wiring.db.transaction() as tx:
        heartbeat.beat(tx, feed, day.clock(), timedelta(seconds=every), "1 orders seen")


def _delivery(day: Day, key: str, *, age: timedelta, digested: bool) -> None:
    with day.wiring.db.transaction() as tx:
        at = day.clock() - age
        store = tx.execute(select(Store.id)).scalar_one()
        row = Delivery(store_pk=store, key=key, topic="order.updated", body="{}", received_at=at)
        row.digested_at = at if digested else None
        tx.add(row)


def test_a_second_beat_replaces_the_first(day: Day) -> None:
    _beat(day)
    day.later(seconds=30)
    _beat(day)
    with day.wiring.db.reading() as tx:
        beat = tx.get_one(Heartbeat, "orders:acme-webshop")
    assert (beat.every_seconds, beat.words) == (60, "1 orders seen")
    assert day.clock() - beat.beat_at < timedelta(seconds=5)


@pytest.mark.parametrize(("every", "late_after"), [(60, 180), (1, 30), (600, 1800)])
def test_a_feed_is_late_after_three_missed_beats_but_never_within_half_a_minute(
    day: Day, every: int, late_after: int
) -> None:
    _beat(day, every=every)
    day.later(seconds=late_after - 5)
    assert silence.watch(day.wiring).late == ()
    day.later(seconds=6)
    assert silence.watch(day.wiring).late == ("orders:acme-webshop",)


def test_a_silent_feed_is_asked_about_once_and_closes_with_its_next_beat(day: Day) -> None:
    _beat(day)
    day.later(minutes=4)
    for _ in range(3):
        silence.watch(day.wiring)
    item = day.item("feed_silent")
    assert (item.key, item.owner, item.closed_at) == ("orders:acme-webshop", "operations", None)
    _beat(day)
    assert silence.watch(day.wiring).sentence() == "all feeds live"
    assert day.questions() == []


@pytest.mark.parametrize("rest", [{"paused": ["orders"]}, {"stopped_because": "the key was taken back"}])
def test_a_feed_at_rest_on_purpose_is_not_silent(day: Day, rest: dict[str, object]) -> None:
    _beat(day)
    day.later(minutes=4)
    silence.watch(day.wiring)
    assert day.questions() == ["feed_silent"]
    with day.wiring.db.transaction() as tx:
        for name, value in rest.items():
            setattr(tx.get_one(Connection, day.world.connection), name, value)
    assert silence.watch(day.wiring).late == ()
    assert day.questions() == []


def test_a_day_that_works_is_never_silent(day: Day) -> None:
    day.buy_many(3)
    day.minutes(6)
    assert day.items("feed_silent") == []


def test_a_marketplace_away_for_long_makes_its_feed_silent(day: Day) -> None:
    day.minutes(2)
    day.market.trouble({"what": "fail", "status": 503})
    day.minutes(5)
    assert day.questions() == ["feed_silent"]
    day.market.trouble()
    day.minutes(2)
    assert day.questions() == []


def test_digested_deliveries_are_forgotten_after_two_weeks(day: Day) -> None:
    _delivery(day, "old", age=timedelta(days=15), digested=True)
    _delivery(day, "young", age=timedelta(days=13), digested=True)
    _delivery(day, "unread", age=timedelta(days=15), digested=False)
    assert prune.prune(day.wiring).deliveries == 1
    with day.wiring.db.reading() as tx:
        assert sorted(tx.execute(select(Delivery.key)).scalars()) == ["unread", "young"]


def test_old_marks_are_forgotten(day: Day) -> None:
    with day.wiring.db.transaction() as tx:
        tx.add(PeriodRun(job="look_at_open", period="2026-01-01", at=day.clock() - timedelta(days=61)))
        tx.add(PeriodRun(job="look_at_open", period="2026-01-02", at=day.clock() - timedelta(days=59)))
    prune.prune(day.wiring)
    assert _count(day, PeriodRun) == 1


def test_buyers_of_finished_orders_are_forgotten_after_half_a_year(day: Day) -> None:
    order = day.buy()
    open_order = day.buy()
    day.minutes(3)
    for action in ("ship", "receive", "close"):
        day.do(order, action)
    day.minutes(1)
    with day.wiring.db.reading() as tx:
        payload = tx.execute(select(Order.payload).where(Order.order_id == order)).scalar_one()
    street = payload["customer"]["shipping_address"]["street_1"]
    assert prune.prune(day.wiring).buyers == 0
    day.later(days=181)
    assert prune.prune(day.wiring).buyers == 1
    with day.wiring.db.reading() as tx:
        kept = dict(tx.execute(select(Order.order_id, Order.payload)).all())
        row = tx.execute(select(Order).where(Order.order_id == order)).scalar_one()
    assert street not in str(kept[order])
    assert payload["customer"]["lastname"] not in str(kept[order]["customer"])
    assert kept[open_order]["customer"]["shipping_address"]["street_1"] != ""
    assert (row.has_addresses, str(row.gross)) == (False, str(day.order(order).gross))
    assert prune.prune(day.wiring).buyers == 0, "what is blanked is not blanked again"


def test_an_order_that_could_not_be_read_closes_its_question_when_it_was_read(day: Day) -> None:
    order = day.buy()
    with day.wiring.db.transaction() as tx:
        for key in (order, "never-seen"):
            ask = Ask("unreadable_order", key, f"{key} could not be read")
            desk.open_item(tx, day.world.connection, ask, "", None, day.clock())
    silence.watch(day.wiring)
    assert day.questions() == ["unreadable_order", "unreadable_order"]
    day.minutes(1)
    closed, still = day.items("unreadable_order")
    assert (closed.key, closed.closed_by, still.closed_at) == (order, "by itself", None)
    assert closed.answer.startswith("the order was read at ")


def test_a_queue_beats_when_its_worker_did_something(day: Day) -> None:
    assert queues.beat("shipments", day.wiring).sentence() == "a worker serves shipments"
    day.later(seconds=80)
    assert "queue:shipments" not in silence.watch(day.wiring).late
    day.later(seconds=20)
    assert "queue:shipments" in silence.watch(day.wiring).late


def test_old_messages_are_forgotten_unless_their_question_is_open(day: Day) -> None:
    old = day.clock() - timedelta(days=61)
    with day.wiring.db.transaction() as tx:
        for key, at, closed in (("open", old, False), ("closed", old, True), ("young", day.clock(), True)):
            item = desk.open_item(tx, None, Ask("stuck", key, "?"), "", None, old)
            item.closed_at = old if closed else None
            message = Message(
                role="developers", address="webhook", kind="alert", mail_id=key, subject=key, body="", made_at=at
            )
            tx.add(message)
            tx.flush()
            tx.add(
                Telling(item_id=item.id, role="developers", reason="alert", address="webhook", message_pk=message.id)
            )
    prune.prune(day.wiring)
    with day.wiring.db.reading() as tx:
        assert sorted(tx.execute(select(Message.subject)).scalars()) == ["open", "young"]
    assert _count(day, Telling) == 2


def test_the_story_of_stock_is_kept_two_months(day: Day) -> None:
    with day.wiring.db.transaction() as tx:
        connection = tx.execute(select(Connection)).unique().scalar_one()
        for age in (1, 59, 61):
            at = day.clock() - timedelta(days=age)
            tx.add(StockEvent(store_pk=connection.store_pk, sku="MUG", at=at, learned_at=at, kind="level", after=age))
            tx.add(StockPush(connection_id=connection.id, state="done", asked_at=at, finished_at=at))
            tx.add(StockLatency(connection_id=connection.id, day=f"{at:%Y-%m-%d}", counts={"5": 1}))
    prune.prune(day.wiring)
    with day.wiring.db.reading() as tx:
        assert sorted(tx.execute(select(StockEvent.after)).scalars()) == [1, 59]
    assert (_count(day, StockPush), _count(day, StockLatency)) == (2, 2)


def _planner_file(day: Day, store: int, name: str, *, age: timedelta, state: str) -> None:
    at = day.clock() - age
    with day.wiring.db.transaction() as tx:
        file = PlannerFile(
            planner_pk=store, feed="sales", number=1, name=name, content=b"x", size=1, rows=1, made_at=at
        )
        file.state, file.window = state, at
        tx.add(file)
        tx.flush()
        row = PlannerRow(planner_pk=store, feed="sales", key=name, subject="acme:O-1", sku="MUG", changed_at=at)
        row.content, row.digest, row.sent_digest, row.file_id = {}, "d", "d", file.id
        tx.add(row)


def test_old_files_for_planners_are_forgotten_and_their_lines_are_not_told_anew(day: Day) -> None:
    with day.wiring.db.reading() as tx:
        store = tx.execute(select(Store.id)).scalar_one()
    old = timedelta(days=61)
    _planner_file(day, store, "proven", age=old, state="proven")
    _planner_file(day, store, "on its way", age=old, state="asked")
    _planner_file(day, store, "young", age=timedelta(days=59), state="brought")
    prune.prune(day.wiring)

    with day.wiring.db.reading() as tx:
        assert set(tx.execute(select(PlannerFile.name)).scalars()) == {"on its way", "young"}
        lines = tx.execute(select(PlannerRow)).scalars().all()
    assert {row.key: (row.file_id is None, row.due) for row in lines} == {
        "proven": (True, False),
        "on its way": (False, False),
        "young": (False, False),
    }


def test_a_planner_no_connection_names_any_more_is_not_silent(day: Day) -> None:
    with day.wiring.db.transaction() as tx:
        planner = Store(key="ip", platform="planner", url="https://ip.example", credentials={})
        tx.add(planner)
        tx.flush()
        tx.get_one(Connection, day.world.connection).planner_pk = planner.id
        heartbeat.beat(tx, "planner:ip", day.clock(), timedelta(days=1))
    day.later(days=4)
    assert "planner:ip" in silence.watch(day.wiring).late

    with day.wiring.db.transaction() as tx:
        tx.get_one(Connection, day.world.connection).planner_pk = None
    assert "planner:ip" not in silence.watch(day.wiring).late
