"""What needs no shop: numbers, amounts, refusals, paging, and what a real shop's answers become."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from mirakl_sync.errors import Misconfigured, Refused, Unreadable
from mirakl_sync.http.contract import Answer, Operation
from mirakl_sync.money import Money
from mirakl_sync.platforms.contract import Capability
from mirakl_sync.platforms.magento import levels, numbering, orders, schemas, searching
from mirakl_sync.platforms.magento.amounts import amounts_of
from mirakl_sync.platforms.magento.answers import interpret
from mirakl_sync.platforms.magento.levels import Telling
from mirakl_sync.platforms.magento.settings import StoreSettings, read_settings
from mirakl_sync.platforms.magento.spec import MAGENTO
from mirakl_sync.records.shop import CommissionShape, OrderReference
from tests.platforms.drafts import any_draft, draft, line
from tests.platforms.magento.recorded import answered, recorded

TELLING, ELSEWHERE = (Telling(datetime(2026, 11, 21, tzinfo=UTC), True, site) for site in (1, 2))
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
CALL = Operation("magento.read_order")


def reference(order_id: str) -> OrderReference:
    return OrderReference("nordmarkt", "2000", order_id)


def test_a_short_number_is_readable_and_a_long_one_is_cut_with_a_digest():
    settings = StoreSettings()
    assert numbering.number_of(reference("10023-A"), settings) == "MKP-nordmarkt-10023-A"
    long = [numbering.number_of(reference(f"{'9' * 40}-{end}"), settings) for end in "AB"]
    assert {len(number) for number in long} == {32}
    assert long[0] != long[1]
    assert len(numbering.number_of(reference("9" * 60), StoreSettings(number_length=50))) == 50


def test_a_number_of_odd_signs_is_plain_and_still_its_own():
    numbers = {numbering.number_of(reference(odd), StoreSettings()) for odd in ("A/1", "A 1", "A-1", "Ä-1")}
    assert len(numbers) == 4
    assert all(number.isascii() and " " not in number and "/" not in number for number in numbers)


def test_the_reference_is_read_back_whole_whatever_it_holds():
    odd = OrderReference("nordmarkt", "2000", "A/1/é")
    assert numbering.reference_in(["Paid on Nordmarkt", numbering.mark(odd)]) == odd
    assert numbering.reference_in(["mirakl_reference=half", ""]) is None
    assert numbering.reference_in([]) is None


def test_the_marketplaces_own_number_is_never_longer_than_its_column():
    assert numbering.ext_id_of(reference("10023-A")) == "10023-A"
    assert len(numbering.ext_id_of(reference("9" * 33))) == 32
    assert numbering.ext_id_of(reference("9" * 33 + "A")) != numbering.ext_id_of(reference("9" * 33 + "B"))


@pytest.mark.parametrize("shape", CommissionShape)
@pytest.mark.parametrize("seed", range(25))
def test_the_columns_add_up_as_magento_adds_them(seed, shape):
    wanted = any_draft(seed)
    commission = replace(
        wanted.commission, shape=shape, amount=Money(min(Decimal("2.50"), wanted.lines[0].gross), "EUR")
    )
    wanted = replace(wanted, commission=commission)
    made = amounts_of(wanted, StoreSettings())
    assert made.total == made.subtotal + made.shipping.net + made.tax - made.discount
    kept = commission.amount.amount if shape in (CommissionShape.LINE, CommissionShape.DISCOUNT) else 0
    assert made.total == wanted.total.amount - kept
    assert all(each.discount <= each.gross for each in made.lines.values())
    assert made.discount == (commission.amount.amount if shape is CommissionShape.DISCOUNT else 0)


@pytest.mark.parametrize(("settings", "exempt"), [({"taxes": "none"}, False), ({}, True)])
def test_without_tax_the_amounts_are_as_paid(settings, exempt):
    wanted = draft(line(1, "MUG", "12.10"), tax_exempt=exempt)
    made = amounts_of(wanted, read_settings(settings))
    assert (made.tax, made.subtotal, made.total) == (0, Decimal("12.10"), wanted.total.amount)


def test_a_commission_above_the_goods_is_no_discount():
    with pytest.raises(Refused) as refusal:
        amounts_of(draft(line(1, "MUG", "2.00"), shape=CommissionShape.DISCOUNT), StoreSettings())
    assert refusal.value.code == "commission_over_goods"


@pytest.mark.parametrize(
    ("name", "kind", "code", "words"),
    [
        ("06-404", Refused, "not_found", "doesn't exist"),
        ("05-product-slash-get", Misconfigured, "", "signature is invalid"),
        ("13-source-items-bad", Refused, "magento_refused", "Could not save Source Item"),
        ("24-invoice-again", Refused, "invoice_refused", "status of complete"),
        ("29-no-criteria", Refused, "magento_refused", '"searchCriteria" is required'),
    ],
)
def test_recorded_refusals_say_whose_turn_it_is(name, kind, code, words):
    error = interpret(CALL, answered(name))
    assert isinstance(error, kind)
    assert words in error.words
    assert getattr(error, "code", "") == code


def test_a_missing_right_is_named_with_the_place_to_click():
    error = interpret(Operation("magento.cancel_order"), answered("01-bearer-integration-401"))
    assert isinstance(error, Misconfigured)
    assert "Magento_Backend::store" in error.words
    assert "All Stores" in error.way_out


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (404, {"message": "Request does not match any route."}, Misconfigured),
        (404, None, Misconfigured),
        (403, None, Misconfigured),
        (400, {"message": "The %1 is %2", "parameters": ["cup", "gone"]}, Refused),
        (429, {"message": "Too Many Requests"}, type(None)),
        (400, {"message": "oauth_problem=signature_method_rejected"}, Misconfigured),
    ],
)
def test_other_refusals_are_sorted_too(status, body, kind):
    error = interpret(CALL, Answer(status, {}, b"<html>", body))
    assert isinstance(error, kind)
    if body and "parameters" in body:
        assert "The cup is gone" in error.words


def test_a_real_order_becomes_one_that_has_left_and_was_refunded_in_part():
    order = schemas.read(schemas.ORDER, recorded("26-order-after"), "order")
    seen = orders.platform_order(order, StoreSettings(admin_path="backend"), "https://shop.example", NOW)
    assert (seen.total, seen.status, seen.reference) == (Money(Decimal(35), "EUR"), "complete", None)
    assert (seen.left, seen.live, seen.canceled) == (True, True, False)
    assert seen.url == "https://shop.example/backend/sales/order/view/order_id/1/"
    (held,) = seen.lines
    assert (held.sku, held.ordered, held.now, held.line_id) == ("MUG-1", 2, 2, "")
    assert (order.billing["entity_id"], order.shipping["entity_id"]) == (2, 1)


def test_a_real_order_nobody_touched_is_at_work():
    order = schemas.read(schemas.ORDER, recorded("20-order-get"), "order")
    seen = orders.platform_order(order, StoreSettings(), "https://shop.example", NOW)
    assert (seen.status, seen.live, seen.left, seen.canceled) == ("pending", True, False, False)
    assert (seen.url, seen.modified_at) == ("", datetime(2026, 11, 20, 19, 19, 24, tzinfo=UTC))


def test_a_real_product_tells_its_website_and_price():
    product = schemas.read(schemas.PRODUCT, recorded("03-product-create"), "product")
    fact = levels.salable_facts(product, {"mug-1": schemas.Salable("MUG-1", Decimal(25), True)}, None, TELLING)
    assert (fact.quantity, fact.price, fact.product_id, fact.sellable) == (25, Decimal("12.5"), "1", True)
    elsewhere = levels.salable_facts(product, {"mug-1": schemas.Salable("MUG-1", Decimal(25), True)}, None, ELSEWHERE)
    assert not elsewhere.sellable


def test_real_source_items_and_stock_items_are_numbers():
    (item,) = searching.rows_of(recorded("09-source-items"), "source items")
    row = schemas.read(schemas.SOURCE_ITEM, item, "source item")
    assert (row.sku, row.source, row.quantity, row.status) == ("MUG-1", "default", 10, 1)
    product = schemas.Product(1, "MUG-1")
    fact = levels.counted_facts(product, recorded("10-stock-item"), TELLING)
    assert (fact.quantity, fact.in_stock, fact.backorders) == (10, True, False)


def test_a_real_empty_page_of_chosen_fields_is_an_empty_list():
    assert searching.rows_of(recorded("28-page-beyond"), "orders") == []


@pytest.mark.parametrize("odd", [None, {}, {"items": "x"}, {"items": [1]}, "text"])
def test_what_is_no_list_is_unreadable(odd):
    with pytest.raises(Unreadable):
        searching.rows_of(odd, "orders")


def test_a_shop_that_repeats_its_last_page_for_ever_is_read_once():
    rows = [{"entity_id": number, "updated_at": "2026-11-21 12:00:00"} for number in range(1, 101)]
    asked = []

    def ask(params):
        asked.append(params["searchCriteria[currentPage]"])
        assert len(asked) < 5
        return {"items": rows, "total_count": 100}

    assert len(list(searching.paged(ask, "orders", sort="entity_id"))) == 100
    told = [row for _, page in searching.changed(ask, "orders", NOW, lambda: NOW) for row in page]
    assert len(told) == 100


def test_more_changes_in_one_second_than_a_page_holds_are_all_told():
    rows = [{"entity_id": number, "updated_at": "2026-11-21 12:00:00"} for number in range(1, 251)]

    def ask(params):
        first = (params["searchCriteria[currentPage]"] - 1) * 100
        return {"items": rows[first : first + 100], "total_count": len(rows)}

    told = [row["entity_id"] for _, page in searching.changed(ask, "orders", NOW, lambda: NOW) for row in page]
    assert told == list(range(1, 251))


def test_a_row_that_changes_while_we_page_pushes_none_out_of_sight():
    start = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
    rows = {number: searching.stamp(start + timedelta(seconds=number)) for number in range(1, 251)}
    asked = 0

    def ask(params):
        nonlocal asked
        asked += 1
        if asked == 2:
            rows[5] = searching.stamp(start + timedelta(seconds=900))
        since = params["searchCriteria[filter_groups][0][filters][0][value]"]
        found = sorted((at, number) for number, at in rows.items() if at >= since)
        first = (params["searchCriteria[currentPage]"] - 1) * 100
        page = [{"entity_id": number, "updated_at": at} for at, number in found[first : first + 100]]
        return {"items": page, "total_count": len(found)}

    told = [row["entity_id"] for _, page in searching.changed(ask, "orders", start, lambda: NOW) for row in page]
    assert set(told) == set(range(1, 251))
    assert told.count(5) == 2


def test_a_list_that_is_not_sorted_by_id_is_no_full_look():
    with pytest.raises(Unreadable):
        list(searching.every(lambda _: {"items": [{"id": 2}, {"id": 1}], "total_count": 2}, "products", "entity_id"))


def test_a_sku_with_a_comma_is_asked_alone():
    assert list(searching.chunks(["A", "b,c", "D"])) == [["b,c"], ["A", "D"]]
    assert searching.one_of("sku", ["b,c"]) == ("sku", "b,c", "eq")


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"number_length": 40}, "number_length"),
        ({"reservations": "compensated", "inventory": "legacy"}, "reservations"),
        ({"orders_by": "magic"}, "orders_by"),
        ({"number_prefix": "far too long for this"}, "number_prefix"),
        ({"speed": 1}, "speed"),
    ],
)
def test_impossible_settings_are_named(settings, words):
    with pytest.raises(Misconfigured, match=words):
        read_settings(settings)


@pytest.mark.parametrize(
    ("settings", "has", "lacks"),
    [
        ({}, {Capability.STOCK_PLACES, Capability.CLIENT_KEY}, {Capability.RESERVES_STOCK, Capability.WEBHOOKS}),
        ({"orders_by": "module"}, {Capability.RESERVES_STOCK}, {Capability.COMMISSION_LINE}),
        ({"reservations": "module"}, {Capability.RESERVES_STOCK}, set()),
        ({"reservations": "compensated"}, set(), {Capability.RESERVES_STOCK}),
        ({"inventory": "legacy"}, set(), {Capability.STOCK_PLACES}),
        ({"events": True, "commission_sku": "C"}, {Capability.WEBHOOKS, Capability.COMMISSION_LINE}, set()),
    ],
)
def test_a_store_claims_what_its_settings_allow(settings, has, lacks):
    able = MAGENTO.capabilities_with(settings)
    assert has <= able
    assert not lacks & able
    assert able <= MAGENTO.capabilities
