"""The day: seeded, shaped like a day, with every kind of special order in it."""

from __future__ import annotations

from collections import Counter

import pytest

from mirakl_sync.connections.file import read_wanted
from mirakl_sync.demo import joining, storm
from mirakl_sync.demo.day import EVERY, SPECIALS, plan_day
from mirakl_sync.demo.town import MARKETS, SELLERS, STORE, sandbox_plan
from mirakl_sync.sandbox.plan import open_sandbox


def test_equal_seeds_give_equal_days() -> None:
    assert plan_day(50, 60, 3) == plan_day(50, 60, 3)
    assert plan_day(50, 60, 3) != plan_day(50, 60, 4)


@pytest.mark.parametrize(("count", "seconds"), [(1, 3), (15, 6), (120, 60), (300, 60)])
def test_every_order_is_placed_within_the_day_in_the_order_of_time(count: int, seconds: float) -> None:
    moments = [purchase.at for purchase in plan_day(count, seconds, 1)]
    assert len(moments) == count
    assert moments == sorted(moments)
    assert moments[0] >= 0
    assert moments[-1] < seconds


def test_the_evening_is_livelier_than_the_night() -> None:
    hours = Counter(int(purchase.at) for purchase in plan_day(2000, 24, 1))
    assert hours[20] > 3 * hours[3]


def test_an_ordinary_day_has_every_special_kind() -> None:
    day = plan_day(120, 60, 1)
    assert {purchase.kind for purchase in day if purchase.kind} == {special.kind for special in SPECIALS}
    assert sum(bool(purchase.kind) for purchase in day) == 120 // EVERY


def test_special_orders_do_not_share_a_sku_whose_stock_or_absence_matters() -> None:
    skus = [
        line["sku"]
        for purchase in plan_day(5000, 60, 1)
        for line in purchase.options["lines"]
        if line["sku"].startswith(("NEW", "SCARCE"))
    ]
    assert len(skus) == len(set(skus))


def test_every_order_can_be_placed_and_everybody_is_found() -> None:
    plan = sandbox_plan(1)
    sandbox = open_sandbox(plan)
    try:
        servers = {server["name"]: server for server in sandbox.servers}
        assert set(servers) == {STORE, *(market.name for market in MARKETS)}
        from mirakl_sync.demo.people import People
        from mirakl_sync.demo.remote import Remote

        remotes = {name: Remote(server["url"]) for name, server in servers.items()}
        people = People(remotes, lambda *_: True, plan_day(100, 10, 1))
        people.act(10)
        assert people.placed == 100
        assert sum(remotes[market.name].get("books?summary=1")["totals"]["orders"] for market in MARKETS) == 100
        for remote in remotes.values():
            remote.close()
    finally:
        sandbox.stop()


def test_the_connections_file_reads_and_asks_no_more_often_than_allowed() -> None:
    shops = {seller.market: [] for seller in SELLERS}
    for seller in SELLERS:
        shops[seller.market].append({"shop_id": seller.shop_id, "key": "k"})
    servers = {name: {"url": "http://127.0.0.1:1", "shops": keys} for name, keys in shops.items()}
    servers[STORE] = {"url": "http://127.0.0.1:2", "consumer_key": "ck", "consumer_secret": "cs"}
    names = ("CONSUMER_KEY", "CONSUMER_SECRET", "WEBHOOK_SECRET", *(seller.key.upper() for seller in SELLERS))
    wanted = read_wanted(joining.wanted(servers), dict.fromkeys(names, "secret"))
    assert [connection.key for connection in wanted.connections] == [seller.key for seller in SELLERS]
    plan = {entry["name"]: entry for entry in sandbox_plan(1)["servers"]}
    for seller, connection in zip(SELLERS, wanted.connections, strict=True):
        allowed = plan[seller.market]["limits"]["OR11"]["seconds"]
        assert connection.policy.orders.poll_every.total_seconds() >= allowed


def test_heavy_trouble_hits_a_third_of_the_calls() -> None:
    untouched_write = untouched_read = 1.0
    for rule in storm.rules("heavy"):
        untouched_write *= 1 - rule["chance"]
        untouched_read *= 1 - (0 if rule.get("match") == storm.WRITES else rule["chance"])
    assert 0.3 < 1 - untouched_read < 1 - untouched_write < 0.4
    assert storm.rules("none") == []


def test_calls_with_a_published_limit_are_never_made_late() -> None:
    import re

    timed = [rule["match"] for rule in storm.rules("heavy") if rule["what"] in ("late", "slow")]
    assert timed
    for limited in ("GET /api/orders", "PUT /api/orders"):
        assert not any(re.search(match, limited) for match in timed)
