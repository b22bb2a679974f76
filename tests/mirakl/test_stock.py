"""Offers and stock against the simulated marketplace: real files, real imports, real trouble."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest

from mirakl_sync.errors import Misconfigured, RateLimited, Refused, Unavailable
from mirakl_sync.records.stock import StockLine

AT_ONCE = {"import_waiting_seconds": 0, "import_seconds": 0, "export_seconds": 0}


def until(told, *states: str):
    """What ``told()`` answers as soon as its state is one of these."""
    gives_up_at = time.monotonic() + 10
    while (found := told()).state not in states:
        assert time.monotonic() < gives_up_at, found
        time.sleep(0.01)
    return found


def imported(shop, *lines: StockLine):
    import_id = shop.send_stock(lines)
    return until(lambda: shop.stock_import(import_id), "COMPLETE", "FAILED")


def exported(shop, since=None):
    tracking_id = shop.ask_for_offers(since)
    export = until(lambda: shop.offers_export(tracking_id), "COMPLETED", "FAILED")
    return export, [offer for url in export.urls for offer in shop.exported_offers(url)]


def quantities(shop) -> dict[str, int]:
    return {offer.sku: offer.quantity for page in shop.offers() for offer in page}


def test_quantities_sent_are_quantities_shown(marketplace):
    shop = marketplace(**AT_ONCE).shop()
    done = imported(shop, StockLine("SKU-1", 7), StockLine("SKU-2", 0))
    assert (done.state, done.lines_ok, done.lines_refused, done.has_report) == ("COMPLETE", 2, 0, False)
    assert abs(done.told_at - done.created_at) < timedelta(seconds=10)
    assert quantities(shop) == {"SKU-0": 1000, "SKU-1": 7, "SKU-2": 0, "SKU-3": 1000}
    (asleep,) = shop.offers_of("SKU-2")
    assert (asleep.active, asleep.inactive_because) == (False, ("ZERO_QUANTITY",))
    assert asleep.offer_id
    assert asleep.product_sku


def test_refused_rows_name_their_offer_and_their_reason(marketplace):
    shop = marketplace(**AT_ONCE).shop()
    done = imported(shop, StockLine('no;"such', 5), StockLine("SKU-1", 7), StockLine("SKU-2", 3, "MOON"))
    assert (done.lines_ok, done.lines_refused, done.has_report) == (1, 2, True)
    first, second = shop.refused_lines(done.import_id)
    assert (first.sku, first.quantity, first.line) == ('no;"such', 5, 2)
    assert "does not exist" in first.why
    assert (second.sku, second.quantity, second.warehouse) == ("SKU-2", 3, "MOON")
    assert quantities(shop)["SKU-1"] == 7


def test_warehouses_are_told_and_shown(marketplace):
    offers = [{"sku": "SKU-1", "price": 10, "quantity": 5}]
    plan = {"shops": [{"shop_id": 2000, "offers": offers, "warehouses": ["PARIS", "LYON"]}]}
    shop = marketplace(**AT_ONCE, **plan).shop()
    done = imported(shop, StockLine("SKU-1", 4, "PARIS"), StockLine("SKU-1", 2, "LYON"))
    assert (done.state, done.lines_refused) == ("COMPLETE", 0)
    (offer,) = shop.offers_of("SKU-1")
    assert (offer.quantity, offer.warehouses) == (6, {"PARIS": 4, "LYON": 2})


def test_an_import_that_fails_whole_says_so(marketplace):
    market = marketplace(**AT_ONCE)
    market.control("POST", "imports/fail_next", {"times": 1})
    shop = market.shop()
    assert imported(shop, StockLine("SKU-1", 7)).state == "FAILED"
    assert quantities(shop)["SKU-1"] == 1000


def test_a_held_import_waits_and_the_next_waits_behind_it(marketplace):
    market = marketplace(**AT_ONCE)
    market.control("POST", "imports/hold")
    shop = market.shop()
    first, second = (shop.send_stock([StockLine("SKU-1", n)]) for n in (1, 2))
    assert {shop.stock_import(one).state for one in (first, second)} <= {"WAITING", "RUNNING"}
    market.control("POST", "imports/release")
    until(lambda: shop.stock_import(second), "COMPLETE")
    assert quantities(shop)["SKU-1"] == 2


@pytest.mark.parametrize(("what", "taken"), [("lose_answer", 1), ("fail_after", 1), ("odd_json", 1), ("drop", 0)])
def test_without_a_proper_answer_nobody_knows_whether_a_file_was_taken(marketplace, what, taken):
    market = marketplace(**AT_ONCE)
    market.trouble(what=what, match="STO01", times=1)
    with pytest.raises(Unavailable) as caught:
        market.shop().send_stock([StockLine("SKU-1", 7)])
    assert caught.value.outcome_unknown
    assert market.calls("STO01") == 1
    assert len(market.control("GET", "imports")["imports"]) == taken


@pytest.mark.parametrize("operation", ["STO03", "OF54"])
def test_half_a_file_is_none(marketplace, operation):
    market = marketplace(**AT_ONCE)
    market.trouble(what="truncated", match=operation)
    shop = market.shop()
    import_id = imported(shop, StockLine("no such", 1)).import_id
    with pytest.raises(Unavailable):
        exported(shop) if operation == "OF54" else list(shop.refused_lines(import_id))


def test_columns_and_values_nobody_has_heard_of_pass_by(marketplace):
    market = marketplace(**AT_ONCE)
    market.trouble(what="unknown_fields", values={"state_code": "77", "inactivity_reasons": ["NOVELTY"]})
    shop = market.shop()
    imported(shop, StockLine("SKU-1", 0))
    assert shop.offers_of("SKU-1")[0].quantity == 0
    assert len(exported(shop)[1]) == 4


def test_everything_offered_is_exported_inactive_ones_too(marketplace):
    shop = marketplace(**AT_ONCE).shop()
    imported(shop, StockLine("SKU-2", 0))
    export, offers = exported(shop)
    assert export.updated_at is not None
    assert {offer.sku: (offer.quantity, offer.active, offer.deleted) for offer in offers} == {
        "SKU-0": (1000, True, False),
        "SKU-1": (1000, True, False),
        "SKU-2": (0, False, False),
        "SKU-3": (1000, True, False),
    }
    assert all(offer.offer_id and offer.product_sku and offer.updated_at for offer in offers)


def test_what_changed_is_exported_deleted_offers_too(marketplace):
    market = marketplace(**AT_ONCE)
    shop = market.shop()
    _, offers = exported(shop)
    since = max(offer.updated_at for offer in offers) + timedelta(seconds=1)
    assert exported(shop, since)[1] == []
    market.control("POST", "clock", {"advance": 60})
    imported(shop, StockLine("SKU-1", 3))
    market.control("POST", "offers/delete", {"skus": ["SKU-2"]})
    changed = {offer.sku: (offer.quantity, offer.deleted) for offer in exported(shop, since)[1]}
    assert changed == {"SKU-1": (3, False), "SKU-2": (None, True)}
    assert shop.offers_count() == 3


def test_an_export_of_many_offers_comes_in_several_files(marketplace):
    market = marketplace(**AT_ONCE)
    market.control("POST", "offers", {"generate": 120_000, "prefix": "M-", "quantity": 5})
    export, offers = exported(market.shop(total=20))
    assert len(export.urls) == 2
    assert len({offer.sku for offer in offers}) == 120_004


def test_an_export_that_fails_tells_why(marketplace):
    market = marketplace(**AT_ONCE)
    market.control("POST", "exports/fail_next", {"code": "E1", "detail": "too large"})
    export, offers = exported(market.shop())
    assert (export.state, export.urls, offers) == ("FAILED", (), [])
    assert "too large" in export.problem


def test_an_expired_file_is_gone(marketplace):
    shop = marketplace(**AT_ONCE, export_file_seconds=0).shop()
    with pytest.raises(Refused) as caught:
        exported(shop)
    assert caught.value.code == "EXPORT_GONE"


def test_asking_the_same_while_it_is_made_answers_the_same(marketplace):
    shop = marketplace(export_seconds=60).shop()
    first = shop.ask_for_offers(None)
    assert shop.ask_for_offers(None) == first
    assert shop.offers_export(first).state == "PENDING"


def test_files_and_jobs_of_nobody_are_not_there(marketplace):
    shop = marketplace().shop()
    for act, code in (
        (lambda: shop.stock_import("nope"), "IMPORT_NOT_FOUND"),
        (lambda: list(shop.refused_lines("nope")), "REPORT_NOT_FOUND"),
        (lambda: shop.offers_export("nope"), "EXPORT_NOT_FOUND"),
    ):
        with pytest.raises(Refused) as caught:
            act()
        assert (caught.value.code, caught.value.status) == (code, 404)


def test_published_limits_hold_for_what_changed_and_for_everything_each(marketplace):
    shop = marketplace(limits={}, **AT_ONCE).shop()
    shop.ask_for_offers(None)
    shop.ask_for_offers(datetime.now(UTC))
    for since, after in ((None, 3600), (datetime.now(UTC), 1)):
        with pytest.raises(RateLimited) as caught:
            shop.ask_for_offers(since)
        assert caught.value.after > after
    shop.send_stock([StockLine("SKU-1", 7)])
    with pytest.raises(RateLimited) as caught:
        shop.send_stock([StockLine("SKU-1", 8)])
    assert 0 < caught.value.after <= 60


def test_a_wrong_key_is_the_connections_fault(marketplace):
    market = marketplace(**AT_ONCE)
    shop = market.shop(key="wrong")
    for act in (lambda: shop.send_stock([StockLine("SKU-1", 1)]), shop.offers_count, lambda: shop.ask_for_offers(None)):
        with pytest.raises(Misconfigured):
            act()
