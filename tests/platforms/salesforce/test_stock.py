"""Where the numbers come from, at a whole instance: records, availability, Omnichannel Inventory."""

from __future__ import annotations

from datetime import timedelta
from itertools import islice

import pytest

from mirakl_sync.errors import Misconfigured, TryLater
from mirakl_sync.records.shop import NoticeKind
from mirakl_sync.sandbox.salesforce.catalogue import generate
from mirakl_sync.sandbox.salesforce.checkout import sell

OCI = {"inventory": "oci", "oci_organization": "f_ecom_zzte_053_group", "oci_group": "web"}
EVERY_WAY = pytest.mark.parametrize(
    ("shop", "settings"),
    [({}, {}), ({}, {"inventory": "availability"}), ({"oci": True}, OCI)],
    ids=["records", "availability", "oci"],
)
LISTED = pytest.mark.parametrize(("shop", "settings"), [({}, {}), ({"oci": True}, OCI)], ids=["records", "oci"])


class Poller:
    """Polls as the work does: each poll goes on from the newest date it was told, whichever worker it asks."""

    def __init__(self, bench):
        self.bench, self.cursor = bench, bench.now() - timedelta(hours=1)

    def __call__(self, platform=None):
        told = list((platform or self.bench.platform).notices_since(NoticeKind.PRODUCT, self.cursor))
        self.cursor = max([self.cursor, *(notice.observed_at for notice in told)])
        return {notice.product.sku: notice.product.quantity for notice in told}


def settled(bench, platform=None):
    """Everything was told just now, and the catalogue's changes are older than any overlap."""
    bench.pass_time(3600)
    poll = Poller(bench)
    poll(platform)
    bench.pass_time(60)
    return poll


@EVERY_WAY
def test_a_sku_is_told_the_same_way_by_whatever_keeps_the_numbers(site, shop, settings):
    bench = site(shop, **settings)
    bench.add("LAMP", 7)
    bench.add("GONE", 0)
    bench.add("ALWAYS", None)
    bench.add("HIDDEN", 5, status="draft")
    bench.add("LATER", 2, back_order="backorder", back_order_quantity=10)
    told = bench.platform.product_facts(["LAMP", "GONE", "HIDDEN", "LATER", "NOWHERE", "LAMP"])
    assert set(told) == {"LAMP", "GONE", "HIDDEN", "LATER", "NOWHERE"}
    assert [(told[sku].quantity, told[sku].in_stock) for sku in ("LAMP", "GONE")] == [(7, True), (0, False)]
    assert (told["HIDDEN"].matches, told["HIDDEN"].sellable) == (1, False)
    assert (told["NOWHERE"].matches, told["NOWHERE"].sellable) == (0, False)
    assert (told["LATER"].quantity, told["LATER"].backorders) == (2, True)
    assert all(fact.sellable for sku, fact in told.items() if sku in ("LAMP", "GONE", "LATER"))


def test_a_number_others_learned_of_meanwhile_is_told_by_the_next_poll(site):
    bench = site()
    bench.add("LAMP", 7)
    poll = settled(bench)
    bench.platform.doubt_numbers(["LAMP", "NEVER-SEEN"])
    assert poll() == {"LAMP": 7}


@pytest.mark.parametrize(("shop", "settings"), [({}, {"inventory": "availability"}), ({"oci": True}, OCI)])
def test_where_nothing_is_remembered_nothing_is_doubted(site, shop, settings):
    bench = site(shop, **settings)
    bench.platform.doubt_numbers(["MUG", "NEVER-SEEN"])
    assert bench.platform.product_facts(["MUG"])["MUG"].quantity == 1000


@pytest.mark.parametrize("settings", [{}, {"inventory": "availability"}])
def test_what_is_always_there_has_no_number(site, settings):
    bench = site(**settings)
    bench.add("ALWAYS", None)
    fact = bench.platform.product_facts(["ALWAYS"])["ALWAYS"]
    assert (fact.quantity, fact.in_stock, fact.sellable) == (None, True, True)


@pytest.mark.parametrize("settings", [{}, {"inventory": "availability"}])
@pytest.mark.parametrize(("by_default", "quantity"), [(True, None), (False, 0)])
def test_without_a_record_the_lists_default_speaks(site, settings, by_default, quantity):
    bench = site({"default_in_stock": by_default}, **settings)
    bench.add("BARE", record=False)
    fact = bench.platform.product_facts(["BARE"])["BARE"]
    assert (fact.quantity, fact.in_stock, fact.matches) == (quantity, by_default, 1)


