"""What staff did to an order in the shop, told once and not twice."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from mirakl_sync.money import Money
from mirakl_sync.orders.edits import changes_of
from mirakl_sync.records.shop import PlatformOrder, RefundedLine, ShopLine, ShopRefund

MUG = ShopLine("1", "MUG", 3, 3, "L1")
TEE = ShopLine("2", "TEE", 1, 1, "L2")


def order(*lines: ShopLine, refunds: tuple[ShopRefund, ...] = (), **more) -> PlatformOrder:
    return PlatformOrder("9", "#9", "open", lines=lines, refunds=refunds, **more)


def refund(amount: str, *lines: RefundedLine, number: str = "R1") -> ShopRefund:
    return ShopRefund(number, Money(Decimal(amount), "EUR"), lines=lines)


def now(line: ShopLine, pieces: int) -> ShopLine:
    return replace(line, now=pieces)


BACK = RefundedLine("1", "MUG", 2, Decimal("20.00"), "L1", restocked=True)


@pytest.mark.parametrize(
    ("shown", "kinds", "words"),
    [
        (order(MUG, TEE), [], ""),
        (order(), [], ""),
        (order(now(MUG, 1), TEE), ["edit"], "MUG: 1 instead of 3"),
        (order(now(MUG, 0), TEE), ["edit"], "MUG: 0 instead of 3"),
        (order(MUG, now(TEE, 2)), ["edit"], "TEE: 2 instead of 1"),
        (order(MUG, ShopLine("3", "CAP", 1, 1)), ["edit"], "CAP: 1 more"),
        # a swap is a line taken off and another added
        (order(now(MUG, 0), ShopLine("3", "CAP", 3, 3)), ["edit"], "MUG: 0 instead of 3; CAP: 3 more"),
        # added and taken off again by staff
        (order(MUG, ShopLine("3", "CAP", 1, 0)), [], ""),
        (order(MUG, refunds=(refund("5.00"),)), ["refund"], "5.00 EUR given back"),
        (order(now(MUG, 1), refunds=(refund("20.00", BACK),)), ["refund"], "20.00 EUR given back for 2 × MUG"),
        # a line taken off makes a refund of nothing: that is the edit, once
        (order(now(MUG, 1), refunds=(refund("0.00", BACK),)), ["edit"], "MUG: 1 instead of 3"),
        (order(now(MUG, 0), refunds=(refund("20.00", BACK),)), ["refund", "edit"], ""),
        (order(now(MUG, 0), canceled=True, refunds=(refund("30.00", BACK),)), [], ""),
    ],
)
def test_what_is_told(shown, kinds, words):
    told = changes_of(shown)
    assert [change.kind for change in told] == kinds
    if words:
        assert told[0].words == words


def test_equal_lines_are_one_edit_and_other_lines_another():
    (first,) = changes_of(order(now(MUG, 1), TEE))
    (again,) = changes_of(order(TEE, now(MUG, 1)))
    (other,) = changes_of(order(now(MUG, 2), TEE))
    assert first.key == again.key != other.key


def test_a_refund_is_known_by_the_shops_number_and_keeps_every_amount():
    (change,) = changes_of(order(now(MUG, 1), refunds=(refund("22.50", BACK, number="R7"),)))
    assert change.key == "R7"
    assert change.facts["amount"] == "22.50"
    assert change.facts["lines"] == [
        {"order_line": "L1", "shop_line": "1", "sku": "MUG", "quantity": 2, "amount": "20.00", "restocked": True}
    ]
