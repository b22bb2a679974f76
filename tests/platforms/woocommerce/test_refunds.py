"""Refunds as a real shop lists them: what came back for which line, and what belongs to none."""

from __future__ import annotations

from decimal import Decimal

import pytest

from mirakl_sync.platforms.woocommerce import schemas
from mirakl_sync.platforms.woocommerce.refunds import refunds_of
from tests.platforms.woocommerce.recorded import recorded


@pytest.fixture
def told():
    order = schemas.read(schemas.ORDER, recorded("39-order-with-refunds")["response"]["body"], "order")
    rows = recorded("39b-refunds-list")["response"]["body"]
    return order, refunds_of(order, [schemas.read(schemas.REFUND, row, "refund") for row in rows])


def test_an_order_names_its_refunds(told):
    order, refunds = told
    assert sorted(order.refund_ids) == [int(each.refund_id) for each in refunds] == [18, 19]


def test_money_for_nothing_in_particular_is_an_adjustment(told):
    first, _ = told[1]
    assert (str(first.amount), first.adjustment, first.lines, first.reason) == ("5.00 EUR", Decimal("5.00"), (), "r")


def test_a_line_comes_back_with_its_tax(told):
    _, second = told[1]
    (line,) = second.lines
    assert (line.shop_line_id, line.sku, line.quantity, line.amount) == ("5", "MUG-1", 1, Decimal("12.50"))
    assert (second.amount.amount, second.shipping, second.adjustment) == (Decimal("12.50"), 0, 0)
    assert second.at is not None


@pytest.mark.parametrize(
    ("quantity", "pieces"), [(-2, 2), ("-2.00", 2), ("-0.5", 0), (None, 0), ("", 0), ("some", 0), ("NaN", 0)]
)
def test_pieces_are_read_however_a_plugin_writes_them(quantity, pieces):
    order = schemas.read(schemas.ORDER, recorded("39-order-with-refunds")["response"]["body"], "order")
    rows = recorded("39b-refunds-list")["response"]["body"]
    second = max(rows, key=lambda row: row["id"])
    second = {**second, "line_items": [{**line, "quantity": quantity} for line in second["line_items"]]}
    (told,) = refunds_of(order, [schemas.read(schemas.REFUND, second, "refund")])
    assert [(line.quantity, line.amount) for line in told.lines] == [(pieces, Decimal("12.50"))]


@pytest.mark.parametrize("rows", [None, [], "none", [{"total": "-1"}], [{"id": "x"}]])
def test_an_order_without_readable_refunds_names_none(told, rows):
    body = {**recorded("39-order-with-refunds")["response"]["body"], "refunds": rows}
    assert schemas.read(schemas.ORDER, body, "order").refund_ids == ()