@EVERY_WAY
def test_a_customer_of_the_site_is_felt_at_once(site, shop, settings):
    bench = site(shop, **settings)
    with bench.shop.lock:
        sell(bench.shop, "MUG", 3)
    assert bench.platform.product_facts(["MUG"])["MUG"].quantity == 997


def test_many_skus_take_few_calls(site):
    bench = site()
    generate(bench.shop, {"count": 250, "prefix": "P-"})
    skus = [f"P-{number:06d}" for number in range(1, 251)]
    assert len(bench.platform.product_facts(skus)) == 250
    assert (bench.calls("product.search"), bench.calls("inventory.record")) == (2, 250)
    frugal = site(inventory="availability")
    generate(frugal.shop, {"count": 250, "prefix": "P-"})
    assert {fact.quantity for fact in frugal.platform.product_facts(skus).values()} == {100}
    assert (frugal.calls("availability.read"), frugal.calls("product.read")) == (11, 0)


@LISTED
def test_the_full_look_tells_every_record_as_a_question_would(site, shop, settings):
    bench = site(shop, **settings)
    generate(bench.shop, {"count": 450, "prefix": "P-"})
    bench.add("HIDDEN", 5, status="draft")
    told = {fact.sku: fact for fact in bench.platform.levels()}
    asked = bench.platform.product_facts(list(told))
    assert len(told) == 455
    for sku, fact in told.items():
        assert (fact.quantity, fact.sellable, fact.matches) == (
            asked[sku].quantity,
            asked[sku].sellable,
            asked[sku].matches,
        )
    assert bench.calls("inventory.records") == 3


def test_a_list_that_has_everything_by_default_is_told_with_what_it_does_not_name(site):
    bench = site({"default_in_stock": True})
    bench.add("BARE", record=False)
    told = {fact.sku: fact for fact in bench.platform.levels()}
    assert (told["BARE"].quantity, told["BARE"].in_stock, told["MUG"].quantity) == (None, True, 1000)
    assert "BARE" not in {fact.sku for fact in site_without_default(site).levels()}


def site_without_default(site):
    bench = site()
    bench.add("BARE", record=False)
    return bench.platform


def test_a_record_whose_product_is_gone_is_no_product(site):
    bench = site()
    del bench.shop.products["MUG"]
    told = {fact.sku: fact for fact in bench.platform.levels()}
    assert (told["MUG"].matches, told["MUG"].sellable) == (0, False)


def test_a_full_look_that_breaks_off_is_not_taken_for_complete(site):
    bench = site()
    generate(bench.shop, {"count": 450, "prefix": "P-"})
    bench.spoil("inventory.records", "fail", skip=1)
    with pytest.raises(TryLater):
        list(bench.platform.levels())


@LISTED
def test_a_poll_tells_what_differs_and_nothing_else(site, shop, settings):
    bench = site(shop, **settings)
    assert set(Poller(bench)()) == {"MUG", "TEE-S", "BOOK", "FOOD"}
    poll = settled(bench)
    assert poll() == {}
    with bench.shop.lock:
        sell(bench.shop, "MUG", 1)
    bench.set_stock("BOOK", 5)
    assert poll() == {"MUG": 999, "BOOK": 5}
    assert poll() == {}


@LISTED
def test_a_number_that_came_back_is_told_again(site, shop, settings):
    bench = site(shop, **settings)
    poll = settled(bench)
    for quantity in (5, 1000, 5, 1000):
        bench.set_stock("MUG", quantity)
        assert poll() == {"MUG": quantity}


@LISTED
def test_a_number_that_came_back_while_another_worker_polled_is_told_again(site, shop, settings):
    bench = site(shop, **settings)
    other = bench.connect()
    poll = settled(bench)
    poll(other)
    poll()
    bench.set_stock("MUG", 5)
    assert poll(other)["MUG"] == 5
    bench.set_stock("MUG", 1000)
    assert poll()["MUG"] == 1000


def test_what_was_asked_for_between_two_polls_is_told_again_within_a_quarter_of_an_hour(site):
    bench = site()
    poll = settled(bench)
    bench.set_stock("MUG", 5)
    assert bench.connect().product_facts(["MUG"])["MUG"].quantity == 5
    bench.set_stock("MUG", 1000)
    bench.pass_time(15 * 60)
    assert poll()["MUG"] == 1000
    assert poll() == {}


