"""What changes in the shop stands on the marketplace soon after: by webhook, by poll, by a full look."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.flows.conftest import BeginStock
from tests.flows.doors import open_hooks

# A look at the shop every 20 s, one at orders every minute, a file, ten seconds until it is worked off.
A_CHANGE = 100


def test_the_first_file_tells_only_what_differs(begin_stock: BeginStock) -> None:
    offers = [{"sku": "MUG", "price": 12.5, "quantity": 7}, {"sku": "LAMP", "price": 49.9, "quantity": 5}]
    day = begin_stock(market={"shops": [{"shop_id": 2000, "offers": offers}]})
    day.agree({"MUG": 100, "LAMP": 5})
    assert day.changes("LAMP") == []
    assert [file["rows"] for file in day.imports()] == [1]


def test_a_change_found_by_the_poll_arrives(begin_stock: BeginStock) -> None:
    day = begin_stock()
    day.later(seconds=3)
    day.count("MUG", 42)
    assert day.until(lambda: day.shown("MUG") == 42) <= A_CHANGE
    day.minutes(1)
    day.agree({"MUG": 42, "LAMP": 5, "RUG": 3})
    assert day.told("MUG") == [("wanted", 42), ("sent", 42), ("accepted", 42)]


def test_a_change_told_by_a_webhook_alone_arrives(begin_stock: BeginStock) -> None:
    day = begin_stock(store={"poll_every": 86_400})
    with open_hooks(day):
        day.later(seconds=3)
        day.edit_product("MUG", stock_quantity=42)
        day.webshop.post("webhooks/flush")
        assert day.until(lambda: day.shown("MUG") == 42) <= A_CHANGE
        day.minutes(1)
    day.agree({"MUG": 42})


def test_a_number_written_past_the_shop_is_seen_by_the_full_look(begin_stock: BeginStock) -> None:
    day = begin_stock(store={"full_look_every": 900})
    day.minutes(4)
    day.count("MUG", 99)
    day.minutes(1)
    day.count("LAMP", 2, silent=True)
    day.minutes(4)
    assert (day.shown("MUG"), day.shown("LAMP")) == (99, 5), "no date moved, no webhook went: nothing tells"
    day.until(lambda: day.shown("LAMP") == 2, within=900)


def test_doubled_reordered_and_lost_webhooks_end_at_the_shops_number(begin_stock: BeginStock) -> None:
    day = begin_stock()
    with open_hooks(day):
        day.webshop.post("webhooks", {"duplicate": 0.9, "reorder": 0.9, "lose": 0.3})
        for quantity in (40, 0, 41, 3, 2, 90, 17):
            day.edit_product("MUG", stock_quantity=quantity)
            day.webshop.post("webhooks/flush")
            day.work()
        day.minutes(3)
    day.agree({"MUG": 17})


def test_two_changes_of_one_second_end_at_the_later(begin_stock: BeginStock) -> None:
    """The shop dates both the same: the second may arrive first, and only asking tells which is right."""
    day = begin_stock(store={"poll_every": 86_400})
    with open_hooks(day):
        day.later(seconds=5)
        day.webshop.post("webhooks", {"reorder": 1.0})
        day.edit_product("LAMP", stock_quantity=9)
        day.edit_product("LAMP", stock_quantity=1)
        day.webshop.post("webhooks/flush")
        day.work()
        day.minutes(3)
    assert day.shelf("LAMP").quantity == 1
    day.agree({"LAMP": 1})


def test_a_burst_is_one_file(begin_stock: BeginStock) -> None:
    skus = [{"sku": f"SKU-{n}", "price": 5.0, "quantity": 10, "title": f"Thing {n}"} for n in range(60)]
    day = begin_stock(market={"shops": [{"shop_id": 2000, "offers": skus}]}, webshop={"products": skus})
    before = len(day.imports())
    with open_hooks(day):
        day.later(seconds=3)
        for turn in range(3):
            for one in skus:
                day.count(one["sku"], 20 + turn)
        day.webshop.post("webhooks/flush")
        day.minutes(2)
    files = day.imports()[before:]
    assert [file["rows"] for file in files] == [60]
    day.agree({one["sku"]: 22 for one in skus})


class TestOrderOfNumbers:
    """What must show none goes first; what may rise goes only behind a look at the orders."""

    def test_an_external_partners_zeros_and_lower_numbers_go_and_higher_ones_wait(
        self, begin_stock: BeginStock
    ) -> None:
        day = begin_stock(orders={"poll_every": timedelta(minutes=15)}, call_limits={"OR11": 900})
        day.later(seconds=5)
        day.count("LAMP", 0)
        day.count("MUG", 60)
        day.count("RUG", 9)
        day.minutes(3)
        assert (day.shown("LAMP"), day.shown("MUG"), day.shown("RUG")) == (0, 60, 3)
        assert day.offer("RUG").due
        passed = day.until(lambda: day.shown("RUG") == 9, within=1000)
        assert passed > 600
        (push,) = [push for push in day.pushes() if push.rows == 1]
        assert push.pulled_at is not None
        assert (push.asked_at - push.pulled_at).total_seconds() <= 15

    def test_zeros_stand_first_in_a_file_that_cannot_hold_everything(self, begin_stock: BeginStock) -> None:
        day = begin_stock(rows_at_once=1)
        day.later(seconds=5)
        for sku, quantity in (("RUG", 9), ("MUG", 60), ("LAMP", 0)):
            day.count(sku, quantity)
        day.minutes(6)
        files = [push.id for push in day.pushes()]
        assert [day.told_in(push) for push in files] == [{"LAMP": 0}, {"MUG": 60}, {"RUG": 9}]


def test_a_file_goes_behind_a_look_at_the_orders(begin_stock: BeginStock) -> None:
    """A sale nobody has seen yet is not overwritten: the look comes first, then the number that knows of it."""
    day = begin_stock()
    day.buy_at("acme", "MUG", 30)
    day.count("MUG", 90)
    day.until(lambda: ("import", 60) in day.changes("MUG"))
    assert [number for by, number in day.changes("MUG") if by == "import"] == [60]
    (push,) = day.pushes()
    assert push.pulled_at is not None
    assert 0 <= (push.asked_at - push.pulled_at).total_seconds() <= 15


@pytest.mark.parametrize("what", ["send = false", "paused"])
def test_nothing_is_sent_where_nothing_shall_be(begin_stock: BeginStock, what: str) -> None:
    day = begin_stock(send=what == "paused")
    if what == "paused":
        day.change_connection(paused=["stock"])
    day.later(seconds=5)
    day.count("MUG", 0)
    day.minutes(5)
    assert day.imports() == []
    assert (day.offer("MUG").wanted, day.offer("MUG").due) == (0, True), "it is weighed all the same"
    if what == "paused":
        day.change_connection(paused=[])
        day.until(lambda: day.shown("MUG") == 0)
