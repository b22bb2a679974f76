"""The day: seeded, shaped like a day, with every kind of special order in it."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from sqlalchemy import select

from mirakl_sync.db.models import Connection
from mirakl_sync.demo import joining, storm
from mirakl_sync.demo.branches import AT_LEAST, BRANCHES, PLANNER, SHARE, Branch, plan_branch, sandbox_plan
from mirakl_sync.demo.day import EVERY, SPECIALS, plan_day
from mirakl_sync.demo.people import NO_LONGER, People
from mirakl_sync.demo.town import EVERYDAY, MARKETS, SELLERS, STORE
from mirakl_sync.platforms.contract import Capability
from mirakl_sync.platforms.registry import platforms
from mirakl_sync.policy.schema import read_policy
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
        everybody = {STORE, PLANNER, *(market.name for market in MARKETS), *(branch.name for branch in BRANCHES)}
        assert set(servers) == everybody
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


@pytest.fixture(scope="module")
def announced() -> Iterator[dict[str, Mapping[str, Any]]]:
    """What the whole town's sandbox announces, by name."""
    sandbox = open_sandbox(sandbox_plan(1))
    yield {server["name"]: server for server in sandbox.servers}
    sandbox.stop()


def test_the_connections_file_reads_and_asks_no_more_often_than_allowed(announced: Any, db: Any, clock: Any) -> None:
    with db.transaction() as tx:
        joining.join(tx, announced, clock())
        joined = tx.execute(select(Connection)).unique().scalars().all()
        stores = {row.key: (row.store.key, row.store.platform) for row in joined}
        policies = {row.key: read_policy(row.policy_version.content) for row in joined}
    assert stores == {
        **{seller.key: (STORE, "woocommerce") for seller in SELLERS},
        **{branch.seller.key: (branch.name, branch.kind) for branch in BRANCHES},
    }
    plan = {entry["name"]: entry for entry in sandbox_plan(1)["servers"]}
    for seller in (*SELLERS, *(branch.seller for branch in BRANCHES)):
        allowed = plan[seller.market]["limits"]["OR11"]["seconds"]
        assert policies[seller.key].orders.poll_every.total_seconds() >= allowed
    assert all(policies[seller.key].shipments.number_patience.total_seconds() == 4 for seller in SELLERS)


@pytest.mark.parametrize("branch", BRANCHES, ids=lambda branch: branch.name)
def test_a_branch_sells_what_is_always_there_and_packs_it_one_way_or_another(branch: Branch) -> None:
    day = plan_branch(branch, 120, 60, 1)
    assert day == plan_branch(branch, 120, 60, 1) != plan_branch(branch, 120, 60, 2)
    assert len(day) == round(120 * SHARE)
    assert len(plan_branch(branch, 5, 60, 1)) == AT_LEAST
    assert all(purchase.seller is branch.seller and 0 <= purchase.at < 54 for purchase in day)
    assert {line["sku"] for purchase in day for line in purchase.options["lines"]} <= set(EVERYDAY)
    assert {purchase.packing.way for purchase in day if purchase.packing} == set(branch.ways)


def test_no_kind_of_store_is_missing_in_the_town() -> None:
    sold_through = {spec.key for spec in platforms().values() if Capability.CREATE_ORDERS in spec.capabilities}
    assert {"woocommerce", *(branch.kind for branch in BRANCHES)} == sold_through


def test_our_rows_ask_less_often_than_each_marketplace_allows() -> None:
    plan = {entry["name"]: entry for entry in sandbox_plan(1)["servers"]}
    for market in MARKETS:
        for operation, period in market.rules["call_limits"].items():
            allowed = plan[market.name]["limits"][operation]
            assert float(period.removesuffix("s")) > allowed["seconds"] / allowed["calls"]


def test_heavy_trouble_hits_a_third_of_the_calls() -> None:
    untouched = dict.fromkeys(("GET /api/orders", "PUT /api/orders/N-1-A/ship", "GET /wp-json/wc/v3/orders/1"), 1.0)
    for rule in storm.rules("heavy"):
        for call in untouched:
            untouched[call] *= 1 - rule["chance"] * bool(re.search(rule.get("match", ""), call))
    assert all(0.25 < 1 - share < 0.4 for share in untouched.values()), untouched
    assert storm.rules("none") == []


LIMITED = ("GET /api/orders", "PUT /api/orders", "GET /api/shipments/items_to_ship", "GET /api/shipping/carriers")


def test_calls_with_a_published_limit_are_never_made_late() -> None:
    timed = [rule["match"] for rule in storm.rules("heavy") if rule["what"] in ("late", "slow")]
    assert timed
    for limited in LIMITED:
        assert not any(re.search(match, limited) for match in timed)


