"""What a Magento shop tells of its stock, over real HTTP."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mirakl_sync.errors import Misconfigured, TryLater, Unavailable
from mirakl_sync.records.shop import NoticeKind
from mirakl_sync.sandbox.magento import StockSource, checkout
from mirakl_sync.sandbox.magento.catalogue import generate
from mirakl_sync.sandbox.trouble import Rule

TWO_SOURCES = {
    "stocks": [
        StockSource(1, "Default Stock", ("other",), ("default",)),
        StockSource(2, "EU", ("base",), ("north", "south")),
    ]
}


def look(bench):
    return {fact.sku: fact for fact in bench.platform.levels()}


def changed(bench, since):
    return {n.product.sku: n.product for n in bench.platform.notices_since(NoticeKind.PRODUCT, since)}


def test_quantities_are_told_by_the_sources_of_the_website_alone(magento):
    bench = magento(TWO_SOURCES)
    bench.add("LAMP", sources={"north": 4, "south": 3, "default": 90})
    for fact in (look(bench)["LAMP"], bench.platform.product_facts(["LAMP"])["LAMP"]):
        assert (fact.quantity, dict(fact.locations)) == (7, {"north": 4, "south": 3})


def test_a_product_outside_the_stock_is_known_and_not_sold(magento):
    bench = magento(TWO_SOURCES)
    bench.add("LAMP", sources={"default": 90})
    fact = bench.platform.product_facts(["LAMP"])["LAMP"]
    assert (fact.matches, fact.quantity, fact.sellable, fact.in_stock) == (1, 0, False, False)


def test_what_is_not_counted_has_no_number(magento):
    bench = magento()
    bench.add("VOUCHER", None, type="virtual")
    fact = bench.platform.product_facts(["VOUCHER"])["VOUCHER"]
    assert (fact.quantity, fact.in_stock, fact.sellable, fact.locations) == (None, True, True, None)


def test_a_number_below_nought_is_a_backorder_of_nought(magento):
    bench = magento()
    bench.add("BED", 1, backorders=1)
    with bench.shop.lock:
        checkout.sell(bench.shop, "BED", 3, paid=True)
    fact = bench.platform.product_facts(["BED"])["BED"]
    assert (fact.quantity, fact.in_stock, fact.backorders, dict(fact.locations)) == (0, True, True, {"default": 1})


def test_a_disabled_product_is_told_and_not_sold(magento):
    bench = magento()
    bench.add("OLD", 5, status="disabled")
    assert not look(bench)["OLD"].sellable


@pytest.mark.parametrize("sku", ["A/B C", "a,b", "50%", "é&+?#", "100_%"])
def test_odd_skus_are_found_by_every_door(magento, sku):
    bench = magento()
    bench.add(sku, 5)
    assert bench.platform.product_facts([sku])[sku].quantity == 5
    assert look(bench)[sku].quantity == 5


def test_a_sku_in_other_capitals_is_the_same_one(magento):
    bench = magento()
    fact = bench.platform.product_facts(["mug", "MUG"])
    assert (fact["mug"].sku, fact["mug"].quantity, fact["MUG"].matches) == ("mug", 1000, 1)


@pytest.mark.parametrize("version", ["2.3.7", "2.4.6"])
def test_a_full_look_is_complete_and_ends_in_every_version(magento, version):
    bench = magento({"version": version})
    with bench.shop.lock:
        generate(bench.shop, {"count": 396, "prefix": "GEN", "quantity": 3})
    told = [fact.sku for fact in bench.platform.levels()]
    assert (len(told), len(set(told))) == (400, 400)


def test_a_shop_that_limits_its_lists_is_read_all_the_same(magento):
    bench = magento({"input_limits": True})
    with bench.shop.lock:
        generate(bench.shop, {"count": 196, "prefix": "GEN", "quantity": 3})
    assert {fact.quantity for fact in bench.platform.levels()} == {3, 1000}
    assert len(bench.platform.product_facts([f"GEN-{number:06d}" for number in range(1, 197)])) == 196


def test_a_full_look_whose_pages_fail_raises_and_tells_nobody_gone(magento):
    bench = magento()
    with bench.shop.lock:
        generate(bench.shop, {"count": 200, "prefix": "GEN", "quantity": 3})
    bench.shop.trouble.replace([Rule("fail", "stock.export", skip=1)])
    with pytest.raises(Unavailable):
        look(bench)


def test_a_product_that_goes_while_we_look_hides_none_of_the_others(magento):
    bench = magento()
    with bench.shop.lock:
        generate(bench.shop, {"count": 250, "prefix": "GEN", "quantity": 3})
    told = []
    for fact in bench.platform.levels():
        told.append(fact.sku)
        if len(told) == 50:
            bench.remove("GEN-000001")
    assert set(told) >= {f"GEN-{number:06d}" for number in range(1, 251)}


def test_numbers_of_a_shop_without_sources_are_its_stock_items(magento):
    bench = magento(inventory="legacy")
    bench.add("LAMP", 7, min_qty=2)
    bench.add("VOUCHER", None)
    facts = bench.platform.product_facts(["LAMP", "VOUCHER", "NOWHERE"])
    assert (facts["LAMP"].quantity, facts["LAMP"].locations) == (5, None)
    assert (facts["VOUCHER"].quantity, facts["VOUCHER"].in_stock, facts["NOWHERE"].matches) == (None, True, 0)


def test_without_places_a_hundred_skus_cost_two_calls(magento):
    bench = magento(places=False)
    with bench.shop.lock:
        generate(bench.shop, {"count": 100, "prefix": "GEN", "quantity": 3})
    skus = [f"GEN-{number:06d}" for number in range(1, 101)]
    bench.platform.product_facts(skus[:1])
    bench.lines[-1].calls.clear()
    facts = bench.platform.product_facts(skus)
    assert {fact.quantity for fact in facts.values()} == {3}
    assert len(bench.lines[-1].calls) == 2


@pytest.fixture
def scanned(magento):
    """A shop whose source items this worker has seen five minutes ago, and what has happened since."""
    bench = magento(sources_every=300)
    bench.pass_time(600)
    assert set(changed(bench, bench.now() - timedelta(seconds=60))) == {"MUG", "TEE-S", "BOOK", "FOOD"}
    bench.pass_time(200)
    return bench


def soon(bench, seconds=0):
    bench.pass_time(seconds)
    return changed(bench, bench.now() - timedelta(seconds=60))


def test_a_correction_nobody_tells_of_is_found_by_the_scan_of_sources(scanned):
    scanned.set_stock("MUG", 4)
    assert soon(scanned) == {}
    assert {sku: fact.quantity for sku, fact in soon(scanned, 101).items()} == {"MUG": 4}
    assert soon(scanned, 301) == {}


def test_a_scan_that_fails_is_made_again_at_the_next_poll(scanned):
    scanned.set_stock("MUG", 4)
    scanned.spoil("source_item.list", "fail")
    with pytest.raises(TryLater):
        soon(scanned, 101)
    assert soon(scanned)["MUG"].quantity == 4


def test_a_correction_whose_number_could_not_be_asked_for_is_not_forgotten(scanned):
    scanned.set_stock("MUG", 4)
    scanned.spoil("stock.export", "fail")
    with pytest.raises(TryLater):
        soon(scanned, 101)
    assert soon(scanned)["MUG"].quantity == 4


def test_after_a_long_pause_a_number_that_came_back_is_told_all_the_same(scanned):
    other = scanned.connect()
    scanned.set_stock("MUG", 4)
    list(other.notices_since(NoticeKind.PRODUCT, scanned.now()))
    scanned.set_stock("MUG", 1000)
    assert soon(scanned, 1000)["MUG"].quantity == 1000


def test_a_large_catalogue_is_only_learned_by_a_first_scan(magento):
    bench = magento(sources_every=300)
    with bench.shop.lock:
        generate(bench.shop, {"count": 1100, "prefix": "GEN", "quantity": 3})
    assert soon(bench, 600) == {}
    bench.set_stock("GEN-000007", 1)
    assert set(soon(bench, 301)) == {"GEN-000007"}


def test_facts_are_dated_by_the_moment_of_asking(magento):
    bench = magento()
    bench.pass_time(3600)
    before = bench.now()
    fact = bench.platform.product_facts(["MUG"])["MUG"]
    assert before <= fact.observed_at <= bench.now()
    assert (fact.changed_at, fact.dated_by_shop) == (None, False)


def test_a_missing_right_to_read_stock_is_named(magento):
    bench = magento({"denied": ["Magento_InventoryApi::stock"]})
    with pytest.raises(Misconfigured, match="Magento_InventoryApi::stock"):
        bench.platform.product_facts(["MUG"])
