"""A sale on one marketplace lowers the others, counts until the shop has felt it, and is felt exactly once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mirakl_sync.db.models import Order
from mirakl_sync.orders import by_hand
from mirakl_sync.policy.model import Acceptance, Verdict
from tests.flows.conftest import BeginStock
from tests.flows.stocking import StockDay

THREE = {"brico": {}, "casa": {}}
EVERYWHERE = ("acme", "brico", "casa")


def everywhere(day: StockDay, sku: str, quantity: int) -> None:
    """All marketplaces show this, by their books and ours."""
    for market in EVERYWHERE:
        day.agree({sku: quantity}, market)


def test_a_sale_lowers_the_other_marketplaces_before_the_shop_knows_of_it(begin_stock: BeginStock) -> None:
    day = begin_stock(also=THREE)
    day.webshop.trouble({"what": "fail", "status": 503, "match": r"^POST /wp-json/wc/v3/orders$"})
    day.buy_at("acme", "LAMP", 2)
    day.until(lambda: day.shown("LAMP", "brico") == day.shown("LAMP", "casa") == 3, within=120)
    assert day.stock("LAMP") == 5, "the shop has not felt it"
    assert (day.shelf("LAMP").quantity, day.unfelt("LAMP")) == (5, 2)
    assert ("import", 5) not in day.changes("LAMP"), "what the marketplace took off itself is not given back"
    day.webshop.trouble()
    day.minutes(6)
    assert (day.stock("LAMP"), day.unfelt("LAMP")) == (3, 0)
    everywhere(day, "LAMP", 3)


def test_a_sale_is_felt_exactly_once(begin_stock: BeginStock, accept: Acceptance) -> None:
    day = begin_stock(also=THREE, orders={"accept": accept})
    day.buy_at("acme", "MUG", 2)
    day.buy_at("brico", "MUG", 3)
    for _ in range(30):
        day.seconds(10)
        for market in EVERYWHERE:
            assert day.shown("MUG", market) >= 95, "never subtracted twice"
    assert (day.stock("MUG"), day.unfelt("MUG")) == (95, 0)
    everywhere(day, "MUG", 95)
    assert day.told("MUG", "acme").count(("felt", 2)) == 1


def test_a_sale_felt_while_as_many_came_in_leaves_the_number_and_frees_the_pieces(begin_stock: BeginStock) -> None:
    """The shop shows the same number before and after: all the same it contains the sale now."""
    day = begin_stock(also=THREE)
    day.webshop.trouble({"what": "fail", "status": 503, "match": r"^POST /wp-json/wc/v3/orders$"})
    day.buy_at("acme", "LAMP", 2)
    day.until(lambda: day.shown("LAMP", "brico") == 3)
    day.webshop.trouble()
    day.later(seconds=30)
    day.webshop.post("stock", {"sku": "LAMP", "add": 2, "silent": True})
    day.minutes(6)
    assert (day.stock("LAMP"), day.unfelt("LAMP")) == (5, 0)
    everywhere(day, "LAMP", 5)


def test_the_last_piece_is_taken_off_everywhere(begin_stock: BeginStock) -> None:
    day = begin_stock(also=THREE)
    day.buy_at("casa", "RUG", 3)
    day.until(lambda: {day.shown("RUG", market) for market in EVERYWHERE} == {0}, within=150)
    day.minutes(3)
    everywhere(day, "RUG", 0)
    assert day.at("casa").get("books")["totals"]["oversold"] == 0


class TestEndsWithoutTheGoods:
    """Nothing stays kept for a sale that is over: no marketplace shows a false zero."""

    def test_refused_by_us(self, begin_stock: BeginStock) -> None:
        day = begin_stock(also=THREE, orders={"insufficient_stock": Verdict.REFUSE})
        (order,) = day.buy_at("acme", "RUG", 9)
        day.minutes(4)
        assert day.state(order) == "refused"
        assert day.unfelt("RUG") == 0
        everywhere(day, "RUG", 3)

    @pytest.mark.parametrize("when", ["before we saw it", "before our answer", "after placing"])
    def test_canceled_there(self, begin_stock: BeginStock, accept: Acceptance, when: str) -> None:
        day = begin_stock(also=THREE, orders={"accept": accept, "unknown_sku": Verdict.ASK})
        (order,) = day.buy_at("acme", "LAMP", 2)
        if when == "before our answer":
            day.webshop.trouble({"what": "fail", "status": 503})
            day.seconds(70)
            day.webshop.trouble()
        if when == "after placing":
            day.minutes(4)
            assert day.stock("LAMP") == 3
        day.do(order, "cancel")
        day.minutes(5)
        assert (day.state(order), day.stock("LAMP"), day.unfelt("LAMP")) == ("canceled", 5, 0)
        everywhere(day, "LAMP", 5)

    def test_refused_by_silence_and_their_number_set_to_none(self, begin_stock: BeginStock) -> None:
        market = {"acceptance_window": {"seconds": 600}, "zero_offer_on_timeout": True}
        day = begin_stock(market=market, offers_every=timedelta(days=1))
        day.change_connection(paused=["orders"])
        (order,) = day.buy_at("acme", "LAMP", 2)
        day.minutes(11)
        assert day.theirs(order)["state"] == "REFUSED"
        assert day.shown("LAMP") == 0
        day.change_connection(paused=[])
        day.minutes(4)
        day.agree({"LAMP": 5})

    def test_refused_by_us_where_a_refusal_sets_the_offer_to_none(self, begin_stock: BeginStock) -> None:
        day = begin_stock(market={"zero_offer_on_refusal": True}, orders={"insufficient_stock": Verdict.REFUSE})
        (order,) = day.buy_at("acme", "RUG", 9)
        day.minutes(4)
        assert (day.state(order), ("zeroed", 0) in day.changes("RUG")) == ("refused", True)
        day.agree({"RUG": 3})

    def test_accepted_and_sent_by_somebody_else_in_the_portal(self, begin_stock: BeginStock) -> None:
        """Nobody will ever write the shop's order: once it is over, nothing is kept for it."""
        day = begin_stock(also=THREE)
        day.webshop.trouble({"what": "fail", "status": 503, "match": r"^POST /wp-json/wc/v3/orders$"})
        (order,) = day.buy_at("acme", "LAMP", 2)
        day.minutes(2)
        assert day.shown("LAMP", "brico") == 3
        for deed in ("ship", "receive", "close"):
            day.do(order, deed)
            day.minutes(2)
        day.webshop.trouble()
        day.minutes(4)
        assert day.unfelt("LAMP") == 0, day.account()
        everywhere(day, "LAMP", day.stock("LAMP"))


