"""The rush: seeded, as lively as wished, and carried out by buyers who look before they buy."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from mirakl_sync.demo.counter import HOT, LIMITS, OUR_LIMITS, offered, pieces, wrong
from mirakl_sync.demo.remote import NotPossible
from mirakl_sync.demo.rush import IN_SHOP, Buyer, liveliness, plan_rush
from mirakl_sync.demo.till import FEW, UNPACKED_AFTER, Till
from mirakl_sync.demo.town import EVERYDAY, SELLERS, STORE, catalogue


def test_equal_seeds_give_equal_rushes() -> None:
    assert plan_rush(60, 2.5, 3) == plan_rush(60, 2.5, 3)
    assert plan_rush(60, 2.5, 3) != plan_rush(60, 2.5, 4)
    assert plan_rush(60, 0, 3) == []


def test_so_many_buyers_come_at_the_peak_and_none_at_night() -> None:
    rush = plan_rush(6000, 2.5, 1)
    peak = [buyer for buyer in rush if 0.3 <= buyer.at / 6000 < 0.8]

    assert len(peak) / 3000 == pytest.approx(2.5, rel=0.05)
    assert all(0.05 <= buyer.at / 6000 <= 0.96 for buyer in rush)
    assert [buyer.at for buyer in rush] == sorted(buyer.at for buyer in rush)
    assert (liveliness(0), liveliness(0.125), liveliness(0.5), liveliness(0.99)) == (0, pytest.approx(0.5), 1, 0)


def test_they_go_to_the_shop_and_to_every_marketplace_by_its_share() -> None:
    rush = plan_rush(6000, 2.5, 1)
    where = Counter(buyer.seller.key if buyer.seller else STORE for buyer in rush)

    assert where[STORE] / len(rush) == pytest.approx(IN_SHOP, abs=0.03)
    for seller in SELLERS:
        assert where[seller.key] / len(rush) == pytest.approx((1 - IN_SHOP) * seller.share, abs=0.03)
    assert all((buyer.seller is None) == (buyer.packing is None) for buyer in rush)


def test_a_day_of_a_minute_sells_more_than_is_there() -> None:
    wanted = sum(buyer.pieces for buyer in plan_rush(60, 2.5, 1))
    assert pieces(60) < wanted < 2.5 * pieces(60)
    assert pieces(6) == pieces(60) < pieces(600)


def test_marketplaces_begin_with_none_with_far_too_many_and_with_what_is_right() -> None:
    shown = [wrong(sku, 9000, seller.shop_id) for seller in SELLERS for sku in EVERYDAY]
    assert {0, 50_000, 9000} < set(shown)
    hot = [wrong(HOT, 80, seller.shop_id) for seller in SELLERS]
    assert any(number > 80 for number in hot)
    goods = {offer["sku"]: offer for offer in offered(catalogue(), 2000)}
    assert goods["SCARCE-1"]["quantity"] == 50
    assert goods.keys() == {product["sku"] for product in catalogue()}


def test_our_own_limits_are_half_a_second_wider() -> None:
    assert {operation: float(every.removesuffix("s")) for operation, every in OUR_LIMITS.items()} == {
        operation: limit["seconds"] + 0.5 for operation, limit in LIMITS.items()
    }


class Server:
    """A shop with so many left, and marketplaces that show so many."""

    def __init__(self, left: int = 0, shows: int = 0) -> None:
        self.left, self.shows = left, shows
        self.asked: list[tuple[str, Any]] = []

    def get(self, what: str) -> Any:
        return {"quantity": self.left}

    def post(self, what: str, body: Any = None) -> Any:
        self.asked.append((what, body))
        if what == "stock":
            self.left += body["add"]
            return {}
        if what == "sell":
            sold = self.left >= body["quantity"]
            self.left -= body["quantity"] * sold
            return {"sold": sold}
        if not self.shows:
            raise NotPossible("HOT-1: 0 offered, 1 wanted")
        return {"order_ids": ["N-1-A"]}


def till(shop: Server, market: Server, *buyers: Buyer) -> tuple[Till, list[str]]:
    expected: list[str] = []
    servers = {STORE: shop, SELLERS[0].market: market}
    return Till(servers, buyers, 60, 7, lambda reference, _: expected.append(reference)), expected


BUYER = next(buyer for buyer in plan_rush(60, 2.5, 1) if buyer.seller is SELLERS[0])


def test_who_sees_none_goes_away_and_who_sees_some_buys() -> None:
    here = Buyer(1.0, 2)
    market = Server()
    one, expected = till(Server(left=3), market, here, Buyer(1.0, 2), BUYER)
    list(one.act(BUYER.at))

    assert (one.orders, expected) == (0, [])
    assert one.turned_away == {STORE: 2, SELLERS[0].market: BUYER.pieces}
    assert one.done
    assert market.asked[0][1]["if_offered"]

    two, expected = till(Server(left=3), Server(shows=1), BUYER)
    list(two.act(BUYER.at))
    assert (two.orders, expected) == (1, [f"{SELLERS[0].shop_id}/N-1-A"])


def test_staff_unpack_more_whenever_few_are_left() -> None:
    shop = Server(left=FEW)
    one, _ = till(shop, Server(), Buyer(50.0, 1))

    assert list(one.act(10)) == [f"! {FEW} {HOT} are left in the shop"]
    assert list(one.act(10 + UNPACKED_AFTER)) == [f"! 7 more {HOT} come in"]
    assert list(one.act(20)) == []
    shop.left = 3
    assert list(one.act(30)) == [f"! 3 {HOT} are left in the shop"]
    assert list(one.act(30 + UNPACKED_AFTER)) == [f"! 7 more {HOT} come in"]
    assert [what for what, _ in shop.asked] == ["stock", "stock"]


def test_what_never_runs_short_is_unpacked_in_the_afternoon_all_the_same() -> None:
    one, _ = till(Server(left=FEW + 1), Server(), Buyer(59.0, 1))

    assert list(one.act(30)) == []
    assert list(one.act(42)) == [f"! 7 more {HOT} come in"]
    assert list(one.act(43)) == []
