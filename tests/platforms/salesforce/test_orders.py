"""From Salesforce's order to ours: what it is, what it holds, what left, what was given back."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from mirakl_sync.errors import Unreadable
from mirakl_sync.money import Money
from mirakl_sync.platforms.salesforce import schemas
from mirakl_sync.platforms.salesforce.naming import order_number
from mirakl_sync.platforms.salesforce.orders import platform_order
from mirakl_sync.platforms.salesforce.schemas import camel, read
from mirakl_sync.platforms.salesforce.settings import read_settings
from mirakl_sync.records.shop import OrderReference, RefundedLine, ShopLine
from tests.platforms.salesforce.test_settings import GIVEN

SALE = OrderReference("nordmarkt", "2000", "MKP-1-A")
NUMBER = order_number(SALE, "MKP-")


def answer(**more):
    return {
        "orderNo": NUMBER,
        "status": "new",
        "currency": "EUR",
        "orderTotal": Decimal("24.85"),
        "exportStatus": "ready",
        "confirmationStatus": "confirmed",
        "paymentStatus": "paid",
        "shippingStatus": "not_shipped",
        "lastModified": "2026-11-21T10:00:00.123Z",
        "productItems": [item()],
        "shipments": [{"shipmentId": "me", "shipmentNo": "1", "shippingStatus": "not_shipped"}],
        "c_miraklReference": str(SALE),
        **more,
    }


def item(**more):
    return {
        "itemId": "i1",
        "productId": "MUG",
        "productName": "Mug",
        "quantity": Decimal("3.0"),
        "taxRate": Decimal("0.21"),
        "shipmentId": "me",
        "c_miraklLineId": "L1",
        **more,
    }


def seen(told, **settings):
    return platform_order(read(schemas.ORDER, told, "order"), read_settings(GIVEN | settings))


def test_an_order_is_told_in_our_words():
    order = seen(answer())
    assert (order.order_id, order.number, order.status) == (NUMBER, NUMBER, "new")
    assert order.total == Money(Decimal("24.85"), "EUR")
    assert order.reference == SALE
    assert dict(order.line_ids) == {"L1": "i1"}
    assert order.modified_at == datetime(2026, 11, 21, 10, 0, 0, 123000, UTC)
    assert (order.live, order.canceled, order.left, order.parcels) == (True, False, False, ())
    assert (order.lines, order.refunds) == ((), ())


@pytest.mark.parametrize(
    ("status", "export", "live", "canceled"),
    [
        ("new", "not_exported", False, False),
        ("new", "ready", True, False),
        ("open", "exported", True, False),
        ("completed", "exported", True, False),
        ("new", "failed", False, False),
        ("cancelled", "exported", False, True),
        ("failed", "not_exported", False, True),
        ("created", "ready", False, False),
        ("replaced", "exported", False, False),
        ("something new", "something else", False, False),
    ],
)
def test_the_warehouse_works_on_what_is_placed_and_handed_over(status, export, live, canceled):
    order = seen(answer(status=status, exportStatus=export))
    assert (order.live, order.canceled) == (live, canceled)


@pytest.mark.parametrize(
    ("until", "told", "reserves"),
    [
        ("exported", {"exportStatus": "not_exported"}, False),
        ("exported", {"exportStatus": "ready"}, False),
        ("exported", {"exportStatus": "exported"}, True),
        ("exported", {"exportStatus": "ready", "shippingStatus": "shipped"}, True),
        ("exported", {"exportStatus": "exported", "status": "cancelled"}, False),
        ("shipped", {"exportStatus": "exported"}, False),
        ("shipped", {"exportStatus": "exported", "shippingStatus": "part_shipped"}, False),
        ("shipped", {"exportStatus": "exported", "shippingStatus": "shipped"}, True),
        ("never", {"exportStatus": "not_exported"}, True),
        ("never", {"status": "cancelled"}, False),
    ],
)
def test_the_sites_number_contains_a_sale_when_the_setting_says_so(until, told, reserves):
    order = seen(answer(**told), subtract_until=until)
    assert (order.reserves, order.felt_from, order.never_felt) == (reserves, None, False)


@pytest.mark.parametrize(
    ("order_status", "shipments", "left"),
    [
        ("not_shipped", ["not_shipped"], False),
        ("part_shipped", ["shipped", "not_shipped"], False),
        ("shipped", ["not_shipped"], True),
        ("not_shipped", ["shipped", "shipped"], True),
        ("not_shipped", [], False),
    ],
)
def test_everything_has_left_when_the_order_or_all_its_shipments_say_so(order_status, shipments, left):
    told = [{"shipmentId": f"s{n}", "shipmentNo": str(n), "shippingStatus": s} for n, s in enumerate(shipments)]
    assert seen(answer(shippingStatus=order_status, shipments=told)).left is left


@pytest.mark.parametrize(
    "told",
    [
        {"orderNo": "00000410"},
        {"orderNo": "00000410", "c_miraklReference": ""},
        {"orderNo": f"{NUMBER}-1"},
        {"c_miraklReference": "nordmarkt/2000/MKP-2-A"},
        {"c_miraklReference": None},
    ],
)
def test_only_an_order_with_our_number_and_our_key_is_ours(told):
    assert seen(answer(**told)).reference is None


def test_an_order_made_under_another_prefix_is_still_ours():
    assert seen(answer(orderNo=order_number(SALE, "OLD_")), number_prefix="NEW-").reference == SALE


def test_cancelled_pieces_are_taken_off_their_line():
    items = [item(c_gone=Decimal(2)), item(itemId="i2", productId="TEE", c_miraklLineId="L2", c_gone="9")]
    order = seen(answer(productItems=[*items, item(itemId="i3", c_gone="none")]), cancelled_attribute="c_gone")
    assert order.lines == (
        ShopLine("i1", "MUG", 3, 1, "L1", "Mug"),
        ShopLine("i2", "TEE", 3, 0, "L2", "Mug"),
        ShopLine("i3", "MUG", 3, 3, "L1", "Mug"),
    )


@pytest.mark.parametrize(
    ("order_value", "line_value", "amount", "rest"),
    [
        (None, None, None, None),
        (None, Decimal("5.50"), "5.50", "0"),
        (Decimal(8), Decimal("5.50"), "8", "2.50"),
        ("8.00", None, "8.00", "8.00"),
        (Decimal(5), Decimal("5.50"), "5.50", "0"),
        (0, 0, None, None),
    ],
)
def test_money_given_back_is_one_sum(order_value, line_value, amount, rest):
    told = answer(c_back=order_value, productItems=[item(c_back=line_value)])
    refunds = seen(told, refunded_attribute="c_back").refunds
    if amount is None:
        assert refunds == ()
        return
    (refund,) = refunds
    assert (refund.amount, refund.adjustment) == (Money(Decimal(amount), "EUR"), Decimal(rest))
    assert "everything given back so far" in refund.reason
    wanted = () if line_value is None else (RefundedLine("i1", "MUG", 0, Decimal("5.50"), "L1"),)
    assert refund.lines == wanted


def test_a_sum_that_grew_is_another_refund_and_the_same_sum_the_same_one():
    ids = [seen(answer(c_back=value), refunded_attribute="c_back").refunds[0].refund_id for value in (8, "8.00", 9)]
    assert ids == ["sum-8.00", "sum-8.00", "sum-9.00"]


def test_the_older_door_tells_the_same_in_snake_case():
    told = {
        "_v": "25.6",
        "order_no": NUMBER,
        "status": "open",
        "order_total": Decimal("24.85"),
        "currency": "EUR",
        "export_status": "exported",
        "last_modified": "2026-11-21T10:00:00.000Z",
        "external_order_status": "packed",
        "product_items": [{"item_id": "i1", "product_id": "MUG", "quantity": 1, "c_miraklLineId": "L1"}],
        "shipments": [{"shipment_id": "me", "shipment_no": "1", "tracking_number": "H1"}],
        "c_miraklReference": str(SALE),
    }
    order = seen(camel(told))
    assert (order.reference, order.live, order.reserves) == (SALE, True, True)
    assert order.parcels[0].number == "H1"
    assert dict(order.line_ids) == {"L1": "i1"}


@pytest.mark.parametrize(
    "told", [{"orderNo": None}, {"orderTotal": "much"}, {"lastModified": "yesterday"}, {"productItems": 7}]
)
def test_what_cannot_be_read_is_kept_without_the_buyer(told):
    broken = answer(billingAddress={"lastName": "Prueba"}, customerInfo={"email": "a@b"}, c_buyerEmail="x@y", **told)
    with pytest.raises(Unreadable) as error:
        read(schemas.ORDER, broken, "order")
    assert not {"billingAddress", "customerInfo", "c_buyerEmail"} & set(error.value.payload)
    assert "Prueba" not in str(error.value.payload)
