"""The full look at a WooCommerce shop, its variations and bundles, and what the poll tells of them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from mirakl_sync.errors import TryLater, Unreadable
from mirakl_sync.platforms.woocommerce.notices import read_notices
from mirakl_sync.platforms.woocommerce.settings import StoreSettings
from mirakl_sync.records.shop import NoticeKind, ProductFacts
from mirakl_sync.sandbox.trouble import Rule
from mirakl_sync.sandbox.woocommerce.catalogue import generate, seed
from mirakl_sync.sandbox.woocommerce.checkout import product_of, sell
from mirakl_sync.sandbox.woocommerce.deliveries import encode
from mirakl_sync.sandbox.woocommerce.product_json import product_json
from tests.platforms.bench_woocommerce import WooBench

VERSIONS = ("11.0.1", "9.9.5")
SET = {"sku": "SET", "price": "20.00", "bundle": [{"sku": "MUG", "pieces": 2}, {"sku": "BOOK", "pieces": 1}]}


def look(bench: WooBench) -> dict[str, ProductFacts]:
    return {fact.sku: fact for fact in bench.platform.levels()}


def polled(bench: WooBench) -> dict[str, ProductFacts]:
    since = bench.shop.now() - timedelta(seconds=2)
    told = [notice.product for notice in bench.platform.notices_since(NoticeKind.PRODUCT, since)]
    return {fact.sku: fact for fact in told if fact is not None}


def pushed(bench: WooBench, sku: str) -> Any:
    body = encode(product_json(bench.shop, product_of(bench.shop, sku), "https://shop.example")).encode()
    (notice,) = read_notices("product.updated", body, StoreSettings(), "https://shop.example", bench.shop.now(), True)
    return notice


def parent(bench: WooBench, sku: str, **fields: Any) -> None:
    row = product_of(bench.shop, sku)
    for name, value in fields.items():
        setattr(row, name, value)
    bench.shop.save_product(row)


@pytest.mark.parametrize("version", VERSIONS)
def test_variations_are_in_the_look_with_and_without_a_list_of_them(woo, version):
    bench = woo({"version": version})
    seed(bench.shop, {"sku": "CAP", "categories": ["caps"], "variations": [{"sku": "CAP-R", "price": "9", "stock": 4}]})
    told = look(bench)
    assert (told["CAP-R"].quantity, told["CAP-R"].categories, told["CAP-R"].sellable) == (4, ("caps",), True)
    assert (told["CAP"].sellable, told["TEE"].sellable) == (False, False)


@pytest.mark.parametrize("version", VERSIONS)
def test_a_variation_of_a_draft_is_not_sold_by_any_door(woo, version):
    bench = woo({"version": version})
    parent(bench, "TEE", status="draft")
    asked = bench.platform.product_facts(["TEE-S"])
    assert [told["TEE-S"].sellable for told in (look(bench), asked, polled(bench))] == [False] * 3


def test_a_variation_whose_parent_is_gone_is_not_sold(woo):
    bench = woo()
    bench.shop.store.products.remove(product_of(bench.shop, "TEE").id)
    assert look(bench)["TEE-S"].sellable is False


def test_what_goes_while_we_read_hides_nothing(woo):
    bench = woo()
    generate(bench.shop, {"count": 450, "prefix": "G-"})
    gone, told = [f"G-{number}" for number in range(1, 90)], set()
    for fact in bench.platform.levels():
        told.add(fact.sku)
        if fact.sku in ("G-60", "G-160", "G-300"):
            for sku in gone[:25]:
                bench.remove(sku)
            del gone[:25]
    assert told >= {f"G-{number}" for number in range(76, 451)} | {"TEE-S"}


def test_every_page_but_the_last_is_asked_for_once(woo):
    bench = woo()
    generate(bench.shop, {"count": 296, "prefix": "G-"})
    bench.lines[0].calls.clear()
    told = [fact.sku for fact in bench.platform.levels()]
    assert len(told) == len(set(told)) == 301
    offsets = [params["offset"] for _, path, params, _ in bench.lines[0].calls if path == "/wc/v3/products"]
    assert offsets == [0, 99, 198, 297]


def test_a_look_that_lost_a_page_is_no_look(woo):
    bench = woo()
    generate(bench.shop, {"count": 250})
    told = bench.platform.levels()
    next(told)
    bench.shop.trouble.replace([Rule("drop", "product.list", times=1)])
    with pytest.raises(TryLater):
        list(told)


def test_a_list_in_another_order_than_asked_for_is_no_look(woo):
    bench = woo()
    plain = bench.lines[0].plain.call

    def unsorted(operation: Any, method: str, path: str, **more: Any) -> Any:
        if more.get("params", {}).get("order") == "asc":
            more["params"] = {**more["params"], "order": "desc"}
        return plain(operation, method, path, **more)

    bench.lines[0].plain.call = unsorted
    with pytest.raises(Unreadable, match="not sorted"):
        list(bench.platform.levels())


def test_a_sku_of_several_pages_is_told_again_with_its_count(woo):
    bench = woo()
    bench.add("TWIN", 5)
    generate(bench.shop, {"count": 150})
    bench.double("TWIN")
    told = [fact for fact in bench.platform.levels() if fact.sku == "TWIN"]
    assert [fact.matches for fact in told] == [1, 2]
    assert told[0].observed_at < told[1].observed_at


@pytest.mark.parametrize("door", ["levels", "product_facts", "poll"])
def test_a_bundle_with_fixed_contents_tells_them_and_counts_nothing_itself(woo, door):
    bench = woo({"bundles_plugin": True})
    seed(bench.shop, SET)
    doors = {"levels": look, "product_facts": lambda b: b.platform.product_facts(["SET"]), "poll": polled}
    told = doors[door](bench)["SET"]
    assert told.components == (("BOOK", 1), ("MUG", 2))
    assert (told.quantity, told.in_stock, told.sellable, told.matches) == (None, True, True, 1)


@pytest.mark.parametrize(
    ("bundle", "more", "quantity"),
    [
        ([{"sku": "MUG", "least": 1, "most": 3}], {}, 12),
        ([{"sku": "MUG", "least": 2, "most": None}], {}, 6),
        ([{"sku": "MUG"}, {"sku": "BOOK", "optional": True}], {}, 12),
        ([{"sku": "MUG"}], {"bundle_min_size": 2}, 12),
        ([{"sku": "MUG"}, {"sku": "TEE"}], {}, 12),
        ([{"sku": "MUG"}], {"bundle_max_size": 5, "stock": 7}, 7),
    ],
    ids=["open quantity", "no upper limit", "an optional piece", "sized", "a variable piece", "sized, own stock"],
)
def test_a_bundle_whose_buyer_chooses_has_the_plugins_number(woo, bundle, more, quantity):
    bench = woo({"bundles_plugin": True})
    bench.set_stock("MUG", 12)
    seed(bench.shop, {"sku": "BOX", "price": "9.00", "bundle": bundle, **more})
    told = look(bench)["BOX"]
    assert (told.components, told.quantity, told.in_stock) == ((), quantity, True)


def test_a_bundle_whose_buyer_chooses_is_sold_out_when_the_plugin_says_so(woo):
    bench = woo({"bundles_plugin": True})
    bench.set_stock("MUG", 1)
    seed(bench.shop, {"sku": "BOX", "price": "9.00", "bundle": [{"sku": "MUG", "least": 2, "most": None}]})
    assert (look(bench)["BOX"].quantity, look(bench)["BOX"].in_stock) == (0, False)


def test_a_bundle_with_a_number_of_its_own_keeps_it_beside_its_pieces(woo):
    bench = woo({"bundles_plugin": True})
    seed(bench.shop, {**SET, "stock": 3})
    assert (look(bench)["SET"].quantity, look(bench)["SET"].components) == (3, (("BOOK", 1), ("MUG", 2)))


def test_the_same_piece_twice_is_counted_together(woo):
    bench = woo({"bundles_plugin": True})
    seed(bench.shop, {**SET, "bundle": [{"sku": "MUG", "pieces": 2}, {"sku": "MUG", "pieces": 1}]})
    assert look(bench)["SET"].components == (("MUG", 3),)


def test_a_sold_bundle_lowers_its_pieces_and_moves_no_date_of_its_own(woo):
    bench = woo({"bundles_plugin": True})
    seed(bench.shop, SET)
    bench.pass_time(60)
    sell(bench.shop, "SET", 2)
    told = polled(bench)
    assert (told["MUG"].quantity, told["BOOK"].quantity, "SET" in told) == (996, 998, False)


def test_the_skus_of_pieces_are_asked_for_once(woo):
    bench = woo({"bundles_plugin": True})
    seed(bench.shop, SET)
    look(bench)
    bench.lines[0].calls.clear()
    look(bench)
    assert not [params for _, _, params, _ in bench.lines[0].calls if "include" in (params or {})]


@pytest.mark.parametrize("sku", ["SET", "TEE"])
def test_the_webhook_of_a_bundle_or_a_parent_says_that_it_tells_only_a_part(woo, sku):
    bench = woo({"bundles_plugin": True})
    seed(bench.shop, SET)
    notice = pushed(bench, sku)
    assert notice.incomplete
    assert notice.subject == str(product_of(bench.shop, sku).id)


def test_the_webhook_of_a_bundle_carries_no_facts_that_would_forget_its_pieces(woo):
    bench = woo({"bundles_plugin": True})
    seed(bench.shop, SET)
    assert pushed(bench, "SET").product is None


def test_the_webhook_of_a_variation_does_not_tell_its_categories(woo):
    told = pushed(woo(), "TEE-S")
    assert (told.incomplete, told.product.categories, told.product.dated_by_shop) == (False, None, True)


def test_the_poll_of_many_changes_tells_each_once_with_the_moment_of_its_page(woo):
    bench = woo()
    since = bench.shop.now()
    generate(bench.shop, {"count": 230, "prefix": "G-"})
    bench.pass_time(5)
    generate(bench.shop, {"count": 130, "prefix": "H-"})
    told = [n.product for n in bench.platform.notices_since(NoticeKind.PRODUCT, since) if n.product]
    ours = [fact for fact in told if fact.sku[:2] in ("G-", "H-")]
    assert len(ours) == len({fact.sku for fact in ours}) == 360
    asked = [fact.observed_at for fact in ours]
    assert asked == sorted(asked)
    assert len(set(asked)) > 2
