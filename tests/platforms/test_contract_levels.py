"""What a platform says of stock: the same questions to the shop in memory and to WooCommerce over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from mirakl_sync.platforms.contract import Capability
from mirakl_sync.records.shop import NoticeKind, ProductFacts
from tests.platforms.bench import Bench, Lever
from tests.platforms.benches import BENCHES
from tests.platforms.drafts import draft, line

needs = pytest.mark.needs


@pytest.fixture
def bench(request: pytest.FixtureRequest) -> Iterator[Bench]:
    made = BENCHES[request.param]()
    yield made
    made.close()


def now(bench: Bench) -> datetime:
    return bench.now()


def look(bench: Bench) -> dict[str, ProductFacts]:
    """The full look, the last word of each SKU."""
    return {fact.sku: fact for fact in bench.platform.levels()}


def about(fact: ProductFacts, subject: str) -> bool:
    """Whether a notice about the subject is about this SKU: its product, its variation or the parent of that."""
    return subject in fact.product_id.split("/")


def polled(bench: Bench, since) -> dict[str, ProductFacts]:
    told = [notice.product for notice in bench.platform.notices_since(NoticeKind.PRODUCT, since)]
    return {fact.sku: fact for fact in told if fact is not None}


def pushed(bench: Bench, product_id: str, event: str = "updated"):
    headers, body = bench.product_delivery(product_id, event)
    (notice,) = bench.platform.read_notices(bench.platform.verify(headers, body).topic, body)
    return notice


@needs(Capability.STOCK_LEVELS, Lever.UNCOUNTED, Lever.CATEGORIES)
def test_the_full_look_tells_every_sku_as_a_question_for_it_would(bench):
    bench.add("LAMP", 7, categories=("lamps",))
    bench.add("UNCOUNTED", None)
    told = look(bench)
    assert {"MUG", "TEE-S", "BOOK", "FOOD", "LAMP", "UNCOUNTED"} <= set(told)
    assert (told["LAMP"].quantity, told["LAMP"].sellable, told["LAMP"].matches) == (7, True, 1)
    assert (told["UNCOUNTED"].quantity, told["UNCOUNTED"].in_stock) == (None, True)
    asked = bench.platform.product_facts(list(told))
    for sku, fact in told.items():
        assert (fact.quantity, fact.product_id, fact.sellable) == (
            asked[sku].quantity,
            asked[sku].product_id,
            asked[sku].sellable,
        )
        assert (fact.categories, fact.changed_at, fact.dated_by_shop) == (
            asked[sku].categories,
            asked[sku].changed_at,
            False,
        )
    assert told["LAMP"].categories == ("lamps",)


@needs(Capability.STOCK_LEVELS, Lever.STOCK_DATES)
def test_what_is_seen_by_asking_is_dated_by_the_moment_we_asked(bench):
    bench.add("LAMP", 7)
    bench.pass_time(3600)
    before = now(bench)
    told = [look(bench)["LAMP"], bench.platform.product_facts(["LAMP"])["LAMP"]]
    after = now(bench)
    assert all(before <= fact.observed_at <= after for fact in told)
    assert all(before - fact.changed_at >= timedelta(minutes=59) for fact in told)


@needs(Capability.STOCK_LEVELS, Lever.DRAFTS)
def test_drafts_are_told_and_not_sold(bench):
    bench.add("SECRET", 5, status="draft")
    told = look(bench)
    assert (told["SECRET"].sellable, told["SECRET"].quantity) == (False, 5)


@needs(Capability.STOCK_LEVELS, Lever.DOUBLE)
def test_a_sku_on_two_products_is_told_with_both(bench):
    bench.add("TWIN", 5)
    bench.double("TWIN")
    asked = bench.platform.product_facts(["TWIN"])["TWIN"]
    assert look(bench)["TWIN"].matches == asked.matches == 2


@needs(Capability.STOCK_LEVELS, Capability.WEBHOOKS)
def test_a_deleted_product_is_gone_from_the_look_and_unknown_when_asked_for(bench):
    bench.add("OLD", 5)
    known = look(bench)["OLD"]
    bench.remove("OLD")
    assert "OLD" not in look(bench)
    asked = bench.platform.product_facts(["OLD"])["OLD"]
    assert (asked.matches, asked.sellable, asked.in_stock) == (0, False, False)
    notice = pushed(bench, known.product_id, "deleted")
    assert (notice.kind, notice.deleted, notice.product) == (NoticeKind.PRODUCT, True, None)
    assert about(known, notice.subject)
    assert not about(look(bench)["MUG"], notice.subject)


@needs(Capability.STOCK_LEVELS, Capability.WEBHOOKS, Lever.FAMILY)
def test_a_deleted_parent_takes_its_variations_along(bench):
    parent = bench.add_family("CAP", 5, "CAP-R", "CAP-B")
    known = look(bench)
    notice = pushed(bench, parent, "deleted")
    assert {sku for sku, fact in known.items() if about(fact, notice.subject)} >= {"CAP-R", "CAP-B"}
    assert not about(known["MUG"], notice.subject)


@needs(Capability.STOCK_LEVELS, Capability.PRODUCT_NOTICES, Lever.FAMILY)
def test_a_parents_number_is_the_number_of_each_variation(bench):
    parent = bench.add_family("CAP", 5, "CAP-R", "CAP-B")
    told = look(bench)
    assert (told["CAP-R"].quantity, told["CAP-B"].quantity) == (5, 5)
    assert about(told["CAP-R"], parent)
    bench.pass_time(10)
    since = now(bench)
    bench.set_stock("CAP-R", 2)
    again = polled(bench, since)
    assert (again["CAP-R"].quantity, again["CAP-B"].quantity) == (2, 2)


@needs(Capability.STOCK_LEVELS, Capability.WEBHOOKS, Lever.FAMILY)
def test_the_webhook_of_a_parent_says_that_it_is_incomplete(bench):
    parent = bench.add_family("CAP", 5, "CAP-R", "CAP-B")
    notice = pushed(bench, parent)
    assert notice.incomplete
    told = look(bench)
    assert about(told["CAP-R"], notice.subject)
    assert not about(told["MUG"], notice.subject)


@needs(Capability.STOCK_LEVELS, Capability.WEBHOOKS, Lever.STOCK_DATES, but=Lever.TELLING_HOOKS)
def test_the_webhook_of_a_product_only_says_to_look(bench):
    bench.add("LAMP", 7)
    known = look(bench)
    notice = pushed(bench, known["LAMP"].product_id)
    assert (notice.kind, notice.product, notice.deleted, notice.incomplete) == (NoticeKind.PRODUCT, None, False, True)
    assert about(known["LAMP"], notice.subject)
    assert not about(known["MUG"], notice.subject)


@needs(Capability.STOCK_LEVELS, Capability.WEBHOOKS, Lever.STOCK_DATES, Lever.TELLING_HOOKS)
def test_the_webhook_of_a_product_is_an_echo_dated_by_the_shop(bench):
    bench.add("LAMP", 7)
    known = look(bench)["LAMP"]
    bench.pass_time(60)
    notice = pushed(bench, known.product_id)
    fact = notice.product
    assert (fact.sku, fact.quantity, fact.dated_by_shop, notice.incomplete) == ("LAMP", 7, True, False)
    assert fact.observed_at == fact.changed_at == notice.observed_at == known.changed_at.replace(microsecond=0)
    assert about(known, notice.subject)


@needs(Capability.PRODUCT_NOTICES, Lever.STOCK_DATES)
def test_the_poll_dates_facts_by_asking_and_goes_on_from_the_shops_time(bench):
    bench.add("LAMP", 7)
    bench.pass_time(600)
    bench.set_stock("LAMP", 6)
    changed = now(bench)
    bench.pass_time(600)
    since = changed - timedelta(seconds=60)
    told = [n for n in bench.platform.notices_since(NoticeKind.PRODUCT, since) if n.product and n.product.sku == "LAMP"]
    assert told
    for notice in told:
        assert notice.product.quantity == 6
        assert abs(notice.observed_at - changed) < timedelta(seconds=2)
        assert notice.product.observed_at >= changed + timedelta(seconds=599)
        assert (notice.product.changed_at, notice.product.dated_by_shop) == (notice.observed_at, False)


@needs(Capability.PRODUCT_NOTICES, Lever.STOCK_DATES)
def test_two_changes_of_one_second_are_both_seen_by_polls_that_go_on_from_it(bench):
    bench.stop_clock()
    bench.add("LAMP", 7)
    bench.set_stock("LAMP", 6)
    (cursor,) = {
        notice.observed_at
        for notice in bench.platform.notices_since(NoticeKind.PRODUCT, now(bench))
        if notice.product and notice.product.sku == "LAMP"
    }
    bench.set_stock("LAMP", 5)
    assert polled(bench, cursor)["LAMP"].quantity == 5


@needs(Capability.STOCK_LEVELS, Capability.PRODUCT_NOTICES, Lever.SILENT)
def test_what_a_program_writes_past_the_shop_only_the_full_look_sees(bench):
    bench.add("LAMP", 7)
    bench.pass_time(600)
    since = now(bench)
    bench.set_stock("LAMP", 1, silently=True)
    assert "LAMP" not in polled(bench, since)
    assert look(bench)["LAMP"].quantity == 1


@needs(Capability.HOLD_ORDERS, Capability.RESERVES_STOCK, Capability.STOCK_LEVELS, Capability.PRODUCT_NOTICES)
def test_an_order_moves_the_number_everybody_is_told(bench):
    bench.pass_time(10)
    since = now(bench)
    bench.platform.create_order(draft(line(1, "TEE-S", "19.95")), held=True)
    assert look(bench)["TEE-S"].quantity == polled(bench, since)["TEE-S"].quantity == 999