class TestInOtherHands:
    """What a person does with an order is seen by its end, and never counted for ever."""

    def test_taken_over_by_a_person_who_sells_it_at_the_till(self, begin_stock: BeginStock) -> None:
        day = begin_stock(also=THREE)
        day.webshop.trouble({"what": "fail", "status": 503, "match": r"^POST /wp-json/wc/v3/orders$"})
        (order,) = day.buy_at("acme", "LAMP", 2)
        day.minutes(2)
        with day.wiring.db.transaction() as tx:
            by_hand.unmanage(tx, tx.query(Order).filter(Order.order_id == order).one(), "erin", day.clock())
        day.webshop.trouble()
        day.webshop.post("sale", {"sku": "LAMP", "quantity": 2})
        day.do(order, "ship")
        day.minutes(4)
        assert (day.stock("LAMP"), day.unfelt("LAMP")) == (3, 0)
        everywhere(day, "LAMP", 3)

    def test_the_shops_order_is_cancelled_by_staff_and_the_sale_goes_on(self, begin_stock: BeginStock) -> None:
        """Its pieces lie on the shelf again, and they are sold."""
        day = begin_stock(also=THREE)
        (order,) = day.buy_at("acme", "LAMP", 2)
        day.minutes(4)
        (placed,) = day.shop_orders(order)
        day.webshop.post(f"orders/{placed['id']}", {"status": "cancelled"})
        day.minutes(4)
        assert (day.stock("LAMP"), day.unfelt("LAMP")) == (5, 2)
        everywhere(day, "LAMP", 3)
        day.do(order, "cancel")
        day.minutes(4)
        assert (day.stock("LAMP"), day.unfelt("LAMP")) == (5, 0)
        everywhere(day, "LAMP", 5)


def test_the_shops_own_customers_lower_all_marketplaces(begin_stock: BeginStock) -> None:
    day = begin_stock(also=THREE)
    day.later(seconds=5)
    day.webshop.post("sell", {"sku": "RUG", "quantity": 2})
    day.until(lambda: {day.shown("RUG", market) for market in EVERYWHERE} == {1})
    day.minutes(2)
    everywhere(day, "RUG", 1)


@pytest.mark.parametrize("sold", ["while they work the file off", "when it is done and we do not know yet"])
def test_a_sale_seen_while_a_file_is_on_its_way(begin_stock: BeginStock, sold: str) -> None:
    """A cap hides the sale from the wanted number: only that nobody knows theirs makes them agree again."""
    day = begin_stock(market={"import_seconds": 10}, at_most=10, offers_every=timedelta(days=1))
    day.count("MUG", 8)
    day.until(lambda: day.shown("MUG") == 8)
    day.minutes(2)
    day.count("MUG", 50)
    day.until(lambda: day.offer("MUG").push_id is not None)
    if sold == "when it is done and we do not know yet":
        day.later(seconds=20)
        assert day.shown("MUG") == 10
    day.buy_at("acme", "MUG", 3)
    day.pull()
    day.minutes(6)
    day.agree({"MUG": 10})


def test_an_old_sale_that_surfaces_late_counts_from_then_on(begin_stock: BeginStock) -> None:
    day = begin_stock(also=THREE, orders={"poll_every": timedelta(minutes=5)})
    day.buy_at("acme", "LAMP", 2)
    day.minutes(1)
    day.minutes(8)
    everywhere(day, "LAMP", 3)
