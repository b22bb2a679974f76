"""Shopify's orders in our words, answer by answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from mirakl_sync.errors import Unreadable
from mirakl_sync.money import Money
from mirakl_sync.platforms.shopify import schemas
from mirakl_sync.platforms.shopify.orders import own_reference, platform_order
from mirakl_sync.platforms.shopify.schemas import ORDER, REFUND, read
from mirakl_sync.records.shipment import ParcelLine
from mirakl_sync.records.shop import OrderReference, ShopLine
from tests.platforms.shopify.answers import line, money, order, page, sent, tracked, unit
from tests.platforms.shopify.fakes import exact


def seen(refunds=(), **more):
    told = read(ORDER, exact(order(**more)), "order")
    return platform_order(replace(told, refunds=tuple(read(REFUND, exact(each), "refund") for each in refunds)))


def refund(total="10.00", *lines, shipping=(), **more):
    return {
        "id": "gid://shopify/Refund/9",
        "createdAt": "2026-11-20T12:00:00Z",
        "note": "broken",
        "totalRefundedSet": money(total),
        "refundLineItems": page(*lines),
        "refundShippingLines": {
            "nodes": [{"subtotalAmountSet": money(a), "taxAmountSet": money(t)} for a, t in shipping]
        },
    } | more


def refunded(quantity=1, subtotal="10.00", tax="1.74", restock="RETURN", number=11):
    return {
        "quantity": quantity,
        "restockType": restock,
        "subtotalSet": money(subtotal),
        "totalTaxSet": money(tax),
        "lineItem": {"id": f"gid://shopify/LineItem/{number}", "sku": "MUG"},
    }


def test_an_order_is_told_with_number_total_reference_and_line_ids():
    told = seen()
    assert (told.order_id, told.number, told.total) == ("6100000000001", "#1001", Money(Decimal("24.85"), "EUR"))
    assert told.reference == OrderReference("nordmarkt", "2000", "MKP-1-A")
    assert dict(told.line_ids) == {"L1": "11"}
    assert told.modified_at == datetime(2026, 11, 20, 9, 0, 5, tzinfo=UTC)


@pytest.mark.parametrize("ours", [None, {"value": "nonsense"}, {"value": "//"}])
def test_a_copy_says_which_sale_it_is_and_is_not_the_order_of_it(ours):
    copy = read(ORDER, exact(order(reference=ours)), "order")
    assert own_reference(copy) is None
    assert platform_order(copy).reference == OrderReference("nordmarkt", "2000", "MKP-1-A")


def test_an_order_that_says_nothing_is_nobodys():
    assert seen(reference=None, customAttributes=[{"key": "gift", "value": "a/b/c"}]).reference is None


def test_an_order_id_may_hold_slashes():
    assert seen(reference={"value": "nordmarkt/2000/A/B"}).reference == OrderReference("nordmarkt", "2000", "A/B")


@pytest.mark.parametrize(
    ("units", "live", "status"),
    [
        ([unit()], True, "unfulfilled"),
        ([unit("ON_HOLD", ours=True)], False, "on_hold"),
        ([unit("ON_HOLD", others=True)], False, "on_hold"),
        ([unit(), unit("ON_HOLD", ours=True)], False, "on_hold"),
        ([unit("SCHEDULED")], False, "on_hold"),
        ([unit("IN_PROGRESS")], True, "unfulfilled"),
        ([unit("SOMETHING_NEW")], True, "unfulfilled"),
    ],
)
def test_the_warehouse_works_on_what_nobody_holds(units, live, status):
    told = seen(fulfillmentOrders={"nodes": units})
    assert (told.live, told.status) == (live, status)


@pytest.mark.parametrize(
    ("claims", "cancelled", "expected"),
    [
        ("ignoring_policy", None, (True, False)),
        ("obeying_policy", None, (True, False)),
        (None, None, (True, False)),
        ("bypass", None, (False, True)),
        ("ignoring_policy", "2026-11-20T11:00:00Z", (False, False)),
        ("bypass", "2026-11-20T11:00:00Z", (False, True)),
    ],
)
def test_an_order_takes_its_stock_unless_it_was_made_to_bypass_it(claims, cancelled, expected):
    told = seen(claims={"value": claims} if claims else None, cancelledAt=cancelled)
    assert (told.reserves, told.never_felt) == expected
    assert told.canceled == bool(cancelled)
    assert told.live != told.canceled


@pytest.mark.parametrize(
    ("state", "left"),
    [("FULFILLED", True), ("PARTIALLY_FULFILLED", False), ("IN_PROGRESS", False), ("NEW_WORD", False)],
)
def test_an_order_has_left_when_the_shop_says_so_and_not_by_a_number(state, left):
    assert seen(displayFulfillmentStatus=state, fulfillments=[sent(5, {11: 1}, "SUCCESS", tracked())]).left is left


def test_each_tracking_number_is_a_parcel_and_of_several_nobody_says_what_is_inside():
    told = seen(fulfillments=[sent(5, {11: 1}, "SUCCESS", tracked(), tracked("UPS", "1Z", "https://ups.example/1Z"))])
    assert [(p.parcel_id, p.carrier, p.number, p.url, p.lines) for p in told.parcels] == [
        ("5", "DHL", "D1", "", None),
        ("5-2", "UPS", "1Z", "https://ups.example/1Z", None),
    ]


def test_a_parcel_tells_its_pieces_by_the_marketplaces_line_also_where_a_line_was_split():
    lines = page(line(11, quantity=2), line(12, quantity=1), line(13, "GIFT", line_id=""))
    told = seen(lineItems=lines, fulfillments=[sent(5, {11: 2, 12: 1, 13: 1}, "SUCCESS", tracked())])
    (parcel,) = told.parcels
    assert parcel.lines == (ParcelLine("L1", 3),)
    assert parcel.left_at == datetime(2026, 11, 20, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "fulfilment",
    [
        sent(5, {11: 1}, "CANCELLED", tracked()),
        sent(5, {11: 1}, "FAILURE", tracked()),
        sent(5, {11: 1}, "SUCCESS"),
        sent(5, {11: 1}, "SUCCESS", tracked(None, None, None)),
        sent(5, {13: 1}, "SUCCESS", tracked()),
    ],
)
def test_what_is_undone_has_no_number_or_holds_nothing_of_ours_is_no_parcel(fulfilment):
    lines = page(line(11), line(13, "GIFT", line_id=""))
    assert seen(lineItems=lines, fulfillments=[fulfilment]).parcels == ()


@pytest.mark.parametrize(
    ("quantity", "current", "shipped", "returned", "now"),
    [
        (3, 3, 0, 0, 3),
        (3, 1, 0, 0, 1),
        (3, 0, 0, 0, 0),
        (2, 1, 2, 1, 2),
        (3, 2, 2, 1, 3),
        (3, 1, 1, 0, 1),
        (2, 0, 2, 0, 2),
    ],
)
def test_what_came_back_was_sent_and_what_was_taken_off_before_was_not(quantity, current, shipped, returned, now):
    fulfilments = [sent(5, {11: shipped}, "SUCCESS", tracked())] if shipped else []
    refunds = [refund("10.00", refunded(returned))] if returned else []
    told = seen(refunds, lineItems=page(line(11, quantity=quantity, current=current)), fulfillments=fulfilments)
    assert told.lines == (ShopLine("11", "MUG", quantity, now, "L1", "Article MUG"),)


def test_a_refund_is_told_by_line_shipping_and_the_rest():
    told = seen([refund("17.00", refunded(1, "10.00"), shipping=[("4.90", "0.85")])])
    (given,) = told.refunds
    assert (given.refund_id, given.amount, given.shipping) == ("9", Money(Decimal("17.00"), "EUR"), Decimal("4.90"))
    assert given.adjustment == Decimal("2.10")
    assert given.reason == "broken"
    (of,) = given.lines
    assert (of.shop_line_id, of.line_id, of.quantity, of.amount, of.restocked) == (
        "11",
        "L1",
        1,
        Decimal("10.00"),
        True,
    )


def test_where_prices_hold_no_tax_a_refund_holds_it_besides():
    told = seen([refund("11.74", refunded(1, "10.00", "1.74"))], taxesIncluded=False)
    assert told.refunds[0].lines[0].amount == Decimal("11.74")
    assert told.refunds[0].adjustment == 0


@pytest.mark.parametrize(("restock", "expected"), [("NO_RESTOCK", False), ("CANCEL", True), ("", None)])
def test_a_refund_of_nothing_is_goods_taken_off(restock, expected):
    (given,) = seen([refund("0.00", refunded(1, "10.00", restock=restock))]).refunds
    assert (given.amount.amount, given.adjustment, given.lines[0].amount) == (0, 0, 0)
    assert given.lines[0].restocked is expected


@pytest.mark.parametrize(
    "gone", ["id", "name", "updatedAt", "totalPriceSet", "currentTotalPriceSet", "lineItems", "fulfillmentOrders"]
)
def test_an_order_without_what_the_work_rests_on_is_unreadable_with_its_payload(gone):
    lame = {key: value for key, value in order().items() if key != gone}
    with pytest.raises(Unreadable) as trouble:
        read(schemas.ORDER, lame, "order", after_write=True)
    assert trouble.value.payload == lame
    assert trouble.value.outcome_unknown


@pytest.mark.parametrize(
    ("current", "cancelled", "given_back", "expected"),
    [
        ("24.85", None, None, "24.85"),
        ("14.90", None, None, "14.90"),
        ("14.85", None, "10.00", "24.85"),
        ("0.00", "2026-11-20T11:00:00Z", None, "24.85"),
        ("0.00", None, "24.85", "24.85"),
    ],
)
def test_the_total_is_that_of_the_order_as_edited_before_money_was_given_back(current, cancelled, given_back, expected):
    refunds = [refund(given_back)] if given_back else []
    told = seen(refunds, currentTotalPriceSet=money(current), cancelledAt=cancelled)
    assert told.total == Money(Decimal(expected), "EUR")
