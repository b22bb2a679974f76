"""What people do about a question: each act is told, settling lets go on what waited, and can be taken back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

import pytest

from mirakl_sync.cases.step import Ask
from mirakl_sync.db.models import InboxItem, InboxSubject, Order, Shipment
from mirakl_sync.errors import Refused
from mirakl_sync.inbox import acting, desk, queries, retrying
from mirakl_sync.inbox.queries import InboxFilter, WholeItem
from mirakl_sync.orders import by_hand
from tests.flows.days import Day, a_day

ANN, BOB = "ann", "bob"


@pytest.fixture
def day(database_url: str) -> Iterator[Day]:
    """A fresh day, with one order nobody can answer by rule."""
    with a_day(database_url) as fresh:
        offer = {"sku": "GHOST", "price": 5, "quantity": 50, "title": "Ghost"}
        fresh.market.post("offers", {"shop_id": 2000, "offers": [offer]})
        fresh.buy("GHOST")
        fresh.minutes(1)
        yield fresh


def asked(day: Day) -> int:
    return next(item.id for item in day.items("unknown_sku") if item.closed_at is None)


def shown(day: Day, item: int) -> WholeItem:
    with day.wiring.db.reading() as tx:
        return queries.whole(tx, item, day.clock())


def story(day: Day, item: int) -> list[tuple[str, str]]:
    return [(line.who, line.sentence) for line in shown(day, item).story]


def test_taking_on_and_giving_back_are_told_and_start_the_clock_of_escalation_anew(day: Day) -> None:
    item = asked(day)
    assert shown(day, item).row.acted_at is None
    with day.wiring.db.transaction() as tx:
        assert acting.assign(tx, item, BOB, ANN, day.clock()) == "assigned to bob"
    assert (shown(day, item).row.assigned_to, shown(day, item).row.acted_at is None) == (BOB, False)
    with day.wiring.db.transaction() as tx:
        acting.assign(tx, item, "", BOB, day.clock())
    assert (shown(day, item).row.assigned_to, shown(day, item).row.acted_at) == ("", None)
    assert story(day, item) == [(ANN, "assigned to bob"), (BOB, "given back by bob")]


def test_a_remark_counts_as_acting_and_the_first_act_stays_the_first(day: Day) -> None:
    item = asked(day)
    with day.wiring.db.transaction() as tx:
        acting.comment(tx, item, " asked the supplier ", ANN, day.clock())
    first = shown(day, item).row.acted_at
    day.later(minutes=5)
    with day.wiring.db.transaction() as tx:
        acting.comment(tx, item, "no answer yet", ANN, day.clock())
    assert shown(day, item).row.acted_at == first
    assert story(day, item) == [(ANN, "asked the supplier"), (ANN, "no answer yet")]


def test_a_word_on_an_order_counts_as_acting_on_what_it_waits_for(day: Day) -> None:
    item = asked(day)
    with day.wiring.db.transaction() as tx:
        order = tx.get_one(Order, tx.get_one(InboxItem, item).subjects[0].subject_id)
        by_hand.retry(tx, order, ANN, day.clock())
    assert shown(day, item).row.acted_at is not None


def test_settling_closes_with_name_and_answer_and_looks_at_what_waited(day: Day) -> None:
    item = asked(day)
    with day.wiring.db.transaction() as tx:
        again = acting.settle(tx, item, ANN, "product made", day.clock())
    assert acting.said(again) == "1 order is looked at again"
    row = shown(day, item).row
    assert (row.closed_by, row.answer, row.at_stake) == (ANN, "product made", "")
    day.work()
    assert asked(day) != item, "the cause is still there"


def test_a_settlement_is_taken_back_unless_the_same_was_asked_anew(day: Day) -> None:
    item = asked(day)
    with day.wiring.db.transaction() as tx:
        acting.settle(tx, item, ANN, "wrongly", day.clock())
        acting.reopen(tx, item, BOB, day.clock())
    row = shown(day, item).row
    assert (row.closed_at, row.closed_by, row.answer) == (None, "", "")
    assert story(day, item)[-1][1].endswith("by ann: wrongly")
    with day.wiring.db.transaction() as tx:
        acting.settle(tx, item, ANN, "", day.clock())
    day.work()
    with day.wiring.db.transaction() as tx, pytest.raises(Refused, match="asked anew as item"):
        acting.reopen(tx, item, BOB, day.clock())


def test_what_is_not_possible_says_why(day: Day) -> None:
    item = asked(day)
    with day.wiring.db.transaction() as tx:
        with pytest.raises(Refused, match="There is no item 99"):
            acting.comment(tx, 99, "hello", ANN, day.clock())
        with pytest.raises(Refused, match="is empty"):
            acting.comment(tx, item, "  ", ANN, day.clock())
        with pytest.raises(Refused, match=f"Item {item} is open"):
            acting.reopen(tx, item, ANN, day.clock())
        acting.settle(tx, item, ANN, "", day.clock())
        for act in (
            lambda: acting.settle(tx, item, ANN, "", day.clock()),
            lambda: acting.assign(tx, item, BOB, ANN, day.clock()),
        ):
            with pytest.raises(Refused, match=r"was settled at .* by ann"):
                act()


@pytest.mark.parametrize(
    ("again", "words"),
    [
        ({}, "nothing waited for it"),
        ({"order": [1]}, "1 order is looked at again"),
        ({"order": [1, 2]}, "2 orders are looked at again"),
        ({"order": [1], "shipment": [1, 2]}, "1 order and 2 shipments are looked at again"),
    ],
)
def test_what_goes_on_is_counted(again: dict[str, list[int]], words: str) -> None:
    assert acting.said(again) == words


class TestAtStake:
    def test_the_waiting_orders_are_counted_summed_and_timed(self, day: Day) -> None:
        day.buy(("GHOST", 3))
        day.pull()
        row = shown(day, asked(day)).row
        orders = day.market.get("books")["orders"]
        total = sum((Decimal(str(day.order(each["order_id"]).gross)) for each in orders), Decimal(0))
        assert row.waiting == 2
        assert row.at_stake == f"2 orders, {total:,.2f} EUR, the sale is lost in 23 h"

    def test_parcels_count_as_their_orders_and_an_order_once(self, day: Day) -> None:
        with day.wiring.db.transaction() as tx:
            order = tx.get_one(InboxItem, asked(day)).subjects[0].subject_id
            for parcel in ("1", "2"):
                row = Shipment(
                    connection_id=day.world.connection, store_pk=1, order_pk=order, parcel_id=parcel,
                    seen_at=day.clock(), state="noted",
                )  # fmt: skip
                tx.add(row)
                tx.flush()
                ask = Ask("canceled_in_shop", "parcels", "Two parcels?")
                item = desk.open_item(tx, day.world.connection, ask, "shipment", row.id, day.clock()).id
        row = shown(day, item).row
        assert (row.waiting, row.at_stake.split(",")[0]) == (1, "1 order")
        assert "the sale is lost in 23 h" in row.at_stake, "an order nobody answered is not late but lost"

    def test_the_list_goes_by_the_cost_of_waiting(self, day: Day) -> None:
        with day.wiring.db.transaction() as tx:
            for kind, due in (("unreadable_answer", 1), ("feed_silent", 120), ("unreadable_delivery", 90)):
                ask = Ask(kind, kind, "?", due=day.clock() + timedelta(minutes=due))
                desk.open_item(tx, None, ask, "", None, day.clock())
        with day.wiring.db.reading() as tx:
            page = queries.items(tx, InboxFilter(), day.clock(), size=2)
            rest = queries.items(tx, InboxFilter(), day.clock(), number=2, size=2)
        assert [row.kind for row in page.rows] == ["feed_silent", "unknown_sku"]
        assert (page.total, page.pages) == (4, 2)
        assert [row.kind for row in rest.rows] == ["unreadable_answer", "unreadable_delivery"]

    def test_closed_ones_come_latest_first_with_who_and_why(self, day: Day) -> None:
        item = asked(day)
        with day.wiring.db.transaction() as tx:
            other = desk.open_item(tx, None, Ask("feed_silent", "store:x", "?"), "", None, day.clock()).id
            desk.close_by_key(tx, None, "feed_silent", "store:x", day.clock(), "it beat at 12:00:00")
            acting.settle(tx, item, ANN, "made", day.clock() + timedelta(seconds=1))
        with day.wiring.db.reading() as tx:
            rows = queries.items(tx, InboxFilter(closed=True), day.clock()).rows
        assert [(row.id, row.closed_by, row.answer) for row in rows] == [
            (item, ANN, "made"),
            (other, "by itself", "it beat at 12:00:00"),
        ]


def test_settling_lets_go_of_one_question_and_leaves_the_others(day: Day) -> None:
    item = asked(day)
    with day.wiring.db.transaction() as tx:
        order = tx.get_one(InboxItem, item).subjects[0].subject_id
        other = desk.open_item(tx, day.world.connection, Ask("stuck", "x", "?"), "order", order, day.clock()).id
        acting.settle(tx, other, ANN, "", day.clock())
    assert shown(day, item).row.closed_at is None
    with day.wiring.db.reading() as tx:
        assert tx.get_one(InboxSubject, 1).item_id == item


def test_parcels_that_wait_are_let_go_and_planned_like_orders(day: Day) -> None:
    mug = day.buy("MUG")
    day.minutes(2)
    with day.wiring.db.transaction() as tx:
        order = day.order(mug).id
        parcel = Shipment(
            connection_id=day.world.connection, store_pk=1, order_pk=order, parcel_id="1", carrier="Postman",
            number="1", seen_at=day.clock(), state="noted",
        )  # fmt: skip
        tx.add(parcel)
        tx.flush()
        ask = Ask("carrier_unmapped", "postman", "Who is Postman?")
        item = desk.open_item(tx, day.world.connection, ask, "shipment", parcel.id, day.clock()).id
        parcel.blocked_by, number = item, parcel.id
    with day.wiring.db.transaction() as tx:
        (planned,) = retrying.plan(tx, [item], day.wiring).rows
    assert (planned.subject, planned.possible) == ("shipment", True)
    with day.wiring.db.transaction() as tx:
        assert acting.settle(tx, item, ANN, "mapped", day.clock()) == {"shipment": [number]}
    with day.wiring.db.reading() as tx:
        row = tx.get_one(Shipment, number)
        assert (row.blocked_by, row.next_attempt_at is not None) == (None, True)
    assert ("shipments.advance", (number,)) in [(wake.task, wake.args) for wake in day.world.workers.waiting]