def test_a_program_that_writes_past_the_site_is_seen_by_the_poll_as_well(site):
    bench = site()
    poll = settled(bench)
    bench.set_stock("MUG", 3, silently=True)
    assert poll() == {"MUG": 3}


def test_a_product_taken_offline_is_told_though_its_number_stays(site):
    bench = site()
    poll = settled(bench)
    with bench.shop.lock:
        product = bench.shop.products["MUG"]
        product.online, product.modified = False, bench.shop.now()
    (notice,) = bench.platform.notices_since(NoticeKind.PRODUCT, poll.cursor)
    assert (notice.subject, notice.product.sellable, notice.product.quantity) == ("MUG", False, 1000)


@pytest.mark.parametrize(("by_default", "quantity"), [(True, None), (False, 0)])
def test_a_modified_product_without_a_record_is_told_by_the_lists_default(site, by_default, quantity):
    bench = site({"default_in_stock": by_default})
    poll = settled(bench)
    bench.add("BARE", record=False)
    assert poll() == {"BARE": quantity}


def test_a_night_that_modifies_every_product_takes_no_call_for_each(site):
    bench = site()
    generate(bench.shop, {"count": 400, "prefix": "P-"})
    poll = settled(bench)
    with bench.shop.lock:
        for product in bench.shop.products.values():
            product.modified = bench.shop.now()
    before = bench.calls("product.search"), bench.calls("inventory.records")
    assert len(poll()) == 404
    assert bench.calls("inventory.record") == 0
    assert bench.calls("product.search") - before[0] == 3 + 3
    assert bench.calls("inventory.records") - before[1] == 3


@LISTED
@pytest.mark.parametrize("heard", [1, 2])
def test_a_poll_that_was_not_heard_to_the_end_is_told_again(site, shop, settings, heard):
    bench = site(shop, **settings)
    poll = settled(bench)
    bench.set_stock("MUG", 3)
    bench.set_stock("BOOK", 4)
    told = bench.platform.notices_since(NoticeKind.PRODUCT, poll.cursor)
    list(islice(told, heard))
    told.close()
    assert {"MUG": 3, "BOOK": 4}.items() <= poll().items()


def test_everything_of_a_poll_is_dated_by_its_beginning_and_each_number_by_its_call(site):
    bench = site()
    began = bench.now()
    told = []
    for notice in bench.platform.notices_since(NoticeKind.PRODUCT, began):
        told.append(notice)
        bench.pass_time(1)
    assert len({notice.observed_at for notice in told}) == 1
    assert all(notice.observed_at <= notice.product.observed_at <= bench.now() for notice in told)


def test_deltas_take_two_calls_whatever_the_size_of_the_list(site):
    bench = site({"oci": True}, **OCI)
    generate(bench.shop, {"count": 1000, "prefix": "P-"})
    poll = settled(bench)
    before = bench.calls("inventory.records")
    bench.set_stock("MUG", 3)
    assert poll() == {"MUG": 3}
    assert (bench.calls("inventory.records"), bench.calls("oci.deltas")) == (before, 2)


def test_a_delta_token_that_ran_out_is_replaced_by_the_whole_list(site):
    bench = site({"oci": True}, **OCI)
    poll = settled(bench)
    bench.set_stock("MUG", 3)
    bench.pass_time(7 * 3600)
    assert poll()["MUG"] == 3
    bench.set_stock("MUG", 4)
    assert poll() == {"MUG": 4}


def test_more_deltas_than_one_answer_holds_are_all_told(site):
    bench = site({"oci": True}, **OCI)
    generate(bench.shop, {"count": 250, "prefix": "P-"})
    poll = settled(bench)
    for number in range(1, 251):
        bench.set_stock(f"P-{number:06d}", 1000 + number)
    assert poll() == {f"P-{number:06d}": 1000 + number for number in range(1, 251)}


def test_availability_lists_nothing_and_says_so(site):
    bench = site(inventory="availability")
    for deed in (
        lambda: list(bench.platform.levels()),
        lambda: list(bench.platform.notices_since(NoticeKind.PRODUCT, bench.now())),
    ):
        with pytest.raises(Misconfigured, match="cannot list") as error:
            deed()
        assert "ocapi_records" in error.value.way_out