TOLD = (
    "PUT /api/orders/N-1-A/tracking",
    "PUT /api/orders/N-1-A/ship",
    "POST /api/shipments",
    "POST /api/shipments/tracking",
    "PUT /api/shipments/ship",
    "GET /api/shipments",
)


@pytest.mark.parametrize("call", TOLD)
def test_everything_told_of_parcels_goes_wrong_in_every_way(call: str) -> None:
    ways = {
        (rule["what"], rule.get("status")) for rule in storm.rules("heavy") if re.search(rule.get("match", ""), call)
    }
    assert ways >= {("fail", 503), ("fail", 429), ("fail_after", 502), ("lose_answer", None), ("slow", None)}
    told_again_in_its_place = call.endswith("/tracking")
    assert (("late", None) in ways) == (not told_again_in_its_place and not call.startswith("GET"))


STOCK = (
    "POST /api/offers/stock/imports",
    "GET /api/offers/stock/imports/0-1/status",
    "GET /api/offers/stock/imports/0-1/error_report",
    "POST /api/offers/export/async",
    "GET /api/offers/export/async/status/0-2",
)


@pytest.mark.parametrize("call", STOCK)
def test_everything_told_and_read_of_stock_goes_wrong_but_never_late_because_calls_are_counted(call: str) -> None:
    ways = {
        (rule["what"], rule.get("status")) for rule in storm.rules("heavy") if re.search(rule.get("match", ""), call)
    }
    assert ways >= {("fail", 503), ("fail", 429), ("fail_after", 502), ("lose_answer", None), ("truncated", None)}
    assert ways.isdisjoint({("slow", None), ("late", None)})


class Told:
    """A server that remembers what it was told."""

    def __init__(self) -> None:
        self.told: dict[str, Any] = {}

    def post(self, what: str, body: Any = None) -> Any:
        self.told[what] = body


def test_stock_files_take_long_while_the_storm_lasts() -> None:
    shop, market = Told(), Told()
    storm.begin({STORE: shop, "nordmarkt": market}, "heavy", 1)
    assert market.told["imports/slow"]["times"] > 0
    assert "imports/slow" not in shop.told
    storm.end({STORE: shop, "nordmarkt": market})
    assert market.told["imports/slow"]["times"] == 0
    assert market.told["trouble"]["rules"] == []


class Hit:
    """A supervisor that notes who is killed."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def kill(self, name: str) -> None:
        self.names.append(name)


def test_the_killer_meets_every_worker_once_in_a_round() -> None:
    hit = Hit()
    killer = storm.Killer(hit, 1000, random.Random(1))
    for number in range(1, 2 * len(storm.WORKERS) + 1):
        killer.act(number * storm.KILL_EVERY)
    assert sorted(hit.names[:7]) == sorted(hit.names[7:]) == sorted(storm.WORKERS)


@pytest.mark.parametrize("call", ["GET /api/orders", "PUT /api/orders", "PUT /api/orders/N-1-A/accept", *TOLD])
def test_the_end_of_the_storm_is_about_parcels_only(call: str) -> None:
    whole = [rule["what"] for rule in storm.rules("heavy") if re.search(rule.get("match", ""), call)]
    last = [rule["what"] for rule in storm.parcel_rules("heavy") if re.search(rule["match"], call)]
    assert last == (whole if call in TOLD else [])


def test_the_killer_also_meets_the_workers_who_tell_parcels() -> None:
    assert "shipments" in storm.WORKERS


def test_one_seller_tells_unknown_carriers_by_name_and_only_where_that_is_allowed() -> None:
    by_name = [seller for seller in SELLERS if seller.shipping.get("unmapped_carrier") == "send_by_name"]
    assert [seller.key for seller in by_name] == ["kontor-webshop"]
    strict = {market.name for market in MARKETS if market.sandbox.get("disable_seller_alternative_carrier")}
    assert strict == {"nordmarkt"}
    assert {seller.market for seller in by_name}.isdisjoint(strict)


class NeverReady:
    """A shop whose order never becomes ready, and a marketplace that sells it."""

    def get(self, what: str) -> Any:
        return {"orders": [], "by_reference": {}}

    def post(self, what: str, body: Any = None) -> Any:
        return {"order_ids": ["N-1-A"]}


def test_what_came_too_late_to_be_cancelled_leaves_after_all() -> None:
    (cancelled,) = [each for each in plan_day(300, 60, 1) if each.put_aside][:1]
    people = People({STORE: NeverReady(), cancelled.seller.market: NeverReady()}, lambda *_: True, [cancelled])
    people.act(cancelled.at)
    assert people.warehouse.expected == {}
    people.act(cancelled.at + 3)
    assert (people.done, people.warehouse.expected) == (False, {})
    people.act(cancelled.at + 3 + NO_LONGER)
    assert people.done
    assert people.warehouse.expected == {f"{cancelled.seller.shop_id}/N-1-A": cancelled.packing}
