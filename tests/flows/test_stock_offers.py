"""What others do to offers, what is offered of odd SKUs, and what people rule."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from mirakl_sync.db.models import Connection, StockRule, Store
from mirakl_sync.policy.model import Foreign, InDoubt
from mirakl_sync.stock import controls, watch
from tests.flows.conftest import BeginStock
from tests.flows.stocking import StockDay
from tests.worlds import CATALOGUE


class TestOthers:
    def test_a_number_somebody_set_there_is_overwritten(self, begin_stock: BeginStock) -> None:
        day = begin_stock()
        day.market.post("portal/offers", {"sku": "RUG", "quantity": 77})
        day.minutes(9)
        assert day.changes("RUG") == [("portal", 77), ("import", 3)]
        assert ("shown", 77) in day.told("RUG")
        day.agree({"RUG": 3})

    def test_a_number_somebody_set_there_waits_for_a_person(self, begin_stock: BeginStock) -> None:
        day = begin_stock(foreign=Foreign.ASK)
        day.market.post("portal/offers", {"sku": "RUG", "quantity": 77})
        day.minutes(12)
        assert day.shown("RUG") == 77
        assert day.offer("RUG").held
        with day.wiring.db.transaction() as tx:
            controls.release(tx, "acme-webshop", ["RUG"], "erin", day.clock())
        day.minutes(3)
        day.agree({"RUG": 3})

    def test_a_deleted_offer_is_left_alone_and_one_that_returns_gets_its_number(self, begin_stock: BeginStock) -> None:
        day = begin_stock()
        day.market.post("offers/delete", {"skus": ["RUG"]})
        day.count("RUG", 2)
        day.minutes(8)
        assert not day.offer("RUG").listed
        files = len(day.imports())
        day.count("RUG", 1)
        day.minutes(3)
        assert len(day.imports()) == files, "nothing is sent for what is not offered"
        day.market.post("offers", {"offers": [{"sku": "RUG", "price": 199.0, "quantity": 30, "title": "Rug"}]})
        day.minutes(9)
        day.agree({"RUG": 1})

    def test_a_refused_offer_that_returns_is_tried_again_with_the_same_number(self, begin_stock: BeginStock) -> None:
        day = begin_stock()
        day.market.post("offers/delete", {"skus": ["RUG"]})
        day.count("RUG", 2)
        day.minutes(4)
        assert day.offer("RUG").refused == 2
        day.minutes(4)
        day.market.post("offers", {"offers": [{"sku": "RUG", "price": 199.0, "quantity": 30, "title": "Rug"}]})
        day.minutes(9)
        day.agree({"RUG": 2})

    def test_a_new_offer_gets_its_number(self, begin_stock: BeginStock) -> None:
        products = [*CATALOGUE, {"sku": "VASE", "price": 8.0, "quantity": 12, "title": "Vase"}]
        day = begin_stock(webshop={"products": products})
        day.market.post("offers", {"offers": [{"sku": "VASE", "price": 8.0, "quantity": 1, "title": "Vase"}]})
        day.minutes(9)
        day.agree({"VASE": 12})

    @pytest.mark.parametrize(("missing", "shown"), [(InDoubt.ASK, 7), (InDoubt.KEEP, 7), (InDoubt.ZERO, 0)])
    def test_an_offer_the_shop_does_not_know(self, begin_stock: BeginStock, missing: InDoubt, shown: int) -> None:
        offers = [*CATALOGUE, {"sku": "VASE", "price": 8.0, "quantity": 7, "title": "Vase"}]
        day = begin_stock(market={"shops": [{"shop_id": 2000, "offers": offers}]}, missing=missing)
        day.minutes(2)
        assert day.shown("VASE") == shown
        assert day.offer("VASE").because == "missing"


class TestPeople:
    def test_panic_takes_everything_off_and_restores_itself(self, begin_stock: BeginStock) -> None:
        day = begin_stock(also={"brico": {}})
        until = day.clock() + timedelta(minutes=10)
        with day.wiring.db.transaction() as tx:
            controls.zero(tx, "acme-webshop", until, "erin", "the price list is wrong", day.clock())
        day.minutes(3)
        day.agree({"MUG": 0, "LAMP": 0, "RUG": 0})
        day.agree({"MUG": 100, "LAMP": 5, "RUG": 3}, "brico")
        day.count("LAMP", 4)
        day.minutes(11)
        day.agree({"MUG": 100, "LAMP": 4, "RUG": 3})

    def test_a_sku_is_taken_off_and_restores_itself(self, begin_stock: BeginStock) -> None:
        day = begin_stock(also={"brico": {}})
        self._rule(day, name="MUG", fixed=0, until=day.clock() + timedelta(minutes=6))
        day.minutes(3)
        for market in ("acme", "brico"):
            day.agree({"MUG": 0, "LAMP": 5}, market)
        day.minutes(7)
        for market in ("acme", "brico"):
            day.agree({"MUG": 100}, market)

    def test_shares_and_buffers(self, begin_stock: BeginStock) -> None:
        day = begin_stock(share=Decimal(60), buffer=1, at_least=2, also={"brico": {"share": Decimal(40)}})
        day.agree({"MUG": 59, "LAMP": 2, "RUG": 0})
        day.agree({"MUG": 39, "LAMP": 0, "RUG": 0}, "brico")

    def _rule(self, day: StockDay, **values: Any) -> None:
        with day.wiring.db.transaction() as tx:
            rule = {"scope": "sku", "made_by": "erin", "made_at": day.clock(), **values}
            tx.add(StockRule(store_pk=day.connection().store_pk, **rule))
        day.reweigh()


class TestOddSkus:
    @pytest.mark.parametrize(("uncounted", "shown"), [(None, 5), (3, 3)])
    def test_sold_without_counting(self, begin_stock: BeginStock, uncounted: int | None, shown: int) -> None:
        day = begin_stock(uncounted=uncounted)
        day.later(seconds=5)
        day.edit_product("LAMP", manage_stock=False)
        day.minutes(4)
        assert (day.shown("LAMP"), day.offer("LAMP").because) == (shown, "uncounted")
        day.edit_product("LAMP", stock_status="outofstock")
        day.minutes(4)
        day.agree({"LAMP": 0})

    def test_a_product_thrown_away_is_taken_off_by_the_full_look(self, begin_stock: BeginStock) -> None:
        day = begin_stock(store={"full_look_every": 300}, missing=InDoubt.ZERO)
        day.minutes(1)
        self._throw_away(day, "RUG")
        day.minutes(10)
        day.agree({"RUG": 0})
        assert day.offer("RUG").because == "missing"

    @pytest.mark.parametrize(("stale", "shown"), [(InDoubt.ASK, 5), (InDoubt.KEEP, 5), (InDoubt.ZERO, 0)])
    def test_a_shop_that_confirms_nothing_for_hours(self, begin_stock: BeginStock, stale: InDoubt, shown: int) -> None:
        day = begin_stock(stale=stale, stale_after=timedelta(minutes=20))
        day.webshop.trouble({"what": "fail", "status": 503})
        day.later(minutes=30)
        day.minutes(2)
        watch.watch(day.wiring)
        day.minutes(4)
        assert (day.shown("LAMP"), day.offer("LAMP").because) == (shown, "stale")
        day.webshop.trouble()
        day.count("LAMP", 4)
        day.minutes(3)
        watch.watch(day.wiring)
        day.minutes(3)
        day.agree({"LAMP": 4, "MUG": 100})

    def test_warehouses(self, begin_stock: BeginStock) -> None:
        shop = {"shop_id": 2000, "offers": CATALOGUE, "warehouses": ["NORTH", "SOUTH"]}
        day = begin_stock(market={"shops": [shop]}, warehouses={"": "NORTH", "Lyon": "SOUTH"})
        told = day.market.get("offers?sku=MUG")["2000"]["MUG"]
        assert (told["quantity"], told["warehouses"]) == (100, {"NORTH": 100, "SOUTH": 0})
        day.later(seconds=5)
        day.count("MUG", 42)
        day.minutes(3)
        told = day.market.get("offers?sku=MUG")["2000"]["MUG"]
        assert (told["quantity"], told["warehouses"]) == (42, {"NORTH": 42, "SOUTH": 0})
        files = len(day.imports())
        day.minutes(8)
        assert len(day.imports()) == files, "what agrees is not told again"

    def test_bundles_and_their_pieces(self, begin_stock: BeginStock) -> None:
        bundle = {"sku": "SET", "price": 90.0, "title": "Set", "bundle": [{"sku": "LAMP", "pieces": 2}]}
        offers = [*CATALOGUE, {"sku": "SET", "price": 90.0, "quantity": 0, "title": "Set"}]
        day = begin_stock(
            market={"shops": [{"shop_id": 2000, "offers": offers}]},
            webshop={"bundles_plugin": True, "products": [*CATALOGUE, bundle]},
            also={"brico": {}},
        )
        day.agree({"SET": 2, "LAMP": 5})
        day.later(seconds=5)
        day.webshop.post("sell", {"sku": "LAMP", "quantity": 2})
        day.minutes(3)
        day.agree({"SET": 1, "LAMP": 3})
        day.webshop.trouble({"what": "fail", "status": 503, "match": r"^POST /wp-json/wc/v3/orders$"})
        day.buy_at("brico", "SET")
        day.minutes(3)
        for market in ("acme", "brico"):
            day.agree({"SET": 0, "LAMP": 1}, market)

    def _throw_away(self, day: StockDay, sku: str) -> None:
        import requests

        shop = day.world.sandbox["webshop"]
        keys = (shop["consumer_key"], shop["consumer_secret"])
        base = f"{shop['url']}/wp-json/wc/v3/products"
        found = requests.get(base, params={"sku": sku}, auth=keys, timeout=5).json()
        assert requests.delete(f"{base}/{found[0]['id']}", params={"force": "true"}, auth=keys, timeout=5).ok


def test_stopped_orders_do_not_stop_stock(begin_stock: BeginStock) -> None:
    day = begin_stock()
    day.later(seconds=5)
    with day.wiring.db.transaction() as tx:
        row = tx.get_one(Connection, day.world.connection)
        row.paused = ["orders"]
        assert tx.query(Store).count() == 1
    day.wiring.connections.forget(day.world.connection)
    day.count("MUG", 42)
    day.minutes(3)
    day.agree({"MUG": 42})
