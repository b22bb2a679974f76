"""What the merchant's OMS did to an order, read from the attributes it writes."""

from __future__ import annotations

from decimal import Decimal

from mirakl_sync.money import Money
from mirakl_sync.sandbox.salesforce import warehouse
from tests.platforms.drafts import addressed, draft, line
from tests.platforms.salesforce.test_shop import placed


def test_cancelled_pieces_and_money_given_back_are_told(site):
    bench = site()
    _, order = placed(bench, addressed(draft(line(1, "MUG", "30.00", quantity=3))))
    with bench.shop.lock:
        row = bench.shop.orders.rows[order.order_id]
        warehouse.cancel_pieces(bench.shop, row, [{"line_id": "L1", "quantity": 1}])
        warehouse.refund(
            bench.shop, row, {"items": [{"line_id": "L1", "quantity": 1, "amount": "10"}], "shipping": "2.90"}
        )
    seen = bench.platform.read_order(order.order_id)
    assert [(row.line_id, row.ordered, row.now) for row in seen.lines] == [("L1", 3, 2)]
    (refund,) = seen.refunds
    assert (refund.amount, refund.adjustment) == (Money(Decimal("12.90"), "EUR"), Decimal("2.90"))
    assert [(row.line_id, row.amount) for row in refund.lines] == [("L1", Decimal(10))]


def test_a_sale_the_oms_took_over_is_in_the_sites_number(site):
    bench = site()
    _, order = placed(bench, addressed(draft(line(1, "MUG", "30.00", quantity=3))))
    assert (order.reserves, bench.platform.product_facts(["MUG"])["MUG"].quantity) == (False, 1000)
    with bench.shop.lock:
        warehouse.export(bench.shop, bench.shop.orders.rows[order.order_id])
    seen = bench.platform.read_order(order.order_id)
    assert (seen.reserves, bench.platform.product_facts(["MUG"])["MUG"].quantity) == (True, 997)


def test_a_sale_cancelled_after_the_oms_took_it_over_gives_its_pieces_back_there(site):
    bench = site()
    _, order = placed(bench)
    with bench.shop.lock:
        warehouse.export(bench.shop, bench.shop.orders.rows[order.order_id])
    seen = bench.platform.cancel_order(order.order_id, "The sale is over.")
    assert (seen.canceled, seen.reserves, bench.stock("MUG")) == (True, False, 1000)
